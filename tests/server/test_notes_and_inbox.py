"""Notes, and the inbox in which notes and open ratings arrive."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from handclasp import db as database
from handclasp.db import new_id, writing
from handclasp.paging import encode_cursor
from handclasp.policy.models import Attribution, Breakdown
from handclasp.ratings.models import Direction, Verdict
from handclasp.releases.models import Form, Release, ReleaseCell
from tests.support.office import Clock, Office, Person, item


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


def test_a_rating_says_whether_it_is_about_my_work_or_what_i_asked_for(office: Office, clock: Clock) -> None:
    ana, tomas = office.person("ana"), office.person("tomas")
    tomas.rate(ana)
    tomas.rate(ana, direction="request")
    tomas.thank(ana)
    clock.forward(seconds=11)

    assert sorted(str(entry["direction"]) for entry in ana.inbox()) == ["None", "request", "service"]


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
    before_time = encode_cursor(0, "0001-01-01T00:00:00+14:00", str(uuid.uuid4()))
    after_time = encode_cursor(0, "9999-12-31T23:59:59-14:00", str(uuid.uuid4()))
    broken = ("nonsense", "WzFd", "W10", "%00", "WyIxIiwgIjIwMjYiLCAieCJd", no_zone, before_time, after_time)
    for cursor in broken:
        answer = ana.get("/api/v1/inbox", params={"cursor": cursor})
        assert answer.status_code == 422, cursor
        assert answer.json()["errors"][0]["pointer"] == "?cursor"


def ask(customer: Person, provider: Person, **changes: Any) -> str:
    """The id of a new expectation."""
    body = {"revision": 1, "provider": {"member": provider.id}, "item": item(), "need": "All rows"} | changes
    answer = customer.put(f"/api/v1/expectations/{uuid.uuid4()}", body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def respond(person: Person, expectation: str, action: str, **more: Any) -> None:
    answer = person.post(f"/api/v1/expectations/{expectation}/response", {"action": action} | more)
    assert answer.status_code == 200, answer.text


def say(person: Person, repair: str, text: str) -> str:
    """The id of a new message."""
    message = str(uuid.uuid4())
    answer = person.put(f"/api/v1/repairs/{repair}", {"message": {"id": message, "text": text}})
    assert answer.status_code == 200, answer.text
    return message


def release(office: Office, subject: Person, day: date) -> str:
    """The id of a release about `subject`, as the worker makes it."""
    release_id = new_id()
    own = {"organisation_id": office.organisation_id}
    with office.app.app_context(), writing(office.organisation_id) as session:
        session.add(
            Release(
                **own,
                id=release_id,
                released_on=day,
                attribution=Attribution.POOLED,
                direction=Direction.SERVICE,
                subject_id=subject.member.id,
                team_id=None,
                breakdown=Breakdown.NONE,
                raters=5,
            )
        )
        session.flush()
        session.add(
            ReleaseCell(
                **own,
                release_id=release_id,
                position=0,
                label=None,
                raters=5,
                form=Form.NEARLY_ALL,
                leading=Verdict.MET,
                missed=0,
                met=5,
                exceeded=0,
                repaired=0,
                causes={},
            )
        )
    return str(release_id)


def kinds(person: Person) -> list[tuple[str, str, bool]]:
    return [(entry["kind"], entry["id"], entry["read"]) for entry in person.inbox()]


def mark(person: Person, *ids: str) -> int:
    return person.post("/api/v1/inbox/read", {"ids": list(ids)}).json()["unread"]


def test_an_expectation_comes_to_each_side_when_the_other_has_moved(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    wanted = ask(tomas, ana)
    [entry] = ana.inbox()
    assert (entry["kind"], entry["id"], entry["read"], entry["author"]["name"]) == (
        "expectation", wanted, False, "Tomas",
    )  # fmt: skip
    assert (entry["text"], entry["expectation"]["may"]) == ("All rows", ["accept", "counter", "decline"])
    assert tomas.inbox() == [], "not before it is answered"
    mei = office.person("mei")
    assert (mei.inbox(), mark(mei, wanted), kinds(ana)) == ([], 0, [("expectation", wanted, False)])
    respond(ana, wanted, "counter", need="Half of them")
    assert kinds(ana) == [("expectation", wanted, True)], "who moves has read"
    [entry] = tomas.inbox()
    assert (entry["read"], entry["author"]["name"]) == (False, "Ana")
    assert entry["expectation"]["counter"] == {"need": "Half of them", "due": None}
    assert mark(tomas, wanted) == 0
    respond(tomas, wanted, "accept_counter")
    assert (kinds(ana), kinds(tomas)) == ([("expectation", wanted, False)], [("expectation", wanted, True)])
    assert mark(ana, wanted) == 0


def test_a_wish_that_is_changed_is_unread_again_and_one_taken_back_is_gone(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    wanted = ask(tomas, ana)
    mark(ana, wanted)
    body = {"revision": 2, "provider": {"member": ana.id}, "item": item(), "need": "All rows and columns"}
    tomas.put(f"/api/v1/expectations/{wanted}", body)
    assert kinds(ana) == [("expectation", wanted, False)]
    respond(tomas, wanted, "withdraw")
    assert (ana.inbox(), tomas.inbox()) == ([], [])
    assert ana.get("/api/v1/inbox/unread").json() == {"unread": 0}


def test_a_message_of_the_other_side_comes_and_what_started_the_thread_comes_once(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    word = tomas.thank(ana, "A word on Monday.", kind="word").json()["id"]
    assert kinds(ana) == [("word", word, False)]
    assert tomas.inbox() == []
    for person, waiting in ((ana, 1), (tomas, 0)):
        assert person.get("/api/v1/inbox/unread").json() == {"unread": waiting}
    mark(ana, word)
    first = say(ana, word, "You are right.")
    [entry] = tomas.inbox()
    assert (entry["kind"], entry["id"], entry["text"]) == ("repair", first, "You are right.")
    assert (entry["author"]["name"], entry["item"], entry["repair"]["id"]) == ("Ana", item(), word)
    second = say(ana, word, "The row is back.")
    assert kinds(tomas) == [("repair", second, False)], "one entry for each thread: its latest message"
    assert mark(tomas, first) == 1, "what came after the one that was read stays unread"
    assert mark(tomas, second) == 0
    third = say(tomas, word, "Thank you!")
    assert kinds(ana) == [("repair", third, False), ("word", word, True)]
    assert kinds(tomas) == [("repair", second, True)]
    mei = office.person("mei")
    assert (mei.inbox(), mark(mei, third)) == ([], 0)
    assert ana.get("/api/v1/inbox/unread").json() == {"unread": 1}, "read by nobody else"


def test_an_own_release_comes_and_others_do_not(office: Office, other_office: Office) -> None:
    ana, mei = office.person("ana"), office.person("mei")
    mine = release(office, ana, date(2026, 11, 1))
    release(office, mei, date(2026, 11, 1))
    [entry] = ana.inbox()
    assert (entry["kind"], entry["id"], entry["author"], entry["at"]) == (
        "release", mine, None, "2026-11-01T00:00:00.000Z",
    )  # fmt: skip
    assert (entry["release"]["raters"], entry["release"]["unread"]) == (5, True)
    assert mark(mei, mine) == 1
    assert mark(other_office.person("jo"), mine) == 0
    assert ana.get("/api/v1/inbox/unread").json() == {"unread": 1}
    assert mark(ana, mine) == 0
    assert ana.inbox()[0]["release"]["unread"] is False


def test_the_unread_tag_changes_with_each_kind(office: Office, clock: Clock) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    word = tomas.thank(ana, "A word.", kind="word").json()["id"]
    steps = (
        lambda: ask(tomas, ana),
        lambda: say(tomas, word, "And more."),
        lambda: release(office, ana, date(2026, 11, 1)),
        lambda: tomas.thank(ana),
        lambda: (tomas.rate(ana), clock.forward(seconds=11)),
    )
    for number, step in enumerate(steps, start=2):
        tag = ana.get("/api/v1/inbox/unread").headers["ETag"]
        step()
        answer = ana.get("/api/v1/inbox/unread", headers={"If-None-Match": tag})
        assert (answer.status_code, answer.json()) == (200, {"unread": number})


def test_rule_11_open_ratings_of_a_muted_colleague_stand_among_the_read(office: Office, clock: Clock) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    ana.put(f"/api/v1/mutes/{tomas.id}", {"kind": "mute"})
    tomas.rate(ana)
    clock.forward(seconds=11)
    assert [entry["read"] for entry in ana.inbox()] == [True]
    assert ana.get("/api/v1/inbox/unread").json() == {"unread": 0}


@pytest.fixture
def standing(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """A clock that stands still until a test moves it, so that many things happen at one moment."""
    now = [datetime(2026, 12, 31, 23, 59, 40, tzinfo=UTC)]
    monkeypatch.setattr(database, "_clock", lambda: now[0])
    return now


@pytest.mark.parametrize("seed", range(6))
def test_every_entry_of_every_kind_is_on_exactly_one_page(office: Office, standing: list[datetime], seed: int) -> None:
    """Across kinds, at equal moments, at midnight where releases stand, with some read, for every size of page."""
    dice = random.Random(seed)
    tomas, ana = office.person("tomas"), office.person("ana")
    ana.put(f"/api/v1/mutes/{office.person('mei').id}", {"kind": "mute"})
    words = [tomas.thank(ana, "A word.", kind="word").json()["id"]]
    expected = set(words)
    latest: dict[str, str] = {}
    for number in range(24):
        sender = dice.choice([tomas, tomas, office.person("mei")])
        match dice.choice(("thanks", "word", "rating", "expectation", "asked", "message", "release")):
            case "thanks":
                expected.add(sender.thank(ana, str(number)).json()["id"])
            case "word":
                words.append(tomas.thank(ana, str(number), kind="word").json()["id"])
                expected.add(words[-1])
            case "rating":
                verdict = dice.choice(("missed", "met"))
                expected.add(sender.rate(ana, verdict, item=item(str(number))).json()["id"])
            case "expectation":
                expected.add(ask(sender, ana))
            case "asked":
                wanted = ask(ana, sender)
                respond(sender, wanted, "accept")
                expected.add(wanted)
            case "message":
                thread = dice.choice(words)
                expected.discard(latest.get(thread, ""))
                latest[thread] = say(tomas, thread, str(number))
                expected.add(latest[thread])
            case _:
                expected.add(release(office, ana, dice.choice((date(2027, 1, 1), date(2026, 12, 1)))))
        standing[0] += timedelta(seconds=dice.choice((0, 0, 10)))
    standing[0] += timedelta(minutes=1)
    ana.connect()
    mark(ana, *dice.sample(sorted(expected), 8))
    whole = ana.get("/api/v1/inbox", params={"limit": 200}).json()
    assert {entry["id"] for entry in whole["items"]} == expected
    order = [(entry["read"], entry["at"]) for entry in whole["items"]]
    assert order == sorted(sorted(order, key=lambda key: key[1], reverse=True), key=lambda key: key[0])
    assert whole["unread"] == sum(not read for read, _ in order)
    for limit in (1, 2, 3, 7, len(expected)):
        seen: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            more = {"cursor": cursor} if cursor else {}
            page = ana.get("/api/v1/inbox", params={"limit": limit} | more).json()
            seen += page["items"]
            assert len(seen) <= len(expected), "an entry came twice"
            cursor = page["next"]
            if cursor is None:
                break
        assert seen == whole["items"], limit
