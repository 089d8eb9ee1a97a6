"""How many people ever see feedback, by size and attribution: `make simulation`.

What is assumed stands in `Office`; what is released follows from the product's own decision.
"""

from __future__ import annotations

import argparse
import itertools
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import mean
from uuid import UUID

from handclasp.policy.calendar import next_release_on, release_dates
from handclasp.policy.models import Breakdown, Calendar
from handclasp.policy.service import TEAMMATES_RATE_BELOW
from handclasp.ratings.models import Direction, Verdict
from handclasp.releases.decision import Ballot, decide

START = date(2026, 1, 1)
DAYS = 180
MARKS = (31, 90, 180)
"""Days; the first release date is the 31st."""


@dataclass(frozen=True, slots=True)
class Office:
    """The assumptions: an ordinary organisation, neither keen nor tired."""

    members: int
    team_size: int = 8
    adoption: float = 0.5
    """Share of the members who use the button at all. Everybody can be rated and thanked."""
    ratings_a_week: float = 3.0
    """By a member who uses it; each gives more or fewer (gamma, shape 2)."""
    notes_a_week: float = 0.7
    circle: int = 25
    """Colleagues whose work a member uses, mostly the first few of them (weight 1 / rank)."""
    verdicts: tuple[float, float, float] = (0.1, 0.7, 0.2)
    """Missed, met, exceeded."""
    k: int = 5
    colluders: int = 1


@dataclass(slots=True)
class Seen:
    """The day (from the start) on which each member first sees something, by what it is."""

    first: dict[int, int]

    def on(self, member: int, day: int) -> None:
        self.first[member] = min(day, self.first.get(member, day))

    def share(self, members: int, within: int) -> float:
        return sum(day <= within for day in self.first.values()) / members


@dataclass(frozen=True, slots=True)
class Act:
    """A rating or a note, from one member to another, on a day."""

    day: int
    giver: int
    receiver: int


def team(office: Office, member: int) -> int:
    return member // min(office.team_size, max(2, office.members // 2))


def acts(office: Office, chance: random.Random, a_week: float, *, within_team: bool) -> Iterator[Act]:
    """What the members who use it give over the time, on workdays."""
    users = chance.sample(range(office.members), round(office.members * office.adoption))
    for user in users:
        circle = _circle(office, chance, user, within_team=within_team)
        weights = [1 / rank for rank in range(1, len(circle) + 1)]
        a_day = a_week / 5 * chance.gammavariate(2, 0.5)
        for day in range(DAYS):
            if (START + timedelta(days=day)).weekday() < 5:
                for receiver in chance.choices(circle, weights, k=_poisson(chance, a_day)):
                    yield Act(day, user, receiver)


def _circle(office: Office, chance: random.Random, user: int, *, within_team: bool) -> Sequence[int]:
    others = [
        other
        for other in range(office.members)
        if other != user and (within_team or team(office, other) != team(office, user))
    ]
    return chance.sample(others, min(office.circle, len(others)))


def _poisson(chance: random.Random, expected: float) -> int:
    """By the times between arrivals."""
    count, passed = 0, chance.expovariate(1)
    while passed < expected:
        count += 1
        passed += chance.expovariate(1)
    return count


@dataclass(frozen=True, slots=True)
class Result:
    """Shares of all members who have seen something about their own work within each of `MARKS` days."""

    notes: list[float]
    open: list[float]
    pooled: list[float]
    pooled_or_note: list[float]
    open_or_note: list[float]
    team: list[float]
    own_share: float
    team_share: float
    dropped_share: float


def simulate(office: Office, seed: int) -> Result:
    """One run."""
    chance = random.Random(seed)
    within_team = office.members < TEAMMATES_RATE_BELOW
    notes, opened, pooled, teams = (Seen({}) for _ in range(4))
    for act in acts(office, chance, office.notes_a_week, within_team=True):
        notes.on(act.receiver, act.day)
    given = list(acts(office, chance, office.ratings_a_week, within_team=within_team))
    for act in given:
        opened.on(act.receiver, act.day)
    fates = _release(office, chance, given, pooled, teams)
    return Result(
        notes=[notes.share(office.members, mark) for mark in MARKS],
        open=[opened.share(office.members, mark) for mark in MARKS],
        pooled=[pooled.share(office.members, mark) for mark in MARKS],
        open_or_note=[_either(opened, notes).share(office.members, mark) for mark in MARKS],
        pooled_or_note=[_either(pooled, notes).share(office.members, mark) for mark in MARKS],
        team=[teams.share(office.members, mark) for mark in MARKS],
        own_share=fates["own"] / len(given),
        team_share=fates["team"] / len(given),
        dropped_share=fates["dropped"] / len(given),
    )


