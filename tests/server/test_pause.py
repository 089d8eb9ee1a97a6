"""Anyone may pause being rated, no reason asked; notes still arrive (rule 14)."""

from __future__ import annotations

from sqlalchemy import inspect

from handclasp.db import db
from tests.support.office import Office


def test_rule_14_who_pauses_is_not_rated_and_still_gets_notes(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    assert ana.put("/api/v1/me/pause", {"paused": True}).json() == {"paused": True}
    assert ana.put("/api/v1/me/pause", {"paused": True}).json() == {"paused": True}
    refused = tomas.rate(ana)
    assert refused.json()["type"] == "urn:handclasp:problem:paused"
    assert tomas.thank(ana).status_code == 201
    assert [entry["kind"] for entry in ana.inbox()] == ["thanks"]
    assert ana.put("/api/v1/me/pause", {"paused": False}).json() == {"paused": False}
    assert tomas.rate(ana).status_code == 201


def test_rule_14_me_tells_that_i_pause(office: Office) -> None:
    ana = office.person("ana")
    assert ana.get("/api/v1/me").json()["paused"] is False
    ana.put("/api/v1/me/pause", {"paused": True})
    assert ana.get("/api/v1/me").json()["paused"] is True
    assert office.person("tomas").get("/api/v1/me").json()["paused"] is False


def test_rule_14_neither_reason_nor_time_is_asked_or_kept(office: Office) -> None:
    ana = office.person("ana")
    for body in ({"paused": True, "reason": "holiday"}, {"paused": "yes"}, {"paused": 1}, {}, {"paused": None}):
        assert ana.put("/api/v1/me/pause", body).status_code == 422
    with office.app.app_context():
        columns = {column["name"] for column in inspect(db.engine).get_columns("member")}
    assert {column for column in columns if "pause" in column} == {"paused"}


def test_rule_14_colleagues_are_not_told_who_pauses(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    before = tomas.get("/api/v1/people").json()
    ana.put("/api/v1/me/pause", {"paused": True})
    assert tomas.get("/api/v1/people").json() == before
