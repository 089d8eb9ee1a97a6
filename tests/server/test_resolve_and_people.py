"""Resolving a page to a handoff, and the directory."""

from __future__ import annotations

import base64
import uuid
from typing import Any

from handclasp.paging import encode_cursor
from handclasp.people import service
from tests.support.office import Office, Person, item


def ask(person: Person, *people: dict[str, str], **changes: str) -> dict[str, Any]:
    answer = person.post("/api/v1/handoffs/resolve", {"item": item(**changes), "people": list(people)})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_confirmed_owner_is_the_subject(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    office.alias("ana", ana)
    found = ask(tomas, {"role": "owner", "handle": "Ana"}, {"role": "author", "handle": "tomas"})
    assert found["subject"]["id"] == ana.id
    assert found["rate"] == {"allowed": True, "code": None, "detail": None}
    assert found["rating"] is None


def test_my_own_verdict_comes_back(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    office.alias("ana", ana)
    sent = tomas.rate(ana, "exceeded").json()
    assert ask(tomas, {"role": "owner", "handle": "ana"})["rating"] == sent
    assert ask(ana, {"role": "owner", "handle": "ana"})["rating"] is None
    assert ask(tomas, {"role": "owner", "handle": "ana"}, key="2")["rating"] is None


def test_my_own_work_offers_nothing_and_says_why(office: Office) -> None:
    ana = office.person("ana")
    office.alias("ana", ana)
    found = ask(ana, {"role": "owner", "handle": "ana"})
    assert (found["rate"]["allowed"], found["rate"]["code"]) == (False, "self")
    assert (found["thank"]["allowed"], found["thank"]["code"]) == (False, "self")


def test_likely_people_are_suggested_never_chosen(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    found = ask(tomas, {"role": "owner", "handle": "ana"})
    assert found["subject"] is None
    assert [person["id"] for person in found["suggestions"]] == [ana.id]
    assert found["handle"] == "ana"
    assert found["rate"]["code"] == "unknown-provider"


def test_two_owners_are_ambiguous(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    office.alias("ana", ana)
    assert ask(tomas, {"role": "owner", "handle": "ana"}, {"role": "owner", "handle": "mei"})["subject"] is None
    assert ask(tomas)["subject"] is None


def test_one_owner_who_stands_there_twice_is_certain(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    office.alias("ana", ana)
    twice = ({"role": "owner", "handle": "ana"}, {"role": "owner", "handle": "ana", "name": "Ana Ruiz"})
    assert ask(tomas, *twice)["subject"]["id"] == str(ana.id)


def test_resolving_writes_nothing(office: Office) -> None:
    tomas = office.person("tomas")
    ask(tomas, {"role": "owner", "handle": "ana"}, title="Seen only")
    exported = office.admin.get("/api/v1/exports/ratings").text
    assert "rows=0" in exported


def test_the_directory_is_searched_by_part_of_name_or_address(office: Office) -> None:
    tomas = office.person("tomas")
    office.member("ana")
    office.member("mei.kato")
    names = [person["name"] for person in tomas.get("/api/v1/people", params={"q": "KAT"}).json()["items"]]
    assert names == ["Mei.Kato"]
    assert tomas.get("/api/v1/people", params={"q": "100%_"}).json()["items"] == []
    everybody: list[str] = []
    cursor: str | None = None
    while True:
        page = tomas.get("/api/v1/people", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        everybody += [person["name"] for person in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert everybody == ["Admin", "Ana", "Mei.Kato", "Tomas"]


def test_names_of_every_script_are_found(office: Office) -> None:
    tomas = office.person("tomas")
    with office.app.app_context():
        service.add_member(office.organisation_id, "oe@example.org", name="Ørjan Åsen")
    for q in ("Ørjan", "ør", "ÅSEN"):
        assert len(tomas.get("/api/v1/people", params={"q": q}).json()["items"]) == 1, q


def test_a_cursor_no_database_can_compare_says_so(office: Office) -> None:
    tomas = office.person("tomas")
    for name in ("a\x00b", "\ud800", 7):
        cursor = encode_cursor(name, str(uuid.uuid4()))
        assert tomas.get("/api/v1/people", params={"cursor": cursor}).status_code == 422
    nested = base64.urlsafe_b64encode(b'"text"').decode()
    assert tomas.get("/api/v1/people", params={"cursor": nested}).status_code == 422


def test_me_tells_who_and_which_rules(office: Office) -> None:
    tomas = office.person("tomas", team="Night shift")
    me = tomas.get("/api/v1/me").json()
    assert me["member"]["name"] == "Tomas"
    assert me["member"]["team"]["name"] == "Night shift"
    assert me["email"] == "tomas@example.org"
    rules = {"version": 1, "attribution": "open", "undo_seconds": 10}
    assert me["policy"] == rules | {"k": 5, "release_on": None, "breakdown": "none"}
