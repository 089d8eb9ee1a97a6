"""The log every member can read: writing an entry, and reading the entries (rule 12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from ..db import new_id, reading, utc_now
from ..paging import Page, aware, cut, decode_cursor, encode_cursor
from ..people.models import Member
from .models import AuditAction, AuditEntry

ABOUT = "member"
"""The key of `detail` that holds the id, as text, of the one member whom an act concerned. It is an id and no name:
when the member is erased, the log has no name to forget."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One act as members read it. `about` is the member whom it concerned, where it was one."""

    id: UUID
    at: datetime
    actor: Member | None
    action: AuditAction
    about: Member | None
    detail: Mapping[str, str | int]


def record(
    session: Session,
    organisation_id: UUID,
    actor_id: UUID | None,
    action: AuditAction,
    detail: Mapping[str, str | int],
) -> None:
    """Log an act, inside the caller's write transaction: the act and its entry are stored together or not at all.

    `actor_id` None is the command line. Every member reads `detail`: datasets, numbers, ids; never what was in them,
    and no names (see `ABOUT`).
    """
    session.add(
        AuditEntry(
            organisation_id=organisation_id,
            id=new_id(),
            at=utc_now(),
            actor_id=actor_id,
            action=action,
            detail=dict(detail),
        )
    )


def entries(organisation_id: UUID, *, cursor: str | None, limit: int) -> Page[Entry]:
    """The log, latest first."""
    query = (
        select(AuditEntry)
        .where(AuditEntry.organisation_id == organisation_id)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(limit + 1)
    )
    if cursor is not None:
        at, entry_id = decode_cursor(cursor, _moment_and_id)
        query = query.where(tuple_(AuditEntry.at, AuditEntry.id) < tuple_(at, entry_id))
    with reading(organisation_id) as session:
        rows = session.execute(query).scalars().all()
        people = _concerned(session, organisation_id, rows)
    page = cut(rows, limit, lambda last: encode_cursor(last.at.isoformat(), str(last.id)))
    return Page([_entry(row, people) for row in page.items], page.next)


def _entry(row: AuditEntry, people: Mapping[str, Member]) -> Entry:
    about = people.get(str(row.detail.get(ABOUT)))
    return Entry(row.id, row.at, row.actor, row.action, about, row.detail)


def _concerned(session: Session, organisation_id: UUID, rows: Sequence[AuditEntry]) -> Mapping[str, Member]:
    ids = {UUID(str(row.detail[ABOUT])) for row in rows if ABOUT in row.detail}
    if not ids:
        return {}
    found = session.execute(select(Member).where(Member.organisation_id == organisation_id, Member.id.in_(ids)))
    return {str(member.id): member for member in found.scalars()}


def _moment_and_id(moment: str, entry_id: str) -> tuple[datetime, UUID]:
    return aware(moment), UUID(entry_id)
