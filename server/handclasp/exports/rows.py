"""The rows of ratings, notes and members: without names (rule 9), except in an export with names.

A row tells its tool, kind and teams only where its cell (month, direction, tool, kind, from team, to team) rests on at
least k people on each side; all other rows say `other`. k is what each row was promised when it was given, and what
holds now where that is more. Dates are months. A rating's item is left out: its title or key would name its people.
Pooled ratings are in no row: only open ones rest in the table that is read here.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, aliased

from ..contract import rfc3339
from ..db import utc_now
from ..handoffs.models import Handoff, Item
from ..notes.models import Note
from ..people.models import Member, Team
from ..policy.changes import MOST_K
from ..policy.models import Attribution
from ..policy.service import policy_history
from ..ratings.models import Direction, Rating, Verdict
from ..repairs.models import Repair, RepairState

OTHER = "other"
_BATCH = 500

Row = dict[str, str | None]

RATING_COLUMNS = ("month", "tool", "kind", "direction", "verdict", "repaired", "rater_team", "subject_team")
NAMED_COLUMNS = (*RATING_COLUMNS, "rater", "rater_email", "subject", "subject_email")
NOTE_COLUMNS = ("month", "kind", "tool", "author_team", "recipient_team")
MEMBER_COLUMNS = ("email", "name", "team", "role", "joined_at")


@dataclass(frozen=True, slots=True)
class _Cell:
    """What a row tells of where something happened."""

    month: str
    direction: Direction | None
    tool: str | None
    kind: str
    from_team: UUID | None
    to_team: UUID | None


class _Promise:
    """How many people must stand behind what was given at a moment: as promised then, or now if that is more."""

    def __init__(self, session: Session, organisation_id: UUID) -> None:
        self._history = policy_history(session, organisation_id)
        self._now = self._history.at(utc_now()).k

    def k(self, given_at: datetime) -> int:
        return max(self._now, self._history.at(given_at).k)


class _Crowd:
    """Counts the people behind each cell, so that only cells of at least k on each side are told apart.

    A cell needs the most that any of its rows was promised.
    """

    def __init__(self) -> None:
        self._needed: defaultdict[_Cell, int] = defaultdict(int)
        self._givers: defaultdict[_Cell, set[UUID]] = defaultdict(set)
        self._receivers: defaultdict[_Cell, set[UUID]] = defaultdict(set)

    def add(self, cell: _Cell, k: int, giver: UUID, receiver: UUID) -> None:
        """Count two people; more than the largest k on a side need not be remembered."""
        self._needed[cell] = max(self._needed[cell], k)
        for people, person in ((self._givers[cell], giver), (self._receivers[cell], receiver)):
            if len(people) < MOST_K:
                people.add(person)

    def is_large(self, cell: _Cell) -> bool:
        """True when enough people stand on each side of the cell."""
        return min(len(self._givers[cell]), len(self._receivers[cell])) >= self._needed[cell]


def _month(moment: datetime) -> str:
    return f"{moment:%Y-%m}"


def rating_rows(session: Session, organisation_id: UUID) -> Iterator[Row]:
    """Every open rating that its subject can see, without names."""
    query = (
        select(
            Rating.given_at,
            Item.tool,
            Item.kind,
            Rating.rater_team_id,
            Rating.subject_team_id,
            Rating.rater_id,
            Rating.subject_id,
            Rating.direction,
            Rating.verdict,
            Repair.state,
        )
        .join(Handoff, (Handoff.organisation_id == Rating.organisation_id) & (Handoff.id == Rating.handoff_id))
        .join(Item, (Item.organisation_id == Handoff.organisation_id) & (Item.id == Handoff.item_id))
        .join(Repair, _has_thread(), isouter=True)
        .where(*_visible(organisation_id))
        # The client's random id as the order: rows that stand together tell nothing.
        .order_by(Rating.id)
    )
    crowd, promise = _Crowd(), _Promise(session, organisation_id)
    for given_at, tool, kind, rater_team, subject_team, rater, subject, direction, *_ in _stream(session, query):
        cell = _Cell(_month(given_at), direction, tool, kind, rater_team, subject_team)
        crowd.add(cell, promise.k(given_at), rater, subject)
    teams = _team_names(session, organisation_id)
    for given_at, tool, kind, rater_team, subject_team, _, _, direction, verdict, thread in _stream(session, query):
        cell = _Cell(_month(given_at), direction, tool, kind, rater_team, subject_team)
        large = crowd.is_large(cell)
        yield {
            "month": cell.month,
            "tool": tool if large else OTHER,
            "kind": kind if large else OTHER,
            "direction": direction.value,
            "verdict": verdict.value,
            "repaired": _repaired(verdict, thread),
            "rater_team": teams.get(rater_team, OTHER) if large else OTHER,
            "subject_team": teams.get(subject_team, OTHER) if large else OTHER,
        }


def named_rating_rows(session: Session, organisation_id: UUID) -> Iterator[Row]:
    """Open ratings with names: only those that were given, and stood, under policies that allowed it.

    From when it was given until it was last changed, every policy in force has to have allowed exports with names.
    """
    rater, subject = aliased(Member), aliased(Member)
    query = (
        select(
            Rating.given_at,
            Rating.changed_at,
            Item.tool,
            Item.kind,
            Rating.direction,
            Rating.verdict,
            Repair.state,
            Rating.rater_team_id,
            Rating.subject_team_id,
            rater.name,
            rater.email,
            subject.name,
            subject.email,
        )
        .join(Handoff, (Handoff.organisation_id == Rating.organisation_id) & (Handoff.id == Rating.handoff_id))
        .join(Item, (Item.organisation_id == Handoff.organisation_id) & (Item.id == Handoff.item_id))
        .join(rater, (rater.organisation_id == Rating.organisation_id) & (rater.id == Rating.rater_id))
        .join(subject, (subject.organisation_id == Rating.organisation_id) & (subject.id == Rating.subject_id))
        .join(Repair, _has_thread(), isouter=True)
        .where(*_visible(organisation_id))
        .order_by(Rating.id)
    )
    teams, history = _team_names(session, organisation_id), policy_history(session, organisation_id)
    for given_at, changed_at, tool, kind, direction, verdict, thread, rater_team, subject_team, *people in _stream(
        session, query
    ):
        bound = history.between(given_at, changed_at)
        if not all(policy.named_exports and policy.attribution is Attribution.OPEN for policy in bound):
            continue
        yield {
            "month": _month(given_at),
            "tool": tool,
            "kind": kind,
            "direction": direction.value,
            "verdict": verdict.value,
            "repaired": _repaired(verdict, thread),
            "rater_team": teams.get(rater_team),
            "subject_team": teams.get(subject_team),
            **dict(zip(NAMED_COLUMNS[len(RATING_COLUMNS) :], people, strict=True)),
        }


def _has_thread() -> ColumnElement[bool]:
    return (Repair.organisation_id == Rating.organisation_id) & (Repair.id == Rating.id)


def _repaired(verdict: Verdict, thread: RepairState | None) -> str | None:
    """Whether a missed has been repaired (rule 13); None for other verdicts."""
    if verdict is not Verdict.MISSED:
        return None
    return "yes" if thread is RepairState.REPAIRED else "no"


def _visible(organisation_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (
        Rating.organisation_id == organisation_id,
        Rating.withdrawn_at.is_(None),
        Rating.visible_at <= utc_now(),
    )


def note_rows(session: Session, organisation_id: UUID) -> Iterator[Row]:
    """Every note, without text and names."""
    query = (
        select(
            Note.written_at,
            Item.tool,
            Note.kind,
            Note.author_team_id,
            Note.recipient_team_id,
            Note.author_id,
            Note.recipient_id,
        )
        .join(Item, (Item.organisation_id == Note.organisation_id) & (Item.id == Note.item_id), isouter=True)
        .where(Note.organisation_id == organisation_id)
        .order_by(Note.id)
    )
    crowd, promise = _Crowd(), _Promise(session, organisation_id)
    for written_at, tool, kind, author_team, recipient_team, author, recipient in _stream(session, query):
        cell = _Cell(_month(written_at), None, tool, kind.value, author_team, recipient_team)
        crowd.add(cell, promise.k(written_at), author, recipient)
    teams = _team_names(session, organisation_id)
    for written_at, tool, kind, author_team, recipient_team, _, _ in _stream(session, query):
        cell = _Cell(_month(written_at), None, tool, kind.value, author_team, recipient_team)
        large = crowd.is_large(cell)
        yield {
            "month": cell.month,
            "kind": kind.value,
            "tool": tool if large else OTHER,
            "author_team": teams.get(author_team, OTHER) if large else OTHER,
            "recipient_team": teams.get(recipient_team, OTHER) if large else OTHER,
        }


def member_rows(session: Session, organisation_id: UUID) -> Iterator[Row]:
    """Every member who is here, by address."""
    query = (
        select(Member.email, Member.name, Team.name, Member.role, Member.joined_at)
        .join(Team, (Team.organisation_id == Member.organisation_id) & (Team.id == Member.team_id), isouter=True)
        .where(Member.organisation_id == organisation_id, Member.left_at.is_(None), Member.erased_at.is_(None))
        .order_by(Member.email)
    )
    for email, name, team, role, joined_at in _stream(session, query):
        yield {
            "email": email,
            "name": name,
            "team": team,
            "role": role.value,
            "joined_at": rfc3339(joined_at),
        }


def _team_names(session: Session, organisation_id: UUID) -> Mapping[UUID | None, str]:
    teams = session.execute(select(Team).where(Team.organisation_id == organisation_id)).scalars()
    return {team.id: team.name for team in teams}


def _stream(session: Session, query: Select[*tuple[Any, ...]]) -> Iterator[Any]:
    """The rows of `query`, a few hundred in memory at a time; between them the worker's other requests go on."""
    for batch in session.execute(query.execution_options(yield_per=_BATCH)).partitions():
        yield from batch
        # Not 0: that lets only greenlets run that are ready already, and no socket is looked at meanwhile.
        time.sleep(0.0001)
