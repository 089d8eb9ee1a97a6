"""The log that every member can read (rule 12)."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from handclasp.app import create_app
from handclasp.audit import service as audit
from handclasp.db import db
from handclasp.people import service as people
from tests.conftest import settings
from tests.support.office import Office, Person, browser
from tests.support.processes import ROOT


def log(person: Person, action: str) -> list[dict[str, Any]]:
    """What a member reads of one kind of act, latest first."""
    return [entry for entry in person.get("/api/v1/log?limit=200").json()["items"] if entry["action"] == action]


def csrf(page: str) -> str:
    return page.split('name="csrf" value="')[1].split('"', maxsplit=1)[0]


def test_rule_12_every_member_reads_who_exported_what_and_when(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    tomas.thank(ana)
    office.admin.get("/api/v1/exports/notes?format=ndjson")
    office.admin.browser.get("/exports/members.csv")
    assert [(entry["actor"]["id"], entry["detail"]) for entry in log(ana, "export")] == [
        (office.admin.id, {"dataset": "members", "format": "csv", "rows": 3}),
        (office.admin.id, {"dataset": "notes", "format": "ndjson", "rows": 1}),
    ]


def test_rule_12_an_export_that_cannot_be_logged_hands_nothing_out(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = office.person("ana")
    monkeypatch.setattr("handclasp.audit.service.utc_now", lambda: "no moment")
    answer = browser(office.app).get(
        "/api/v1/exports/members", headers={"Authorization": f"Bearer {office.admin.token}", "Accept": "*/*"}
    )
    assert answer.status_code == 500
    assert "ana@" not in answer.text
    monkeypatch.undo()
    assert log(ana, "export") == []


def test_a_refused_export_is_none(office: Office) -> None:
    ana = office.person("ana")
    assert ana.get("/api/v1/exports/members").status_code == 403
    assert office.admin.get("/api/v1/exports/members?format=xls").status_code == 422
    assert log(ana, "export") == []


def test_rule_12_links_that_an_admin_makes_for_somebody_else_are_logged(office: Office) -> None:
    ana = office.person("ana")
    before = len(log(ana, "sign_in_link"))
    page = office.admin.browser.get("/members").text
    answer = office.admin.browser.post("/members", data={"csrf": csrf(page), "email": ana.member.email})
    assert answer.status_code == 200
    entry, *earlier = log(ana, "sign_in_link")
    assert len(earlier) == before
    assert (entry["actor"]["id"], entry["about"]["id"]) == (office.admin.id, ana.id)
    # One's own link is nobody else's business.
    page = office.admin.browser.get("/members").text
    office.admin.browser.post("/members", data={"csrf": csrf(page), "email": office.admin.member.email})
    assert len(log(ana, "sign_in_link")) == before + 1


def test_rule_12_the_log_is_a_page_for_every_member(office: Office) -> None:
    ana = office.person("ana")
    office.admin.get("/api/v1/exports/members")
    page = ana.browser.get("/log").text
    assert "Exported members, 2 rows, as csv" in page
    assert "Made a sign-in link for Ana" in page


def test_the_log_goes_on_where_a_page_ends(office: Office, other_office: Office) -> None:
    ana = office.person("ana")
    for _ in range(3):
        office.admin.get("/api/v1/exports/members")
    first = ana.get("/api/v1/log?limit=2").json()
    rest = ana.get("/api/v1/log", params={"limit": 200, "cursor": first["next"]}).json()
    ids = [entry["id"] for entry in first["items"] + rest["items"]]
    assert ids == [entry["id"] for entry in ana.get("/api/v1/log?limit=200").json()["items"]]
    assert "Exported" in ana.browser.get("/log", params={"cursor": first["next"]}).text
    foreign = other_office.admin.get("/api/v1/log?limit=200").json()["items"]
    assert not set(ids) & {entry["id"] for entry in foreign}


def test_the_log_survives_whom_it_names(office: Office) -> None:
    """Names are looked up when the log is read: who is renamed is found by the new name, and none is kept in it."""
    ana = office.person("ana")
    with office.app.app_context():
        entries = audit.entries(office.organisation_id, cursor=None, limit=200).items
    assert all("Ana" not in str(entry.detail) for entry in entries)
    assert {entry["about"]["name"] for entry in log(ana, "sign_in_link")} >= {"Ana"}


def test_rule_12_the_command_line_is_logged_too(tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("HANDCLASP_")}
    env["HANDCLASP_DATA_DIR"] = str(tmp_path)
    for arguments in (["init", "--attribution", "pooled"], ["invite", "ana@example.org"], ["export", "members"]):
        done = subprocess.run(
            [ROOT / ".venv" / "bin" / "handclasp", *arguments], env=env, capture_output=True, text=True, check=True
        )
    assert "rows=2" in done.stdout
    app = create_app(settings(tmp_path))
    with app.app_context():
        organisation = people.organisations()[0].organisation_id
        found = audit.entries(organisation, cursor=None, limit=10).items
        db.engine.dispose()
    assert [(entry.actor, entry.action) for entry in found] == [
        (None, "export"),
        (None, "sign_in_link"),
        (None, "sign_in_link"),
    ]
    assert found[0].detail == {"dataset": "members", "format": "csv", "rows": 2}
