"""What an admin may take out: rows without names (rule 9), streamed from one snapshot, ending in a manifest.

A row tells its tool, kind and teams only where its cell (month, tool, kind, from team, to team) rests on at least k
people on each side; all other rows say `other`. Dates are months. A rating's item is left out: its title or key would
name its people.
"""

from __future__ import annotations

import csv
import enum
import hashlib
import io
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ..contract import rfc3339
from ..db import reading, utc_now
from ..handoffs.models import Handoff, Item
from ..notes.models import Note
from ..people.models import Member, Team
from ..policy.service import policy_in_force
from ..ratings.models import Rating

OTHER = "other"
_BATCH = 500
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


class Dataset(enum.StrEnum):
    """What can be exported."""

    RATINGS = "ratings"
    NOTES = "notes"
    MEMBERS = "members"


class Format(enum.StrEnum):
    """How it is written."""

    CSV = "csv"
    NDJSON = "ndjson"


Row = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class _Plan:
    """How one dataset is read: its columns, and its rows within an open transaction."""

    columns: Sequence[str]
    rows: Callable[[Session, UUID, datetime], Iterator[Row]]


def export(organisation_id: UUID, dataset: Dataset, format: Format) -> Iterator[str]:
    """The dataset as text, some hundred rows at a time, all from one instant, outside any write.

    The last line is a manifest with the number of rows and the SHA-256 of everything before it: without it the
    file is cut short. Take it all before sending any of it: the transaction lasts as long as the iteration.
    """
    plan = _PLANS[dataset]
    write = _csv if format is Format.CSV else _ndjson
    digest = hashlib.sha256()
    count = 0
    with reading(organisation_id) as session:
        if format is Format.CSV:
            head = _csv_line(plan.columns)
            digest.update(head.encode())
            yield head
        rows = plan.rows(session, organisation_id, utc_now())
        while lines := [write(row) for row in islice(rows, _BATCH)]:
            piece = "".join(lines)
            digest.update(piece.encode())
            count += len(lines)
            yield piece
    yield _manifest(dataset, format, count, digest.hexdigest())


def _manifest(dataset: Dataset, format: Format, rows: int, sha256: str) -> str:
    if format is Format.CSV:
        return f"# manifest dataset={dataset} rows={rows} sha256={sha256}\r\n"
    return json.dumps({"manifest": {"dataset": dataset.value, "rows": rows, "sha256": sha256}}) + "\n"


def _ndjson(row: Row) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"


def _csv(row: Row) -> str:
    return _csv_line([defused(value or "") for value in row.values()])


def _csv_line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    # All in quotes, so that a `#` in a name is never taken for the manifest's mark.
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow(cells)
    return line.getvalue()


def defused(cell: str) -> str:
    """`cell` such that no spreadsheet takes it for a formula (OWASP, "CSV injection")."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


@dataclass(frozen=True, slots=True)
class _Cell:
    """What a row tells of where something happened."""

    month: str
    tool: str | None
    kind: str
    from_team: UUID | None
    to_team: UUID | None


class _Crowd:
    """Counts the people behind each cell, so that only cells of at least k on each side are told apart."""

    def __init__(self, k: int) -> None:
        self._k = k
        self._givers: defaultdict[_Cell, set[UUID]] = defaultdict(set)
        self._receivers: defaultdict[_Cell, set[UUID]] = defaultdict(set)

    def add(self, cell: _Cell, giver: UUID, receiver: UUID) -> None:
        """Count two people; more than k on a side need not be remembered."""
        for people, person in ((self._givers[cell], giver), (self._receivers[cell], receiver)):
            if len(people) < self._k:
                people.add(person)

    def is_large(self, cell: _Cell) -> bool:
        """True when at least k people stand on each side of the cell."""
        return len(self._givers[cell]) >= self._k and len(self._receivers[cell]) >= self._k


def _month(moment: datetime) -> str:
    return f"{moment:%Y-%m}"


def _rating_rows(session: Session, organisation_id: UUID, now: datetime) -> Iterator[Row]:
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
        )
        .join(Handoff, (Handoff.organisation_id == Rating.organisation_id) & (Handoff.id == Rating.handoff_id))
        .join(Item, (Item.organisation_id == Handoff.organisation_id) & (Item.id == Handoff.item_id))
        .where(
            Rating.organisation_id == organisation_id,
            Rating.withdrawn_at.is_(None),
            Rating.visible_at <= now,
        )
        # The client's random id as the order: rows that stand together tell nothing.
        .order_by(Rating.id)
    )
    crowd = _Crowd(policy_in_force(session, organisation_id).k)
    for given_at, tool, kind, rater_team, subject_team, rater, subject, _, _ in _stream(session, query):
        crowd.add(_Cell(_month(given_at), tool, kind, rater_team, subject_team), rater, subject)
    teams = _team_names(session, organisation_id)
    for given_at, tool, kind, rater_team, subject_team, _, _, direction, verdict in _stream(session, query):
        cell = _Cell(_month(given_at), tool, kind, rater_team, subject_team)
        large = crowd.is_large(cell)
        yield {
            "month": cell.month,
            "tool": tool if large else OTHER,
            "kind": kind if large else OTHER,
            "direction": direction.value,
            "verdict": verdict.value,
            "rater_team": teams.get(rater_team, OTHER) if large else OTHER,
            "subject_team": teams.get(subject_team, OTHER) if large else OTHER,
        }


def _note_rows(session: Session, organisation_id: UUID, _now: datetime) -> Iterator[Row]:
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
    crowd = _Crowd(policy_in_force(session, organisation_id).k)
    for written_at, tool, kind, author_team, recipient_team, author, recipient in _stream(session, query):
        crowd.add(_Cell(_month(written_at), tool, kind.value, author_team, recipient_team), author, recipient)
    teams = _team_names(session, organisation_id)
    for written_at, tool, kind, author_team, recipient_team, _, _ in _stream(session, query):
        cell = _Cell(_month(written_at), tool, kind.value, author_team, recipient_team)
        large = crowd.is_large(cell)
        yield {
            "month": cell.month,
            "kind": kind.value,
            "tool": tool if large else OTHER,
            "author_team": teams.get(author_team, OTHER) if large else OTHER,
            "recipient_team": teams.get(recipient_team, OTHER) if large else OTHER,
        }


def _member_rows(session: Session, organisation_id: UUID, _now: datetime) -> Iterator[Row]:
    query = (
        select(Member.email, Member.name, Team.name, Member.role, Member.joined_at)
        .join(Team, (Team.organisation_id == Member.organisation_id) & (Team.id == Member.team_id), isouter=True)
        .where(Member.organisation_id == organisation_id)
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


_PLANS = {
    Dataset.RATINGS: _Plan(
        ("month", "tool", "kind", "direction", "verdict", "rater_team", "subject_team"), _rating_rows
    ),
    Dataset.NOTES: _Plan(("month", "kind", "tool", "author_team", "recipient_team"), _note_rows),
    Dataset.MEMBERS: _Plan(("email", "name", "team", "role", "joined_at"), _member_rows),
}
