"""What is released on a date, by the pure decision alone."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from handclasp.policy.models import Breakdown
from handclasp.ratings.models import Cause, Direction, Verdict
from handclasp.releases.decision import Ballot, Batch, Outcome, decide, publish
from handclasp.releases.models import Form

ON, NEXT = date(2026, 12, 1), date(2027, 1, 1)
MISSED, MET, EXCEEDED = Verdict
TEAM, OTHER_TEAM = UUID(int=901), UUID(int=902)


def person(number: int) -> UUID:
    return UUID(int=number)


_keys = iter(range(1, 10**9))


def ballot(rater: int, subject: int, verdict: Verdict = MET, **changes: object) -> Ballot:
    """A rating of the middle of November, by a rater of no team, about a subject of TEAM."""
    given = datetime(2026, 11, 15, tzinfo=UTC)
    plain = Ballot(
        key=next(_keys).to_bytes(32, "big"),
        rater=person(rater),
        subject=person(subject),
        rater_team=None,
        subject_team=TEAM,
        direction=Direction.SERVICE,
        verdict=verdict,
        cause=None,
        tool="trac",
        k=5,
        colluders=1,
        breakdown=Breakdown.NONE,
        given_at=given,
        changed_at=given,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def on_the_date(ballots: Sequence[Ballot], **more: object) -> Outcome:
    outcome = decide(ballots, on=ON, next_on=NEXT, **more)  # type: ignore[arg-type]
    parts = [*(batch.keys for batch in outcome.batches), outcome.waiting, outcome.dropped]
    # Each rating is in exactly one place, whatever a test is about.
    assert sum(map(len, parts)) == len(ballots)
    assert frozenset[bytes]().union(*parts) == {one.key for one in ballots}
    return outcome


def counts(batch: Batch) -> list[tuple[int, int, int]]:
    return [tuple(cell.published.counts[verdict] for verdict in Verdict) for cell in batch.cells]  # type: ignore[misc]


def about(subject: int, verdicts: Iterable[Verdict], first_rater: int = 100, **changes: object) -> list[Ballot]:
    return [ballot(first_rater + n, subject, verdict, **changes) for n, verdict in enumerate(verdicts)]


def small_team() -> list[Ballot]:
    """Six raters, three subjects with two each: too few for anybody's own release."""
    return [*about(1, [MET] * 2, 100), *about(2, [EXCEEDED] * 2, 110), *about(3, [MISSED, MET], 120)]


def test_rule_04_k_distinct_raters_make_a_subjects_own_release() -> None:
    (batch,) = on_the_date(about(1, [MET, MET, MET, EXCEEDED, MISSED])).batches
    assert (batch.subject, batch.team, batch.raters) == (person(1), None, 5)
    assert counts(batch) == [(1, 3, 1)]


def test_rule_04_fewer_than_k_wait() -> None:
    outcome = on_the_date(about(1, [MET] * 4))
    assert not outcome.batches
    assert len(outcome.waiting) == 4


def test_rule_04_one_rater_with_many_ratings_is_one_rater() -> None:
    same = [ballot(100, 1, EXCEEDED) for _ in range(4)]
    assert not on_the_date([*about(1, [MET] * 3, 200), *same]).batches


def test_rule_04_each_rater_counts_once_with_the_latest() -> None:
    early = ballot(100, 1, MISSED, changed_at=datetime(2026, 11, 2, tzinfo=UTC))
    late = ballot(100, 1, EXCEEDED, changed_at=datetime(2026, 11, 20, tzinfo=UTC))
    (batch,) = on_the_date([late, early, *about(1, [EXCEEDED, MET, MISSED, MET], 200)]).batches
    assert batch.raters == 5
    assert counts(batch) == [(1, 2, 2)]
    assert early.key in batch.keys  # it is released, too: it never counts another time


def test_rule_04_what_is_too_little_for_one_goes_to_the_teams_release() -> None:
    (batch,) = on_the_date(small_team()).batches
    assert (batch.subject, batch.team, batch.raters) == (None, TEAM, 6)
    assert counts(batch) == [(1, 3, 2)]


def test_rule_04_a_teams_release_is_about_three_subjects_at_least() -> None:
    assert not on_the_date([*about(1, [MET] * 3, 100), *about(2, [MET] * 3, 110)]).batches


def test_rule_04_no_subject_is_over_half_of_a_teams_release() -> None:
    three_of_five = [*about(1, [MET] * 3, 100), *about(2, [MET], 110), *about(3, [MET], 120)]
    assert not on_the_date(three_of_five).batches
    assert on_the_date([*three_of_five, *about(4, [MET], 130)]).batches


