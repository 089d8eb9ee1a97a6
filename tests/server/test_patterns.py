"""Rings and pile-ons are found among ordinary traffic, flagged once, and nothing is done about them (rule 10)."""

from __future__ import annotations

import random
import re
import threading
import time
import uuid
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date, timedelta
from itertools import permutations
from typing import Any

from sqlalchemy import event

from handclasp.db import db
from handclasp.patterns import service
from handclasp.patterns.acts import Act, ActKind, Finding
from handclasp.patterns.finding import find_patterns
from handclasp.patterns.models import PatternKind
from tests.support.office import Clock, Office, Person, item
from tests.support.traffic import Plant, ordinary, planted

SEEDS = range(6)
TODAY = date(2026, 11, 20)


@dataclass(slots=True)
class Score:
    """How many of the planted were found, and how many of the found were planted."""

    planted: int = 0
    found: int = 0
    flagged: int = 0
    true: int = 0

    def count(self, plants: Sequence[Plant], findings: Sequence[Finding]) -> None:
        self.planted += len(plants)
        self.found += sum(any(same(plant, finding) for finding in findings) for plant in plants)
        self.flagged += len(findings)
        self.true += sum(any(same(plant, finding) for plant in plants) for finding in findings)

    @property
    def recall(self) -> float:
        return self.found / self.planted

    @property
    def precision(self) -> float:
        return self.true / self.flagged


def same(plant: Plant, finding: Finding) -> bool:
    """A ring counts as found when they share at least three fifths of all members of both."""
    together = plant.members & finding.members
    return plant.kind is finding.kind and 5 * len(together) >= 3 * len(plant.members | finding.members)


def test_rule_10_planted_rings_and_pile_ons_are_found_among_a_thousand_members() -> None:
    scores = {kind: Score() for kind in PatternKind}
    for seed in SEEDS:
        world = planted(seed)
        findings = find_patterns(world.acts, world.today)
        for kind, score in scores.items():
            score.count(
                [plant for plant in world.plants if plant.kind is kind],
                [finding for finding in findings if finding.kind is kind],
            )
    print("\n| | planted | found | recall | flagged | planted of these | precision |")
    print("|---|---|---|---|---|---|---|")
    for kind, score in scores.items():
        print(
            f"| {kind} | {score.planted} | {score.found} | {score.recall:.2f} "
            f"| {score.flagged} | {score.true} | {score.precision:.2f} |"
        )
    for kind, score in scores.items():
        assert score.recall >= 0.8, kind
        assert score.precision >= 0.9, kind


def test_rule_10_ordinary_traffic_is_hardly_ever_flagged() -> None:
    flagged = [finding for seed in (50, 51, 52) for finding in _found(seed)]
    assert len(flagged) <= 3, flagged


def _found(seed: int) -> list[Finding]:
    world = ordinary(seed)
    return find_patterns(world.acts, world.today)


def test_rule_10_a_team_that_is_close_as_a_whole_is_no_ring_and_three_apart_from_it_are() -> None:
    team = uuid.uuid4()
    close = [uuid.UUID(int=number) for number in range(5)]
    assert list(find_patterns(thanks(close, 12, team) + background(), TODAY)) == []
    larger = [uuid.UUID(int=number) for number in range(8)]
    apart = thanks(larger, 1, team) + thanks(larger[:3], 12, team) + background()
    [finding] = find_patterns(apart, TODAY)
    assert (finding.kind, finding.members) == (PatternKind.RING, frozenset(larger[:3]))
    assert finding.acts == 6 * 13


def test_rule_10_thanks_that_do_not_come_back_are_no_ring() -> None:
    fans = [uuid.UUID(int=number) for number in range(4)]
    one_way = [Act(fan, fans[0], day(ago), ActKind.THANKS) for fan in fans[1:] for ago in range(30)]
    assert list(find_patterns(one_way + background(), TODAY)) == []


