"""Pooled ratings, as their rater and everybody else meets them."""

from __future__ import annotations

import dataclasses
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, update

from handclasp.app import create_app
from handclasp.db import db, reading, writing
from handclasp.people.models import Member
from handclasp.ratings import sealed
from handclasp.ratings.models import Rating, SealedRating
from handclasp.releases.service import release_due
from tests.support.office import Clock, Office, Person, item
from tests.support.pooled import forward_to, pool

ANA_OWNS = [{"role": "owner", "handle": "ana"}]


@pytest.fixture
def pooled(office: Office, clock: Clock) -> Office:
    """A pooled organisation, at noon on 10 January: the next release is on 1 February."""
    forward_to(clock, datetime(clock.now().year + 1, 1, 10, 12, tzinfo=UTC))
    pool(office)
    office.admin.connect()
    return office


def next_year(clock: Clock) -> int:
    return clock.now().year


def day(clock: Clock, *moment: int) -> datetime:
    """A moment of the year that the clock shows: month, day, hour, minute, second."""
    return datetime(clock.now().year, *moment, tzinfo=UTC)


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("urn:handclasp:problem:")


def path(rating_id: uuid.UUID) -> str:
    return f"/api/v1/ratings/{rating_id}"


def resolve(person: Person, people: list[dict[str, str]], key: str = "1") -> dict[str, Any]:
    answer = person.post("/api/v1/handoffs/resolve", {"item": item(key), "people": people})
    assert answer.status_code == 200, answer.text
    return answer.json()


def release(office: Office, clock: Clock, moment: datetime, *people: Person) -> list[date]:
    """Move to a moment and let the worker do what is due; the people's tokens have run out meanwhile."""
    forward_to(clock, moment)
    with office.app.app_context():
        made = release_due(office.organisation_id)
    for person in people:
        person.connect()
    return made


def everything(office: Office) -> dict[str, int]:
    """How many rows each table has, in all."""
    with office.app.app_context(), reading(office.organisation_id) as session:
        return {
            table.name: session.execute(
                select(func.count()).select_from(table).where(table.c.organisation_id == office.organisation_id)
            ).scalar_one()
            for table in db.metadata.sorted_tables
        }


def bodies(office: Office) -> list[sealed.SealedBody]:
    with office.app.app_context(), writing(office.organisation_id) as session:
        return [
            row.body
            for period in sealed.periods(session, office.organisation_id)
            for row in sealed.pending(session, office.organisation_id, period)
        ]


def test_its_rater_gets_it_back_without_the_item(pooled: Office, clock: Clock) -> None:
    tomas, ana = pooled.person("tomas"), pooled.person("ana", team="Search")
    rating_id = uuid.uuid4()
    given = tomas.rate(ana, "missed", id=rating_id, what_would_have_helped=None, cause="dependency")
    assert given.status_code == 201
    body = given.json()
    assert body["attribution"] == "pooled"
    assert (body["verdict"], body["cause"], body["subject"]["name"]) == ("missed", "dependency", "Ana")
    assert (body["item"], body["visible_at"], body["what_would_have_helped"]) == (None, None, None)
    assert body["release_on"] == f"{next_year(clock)}-02-01"
    assert tomas.get(path(rating_id)).json() == body
    again = tomas.rate(ana, "missed", id=rating_id, what_would_have_helped=None, cause="dependency")
    assert (again.status_code, again.json()) == (200, body)


def test_rule_03_nobody_but_its_rater_gets_it(pooled: Office, clock: Clock) -> None:
    tomas, ana, mei = pooled.person("tomas"), pooled.person("ana"), pooled.person("mei")
    pooled.alias("ana", ana)
    rating_id = uuid.uuid4()
    tomas.rate(ana, id=rating_id)
    clock.forward(minutes=5)
    for other in (ana, mei, pooled.admin):
        assert other.get(path(rating_id)).status_code == 404
        assert other.call("DELETE", f"{path(rating_id)}?revision=9").status_code == 404
        assert resolve(other, ANA_OWNS)["rating"] is None
        assert other.get("/api/v1/ratings").json()["items"] == []
        assert other.inbox() == []
    for other in (mei, pooled.admin):
        assert other.rate(ana, id=rating_id).status_code == 404
    # Not even its rater has a list: a lost browser must not tell.
    assert tomas.get("/api/v1/ratings").json()["items"] == []
    export = pooled.admin.get("/api/v1/exports/ratings?format=ndjson").text
    assert '"rows": 0' in export or '"rows":0' in export
    assert tomas.get(path(rating_id)).json()["verdict"] == "met"


