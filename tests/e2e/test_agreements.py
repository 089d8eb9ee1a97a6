"""In Chromium: agreements, repairs, own releases and everybody's rights, against a live Handclasp."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import httpx

from handclasp.db import utc_now
from tests.support.past import begin_one_release_ago
from tests.support.stage import PEOPLE, Stage

TICKET = {"tool": "trac", "host": "trac.example.org", "key": "1", "kind": "ticket", "title": "The export"}


ANA = {"email": PEOPLE["ana"].email}
"""Ana as the subject of a rating or the recipient of a note."""


def rate_ana(stage: Stage, verdict: str, words: str | None = None) -> str:
    """Tomas rates Ana over the API, as from another browser; returns the rating's id."""
    rating_id = str(uuid.uuid4())
    item = TICKET | {"key": rating_id}
    body = {"revision": 1, "item": item, "subject": ANA, "direction": "service", "verdict": verdict}
    stage.api("tomas").put(f"/ratings/{rating_id}", body | {"what_would_have_helped": words})
    return rating_id


def test_rule_07_another_way_and_an_early_no_are_good_service(stage: Stage) -> None:
    due = utc_now().date() + timedelta(days=21)

    def agreements(login: str, side: str) -> Any:
        return stage.api(login).get("/expectations", side=side)["items"]

    def change(id: str, need: str) -> None:
        body = {"revision": 2, "provider": ANA, "need": need, "due": due.isoformat()}
        stage.api("tomas").put(f"/expectations/{id}", body)

    told = stage.play(
        "agreements",
        {"agreements": agreements, "change": change},
        seconds=300,
        due=due.isoformat(),
        changed="The October export as well",
    )

    assert told["kept"] == "No time on Friday.", "what is refused keeps its words"
    assert told["asked"]["state"] == "proposed"
    assert told["asked"]["due"] == due.isoformat()
    assert told["focusReturned"] == "decline"
    assert len(told["both"]) == 2, "what was asked while the server was away arrives once"
    assert told["beforeBoth"] == 0, "a no without an alternative is not sent"
    assert told["thanks"]["text"] == "Thanks for telling me early. That let me plan."
    assert not told["offeredAgain"]
    ended = {row["state"]: row for row in told["ended"]}
    assert set(ended) == {"done", "declined"}
    assert ended["declined"]["honest"]
    assert ended["declined"]["alternative"] == "Mei can do it on Thursday."
    assert ended["done"]["kept"]
    assert ended["done"]["countered"]
    assert ended["done"]["need"] == "The export until the 29th, the last day on Monday"


def test_rule_13_a_missed_is_answered_and_repaired(stage: Stage) -> None:
    def miss(words: str) -> str:
        return rate_ana(stage, "missed", words)

    def thread(login: str, id: str) -> Any:
        return stage.api(login).get(f"/repairs/{id}")

    told = stage.play("repair", {"miss": miss, "thread": thread}, seconds=240)

    assert told["hisChoices"] == ["answer", "close-thread"], "only the customer says that it is repaired"
    assert "writes to you" in told["inbox"]
    assert [message["author"]["name"] for message in told["thread"]["messages"]] == ["Tomas Lindqvist", "Ana Ruiz"]


def test_rule_11_and_14_reports_mutes_blocks_and_a_pause(stage: Stage) -> None:
    def thank(text: str) -> None:
        body = {"kind": "thanks", "recipient": ANA, "text": text}
        stage.api("tomas").put(f"/notes/{uuid.uuid4()}", body)

    def rate() -> int:
        try:
            rate_ana(stage, "met")
        except httpx.HTTPStatusError as refused:
            return refused.response.status_code
        return 200

    told = stage.play(
        "rights",
        {
            "thank": thank,
            "rate": rate,
            "wall": lambda: stage.api("tomas").get("/wall")["items"],
            "reported": lambda: stage.api("olga").get("/reported-notes")["items"],
        },
        seconds=240,
    )

    assert (told["wall"], told["wallAfter"]) == (1, 0)
    assert "Tomas is not told" in told["warned"]
    assert [note["reason"] for note in told["reported"]] == ["Not meant kindly."]
    assert [entry["text"] for entry in told["muted"]["items"]] == ["A second thank-you.", "Thank you for the export."]
    assert told["muted"]["unread"] == 0
    assert len(told["blocked"]["items"]) == 2, "what a blocked colleague sends does not arrive"
    assert 400 <= told["refused"] < 500
    assert told["taken"] == 200


def test_rule_04_a_release_is_read_in_the_panel_and_its_absence_explained(stage: Stage) -> None:
    begin_one_release_ago(stage.world.server)
    told = stage.play("releases", seconds=240)

    assert "7 colleagues" in told["inbox"]
    assert {"2 missed", "3 met", "2 exceeded"} <= set(told["inbox"].split("\n"))
    assert told["badge"] == "1"
    assert [row[1:] for row in told["table"]] == [["2", "3", "2"]]
    assert "Next release" in told["why"]
    assert told["broken"] == []


def test_what_fair_play_brings_to_the_panel_is_accessible_in_both_themes(stage: Stage) -> None:
    tomas, mei = stage.api("tomas"), stage.api("ana").get("/people", q="Mei")["items"][0]
    for kind, text in (("thanks", "Thank you for the export."), ("word", "A line on Tuesday would have helped.")):
        tomas.put(f"/notes/{uuid.uuid4()}", {"kind": kind, "recipient": ANA, "text": text, "item": TICKET})
    need = {"revision": 1, "provider": ANA, "need": "The export with the last day", "item": TICKET}
    due = (utc_now().date() + timedelta(days=14)).isoformat()
    tomas.put(f"/expectations/{uuid.uuid4()}", need | {"due": due})
    tomas.put(f"/expectations/{uuid.uuid4()}", need | {"due": utc_now().date().isoformat(), "item": None})

    told = stage.play("accessible_panel", seconds=240, mei=mei["id"])

    assert told["broken"] == []
    assert told["wide"] == []
    assert len(told["seen"]) == 11