def test_rule_10_who_is_turned_to_every_day_is_not_piled_on() -> None:
    desk, calm = uuid.uuid4(), uuid.uuid4()
    acts = [Act(uuid.uuid4(), desk, day(ago), ActKind.WORD) for ago in range(90) for _ in range(3)]
    assert list(find_patterns(acts, TODAY)) == []
    acts += [Act(uuid.uuid4(), calm, day(2 + number % 3), ActKind.WORD) for number in range(8)]
    [finding] = find_patterns(acts, TODAY)
    assert (finding.kind, finding.members, finding.acts) == (PatternKind.PILE_ON, frozenset({calm}), 8)


def test_rule_10_eight_who_thank_are_no_pile_on() -> None:
    loved = uuid.uuid4()
    acts = [Act(uuid.uuid4(), loved, day(number % 3), ActKind.THANKS) for number in range(20)]
    assert list(find_patterns(acts + background(), TODAY)) == []


def test_rule_10_a_launch_that_brings_thanks_as_well_explains_itself() -> None:
    star = uuid.uuid4()
    ratings = [Act(uuid.uuid4(), star, day(number % 3), ActKind.RATING) for number in range(9)]
    cheers = [Act(uuid.uuid4(), star, day(number % 3), ActKind.THANKS) for number in range(9)]
    assert [finding.kind for finding in find_patterns(ratings + background(), TODAY)] == [PatternKind.PILE_ON]
    assert list(find_patterns(ratings + cheers + background(), TODAY)) == []


def test_a_company_where_all_thank_all_every_day_is_looked_at_in_seconds() -> None:
    """Two hundred who give to all others, some more and some less: nobody can keep the worker busy all night."""
    chance = random.Random(1)
    members = [uuid.UUID(int=number) for number in range(200)]
    acts = [
        Act(giver, taker, day(chance.randrange(60)), ActKind.THANKS)
        for giver, taker in permutations(members, 2)
        for _ in range(chance.randint(1, 4))
    ]
    began = time.process_time()
    assert list(find_patterns(acts, TODAY)) == []
    assert time.process_time() - began < 20


def test_nothing_comes_of_nothing() -> None:
    assert list(find_patterns([], TODAY)) == []
    later = [Act(uuid.uuid4(), uuid.UUID(int=1), TODAY + timedelta(days=1), ActKind.WORD) for _ in range(9)]
    assert list(find_patterns(later, TODAY)) == []


def day(ago: int) -> date:
    return TODAY - timedelta(days=ago)


def thanks(members: Sequence[uuid.UUID], times: int, team: uuid.UUID | None = None) -> list[Act]:
    return [
        Act(giver, taker, day(4 * time), ActKind.THANKS, team, team)
        for giver, taker in permutations(members, 2)
        for time in range(times)
    ]


def background() -> list[Act]:
    """Forty pairs who thanked each other once, at some time."""
    pairs = [(uuid.UUID(int=1000 + number), uuid.UUID(int=2000 + number)) for number in range(40)]
    return [
        Act(giver, taker, day(2 * number), ActKind.THANKS)
        for number, pair in enumerate(pairs)
        for giver, taker in permutations(pair)
    ]


def test_rule_10_a_finder_is_told_no_verdict_and_no_words(office: Office) -> None:
    assert {field.name for field in fields(Act)} == {"giver", "taker", "day", "kind", "giver_team", "taker_team"}
    assert {kind.value for kind in ActKind} == {"thanks", "word", "rating"}
    pile_on(office)
    with statements(office) as asked:
        assert look(office) == 1
    read = [statement for statement in asked if "FROM note" in statement or "FROM rating" in statement]
    assert len(read) == 2
    for statement in read:
        for secret in ("verdict", "text", "what_would_have_helped", "cause", "item", "handoff"):
            assert secret not in statement, statement
    # Pooled ratings are never read.
    assert not [statement for statement in asked if "sealed" in statement]


def test_rule_10_a_ring_is_flagged_once_and_nothing_is_done(office: Office, clock: Clock) -> None:
    people = ring(office)
    before = [person.get("/api/v1/inbox").json() for person in people]
    assert look(office) == 1
    assert [person.get("/api/v1/inbox").json() for person in people] == before
    clock.forward(days=1)
    assert look(office) == 0
    answer = office.admin.connect().get("/api/v1/patterns").json()
    [flag] = answer["items"]
    assert (flag["kind"], flag["seen"]) == ("ring", False)
    assert [member["id"] for member in flag["members"]] == sorted((person.id for person in people), key=name_of(people))
    assert office.admin.put(f"/api/v1/patterns/{flag['id']}", {"seen": True}).json() == {"seen": True}
    assert look(office) == 0
    assert office.admin.get("/api/v1/patterns").json()["items"] == [flag | {"seen": True}]
    # Nobody is told, and notes go on.
    assert people[0].connect().get("/api/v1/patterns").status_code == 403
    assert people[0].thank(people[1]).status_code == 201


