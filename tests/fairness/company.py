"""A company in memory: its members rate, change, withdraw, move, leave; dates come; everything told is collected.

It hands ratings to the decision as the server does (`releases/service.py`): those of the date's period, with what was
promised when each was given, the teams of that day, and who has left; what waits goes to the next date.
`test_over_http.py` holds the two against each other.
"""

from __future__ import annotations

import hashlib
import random
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from handclasp.policy.models import Breakdown, Calendar
from handclasp.policy.service import next_release_on
from handclasp.ratings.models import Cause, Direction, Verdict
from handclasp.releases.decision import Ballot, Batch, Cell, Outcome, decide, one_each, publish

from .cells import as_seen
from .knowledge import WITH_CAUSES as VOICES

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
TOOLS = ("trac", "github", "jira")


@dataclass
class Colleague:
    """A member."""

    id: UUID
    team: UUID | None
    left: bool = False


@dataclass(frozen=True)
class Rules:
    """What the policy in force says of releases."""

    k: int
    colluders: int
    breakdown: Breakdown = Breakdown.NONE
    calendar: Calendar = Calendar.MONTHLY


@dataclass(frozen=True)
class CellSeen:
    """A published cell, and the ballots whose raters it counts: everybody knows which, nobody what they say."""

    cell: Cell
    ballots: tuple[Ballot, ...]


@dataclass(frozen=True)
class ReleaseSeen:
    """A release, by its cells."""

    on: date
    batch: Batch
    cells: tuple[CellSeen, ...]

    @property
    def what(self) -> str:
        """In words."""
        whose = f"member {self.batch.subject.int}" if self.batch.subject else f"team {self.batch.team}"
        return f"{self.on} {self.batch.direction} of {whose}"


@dataclass(frozen=True)
class DateSeen:
    """All that was published on a date."""

    on: date
    releases: tuple[ReleaseSeen, ...]


@dataclass
class Company:
    """Members, their pending ratings, and what was published so far."""

    rules: Rules
    members: list[Colleague] = field(default_factory=list)
    teams: list[UUID] = field(default_factory=list)
    now: datetime = START
    waiting: dict[bytes, tuple[Ballot, date]] = field(default_factory=dict)
    seen: list[DateSeen] = field(default_factory=list)
    rated: set[tuple[UUID, UUID, Direction, int]] = field(default_factory=set)
    given: int = 0
    changed: int = 0

    @classmethod
    def founded(cls, rules: Rules, teams: int, in_each: int) -> Company:
        """A company of equal teams."""
        company = cls(rules)
        company.teams = [UUID(int=1000 + number) for number in range(teams)]
        for number in range(teams * in_each):
            company.members.append(Colleague(UUID(int=number + 1), company.teams[number % teams]))
        return company

    def here(self) -> list[Colleague]:
        """Everybody who has not left."""
        return [member for member in self.members if not member.left]

    def of_team(self, team: UUID) -> list[Colleague]:
        """A team's members."""
        return [member for member in self.here() if member.team == team]

    def rate(
        self,
        rater: Colleague,
        subject: Colleague,
        verdict: Verdict,
        cause: Cause | None = None,
        tool: str = "trac",
        direction: Direction = Direction.SERVICE,
        item: int = 0,
    ) -> None:
        """A new rating, if there is none of this handoff by this rater."""
        slot = (rater.id, subject.id, direction, item)
        if rater.id == subject.id or slot in self.rated:
            return
        self.rated.add(slot)
        self.given += 1
        key = hashlib.sha256(self.given.to_bytes(4, "big")).digest()
        self.waiting[key] = (
            Ballot(
                key=key,
                rater=rater.id,
                subject=subject.id,
                rater_team=rater.team,
                subject_team=subject.team,
                direction=direction,
                verdict=verdict,
                cause=cause if verdict is Verdict.MISSED else None,
                tool=tool,
                k=self.rules.k,
                colluders=self.rules.colluders,
                breakdown=self.rules.breakdown,
                given_at=self._moment(),
                changed_at=self._moment(),
            ),
            next_release_on(self.rules.calendar, self.now),
        )

    def join(self, team: UUID) -> None:
        """Somebody new."""
        self.members.append(Colleague(UUID(int=len(self.members) + 1), team))

    def _moment(self) -> datetime:
        self.changed += 1
        return self.now + timedelta(seconds=self.changed % 80_000)

    def change(self, which: int, verdict: Verdict, cause: Cause | None) -> None:
        """Change one of those that wait. The promise stays."""
        key = self._waiting(which)
        if key is not None:
            self.change_key(key, verdict, cause)

    def change_key(self, key: bytes, verdict: Verdict, cause: Cause | None) -> None:
        """Change this one. To say the same again is no change: it does not make it the latest."""
        ballot, period = self.waiting[key]
        cause = cause if verdict is Verdict.MISSED else None
        if (verdict, cause) != (ballot.verdict, ballot.cause):
            said = replace(ballot, verdict=verdict, cause=cause, changed_at=self._moment())
            self.waiting[key] = (said, period)

    def withdraw(self, which: int) -> None:
        """Take one of those that wait back."""
        key = self._waiting(which)
        if key is not None:
            del self.waiting[key]

    def _waiting(self, which: int) -> bytes | None:
        return list(self.waiting)[which % len(self.waiting)] if self.waiting else None

    def erase(self, member: Colleague) -> None:
        """Somebody leaves, and every pending rating by or about them goes with them."""
        member.left = True
        member.team = None
        self.waiting = {
            key: (ballot, period)
            for key, (ballot, period) in self.waiting.items()
            if member.id not in (ballot.rater, ballot.subject)
        }

    def date_comes(self) -> None:
        """Go to the next release date, and make its releases."""
        on = next_release_on(self.rules.calendar, self.now)
        self.now = datetime.combine(on, time(9), UTC)
        for due in sorted({period for _, period in self.waiting.values() if period <= on}):
            self._release(due)

    def _release(self, on: date) -> None:
        ballots = {key: ballot for key, (ballot, period) in self.waiting.items() if period == on}
        midnight = datetime.combine(on, time(), UTC)
        asked = {
            "on": on,
            "next_on": next_release_on(self.rules.calendar, midnight),
            "away": frozenset(member.id for member in self.members if member.left),
        }
        outcome = decide(list(ballots.values()), **asked)
        hold_verdicts_apart(list(ballots.values()), outcome, asked)
        for key, ballot in ballots.items():
            if key in outcome.waiting:
                self.waiting[key] = (ballot, asked["next_on"])
            else:
                del self.waiting[key]
        releases = tuple(release_seen(on, batch, ballots) for batch in outcome.batches)
        self.seen.append(DateSeen(on, releases))


