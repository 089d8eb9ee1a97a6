"""Which pooled ratings are released on a date, and how: a pure function, ratings in, releases out (rules 4 to 6).

What is published depends on who rated whom, where and when, never on a verdict, down to the cell: the raters of a
cell are settled first, and only then is the cell told, by `publish`, which looks at nothing but how many of them gave
each verdict. So whoever sees a cell, all others, and the verdicts of some raters can exchange the verdicts of the
rest among themselves without seeing a difference; `publish` makes sure that they are never all alike for certain.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from uuid import UUID

from ..policy.models import Breakdown
from ..ratings.models import Cause, Direction, Verdict
from .models import Form

Key = TypeVar("Key", bound=Hashable)
Row = TypeVar("Row")

WAITS_AT_MOST = timedelta(days=180)
"""A rating that never found enough company is dropped after this time, unread."""
FEWEST_SUBJECTS = 3
"""A team's figure is about at least this many members, none of whom makes up more than half of it."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """A pooled rating, opened for the decision, with what its rater was promised when it was given.

    `rater_team` and `subject_team` are those of its day. `k` and `colluders` are the promise; `breakdown` is the
    dimension that was published then.
    """

    key: bytes
    rater: UUID
    subject: UUID
    rater_team: UUID | None
    subject_team: UUID | None
    direction: Direction
    verdict: Verdict
    cause: Cause | None
    tool: str
    k: int
    colluders: int
    breakdown: Breakdown
    given_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Published:
    """What a cell tells. `leading` is set unless `form` is exact: then all raters are counted as it."""

    form: Form
    leading: Verdict | None
    counts: Mapping[Verdict, int]


@dataclass(frozen=True, slots=True)
class Cell:
    """Part of a release, published by itself. `label` is a tool or a team; None for the whole and for *other*.

    `repaired` of the missed were repaired since (open ratings only).
    """

    label: str | None
    raters: int
    published: Published
    causes: Mapping[Cause, int]
    repaired: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """One release: about one subject, or about one team. `keys` are all ratings that went into it."""

    subject: UUID | None
    team: UUID | None
    direction: Direction
    breakdown: Breakdown
    raters: int
    cells: tuple[Cell, ...]
    keys: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Every ballot's key is in exactly one of: a batch, `waiting`, `dropped`."""

    batches: tuple[Batch, ...]
    waiting: frozenset[bytes]
    dropped: frozenset[bytes]


def decide(
    ballots: Collection[Ballot],
    *,
    on: date,
    next_on: date,
    away: frozenset[UUID] = frozenset(),
) -> Outcome:
    """What the waiting `ballots` become on the release date `on`, before the next one, `next_on`.

    Subjects in `away` have left: nobody would read a release of their own, so their ratings count for their team only.
    """
    left = [ballot for ballot in ballots if not _too_old(ballot, on)]
    own = _own_batches([ballot for ballot in left if ballot.subject not in away])
    left = _without(left, own)
    of_teams = _team_batches([ballot for ballot in left if ballot.subject_team is not None])
    waiting = frozenset(ballot.key for ballot in _without(left, of_teams) if not _too_old(ballot, next_on))
    batches = (*own, *of_teams)
    return Outcome(
        batches=batches,
        waiting=waiting,
        dropped=frozenset(ballot.key for ballot in _without(ballots, batches)) - waiting,
    )


def waits_too_long(given_at: datetime, on: date) -> bool:
    """True for a rating that on the date `on` has waited as long as one may."""
    return datetime.combine(on, time(), UTC) - given_at > WAITS_AT_MOST


def _too_old(ballot: Ballot, on: date) -> bool:
    return waits_too_long(ballot.given_at, on)


def _without(ballots: Iterable[Ballot], batches: Iterable[Batch]) -> list[Ballot]:
    taken = frozenset[bytes]().union(*(batch.keys for batch in batches))
    return [ballot for ballot in ballots if ballot.key not in taken]


def _own_batches(ballots: Iterable[Ballot]) -> list[Batch]:
    """Each subject's own release, where the company is large enough."""
    batches: list[Batch] = []
    for (subject, direction), about in grouped(ballots, lambda ballot: (ballot.subject, ballot.direction)).items():
        chosen = _largest_company(about, enough_raters)
        if chosen:
            by = promised_breakdown(chosen)
            cells = _cells(chosen, Breakdown.NONE if by is Breakdown.CAUSE else by, enough_raters)
            batches.append(make_batch(chosen, cells, direction, subject=subject))
    return batches


def _team_batches(ballots: Iterable[Ballot]) -> list[Batch]:
    """Each team's release, from what was too little for releases of its members' own."""
    batches: list[Batch] = []
    for (team, direction), about in grouped(ballots, lambda ballot: (ballot.subject_team, ballot.direction)).items():
        chosen = _largest_company(about, about_a_team)
        if chosen:
            batches.append(
                make_batch(chosen, _cells(chosen, promised_breakdown(chosen), about_a_team), direction, team=team)
            )
    return batches


Fits = Callable[[Sequence[Ballot]], bool]


def enough_raters(counted: Sequence[Ballot]) -> bool:
    """True when as many raters stand together as the most careful of them was promised. Each counts once here."""
    return len(counted) >= max(ballot.k for ballot in counted)


def about_a_team(counted: Sequence[Ballot]) -> bool:
    """As `enough_raters`, and about at least three subjects, none of them over half."""
    subjects = Counter(ballot.subject for ballot in counted)
    return enough_raters(counted) and len(subjects) >= FEWEST_SUBJECTS and 2 * max(subjects.values()) <= len(counted)