def test_rule_04_own_and_team_releases_share_no_rating() -> None:
    own, team = on_the_date([*about(9, [MET, MET, MET, MISSED, MISSED], 300), *small_team()]).batches
    assert (own.subject, team.team) == (person(9), TEAM)
    assert not own.keys & team.keys


def test_rule_04_directions_are_released_apart() -> None:
    outcome = on_the_date([*about(1, [MET] * 3), *about(1, [MET] * 3, 200, direction=Direction.REQUEST)])
    assert not outcome.batches


def test_rule_04_what_never_finds_company_is_dropped_before_it_is_180_days_old() -> None:
    def waits(days: int) -> bool:
        given = datetime(2027, 1, 1, tzinfo=UTC) - timedelta(days=days)
        return bool(on_the_date([ballot(100, 1, given_at=given)]).waiting)

    assert waits(180)
    assert not waits(181)


def test_rule_04_no_verdict_changes_who_is_released_with_whom() -> None:
    chance = random.Random(4)
    people = range(1, 9)
    for _ in range(200):
        ballots = [
            ballot(
                chance.randrange(100, 112),
                chance.choice(people),
                rater_team=chance.choice([TEAM, OTHER_TEAM, None]),
                subject_team=chance.choice([TEAM, OTHER_TEAM]),
                tool=chance.choice(["trac", "github"]),
                k=chance.choice([3, 5]),
                breakdown=chance.choice(list(Breakdown)),
                cause=None,
            )
            for _ in range(60)
        ]
        turned = [replace(one, verdict=chance.choice(list(Verdict))) for one in ballots]

        def shape(outcome: Outcome) -> object:
            return [
                (batch.subject, batch.team, batch.breakdown, batch.keys, [(c.label, c.raters) for c in batch.cells])
                for batch in outcome.batches
            ], outcome.waiting, outcome.dropped  # fmt: skip

        assert shape(on_the_date(ballots)) == shape(on_the_date(turned))


@pytest.mark.parametrize(
    ("k", "c", "verdicts", "form", "published"),
    [
        # One of five differs: exact counts would tell it of the others.
        (5, 1, [MET] * 4 + [MISSED], Form.NEARLY_ALL, (0, 5, 0)),
        (5, 1, [MET] * 5, Form.NEARLY_ALL, (0, 5, 0)),
        (5, 1, [MET] * 3 + [MISSED] * 2, Form.EXACT, (2, 3, 0)),
        # With a sixth rater, one may collude: two who differ are hidden, too.
        (5, 1, [MET] * 4 + [MISSED] * 2, Form.NEARLY_ALL, (0, 6, 0)),
        (5, 1, [MET] * 3 + [MISSED] * 3, Form.EXACT, (3, 3, 0)),
        (5, 1, [MET] * 4 + [MISSED, EXCEEDED, EXCEEDED], Form.EXACT, (1, 4, 2)),
        # Two colluders: three who differ are hidden, and it is called "mostly".
        (5, 2, [EXCEEDED] * 5 + [MET] * 2, Form.MOSTLY, (0, 0, 7)),
        (5, 2, [EXCEEDED] * 4 + [MET] * 3, Form.MOSTLY, (0, 0, 7)),
        (5, 2, [MET] * 3 + [MISSED] * 3 + [EXCEEDED], Form.EXACT, (3, 3, 1)),
        (3, 1, [MET, MISSED, EXCEEDED], Form.EXACT, (1, 1, 1)),
        (3, 1, [MET, MET, EXCEEDED], Form.NEARLY_ALL, (0, 3, 0)),
    ],
)
def test_rule_04_few_who_differ_are_not_told(
    k: int, c: int, verdicts: list[Verdict], form: Form, published: tuple[int, int, int]
) -> None:
    told = publish(about(1, verdicts, k=k, colluders=c))
    assert told.form is form
    assert tuple(told.counts[verdict] for verdict in Verdict) == published


def test_rule_04_each_rating_keeps_the_k_it_was_promised() -> None:
    careful, later = about(1, [MET], 100, k=5), about(1, [MET, MET, MISSED, MISSED], 200, k=3)
    (batch,) = on_the_date([*careful, *later[:3]]).batches
    assert batch.raters == 3
    assert not batch.keys & {one.key for one in careful}  # who was promised five waits for five
    (together,) = on_the_date([*careful, *later]).batches
    assert together.raters == 5


def test_rule_04_the_most_demanding_promise_in_a_release_decides_what_is_hidden() -> None:
    verdicts = [MET] * 4 + [MISSED] * 2
    assert publish(about(1, verdicts, k=6, colluders=1)).form is Form.EXACT
    mixed = [*about(1, verdicts[:5], 100, k=6, colluders=1), *about(1, verdicts[5:], 200, k=3, colluders=1)]
    assert publish(mixed).form is Form.NEARLY_ALL


