"""Broken pages: admins learn which parts of which tool file found nothing, and nothing else about anybody."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import inspect, select

from handclasp.db import db, reading, writing
from handclasp.limits import service as limits
from handclasp.limits.models import Tally
from handclasp.tools.models import Breakage
from tests.support.office import Clock, Office, Person
from tests.support.tools import breakage, bundled_file, tool_file

PATH = "/api/v1/tools"
LIST = f"{PATH}/breakages"


@pytest.fixture(autouse=True)
def at_noon(clock: Clock) -> None:
    """What counts once a day must not meet midnight in the middle of a test."""
    clock.forward(hours=(36 - clock.now().hour) % 24 or 24)


def tell(person: Person, *failed: str, tool: str = "trac", **changes: Any) -> httpx.Response:
    return person.post(f"{PATH}/{tool}/breakages", breakage(*failed, **changes))


def broken(person: Person) -> list[dict[str, Any]]:
    return person.get(LIST).json()["items"]


def counts(person: Person) -> dict[str, int]:
    return {" ".join(one["failed"]): one["count"] for one in broken(person)}


def settle(person: Person, breakage_id: str, settled: bool = True) -> httpx.Response:
    return person.put(f"{LIST}/{breakage_id}", {"settled": settled})


def test_a_broken_page_is_told_and_seen_by_admins(office: Office, clock: Clock) -> None:
    today = clock.now().date().isoformat()
    answer = tell(office.person("ana"), "#/people/owner/0", "#/anchors", kind=None)
    assert (answer.status_code, answer.json()) == (202, {"counted": True})
    (seen,) = broken(office.admin)
    assert seen.pop("id")
    assert seen == {
        "tool": "trac", "name": "Trac", "kind": None, "digest": "ab" * 32, "bundled": True,
        "failed": ["#/anchors", "#/people/owner/0"], "count": 1, "first_on": today, "last_on": today,
    }  # fmt: skip


def test_the_same_counts_once_a_day_for_each_who_meets_it(office: Office, clock: Clock) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    began = clock.now().date()
    assert tell(ana, "#/title", "#/anchors").status_code == 202
    again = tell(ana, "#/anchors", "#/title")
    assert (again.status_code, again.json()) == (200, {"counted": False})
    assert tell(tomas, "#/anchors", "#/title").status_code == 202
    clock.forward(days=1)
    office.stay_connected()
    assert tell(ana, "#/anchors", "#/title").status_code == 202
    (seen,) = broken(office.admin)
    assert (seen["count"], seen["first_on"], seen["last_on"]) == (
        3,
        began.isoformat(),
        (began + timedelta(days=1)).isoformat(),
    )


def test_what_differs_in_tool_file_kind_or_parts_is_another_breakage(office: Office) -> None:
    ana = office.person("ana")
    assert {
        tell(ana, "#/anchors").status_code,
        tell(ana, "#/anchors/0").status_code,
        tell(ana, "#/anchors", kind="wish").status_code,
        tell(ana, "#/anchors", kind=None).status_code,
        tell(ana, "#/anchors", digest="cd" * 32).status_code,
        tell(ana, "#/anchors", tool="redmine").status_code,
    } == {202}
    assert [one["count"] for one in broken(office.admin)] == [1] * 6


def test_at_once_everybody_counts_and_nobody_twice(office: Office) -> None:
    people = [office.person(f"member{number}") for number in range(4)] * 3
    start = threading.Barrier(len(people))

    def send(person: Person) -> int:
        start.wait()
        return tell(person).status_code

    with ThreadPoolExecutor(len(people)) as threads:
        assert sorted(threads.map(send, people)) == [200] * 8 + [202] * 4
    assert counts(office.admin) == {"#/anchors": 4}


def test_a_tool_of_ones_own_can_break_and_one_that_nobody_knows_cannot(office: Office, other_office: Office) -> None:
    ana = office.person("ana")
    unknown = tell(ana, tool="wishes")
    assert (unknown.status_code, unknown.json()["type"]) == (404, "urn:handclasp:problem:unknown-tool")
    assert "knows no tool of this id" in unknown.json()["detail"]
    office.admin.put(f"{PATH}/wishes", tool_file())
    assert tell(ana, tool="wishes", bundled=False).status_code == 202
    assert broken(office.admin)[0]["name"] == "Wish list"
    assert tell(other_office.person("mei"), tool="wishes").status_code == 404
    office.admin.call("DELETE", f"{PATH}/wishes")
    assert tell(ana, "#/title", tool="wishes").status_code == 404


def test_rule_10_fifty_a_day_and_what_is_too_much_is_not_stored(office: Office, clock: Clock) -> None:
    ana, tomas = office.person("ana"), office.person("tomas")
    answers = [tell(ana, f"#/title/{number}") for number in range(50)]
    assert {answer.status_code for answer in answers} == {202}
    # The same again is no more.
    assert tell(ana, "#/title/7").status_code == 200
    enough = tell(ana, "#/title/50")
    assert (enough.status_code, enough.json()["type"]) == (429, "urn:handclasp:problem:limit")
    assert "50 reports of broken pages" in enough.json()["detail"]
    assert 0 < int(enough.headers["Retry-After"]) <= 86400
    assert "#/title/50" not in counts(office.admin)
    assert tell(tomas, "#/title/50").status_code == 202
    clock.forward(days=1)
    office.stay_connected()
    assert tell(ana, "#/title/50").status_code == 202


@pytest.mark.parametrize(
    "changes",
    [
        {"failed": []},
        {"failed": ["#/anchors", "#/anchors"]},
        {"failed": ["https://trac.example.org/ticket/1"]},
        {"failed": ["#/anchors\n"]},
        {"failed": ["#/anchors/Secret ticket"]},
        {"failed": ["#/people/boss"]},
        {"failed": ["#/items/0"]},
        {"failed": ["#/title/007"]},
        {"failed": [f"#/title/{number}" for number in range(41)]},
        {"digest": "latest"},
        {"digest": "AB" * 32},
        {"digest": "ab" * 32 + "\n"},
        {"kind": "My secret ticket"},
        {"kind": "ticket\n"},
        {"bundled": "yes"},
        {"url": "https://trac.example.org/ticket/1"},
        {"host": "trac.example.org"},
        {"title": "A ticket"},
    ],
)
def test_nothing_but_parts_of_a_tool_file_can_be_told(office: Office, changes: dict[str, Any]) -> None:
    answer = office.person("ana").post(f"{PATH}/trac/breakages", breakage() | changes)
    assert answer.status_code == 422, answer.text
    assert broken(office.admin) == []


def test_nothing_stored_names_member_page_or_time_of_day(office: Office) -> None:
    """Whoever steals the database learns that pages of a tool broke, on which days."""
    people = [office.person(name) for name in ("ana", "tomas", "mei")]
    for person in people:
        tell(person, "#/anchors", "#/people/owner")
    organisation_id = office.organisation_id
    with office.app.app_context():
        columns = {column["name"]: str(column["type"]) for column in inspect(db.engine).get_columns("breakage")}
        with reading(organisation_id) as session:
            (row,) = session.execute(select(Breakage.__table__).where(Breakage.organisation_id == organisation_id))
            keys = session.execute(select(Tally.key).where(Tally.organisation_id == organisation_id)).scalars().all()
    assert set(columns) == {
        "organisation_id", "id", "tool", "digest", "kind", "bundled", "failed", "count", "first_on", "last_on",
        "settled",
    }  # fmt: skip
    assert not [name for name, kind in columns.items() if "TIME" in kind.upper()]
    stored = row._mapping
    assert stored["id"].version == 5, "an id made of the time would tell it"
    assert (stored["count"], stored["failed"]) == (3, ["#/anchors", "#/people/owner"])
    raw = repr(row) + repr(keys)
    for person in people:
        for said in (person.id, person.member.id.hex, repr(person.member.id.bytes)[2:-1], person.member.email):
            assert said not in raw
    assert "example.org" not in raw
    assert "http" not in raw
    # Names of counts tell nobody, and are gone after midnight.
    assert len(keys) == 6
    assert {len(key) for key in keys} == {32}
    with office.app.app_context(), writing(organisation_id) as session:
        limits.empty(session, organisation_id)
    assert counts(office.admin) == {"#/anchors #/people/owner": 3}


@pytest.mark.parametrize("config", ["sqlite"], indirect=True)
def test_the_databases_own_log_tells_no_order(office: Office) -> None:
    """Between two entries with a time, a report in the log would have one, too."""
    with office.app.app_context():
        log = Path(f"{db.engine.url.database}-wal")
    office.person("tomas").thank(office.person("ana"))
    assert log.stat().st_size > 0
    tell(office.person("ana"))
    assert log.stat().st_size == 0


def test_two_organisations_tell_apart_from_each_other(office: Office, other_office: Office) -> None:
    tell(office.person("ana"))
    assert broken(other_office.admin) == []
    tell(other_office.person("mei"))
    (ours,), (theirs,) = broken(office.admin), broken(other_office.admin)
    assert (ours["count"], theirs["count"]) == (1, 1)
    tell(office.person("ana"), "#/title")
    mine = next(one["id"] for one in broken(office.admin) if one["failed"] == ["#/title"])
    assert settle(other_office.admin, mine).status_code == 404
    assert len(broken(office.admin)) == 2
    other_office.admin.put(f"{PATH}/trac", bundled_file("trac"))
    assert len(broken(office.admin)) == 2


# --- settled -------------------------------------------------------------------------------------


def test_what_was_seen_to_stays_away_until_it_is_met_with_another_file(office: Office, clock: Clock) -> None:
    ana = office.person("ana")
    tell(ana)
    (seen,) = broken(office.admin)
    assert settle(office.admin, seen["id"]).json() == {"settled": True}
    assert broken(office.admin) == []
    clock.forward(days=1)
    office.stay_connected()
    assert tell(ana).status_code == 202
    assert broken(office.admin) == []
    tell(ana, digest="cd" * 32)
    assert [one["digest"] for one in broken(office.admin)] == ["cd" * 32]
    settle(office.admin, seen["id"], settled=False)
    assert sorted(one["count"] for one in broken(office.admin)) == [1, 2]


def test_another_file_settles_what_was_told_of_those_before(office: Office) -> None:
    admin, ana, tomas = office.admin, office.person("ana"), office.person("tomas")
    tell(ana)
    tell(ana, tool="redmine")
    first = admin.put(f"{PATH}/trac", bundled_file("trac")).json()["version"]
    assert [one["tool"] for one in broken(admin)] == ["redmine"]
    # Met with the new file: the correction did not help.
    tell(ana, "#/title", digest=first, bundled=False)
    assert [one["failed"] for one in broken(admin) if one["tool"] == "trac"] == [["#/title"]]
    # The same file again is no other one.
    admin.put(f"{PATH}/trac", bundled_file("trac"))
    assert [one["failed"] for one in broken(admin) if one["tool"] == "trac"] == [["#/title"]]
    admin.put(f"{PATH}/trac", bundled_file("trac") | {"name": "Our Trac"})
    assert [one["tool"] for one in broken(admin)] == ["redmine"]
    # Back to a file before: what breaks with it is news again.
    admin.put(f"{PATH}/trac", bundled_file("trac"))
    tell(tomas, "#/title", digest=first, bundled=False)
    assert [one["count"] for one in broken(admin) if one["tool"] == "trac"] == [1]
    # And back to the bundled one.
    admin.call("DELETE", f"{PATH}/trac")
    assert [one["tool"] for one in broken(admin)] == ["redmine"]
    tell(tomas)
    assert [one["bundled"] for one in broken(admin) if one["tool"] == "trac"] == [True]


def test_what_nobody_meets_any_more_is_forgotten(office: Office, clock: Clock) -> None:
    ana = office.person("ana")
    tell(ana, "#/title")
    clock.forward(days=180)
    office.stay_connected()
    tell(ana, "#/anchors")
    assert set(counts(office.admin)) == {"#/title", "#/anchors"}
    clock.forward(days=1)
    office.stay_connected()
    tell(ana, "#/anchors")
    assert set(counts(office.admin)) == {"#/anchors"}


# --- the list ------------------------------------------------------------------------------------


def test_the_list_has_the_latest_first_and_goes_on(office: Office, clock: Clock) -> None:
    ana = office.person("ana")
    for number in range(3):
        tell(ana, f"#/title/{number}")
        tell(ana, f"#/anchors/{number}")
        clock.forward(days=1)
        office.stay_connected()
    days = [date.fromisoformat(one["last_on"]) for one in broken(office.admin)]
    assert days == sorted(days, reverse=True)
    found: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(3):
        answer = office.admin.get(LIST, params={"limit": "2"} | cursor).json()
        found += [one["id"] for one in answer["items"]]
        cursor = {"cursor": answer["next"]}
    assert answer["next"] is None
    assert found == [one["id"] for one in broken(office.admin)]
    for forged in ("nonsense", "WyJ4IiwieSJd", "W10"):
        assert office.admin.get(LIST, params={"cursor": forged}).status_code == 422


def test_the_page_says_in_words_what_broke_and_takes_that_it_was_seen_to(office: Office) -> None:
    admin = office.admin.sign_in()
    tell(office.person("ana"), "#/anchors", "#/people/owner/0", "#/people/me", "#/title")
    tell(office.person("tomas"), "#/anchors", "#/people/owner/0", "#/people/me", "#/title")
    text = " ".join(admin.browser.get("/tools").text.split())
    assert (
        "<b>Trac</b>, ticket: not found: a place for the button, who is signed in, the owner (place 1), the title."
        in text
    )
    assert "2 times, on" in text
    assert "With the file that comes with Handclasp." in text
    assert 'href="/tools?file=trac#file"' in text
    action = re.search(r'action="(/tools/breakages/[\w-]+/settle)"', text)
    token = re.search(r'name="csrf" value="(\w+)"', text)
    assert action
    assert token
    assert admin.browser.post(action[1], data={"csrf": token[1]}).status_code == 303
    assert broken(admin) == []
