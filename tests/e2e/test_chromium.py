"""In Chromium, with the shipping build, against a live Handclasp and a real Trac."""

from __future__ import annotations

import csv
import io
import uuid
from typing import Any

from handclasp.tools.matcher import match_url
from handclasp.tools.service import bundled_tools
from tests.support.processes import wait_until
from tests.support.stage import Stage
from tests.support.trac import NUMBER_OWN, NUMBER_UNKNOWN, NUMBER_UNKNOWN_AGAIN


def exported(stage: Stage, dataset: str) -> list[dict[str, str]]:
    """The rows of the admin's export, taken over the API."""
    text = stage.api("olga").get(f"/exports/{dataset}", format="csv")
    return list(csv.DictReader(line for line in io.StringIO(text) if not line.startswith("# manifest")))


def verdicts(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Which ticket got which verdict."""
    return sorted((row["item"]["key"], row["verdict"]) for row in rows)


def test_one_click_reaches_the_colleague_and_the_export(stage: Stage) -> None:
    told = stage.play("one_click")

    assert told["clicksToStore"] == 1
    assert "Ana" in told["seenBy"]
    assert told["first"]["verdict"] == "met"
    assert told["first"]["subject"]["name"] == "Ana Ruiz"
    assert told["first"]["item"]["host"] == stage.world.trac.host
    assert told["again"]["verdict"] == "exceeded"
    assert told["again"]["id"] == told["first"]["id"]
    assert told["again"]["revision"] > told["first"]["revision"]
    assert told["beforeLine"] == 1, "a missed is stored only with its line"
    assert {row["verdict"] for row in told["missed"]} == {"exceeded", "missed"}
    assert told["badge"] == "3"
    assert "Tomas Lindqvist" in told["inbox"]

    ratings = exported(stage, "ratings")
    assert sorted(row["verdict"] for row in ratings) == ["exceeded", "missed"]
    assert {(row["rater_team"], row["subject_team"]) for row in ratings} == {("other", "other")}, (
        "three people are too few for an export to name their teams"
    )
    assert len(exported(stage, "notes")) == 1


def test_a_rating_given_in_another_browser_is_changed_not_doubled(stage: Stage) -> None:
    rating_id = str(uuid.uuid4())

    def rate_elsewhere() -> None:
        trac = stage.world.trac
        match = match_url(trac.ticket_url(1), bundled_tools(), {trac.host: "trac"})
        assert match is not None
        item = {"tool": match.tool, "host": match.host, "key": match.key, "kind": match.kind, "title": "Elsewhere"}
        body = {"revision": 1, "item": item, "subject": {"handle": "ana"}, "direction": "service", "verdict": "met"}
        stage.api("tomas").put(f"/ratings/{rating_id}", body)

    told = stage.play("elsewhere", {"rate elsewhere": rate_elsewhere})

    assert [(row["id"], row["verdict"], row["revision"]) for row in told["changed"]] == [(rating_id, "exceeded", 2)]
    assert told["afterUndo"] == []


def test_nothing_is_lost_when_the_server_dies(stage: Stage) -> None:
    told = stage.play("outage")

    assert len({row["id"] for row in told["rows"]}) == 3
    assert {verdict for _, verdict in verdicts(told["rows"])} == {"met"}
    wait_until(lambda: len(exported(stage, "ratings")) == 3, "the undo windows to close", pause=0.5)


def test_the_button_survives_a_page_that_rebuilds_itself(stage: Stage) -> None:
    told = stage.play("rerender")

    assert told["count"] == 1
    assert [row["verdict"] for row in told["rows"]] == ["met"]


def test_an_unknown_provider_is_named_once(stage: Stage) -> None:
    told = stage.play("first_provider", unknown=NUMBER_UNKNOWN, unknownAgain=NUMBER_UNKNOWN_AGAIN)

    assert told["first"]["subject"]["name"] == "Mei Kato"
    assert told["second"]["subject"]["name"] == "Mei Kato"
    assert told["clicks"] == 1


def test_a_verdict_by_keyboard_alone(stage: Stage) -> None:
    told = stage.play("keyboard")

    assert told["reached"]["name"] == "Met"
    assert told["chosen"]["name"] == "Exceeded"
    assert [row["verdict"] for row in told["rows"]] == ["exceeded"]


def test_rule_02_nobody_rates_their_own_work_but_its_ask(stage: Stage) -> None:
    told = stage.play("own_ticket", own=NUMBER_OWN)

    assert told["verdicts"] == []
    assert told["before"] == []
    assert [(row["direction"], row["verdict"], row["subject"]["name"]) for row in told["rows"]] == [
        ("request", "met", "Ana Ruiz")
    ]


def test_every_page_is_accessible_in_both_themes(stage: Stage) -> None:
    told = stage.play("accessible")

    assert told["broken"] == []
    assert len(told["seen"]) == 18
