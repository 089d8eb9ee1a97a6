"""Releases over time: made by the calendar, once, from what people gave over HTTP."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, event, func, insert, select

from handclasp import worker
from handclasp.db import db, reading, utc_now, writing
from handclasp.people import service as people
from handclasp.ratings.models import SealedRating
from handclasp.releases import service as releases
from handclasp.releases.models import Release, ReleaseCell, ReleaseRun
from handclasp.sealing.models import SealingKey
from tests.support.office import Clock, Office, Person, item
from tests.support.pooled import pool


def to_day(clock: Clock, office: Office | None, year: int, month: int, day: int, hour: int = 12) -> None:
    """Move the clock forward to a moment; the people of the office stay connected."""
    clock.ahead += datetime(year, month, day, hour, tzinfo=UTC) - utc_now()
    if office is not None:
        office.stay_connected()


def release_due(office: Office) -> list[str]:
    with office.app.app_context():
        return [on.isoformat() for on in releases.release_due(office.organisation_id)]


def raters(office: Office, number: int, team: str = "Sales") -> list[Person]:
    return [office.person(f"rater{n}", team) for n in range(number)]


def rate_all(givers: Sequence[Person], colleague: Person, verdicts: Sequence[str], key: str = "1") -> list[str]:
    """Each giver rates the colleague once; returns the ids."""
    ids: list[str] = []
    for giver, verdict in zip(givers, verdicts, strict=True):
        answer = giver.rate(colleague, verdict, item=item(key), what_would_have_helped=None)
        assert answer.status_code == 201, answer.text
        ids.append(answer.json()["id"])
    return ids


@pytest.fixture
def january(clock: Clock) -> Clock:
    """The tenth of January 2030."""
    to_day(clock, None, 2030, 1, 10)
    return clock


def own(person: Person) -> list[dict[str, Any]]:
    return person.get("/api/v1/me/service").json()["releases"]


FIVE = ["met", "met", "met", "missed", "missed"]


def test_rule_04_a_release_comes_on_its_date_and_not_before(january: Clock, pooled_office: Office) -> None:
    ana = pooled_office.person("ana", "Design")
    rate_all(raters(pooled_office, 5), ana, FIVE)
    assert release_due(pooled_office) == []
    to_day(january, pooled_office, 2030, 1, 31, 23)
    assert release_due(pooled_office) == []
    assert own(ana) == []
    to_day(january, pooled_office, 2030, 2, 1, 0)
    assert release_due(pooled_office) == ["2030-02-01"]
    (release,) = own(ana)
    assert (release["released_on"], release["raters"]) == ("2030-02-01", 5)
    assert release["total"] == {"missed": 2, "met": 3, "exceeded": 0}
    assert release_due(pooled_office) == []


def test_rule_04_a_worker_that_was_away_makes_each_date_by_itself(january: Clock, pooled_office: Office) -> None:
    ana, five = pooled_office.person("ana", "Design"), raters(pooled_office, 5)
    rate_all(five, ana, FIVE, "1")
    to_day(january, pooled_office, 2030, 2, 10)
    rate_all(five, ana, ["exceeded"] * 5, "2")
    to_day(january, pooled_office, 2030, 5, 3)
    assert release_due(pooled_office) == ["2030-02-01", "2030-03-01"]
    assert [(one["released_on"], one["total"]["exceeded"]) for one in own(ana)] == [
        ("2030-03-01", 5),
        ("2030-02-01", 0),
    ]


def test_rule_04_what_waits_is_released_with_the_next_company(january: Clock, pooled_office: Office) -> None:
    ana, five = pooled_office.person("ana", "Design"), raters(pooled_office, 5)
    rate_all(five[:3], ana, FIVE[:3], "1")
    to_day(january, pooled_office, 2030, 2, 10)
    release_due(pooled_office)
    assert own(ana) == []
    rate_all(five[3:], ana, FIVE[3:], "2")
    to_day(january, pooled_office, 2030, 3, 1)
    release_due(pooled_office)
    assert [one["total"] for one in own(ana)] == [{"missed": 2, "met": 3, "exceeded": 0}]


def test_rule_01_a_rating_can_be_changed_until_it_is_released_and_not_after(
    january: Clock, pooled_office: Office
) -> None:
    ana, five = pooled_office.person("ana", "Design"), raters(pooled_office, 5)
    ids = rate_all(five, ana, FIVE)
    changed = five[4].rate(ana, "met", id=ids[4], revision=2)
    assert changed.status_code == 200, changed.text
    to_day(january, pooled_office, 2030, 2, 1, 0)
    early = five[0].rate(ana, "exceeded", id=ids[0], revision=2)
    assert (early.status_code, early.json()["type"]) == (503, "urn:handclasp:problem:being-released")
    assert "Retry-After" in early.headers
    release_due(pooled_office)
    late = five[0].rate(ana, "exceeded", id=ids[0], revision=2)
    assert (late.status_code, late.json()["type"]) == (409, "urn:handclasp:problem:rating-released")
    gone = five[0].call("DELETE", f"/api/v1/ratings/{ids[0]}", params={"revision": 2})
    assert gone.status_code == 409
    # One missed of five: told as nearly all.
    assert own(ana)[0]["cells"][0]["form"] == "nearly_all"


def test_rule_03_after_a_release_no_body_is_left_and_its_key_is_gone(january: Clock, pooled_office: Office) -> None:
    rate_all(raters(pooled_office, 5), pooled_office.person("ana", "Design"), FIVE)
    to_day(january, pooled_office, 2030, 2, 1)
    release_due(pooled_office)
    organisation_id = pooled_office.organisation_id
    with pooled_office.app.app_context(), reading(organisation_id) as session:
        rows = session.execute(select(SealedRating).where(SealedRating.organisation_id == organisation_id)).scalars()
        assert [(row.body, row.bucket, row.period) for row in rows] == [(None, None, None)] * 5
        period = select(SealingKey.wrapped).where(
            SealingKey.organisation_id == organisation_id, SealingKey.purpose == "2030-02-01"
        )
        assert session.execute(period).scalar_one() == b""


def test_rule_04_many_workers_make_a_date_once(january: Clock, pooled_office: Office) -> None:
    rate_all(raters(pooled_office, 5), pooled_office.person("ana", "Design"), FIVE)
    to_day(january, pooled_office, 2030, 2, 1)
    made: list[list[str]] = []
    start = threading.Barrier(4)

    def run() -> None:
        start.wait()
        made.append(release_due(pooled_office))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [[], [], [], ["2030-02-01"]]
    assert _count(pooled_office.app, pooled_office, Release) == 1


class Stopped(Exception):
    """As if the worker's process had ended here."""


