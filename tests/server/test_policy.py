"""The policy: what every member reads, and how an admin can change it (rule 12)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from handclasp.people.models import Role
from handclasp.policy.calendar import next_release_on, release_dates
from handclasp.policy.models import Calendar
from handclasp.privacy import leavers
from tests.support.office import Clock, Office, Person
from tests.support.rules import TERMS, change, rules, wait

POOLED = {"attribution": "pooled"}
SMALLER_K = {"k": 4}
NOTICE_DAYS = 30


def code(answer: httpx.Response) -> str:
    return answer.json()["type"].removeprefix("urn:handclasp:problem:")


def with_representative(office: Office) -> Person:
    olga = office.person("olga")
    assert change(office.admin, representative=olga.id).status_code == 201
    return olga


def test_every_member_reads_the_rules_in_force(office: Office) -> None:
    found = rules(office.person("ana"))
    assert (found["version"], found["attribution"], found["k"], found["undo_seconds"]) == (1, "open", 5, 10)
    assert (found["colluders"], found["calendar"], found["breakdown"]) == (1, "monthly", "none")
    assert (found["next_release_on"], found["upcoming"], found["teammates_may_rate"]) == (None, None, True)
    assert "It is not for appraisal, pay or dismissal." in found["purposes"]


@pytest.mark.parametrize(
    "stricter",
    [
        POOLED,
        {"k": 6},
        {"colluders": 2},
        {"calendar": "quarterly"},
        {"retention_days": 90},
        {"teammates_rate": False},
    ],
)
def test_rule_12_a_stricter_version_binds_at_once(office: Office, stricter: dict[str, Any]) -> None:
    ana = office.person("ana")
    answer = change(office.admin, **stricter)
    assert answer.status_code == 201
    published = answer.json()
    assert (published["looser"], published["needs_countersignature"]) == (False, False)
    assert published["in_force_at"] == published["published_at"]
    found = rules(ana)
    assert (found["version"], found["upcoming"]) == (2, None)
    assert {name: found[name] for name in stricter} == stricter


@pytest.mark.parametrize(
    ("before", "looser"),
    [
        (POOLED, {"attribution": "open"}),
        ({}, SMALLER_K),
        ({"colluders": 2}, {"colluders": 1}),
        ({"calendar": "quarterly"}, {"calendar": "monthly"}),
        ({}, {"breakdown": "tool"}),
        ({}, {"retention_days": 181}),
        ({}, {"teammates_rate": True}),
        ({"teammates_rate": False}, {"teammates_rate": None}),
        ({}, {"named_exports": True}),
        # One looser part among stricter ones is enough.
        ({}, {"k": 4, "retention_days": 90, "calendar": "quarterly"}),
    ],
)
def test_rule_12_a_looser_version_gives_thirty_days_notice(
    office: Office, clock: Clock, before: dict[str, Any], looser: dict[str, Any]
) -> None:
    ana = office.person("ana")
    if before:
        change(office.admin, **before)
    standing = rules(ana)
    published = change(office.admin, **looser).json()
    assert published["looser"] is True
    assert {part["part"] for part in published["changes"]} == set(looser)
    found = rules(ana)
    assert {name: found[name] for name in TERMS} == {name: standing[name] for name in TERMS}
    assert found["upcoming"]["version"] == published["version"]
    wait(office, clock, days=NOTICE_DAYS, seconds=-60)
    assert rules(ana)["version"] == standing["version"]
    wait(office, clock, seconds=120)
    found = rules(ana)
    assert {name: found[name] for name in looser} == looser
    assert found["upcoming"] is None


def test_rule_12_another_breakdown_is_looser_and_none_is_stricter(office: Office, clock: Clock) -> None:
    office.person("ana")
    change(office.admin, breakdown="tool")
    wait(office, clock, days=NOTICE_DAYS + 1)
    assert change(office.admin, breakdown="customer_team").json()["looser"] is True
    assert change(office.admin, breakdown="none").json()["looser"] is False
    assert rules(office.admin)["breakdown"] == "none"


def test_rule_12_alone_an_admin_changes_everything_at_once(office: Office) -> None:
    published = change(office.admin, **SMALLER_K).json()
    assert published["in_force_at"] == published["published_at"]
    assert rules(office.admin)["k"] == 4
    office.person("ana")
    change(office.admin, k=3)
    assert rules(office.admin)["k"] == 4


def test_rule_12_whoever_has_left_was_promised_something_too(office: Office) -> None:
    ana = office.person("ana")
    leave(office, ana)
    change(office.admin, **SMALLER_K)
    assert rules(office.admin)["k"] == 5


def test_rule_12_a_looser_version_binds_no_sooner_than_the_representative_signs(office: Office, clock: Clock) -> None:
    olga, ana = with_representative(office), office.person("ana")
    published = change(office.admin, **SMALLER_K).json()
    assert (published["needs_countersignature"], published["countersigned_at"]) == (True, None)
    wait(office, clock, days=NOTICE_DAYS + 10)
    assert rules(ana)["k"] == 5
    assert rules(ana)["upcoming"]["k"] == 4
    signed = olga.post(f"/api/v1/policy/{published['version']}/countersign", None).json()
    # The later of the two: signing does not reach back.
    assert signed["in_force_at"] == signed["countersigned_at"]
    assert rules(ana)["k"] == 4
    assert olga.post(f"/api/v1/policy/{published['version']}/countersign", None).json() == signed


def test_rule_12_signed_early_it_still_gives_its_notice(office: Office, clock: Clock) -> None:
    olga = with_representative(office)
    published = change(office.admin, **SMALLER_K).json()
    signed = olga.post(f"/api/v1/policy/{published['version']}/countersign", None).json()
    assert signed["in_force_at"] == published["in_force_at"]
    wait(office, clock, days=NOTICE_DAYS - 1)
    assert rules(olga)["k"] == 5
    wait(office, clock, days=2)
    assert rules(olga)["k"] == 4


def test_rule_12_only_the_representative_signs(office: Office, other_office: Office) -> None:
    with_representative(office)
    version = change(office.admin, **SMALLER_K).json()["version"]
    for somebody in (office.admin, office.person("ana")):
        answer = somebody.post(f"/api/v1/policy/{version}/countersign", None)
        assert (answer.status_code, code(answer)) == (403, "representative-only")
    assert other_office.admin.post(f"/api/v1/policy/{version}/countersign", None).status_code == 404
    assert rules(office.admin)["upcoming"]["countersigned_at"] is None


def test_rule_12_nobody_gets_rid_of_the_representative_without_them(office: Office, clock: Clock) -> None:
    olga, ana = with_representative(office), office.person("ana")
    for successor in (ana.id, None):
        published = change(office.admin, representative=successor).json()
        assert (published["looser"], published["needs_countersignature"]) == (True, True)
        wait(office, clock, days=NOTICE_DAYS + 1)
        assert rules(ana)["representative"]["id"] == olga.id
    olga.post(f"/api/v1/policy/{published['version']}/countersign", None)
    assert rules(ana)["representative"] is None


def test_rule_12_a_representative_who_is_gone_loosens_nothing(office: Office, clock: Clock) -> None:
    olga, ana = with_representative(office), office.person("ana")
    leave(office, olga)
    for looser in (SMALLER_K, SMALLER_K | {"representative": ana.id}):
        answer = change(office.admin, **looser)
        assert (answer.status_code, code(answer)) == (409, "representative-gone")
    assert change(office.admin, k=6).json()["in_force_at"]
    assert rules(ana)["k"] == 6
    change(office.admin, representative=ana.id)
    wait(office, clock, days=NOTICE_DAYS - 1)
    assert rules(ana)["representative"]["id"] == olga.id
    wait(office, clock, days=2)
    assert rules(ana)["representative"]["id"] == ana.id
    assert ana.get("/api/v1/me").json()["representative"] is True


def test_the_representative_is_a_member_who_is_here_and_no_admin(office: Office, other_office: Office) -> None:
    boss, gone = office.person("boss", role=Role.ADMIN), office.person("gone")
    leave(office, gone)
    for somebody in (office.admin.id, boss.id, gone.id, other_office.person("mei").id):
        answer = change(office.admin, representative=somebody)
        assert (answer.status_code, code(answer)) == (422, "not-a-representative")
        assert answer.json()["errors"][0]["pointer"] == "#/representative"
    assert rules(office.admin)["version"] == 1


def test_terms_that_contradict_each_other_are_refused(office: Office) -> None:
    for wrong, pointer in (
        ({"k": 5, "colluders": 4}, "#/colluders"),
        ({"k": 3, "colluders": 2}, "#/colluders"),
        (POOLED | {"named_exports": True}, "#/named_exports"),
        ({"k": 2}, "#/k"),
        ({"k": 51}, "#/k"),
        ({"colluders": 0}, "#/colluders"),
        ({"retention_days": 29}, "#/retention_days"),
        ({"retention_days": 731}, "#/retention_days"),
        ({"calendar": "daily"}, "#/calendar"),
        ({"teammates_rate": "yes"}, "#/teammates_rate"),
    ):
        answer = change(office.admin, **wrong)
        assert answer.status_code == 422, wrong
        assert answer.json()["errors"][0]["pointer"] == pointer
    assert rules(office.admin)["version"] == 1


def test_whoever_changes_an_older_version_is_told(office: Office) -> None:
    office.person("ana")
    assert change(office.admin, k=6).status_code == 201
    answer = change(office.admin, base_version=1, k=7)
    assert (answer.status_code, code(answer)) == (409, "policy-moved-on")
    # A retry of what is published already is no conflict.
    assert change(office.admin, base_version=1).status_code == 200
    assert rules(office.admin)["version"] == 2


def test_two_admins_at_once_do_not_overwrite_each_other(office: Office) -> None:
    office.person("ana")
    start = threading.Barrier(6)

    def send(k: int) -> int:
        start.wait()
        return change(office.admin, base_version=1, k=k).status_code

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(send, range(6, 12)))
    assert answers == [201, 409, 409, 409, 409, 409]
    assert [version["version"] for version in office.admin.get("/api/v1/policy/versions").json()["items"]] == [2, 1]


def test_one_version_at_most_is_still_to_come(office: Office, clock: Clock) -> None:
    ana = office.person("ana")
    change(office.admin, **SMALLER_K)
    change(office.admin, k=5, retention_days=400)
    [latest, replaced, _] = ana.get("/api/v1/policy/versions").json()["items"]
    assert (latest["version"], replaced["version"]) == (3, 2)
    assert replaced["withdrawn_at"] is not None
    wait(office, clock, days=NOTICE_DAYS + 1)
    assert (rules(ana)["k"], rules(ana)["retention_days"]) == (5, 400)


def test_a_version_still_to_come_can_be_withdrawn(office: Office, clock: Clock) -> None:
    olga = with_representative(office)
    version = change(office.admin, **SMALLER_K).json()["version"]
    withdrawn = office.admin.call("DELETE", f"/api/v1/policy/{version}").json()
    assert withdrawn["withdrawn_at"] is not None
    assert office.admin.call("DELETE", f"/api/v1/policy/{version}").json() == withdrawn
    answer = olga.post(f"/api/v1/policy/{version}/countersign", None)
    assert (answer.status_code, code(answer)) == (409, "policy-withdrawn")
    wait(office, clock, days=NOTICE_DAYS + 1)
    assert rules(olga)["k"] == 5
    answer = office.admin.call("DELETE", f"/api/v1/policy/{rules(olga)['version']}")
    assert (answer.status_code, code(answer)) == (409, "policy-in-force")
    for unknown in (0, 99, 2**31, 10**30):
        assert office.admin.call("DELETE", f"/api/v1/policy/{unknown}").status_code == 404


def test_a_withdrawn_version_never_binds(office: Office, clock: Clock) -> None:
    ana = office.person("ana")
    version = change(office.admin, **SMALLER_K).json()["version"]
    office.admin.call("DELETE", f"/api/v1/policy/{version}")
    wait(office, clock, days=NOTICE_DAYS + 1)
    assert (rules(ana)["version"], rules(ana)["k"], rules(ana)["upcoming"]) == (1, 5, None)
    assert change(office.admin, k=6).json()["version"] == version + 1


def test_the_rules_in_force_cannot_be_published_over_a_version_to_come(office: Office) -> None:
    office.person("ana")
    change(office.admin, **SMALLER_K)
    answer = change(office.admin, k=5)
    assert (answer.status_code, code(answer)) == (409, "nothing-changes")


def test_every_version_is_in_the_log(office: Office) -> None:
    olga = with_representative(office)
    version = change(office.admin, **SMALLER_K).json()["version"]
    olga.post(f"/api/v1/policy/{version}/countersign", None)
    office.admin.call("DELETE", f"/api/v1/policy/{version}")
    log = [entry for entry in olga.get("/api/v1/log").json()["items"] if entry["action"] == "policy"]
    assert [(entry["detail"]["what"], entry["detail"]["version"], entry["actor"]["id"]) for entry in log] == [
        ("withdrawn", 3, office.admin.id),
        ("countersigned", 3, olga.id),
        ("published", 3, office.admin.id),
        ("published", 2, office.admin.id),
    ]


def test_me_tells_what_the_button_must_know(office: Office) -> None:
    ana = office.person("ana")
    me = ana.get("/api/v1/me").json()
    assert (me["policy"]["k"], me["policy"]["release_on"], me["policy"]["breakdown"]) == (5, None, "none")
    assert (me["paused"], me["representative"]) == (False, False)
    change(office.admin, **POOLED)
    release_on = date.fromisoformat(ana.get("/api/v1/me").json()["policy"]["release_on"])
    assert release_on == next_release_on(Calendar.MONTHLY, datetime.now(UTC))
    assert rules(ana)["next_release_on"] == release_on.isoformat()


@pytest.mark.parametrize(
    ("calendar", "moment", "expected"),
    [
        ("monthly", "2026-11-22T23:00:00Z", "2026-12-01"),
        ("monthly", "2026-12-31T23:59:59Z", "2027-01-01"),
        # Midnight itself belongs to the period that begins: the release of that date is being made.
        ("monthly", "2026-12-01T00:00:00Z", "2027-01-01"),
        ("monthly", "2026-12-01T00:30:00+01:00", "2026-12-01"),
        ("quarterly", "2026-11-22T23:00:00Z", "2027-01-01"),
        ("quarterly", "2027-01-01T00:00:00Z", "2027-04-01"),
        ("quarterly", "2027-06-30T12:00:00Z", "2027-07-01"),
        ("quarterly", "2027-08-01T12:00:00Z", "2027-10-01"),
    ],
)
def test_rule_04_release_dates_follow_from_the_calendar_alone(calendar: str, moment: str, expected: str) -> None:
    assert next_release_on(Calendar(calendar), datetime.fromisoformat(moment)).isoformat() == expected


def test_rule_04_release_dates_between_two_days() -> None:
    found = release_dates(Calendar.QUARTERLY, date(2026, 10, 1), date(2027, 4, 1))
    assert [day.isoformat() for day in found] == ["2027-01-01", "2027-04-01"]


def leave(office: Office, person: Person) -> None:
    """The person leaves the organisation, as an admin does it on the command line."""
    with office.app.app_context():
        leavers.leave(office.organisation_id, person.member.id)
    del office.people[next(name for name, somebody in office.people.items() if somebody is person)]
