"""What an admin may take out: rows without names (rule 9), streamed from one snapshot, ending in a manifest.

A team is named only where the pair (from team, to team) rests on at least k people on each side; all other rows
say `other`. Dates are months. A rating's item is left out: its title or key would name its people.
"""

from __future__ import annotations

import csv
import enum
import hashlib
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
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
_Pairs = frozenset[tuple[UUID | None, UUID | None]]


@dataclass(frozen=True, slots=True)
class _Plan:
    """How one dataset is read: its columns, and its rows within an open transaction."""

    columns: Sequence[str]
    rows: Callable[[Session, UUID, datetime], Iterator[Row]]


def export(organisation_id: UUID, dataset: Dataset, format: Format) -> Iterator[str]:
    """The dataset as text, piece by piece, all from one instant, outside any write.

    The last line is a manifest with the number of rows and the SHA-256 of everything before it: without it the
    file is cut short.
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
        for row in plan.rows(session, organisation_id, utc_now()):
            line = write(row)
            digest.update(line.encode())
            count += 1
            yield line
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
    csv.writer(line).writerow(cells)
    return line.getvalue()


def defused(cell: str) -> str:
    """`cell` such that no spreadsheet takes it for a formula (OWASP, "CSV injection")."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def _month(moment: datetime) -> str:
    return f"{moment:%Y-%m}"


def _rating_rows(session: Session, organisation_id: UUID, now: datetime) -> Iterator[Row]:
    visible = (
        Rating.organisation_id == organisation_id,
        Rating.withdrawn_at.is_(None),
        Rating.visible_at <= now,
    )
    pairs = _named_pairs(
        session,
        organisation_id,
        select(
            Rating.rater_team_id,
            Rating.subject_team_id,
            func.count(Rating.rater_id.distinct()),
            func.count(Rating.subject_id.distinct()),
        )
        .where(*visible)
        .group_by(Rating.rater_team_id, Rating.subject_team_id),
    )
    teams = _team_names(session, organisation_id)
    query = (
        select(
            Rating.given_at,
            Item.tool,
            Item.kind,
            Rating.direction,
            Rating.verdict,
            Rating.rater_team_id,
            Rating.subject_team_id,
        )
        .join(Handoff, (Handoff.organisation_id == Rating.organisation_id) & (Handoff.id == Rating.handoff_id))
        .join(Item, (Item.organisation_id == Handoff.organisation_id) & (Item.id == Handoff.item_id))
        .where(*visible)
        # The client's random id as the order: rows that stand together tell nothing.
        .order_by(Rating.id)
    )
    for given_at, tool, kind, direction, verdict, rater_team, subject_team in _stream(session, query):
        named = (rater_team, subject_team) in pairs
        yield {
            "month": _month(given_at),
            "tool": tool,
            "kind": kind,
            "direction": direction.value,
            "verdict": verdict.value,
            "rater_team": teams.get(rater_team, OTHER) if named else OTHER,
            "subject_team": teams.get(subject_team, OTHER) if named else OTHER,
        }


def _note_rows(session: Session, organisation_id: UUID, _now: datetime) -> Iterator[Row]:
    pairs = _named_pairs(
        session,
        organisation_id,
        select(
            Note.author_team_id,
            Note.recipient_team_id,
            func.count(Note.author_id.distinct()),
            func.count(Note.recipient_id.distinct()),
        )
        .where(Note.organisation_id == organisation_id)
        .group_by(Note.author_team_id, Note.recipient_team_id),
    )
    teams = _team_names(session, organisation_id)
    query = (
        select(Note.written_at, Note.kind, Item.tool, Note.author_team_id, Note.recipient_team_id)
        .join(Item, (Item.organisation_id == Note.organisation_id) & (Item.id == Note.item_id), isouter=True)
        .where(Note.organisation_id == organisation_id)
        .order_by(Note.id)
    )
    for written_at, kind, tool, author_team, recipient_team in _stream(session, query):
        named = (author_team, recipient_team) in pairs
        yield {
            "month": _month(written_at),
            "kind": kind.value,
            "tool": tool,
            "author_team": teams.get(author_team, OTHER) if named else OTHER,
            "recipient_team": teams.get(recipient_team, OTHER) if named else OTHER,
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


def _named_pairs(session: Session, organisation_id: UUID, counts: Select[*tuple[Any, ...]]) -> _Pairs:
    """The pairs of teams that rest on at least k people on each side."""
    k = policy_in_force(session, organisation_id).k
    return frozenset(
        (giving, receiving)
        for giving, receiving, givers, receivers in session.execute(counts)
        if givers >= k and receivers >= k
    )


def _team_names(session: Session, organisation_id: UUID) -> Mapping[UUID | None, str]:
    teams = session.execute(select(Team).where(Team.organisation_id == organisation_id)).scalars()
    return {team.id: team.name for team in teams}


def _stream(session: Session, query: Select[*tuple[Any, ...]]) -> Iterator[Any]:
    """The rows of `query`, a few hundred in memory at a time."""
    return iter(session.execute(query.execution_options(yield_per=_BATCH)))


_PLANS = {
    Dataset.RATINGS: _Plan(
        ("month", "tool", "kind", "direction", "verdict", "rater_team", "subject_team"), _rating_rows
    ),
    Dataset.NOTES: _Plan(("month", "kind", "tool", "author_team", "recipient_team"), _note_rows),
    Dataset.MEMBERS: _Plan(("email", "name", "team", "role", "joined_at"), _member_rows),
}
