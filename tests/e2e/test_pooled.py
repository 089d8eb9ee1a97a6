"""In Chromium: the button in a pooled organisation, agreements beside it, asks, and refusals with a way on."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from handclasp.app import create_app
from handclasp.config import Config
from handclasp.db import db, utc_now
from handclasp.releases.service import release_due
from handclasp.tools.matcher import match_url
from handclasp.tools.service import bundled_tools
from tests.support.client import ApiClient
from tests.support.office import moving_clock
from tests.support.stage import PEOPLE, Stage
from tests.support.trac import NUMBER_UNKNOWN, NUMBER_UNKNOWN_AGAIN

COLLEAGUES = 5
"""Besides Tomas: enough for a release of their own ratings of Ana."""


def ticket(stage: Stage, number: int) -> dict[str, str]:
    """A ticket as an item, as the extension reads it."""
    trac = stage.world.trac
    match = match_url(trac.ticket_url(number), bundled_tools(), {trac.host: "trac"})
    assert match is not None
    return {"tool": match.tool, "host": match.host, "key": match.key, "kind": match.kind, "title": "A ticket"}


def go_pooled(stage: Stage) -> None:
    """Olga makes the organisation's ratings pooled."""
    olga = stage.api("olga")
    terms = ("k", "colluders", "calendar", "breakdown", "retention_days", "teammates_rate", "named_exports")
    policy = olga.get("/policy")
    chosen = {name: policy[name] for name in terms}
    body = chosen | {"base_version": policy["version"], "attribution": "pooled", "representative": None}
    olga.put("/policy", body)


def mine(stage: Stage, number: int) -> Any:
    """Tomas's rating of Ana's work on a ticket, which the server tells him alone, and only when he asks about it."""
    people = [{"role": "owner", "handle": "ana"}]
    return stage.api("tomas").post("/handoffs/resolve", {"item": ticket(stage, number), "people": people})["rating"]


@pytest.fixture
def pooled(stage: Stage) -> Stage:
    """A stage whose organisation pools its ratings."""
    go_pooled(stage)
    return stage


def test_rule_03_a_pooled_rating_is_one_click_and_seen_by_nobody_else(pooled: Stage) -> None:
    told = pooled.play(
        "pooled",
        {"mine": lambda number: mine(pooled, number)},
        seconds=240,
        unknown=NUMBER_UNKNOWN,
        unknownAgain=NUMBER_UNKNOWN_AGAIN,
    )

    assert told["clicksToStore"] == 1
    assert "Ana sees counts of 5 or more, next on" in told["seenBy"]
    missed = told["missed"]
    assert (missed["attribution"], missed["item"], missed["what_would_have_helped"]) == ("pooled", None, None)
    assert told["named"]["id"] == told["unnamed"]["id"] == missed["id"]
    assert "Met" in told["listed"]
    assert told["told"] == [], "the server lists no pooled rating, not even to its rater"
    assert "Met" in told["found"]
    assert told["undone"] is None or told["undone"]["withdrawn"]
    assert told["verdicts"] == 3, "the choice made once is known in this browser"
    assert [entry["kind"] for entry in pooled.inbox("ana")["items"]] == ["thanks", "word"], "no rating is in her inbox"


def unknown_page(stage: Stage) -> dict[str, Any]:
    """What a page shows whose owner the server does not know."""
    return {"item": ticket(stage, NUMBER_UNKNOWN), "people": [{"role": "owner", "handle": "m.kato"}]}


def test_rule_03_a_pooled_rating_teaches_the_server_no_login(pooled: Stage) -> None:
    body = {
        "revision": 1,
        "item": ticket(pooled, NUMBER_UNKNOWN),
        "subject": {"email": PEOPLE["mei"].email},
        "direction": "service",
        "verdict": "met",
    }
    pooled.api("tomas").put(f"/ratings/{uuid.uuid4()}", body)

    assert pooled.api("tomas").post("/handoffs/resolve", unknown_page(pooled))["subject"] is None


def test_rule_07_what_was_agreed_stands_beside_the_button(stage: Stage) -> None:
    due = utc_now().date() + timedelta(days=14)

    def agree(number: int, need: str, action: str) -> None:
        expectation_id = str(uuid.uuid4())
        body = {
            "revision": 1,
            "provider": {"email": PEOPLE["ana"].email},
            "item": ticket(stage, number),
            "need": need,
            "due": due.isoformat(),
        }
        stage.api("tomas").put(f"/expectations/{expectation_id}", body)
        answer = {"action": action}
        if action == "decline":
            answer |= {"reason": "No rights on that server.", "alternative": "Mei can give them."}
        stage.api("ana").post(f"/expectations/{expectation_id}/response", answer)

    told = stage.play("agreed", {"agree": agree}, seconds=180)

    assert f"{due.day}" in told["agreed"]
    assert told["missed"] == 1, "missed is still possible"
    assert told["thanks"]["text"] == "Thanks for telling me early"
    assert told["offeredAgain"] == 0


def test_what_is_refused_after_the_click_is_said_and_not_lost(stage: Stage) -> None:
    def pause(paused: bool) -> None:
        stage.api("ana").put("/me/pause", {"paused": paused})

    told = stage.play(
        "refusals",
        {
            "pause": pause,
            "go pooled": lambda: go_pooled(stage),
            "mine": lambda number: mine(stage, number),
            "release": lambda: release(stage),
        },
        seconds=300,
    )

    assert "no ratings at present" in told["paused"]
    assert told["word"]["text"] == "A word on Tuesday."
    assert told["rating"]["what_would_have_helped"] is None
    assert "release" in told["released"]
    assert "Met" in told["kept"]


def release(stage: Stage) -> None:
    """Let the next release date come, with enough colleagues who rated Ana."""
    server = stage.world.server
    for number in range(COLLEAGUES):
        email = f"colleague-{number}@example.org"
        server.invite(email, f"Colleague {number}", "--team", "Support")
        with ApiClient(server.url, server.sign_in_link(email)) as colleague:
            body = {
                "revision": 1,
                "item": ticket(stage, 3),
                "subject": {"email": PEOPLE["ana"].email},
                "direction": "service",
                "verdict": "met",
            }
            colleague.put(f"/ratings/{uuid.uuid4()}", body)
    organisation_id = uuid.UUID(stage.api("olga").get("/me")["organisation"]["id"])
    server.kill()
    app = create_app(Config.from_environment(server.env))
    with moving_clock() as clock, app.app_context():
        clock.forward(days=40)
        release_due(organisation_id)
        db.engine.dispose()
    server.start()
