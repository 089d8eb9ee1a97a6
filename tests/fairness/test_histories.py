"""Histories of 6 to 24 months that nobody would think of: 0 breaks of the promise."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from handclasp.policy.models import Breakdown, Calendar
from handclasp.ratings.models import Cause, Direction, Verdict
from handclasp.releases import decision

from . import cells
from .cells import Promise
from .company import START, TOOLS, Colleague, Company, Rules
from .judge import HEAD, Tally, judge
from .test_single_cell import FULL, PAIRS

HISTORIES = 2_500 if FULL else 500
SETTINGS = settings(
    stateful_step_count=30,
    deadline=None,
    database=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)
MONTH = 30.5

verdicts = st.sampled_from(list(Verdict))
causes = st.sampled_from([None, Cause.PROCESS, Cause.PROCESS, Cause.QUALITY])
directions = st.sampled_from([Direction.SERVICE, Direction.SERVICE, Direction.SERVICE, Direction.REQUEST])
seeds = st.integers(0, 2**20)


class Life(RuleBasedStateMachine):
    """What can happen in a company. Bulks of ratings are drawn around the bounds at which things could break."""

    pair: Promise
    tally: Tally

    def __init__(self) -> None:
        super().__init__()
        self.company = Company.founded(Rules(*self.pair), teams=3, in_each=9)

    @property
    def months(self) -> float:
        return (self.company.now - START).days / MONTH

    def member(self, which: int) -> Colleague:
        here = self.company.here()
        return here[which % len(here)]

    def _rated_by(
        self,
        subject: Colleague,
        raters: list[Colleague],
        leading: Verdict,
        differ: int,
        direction: Direction,
        chance: Any,
    ) -> None:
        """So many differ from the leading verdict, which is where the bounds lie."""
        tools = chance.sample(TOOLS, chance.choice([1, 2, 2, 3]))
        other = chance.choice([*Verdict, None])
        cause = chance.choice([None, Cause.PROCESS, Cause.QUALITY])
        item = chance.randrange(10_000)
        for number, rater in enumerate(raters):
            verdict = leading if number >= differ else other or chance.choice(list(Verdict))
            self.company.rate(rater, subject, verdict, cause, chance.choice(tools), direction, item)

    @initialize(breakdown=st.sampled_from(list(Breakdown)))
    def the_first_policy(self, breakdown: Breakdown) -> None:
        self.company.rules = Rules(*self.pair, breakdown)

    @rule(
        which=st.integers(0, 26),
        raters=st.integers(1, 18),
        leading=verdicts,
        differ=st.integers(0, 6),
        direction=directions,
        seed=seeds,
    )
    def somebody_is_rated(
        self, which: int, raters: int, leading: Verdict, differ: int, direction: Direction, seed: int
    ) -> None:
        chance, subject = random.Random(seed), self.member(which)
        others = [member for member in self.company.here() if member is not subject]
        self._rated_by(subject, chance.sample(others, min(raters, len(others))), leading, differ, direction, chance)

    @rule(
        team=st.integers(0, 2),
        each=st.integers(1, 9),
        few=st.integers(3, 6),
        leading=verdicts,
        differ=st.integers(0, 4),
        seed=seeds,
    )
    def a_team_is_rated(self, team: int, each: int, few: int, leading: Verdict, differ: int, seed: int) -> None:
        """By few raters, who could collude, and others; members alike, or not."""
        chance = random.Random(seed)
        members = self.company.of_team(self.company.teams[team])
        outside = [member for member in self.company.here() if member not in members]
        busy = chance.sample(outside, min(few, len(outside)))
        alike = chance.random() < 0.7
        for subject in members:
            others = [member for member in outside if member not in busy]
            raters = [*busy, *chance.sample(others, min(each, len(others)))][: max(each, 1)]
            verdict = leading if alike else chance.choice(list(Verdict))
            self._rated_by(subject, raters, verdict, differ, Direction.SERVICE, chance)

    @rule(
        team=st.integers(0, 2),
        subjects=st.integers(2, 9),
        each=st.integers(1, 2),
        leading=verdicts,
        differ=st.integers(0, 3),
        seed=seeds,
    )
    def a_team_is_rated_a_little(
        self, team: int, subjects: int, each: int, leading: Verdict, differ: int, seed: int
    ) -> None:
        """Too little for releases of their own. Of all these ratings together, so many differ."""
        chance = random.Random(seed)
        members = self.company.of_team(self.company.teams[team])[:subjects]
        for number, subject in enumerate(members):
            others = [member for member in self.company.here() if member is not subject]
            said = leading if number >= differ else chance.choice(list(Verdict))
            self._rated_by(subject, chance.sample(others, each), said, 0, Direction.SERVICE, chance)

    @rule(which=st.integers(0, 10_000), verdict=verdicts, cause=causes)
    def somebody_changes_their_mind(self, which: int, verdict: Verdict, cause: Cause | None) -> None:
        self.company.change(which, verdict, cause)

    @rule(which=st.integers(0, 10_000))
    def somebody_withdraws(self, which: int) -> None:
        self.company.withdraw(which)

    @rule(which=st.integers(0, 30), team=st.integers(0, 3))
    def somebody_moves(self, which: int, team: int) -> None:
        self.member(which).team = [*self.company.teams, None][team]

    @precondition(lambda self: len(self.company.here()) > 18)
    @rule(which=st.integers(0, 30), erased=st.booleans())
    def somebody_leaves(self, which: int, erased: bool) -> None:
        if erased:
            self.company.erase(self.member(which))
        else:
            self.member(which).left = True

    @rule(team=st.integers(0, 2))
    def somebody_joins(self, team: int) -> None:
        self.company.join(self.company.teams[team])

    @rule(
        more=st.integers(0, 3),
        careful=st.booleans(),
        breakdown=st.sampled_from(list(Breakdown)),
        calendar=st.sampled_from([Calendar.MONTHLY, Calendar.MONTHLY, Calendar.QUARTERLY]),
    )
    def the_policy_changes(self, more: int, careful: bool, breakdown: Breakdown, calendar: Calendar) -> None:
        k, colluders = self.pair
        most = min(colluders + careful, k + more - 2)
        self.company.rules = Rules(k + more, most, breakdown, calendar)

    @precondition(lambda self: self.months < 24)
    @rule()
    def a_date_comes(self) -> None:
        self.company.date_comes()

    @precondition(lambda self: self.months < 24)
    @rule()
    def another_date_comes(self) -> None:
        """Twice, so that dates are as frequent as what happens between them."""
        self.company.date_comes()

    def teardown(self) -> None:
        while self.months < 6:
            self.company.date_comes()
        found = judge(self.company, self.tally)
        assert not found, found[:3]


@pytest.fixture(scope="module")
def tallies(request: pytest.FixtureRequest) -> Any:
    """Prints the table when all pairs are through."""
    made: dict[Promise, Tally] = {}
    yield made
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(HEAD, *(tally.row(pair) for pair, tally in made.items()), sep="\n")


@pytest.mark.parametrize("pair", PAIRS)
def test_rule_06_the_promise_holds_in_every_history(pair: Promise, tallies: dict[Promise, Tally]) -> None:
    tally = tallies.setdefault(pair, Tally())
    life = type("Life", (Life,), {"pair": pair, "tally": tally})
    if not FULL:
        life = seed(pair[0] * 10 + pair[1])(life)
    run_state_machine_as_test(life, settings=settings(SETTINGS, max_examples=HISTORIES))
    assert tally.histories >= HISTORIES
    assert tally.releases > HISTORIES
    assert not tally.breaks


def hide_one_fewer(patch: pytest.MonkeyPatch) -> None:
    """ "Nearly all" begins one later."""
    hidden = decision._differing_hidden
    patch.setattr(decision, "_differing_hidden", lambda counted: hidden(counted) - 1)


def forget_colluders(patch: pytest.MonkeyPatch) -> None:
    """ "Nearly all" takes no colluders into account."""
    patch.setattr(decision, "_differing_hidden", lambda _: 1)


def need_one_fewer(patch: pytest.MonkeyPatch) -> None:
    """One rater fewer than promised is enough."""
    patch.setattr(decision, "enough_raters", lambda counted: len(counted) + 1 >= max(each.k for each in counted))


def count_every_rating(patch: pytest.MonkeyPatch) -> None:
    """A rater counts as often as they rate."""
    patch.setattr(decision, "one_each", list)


def keep_cells_small(patch: pytest.MonkeyPatch) -> None:
    """Every label is a cell."""
    split = decision.split
    patch.setattr(decision, "split", lambda counted, dimension, _: split(counted, dimension, bool))


def hold_what_is_alike(patch: pytest.MonkeyPatch) -> None:
    """A release in which all are told as one waits."""
    make = decision._own_batches
    patch.setattr(
        decision,
        "_own_batches",
        lambda ballots: [batch for batch in make(ballots) if batch.cells[0].published.leading is None],
    )


def release_twice(patch: pytest.MonkeyPatch) -> None:
    """What is in a member's release is in the team's, too."""
    patch.setattr(decision, "_without", lambda ballots, _: list(ballots))


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        (hide_one_fewer, "know that all others said"),
        (forget_colluders, "know that all others said"),
        (need_one_fewer, "a cell of"),
        (count_every_rating, "do not follow from labels"),
        (keep_cells_small, "a cell of"),
        (hold_what_is_alike, "depends on what was said"),
        (release_twice, "released twice"),
    ],
)
def test_the_histories_find_a_fault_in_the_decision(
    fault: Callable[[pytest.MonkeyPatch], None], verdict: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has been seen to fail guards: with one fault in the decision itself, some history is judged broken."""
    fault(monkeypatch)
    cells.forget()
    life = seed(1)(type("Life", (Life,), {"pair": (5, 2), "tally": Tally()}))
    try:
        with pytest.raises(AssertionError, match=verdict):
            run_state_machine_as_test(life, settings=settings(SETTINGS, max_examples=200, phases=[Phase.generate]))
    finally:
        monkeypatch.undo()
        cells.forget()
