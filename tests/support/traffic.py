"""Ordinary traffic of a thousand colleagues, made to be hard to tell from rings and pile-ons, with some planted.

What is ordinary here: teams of 3 to 14, some of which thank each other all the time; people who give much and people
who give little; standing partners in other teams, also pairs who thank each other every week; project groups that
work closely for weeks; help desks that everybody turns to; a launch week for everybody; teams whose launch brings
thanks and ratings from all sides; people whose launch does; and small troubles, where up to five people turn to one.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate, permutations
from uuid import UUID

from handclasp.patterns.acts import Act, ActKind
from handclasp.patterns.models import PatternKind

MEMBERS = 1000
DAYS = 95
THANKS_A_WEEK = 1.2
RATINGS_A_WEEK = 1.0
WORDS_A_WEEK = 0.1
WITHIN_TEAM = 0.6
"""The part of thanks and words that stays in the team. Ratings go to other teams."""
LAUNCHES_OF_TEAMS = 4
LAUNCHES_OF_ONE = 6
TROUBLES = 40
HELP_DESKS = 10
CLOSE_PAIRS = 80
PROJECTS = 50


@dataclass(frozen=True, slots=True)
class Plant:
    """What a good finder finds."""

    kind: PatternKind
    members: frozenset[UUID]


@dataclass(slots=True)
class World:
    """Everybody, what they did, and what was planted."""

    today: date
    acts: list[Act] = field(default_factory=list[Act])
    plants: list[Plant] = field(default_factory=list[Plant])


class Traffic:
    """Makes a world from a seed. The same seed makes the same world."""

    def __init__(self, seed: int, today: date = date(2026, 11, 20)) -> None:
        self.random = random.Random(seed)
        self.world = World(today)
        self.members = [UUID(int=self.random.getrandbits(128), version=4) for _ in range(MEMBERS)]
        self.days = [today - timedelta(days=ago) for ago in reversed(range(DAYS))]
        self.workdays = [day for day in self.days if day.weekday() < 5]
        self.team_of: dict[UUID, UUID] = {}
        self.teams: dict[UUID, list[UUID]] = {}
        self.free = set(self.members)
        self._form_teams()
        self.activity = {member: self.random.lognormvariate(-0.32, 0.8) for member in self.members}
        self.warmth = {team: self.random.gammavariate(1.5, 1 / 1.5) for team in self.teams}
        self.popularity = {member: self.random.lognormvariate(-0.5, 1.0) for member in self.members}
        self.popular = list(accumulate(self.popularity.values()))
        self.partners = {member: self._standing_partners(member) for member in self.members}
        launch = self.random.choice(self.workdays[20:-5])
        self.busy_week = {launch + timedelta(days=ahead) for ahead in range(7)}
        self.busy = list(accumulate(3 if day in self.busy_week else 1 for day in self.workdays))

    def _form_teams(self) -> None:
        left = list(self.members)
        while left:
            team = UUID(int=self.random.getrandbits(128), version=4)
            size = min(max(3, round(self.random.gauss(8, 2.5))), 14)
            size = len(left) if len(left) < size + 3 else size
            self.teams[team], left = left[:size], left[size:]
            for member in self.teams[team]:
                self.team_of[member] = team

    def _standing_partners(self, member: UUID) -> list[UUID]:
        chosen = self.random.choices(self.members, cum_weights=self.popular, k=self.random.randint(3, 7))
        return [other for other in chosen if self.team_of[other] != self.team_of[member]]

    def act(self, giver: UUID, taker: UUID, day: date, kind: ActKind) -> None:
        if giver != taker:
            self.world.acts.append(Act(giver, taker, day, kind, self.team_of[giver], self.team_of[taker]))

    def times(self, mean: float) -> int:
        """A Poisson number."""
        count, reach = 0, self.random.expovariate(1.0)
        while reach < mean:
            count += 1
            reach += self.random.expovariate(1.0)
        return count

    def ordinary(self) -> None:
        """All that is not planted."""
        weeks = len(self.workdays) / 5
        for giver in self.members:
            team = self.team_of[giver]
            mates = [mate for mate in self.teams[team] if mate != giver]
            inside = THANKS_A_WEEK * WITHIN_TEAM * self.warmth[team]
            for kind, rate, circle in (
                (ActKind.THANKS, inside, mates),
                (ActKind.THANKS, THANKS_A_WEEK * (1 - WITHIN_TEAM), None),
                (ActKind.RATING, RATINGS_A_WEEK, None),
                (ActKind.WORD, WORDS_A_WEEK * WITHIN_TEAM, mates),
                (ActKind.WORD, WORDS_A_WEEK * (1 - WITHIN_TEAM), None),
            ):
                for _ in range(self.times(rate * self.activity[giver] * weeks)):
                    self.act(giver, self._taker(giver, circle), self._workday(), kind)
        self._close_pairs()
        self._projects()
        self._help_desks()
        self._launches()
        self._troubles()

    def _workday(self) -> date:
        return self.random.choices(self.workdays, cum_weights=self.busy)[0]

    def _taker(self, giver: UUID, circle: Sequence[UUID] | None) -> UUID:
        if circle is not None:
            return self.random.choice(circle)
        if self.partners[giver] and self.random.random() < 0.7:
            return self.random.choice(self.partners[giver])
        return self.random.choice(self.members)

    def _close_pairs(self) -> None:
        for _ in range(CLOSE_PAIRS):
            pair = self.random.sample(self.members, 2)
            for giver, taker in permutations(pair):
                for _ in range(self.times(0.8 * len(self.workdays) / 5)):
                    self.act(giver, taker, self._workday(), ActKind.THANKS)

    def _projects(self) -> None:
        """Four to seven people of several teams, close for six weeks: 1.5 thanks and half a rating each a week."""
        for _ in range(PROJECTS):
            group = self.random.sample(self.members, self.random.randint(4, 7))
            start = self.random.randrange(len(self.workdays) - 30)
            for giver in group:
                mates = [mate for mate in group if mate != giver]
                for kind, rate in ((ActKind.THANKS, 1.5), (ActKind.RATING, 0.5)):
                    for _ in range(self.times(rate * 6)):
                        day = self.workdays[start + self.random.randrange(30)]
                        self.act(giver, self.random.choice(mates), day, kind)

    def _help_desks(self) -> None:
        for desk in self.random.sample(self.members, HELP_DESKS):
            self.free.discard(desk)
            for day in self.workdays:
                for kind, rate in ((ActKind.THANKS, 1.5), (ActKind.RATING, 1.5), (ActKind.WORD, 0.2)):
                    for _ in range(self.times(rate * (2 if day in self.busy_week else 1))):
                        self.act(self.random.choice(self.members), desk, day, kind)

    def _launches(self) -> None:
        """A team's launch: each gets about six ratings and six thanks in a week. One's own: the same in three days."""
        for team in self.random.sample(sorted(self.teams), LAUNCHES_OF_TEAMS):
            self._cheer(self.teams[team], days=5, each=6)
        for one in self.random.sample(self.members, LAUNCHES_OF_ONE):
            self._cheer([one], days=3, each=8)

    def _cheer(self, members: Sequence[UUID], days: int, each: float) -> None:
        start = self.random.randrange(len(self.workdays) - days)
        for member in members:
            self.free.discard(member)
            for kind in (ActKind.THANKS, ActKind.RATING):
                for _ in range(self.times(each)):
                    day = self.workdays[start + self.random.randrange(days)]
                    self.act(self.random.choice(self.members), member, day, kind)

    def _troubles(self) -> None:
        """Three to five people turn to one within two days: that happens."""
        for one in self.random.sample(self.members, TROUBLES):
            self.free.discard(one)
            start = self.random.randrange(len(self.workdays) - 2)
            for giver in self.random.sample(self.members, self.random.randint(3, 5)):
                kind = self.random.choice((ActKind.WORD, ActKind.RATING))
                self.act(giver, one, self.workdays[start + self.random.randrange(2)], kind)

    def plant_ring(self, size: int, acts_a_week: float, *, in_team: bool) -> None:
        """`size` people who each thank the others `acts_a_week` times, for sixty days, beside all else they do."""
        if in_team:
            free = {team: sorted(self.free & set(members)) for team, members in sorted(self.teams.items())}
            roomy = [team for team in free if len(free[team]) >= size and len(self.teams[team]) >= size + 2]
            ring = self.random.sample(free[self.random.choice(roomy)], size)
        else:
            ring = self.random.sample(sorted(self.free), size)
        days = [day for day in self.workdays if day > self.world.today - timedelta(days=60)]
        for giver, taker in permutations(ring, 2):
            for _ in range(self.times(acts_a_week * len(days) / 5 / (size - 1))):
                self.act(giver, taker, self.random.choice(days), ActKind.THANKS)
        self.free -= set(ring)
        self.world.plants.append(Plant(PatternKind.RING, frozenset(ring)))

    def plant_pile_on(self, people: int) -> None:
        """So many people turn to one, each once, on three workdays of the last month."""
        target = self.random.choice(sorted(self.free))
        self.free.discard(target)
        recent = [day for day in self.workdays if day > self.world.today - timedelta(days=28)]
        start = self.random.randrange(len(recent) - 3)
        for giver in self.random.sample([member for member in self.members if member != target], people):
            kind = self.random.choice((ActKind.WORD, ActKind.RATING))
            self.act(giver, target, recent[start + self.random.randrange(3)], kind)
        self.world.plants.append(Plant(PatternKind.PILE_ON, frozenset({target})))


def planted(seed: int, acts_a_week: float = 3.0) -> World:
    """Ordinary traffic, two rings of each size from 3 to 6 (one in a team, one across teams), six pile-ons of 8."""
    traffic = Traffic(seed)
    traffic.ordinary()
    for size in range(3, 7):
        traffic.plant_ring(size, acts_a_week, in_team=False)
        traffic.plant_ring(size, acts_a_week, in_team=True)
    for _ in range(6):
        traffic.plant_pile_on(8)
    return traffic.world


def ordinary(seed: int) -> World:
    """Ordinary traffic, nothing planted."""
    traffic = Traffic(seed)
    traffic.ordinary()
    return traffic.world