def name_of(people: Sequence[Person]) -> Any:
    return lambda member_id: next(person.member.name for person in people if person.id == member_id)


def test_rule_10_a_pattern_is_flagged_again_when_all_of_it_is_new(office: Office, clock: Clock) -> None:
    pile_on(office)
    assert look(office) == 1
    clock.forward(days=100)
    assert look(office) == 0
    pile_on(office)
    assert look(office) == 1
    assert [flag["kind"] for flag in office.admin.connect().get("/api/v1/patterns").json()["items"]] == ["pile_on"] * 2


def test_rule_10_two_workers_in_one_night_flag_once(office: Office) -> None:
    pile_on(office)
    ready = threading.Barrier(4)

    def work() -> None:
        ready.wait()
        look(office)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(office.admin.get("/api/v1/patterns").json()["items"]) == 1


def test_rule_12_each_look_at_patterns_stands_in_the_log(office: Office, other_office: Office) -> None:
    pile_on(office)
    look(office)
    flag = office.admin.get("/api/v1/patterns").json()["items"][0]
    log = office.person("ana").get("/api/v1/log").json()["items"]
    assert [entry["detail"] for entry in log if entry["action"] == "named_read"] == [{"dataset": "patterns"}]
    foreign = other_office.admin
    assert foreign.get("/api/v1/patterns").json() == {"items": [], "next": None}
    assert foreign.put(f"/api/v1/patterns/{flag['id']}", {"seen": True}).status_code == 404
    assert office.admin.put(f"/api/v1/patterns/{flag['id']}", {"seen": "yes"}).status_code == 422
    assert office.admin.get("/api/v1/patterns", params={"cursor": "WzFd"}).status_code == 422


def test_patterns_as_a_page_say_what_they_may_also_mean(office: Office) -> None:
    admin = office.admin.sign_in()
    assert "Nothing was found." in admin.browser.get("/patterns").text
    pile_on(office)
    look(office)
    page = admin.browser.get("/patterns").text
    assert "Eight or more colleagues turned to <b>Ana</b> within five days" in page
    assert "It may also be" in page
    [flag] = office.admin.get("/api/v1/patterns").json()["items"]
    form = re.search(r'name="csrf" value="([0-9a-f]+)"', page)
    assert form
    assert admin.browser.post(f"/patterns/{flag['id']}/seen", data={"csrf": form[1]}).status_code == 303
    page = admin.browser.get("/patterns").text
    assert "looked at" in page
    assert "I have looked at it" not in page


def ring(office: Office) -> list[Person]:
    """Three who thank each other ten times, among others who thank now and then."""
    people = [office.person(name) for name in ("ana", "tomas", "mei")]
    others = [office.person(name) for name in ("eva", "leo", "noa", "kai")]
    for one, other in permutations(others, 2):
        one.thank(other)
    for one, other in permutations(people, 2):
        for _ in range(10):
            assert one.thank(other).status_code == 201
    return people


def pile_on(office: Office) -> None:
    """Eight who turn to Ana, with a word or a rating."""
    ana = office.person("ana")
    for number, name in enumerate(("tomas", "mei", "eva", "leo", "noa", "kai", "jo", "lu")):
        person = office.person(name).connect()
        if number % 2:
            answer = person.thank(ana, "A word on Monday would have helped.", kind="word")
        else:
            answer = person.rate(ana, "missed", item=item(str(uuid.uuid4())))
        assert answer.status_code == 201, answer.text


def look(office: Office) -> int:
    with office.app.app_context():
        return service.look(office.organisation_id)


@contextmanager
def statements(office: Office) -> Generator[list[str]]:
    """Everything that is asked of the database meanwhile."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(" ".join(statement.split()))

    with office.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)