def test_rule_03_giving_writes_nothing_else(pooled: Office) -> None:
    tomas, ana = pooled.person("tomas"), pooled.person("ana")
    tomas.rate(ana)  # the keys are made
    tomas.thank(ana, item=item("2"))
    before = everything(pooled)
    rating_id = uuid.uuid4()
    tomas.rate(ana, id=rating_id, item=item("7"), subject={"member": ana.id, "handle": "a.ruiz"})
    tomas.rate(ana, "missed", id=rating_id, item=item("7"), revision=2, what_would_have_helped=None)
    tomas.call("DELETE", f"{path(rating_id)}?revision=3")
    tomas.rate(ana, id=rating_id, item=item("7"), revision=4)
    tomas.get(path(rating_id))
    resolve(tomas, ANA_OWNS, "7")
    assert everything(pooled) == before | {"sealed_rating": before["sealed_rating"] + 1}


def test_a_pooled_rating_teaches_no_alias(pooled: Office) -> None:
    tomas, ana, mei = pooled.person("tomas"), pooled.person("ana"), pooled.person("mei")
    tomas.rate(ana, subject={"member": ana.id, "handle": "a.ruiz"})
    assert problem(mei.rate(ana, subject={"handle": "a.ruiz"})) == (422, "unknown-subject")


def test_a_missed_needs_no_words_and_takes_none(pooled: Office) -> None:
    tomas, ana = pooled.person("tomas"), pooled.person("ana")
    answer = tomas.rate(ana, "missed")
    assert problem(answer) == (422, "pooled-no-words")
    assert answer.json()["errors"][0]["pointer"] == "#/what_would_have_helped"
    assert bodies(pooled) == []
    assert tomas.rate(ana, "missed", what_would_have_helped=None).status_code == 201