def test_rule_04_a_worker_stopped_at_any_statement_neither_loses_nor_doubles(
    january: Clock, pooled_office: Office
) -> None:
    ana = pooled_office.person("ana", "Design")
    rate_all(raters(pooled_office, 7), ana, [*FIVE, "met", "exceeded"])
    rate_all(raters(pooled_office, 2), pooled_office.person("ben", "Design"), ["met", "met"])
    to_day(january, pooled_office, 2030, 2, 1)
    stopped_at = 0
    with pooled_office.app.app_context():
        engine = db.engine
    while True:
        left = stopped_at = stopped_at + 1

        def stop(*_: object) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                raise Stopped

        event.listen(engine, "before_cursor_execute", stop)
        try:
            release_due(pooled_office)
            break
        except Stopped:
            pass
        finally:
            event.remove(engine, "before_cursor_execute", stop)
        # All of it or nothing.
        assert _count(pooled_office.app, pooled_office, Release) == _count(pooled_office.app, pooled_office, ReleaseRun)
    assert stopped_at > 8  # it was stopped before every one of its statements
    assert [one["raters"] for one in own(ana)] == [7]
    to_day(january, pooled_office, 2030, 3, 1)
    release_due(pooled_office)
    assert _count(pooled_office.app, pooled_office, Release) == 1  # the two about Ben still wait


def _count(app: Flask, office: Office, table: type[Any]) -> int:
    with app.app_context(), reading(office.organisation_id) as session:
        return session.execute(
            select(func.count()).select_from(table).where(table.organisation_id == office.organisation_id)
        ).scalar_one()


