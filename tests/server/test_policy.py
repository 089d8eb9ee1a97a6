"""The policy every member can read."""

from __future__ import annotations

from tests.support.office import Office


def test_every_member_reads_the_rules_in_force(office: Office) -> None:
    rules = office.person("ana").get("/api/v1/policy").json()
    assert (rules["version"], rules["attribution"], rules["k"], rules["undo_seconds"]) == (1, "open", 5, 10)


def test_rule_12_the_page_says_who_sees_what_and_what_it_is_not_for(office: Office) -> None:
    page = office.person("ana").browser.get("/policy").text
    assert "not for appraisal, pay or dismissal" in page
    assert "after 10 seconds, with your name" in page
    assert "at least 5 people" in page
