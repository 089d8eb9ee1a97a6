"""The log every member can read: writing an entry, and reading the entries (rule 12)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from ..db import new_id, reading, utc_now
from ..paging import Page, aware, cut, decode_cursor, encode_cursor
from .models import AuditAction, AuditEntry


def record(
    session: Session,
    organisation_id: UUID,
    actor_id: UUID | None,
    action: AuditAction,
    detail: Mapping[str, str | int],
) -> None:
    """Log an act, inside the caller's write transaction: the act and its entry are stored together or not at all.

    `actor_id` None is the command line. Every member reads `detail`: datasets, numbers and names of who did it to
    whom, never what was in them.
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


def entries(organisation_id: UUID, *, cursor: str | None, limit: int) -> Page[AuditEntry]:
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
    return cut(rows, limit, lambda last: encode_cursor(last.at.isoformat(), str(last.id)))


def _moment_and_id(moment: str, entry_id: str) -> tuple[datetime, UUID]:
    return aware(moment), UUID(entry_id)