def small_team(office: Office) -> None:
    """Six raters about three members of Design, two each."""
    six = raters(office, 6)
    for n, name in enumerate(("ana", "ben", "cleo")):
        rate_all(six[2 * n : 2 * n + 2], office.person(name, "Design"), ["met", "missed" if n else "exceeded"])


def test_rule_05_a_team_sees_its_release_and_its_members_do_not(january: Clock, pooled_office: Office) -> None:
    small_team(pooled_office)
    to_day(january, pooled_office, 2030, 2, 1)
    release_due(pooled_office)
    (design,) = pooled_office.admin.get("/api/v1/reports/teams").json()["items"]
    assert design["team"]["name"] == "Design"
    assert [one["total"] for one in design["releases"]] == [{"missed": 2, "met": 3, "exceeded": 1}]
    assert own(pooled_office.person("ana")) == []
    assert pooled_office.person("ana").get("/api/v1/reports/teams").status_code == 403


def test_rule_09_own_releases_are_in_no_report_and_no_export(january: Clock, pooled_office: Office) -> None:
    rate_all(raters(pooled_office, 6), pooled_office.person("ana", "Design"), [*FIVE, "exceeded"])
    to_day(january, pooled_office, 2030, 2, 1)
    release_due(pooled_office)
    admin = pooled_office.admin
    assert admin.get("/api/v1/reports/teams").json() == {"items": []}
    assert admin.get("/api/v1/reports/edges").json() == {"items": []}
    for dataset in ("releases", "edges", "ratings"):
        lines = admin.get(f"/api/v1/exports/{dataset}").text.splitlines()
        assert len(lines) == 2, dataset  # the columns and the manifest


def test_rule_05_exports_say_what_the_reports_say(january: Clock, pooled_office: Office) -> None:
    small_team(pooled_office)
    to_day(january, pooled_office, 2030, 2, 1)
    release_due(pooled_office)
    head, row, _manifest = pooled_office.admin.get("/api/v1/exports/releases").text.splitlines()
    told = dict(zip(head.replace('"', "").split(","), row.replace('"', "").split(","), strict=True))
    assert told == {
        "released_on": "2030-02-01", "attribution": "pooled", "direction": "service", "team": "Design",
        "breakdown": "none", "part": "all", "raters": "6", "form": "exact", "leading": "",
        "missed": "2", "met": "3", "exceeded": "1", "repaired": "0",
    }  # fmt: skip


@pytest.mark.usefixtures("january")
def test_rule_03_why_nothing_is_seen_yet_tells_no_progress(pooled_office: Office) -> None:
    ana = pooled_office.person("ana", "Design")
    before = ana.get("/api/v1/me/service")
    rate_all(raters(pooled_office, 4), ana, FIVE[:4])
    after = ana.get("/api/v1/me/service")
    assert before.json() == after.json()
    assert before.json()["next_release_on"] == "2030-02-01"
    assert "nobody" in before.json()["why_nothing_yet"]
    assert [before.headers.get(name) for name in ("ETag", "Content-Length")] == [
        after.headers.get(name) for name in ("ETag", "Content-Length")
    ]


def test_rule_05_months_of_open_ratings_become_team_figures(january: Clock, office: Office) -> None:
    small_team_open(office)
    assert office.admin.get("/api/v1/reports/teams").json() == {"items": []}  # nothing is computed live
    to_day(january, office, 2030, 2, 1)
    assert release_due(office) == ["2030-02-01"]
    (design,) = office.admin.get("/api/v1/reports/teams").json()["items"]
    (release,) = design["releases"]
    assert (release["attribution"], release["raters"]) == ("open", 6)
    assert release["total"] == {"missed": 2, "met": 3, "exceeded": 1}
    assert own(office.person("ana")) == []
    assert [month["met"] for month in office.person("ana").get("/api/v1/me/service").json()["months"]] == [1]


def small_team_open(office: Office) -> None:
    six = raters(office, 6)
    for n, name in enumerate(("ana", "ben", "cleo")):
        for giver, verdict in zip(six[2 * n : 2 * n + 2], ["met", "missed" if n else "exceeded"], strict=True):
            assert giver.rate(office.person(name, "Design"), verdict).status_code == 201


