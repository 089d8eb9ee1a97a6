"""Rings: a few who thank one another far beyond what anything else explains."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations, islice, permutations
from uuid import UUID

from .acts import Act, ActKind, Finding, log_poisson_tail
from .models import PatternKind

_RING_DAYS = 60
_RING_SIZES = range(3, 7)
_RING_RATIO = 1.5
"""A ring exchanges at least so many times what explains its exchange."""
_RING_SHARE = 0.2
"""Closed on itself: of what each one gives and gets, at least this part stays inside."""
_RING_CHANCE = 1e-3
"""The chance of one false ring in a whole organisation whose exchange is no more than explained."""
_CLOSEST = 12
"""Rings are looked for among each one's closest colleagues, so that a night is long enough whatever people do."""


class _Exchange:
    """How often two gave to each other, and what of it is explained without a ring.

    What counts between two is twice the harmonic mean of the two ways: as many as both gave if they gave alike, and
    little if one gave and the other did not give back.
    """

    def __init__(self, acts: Iterable[Act]) -> None:
        given: Counter[tuple[UUID, UUID]] = Counter()
        self.team_of: dict[UUID, UUID] = {}
        self.done: Counter[UUID] = Counter()
        self.mutual: dict[UUID, dict[UUID, float]] = defaultdict(dict)
        for act in sorted(acts, key=lambda act: act.day):
            given[act.giver, act.taker] += 1
            for member, team in ((act.giver, act.giver_team), (act.taker, act.taker_team)):
                self.done[member] += 1
                if team is not None:
                    self.team_of[member] = team
        for (giver, taker), count in given.items():
            if back := given.get((taker, giver)):
                self.mutual[giver][taker] = _both_ways(count, back)
        self.given = given
        self._ranked = {
            member: sorted(near, key=lambda other: (-near[other], other)) for member, near in self.mutual.items()
        }
        self.closest = {member: set(ranked[:_CLOSEST]) for member, ranked in self._ranked.items()}
        counts = [count for near in self.mutual.values() for count in near.values()]
        self.usual = sum(counts) / len(counts) if counts else 0.0
        self._team_members: dict[UUID, set[UUID]] = defaultdict(set)
        for member, team in self.team_of.items():
            self._team_members[team].add(member)

    def acts_in(self, members: Iterable[UUID]) -> int:
        """How many acts stayed among these members."""
        return sum(self.given[giver, taker] for giver, taker in permutations(members, 2))

    def mutual_in(self, members: Iterable[UUID]) -> float:
        """How much these members gave each other both ways, over all pairs."""
        return sum(self.mutual[one].get(other, 0) for one, other in combinations(members, 2))

    def explained(self, ring: frozenset[UUID]) -> float:
        """How much they would give each other if each pair did as much as anything else explains.

        That is the most of: what both do with their closest colleagues outside; what others of their team do among
        each other; what colleagues who give to each other at all usually do.
        """
        outside = {member: self._closest_outside(ring, member) for member in ring}
        return sum(
            max((outside[one] + outside[other]) / 2, self._team_explains(ring, one, other), self.usual)
            for one, other in combinations(ring, 2)
        )

    def _closest_outside(self, ring: frozenset[UUID], member: UUID) -> float:
        others = (other for other in self._ranked[member] if other not in ring)
        near = len(ring) - 1
        return sum(self.mutual[member][other] for other in islice(others, near)) / near

    def _team_explains(self, ring: frozenset[UUID], one: UUID, other: UUID) -> float:
        """What two of a team would give each other if they treated each other like the rest of the team."""
        team = self.team_of.get(one)
        if team is None or team != self.team_of.get(other):
            return 0.0
        members = self._team_members[team]
        rest = members - ring
        if len(rest) < 2:
            # Nobody is left to compare with: a small team that is close as a whole explains itself.
            return self.mutual_in(members) / math.comb(len(members), 2)
        one_gives, other_gives = (sum(self.given[giver, mate] for mate in rest) / len(rest) for giver in (one, other))
        return _both_ways(one_gives, other_gives)

    def share_inside(self, ring: frozenset[UUID], member: UUID) -> float:
        """Which part of what a member gives and gets stays inside."""
        inside = sum(self.given[member, other] + self.given[other, member] for other in ring)
        return inside / self.done[member]

    def possible(self, size: int) -> float:
        """An upper bound of how many groups of this size give all to all: so many chances chance has."""
        return sum(math.comb(len(near), size - 1) for near in self.mutual.values()) / size


def _both_ways(there: float, back: float) -> float:
    return 4 * there * back / (there + back) if there and back else 0.0


@dataclass(frozen=True, slots=True)
class _Ring:
    members: frozenset[UUID]
    mutual: float
    explained: float
    log_chance: float


_Weigh = Callable[[frozenset[UUID]], _Ring]


def find_rings(acts: Sequence[Act], today: date) -> Iterator[Finding]:
    first_day = today - timedelta(days=_RING_DAYS - 1)
    exchange = _Exchange(act for act in acts if first_day <= act.day <= today and act.kind is not ActKind.WORD)
    possible = {size: math.log(max(exchange.possible(size), 1.0)) for size in _RING_SIZES}
    weighed: dict[frozenset[UUID], _Ring] = {}

    def weigh(members: frozenset[UUID]) -> _Ring:
        if members not in weighed:
            mutual, explained = exchange.mutual_in(members), exchange.explained(members)
            chance = log_poisson_tail(math.floor(mutual), explained) + possible[len(members)]
            weighed[members] = _Ring(members, mutual, explained, chance)
        return weighed[members]

    found = {_climbed(exchange, weigh(candidate), weigh) for candidate in _candidates(exchange)}
    taken: list[frozenset[UUID]] = []
    for ring in sorted(found, key=lambda ring: (ring.log_chance, sorted(ring.members))):
        if not _is_ring(exchange, ring) or any(2 * len(ring.members & other) >= len(ring.members) for other in taken):
            continue
        taken.append(ring.members)
        yield Finding(PatternKind.RING, ring.members, exchange.acts_in(ring.members), first_day)


def _is_ring(exchange: _Exchange, ring: _Ring) -> bool:
    return (
        ring.log_chance <= math.log(_RING_CHANCE)
        and ring.mutual >= _RING_RATIO * ring.explained
        and all(exchange.share_inside(ring.members, member) >= _RING_SHARE for member in ring.members)
    )


def _climbed(exchange: _Exchange, ring: _Ring, weigh: _Weigh) -> _Ring:
    """The ring after taking in or leaving out one member at a time, as long as that makes it less likely by chance."""
    while True:
        near = set[UUID].intersection(*(exchange.closest[member] for member in ring.members))
        neighbours = [ring.members | {member} for member in near] if len(ring.members) < _RING_SIZES[-1] else []
        if len(ring.members) > _RING_SIZES[0]:
            neighbours += [ring.members - {member} for member in ring.members]
        best = min((weigh(members) for members in neighbours), key=lambda other: other.log_chance, default=ring)
        if best.log_chance >= ring.log_chance:
            return ring
        ring = best


def _candidates(exchange: _Exchange) -> set[frozenset[UUID]]:
    """Groups of three in which every pair gives each other more than is usual: where a ring can begin."""
    close = {
        member: {other for other in near if exchange.mutual[member][other] > exchange.usual}
        for member, near in exchange.closest.items()
    }
    return {
        frozenset((member, one, two))
        for member, near in close.items()
        for one, two in combinations(near, 2)
        if two in close[one]
    }
