"""Notes, and the inbox in which notes and open ratings arrive."""

from __future__ import annotations

import uuid

from handclasp.paging import encode_cursor
from tests.support.office import Clock, Office, item


def test_a_note_arrives_at_once_with_its_author(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    sent = tomas.thank(ana, "The night shift needed exactly this.")
    assert sent.status_code == 201
    [entry] = ana.inbox()
    assert entry["kind"] == "thanks"
    assert entry["author"]["name"] == "Tomas"
    assert entry["text"] == "The night shift needed exactly this."
    assert entry["item"] == item()
    assert entry["read"] is False
    assert tomas.inbox() == []


def test_a_note_needs_no_handoff(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    assert tomas.thank(ana, item=None).status_code == 201
    assert ana.inbox()[0]["item"] is None


def test_the_same_note_again_changes_nothing_and_other_words_are_refused(office: Office) -> None:
    tomas, ana, mei = office.person("tomas"), office.person("ana"), office.person("mei")
    note_id = uuid.uuid4()
    first = tomas.thank(ana, "Thanks", id=note_id)
    again = tomas.thank(ana, "Thanks", id=note_id)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    other = tomas.thank(ana, "No thanks", id=note_id)
    assert (other.status_code, other.json()["type"]) == (409, "urn:handclasp:problem:note-sent")
    assert mei.thank(ana, "Thanks", id=note_id).status_code == 404
    assert len(ana.inbox()) == 1


def test_nobody_thanks_themselves(office: Office) -> None:
    ana = office.person("ana")
    assert ana.thank(ana).json()["type"] == "urn:handclasp:problem:self"
    assert ana.inbox() == []


def test_a_rating_is_seen_when_its_undo_window_has_passed(office: Office, clock: Clock) -> None:
    """Rule 1: ten seconds in which the subject sees nothing."""
    tomas, ana = office.person("tomas"), office.person("ana")
    rating_id = uuid.uuid4()
    tomas.rate(ana, "met", id=rating_id)
    clock.forward(seconds=9)
    assert ana.inbox() == []
    assert ana.get("/api/v1/inbox/unread").json() == {"unread": 0}
    clock.forward(seconds=2)
    [entry] = ana.inbox()
    assert (entry["kind"], entry["verdict"], entry["author"]["name"]) == ("rating", "met", "Tomas")
    tomas.rate(ana, "missed", id=rating_id, revision=2)
    assert ana.inbox() == []
    clock.forward(seconds=11)
    [entry] = ana.inbox()
    assert (entry["verdict"], entry["text"]) == ("missed", "A word on Monday.")


def test_the_same_verdict_again_disturbs_nobody(office: Office, clock: Clock) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    rating_id = uuid.uuid4()
    tomas.rate(ana, id=rating_id)
    clock.forward(seconds=11)
    ana.post("/api/v1/inbox/read", {"ids": [str(rating_id)]})
    again = tomas.rate(ana, id=rating_id, revision=2)
    assert (again.status_code, again.json()["revision"]) == (200, 2)
    assert [entry["read"] for entry in ana.inbox()] == [True]


def test_unread_comes_first_then_the_latest_in_pages_without_gap_or_repeat(office: Office, clock: Clock) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    sent: list[str] = []
    for number in range(9):
        clock.forward(seconds=20)
        if number % 2:
            sent.append(tomas.rate(ana, item=item(str(number))).json()["id"])
        else:
            sent.append(tomas.thank(ana, f"Thanks {number}").json()["id"])
    clock.forward(seconds=20)
    read = sent[2:5]
    assert ana.post("/api/v1/inbox/read", {"ids": read}).json() == {"unread": 6}
    expected = [key for key in reversed(sent) if key not in read] + read[::-1]
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = ana.get("/api/v1/inbox", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        assert page["unread"] == 6
        seen += [entry["id"] for entry in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == expected


def test_only_my_own_entries_become_read(office: Office) -> None:
    tomas, ana, mei = office.person("tomas"), office.person("ana"), office.person("mei")
    note = tomas.thank(ana).json()["id"]
    assert mei.post("/api/v1/inbox/read", {"ids": [note]}).json() == {"unread": 0}
    assert ana.get("/api/v1/inbox/unread").json() == {"unread": 1}
    assert ana.post("/api/v1/inbox/read", {"ids": [note, str(uuid.uuid4())]}).json() == {"unread": 0}
    assert ana.inbox()[0]["read"] is True


def test_the_unread_count_costs_a_304_until_it_changes(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    tag = ana.get("/api/v1/inbox/unread").headers["ETag"]
    unchanged = ana.get("/api/v1/inbox/unread", headers={"If-None-Match": tag})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    tomas.thank(ana)
    changed = ana.get("/api/v1/inbox/unread", headers={"If-None-Match": tag})
    assert (changed.status_code, changed.json()) == (200, {"unread": 1})


def test_a_foreign_or_broken_cursor_says_so(office: Office) -> None:
    ana = office.person("ana")
    no_zone = encode_cursor(0, "2026-11-22T10:00:00", str(uuid.uuid4()))
    for cursor in ("nonsense", "WzFd", "W10", "%00", "WyIxIiwgIjIwMjYiLCAieCJd", no_zone):
        answer = ana.get("/api/v1/inbox", params={"cursor": cursor})
        assert answer.status_code == 422, cursor
        assert answer.json()["errors"][0]["pointer"] == "?cursor"
