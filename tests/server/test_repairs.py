"""Repairs: the private thread that a word or an open missed starts (rule 13)."""

from __future__ import annotations

import json
import uuid
from typing import Any

import httpx
import pytest

from handclasp.limits import service as limits
from handclasp.privacy.leavers import leave
from tests.support.office import Clock, Office, Person, item

WORD = "A word on Monday would have helped."


def word(author: Person, recipient: Person, text: str = WORD) -> str:
    """The id of a new word in private, which is that of its thread."""
    answer = author.thank(recipient, text, kind="word")
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def missed(rater: Person, subject: Person, clock: Clock, /, **changes: Any) -> str:
    """The id of a new *missed* that its subject can see by now."""
    answer = rater.rate(subject, "missed", **changes)
    assert answer.status_code in (200, 201), answer.text
    clock.forward(seconds=11)
    return answer.json()["id"]


def say(person: Person, repair: str, text: str, /, message: str | None = None, **more: Any) -> httpx.Response:
    body = {"message": {"id": message or str(uuid.uuid4()), "text": text}} | more
    return person.put(f"/api/v1/repairs/{repair}", body)


def move(person: Person, repair: str, state: str) -> httpx.Response:
    return person.put(f"/api/v1/repairs/{repair}", {"state": state})


def thread(person: Person, repair: str) -> dict[str, Any]:
    answer = person.get(f"/api/v1/repairs/{repair}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def texts(person: Person, repair: str) -> list[tuple[str, str]]:
    return [(message["author"]["name"], message["text"]) for message in thread(person, repair)["messages"]]


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("urn:handclasp:problem:")


def test_rule_13_a_word_starts_a_thread_that_both_can_write_in(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    repair = word(tomas, ana)
    mine, theirs = thread(tomas, repair), thread(ana, repair)
    assert (mine["mine"], mine["state"], mine["may"]) == ("customer", "open", ["say", "repaired", "close"])
    assert (theirs["mine"], theirs["may"], theirs["item"]) == ("provider", ["say", "close"], item())
    assert texts(ana, repair) == [("Tomas", WORD)]
    assert say(ana, repair, "You are right. The row is back.").status_code == 200
    done = say(tomas, repair, "Thank you!", state="repaired").json()
    assert (done["state"], done["may"]) == ("repaired", ["reopen"])
    assert texts(ana, repair) == [("Tomas", WORD), ("Ana", "You are right. The row is back."), ("Tomas", "Thank you!")]


def test_rule_13_thanks_start_no_thread(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    thanks = tomas.thank(ana).json()["id"]
    assert tomas.get(f"/api/v1/repairs/{thanks}").status_code == 404


def test_rule_13_an_open_missed_starts_a_thread_with_its_line(office: Office, clock: Clock) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    rating = tomas.rate(ana, "missed").json()["id"]
    assert texts(tomas, rating) == [("Tomas", "A word on Monday.")]
    assert ana.get(f"/api/v1/repairs/{rating}").status_code == 404, "not before the undo window has passed"
    assert say(ana, rating, "What?").status_code == 404
    clock.forward(seconds=11)
    assert texts(ana, rating) == [("Tomas", "A word on Monday.")]
    [entry] = ana.inbox()
    assert (entry["kind"], entry["repair"]["id"], entry["repair"]["state"]) == ("rating", rating, "open")
    move(tomas, rating, "repaired")
    assert ana.inbox()[0]["repair"]["state"] == "repaired"


def test_rule_13_other_verdicts_have_no_thread(office: Office, clock: Clock) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    rating = tomas.rate(ana, "met").json()["id"]
    clock.forward(seconds=11)
    assert tomas.get(f"/api/v1/repairs/{rating}").status_code == 404
    assert ana.inbox()[0]["repair"] is None


def test_rule_13_a_repaired_missed_is_exported_as_repaired(office: Office, clock: Clock) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    mended = missed(tomas, ana, clock)
    missed(tomas, ana, clock, item=item("2"))
    tomas.rate(ana, "met", item=item("3"))
    clock.forward(seconds=11)
    move(tomas, mended, "repaired")
    lines = office.admin.get("/api/v1/exports/ratings", params={"format": "ndjson"}).text.splitlines()
    rows = [json.loads(line) for line in lines[:-1]]
    found = sorted((row["verdict"], row["repaired"] or "") for row in rows)
    assert found == [("met", ""), ("missed", "no"), ("missed", "yes")]


def test_rule_13_a_missed_that_is_taken_back_closes_its_thread_and_its_words_are_gone(
    office: Office, clock: Clock
) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    rating = missed(tomas, ana, clock)
    say(ana, rating, "I am sorry.")
    assert tomas.rate(ana, "met", id=rating, revision=2).status_code == 200
    ended = thread(tomas, rating)
    assert (ended["state"], ended["may"]) == ("closed", [])
    assert texts(tomas, rating) == texts(ana, rating) == [("Ana", "I am sorry.")]
    assert code(move(tomas, rating, "repaired")) == (409, "repair-step")
    assert code(say(ana, rating, "Hello?")) == (409, "repair-step")
    missed(tomas, ana, clock, id=rating, revision=3, what_would_have_helped="A test.")
    again = thread(ana, rating)
    assert (again["state"], again["may"]) == ("open", ["say", "close"])
    assert texts(ana, rating) == [("Ana", "I am sorry."), ("Tomas", "A test.")]
    assert tomas.call("DELETE", f"/api/v1/ratings/{rating}?revision=4").status_code == 200
    assert thread(ana, rating)["state"] == "closed"
    assert texts(ana, rating) == [("Ana", "I am sorry.")]


def test_rule_13_a_missed_withdrawn_in_time_leaves_nothing_to_read(office: Office, clock: Clock) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    rating = tomas.rate(ana, "missed").json()["id"]
    tomas.call("DELETE", f"/api/v1/ratings/{rating}?revision=2")
    clock.forward(seconds=30)
    assert ana.get(f"/api/v1/repairs/{rating}").status_code == 404
    assert texts(tomas, rating) == []


def test_rule_13_other_words_replace_the_first_line_after_the_undo_window(office: Office, clock: Clock) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    rating = missed(tomas, ana, clock)
    say(ana, rating, "I am sorry.")
    tomas.rate(ana, "missed", id=rating, revision=2, what_would_have_helped="A test.")
    assert texts(ana, rating) == [("Ana", "I am sorry.")]
    clock.forward(seconds=11)
    assert texts(ana, rating) == [("Ana", "I am sorry."), ("Tomas", "A test.")]
    # Nothing ends because words change.
    move(tomas, rating, "repaired")
    missed(tomas, ana, clock, id=rating, revision=3, what_would_have_helped="A test, on Monday.")
    assert thread(tomas, rating)["state"] == "repaired"


@pytest.mark.parametrize(
    ("before", "side", "to", "allowed"),
    [
        ("open", "customer", "repaired", True),
        ("open", "customer", "closed", True),
        ("open", "provider", "repaired", False),
        ("open", "provider", "closed", True),
        ("repaired", "customer", "open", True),
        ("repaired", "customer", "closed", False),
        ("repaired", "provider", "open", False),
        ("repaired", "provider", "closed", False),
        ("closed", "customer", "open", True),
        ("closed", "customer", "repaired", True),
        ("closed", "provider", "open", False),
        ("closed", "provider", "repaired", False),
    ],
)
def test_rule_13_only_the_customer_says_repaired_and_either_closes(
    office: Office, before: str, side: str, to: str, allowed: bool
) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    repair = word(tomas, ana)
    if before != "open":
        assert move(tomas, repair, before).status_code == 200
    person = tomas if side == "customer" else ana
    offered = {"open": "reopen", "repaired": "repaired", "closed": "close"}[to]
    assert (offered in thread(person, repair)["may"]) is allowed
    answer = move(person, repair, to)
    if allowed:
        assert (answer.status_code, answer.json()["state"]) == (200, to)
        assert move(person, repair, to).json() == answer.json(), "the same again changes nothing"
    else:
        assert code(answer) == (409, "repair-step")
        assert before in answer.json()["detail"]
        assert thread(tomas, repair)["state"] == before


def test_a_closed_thread_takes_no_messages_until_it_is_open_again(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    repair = word(tomas, ana)
    assert say(ana, repair, "Let us talk at lunch.", state="closed").json()["state"] == "closed"
    for person in (tomas, ana):
        assert code(say(person, repair, "One more thing")) == (409, "repair-step")
    assert code(say(ana, repair, "Open", state="open")) == (409, "repair-step")
    assert len(texts(tomas, repair)) == 2
    assert say(tomas, repair, "One more thing", state="open").json()["state"] == "open"
    assert texts(ana, repair)[-1] == ("Tomas", "One more thing")


def test_the_same_message_again_changes_nothing(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    repair, other = word(tomas, ana), word(tomas, ana, "And another thing.")
    message = str(uuid.uuid4())
    first = say(ana, repair, "Sorry", message=message)
    again = say(ana, repair, "Sorry", message=message)
    assert (again.status_code, again.json()) == (200, first.json())
    assert code(say(ana, repair, "Not sorry", message=message)) == (409, "message-sent")
    assert say(tomas, repair, "Sorry", message=message).status_code == 404, "another's id"
    assert say(ana, other, "Sorry", message=message).status_code == 404, "an id of another thread"
    say(ana, repair, "Sorry", message=message, state="closed")
    # Sent before it was closed: a retry is no new message.
    assert say(ana, repair, "Sorry", message=message).status_code == 200
    assert texts(tomas, repair) == [("Tomas", WORD), ("Ana", "Sorry")]


def test_rule_13_an_id_used_in_one_thread_keeps_no_other_from_being_started(office: Office, clock: Clock) -> None:
    """Whoever is rated knows the rating's id, and must not be able to spoil it for whoever rated."""
    tomas, ana, mei = office.person("tomas"), office.person("ana"), office.person("mei")
    rating_id = missed(tomas, ana, clock)
    assert say(ana, rating_id, "Sorry.").status_code == 200
    tomas.rate(ana, "met", id=rating_id, revision=2)
    clock.forward(seconds=11)
    elsewhere = word(mei, ana)
    assert say(ana, elsewhere, "Mine.", rating_id).status_code == 200
    assert tomas.rate(ana, "missed", id=rating_id, revision=3).status_code == 200
    clock.forward(seconds=11)
    assert texts(ana, rating_id) == [("Ana", "Sorry."), ("Tomas", "A word on Monday.")]
    # Each thread has its own, also in the inbox and when one of them ends.
    assert [entry["text"] for entry in mei.inbox() if entry["kind"] == "repair"] == ["Mine."]
    assert tomas.rate(ana, "met", id=rating_id, revision=4).status_code == 200
    assert texts(mei, elsewhere) == [("Mei", WORD), ("Ana", "Mine.")]
    assert say(ana, elsewhere, "Mine.", rating_id).status_code == 200


def test_rule_13_a_word_and_a_missed_do_not_share_a_thread(office: Office, clock: Clock) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    said, rated, changed = word(tomas, ana), missed(tomas, ana, clock, item=item("2")), str(uuid.uuid4())
    assert code(tomas.rate(ana, "missed", id=said)) == (409, "id-used")
    assert texts(ana, said) == [("Tomas", WORD)]
    assert code(tomas.thank(ana, "Other words.", kind="word", id=rated)) == (409, "id-used")
    assert texts(ana, rated) == [("Tomas", "A word on Monday.")]
    assert tomas.rate(ana, "met", id=changed, item=item("3")).status_code == 201
    assert tomas.thank(ana, WORD, kind="word", id=changed).status_code == 201
    assert code(tomas.rate(ana, "missed", id=changed, item=item("3"), revision=2)) == (409, "id-used")
    assert texts(ana, changed) == [("Tomas", WORD)]


def test_a_withdrawn_rating_takes_back_nobody_elses_pick(office: Office) -> None:
    tomas, ana, mei = office.person("tomas"), office.person("ana"), office.person("mei")
    shared = str(uuid.uuid4())
    picked = {"member": ana.id, "handle": "a.n."}
    assert tomas.thank(ana, id=shared, recipient=picked).status_code == 201
    assert mei.rate(ana, id=shared).status_code == 201
    assert mei.call("DELETE", f"/api/v1/ratings/{shared}?revision=2").status_code == 200
    assert mei.thank(ana, recipient={"handle": "a.n."}).status_code == 201


def test_a_thread_is_between_two(office: Office, other_office: Office) -> None:
    tomas, ana, mei = office.person("tomas"), office.person("ana"), office.person("mei")
    repair = word(tomas, ana)
    for other in (mei, office.admin, other_office.admin):
        assert other.get(f"/api/v1/repairs/{repair}").status_code == 404
        assert say(other, repair, "Hello").status_code == 404
        assert move(other, repair, "closed").status_code == 404
    assert tomas.get(f"/api/v1/repairs/{uuid.uuid4()}").status_code == 404
    assert thread(ana, repair)["state"] == "open"
    assert len(texts(ana, repair)) == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#/message"),
        ({"message": None, "state": None}, "#/message"),
        ({"message": {"id": str(uuid.uuid4()), "text": " "}}, "#/message/text"),
        ({"message": {"id": str(uuid.uuid4()), "text": "x" * 2001}}, "#/message/text"),
        ({"message": {"id": "1", "text": "Hello"}}, "#/message/id"),
        ({"state": "won"}, "#/state"),
    ],
)
def test_bad_commands_change_nothing(office: Office, body: dict[str, Any], pointer: str) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    repair = word(tomas, ana)
    before = thread(tomas, repair)
    answer = tomas.put(f"/api/v1/repairs/{repair}", body)
    assert (code(answer), answer.json()["errors"][0]["pointer"]) == ((422, "validation"), pointer)
    assert thread(tomas, repair) == before


def test_a_message_that_is_refused_changes_no_state(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    repair = word(tomas, ana)
    message = str(uuid.uuid4())
    say(tomas, repair, "One", message=message)
    assert code(say(tomas, repair, "Two", message=message, state="closed")) == (409, "message-sent")
    assert thread(tomas, repair)["state"] == "open"


def test_a_thread_has_an_end(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    repair = word(tomas, ana)
    for number in range(99):
        assert say(tomas, repair, str(number)).status_code == 200
    assert code(say(ana, repair, "I see.")) == (409, "thread-full")
    assert len(texts(ana, repair)) == 100
    assert move(tomas, repair, "repaired").status_code == 200


def test_rule_11_who_is_blocked_writes_into_a_thread_that_nobody_reads(office: Office) -> None:
    tomas, ana, mei = office.person("tomas"), office.person("ana"), office.person("mei")
    before = word(tomas, ana, "Before.")
    ana.put(f"/api/v1/mutes/{tomas.id}", {"kind": "block"})
    repair, to_other = word(tomas, ana), word(tomas, mei)
    answers = [say(tomas, one, "Hello?", state="repaired") for one in (repair, to_other)]
    differing = {"id", "provider", "messages", "opened_at", "changed_at"}
    shown = [{key: value for key, value in answer.json().items() if key not in differing} for answer in answers]
    assert shown[0] == shown[1]
    assert [len(answer.json()["messages"]) for answer in answers] == [2, 2]
    assert ana.get(f"/api/v1/repairs/{repair}").status_code == 404
    assert move(ana, repair, "closed").status_code == 404
    # What was there before stays; what comes from now on does not arrive.
    assert say(tomas, before, "And also").status_code == 200
    assert texts(ana, before) == [("Tomas", "Before.")]
    assert texts(tomas, before) == [("Tomas", "Before."), ("Tomas", "And also")]
    assert [entry["id"] for entry in ana.inbox()] == [before]
    assert ana.get("/api/v1/inbox/unread").json() == {"unread": 1}


def test_rule_11_an_open_missed_of_somebody_blocked_is_not_shown(office: Office, clock: Clock) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    ana.put(f"/api/v1/mutes/{tomas.id}", {"kind": "block"})
    rating = missed(tomas, ana, clock)
    assert ana.inbox() == []
    assert ana.get("/api/v1/inbox/unread").json() == {"unread": 0}
    assert ana.get(f"/api/v1/repairs/{rating}").status_code == 404
    assert thread(tomas, rating)["state"] == "open"


def test_rule_11_changed_words_of_somebody_blocked_do_not_arrive(office: Office, clock: Clock) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    rating_id = missed(tomas, ana, clock)
    assert say(ana, rating_id, "Sorry.").status_code == 200
    ana.put(f"/api/v1/mutes/{tomas.id}", {"kind": "block"})
    again = {"id": rating_id, "revision": 2, "what_would_have_helped": "You hide, but I find you."}
    assert tomas.rate(ana, "missed", **again).status_code == 200
    clock.forward(seconds=11)
    assert texts(ana, rating_id) == [("Ana", "Sorry.")]
    assert texts(tomas, rating_id) == [("Ana", "Sorry."), ("Tomas", "You hide, but I find you.")]
    assert ana.inbox() == []


def test_rule_10_changed_words_of_a_missed_count_as_messages(
    office: Office, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(limits.A_DAY_TO_ONE, limits.What.MESSAGE, 2)
    tomas, ana = office.person("tomas"), office.person("ana")
    rating_id = missed(tomas, ana, clock, what_would_have_helped="A word.")

    def put(revision: int, verdict: str, words: str | None) -> httpx.Response:
        return tomas.rate(ana, verdict, id=rating_id, revision=revision, what_would_have_helped=words)

    assert put(2, "missed", "Another.").status_code == 200
    # The same words again say nothing new, and taking them back in between is no way around.
    assert put(3, "missed", "Another.").status_code == 200
    assert put(4, "met", None).status_code == 200
    assert put(5, "missed", "A third.").status_code == 200
    assert code(put(6, "missed", "A fourth.")) == (429, "limit")
    assert texts(tomas, rating_id) == [("Tomas", "A third.")]


def test_rule_11_messages_of_somebody_muted_arrive_read(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    repair = word(tomas, ana)
    ana.put(f"/api/v1/mutes/{tomas.id}", {"kind": "mute"})
    say(tomas, repair, "Hello?")
    assert {(entry["kind"], entry["read"]) for entry in ana.inbox()} == {("word", False), ("repair", True)}


def test_nobody_writes_to_somebody_who_has_left(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    repair = word(tomas, ana)
    with office.app.app_context():
        leave(office.organisation_id, ana.member.id)
    assert code(say(tomas, repair, "Still there?")) == (409, "left")
    assert move(tomas, repair, "closed").status_code == 200
