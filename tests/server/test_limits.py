"""Rule 10: how much one may give in a day, told to nobody but whoever gives too much."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from flask import Flask
from sqlalchemy import select

from handclasp.db import reading, writing
from handclasp.limits import service as limits
from handclasp.limits.models import Tally
from tests.support.office import Clock, Office, Person, item
from tests.support.pooled import pool


@pytest.fixture(autouse=True)
def at_noon(clock: Clock) -> None:
    """A day's limit must not meet midnight in the middle of a test."""
    now = clock.now()
    clock.forward(hours=(36 - now.hour) % 24 or 24)


def rate_often(rater: Person, subject: Person, times: int) -> list[int]:
    return [rater.rate(subject, item=item(str(uuid.uuid4()))).status_code for _ in range(times)]


def assert_limit(answer: httpx.Response, rule: str) -> None:
    assert (answer.status_code, answer.json()["type"]) == (429, "urn:handclasp:problem:limit")
    assert rule in answer.json()["detail"]
    assert 0 < int(answer.headers["Retry-After"]) <= 86400


@pytest.mark.parametrize("pooled", [False, True], ids=["open", "pooled"])
def test_rule_10_twenty_ratings_a_day_to_the_same_colleague(office: Office, clock: Clock, pooled: bool) -> None:
    if pooled:
        pool(office)
    tomas, ana, mei = office.person("tomas"), office.person("ana"), office.person("mei")
    assert rate_often(tomas, ana, 20) == [201] * 20
    refused = uuid.uuid4()
    assert_limit(tomas.rate(ana, id=refused, item=item("21")), "20 ratings to the same colleague")
    assert tomas.get(f"/api/v1/ratings/{refused}").status_code == 404
    assert tomas.rate(mei, item=item("22")).status_code == 201
    # Nobody else's limit is touched: it would tell how many others there were.
    assert mei.rate(ana).status_code == 201
    clock.forward(days=1)
    office.stay_connected()
    tomas.connect()
    assert tomas.rate(ana, id=refused, item=item("21")).status_code == 201


def test_rule_10_a_hundred_ratings_a_day(office: Office) -> None:
    tomas = office.person("tomas")
    colleagues = [Person(office.app, office.member(f"colleague{number}")) for number in range(6)]
    for colleague in colleagues[:5]:
        assert set(rate_often(tomas, colleague, 20)) == {201}
    assert_limit(tomas.rate(colleagues[5]), "100 ratings")


def test_rule_10_ten_notes_a_day_to_the_same_colleague_and_sixty_in_all(office: Office) -> None:
    tomas = office.person("tomas")
    colleagues = [Person(office.app, office.member(f"colleague{number}")) for number in range(7)]
    for number, colleague in enumerate(colleagues[:6]):
        assert {tomas.thank(colleague).status_code for _ in range(10)} == {201}
        if number == 0:
            assert_limit(tomas.thank(colleague), "10 notes to the same colleague")
    assert_limit(tomas.thank(colleagues[6]), "60 notes")


def test_rule_10_changes_and_retries_do_not_count(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    rating_id, note_id = uuid.uuid4(), uuid.uuid4()
    for revision in range(1, 25):
        assert tomas.rate(ana, "met" if revision % 2 else "exceeded", id=rating_id, revision=revision).is_success
        assert tomas.rate(ana, "met" if revision % 2 else "exceeded", id=rating_id, revision=revision).is_success
        assert tomas.thank(ana, id=note_id).is_success
    assert rate_often(tomas, ana, 20) == [201] * 19 + [429]
    assert [tomas.thank(ana).status_code for _ in range(10)] == [201] * 9 + [429]


def test_rule_10_the_same_put_at_once_counts_once(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    rating_id, start = uuid.uuid4(), threading.Barrier(8)

    def send(_: int) -> int:
        start.wait()
        return tomas.rate(ana, id=rating_id).status_code

    with ThreadPoolExecutor(8) as pool_:
        assert sorted(pool_.map(send, range(8))) == [200] * 7 + [201]
    assert tallies(office.app, office) == [1, 1]


def test_counts_are_emptied_once_a_day(office: Office, clock: Clock) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    rate_often(tomas, ana, 20)
    clock.forward(days=1)
    office.stay_connected()
    for _ in range(2):
        empty(office)
    assert tallies(office.app, office) == [1], "what tells that it was done today"
    assert tomas.rate(ana).status_code == 201
    empty(office)
    assert sorted(tallies(office.app, office)) == [1, 1, 1], "one that starts at noon takes no count away"


def empty(office: Office) -> None:
    with office.app.app_context(), writing(office.organisation_id) as session:
        limits.empty(session, office.organisation_id)


def tallies(app: Flask, office: Office) -> list[int]:
    with app.app_context(), reading(office.organisation_id) as session:
        return list(
            session.execute(select(Tally.count).where(Tally.organisation_id == office.organisation_id)).scalars()
        )