def _largest_company(ballots: Sequence[Ballot], fits: Fits) -> list[Ballot]:
    """The ballots that can be released together: all, or without those that were promised the largest k.

    A promise of more company than there is must not hold back those who were promised less; theirs waits.
    """
    for k in sorted({ballot.k for ballot in ballots}, reverse=True):
        chosen = [ballot for ballot in ballots if ballot.k <= k]
        if fits(one_each(chosen)):
            return chosen
    return []


def one_each(ballots: Iterable[Ballot]) -> list[Ballot]:
    """The latest ballot of each rater: nobody counts twice."""
    latest: dict[UUID, Ballot] = {}
    for ballot in sorted(ballots, key=lambda ballot: (ballot.changed_at, ballot.key)):
        latest[ballot.rater] = ballot
    return list(latest.values())


def promised_breakdown(ballots: Sequence[Ballot]) -> Breakdown:
    """The breakdown all of them were told of beforehand; none where the policy changed in between."""
    promised = {ballot.breakdown for ballot in ballots}
    return promised.pop() if len(promised) == 1 else Breakdown.NONE


def make_batch(
    chosen: Sequence[Ballot],
    cells: Sequence[Cell],
    direction: Direction,
    *,
    subject: UUID | None = None,
    team: UUID | None = None,
) -> Batch:
    broken_down = any(cell.label is not None for cell in cells) or any(cell.causes for cell in cells)
    return Batch(
        subject=subject,
        team=team,
        direction=direction,
        breakdown=promised_breakdown(chosen) if broken_down else Breakdown.NONE,
        raters=len({ballot.rater for ballot in chosen}),
        cells=tuple(cells),
        keys=frozenset(ballot.key for ballot in chosen),
    )


def _cells(chosen: Sequence[Ballot], dimension: Breakdown, fits: Fits) -> list[Cell]:
    """The parts that are published instead of the whole. They share no rater, and each would fit by itself."""
    counted = one_each(chosen)
    groups = split(counted, dimension, fits)
    return [
        Cell(
            label=label,
            raters=len(group),
            published=publish(group),
            causes=name_causes(group) if dimension is Breakdown.CAUSE else {},
        )
        for label, group in groups
    ]


def split(counted: Sequence[Ballot], dimension: Breakdown, fits: Fits) -> list[tuple[str | None, list[Ballot]]]:
    """The counted ballots by label, large groups first, *other* last; one group without a label if nothing else fits.

    What does not fit by itself merges into *other*, which takes in the smallest group until it fits, too: a remainder
    that is too small could be had by subtraction.
    """
    groups = grouped(counted, lambda ballot: _label(ballot, dimension))
    other = groups.pop(None, [])
    large: dict[str, list[Ballot]] = {}
    for label, group in groups.items():
        if label is not None and fits(group):
            large[label] = group
        else:
            other = other + group
    while other and large and not fits(other):
        smallest = min(large, key=lambda label: (len(large[label]), label))
        other = other + large.pop(smallest)
    if not large:
        return [(None, list(counted))]
    ordered = sorted(large.items(), key=lambda item: (-len(item[1]), item[0]))
    return [*ordered, *([(None, other)] if other else [])]


def _label(ballot: Ballot, dimension: Breakdown) -> str | None:
    if dimension is Breakdown.TOOL:
        return ballot.tool
    if dimension is Breakdown.NONE or ballot.rater_team is None:
        return None
    return str(ballot.rater_team)


def publish(counted: Sequence[Ballot]) -> Published:
    """How a cell is told: exactly, or with all raters counted as the verdict that leads alone.

    Exact counts are told only if at least two raters differ whatever the raters who may collude take off. Else the
    few who differ stay hidden, at least one more than could collude, so that even "nearly all" is certain of nobody.
    """
    counts = Counter(ballot.verdict for ballot in counted)
    (leading, most), *others = counts.most_common()
    alone = all(count < most for _, count in others)
    if alone and len(counted) - most <= _differing_hidden(counted):
        form = Form.MOSTLY if max(ballot.colluders for ballot in counted) >= 2 else Form.NEARLY_ALL
        return Published(form, leading, {verdict: len(counted) * (verdict is leading) for verdict in Verdict})
    return Published(Form.EXACT, None, {verdict: counts[verdict] for verdict in Verdict})


def _differing_hidden(counted: Sequence[Ballot]) -> int:
    """At most 1 + min(n - k, C), for the promise (k, C) that asks for the most."""
    return 1 + max(min(len(counted) - ballot.k, ballot.colluders) for ballot in counted)


def name_causes(counted: Sequence[Ballot]) -> dict[Cause, int]:
    """How many missed name each cause; {} unless the cell is told exactly.

    A cause is named from k raters on. What is left of the missed (another cause, or none) is none or at least k, too:
    until then it takes in the smallest. Only how often each cause was named is looked at, not by whom or about whom.
    """
    if publish(counted).form is not Form.EXACT:
        return {}
    missed = [ballot for ballot in counted if ballot.verdict is Verdict.MISSED]
    return large_causes(missed, max(ballot.k for ballot in counted))


def large_causes(missed: Sequence[Ballot], k: int) -> dict[Cause, int]:
    """The causes that at least `k` of `missed` name; what is left of them is none or at least `k`."""
    named = {
        cause: count
        for cause, count in Counter(ballot.cause for ballot in missed).items()
        if cause is not None and count >= k
    }
    while named and 0 < len(missed) - sum(named.values()) < k:
        del named[min(named, key=lambda cause: (named[cause], cause))]
    return named


def grouped(rows: Iterable[Row], key: Callable[[Row], Key]) -> dict[Key, list[Row]]:
    groups: defaultdict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return dict(groups)