def test_rule_05_small_cells_merge_into_other() -> None:
    by_tool = {"breakdown": Breakdown.TOOL}
    ballots = [
        *about(1, [MET] * 7, 100, **by_tool),
        *about(1, [MISSED] * 3, 200, tool="github", **by_tool),
        *about(1, [MET, EXCEEDED], 300, tool="wiki", **by_tool),
    ]
    (batch,) = on_the_date(ballots).batches
    assert [(cell.label, cell.raters) for cell in batch.cells] == [("trac", 7), (None, 5)]
    assert batch.breakdown is Breakdown.TOOL


def test_rule_05_other_takes_in_the_smallest_cell_until_it_is_large_enough() -> None:
    by_tool = {"breakdown": Breakdown.TOOL}
    ballots = [
        *about(1, [MET] * 7, 100, **by_tool),
        *about(1, [MET] * 6, 200, tool="github", **by_tool),
        *about(1, [MISSED], 300, tool="wiki", **by_tool),
    ]
    (batch,) = on_the_date(ballots).batches
    assert [(cell.label, cell.raters) for cell in batch.cells] == [("trac", 7), (None, 7)]


def test_rule_05_no_breakdown_if_no_cell_is_left() -> None:
    by_tool = {"breakdown": Breakdown.TOOL}
    (batch,) = on_the_date([*about(1, [MET] * 5, **by_tool), *about(1, [MET], 200, tool="wiki", **by_tool)]).batches
    assert [(cell.label, cell.raters) for cell in batch.cells] == [(None, 6)]
    assert batch.breakdown is Breakdown.NONE


def test_rule_05_a_breakdown_nobody_was_told_of_beforehand_is_not_made() -> None:
    ballots = [*about(1, [MET] * 5, breakdown=Breakdown.TOOL), *about(1, [MET] * 5, 200, tool="wiki")]
    (batch,) = on_the_date(ballots).batches
    assert batch.breakdown is Breakdown.NONE


def on_an_edge(causes: Sequence[Cause | None], met: int = 6) -> Batch:
    """Missed with these causes, and some met, from one customer team about eight members of TEAM."""
    told = [(MISSED, cause) for cause in causes] + [(MET, None)] * met
    ballots = [
        ballot(
            100 + n, 1 + n % 8, verdict, cause=cause, rater_team=OTHER_TEAM, breakdown=Breakdown.CAUSE
        )
        for n, (verdict, cause) in enumerate(told)
    ]  # fmt: skip
    (batch,) = on_the_date(ballots).batches
    return batch


def test_rule_06_causes_appear_on_the_edge_between_teams() -> None:
    batch = on_an_edge([Cause.CAPACITY] * 5 + [Cause.UNCLEAR_ASK] * 5)
    (cell,) = batch.cells
    assert (cell.label, batch.breakdown) == (str(OTHER_TEAM), Breakdown.CAUSE)
    assert cell.causes == {Cause.CAPACITY: 5, Cause.UNCLEAR_ASK: 5}


def test_rule_06_a_cause_is_named_from_k_raters_on_and_so_is_what_is_left() -> None:
    assert on_an_edge([Cause.CAPACITY] * 4 + [None] * 6).cells[0].causes == {}
    assert on_an_edge([Cause.CAPACITY] * 5 + [None] * 4).cells[0].causes == {}
    assert on_an_edge([Cause.CAPACITY] * 6 + [Cause.PROCESS] * 5 + [None]).cells[0].causes == {Cause.CAPACITY: 6}


def test_rule_06_nearly_all_missed_names_no_cause() -> None:
    (cell,) = on_an_edge([Cause.CAPACITY] * 10, met=1).cells
    assert cell.published.form is Form.NEARLY_ALL
    assert cell.causes == {}


def test_rule_06_no_persons_own_release_names_causes() -> None:
    missed = [
        ballot(100 + n, 1, MISSED, cause=Cause.QUALITY, breakdown=Breakdown.CAUSE, rater_team=OTHER_TEAM)
        for n in range(8)
    ]
    (batch,) = on_the_date([*missed, *about(1, [MET] * 6, 200, breakdown=Breakdown.CAUSE)]).batches
    assert [(cell.label, dict(cell.causes)) for cell in batch.cells] == [(None, {})]


def test_rule_04_who_has_left_has_no_release_of_their_own() -> None:
    ballots = [*about(1, [MET] * 5, 100), *about(2, [MET] * 3, 200), *about(3, [MET] * 2, 300)]
    (batch,) = on_the_date(ballots, away=frozenset({person(1)})).batches
    assert (batch.subject, batch.team, batch.raters) == (None, TEAM, 10)
