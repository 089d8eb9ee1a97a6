"""What an admin may take out."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import uuid

import httpx
import pytest

from handclasp.db import utc_now
from handclasp.people import service
from handclasp.people.models import Role
from tests.support.office import Clock, Office, Person, item
from tests.support.rules import change, rules, wait


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


def test_rule_05_the_few_ratings_of_the_other_direction_are_not_told_apart(office: Office, clock: Clock) -> None:
    """Five were served by five; one of them rated a request back from the same team: that one stands with nobody."""
    givers = [office.person(f"giver{number}", team="Night shift") for number in range(5)]
    doers = [office.person(f"doer{number}", team="Search") for number in range(5)]
    for giver, doer in zip(givers, doers, strict=True):
        giver.rate(doer, item=item(giver.id))
    givers[0].rate(doers[1], direction="request", item=item("asked"))
    clock.forward(seconds=11)
    *rows, _ = (
        json.loads(line) for line in office.admin.get("/api/v1/exports/ratings?format=ndjson").text.splitlines()
    )
    told = {(row["direction"], row["tool"], row["rater_team"]) for row in rows}
    assert told == {("service", "trac", "Night shift"), ("request", "other", "other")}


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


def named_policy(office: Office, clock: Clock, representative: Person | None = None) -> None:
    """The organisation publishes that open ratings may be exported with names, and waits until it binds."""
    if representative is not None:
        assert change(office.admin, representative=representative.id).status_code == 201
    version = change(office.admin, named_exports=True).json()["version"]
    if representative is not None:
        representative.post(f"/api/v1/policy/{version}/countersign", None)
    wait(office, clock, days=31)
    assert rules(office.admin)["named_exports"] is True


def ask(admin: Person, reason: str = "The works council asked.", named_id: uuid.UUID | None = None) -> httpx.Response:
    return admin.put(f"/api/v1/exports/named/{named_id or uuid.uuid4()}", {"reason": reason})


def take(admin: Person, named_id: str) -> httpx.Response:
    return admin.get(f"/api/v1/exports/ratings?format=ndjson&named={named_id}")


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("urn:handclasp:problem:")


def test_rule_09_without_the_policys_word_there_are_no_names(office: Office, clock: Clock) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    tomas.rate(ana)
    clock.forward(seconds=11)
    assert problem(ask(office.admin)) == (409, "named-exports-off")
    assert take(office.admin, str(uuid.uuid4())).status_code == 404
    assert ana.get("/api/v1/exports/named").json()["items"] == []


def test_rule_12_an_export_with_names_is_asked_for_signed_and_logged(office: Office, clock: Clock) -> None:
    tomas, ana, olga = office.person("tomas"), office.person("ana", team="Search"), office.person("olga")
    named_policy(office, clock, olga)
    tomas.rate(ana, "exceeded")
    clock.forward(seconds=11)
    asked = ask(office.admin).json()
    assert (asked["state"], asked["needs_countersignature"], asked["usable_until"]) == ("waiting", True, None)
    assert problem(take(office.admin, asked["id"])) == (409, "not-countersigned")
    for somebody in (office.admin, tomas):
        answer = somebody.post(f"/api/v1/exports/named/{asked['id']}/countersign", None)
        assert problem(answer) == (403, "representative-only")
    signed = olga.post(f"/api/v1/exports/named/{asked['id']}/countersign", None).json()
    assert signed["state"] == "usable"
    row, manifest = (json.loads(line) for line in take(office.admin, asked["id"]).text.splitlines())
    assert (row["rater"], row["rater_email"]) == ("Tomas", "tomas@example.org")
    assert (row["subject"], row["subject_email"], row["subject_team"]) == ("Ana", "ana@example.org", "Search")
    assert (row["verdict"], manifest["manifest"]["rows"]) == ("exceeded", 1)
    [entry] = [one for one in ana.get("/api/v1/log").json()["items"] if one["action"] == "named_export"]
    assert entry["actor"]["id"] == office.admin.id
    assert entry["detail"] == {
        "dataset": "ratings", "format": "ndjson", "rows": 1, "reason": "The works council asked.",
    }  # fmt: skip
    [listed] = ana.get("/api/v1/exports/named").json()["items"]
    assert listed["reason"] == "The works council asked."


def test_rule_12_ratings_given_before_names_were_allowed_stay_without(office: Office, clock: Clock) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    early = uuid.uuid4()
    tomas.rate(ana, "met", id=early)
    named_policy(office, clock)
    # Changed since, it is still what was given under the earlier promise.
    tomas.rate(ana, "exceeded", id=early, revision=2)
    tomas.rate(ana, "missed", item=item("2"))
    clock.forward(seconds=11)
    *rows, _ = (json.loads(line) for line in take(office.admin, ask(office.admin).json()["id"]).text.splitlines())
    assert [row["verdict"] for row in rows] == ["missed"]


def test_rule_12_a_verdict_given_while_names_were_forbidden_stays_without(office: Office, clock: Clock) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    named_policy(office, clock)
    changed_meanwhile, changed_before_and_after, untouched = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    for number, rating_id in enumerate((changed_meanwhile, changed_before_and_after, untouched)):
        tomas.rate(ana, "met", id=rating_id, item=item(str(number)))
    change(office.admin, named_exports=False)
    clock.forward(seconds=1)
    tomas.rate(ana, "missed", id=changed_meanwhile, item=item("0"), revision=2)
    named_policy(office, clock)
    tomas.rate(ana, "missed", id=changed_before_and_after, item=item("1"), revision=2)
    clock.forward(seconds=11)
    *rows, _ = (json.loads(line) for line in take(office.admin, ask(office.admin).json()["id"]).text.splitlines())
    assert [row["verdict"] for row in rows] == ["met"], "only what never stood where names were forbidden"


def test_rule_12_only_the_asker_makes_it_and_for_seven_days(office: Office, other_office: Office, clock: Clock) -> None:
    boss = office.person("boss", role=Role.ADMIN)
    named_policy(office, clock)
    asked = ask(office.admin).json()
    assert (asked["state"], asked["needs_countersignature"]) == ("usable", False)
    assert problem(take(boss, asked["id"])) == (403, "asker-only")
    other_office.admin.connect()
    assert take(other_office.admin, asked["id"]).status_code == 404
    assert take(office.admin, asked["id"]).status_code == 200
    wait(office, clock, days=7, seconds=1)
    assert problem(take(office.admin, asked["id"])) == (409, "named-export-over")


def test_rule_12_stricter_rules_end_a_standing_request_at_once(office: Office, clock: Clock) -> None:
    olga = office.person("olga")
    named_policy(office, clock)
    asked = ask(office.admin).json()
    change(office.admin, representative=olga.id)
    assert problem(take(office.admin, asked["id"])) == (409, "not-countersigned")
    olga.post(f"/api/v1/exports/named/{asked['id']}/countersign", None)
    assert take(office.admin, asked["id"]).status_code == 200
    change(office.admin, named_exports=False)
    assert problem(take(office.admin, asked["id"])) == (409, "named-exports-off")


def test_asking_twice_is_harmless_and_an_id_stands_for_one_request(office: Office, clock: Clock) -> None:
    boss = office.person("boss", role=Role.ADMIN)
    named_policy(office, clock)
    named_id = uuid.uuid4()
    assert ask(office.admin, named_id=named_id).status_code == 201
    assert ask(office.admin, named_id=named_id).status_code == 200
    assert problem(ask(office.admin, "Something else.", named_id)) == (409, "named-export-fixed")
    assert problem(ask(boss, named_id=named_id)) == (409, "named-export-fixed")


def test_only_ratings_come_with_names(office: Office) -> None:
    answer = office.admin.get(f"/api/v1/exports/notes?named={uuid.uuid4()}")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "?named")


def test_rule_12_a_smaller_k_tells_nothing_apart_of_what_came_before(office: Office, clock: Clock) -> None:
    givers = [office.person(f"giver{number}", team="Night shift") for number in range(4)]
    doers = [office.person(f"doer{number}", team="Search") for number in range(4)]
    for giver, doer in zip(givers, doers, strict=True):
        giver.rate(doer, item=item(giver.id))
        giver.thank(doer)
    change(office.admin, k=4)
    # Within the same month or not: what was promised five stays under five.
    wait(office, clock, days=31)
    assert rules(office.admin)["k"] == 4
    assert "Night shift" not in office.admin.get("/api/v1/exports/ratings").text
    assert "Night shift" not in office.admin.get("/api/v1/exports/notes").text
    wait(office, clock, days=31)
    for giver, doer in zip(givers, doers, strict=True):
        giver.rate(doer, item=item(f"{giver.id}-later"))
    clock.forward(seconds=11)
    rows = [json.loads(line) for line in office.admin.get("/api/v1/exports/ratings?format=ndjson").text.splitlines()]
    assert sorted(row["rater_team"] for row in rows[:-1]) == ["Night shift"] * 4 + ["other"] * 4


def test_rule_12_in_one_cell_the_largest_promise_counts(office: Office, clock: Clock) -> None:
    wait(office, clock, days=(10 - utc_now().day) % 31)  # so that the smaller k comes to bind within a month
    givers = [office.person(f"giver{number}", team="Night shift") for number in range(4)]
    doers = [office.person(f"doer{number}", team="Search") for number in range(4)]
    change(office.admin, k=4)
    wait(office, clock, days=30, hours=-1)
    for number, (giver, doer) in enumerate(zip(givers, doers, strict=True)):
        giver.rate(doer, item=item(giver.id), id=uuid.UUID(int=number))
    wait(office, clock, hours=2)
    assert rules(office.admin)["k"] == 4
    for number, (giver, doer) in enumerate(zip(givers, doers, strict=True)):
        giver.rate(doer, item=item(f"{giver.id}-later"), id=uuid.UUID(int=2**127 + number))
    clock.forward(seconds=11)
    text = office.admin.get("/api/v1/exports/ratings").text
    assert "rows=8" in text
    assert "Night shift" not in text


def test_rule_03_in_a_pooled_organisation_ratings_hold_nothing(office: Office, clock: Clock) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    tomas.rate(ana, item=item("open"))
    assert change(office.admin, attribution="pooled").status_code == 201
    answer = tomas.rate(ana, "exceeded", item=item("pooled"))
    assert (answer.status_code, answer.json()["attribution"]) == (201, "pooled")
    wait(office, clock, days=40)
    # What was given openly before stays what it was; nothing pooled joins it.
    text = office.admin.get("/api/v1/exports/ratings?format=ndjson").text
    assert [json.loads(line).get("verdict") for line in text.splitlines()[:-1]] == ["met"]
