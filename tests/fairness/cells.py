"""One published cell, attacked by every coalition: exhaustive over everything its raters may have said.

What a cell tells depends only on how many said what, so a coalition, too, is known by how many of it said what: each
such coalition is tried, and stands for all coalitions of its kind. The others of the cell are certain of something
exactly when all possible worlds have them all alike and the same: in a world in which two of them differ, these two
can be exchanged, which changes the verdict of each and the counts of every group that holds one of them but not the
other; and if they are all alike here and all alike otherwise there, every group's counts differ.
"""

from __future__ import annotations

import itertools
import math
import uuid
from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple

from handclasp.policy.models import Breakdown
from handclasp.ratings.models import Cause, Direction, Verdict
from handclasp.releases.decision import Ballot, Published, name_causes, publish
from handclasp.releases.models import Form

from .knowledge import Counts, shared_out

Promise = tuple[int, int]
"""(k, C)."""
_DAY = datetime(2026, 1, 1, tzinfo=UTC)


@cache
def ballot(number: int, verdict: Verdict, promise: Promise, cause: Cause | None = None) -> Ballot:
    """A ballot of which only verdict, cause and promise matter."""
    return Ballot(
        key=number.to_bytes(4, "big"),
        rater=uuid.UUID(int=number),
        subject=uuid.UUID(int=0),
        rater_team=None,
        subject_team=None,
        direction=Direction.SERVICE,
        verdict=verdict,
        cause=cause,
        tool="trac",
        k=promise[0],
        colluders=promise[1],
        breakdown=Breakdown.NONE,
        given_at=_DAY,
        changed_at=_DAY,
    )


def as_seen(published: Published) -> tuple[Hashable, ...]:
    """Everything a published cell tells."""
    return (published.form, published.leading, *(published.counts[verdict] for verdict in Verdict))


def cast(promises: Sequence[Promise], counts: Counts, cause: Cause | None = None) -> list[Ballot]:
    """Ballots with these promises that say this. Who says what does not matter (`test_single_cell.py` shows it)."""
    said = [verdict for verdict, count in zip(Verdict, counts, strict=True) for _ in range(count)]
    return [
        ballot(number, verdict, promise, cause if verdict is Verdict.MISSED else None)
        for number, (verdict, promise) in enumerate(zip(said, promises, strict=True))
    ]


class Telling:
    """How the product tells a cell of ratings with these promises, whatever they say."""

    def __init__(self, promises: tuple[Promise, ...]) -> None:
        self.promises = promises
        self.told: dict[Counts, tuple[Hashable, ...]] = {}
        self.alike: dict[tuple[Hashable, ...], list[Counts]] = {}
        for counts in shared_out(len(promises), len(Verdict)):
            seen = self.tell(counts)
            self.told[counts] = seen
            self.alike.setdefault(seen, []).append(counts)

    def tell(self, counts: Counts) -> tuple[Hashable, ...]:
        """What is seen. That no causes are named beside "nearly all" is seen, too, so it is held to be so."""
        ballots = cast(self.promises, counts, Cause.PROCESS)
        published = publish(ballots)
        if published.form is not Form.EXACT and name_causes(ballots):
            raise AssertionError(f"causes beside {published}")
        return as_seen(published)


telling = cache(Telling)


def coalition_kinds(counts: Counts, most: int) -> Iterator[Counts]:
    """How many of a coalition of at most `most` can have said what."""
    for kind in itertools.product(*(range(min(count, most) + 1) for count in counts)):
        if sum(kind) <= most:
            yield kind


class Found(NamedTuple):
    """A coalition that knows of all others what they said: `verdict`."""

    coalition: Counts
    verdict: Verdict


def attack(promised: Sequence[tuple[Promise, Verdict]]) -> tuple[int, list[Found]]:
    """Try every coalition on a cell of ratings with these promises that say this.

    Returns how many coalitions there are, and those that found somebody out who was promised that they would not.
    """
    counts = tuple(sum(said is verdict for _, said in promised) for verdict in Verdict)
    tries, found = attack_all(telling(tuple(sorted(promise for promise, _ in promised))), counts)
    return tries, [
        each
        for each in found
        if owed((promise for promise, said in promised if said is each.verdict), len(promised), each)
    ]


def owed(promises: Iterable[Promise], raters: int, found: Found) -> bool:
    """True when one of these promises holds against so large a coalition, among so many raters."""
    size = sum(found.coalition)
    return any(size <= colluders and raters - size >= k for k, colluders in promises)


@cache
def attack_all(how: Telling, counts: Counts) -> tuple[int, tuple[Found, ...]]:
    """As `attack`, whatever was promised to whom."""
    tries, found = 0, list[Found]()
    alike = how.alike[how.told[counts]]
    for kind in coalition_kinds(counts, max(colluders for _, colluders in how.promises)):
        tries += math.prod(math.comb(count, taken) for count, taken in zip(counts, kind, strict=True))
        rest = {
            tuple(count - taken for count, taken in zip(world, kind, strict=True))
            for world in alike
            if all(count >= taken for count, taken in zip(world, kind, strict=True))
        }
        if len(rest) == 1:
            (left,) = rest
            if sum(left) and max(left) == sum(left):
                found.append(Found(kind, list(Verdict)[left.index(max(left))]))
    return tries, tuple(found)


def forget() -> None:
    """Look at the product anew: for tests that put a fault into it."""
    telling.cache_clear()
    attack_all.cache_clear()
