"""What an admin may take out."""

from __future__ import annotations

import csv
import hashlib
import io
import json

import pytest

from handclasp.people import service
from tests.support.office import Clock, Office, item


def body_and_manifest(text: str) -> tuple[str, str]:
    *body, last = text.splitlines(keepends=True)
    return "".join(body), last.rstrip("\r\n")


def test_ratings_come_without_names_items_and_days(office: Office, clock: Clock) -> None:
    tomas, ana = office.person("tomas"), office.person("ana", team="Search")
    tomas.rate(ana, "missed")
    clock.forward(seconds=11)
    text = office.admin.get("/api/v1/exports/ratings?format=csv").text
    body, _ = body_and_manifest(text)
    [row] = list(csv.DictReader(io.StringIO(body)))
    assert row["verdict"] == "missed"
    assert (row["tool"], row["kind"], row["subject_team"]) == ("other", "other", "other")
    for private in ("Ana", "Tomas", "ana@", "Monday", "Ticket", ana.id, tomas.id):
        assert private not in text


def test_a_team_is_named_from_k_people_on_each_side(office: Office, clock: Clock) -> None:
    givers = [office.person(f"giver{number}", team="Night shift") for number in range(5)]
    doers = [office.person(f"doer{number}", team="Search") for number in range(5)]
    for giver, doer in zip(givers, doers, strict=True):
        giver.rate(doer, item=item(giver.id))
        giver.thank(doer)
    givers[0].rate(office.person("solo", team="Solo"), item=item("solo"))
    clock.forward(seconds=11)
    rows = [json.loads(line) for line in office.admin.get("/api/v1/exports/ratings?format=ndjson").text.splitlines()]
    assert sorted((row["rater_team"], row["subject_team"]) for row in rows[:-1]) == [
        ("Night shift", "Search"),
    ] * 5 + [("other", "other")]
    notes = [json.loads(line) for line in office.admin.get("/api/v1/exports/notes?format=ndjson").text.splitlines()]
    assert {(row["author_team"], row["recipient_team"]) for row in notes[:-1]} == {("Night shift", "Search")}


def test_what_few_people_did_is_not_told_apart(office: Office, clock: Clock) -> None:
    """Between two exports one rating came: the new row has its month and verdict, not where or between whom."""
    givers = [office.person(f"giver{number}", team="Night shift") for number in range(5)]
    doers = [office.person(f"doer{number}", team="Search") for number in range(5)]
    for giver, doer in zip(givers, doers, strict=True):
        giver.rate(doer, item=item(giver.id))
    clock.forward(seconds=11)
    before = office.admin.get("/api/v1/exports/ratings?format=ndjson").text.splitlines()[:-1]
    givers[0].rate(doers[1], "missed", item=item("7", tool="redmine", kind="issue"))
    clock.forward(seconds=11)
    after = office.admin.get("/api/v1/exports/ratings?format=ndjson").text.splitlines()[:-1]
    [new] = [json.loads(line) for line in after if after.count(line) > before.count(line)]
    assert new["verdict"] == "missed"
    assert {new[name] for name in ("tool", "kind", "rater_team", "subject_team")} == {"other"}
    named = [json.loads(line) for line in before]
    assert {(row["tool"], row["rater_team"], row["subject_team"]) for row in named} == {
        ("trac", "Night shift", "Search")
    }


def test_a_hash_in_a_name_is_no_comment(office: Office) -> None:
    office.member("cy", team="Team #1")
    lines = office.admin.get("/api/v1/exports/members?format=csv").text.splitlines()
    assert any('"Team #1"' in line for line in lines)
    assert sum(line.startswith("#") for line in lines) == 1


def test_ratings_in_their_undo_window_are_not_exported(office: Office, clock: Clock) -> None:
    office.person("tomas").rate(office.person("ana"))
    assert "rows=0" in office.admin.get("/api/v1/exports/ratings").text
    clock.forward(seconds=11)
    assert "rows=1" in office.admin.get("/api/v1/exports/ratings").text


@pytest.mark.parametrize("format", ["csv", "ndjson"])
@pytest.mark.parametrize("dataset", ["ratings", "notes", "members"])
def test_the_manifest_shows_truncation(office: Office, dataset: str, format: str) -> None:
    office.person("tomas").thank(office.person("ana"))
    body, last = body_and_manifest(office.admin.get(f"/api/v1/exports/{dataset}?format={format}").text)
    rows = body.count("\n") - (1 if format == "csv" else 0)
    digest = hashlib.sha256(body.encode()).hexdigest()
    if format == "csv":
        assert last == f"# manifest dataset={dataset} rows={rows} sha256={digest}"
    else:
        assert json.loads(last) == {"manifest": {"dataset": dataset, "rows": rows, "sha256": digest}}


def test_notes_come_without_text(office: Office) -> None:
    office.person("tomas").thank(office.person("ana"), "Between us.")
    for format in ("csv", "ndjson"):
        text = office.admin.get(f"/api/v1/exports/notes?format={format}").text
        assert "Between us" not in text
        assert "thanks" in text


@pytest.mark.parametrize("name", ["=1+1", "+49", "-1", "@SUM(A1)"])
def test_spreadsheet_formulas_are_defused(office: Office, name: str) -> None:
    with office.app.app_context():
        service.add_member(office.organisation_id, "x@example.org", name=name)
    text = office.admin.get("/api/v1/exports/members?format=csv").text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert f"'{name}" in {row["name"] for row in rows}
    lines = office.admin.get("/api/v1/exports/members?format=ndjson").text.splitlines()
    assert name in {json.loads(line).get("name") for line in lines}


def test_an_unknown_dataset_or_format_says_so(office: Office) -> None:
    assert office.admin.get("/api/v1/exports/everything").status_code == 404
    answer = office.admin.get("/api/v1/exports/ratings?format=xls")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "?format")
    assert office.admin.get("/api/v1/exports/ratings?limit=3").status_code == 422
