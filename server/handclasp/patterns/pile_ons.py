"""Pile-ons: many who turn to one within days, far beyond that one's usual."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from .acts import LOOK_BACK_DAYS, Act, ActKind, Finding, log_poisson_tail
from .models import PatternKind

_PILE_PEOPLE = 8
_PILE_DAYS = 5
_PILE_RECENT_DAYS = 30
_PILE_USUAL_DAYS = 60
_PILE_FALSE_SHARE = 0.02
"""The share of false ones among flagged pile-ons that is put up with (Benjamini-Hochberg)."""


class _Days:
    """The distinct people who turned to each member, day by day."""

    def __init__(self, acts: Iterable[Act]) -> None:
        self.people: dict[UUID, dict[date, set[UUID]]] = defaultdict(lambda: defaultdict(set))
        self.all: Counter[date] = Counter()
        for act in acts:
            if act.giver not in self.people[act.taker][act.day]:
                self.people[act.taker][act.day].add(act.giver)
                self.all[act.day] += 1

    def distinct(self, member: UUID, days: Sequence[date]) -> int:
        """How many different people turned to a member in these days."""
        by_day = self.people.get(member)
        return len(set[UUID]().union(*(by_day[day] for day in days if day in by_day))) if by_day else 0

    def turns(self, member: UUID, days: Sequence[date]) -> int:
        """How many people turned to a member, counted anew each day."""
        by_day = self.people.get(member)
        return sum(len(by_day[day]) for day in days if day in by_day) if by_day else 0

    def exposure(self, member: UUID, days: Sequence[date], usual: Sequence[date]) -> float:
        """How busy these days were, against the usual ones, for everybody else: weekends and launch weeks even out."""
        return max(self._of_others(member, days), 1) / max(self._of_others(member, usual), 1)

    def _of_others(self, member: UUID, days: Sequence[date]) -> int:
        return sum(self.all[day] for day in days) - self.turns(member, days)


@dataclass(frozen=True, slots=True)
class _Pile:
    member: UUID
    people: int
    log_chance: float
    since: date


def find_pile_ons(acts: Sequence[Act], today: date) -> Iterator[Finding]:
    first_day = today - timedelta(days=LOOK_BACK_DAYS)
    recent = [act for act in acts if first_day < act.day <= today]
    blame = _Days(act for act in recent if act.kind is not ActKind.THANKS)
    praise = _Days(act for act in recent if act.kind is ActKind.THANKS)
    team_of = {act.taker: act.taker_team for act in recent if act.taker_team is not None}
    teams: Mapping[UUID, set[UUID]] = defaultdict(set)
    for member, team in team_of.items():
        teams[team].add(member)
    ends = [today - timedelta(days=ago) for ago in range(_PILE_RECENT_DAYS)]
    strongest: list[_Pile] = []
    for member in list(blame.people):
        mates = teams[team_of[member]] - {member} if member in team_of else set[UUID]()
        strongest.append(
            min(
                (_pile(blame, praise, member, mates, end) for end in ends),
                key=lambda pile: pile.log_chance,
            )
        )
    for pile in _least_likely(strongest, chances=_PILE_RECENT_DAYS / _PILE_DAYS):
        yield Finding(PatternKind.PILE_ON, frozenset({pile.member}), pile.people, pile.since)


def _pile(blame: _Days, praise: _Days, member: UUID, mates: Collection[UUID], end: date) -> _Pile:
    """How unlikely it is that so many turned to a member in the days up to `end`."""
    days = [end - timedelta(days=ago) for ago in range(_PILE_DAYS)]
    people = blame.distinct(member, days)
    if people < _PILE_PEOPLE:
        return _Pile(member, people, 0.0, days[-1])
    usual = [days[-1] - timedelta(days=ago) for ago in range(1, _PILE_USUAL_DAYS + 1)]
    expected = _expected(blame, member, days, usual)
    # A launch, or an answer to everybody, brings thanks too, and comes to the whole team: that much is explained.
    thanked = _surplus(praise.distinct(member, days), _expected(praise, member, days, usual))
    team = sum(blame.distinct(mate, days) for mate in mates)
    team_usual = sum(_expected(blame, mate, days, usual) for mate in mates)
    explained = expected + thanked + _surplus(team, team_usual) / max(len(mates), 1)
    return _Pile(member, people, log_poisson_tail(people, explained), days[-1])


def _surplus(count: int, usual: float) -> float:
    """By how much a count stands above what chance makes of the usual."""
    return max(0.0, count - (usual + 1.5 * math.sqrt(usual) + 0.5))


def _expected(turned: _Days, member: UUID, days: Sequence[date], usual: Sequence[date]) -> float:
    """How many would turn to a member in these days as usual. Half a turn is added: nobody's usual is quite nothing."""
    return (turned.turns(member, usual) + 0.5) * turned.exposure(member, days, usual)


def _least_likely(piles: Sequence[_Pile], chances: float) -> Sequence[_Pile]:
    """Those too unlikely for chance, by Benjamini and Hochberg: few of them are false, however many are looked at."""
    ordered = sorted(piles, key=lambda pile: (pile.log_chance, pile.member))
    kept = 0
    for rank, pile in enumerate(ordered, start=1):
        if pile.log_chance + math.log(chances) <= math.log(_PILE_FALSE_SHARE * rank / len(ordered)):
            kept = rank
    return ordered[:kept]