def test_only_a_missed_names_a_cause(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    assert tomas.rate(ana, "met", cause="quality").json()["errors"][0]["pointer"] == "#/cause"
    stored = tomas.rate(ana, "missed", cause="quality")
    assert (stored.status_code, stored.json()["cause"]) == (201, "quality")
    pool(office)
    assert tomas.rate(ana, "met", item=item("2"), cause="quality").json()["errors"][0]["pointer"] == "#/cause"


def test_it_can_be_changed_withdrawn_and_given_again(pooled: Office) -> None:
    tomas, ana = pooled.person("tomas"), pooled.person("ana")
    rating_id = uuid.uuid4()
    tomas.rate(ana, id=rating_id)
    changed = tomas.rate(ana, "missed", id=rating_id, revision=2, what_would_have_helped=None, cause="capacity")
    assert (changed.json()["verdict"], changed.json()["cause"]) == ("missed", "capacity")
    assert tomas.rate(ana, id=rating_id, revision=1).json() == changed.json()
    assert problem(tomas.rate(ana, "exceeded", id=rating_id, revision=2)) == (409, "revision-used")
    withdrawn = tomas.call("DELETE", f"{path(rating_id)}?revision=3").json()
    assert (withdrawn["withdrawn"], withdrawn["verdict"], withdrawn["cause"]) == (True, None, None)
    assert tomas.call("DELETE", f"{path(rating_id)}?revision=3").json() == withdrawn
    assert tomas.rate(ana, id=rating_id, revision=2).json()["withdrawn"] is True
    assert bodies(pooled) == []
    assert tomas.rate(ana, "exceeded", id=rating_id, revision=4).json()["verdict"] == "exceeded"
    assert [body.verdict for body in bodies(pooled)] == ["exceeded"]


def test_rule_01_one_rating_per_handoff_and_direction(pooled: Office) -> None:
    tomas, ana = pooled.person("tomas"), pooled.person("ana")
    first, second = uuid.uuid4(), uuid.uuid4()
    tomas.rate(ana, id=first)
    refused = tomas.rate(ana, "exceeded", id=second)
    assert problem(refused) == (409, "rating-exists")
    assert refused.json()["existing"] == str(first)
    assert tomas.rate(ana, item=item("2")).status_code == 201
    tomas.call("DELETE", f"{path(first)}?revision=2")
    assert tomas.rate(ana, "exceeded", id=second).status_code == 201
    revived = tomas.rate(ana, id=first, revision=3)
    assert (problem(revived), revived.json()["existing"]) == ((409, "rating-exists"), str(second))
    assert [body.id for body in bodies(pooled)].count(second) == 1
    assert first not in [body.id for body in bodies(pooled)]
    # A colleague's rating of the same handoff is another one.
    assert pooled.person("mei").rate(ana).status_code == 201


def test_rule_02_the_subject_is_fixed(pooled: Office) -> None:
    tomas, ana, mei = pooled.person("tomas"), pooled.person("ana"), pooled.person("mei")
    pooled.alias("desk", ana)
    rating_id = uuid.uuid4()
    tomas.rate(ana, id=rating_id, subject={"handle": "desk"})
    pooled.alias("desk", mei)
    changed = tomas.rate(ana, "exceeded", id=rating_id, revision=2, subject={"handle": "desk"})
    assert changed.json()["subject"]["id"] == ana.id
    for other in (
        tomas.rate(mei, id=rating_id, revision=3),
        tomas.rate(ana, id=rating_id, revision=3, item=item("2")),
        tomas.rate(ana, id=rating_id, revision=3, direction="request"),
    ):
        assert problem(other) == (409, "rating-fixed")
    assert problem(ana.rate(ana)) == (422, "self")


def test_resolve_shows_my_own_verdict_on_any_device(pooled: Office) -> None:
    tomas, ana = pooled.person("tomas"), pooled.person("ana")
    pooled.alias("ana", ana)
    given = tomas.rate(ana, "exceeded").json()
    seen = resolve(tomas, ANA_OWNS)
    assert (seen["attribution"], seen["rating"], seen["rate"]["allowed"]) == ("pooled", given, True)
    tomas.call("DELETE", f"{path(uuid.UUID(given['id']))}?revision=2")
    assert resolve(tomas, ANA_OWNS)["rating"] is None


@pytest.mark.parametrize("attribution", ["open", "pooled"])
def test_the_ask_behind_my_own_work_can_be_rated(office: Office, attribution: str) -> None:
    pool(office, attribution=attribution)
    tomas, ana = office.person("tomas"), office.person("ana")
    office.alias("ana", ana)
    office.alias("tomas", tomas)
    page = [*ANA_OWNS, {"role": "author", "handle": "tomas"}]
    ask = resolve(ana, page)["ask"]
    assert (ask["subject"]["id"], ask["handle"], ask["rating"], ask["rate"]["allowed"]) == (
        tomas.id, "tomas", None, True,
    )  # fmt: skip
    assert resolve(tomas, page)["ask"] is None
    words = "A date." if attribution == "open" else None
    given = ana.rate(tomas, "missed", direction="request", what_would_have_helped=words, cause="unclear_ask")
    assert (given.status_code, given.json()["direction"]) == (201, "request")
    assert resolve(ana, page)["ask"]["rating"] == given.json()
    # The handoff is (item, provider): the same ask once more is the same rating, the service another.
    assert problem(ana.rate(tomas, "met", direction="request")) == (409, "rating-exists")
    assert tomas.rate(ana, "met").status_code == 201
    assert resolve(tomas, page)["rating"]["direction"] == "service"


def test_the_ask_needs_somebody_certain(office: Office) -> None:
    ana = office.person("ana")
    office.alias("ana", ana)
    assert resolve(ana, ANA_OWNS)["ask"] is None
    unknown = resolve(ana, [*ANA_OWNS, {"role": "author", "handle": "m.kato"}])["ask"]
    assert (unknown["subject"], unknown["handle"], unknown["rate"]["code"]) == (None, "m.kato", "unknown-customer")
    assert resolve(ana, [*ANA_OWNS, {"role": "author", "handle": "ana"}])["ask"] is None


@pytest.mark.parametrize("attribution", ["open", "pooled"])
def test_rule_14_a_paused_member_takes_no_ratings(office: Office, attribution: str) -> None:
    pool(office, attribution=attribution)
    tomas, ana = office.person("tomas"), office.person("ana")
    office.alias("ana", ana)
    rating_id = uuid.uuid4()
    tomas.rate(ana, id=rating_id)
    assert ana.put("/api/v1/me/pause", {"paused": True}).status_code == 200
    assert problem(tomas.rate(ana, item=item("2"))) == (422, "paused")
    assert resolve(tomas, ANA_OWNS, "2")["rate"]["code"] == "paused"
    assert tomas.thank(ana).status_code == 201
    # What was given before can be taken back, but not be given again meanwhile.
    assert tomas.call("DELETE", f"{path(rating_id)}?revision=2").json()["withdrawn"] is True
    assert problem(tomas.rate(ana, id=rating_id, revision=3)) == (422, "paused")
    assert tomas.get(path(rating_id)).json()["withdrawn"] is True
    ana.put("/api/v1/me/pause", {"paused": False})
    assert tomas.rate(ana, id=rating_id, revision=3).json()["withdrawn"] is False


def test_nobody_rates_who_has_left(pooled: Office, clock: Clock) -> None:
    tomas, ana = pooled.person("tomas"), pooled.person("ana")
    with pooled.app.app_context(), writing(pooled.organisation_id) as session:
        session.execute(update(Member).where(Member.id == ana.member.id).values(left_at=clock.now()))
    assert problem(tomas.rate(ana)) == (422, "left")
    assert bodies(pooled) == []


def test_rule_08_teammates_thank_in_larger_organisations(pooled: Office) -> None:
    pool(pooled, teammates_rate=None)
    tomas, ana = pooled.person("tomas", team="Search"), pooled.person("ana", team="Search")
    assert tomas.rate(ana).status_code == 201
    for number in range(23):
        pooled.member(f"colleague{number}")
    assert problem(tomas.rate(ana, item=item("2"))) == (422, "same-team")


def test_what_was_promised_stays_promised(pooled: Office) -> None:
    tomas, ana = pooled.person("tomas", team="Support"), pooled.person("ana", team="Search")
    rating_id = uuid.uuid4()
    pool(pooled, k=7, colluders=2, breakdown="tool")
    tomas.rate(ana, id=rating_id)
    pool(pooled, k=3, colluders=1, breakdown="none")
    tomas.rate(ana, "exceeded", id=rating_id, revision=2)
    tomas.rate(ana, item=item("2"))
    promised = sorted((body.k, body.colluders, body.breakdown.value) for body in bodies(pooled))
    assert promised == [(3, 1, "none"), (7, 2, "tool")]
    for body in bodies(pooled):
        assert str(body.rater_team_id) == tomas.get("/api/v1/me").json()["member"]["team"]["id"]
        assert str(body.subject_team_id) == ana.get("/api/v1/me").json()["member"]["team"]["id"]
        assert (body.tool, str(body.rater_id), str(body.subject_id)) == ("trac", tomas.id, ana.id)


def test_rule_01_holds_when_the_attribution_changes(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    open_id, sealed_id = uuid.uuid4(), uuid.uuid4()
    tomas.rate(ana, id=open_id)
    pool(office)
    # What stands open stays open, and cannot be doubled.
    assert tomas.rate(ana, "exceeded", id=open_id, revision=2).json()["attribution"] == "open"
    doubled = tomas.rate(ana, "met")
    assert (problem(doubled), doubled.json()["existing"]) == ((409, "rating-exists"), str(open_id))
    assert tomas.rate(ana, "met", id=sealed_id, item=item("2")).json()["attribution"] == "pooled"
    pool(office, attribution="open")
    assert tomas.rate(ana, "exceeded", id=sealed_id, item=item("2"), revision=2).json()["attribution"] == "pooled"
    doubled = tomas.rate(ana, "met", item=item("2"))
    assert (problem(doubled), doubled.json()["existing"]) == ((409, "rating-exists"), str(sealed_id))
    assert tomas.rate(ana, item=item("3")).json()["attribution"] == "open"
    with office.app.app_context(), reading(office.organisation_id) as session:
        assert session.execute(select(func.count()).select_from(SealedRating)).scalar_one() >= 1
        mine = select(func.count()).select_from(Rating).where(Rating.organisation_id == office.organisation_id)
        assert session.execute(mine).scalar_one() == 2


def test_rule_03_what_was_shown_as_pooled_is_never_stored_by_name(pooled: Office) -> None:
    """The rules turn open while the click is on its way."""
    tomas, ana = pooled.person("tomas"), pooled.person("ana")
    known = uuid.uuid4()
    assert tomas.rate(ana, id=known, attribution="pooled").status_code == 201
    pool(pooled, attribution="open")
    for said in ({}, {"verdict": "missed", "what_would_have_helped": None}):
        refused = tomas.rate(ana, item=item("2"), attribution="pooled", **said)
        assert problem(refused) == (409, "attribution-changed")
        assert "Nothing was stored" in refused.json()["detail"]
    with pooled.app.app_context(), reading(pooled.organisation_id) as session:
        mine = select(func.count()).select_from(Rating).where(Rating.organisation_id == pooled.organisation_id)
        assert session.execute(mine).scalar_one() == 0
    # What is pooled already stays so, and can be changed.
    changed = tomas.rate(ana, "exceeded", id=known, revision=2, attribution="pooled")
    assert (changed.status_code, changed.json()["attribution"]) == (200, "pooled")
    assert tomas.rate(ana, item=item("2"), attribution="open").json()["attribution"] == "open"
    assert tomas.rate(ana, item=item("3")).json()["attribution"] == "open"


def test_rule_03_pooled_shows_less_than_was_said(pooled: Office) -> None:
    tomas, ana = pooled.person("tomas"), pooled.person("ana")
    assert tomas.rate(ana, attribution="open").json()["attribution"] == "pooled"
    worded = tomas.rate(ana, "missed", item=item("2"), attribution="open")
    assert problem(worded) == (422, "pooled-no-words")


@pytest.mark.parametrize(("before", "after"), [("open", "pooled"), ("pooled", "open")])
def test_rule_01_what_was_taken_back_does_not_come_back_beside_another_kind(
    office: Office, before: str, after: str
) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    pool(office, attribution=before)
    first, second = uuid.uuid4(), uuid.uuid4()
    tomas.rate(ana, id=first)
    tomas.call("DELETE", f"{path(first)}?revision=2")
    pool(office, attribution=after)
    # Alone it is not revived either: it would be of a kind that nobody gives now.
    assert problem(tomas.rate(ana, id=first, revision=3)) == (409, "attribution-changed")
    assert tomas.rate(ana, id=second).json()["attribution"] == after
    revived = tomas.rate(ana, "exceeded", id=first, revision=3)
    assert (problem(revived), revived.json()["existing"]) == ((409, "rating-exists"), str(second))
    pool(office, attribution=before)
    revived = tomas.rate(ana, "exceeded", id=first, revision=3)
    assert (problem(revived), revived.json()["existing"]) == ((409, "rating-exists"), str(second))
    assert tomas.get(path(first)).json()["withdrawn"] is True
    # An old retry is harmless as ever, and with the other gone the first can be given again.
    assert tomas.rate(ana, id=first, revision=1).json()["withdrawn"] is True
    tomas.call("DELETE", f"{path(second)}?revision=2")
    assert tomas.rate(ana, "exceeded", id=first, revision=3).json()["attribution"] == before


@pytest.mark.parametrize("attribution", ["open", "pooled"])
def test_rule_14_no_new_verdict_reaches_who_paused_by_a_change(office: Office, attribution: str) -> None:
    pool(office, attribution=attribution)
    tomas, ana = office.person("tomas"), office.person("ana")
    rating_id = uuid.uuid4()
    tomas.rate(ana, id=rating_id)
    ana.put("/api/v1/me/pause", {"paused": True})
    words = "A date." if attribution == "open" else None
    changed = tomas.rate(ana, "missed", id=rating_id, revision=2, what_would_have_helped=words)
    assert problem(changed) == (422, "paused")
    assert tomas.get(path(rating_id)).json()["verdict"] == "met"
    assert tomas.rate(ana, id=rating_id).status_code == 200
    assert tomas.call("DELETE", f"{path(rating_id)}?revision=2").json()["withdrawn"] is True


def test_rule_01_an_old_retry_after_the_date_gives_nothing_back(pooled: Office, clock: Clock) -> None:
    tomas, ana = pooled.person("tomas"), pooled.person("ana")
    rating_id = uuid.uuid4()
    tomas.rate(ana, "missed", id=rating_id, what_would_have_helped=None)
    tomas.call("DELETE", f"{path(rating_id)}?revision=2")
    release(pooled, clock, day(clock, 2, 1, 0, 5), tomas)
    retry = tomas.rate(ana, "missed", id=rating_id, what_would_have_helped=None)
    assert problem(retry) == (404, "not-found")
    assert problem(tomas.call("DELETE", f"{path(rating_id)}?revision=2")) == (404, "not-found")
    assert bodies(pooled) == []
    # The handoff itself can be rated anew.
    assert tomas.rate(ana, "met").status_code == 201


def test_rule_01_the_last_seconds_before_a_date_leave_time_to_undo(pooled: Office, clock: Clock) -> None:
    tomas, ana = pooled.person("tomas"), pooled.person("ana")
    forward_to(clock, day(clock, 1, 31, 23, 59, 55))
    tomas.connect()
    rating_id = uuid.uuid4()
    given = tomas.rate(ana, "missed", id=rating_id, what_would_have_helped=None).json()
    assert given["release_on"] == f"{next_year(clock)}-03-01"
    clock.forward(seconds=7)
    assert tomas.call("DELETE", f"{path(rating_id)}?revision=2").json()["withdrawn"] is True


@pytest.fixture
def released(pooled: Office) -> tuple[Office, list[Person], Person, list[uuid.UUID]]:
    """Five colleagues have rated Ana's ticket 1 in January."""
    raters = [pooled.person(f"rater{number}") for number in range(5)]
    ana = pooled.person("ana")
    ids = [uuid.uuid4() for _ in raters]
    for number, rater in enumerate(raters):
        assert rater.rate(ana, "met" if number < 3 else "exceeded", id=ids[number]).status_code == 201
    return pooled, raters, ana, ids


def test_rule_01_between_midnight_and_the_release_it_is_frozen(
    released: tuple[Office, list[Person], Person, list[uuid.UUID]], clock: Clock
) -> None:
    _, raters, ana, ids = released
    forward_to(clock, day(clock, 1, 31, 23, 59))
    raters[0].connect()
    assert raters[0].rate(ana, "exceeded", id=ids[0], revision=2).status_code == 200
    forward_to(clock, day(clock, 2, 1, 0, 0, 1))
    raters[0].connect()
    for answer in (
        raters[0].rate(ana, "met", id=ids[0], revision=3),
        raters[0].call("DELETE", f"{path(ids[0])}?revision=3"),
    ):
        assert problem(answer) == (503, "being-released")
        assert int(answer.headers["Retry-After"]) > 0
    assert raters[0].get(path(ids[0])).json()["verdict"] == "exceeded"
    assert raters[0].rate(ana, "exceeded", id=ids[0], revision=2).status_code == 200  # a retry changes nothing
    # A new one waits for the next date.
    assert raters[0].rate(ana, item=item("9")).json()["release_on"] == f"{next_year(clock)}-03-01"


def test_rule_01_a_released_rating_stays_as_it_was(
    released: tuple[Office, list[Person], Person, list[uuid.UUID]], clock: Clock
) -> None:
    office, raters, ana, ids = released
    office.alias("ana", ana)
    made = release(office, clock, day(clock, 2, 1, 0, 5), *raters, ana)
    assert made == [date(next_year(clock), 2, 1)]
    assert problem(raters[0].rate(ana, "exceeded", id=ids[0], revision=2)) == (409, "rating-released")
    assert problem(raters[0].rate(ana, id=ids[0])) == (409, "rating-released")
    assert problem(raters[0].call("DELETE", f"{path(ids[0])}?revision=2")) == (409, "rating-released")
    assert raters[0].get(path(ids[0])).status_code == 404
    # The handoff is not rated twice, and another's id is unknown, as before.
    assert problem(raters[0].rate(ana)) == (409, "rating-released")
    assert problem(raters[1].rate(ana, id=ids[0])) == (404, "not-found")
    assert problem(ana.rate(raters[0], id=ids[0])) == (404, "not-found")
    seen = resolve(raters[0], ANA_OWNS)
    assert (seen["rating"], seen["rate"]["allowed"], seen["rate"]["code"]) == (None, False, "released")
    assert raters[0].rate(ana, item=item("2")).status_code == 201


def test_after_a_release_the_body_and_the_periods_key_are_gone(
    released: tuple[Office, list[Person], Person, list[uuid.UUID]], clock: Clock
) -> None:
    office, raters, _, ids = released
    lone, mei = uuid.uuid4(), office.person("mei")
    raters[0].rate(mei, id=lone)
    raters[1].rate(mei, id=uuid.uuid4(), item=item("5"))
    withdrawn = uuid.uuid4()
    raters[2].rate(mei, id=withdrawn)
    raters[2].call("DELETE", f"{path(withdrawn)}?revision=2")
    before = sealed_rows(office)
    release(office, clock, day(clock, 2, 1, 0, 5), *raters)
    after = sealed_rows(office)
    assert sum(row.body is None and row.bucket is None and row.period is None for row in after) == len(ids) + 1
    assert raters[2].get(path(withdrawn)).status_code == 404
    # What was too little waits under the next key; what was withdrawn says nothing any more.
    waiting = [row for row in after if row.body is not None]
    assert {row.period for row in waiting} == {date(next_year(clock), 3, 1)}
    assert len(waiting) == 2
    assert not {row.body for row in before} & {row.body for row in waiting}
    kept = raters[0].get(path(lone)).json()
    assert (kept["verdict"], kept["release_on"]) == ("met", f"{next_year(clock)}-03-01")
    with office.app.app_context(), writing(office.organisation_id) as session:
        found = sealed.sealing.keys(session, office.organisation_id, [date(next_year(clock), 2, 1)])
        assert found.periods == {}
        assert sealed.periods(session, office.organisation_id) == [date(next_year(clock), 3, 1)]


def sealed_rows(office: Office) -> list[SealedRating]:
    with office.app.app_context(), reading(office.organisation_id) as session:
        return list(
            session.execute(
                select(SealedRating).where(SealedRating.organisation_id == office.organisation_id)
            ).scalars()
        )


def test_a_period_still_in_use_is_not_closed(pooled: Office, clock: Clock) -> None:
    pooled.person("tomas").rate(pooled.person("ana"))
    with pooled.app.app_context(), pytest.raises(RuntimeError, match="still waits"):
        close(pooled, date(next_year(clock), 2, 1))
    assert len(bodies(pooled)) == 1


def close(office: Office, period: date) -> None:
    with writing(office.organisation_id) as session:
        sealed.close_period(session, office.organisation_id, period)


def test_a_late_clock_does_not_make_a_closed_period_anew(pooled: Office, clock: Clock) -> None:
    """A server whose clock is behind, or was put back, gives into the period after the one that is closed."""
    tomas, ana = pooled.person("tomas"), pooled.person("ana")
    tomas.rate(ana, id=(first := uuid.uuid4()))
    tomas.call("DELETE", f"{path(first)}?revision=2")
    with pooled.app.app_context():
        close(pooled, date(next_year(clock), 2, 1))
    given = tomas.rate(ana)
    assert (given.status_code, given.json()["release_on"]) == (201, f"{next_year(clock)}-03-01")
    assert [row.period for row in sealed_rows(pooled) if row.body] == [date(next_year(clock), 3, 1)]


def test_a_row_says_nothing_in_another_place(pooled: Office) -> None:
    """A sealed body is bound to its row: whoever writes to the database cannot make one rating another's."""
    tomas, ana, mei = pooled.person("tomas"), pooled.person("ana"), pooled.person("mei")
    first, second = uuid.uuid4(), uuid.uuid4()
    tomas.rate(ana, id=first)
    mei.rate(ana, id=second)
    with pooled.app.app_context(), writing(pooled.organisation_id) as session:
        mine = select(SealedRating).where(SealedRating.organisation_id == pooled.organisation_id)
        one, other = session.execute(mine).scalars().all()
        one.body, other.body = other.body, one.body
    assert problem(tomas.get(path(first))) == (503, "sealed-shut")
    assert problem(mei.get(path(second))) == (503, "sealed-shut")


def test_without_the_secret_nothing_opens_and_nothing_is_lost(pooled: Office, caplog: pytest.LogCaptureFixture) -> None:
    tomas, ana = pooled.person("tomas"), pooled.person("ana")
    rating_id = uuid.uuid4()
    given = tomas.rate(ana, id=rating_id).json()
    config = dataclasses.replace(
        pooled.app.extensions["handclasp_config"], secret_key="another secret of at least 32 letters", secret_file=None
    )
    wrong = create_app(config)
    thief = Person(wrong, tomas.member)
    thief.token = tomas.token
    for answer in (
        thief.get(path(rating_id)),
        thief.rate(ana, "missed", id=rating_id, revision=2, what_would_have_helped=None),
        thief.rate(ana, item=item("2")),
    ):
        assert problem(answer) == (503, "sealed-shut")
    assert "restore the secret" in caplog.text
    with wrong.app_context():
        db.engine.dispose()
    assert tomas.get(path(rating_id)).json() == given


@pytest.mark.parametrize("same_id", [True, False])
def test_ratings_at_once_are_decided_by_the_constraints(pooled: Office, same_id: bool) -> None:
    tomas, ana = pooled.person("tomas"), pooled.person("ana")
    rating_id = uuid.uuid4()
    start = threading.Barrier(8)

    def send(_: int) -> int:
        start.wait()
        return tomas.rate(ana, id=rating_id if same_id else uuid.uuid4()).status_code

    with ThreadPoolExecutor(8) as pool_:
        answers = sorted(pool_.map(send, range(8)))
    assert answers == ([200] * 7 + [201] if same_id else [201] + [409] * 7)
    assert len(bodies(pooled)) == 1


def test_many_give_at_once_while_rows_are_shuffled(pooled: Office) -> None:
    """The nightly shuffle rewrites every row; meanwhile nobody's rating is lost, doubled or refused."""
    ana = pooled.person("ana")
    raters = [pooled.person(f"rater{number}") for number in range(6)]
    stop = threading.Event()

    def shuffle() -> int:
        turns = 0
        while not stop.is_set():
            with pooled.app.app_context(), writing(pooled.organisation_id) as session:
                sealed.shuffle(session, pooled.organisation_id)
            turns += 1
        return turns

    def give(rater: Person) -> list[int]:
        answers: list[int] = []
        for number in range(6):
            rating_id = uuid.uuid4()
            answers += [
                rater.rate(ana, id=rating_id, item=item(str(number))).status_code,
                rater.rate(ana, "exceeded", id=rating_id, item=item(str(number)), revision=2).status_code,
            ]
        return answers

    with ThreadPoolExecutor(7) as pool_:
        shuffling = pool_.submit(shuffle)
        answered = list(pool_.map(give, raters))
        stop.set()
        assert shuffling.result() > 0
    assert answered == [[201, 200] * 6] * 6
    assert [body.verdict for body in bodies(pooled)] == ["exceeded"] * 36