def release_seen(on: date, batch: Batch, ballots: Mapping[bytes, Ballot]) -> ReleaseSeen:
    """A release with the ballots of each cell, worked out from what everybody may know: tools, teams, times."""
    counted = one_each(ballots[key] for key in batch.keys)
    cells: list[CellSeen] = []
    rest = list(counted)
    for cell in batch.cells:
        if cell.label is not None:
            of_cell = [ballot for ballot in counted if label(ballot, batch.breakdown) == cell.label]
            rest = [ballot for ballot in rest if ballot not in of_cell]
            cells.append(CellSeen(cell, tuple(of_cell)))
    cells.extend(CellSeen(cell, tuple(rest)) for cell in batch.cells if cell.label is None)
    if not all(len(seen.ballots) == seen.cell.raters for seen in cells) or len(counted) != sum(
        cell.raters for cell in batch.cells
    ):
        raise AssertionError(f"{on}: the cells of a release do not follow from labels: {batch}")
    return ReleaseSeen(on, batch, tuple(cells))


def label(ballot: Ballot, breakdown: Breakdown) -> str:
    """The cell a ballot belongs to, if it is large enough."""
    return ballot.tool if breakdown is Breakdown.TOOL else str(ballot.rater_team)


def hold_verdicts_apart(ballots: Sequence[Ballot], outcome: Outcome, asked: Mapping[str, object]) -> None:
    """In other worlds the same ratings are released together, down to the cell, and a cell tells of its own alone.

    The worlds are samples: one in which everybody says what chance says, and one in which all say the same.
    """
    chance = random.Random(len(ballots))
    for voices in (VOICES, [chance.choice(VOICES)]):
        said = [
            replace(ballot, verdict=verdict, cause=cause)
            for ballot, (verdict, cause) in zip(ballots, chance.choices(voices, k=len(ballots)), strict=True)
        ]
        there = decide(said, **asked)  # type: ignore[arg-type]
        if shape(there) != shape(outcome):
            raise AssertionError("what is released depends on what was said")
        by_key = {ballot.key: ballot for ballot in said}
        for batch in there.batches:
            for seen in release_seen(outcome_date(asked), batch, by_key).cells:
                if as_seen(publish(seen.ballots)) != as_seen(seen.cell.published):
                    raise AssertionError("a cell tells of others than its raters")


def outcome_date(asked: Mapping[str, object]) -> date:
    """The date that was asked for."""
    on = asked["on"]
    assert isinstance(on, date)
    return on


def shape(outcome: Outcome) -> object:
    """An outcome without what verdicts say."""
    return (
        {
            (
                batch.subject,
                batch.team,
                batch.direction,
                batch.keys,
                tuple((cell.label, cell.raters) for cell in batch.cells),
            )
            for batch in outcome.batches
        },
        outcome.waiting,
        outcome.dropped,
    )


def ids(values: Iterable[int]) -> list[UUID]:
    """Made-up ids."""
    return [uuid.UUID(int=value) for value in values]
