"""Giving, changing and withdrawing a rating."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.office import Clock, Office, item, rating


def test_one_put_stores_a_whole_rating(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana", team="Search")
    answer = tomas.rate(ana, "exceeded")
    assert answer.status_code == 201
    stored = answer.json()
    assert stored["verdict"] == "exceeded"
    assert stored["item"] == item()
    assert stored["subject"]["name"] == "Ana"
    assert stored["subject"]["team"]["name"] == "Search"
    assert tomas.get(f"/api/v1/ratings/{stored['id']}").json() == stored
    assert tomas.get("/api/v1/ratings").json() == {"items": [stored], "next": None}


def test_the_same_put_again_changes_nothing(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    rating_id = uuid.uuid4()
    first = tomas.rate(ana, id=rating_id)
    again = tomas.rate(ana, id=rating_id)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()


def test_a_higher_revision_changes_the_verdict_and_an_older_one_nothing(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    rating_id = uuid.uuid4()
    tomas.rate(ana, "met", id=rating_id, revision=3)
    changed = tomas.rate(ana, "missed", id=rating_id, revision=4)
    assert (changed.status_code, changed.json()["verdict"]) == (200, "missed")
    late = tomas.rate(ana, "met", id=rating_id, revision=3)
    assert (late.status_code, late.json()) == (200, changed.json())


def test_one_revision_says_one_thing(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    rating_id = uuid.uuid4()
    tomas.rate(ana, "met", id=rating_id)
    answer = tomas.rate(ana, "exceeded", id=rating_id)
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:handclasp:problem:revision-used"


def test_another_raters_id_is_not_found(office: Office) -> None:
    tomas, ana, mei = office.person("tomas"), office.person("ana"), office.person("mei")
    rating_id = uuid.uuid4()
    tomas.rate(ana, id=rating_id)
    assert mei.rate(ana, id=rating_id).status_code == 404
    assert ana.get(f"/api/v1/ratings/{rating_id}").status_code == 404
    assert mei.call("DELETE", f"/api/v1/ratings/{rating_id}?revision=9").status_code == 404
    assert tomas.get(f"/api/v1/ratings/{rating_id}").json()["verdict"] == "met"


def test_rule_01_a_second_rating_of_one_handoff_names_the_first(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    first = tomas.rate(ana).json()
    second = tomas.rate(ana, "exceeded")
    assert second.status_code == 409
    assert second.json()["type"] == "urn:handclasp:problem:rating-exists"
    assert second.json()["existing"] == first["id"]


def test_rule_02_the_subject_stays_when_the_alias_moves(office: Office) -> None:
    """Rule 2: later reassignment changes nothing."""
    tomas, ana, mei = office.person("tomas"), office.person("ana"), office.person("mei")
    office.alias("desk", ana)
    rating_id = uuid.uuid4()
    tomas.rate(ana, id=rating_id, subject={"handle": "desk"})
    office.alias("desk", mei)
    changed = tomas.rate(ana, "exceeded", id=rating_id, revision=2, subject={"handle": "desk"})
    assert changed.json()["subject"]["id"] == ana.id
    moved = tomas.rate(mei, "exceeded", id=rating_id, revision=3)
    assert moved.json()["type"] == "urn:handclasp:problem:rating-fixed"


def test_withdrawn_is_gone_until_a_higher_revision_revives_it(office: Office, clock: Clock) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    rating_id = uuid.uuid4()
    path = f"/api/v1/ratings/{rating_id}"
    tomas.rate(ana, "missed", id=rating_id)
    withdrawn = tomas.call("DELETE", f"{path}?revision=2")
    assert withdrawn.status_code == 200
    assert withdrawn.json()["withdrawn"] is True
    assert withdrawn.json()["verdict"] is None
    assert withdrawn.json()["what_would_have_helped"] is None
    assert tomas.call("DELETE", f"{path}?revision=2").json() == withdrawn.json()
    assert tomas.rate(ana, "missed", id=rating_id, revision=1).json()["withdrawn"] is True
    clock.forward(seconds=60)
    assert ana.inbox() == []
    assert tomas.get("/api/v1/ratings").json()["items"] == []
    assert tomas.rate(ana, "met", id=rating_id, revision=3).json()["withdrawn"] is False
    clock.forward(seconds=60)
    assert [entry["verdict"] for entry in ana.inbox()] == ["met"]


def test_rule_01_a_withdrawn_rating_cannot_come_back_beside_its_successor(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    first = uuid.uuid4()
    tomas.rate(ana, id=first)
    tomas.call("DELETE", f"/api/v1/ratings/{first}?revision=2")
    second = tomas.rate(ana, "exceeded")
    assert second.status_code == 201
    revived = tomas.rate(ana, "met", id=first, revision=3)
    assert (revived.status_code, revived.json()["existing"]) == (409, second.json()["id"])


def test_rule_02_nobody_rates_themselves(office: Office) -> None:
    ana = office.person("ana")
    answer = ana.rate(ana)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:handclasp:problem:self")
    assert ana.get("/api/v1/ratings").json()["items"] == []


def test_rule_08_teammates_stop_rating_at_twenty_five_members(office: Office) -> None:
    """Rule 8."""
    tomas, ana = office.person("tomas", team="Search"), office.person("ana", team="Search")
    for number in range(21):
        office.member(f"colleague{number}")
    assert tomas.rate(ana, item=item("2")).status_code == 201  # 24 members with the admin
    office.member("one-more")
    answer = tomas.rate(ana, item=item("3"))
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:handclasp:problem:same-team")
    assert tomas.thank(ana).status_code == 201


def test_rule_13_a_missed_says_what_would_have_helped_and_nothing_else_does(office: Office) -> None:
    """Rule 13."""
    tomas, ana = office.person("tomas"), office.person("ana")
    silent = tomas.rate(ana, "missed", what_would_have_helped=None)
    assert silent.status_code == 422
    assert silent.json()["errors"][0]["pointer"] == "#/what_would_have_helped"
    assert tomas.rate(ana, "met", what_would_have_helped="More").status_code == 422


def test_the_subject_must_be_certain(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    unknown = tomas.rate(ana, subject={"handle": "aruiz", "name": "Ana"})
    assert (unknown.status_code, unknown.json()["type"]) == (422, "urn:handclasp:problem:unknown-subject")
    assert tomas.rate(ana, subject={"name": "Ana"}).status_code == 422
    # The pick from the directory teaches the alias; the next rating needs no pick.
    assert tomas.rate(ana, subject={"handle": "ARuiz", "member": ana.id}).status_code == 201
    by_handle = tomas.rate(ana, item=item("2"), subject={"handle": "aruiz"})
    assert by_handle.json()["subject"]["id"] == ana.id
    by_address = tomas.rate(ana, item=item("3"), subject={"email": "ANA@example.org"})
    assert by_address.json()["subject"]["id"] == ana.id


def test_a_pick_never_changes_a_confirmed_alias(office: Office) -> None:
    tomas, ana, mei = office.person("tomas"), office.person("ana"), office.person("mei")
    office.alias("aruiz", ana)
    tomas.rate(mei, subject={"handle": "aruiz", "member": mei.id})
    answer = tomas.rate(ana, item=item("2"), subject={"handle": "aruiz"})
    assert answer.json()["subject"]["id"] == ana.id


def test_a_pick_never_redirects_an_address_that_is_known(office: Office) -> None:
    tomas, ana, mei = office.person("tomas"), office.person("ana"), office.person("mei")
    tomas.thank(mei, recipient={"member": mei.id, "handle": "ana@example.org"})
    answer = tomas.rate(ana, subject={"handle": "ana@example.org"})
    assert answer.json()["subject"]["id"] == ana.id


def test_taking_back_a_rating_takes_back_the_pick_it_taught(office: Office) -> None:
    tomas, ana, mei = office.person("tomas"), office.person("ana"), office.person("mei")
    rating_id = uuid.uuid4()
    tomas.rate(ana, id=rating_id, subject={"member": ana.id, "handle": "m.kato"})
    assert mei.rate(ana, item=item("2"), subject={"handle": "m.kato"}).status_code == 201
    tomas.call("DELETE", f"/api/v1/ratings/{rating_id}?revision=2")
    unknown = mei.rate(ana, item=item("3"), subject={"handle": "m.kato"})
    assert unknown.json()["type"] == "urn:handclasp:problem:unknown-subject"
    tomas.rate(ana, id=rating_id, revision=3, subject={"member": ana.id, "handle": "m.kato"})
    assert mei.rate(ana, item=item("3"), subject={"handle": "m.kato"}).status_code == 201


@pytest.mark.parametrize("parallel", [8])
def test_the_same_put_at_once_is_stored_once(office: Office, parallel: int) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    rating_id = uuid.uuid4()
    start = threading.Barrier(parallel)

    def send(_: int) -> int:
        start.wait()
        return tomas.rate(ana, id=rating_id).status_code

    with ThreadPoolExecutor(parallel) as pool:
        answers = sorted(pool.map(send, range(parallel)))
    assert answers == [200] * (parallel - 1) + [201]
    assert len(tomas.get("/api/v1/ratings").json()["items"]) == 1


def test_rule_01_two_ids_for_one_handoff_at_once_are_decided_by_the_constraint(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    start = threading.Barrier(6)

    def send(_: int) -> int:
        start.wait()
        return tomas.rate(ana).status_code

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(send, range(6)))
    assert answers == [201, 409, 409, 409, 409, 409]
    assert len(tomas.get("/api/v1/ratings").json()["items"]) == 1


def test_given_ratings_come_in_pages(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    sent = [tomas.rate(ana, item=item(str(number))).json()["id"] for number in range(7)]
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = tomas.get("/api/v1/ratings", params={"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        seen += [entry["id"] for entry in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == sent[::-1]


def test_bodies_are_refused_field_by_field(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    body = rating(ana) | {"revision": "1", "verdict": "great", "stars": 5, "item": item(tool="Trac!")}
    del body["direction"]
    answer = tomas.put(f"/api/v1/ratings/{uuid.uuid4()}", body)
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {
        "#/revision",
        "#/verdict",
        "#/stars",
        "#/item/tool",
        "#/direction",
    }
    assert tomas.get("/api/v1/ratings").json()["items"] == []