def _either(one: Seen, other: Seen) -> Seen:
    both = Seen(dict(one.first))
    for member, day in other.first.items():
        both.on(member, day)
    return both


def _release(office: Office, chance: random.Random, given: Sequence[Act], pooled: Seen, teams: Seen) -> dict[str, int]:
    """Make every release of the time; what waits at its end is counted nowhere."""
    keys = itertools.count()
    waiting = sorted(given, key=lambda act: act.day)
    ballots = [_ballot(office, chance, act, next(keys)) for act in waiting]
    fates: defaultdict[str, int] = defaultdict(int)
    for on in release_dates(Calendar.MONTHLY, START, START + timedelta(days=DAYS)):
        day = (on - START).days
        due = [ballot for ballot in ballots if ballot.given_at.date() < on]
        outcome = decide(
            due, on=on, next_on=next_release_on(Calendar.MONTHLY, datetime.combine(on, datetime.min.time(), UTC))
        )
        for batch in outcome.batches:
            fates["own" if batch.subject else "team"] += len(batch.keys)
            if batch.subject:
                pooled.on(batch.subject.int, day)
            elif batch.team:
                for member in range(office.members):
                    if team(office, member) == batch.team.int:
                        teams.on(member, day)
        fates["dropped"] += len(outcome.dropped)
        ballots = [ballot for ballot in ballots if ballot.key in outcome.waiting or ballot.given_at.date() >= on]
    return fates


def _ballot(office: Office, chance: random.Random, act: Act, key: int) -> Ballot:
    given = _midnight(START) + timedelta(days=act.day, seconds=chance.randrange(86400))
    return Ballot(
        key=key.to_bytes(32, "big"),
        rater=UUID(int=act.giver),
        subject=UUID(int=act.receiver),
        rater_team=UUID(int=team(office, act.giver)),
        subject_team=UUID(int=team(office, act.receiver)),
        direction=Direction.SERVICE,
        verdict=chance.choices(list(Verdict), office.verdicts)[0],
        cause=None,
        tool="trac",
        k=office.k,
        colluders=office.colluders,
        breakdown=Breakdown.NONE,
        given_at=given,
        changed_at=given,
    )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def table(sizes: Sequence[int], seeds: int) -> str:
    """The table of `docs/fair-play.md`, as markdown: a column for each size, shares within each of `MARKS` days."""
    runs = {size: [simulate(Office(size), seed) for seed in range(seeds)] for size in sizes}
    lines = [
        f"| % of all members within {', '.join(map(str, MARKS))} days | "
        + " | ".join(f"{size:,}" for size in sizes)
        + " |",
        "|---|" + "---|" * len(sizes),
    ]
    for name, what in _ROWS.items():
        cells = [" / ".join(f"{100 * share:.0f}" for share in _mean_of(results, name)) for results in runs.values()]
        lines.append(f"| {what} | " + " | ".join(cells) + " |")
    for name, what in _FATES.items():
        cells = [f"{100 * mean(getattr(result, name) for result in results):.0f}" for results in runs.values()]
        lines.append(f"| {what} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _mean_of(results: Sequence[Result], name: str) -> list[float]:
    return [mean(column) for column in zip(*(getattr(result, name) for result in results), strict=True)]


_ROWS = {
    "notes": "a note",
    "open": "open: a rating",
    "open_or_note": "open: a rating or a note",
    "pooled": "pooled: a release of one's own",
    "pooled_or_note": "pooled: a release or a note",
    "team": "pooled: a figure of one's team (a lead sees it)",
}


_FATES = {
    "own_share": "pooled: % of all ratings that came out in their subject's release",
    "team_share": "pooled: % in a team's release",
    "dropped_share": "pooled: % dropped before 180 days; the rest still waits",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[12, 150, 2000])
    parser.add_argument("--seeds", type=int, default=5)
    asked = parser.parse_args()
    print(table(asked.sizes, asked.seeds))


if __name__ == "__main__":
    main()
