"""What a note's recipient may do with it: show it to everybody, or show it to the admins (rules 11 and 15).

Its author is told of neither, and sees nothing change.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select, tuple_, update
from sqlalchemy.orm import Session

from ..audit.models import AuditAction
from ..audit.service import record
from ..auth.caller import Caller
from ..db import reading, utc_now, writing
from ..errors import Problem, bad_field, not_found
from ..mutes.models import Mute, Quiet
from ..paging import Page, aware, cut, decode_cursor, encode_cursor
from .models import Note, NoteKind


def report(caller: Caller, note_id: UUID, reason: str | None) -> None:
    """Show a note that the caller received to the admins, and take it off the wall.

    A note is reported once: the same again changes nothing, the first reason stays. Raises 404 for any other note.
    """
    with writing(caller.organisation_id) as session:
        note = _received(session, caller, note_id)
        if note.reported_at is None:
            _change(session, note, reported_at=utc_now(), report_reason=reason, public_at=None)


def make_public(caller: Caller, note_id: UUID, *, public: bool) -> None:
    """Put thanks that the caller received on the wall, or take them off it again.

    Raises 404 for any other note, 422 `only-thanks` for a word, 409 `note-reported` for a reported note.
    """
    with writing(caller.organisation_id) as session:
        note = _received(session, caller, note_id)
        if not public:
            _change(session, note, public_at=None)
            return
        if note.kind is not NoteKind.THANKS:
            raise bad_field(
                "#/public", "A word in private stays private. Only thanks can be shown.", code="only-thanks"
            )
        if note.reported_at is not None:
            raise Problem(409, "note-reported", "You reported this note, so it stays private.")
        if note.public_at is None:
            _change(session, note, public_at=utc_now())


def _received(session: Session, caller: Caller, note_id: UUID) -> Note:
    """The note, if the caller received it. One that a block hides was never received. Raises 404."""
    note = session.execute(
        select(Note).where(
            Note.organisation_id == caller.organisation_id,
            Note.id == note_id,
            Note.recipient_id == caller.member_id,
            Note.hidden.is_(False),
        )
    ).scalar_one_or_none()
    if note is None:
        raise not_found()
    return note


def _change(session: Session, note: Note, **values: datetime | str | None) -> None:
    session.execute(
        update(Note).where(Note.organisation_id == note.organisation_id, Note.id == note.id).values(**values)
    )


def wall(caller: Caller, *, cursor: str | None, limit: int) -> Page[Note]:
    """The thanks that their recipients have made public, the latest first.

    Thanks by colleagues whom the caller blocks are left out. There are no counts and no order but time (rule 9).
    """
    blocked = exists().where(
        Mute.organisation_id == Note.organisation_id,
        Mute.member_id == caller.member_id,
        Mute.colleague_id == Note.author_id,
        Mute.kind == Quiet.BLOCK,
    )
    query = (
        select(Note)
        .where(Note.organisation_id == caller.organisation_id, Note.public_at.is_not(None), ~blocked)
        .order_by(Note.public_at.desc(), Note.id.desc())
        .limit(limit + 1)
    )
    if cursor is not None:
        query = query.where(tuple_(Note.public_at, Note.id) < tuple_(*decode_cursor(cursor, _moment_and_id)))
    with reading(caller.organisation_id) as session:
        found = session.execute(query).scalars().all()
    return cut(found, limit, lambda last: _cursor(last.public_at, last.id))


def reported(caller: Caller, *, cursor: str | None, limit: int) -> Page[Note]:
    """The notes that wait for an admin, the oldest report first.

    An admin never sees a report of a note that they wrote themselves. Each look is logged for every member to read,
    also one that finds nothing: the log does not tell whether anything is reported.
    """
    query = (
        select(Note)
        .where(
            Note.organisation_id == caller.organisation_id,
            Note.reported_at.is_not(None),
            Note.report_settled_at.is_(None),
            Note.author_id != caller.member_id,
        )
        .order_by(Note.reported_at, Note.id)
        .limit(limit + 1)
    )
    if cursor is not None:
        query = query.where(tuple_(Note.reported_at, Note.id) > tuple_(*decode_cursor(cursor, _moment_and_id)))
    with writing(caller.organisation_id) as session:
        found = session.execute(query).scalars().all()
        record(session, caller.organisation_id, caller.member_id, AuditAction.NAMED_READ, {"dataset": "reported-notes"})
    return cut(found, limit, lambda last: _cursor(last.reported_at, last.id))


def settle(caller: Caller, note_id: UUID, *, settled: bool) -> None:
    """An admin has seen to a report, or takes that back. Raises 404 for a note that is not reported to them."""
    with writing(caller.organisation_id) as session:
        note = session.execute(
            select(Note).where(
                Note.organisation_id == caller.organisation_id,
                Note.id == note_id,
                Note.reported_at.is_not(None),
                Note.author_id != caller.member_id,
            )
        ).scalar_one_or_none()
        if note is None:
            raise not_found()
        if settled is not (note.report_settled_at is not None):
            _change(session, note, report_settled_at=utc_now() if settled else None)


def _cursor(moment: datetime | None, note_id: UUID) -> str:
    return encode_cursor(moment.isoformat() if moment else "", str(note_id))


def _moment_and_id(moment: str, key: str) -> tuple[datetime, UUID]:
    return aware(moment), UUID(key)
