"""The harness finds what it should: with one part of the rules switched off, the promise breaks, and here is how.

Each test searches for a history that breaks, shrinks it to the smallest, prints it, and shows that the product, given
the same history, keeps the promise: by the same solver.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st

from handclasp.policy.models import Breakdown
from handclasp.ratings.models import Cause, Verdict

from . import variants
from .cells import Promise
from .knowledge import Break, Problem
from .variants import Act, Story

Pose = Callable[[Story], Problem]
M, T, E = Verdict.MISSED, Verdict.MET, Verdict.EXCEEDED
verdicts = st.sampled_from([T, M, E])
SEARCH = settings(
    max_examples=2_000,
    phases=[Phase.generate, Phase.shrink],
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


def anyhow(problem: Problem, colluders: int) -> Break | None:
    """A way to break the promise."""
    return next(problem.breaks(colluders), None)


def unaided(problem: Problem, _colluders: int) -> Break | None:
    """A way to break the promise without colluders."""
    return next(problem.breaks(0), None)


def by_leads(problem: Problem, colluders: int) -> Break | None:
    """A way for leads and subjects to obtain another's figure, with no rater's help."""
    return next(problem.figures(frozenset(), colluders + 1), None)


def show(
    stories: st.SearchStrategy[Story],
    pose: Pose,
    control: Pose = variants.as_it_is,
    first: Callable[[Problem, int], Break | None] = anyhow,
) -> None:
    """Find the smallest story that breaks as posed, and does not as the control poses it."""

    @cache
    def breaks(story: Story) -> bool:
        colluders = story.promise[1]
        return first(pose(story), colluders) is not None and first(control(story), colluders) is None

    story = find(
        stories,
        breaks,
        settings=SEARCH,
    )
    tell(story, first(pose(story), story.promise[1]))
    assert anyhow(variants.as_it_is(story), story.promise[1]) is None


def tell(story: Story, found: Break | None) -> None:
    """Print a history that breaks."""
    assert found
    whom = ", ".join(str(rater.int - 100) for rater in sorted(found.coalition, key=str)) or "nobody colluding"  # type: ignore[attr-defined]
    print(f"{story}\n=> {found.what}\n=> with {whom}: {found.how}")


def about(subject: int, raters: Sequence[int], tool: str = "trac") -> st.SearchStrategy[tuple[Act, ...]]:
    """These raters about one subject, whatever they say."""
    return st.tuples(
        *(st.builds(Act, st.just(rater), st.just(subject), verdicts, tool=st.just(tool)) for rater in raters)
    )


def said(subject: int, raters: Sequence[int], verdicts: Sequence[Verdict]) -> tuple[Act, ...]:
    """What these raters say about one subject."""
    return tuple(Act(rater, subject, verdict) for rater, verdict in zip(raters, verdicts, strict=True))


def told(first: int, raters: int, tool: str = "trac", subjects: int = 1) -> st.SearchStrategy[tuple[Act, ...]]:
    """Raters of their own about a subject, or several: all alike, or each third alike."""
    alike = st.lists(verdicts, min_size=1, max_size=1)
    patterns = st.one_of(alike, st.just([T, M, E])).map(lambda pattern: (pattern * raters)[:raters])
    return patterns.map(
        lambda pattern: tuple(
            Act(20 * first + place, first + place % subjects, verdict, tool=tool)
            for place, verdict in enumerate(pattern)
        )
    )


def together(promise: Promise, *dates: Sequence[st.SearchStrategy[tuple[Act, ...]]]) -> st.SearchStrategy[Story]:
    """A story of these."""
    joined = [st.tuples(*date).map(lambda groups: tuple(act for group in groups for act in group)) for date in dates]
    return st.builds(Story, st.just(promise), st.tuples(*joined))


one_release = st.one_of(
    *(
        together(promise, [about(0, range(n))])
        for promise in ((3, 1), (5, 1), (5, 2), (5, 3))
        for n in (promise[0], promise[0] + 1)
    )
)


def test_own_and_team_releases_overlapping() -> None:
    stories = together((3, 1), [about(0, range(3)), about(1, [3, 4]), about(2, [5])])
    show(stories, variants.own_and_team_overlap)


def test_release_on_reaching_k() -> None:
    show(together((3, 1), [about(0, range(4))]), variants.on_reaching_k)


def test_verdict_dependent_holding() -> None:
    show(together((3, 1), [about(0, range(3))], [about(0, [3])]), variants.hold_what_is_all_alike)


def test_no_nearly_all() -> None:
    show(one_release, variants.never_nearly_all)


def test_nearly_all_that_ignores_colluders() -> None:
    show(one_release, variants.nearly_all_without_colluders)


def test_several_ratings_of_a_rater_counted() -> None:
    show(together((3, 1), [about(0, [0, 1, 2, 3, 3, 3])]), variants.all_ratings_of_a_rater)


def test_small_cells() -> None:
    show(
        together((3, 1), [about(0, range(3)), about(0, [3], "jira")]),
        variants.small_cells,
        lambda story: variants.as_it_is(story, Breakdown.TOOL),
    )


def test_a_breakdown_beside_its_total() -> None:
    show(
        together((3, 1), [about(0, range(3)), about(0, range(3, 6), "jira")]),
        variants.breakdown_beside_total,
        lambda story: variants.as_it_is(story, Breakdown.TOOL),
    )


def test_a_hidden_other() -> None:
    show(
        together((3, 1), [about(0, range(3)), about(0, [3, 4], "jira")]),
        variants.hidden_other,
        lambda story: variants.as_it_is(story, Breakdown.TOOL),
    )


def test_a_team_release_apart_beside_its_sum_with_own_releases() -> None:
    stories = together((3, 1), [about(0, range(3)), about(1, [3]), about(2, [4]), about(3, [5])])
    show(stories, variants.team_release_beside_sum)


def test_sums_over_several_dates() -> None:
    four = [told(subject, 3) for subject in range(4)]
    show(together((3, 1), four, [told(4, 3)]), variants.sum_over_dates, variants.sum_of_first_date, by_leads)


def test_a_mover_counted_twice() -> None:
    old, new = (told(first, 4, team, subjects=2) for first, team in ((0, "old"), (2, "new")))
    stories = together((5, 1), [old, told(4, 3, "moved"), new])
    show(stories, variants.mover_counts_twice, first=unaided)


def test_sums_with_one_dominant_subject() -> None:
    four = [told(subject, 3) for subject in range(1, 5)]
    show(together((3, 1), [told(0, 13), *four]), variants.dominated_sum, variants.team_sum, by_leads)


@pytest.mark.parametrize("promise", [(3, 1), (5, 1)])
def test_sums_of_own_releases(promise: Promise) -> None:
    """Even 3 + C own releases without a dominant one: of four, all "nearly all met", the sum gives each away."""
    four = [told(subject, promise[0]) for subject in range(4)]
    show(together(promise, four), variants.team_sum, first=by_leads)


def test_one_line_on_many_own_releases() -> None:
    """2C + 5 of them, told together in one word: colluders know some of the small ones beforehand, which is enough."""
    promise = (5, 2)
    of_two = [said(subject, [0, 1, *range(10, 13)], [M, M, T, T, T]) for subject in range(4)]
    of_others = [said(subject, range(20, 25), [T] * 5) for subject in range(4, 9)]
    story = Story(promise, (tuple(act for acts in (*of_two, *of_others) for act in acts),))
    two = frozenset(uuid.UUID(int=100 + rater) for rater in (0, 1))
    assert next(variants.one_line_on_own_releases(story).figures(frozenset(), 3), None) is None
    tell(story, next(variants.one_line_on_own_releases(story).figures(two, 0), None))
    assert anyhow(variants.as_it_is(story), promise[1]) is None


def test_causes_that_bypass_nearly_all() -> None:
    acts = st.tuples(
        *(
            st.builds(Act, st.just(rater), st.just(rater % 3), verdicts, st.sampled_from([None, Cause.PROCESS]))
            for rater in range(4)
        )
    ).map(lambda made: tuple(act if act.verdict is M else replace(act, cause=None) for act in made))
    show(
        together((3, 1), [acts]),
        variants.causes_beside_nearly_all,
        lambda story: variants.as_it_is(story, Breakdown.CAUSE),
    )


def test_cause_cells_that_look_at_who_was_missed() -> None:
    """Three subjects among those who named a cause, none over half: then it is known who said missed."""
    acts = [*said(0, range(3), [M, T, T]), *said(1, [3, 4], [M, T]), *said(2, [5], [M])]
    story = Story((3, 1), (tuple(named(act) for act in acts),))
    tell(story, unaided(variants.causes_that_look_at_subjects(story), 1))
    assert anyhow(variants.as_it_is(story, Breakdown.CAUSE), 1) is None


def named(act: Act) -> Act:
    """Every missed names the process."""
    return replace(act, cause=Cause.PROCESS if act.verdict is M else None)


def test_dominance_that_looks_at_who_was_missed() -> None:
    stories = together((3, 1), [about(0, range(3)), about(1, [3, 4]), about(2, [5])])
    show(stories, variants.dominance_among_missed, first=unaided)