def test_rule_05_fewer_than_k_people_or_three_subjects_make_no_open_figure(january: Clock, office: Office) -> None:
    six = raters(office, 6)
    for giver in six[:3]:
        giver.rate(office.person("ana", "Design"))
    for giver in six[3:]:
        giver.rate(office.person("ben", "Design"))
    to_day(january, office, 2030, 2, 1)
    release_due(office)
    assert office.admin.get("/api/v1/reports/teams").json() == {"items": []}


def test_rule_13_repaired_ones_count_as_repaired(january: Clock, office: Office) -> None:
    small_team_open(office)
    customer = office.person("rater3")
    (missed,) = customer.get("/api/v1/ratings").json()["items"]
    assert missed["verdict"] == "missed"
    said = customer.put(f"/api/v1/repairs/{missed['id']}", {"state": "repaired"})
    assert said.status_code == 200, said.text
    to_day(january, office, 2030, 2, 1)
    release_due(office)
    (design,) = office.admin.get("/api/v1/reports/teams").json()["items"]
    assert [(cell["missed"], cell["repaired"]) for cell in design["releases"][0]["cells"]] == [(2, 1)]


def test_a_turn_of_the_worker_releases_and_tidies(january: Clock, pooled_office: Office) -> None:
    ana = pooled_office.person("ana", "Design")
    rate_all(raters(pooled_office, 5), ana, FIVE)
    to_day(january, pooled_office, 2030, 2, 1)
    with pooled_office.app.app_context():
        worker.turn(nightly=True)
    assert [one["raters"] for one in own(ana)] == [5]


def test_what_nobody_has_released_is_overdue(january: Clock, pooled_office: Office) -> None:
    def overdue() -> list[str]:
        with pooled_office.app.app_context():
            return [on.isoformat() for on in releases.overdue(pooled_office.organisation_id)]

    rate_all(raters(pooled_office, 1), pooled_office.person("ana", "Design"), ["met"])
    assert overdue() == []
    to_day(january, pooled_office, 2030, 2, 1)
    assert overdue() == ["2030-02-01"]
    release_due(pooled_office)
    assert overdue() == []


def backup(office: Office) -> list[dict[str, Any]]:
    """What a backup of the database holds of the organisation's sealed ratings and their keys, table by table."""
    with office.app.app_context(), reading(office.organisation_id) as session:
        return [
            dict(row) | {"table": table}
            for table in (SealedRating, SealingKey)
            for row in session.execute(
                select(*table.__table__.columns).where(table.organisation_id == office.organisation_id)
            ).mappings()
        ]


def bring_back(office: Office, kept: list[dict[str, Any]]) -> None:
    """Put the backup in place of what there is: its releases had not been made."""
    with office.app.app_context(), writing(office.organisation_id) as session:
        for table in (ReleaseCell, Release, ReleaseRun, SealedRating, SealingKey):
            session.execute(delete(table).where(table.organisation_id == office.organisation_id))
        for row in kept:
            values = {column: value for column, value in row.items() if column != "table"}
            session.execute(insert(row["table"]).values(values))


def work(office: Office) -> None:
    """What the worker does at every turn, for this organisation."""
    with office.app.app_context():
        worker._release(office.organisation_id)


def test_rule_04_a_restored_backup_does_not_make_a_date_again(january: Clock, pooled_office: Office) -> None:
    ana, seven = pooled_office.person("ana", "Design"), raters(pooled_office, 7)
    rate_all(seven[:6], ana, ["met", "met", "met", "missed", "missed", "missed"])
    kept = backup(pooled_office)
    rate_all(seven[6:], ana, ["exceeded"])
    to_day(january, pooled_office, 2030, 2, 1)
    work(pooled_office)
    assert [one["total"] for one in own(ana)] == [{"missed": 3, "met": 3, "exceeded": 1}]
    bring_back(pooled_office, kept)
    work(pooled_office)
    # Made again without the seventh it would say 3, 3, 0: then the seventh said exceeded, for certain.
    assert own(ana) == []
    to_day(january, pooled_office, 2030, 3, 1)
    work(pooled_office)
    assert own(ana) == []
    again = seven[0].rate(ana, "met", item=item("2"))
    assert again.status_code == 201, again.text


