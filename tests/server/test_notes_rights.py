"""What a note's recipient may do: mute, block, report, make public. Its author can tell none of it (rules 11, 15)."""

from __future__ import annotations

import re
import uuid
from typing import Any

import httpx
import pytest

from handclasp import db as database
from handclasp.people.models import Role
from tests.support.office import Clock, Office, Person


def test_rule_11_what_a_muted_colleague_sends_arrives_as_read(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    keep_away(ana, tomas, "mute")
    tomas.thank(ana, "Hello?")
    [entry] = ana.inbox()
    assert (entry["text"], entry["read"]) == ("Hello?", True)
    assert ana.get("/api/v1/inbox/unread").json() == {"unread": 0}


def test_rule_11_what_a_blocked_colleague_sends_never_arrives(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    keep_away(ana, tomas, "block")
    note = tomas.thank(ana, "Hello?").json()["id"]
    assert ana.inbox() == []
    assert ana.get("/api/v1/inbox/unread").json() == {"unread": 0}
    # Unblocked, they are heard from now on; what was hidden stays hidden, and has no rights of its own.
    assert ana.call("DELETE", f"/api/v1/mutes/{tomas.id}").json() == {"items": []}
    assert ana.inbox() == []
    assert report(ana, note).status_code == 404
    assert publish(ana, note).status_code == 404
    tomas.thank(ana, "And now?")
    assert [entry["text"] for entry in ana.inbox()] == ["And now?"]


@pytest.mark.parametrize("kind", ["mute", "block"])
def test_rule_11_to_the_sender_a_mute_looks_like_success_byte_by_byte(
    office: Office, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Two colleagues with names of one length, one of whom keeps the sender away: every answer is the same."""
    tomas, ana, eva = office.person("tomas"), office.person("ana"), office.person("eva")
    moment = database.utc_now()
    monkeypatch.setattr(database, "_clock", lambda: moment)
    keep_away(ana, tomas, kind)
    word = {"kind": "word", "item": None}
    seen: dict[str, list[tuple[Any, ...]]] = {}
    for colleague in (ana, eva):
        note_id, rating_id = str(uuid.uuid4()), str(uuid.uuid4())
        answers = [
            tomas.thank(colleague, "Thanks", id=note_id),
            tomas.thank(colleague, "Thanks", id=note_id),
            tomas.thank(colleague, "Other words", id=note_id),
            tomas.thank(colleague, "A word", **word),
            tomas.rate(colleague, "missed", id=rating_id),
            tomas.get(f"/api/v1/ratings/{rating_id}"),
            tomas.get("/api/v1/people", params={"q": colleague.member.name}),
            tomas.get("/api/v1/inbox"),
            tomas.get("/api/v1/wall"),
        ]
        seen[colleague.id] = [told(answer, colleague, note_id, rating_id) for answer in answers]
    assert seen[ana.id] == seen[eva.id]


def told(answer: httpx.Response, colleague: Person, *ids: str) -> tuple[Any, ...]:
    """Everything an answer tells, with the colleague and the ids of this exchange taken out."""
    text = answer.text.replace(colleague.id, "*").replace(colleague.member.name, "*")
    for number, mine in enumerate(ids):
        text = text.replace(mine, f"#{number}")
    # The id of a note whose id the test did not choose.
    own = answer.json().get("id") if answer.is_success else None
    if own:
        text = text.replace(own, "#")
    return answer.status_code, answer.headers.multi_items(), text


def test_rule_11_only_i_see_whom_i_keep_away(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    answer = keep_away(ana, tomas, "mute")
    assert answer.json() == {"colleague": as_person(tomas), "kind": "mute"}
    assert keep_away(ana, tomas, "block").json()["kind"] == "block"
    assert ana.get("/api/v1/mutes").json() == {"items": [{"colleague": as_person(tomas), "kind": "block"}]}
    for other in (tomas, office.admin):
        assert other.get("/api/v1/mutes").json() == {"items": []}


def test_rule_11_no_export_tells_of_mutes_blocks_and_reports(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    tomas.thank(ana, "One")
    plain = exported(office)
    keep_away(ana, tomas, "block")
    report(ana, ana.inbox()[0]["id"], "This hurt.")
    publish(ana, ana.inbox()[0]["id"])
    assert exported(office) == plain


def exported(office: Office) -> list[str]:
    return [office.admin.get(f"/api/v1/exports/{dataset}").text for dataset in ("notes", "ratings", "members")]


def test_mutes_of_myself_and_of_strangers_are_refused(office: Office, other_office: Office) -> None:
    ana, foreign = office.person("ana"), other_office.person("mei")
    assert keep_away(ana, ana, "mute").json()["type"] == "urn:handclasp:problem:self"
    assert keep_away(ana, foreign, "mute").status_code == 404
    assert ana.put(f"/api/v1/mutes/{uuid.uuid4()}", {"kind": "mute"}).status_code == 404
    assert ana.put(f"/api/v1/mutes/{foreign.id}", {"kind": "quiet"}).json()["errors"][0]["pointer"] == "#/kind"
    assert ana.get("/api/v1/mutes").json() == {"items": []}


def test_rule_11_a_report_shows_the_note_to_admins_and_to_nobody_else(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    reported = tomas.thank(ana, "You again.", kind="word").json()
    tomas.thank(ana, "A secret word.", kind="word")
    before = tomas.get("/api/v1/inbox").text
    assert report(ana, reported["id"], "This hurt.").json() == {"reported": True}
    assert report(ana, reported["id"], "Another reason").json() == {"reported": True}
    page = office.admin.get("/api/v1/reported-notes")
    [entry] = page.json()["items"]
    assert (entry["text"], entry["reason"], entry["kind"]) == ("You again.", "This hurt.", "word")
    assert (entry["author"]["id"], entry["recipient"]["id"]) == (tomas.id, ana.id)
    assert "A secret word." not in page.text
    assert ana.get("/api/v1/reported-notes").status_code == 403
    # The author sees what they saw before.
    assert tomas.thank(ana, "You again.", kind="word", id=reported["id"]).json() == reported
    assert tomas.get("/api/v1/inbox").text == before


def test_rule_11_nobody_but_the_recipient_reports(office: Office) -> None:
    tomas, ana, mei = office.person("tomas"), office.person("ana"), office.person("mei")
    note = tomas.thank(ana).json()["id"]
    for other in (tomas, mei, office.admin):
        assert report(other, note).status_code == 404
    assert office.admin.get("/api/v1/reported-notes").json()["items"] == []


def test_rule_11_an_admin_never_sees_that_their_own_note_was_reported(office: Office) -> None:
    ana, boss = office.person("ana"), office.person("boss", role=Role.ADMIN)
    note = boss.thank(ana, "Do better.", kind="word").json()["id"]
    report(ana, note)
    assert boss.get("/api/v1/reported-notes").json()["items"] == []
    assert boss.put(f"/api/v1/reported-notes/{note}", {"settled": True}).status_code == 404
    [seen] = office.admin.get("/api/v1/reported-notes").json()["items"]
    assert seen["id"] == note


def test_a_settled_report_leaves_the_list(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    first, second = (tomas.thank(ana, text).json()["id"] for text in ("One", "Two"))
    report(ana, first)
    report(ana, second)
    assert office.admin.put(f"/api/v1/reported-notes/{first}", {"settled": True}).json() == {"settled": True}
    assert [entry["id"] for entry in office.admin.get("/api/v1/reported-notes").json()["items"]] == [second]
    office.admin.put(f"/api/v1/reported-notes/{first}", {"settled": False})
    paged = pages(office.admin, "/api/v1/reported-notes", limit=1)
    assert [entry["id"] for entry in paged] == [first, second]
    unreported = tomas.thank(ana, "Three").json()["id"]
    assert office.admin.put(f"/api/v1/reported-notes/{unreported}", {"settled": True}).status_code == 404


def test_rule_12_each_look_at_reported_notes_stands_in_the_log(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    office.admin.get("/api/v1/reported-notes")
    report(ana, tomas.thank(ana).json()["id"])
    office.admin.get("/api/v1/reported-notes")
    log = [entry for entry in tomas.get("/api/v1/log").json()["items"] if entry["action"] == "named_read"]
    # Both lines say the same: the log does not tell whether anything is reported.
    assert [(entry["actor"]["id"], entry["detail"]) for entry in log] == [
        (office.admin.id, {"dataset": "reported-notes"})
    ] * 2


def test_rule_15_thanks_are_private_until_their_recipient_makes_them_public(office: Office, clock: Clock) -> None:
    tomas, ana, mei = office.person("tomas"), office.person("ana"), office.person("mei")
    first = tomas.thank(ana, "The night shift needed exactly this.").json()["id"]
    assert mei.get("/api/v1/wall").json() == {"items": [], "next": None}
    for other in (tomas, mei, office.admin):
        assert publish(other, first).status_code == 404
    assert publish(ana, first).json() == {"public": True}
    clock.forward(seconds=5)
    second = mei.thank(ana, "Second").json()["id"]
    publish(ana, second)
    publish(ana, first)  # again: stays where it is
    shown = mei.get("/api/v1/wall").json()["items"]
    assert [entry["id"] for entry in shown] == [second, first]
    assert set(shown[1]) == {"id", "author", "recipient", "text", "item", "public_at"}
    assert (shown[1]["author"]["id"], shown[1]["recipient"]["id"]) == (tomas.id, ana.id)
    assert [entry["id"] for entry in pages(mei, "/api/v1/wall", limit=1)] == [second, first]
    assert publish(ana, first, public=False).json() == {"public": False}
    assert [entry["id"] for entry in mei.get("/api/v1/wall").json()["items"]] == [second]


def test_rule_15_words_and_reported_thanks_stay_private(office: Office) -> None:
    tomas, ana, mei = office.person("tomas"), office.person("ana"), office.person("mei")
    word = tomas.thank(ana, "Next time on Friday, please.", kind="word").json()["id"]
    refused = publish(ana, word)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:handclasp:problem:only-thanks")
    assert publish(ana, word, public=False).json() == {"public": False}
    thanks = tomas.thank(ana, "Thanks for nothing.").json()["id"]
    publish(ana, thanks)
    report(ana, thanks)
    assert mei.get("/api/v1/wall").json()["items"] == []
    again = publish(ana, thanks)
    assert (again.status_code, again.json()["type"]) == (409, "urn:handclasp:problem:note-reported")
    assert mei.get("/api/v1/wall").json()["items"] == []


def test_the_wall_shows_nothing_by_whom_i_block_and_nothing_of_other_organisations(
    office: Office, other_office: Office
) -> None:
    tomas, ana, mei = office.person("tomas"), office.person("ana"), office.person("mei")
    publish(ana, tomas.thank(ana).json()["id"])
    keep_away(mei, tomas, "block")
    assert mei.get("/api/v1/wall").json()["items"] == []
    keep_away(mei, tomas, "mute")
    assert len(mei.get("/api/v1/wall").json()["items"]) == 1
    assert other_office.person("eva").get("/api/v1/wall").json()["items"] == []


def test_bad_rights_are_refused_and_change_nothing(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    note = tomas.thank(ana).json()["id"]
    assert ana.put(f"/api/v1/notes/{note}/public", {"public": "true"}).status_code == 422
    assert report(ana, note, "x" * 501).json()["errors"][0]["pointer"] == "#/reason"
    assert report(ana, note, "\x00").status_code == 422
    assert office.admin.get("/api/v1/reported-notes").json()["items"] == []
    assert ana.get("/api/v1/wall").json()["items"] == []
    for path in ("/api/v1/wall", "/api/v1/reported-notes"):
        broken = office.admin.get(path, params={"cursor": "WzFd"})
        assert broken.json()["errors"][0]["pointer"] == "?cursor"


def test_the_wall_as_a_page_lets_only_the_recipient_take_thanks_off(office: Office) -> None:
    tomas, ana = office.person("tomas").sign_in(), office.person("ana").sign_in()
    assert "Nothing yet." in ana.browser.get("/wall").text
    note = tomas.thank(ana, "<b>Bold</b> & kind").json()["id"]
    publish(ana, note)
    page = tomas.browser.get("/wall").text
    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; kind" in page
    assert "Tomas to Ana" in page
    assert "Take it off" not in page
    forged = tomas.browser.post(f"/wall/{note}/take-off", data={"csrf": csrf(page)})
    assert forged.status_code == 404
    own = ana.browser.get("/wall").text
    assert ana.browser.post(f"/wall/{note}/take-off", data={"csrf": csrf(own)}).status_code == 303
    assert "Nothing yet." in ana.browser.get("/wall").text


def test_reported_notes_as_a_page_can_be_settled(office: Office) -> None:
    tomas, ana, admin = office.person("tomas"), office.person("ana"), office.admin.sign_in()
    assert "Nothing waits for you." in admin.browser.get("/reported-notes").text
    note = tomas.thank(ana, "You again.", kind="word").json()["id"]
    report(ana, note, "<i>This hurt.</i>")
    page = admin.browser.get("/reported-notes").text
    assert "You again." in page
    assert "&lt;i&gt;This hurt.&lt;/i&gt;" in page
    settled = admin.browser.post(f"/reported-notes/{note}/settle", data={"csrf": csrf(page)})
    assert settled.status_code == 303
    assert "Nothing waits for you." in admin.browser.get("/reported-notes").text


def csrf(page: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', page)
    assert found
    return found[1]


def keep_away(person: Person, colleague: Person, kind: str) -> httpx.Response:
    return person.put(f"/api/v1/mutes/{colleague.id}", {"kind": kind})


def report(person: Person, note_id: str, reason: str | None = None) -> httpx.Response:
    return person.post(f"/api/v1/notes/{note_id}/report", {"reason": reason})


def publish(person: Person, note_id: str, *, public: bool = True) -> httpx.Response:
    return person.put(f"/api/v1/notes/{note_id}/public", {"public": public})


def as_person(person: Person) -> dict[str, Any]:
    return {"id": person.id, "name": person.member.name, "team": None}


def pages(person: Person, path: str, limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = person.get(path, params={"limit": limit} | ({"cursor": cursor} if cursor else {})).json()
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found