def test_rule_09_an_own_release_is_no_date_of_a_report(january: Clock, pooled_office: Office) -> None:
    small_team(pooled_office)
    to_day(january, pooled_office, 2030, 2, 1)
    release_due(pooled_office)
    rate_all(raters(pooled_office, 6), pooled_office.person("dan", "Design"), [*FIVE, "met"], "2")
    to_day(january, pooled_office, 2030, 3, 1)
    release_due(pooled_office)
    assert len(own(pooled_office.person("dan"))) == 1
    (design,) = pooled_office.admin.get("/api/v1/reports/teams?dates=1").json()["items"]
    assert [one["released_on"] for one in design["releases"]] == ["2030-02-01"]


def test_rule_12_what_was_promised_quarterly_is_not_released_monthly(january: Clock, pooled_office: Office) -> None:
    pool(pooled_office, calendar="quarterly")
    ana, bo = pooled_office.person("ana", "Design"), pooled_office.person("bo", "Sales")
    (promised,) = rate_all([bo], ana, ["met"])
    to_day(january, pooled_office, 2030, 3, 10)
    pool(pooled_office, calendar="monthly")
    (later,) = rate_all([bo], ana, ["met"], "2")
    to_day(january, pooled_office, 2030, 4, 1, 1)
    assert release_due(pooled_office) == ["2030-04-01"]
    waits = [bo.get(f"/api/v1/ratings/{id_}").json()["release_on"] for id_ in (promised, later)]
    assert waits == ["2030-07-01", "2030-05-01"]
    # The other way round the later date holds, too.
    pool(pooled_office, calendar="quarterly")
    to_day(january, pooled_office, 2030, 5, 1, 1)
    assert release_due(pooled_office) == ["2030-05-01"]
    assert bo.get(f"/api/v1/ratings/{later}").json()["release_on"] == "2030-07-01"


def test_what_would_wait_too_long_for_its_own_date_is_dropped(january: Clock, pooled_office: Office) -> None:
    pool(pooled_office, calendar="quarterly")
    ana, bo = pooled_office.person("ana", "Design"), pooled_office.person("bo", "Sales")
    to_day(january, pooled_office, 2030, 2, 10)
    (given,) = rate_all([bo], ana, ["met"])
    pool(pooled_office, calendar="monthly")
    to_day(january, pooled_office, 2030, 4, 1, 1)
    assert release_due(pooled_office) == ["2030-04-01"]
    assert bo.get(f"/api/v1/ratings/{given}").json()["release_on"] == "2030-07-01"
    for month in (5, 6):
        to_day(january, pooled_office, 2030, month, 1, 1)
        assert release_due(pooled_office) == []
    # By today's calendar it would wait for 1 August, 172 days; by its own for 1 October, too long.
    to_day(january, pooled_office, 2030, 7, 1, 1)
    assert release_due(pooled_office) == ["2030-07-01"]
    assert bo.get(f"/api/v1/ratings/{given}").status_code == 404


def test_an_open_rating_given_again_counts_in_its_own_month_and_team(january: Clock, office: Office) -> None:
    givers = raters(office, 5)
    subjects = [office.person(f"subject{n}", "Design") for n in range(3)]
    ids = [uuid.uuid4() for _ in givers]
    for number, giver in enumerate(givers):
        giver.rate(subjects[number % 3], id=ids[number], item=item(str(number)))
        giver.call("DELETE", f"/api/v1/ratings/{ids[number]}?revision=2")
    to_day(january, office, 2030, 2, 2)
    release_due(office)
    with office.app.app_context():
        for subject in subjects:
            people.move(office.organisation_id, subject.member.id, "Search")
    for number, giver in enumerate(givers):
        again = giver.rate(subjects[number % 3], "exceeded", id=ids[number], revision=3, item=item(str(number)))
        assert again.json()["given_at"].startswith("2030-02-02")
    to_day(january, office, 2030, 3, 2)
    release_due(office)
    teams = office.admin.get("/api/v1/reports/teams").json()["items"]
    assert [(one["team"]["name"], [made["released_on"] for made in one["releases"]]) for one in teams] == [
        ("Search", ["2030-03-01"])
    ]
