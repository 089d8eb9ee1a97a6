"""The inbox: what colleagues sent me. It has no table; it reads open ratings and notes."""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.orm import Session, joinedload

from ..auth.caller import Caller
from ..db import reading, utc_now, writing
from ..handoffs.models import Item
from ..notes.models import Note, NoteKind
from ..paging import Page, aware, cut, decode_cursor, encode_cursor
from ..people.models import Member
from ..ratings.models import Rating, Verdict


class EntryKind(enum.StrEnum):
    """What came: an open rating, a thank-you note, or a word in private."""

    RATING = "rating"
    THANKS = "thanks"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """One thing a colleague sent. `at` is when it could first be seen."""

    id: UUID
    kind: EntryKind
    at: datetime
    read: bool
    author: Member
    item: Item | None
    verdict: Verdict | None
    text: str | None


@dataclass(frozen=True, slots=True)
class InboxPage:
    """Part of the inbox, and how many entries are unread in all."""

    items: Sequence[InboxEntry]
    next: str | None
    unread: int


@dataclass(frozen=True, slots=True)
class Unread:
    """How many entries are unread; `etag` changes whenever they do."""

    unread: int
    etag: str


@dataclass(frozen=True, slots=True)
class _After:
    """The sort key of the last entry sent: unread entries stand before read ones."""

    read: bool
    at: datetime
    id: UUID

    @classmethod
    def read_from(cls, read: int, at: str, key: str) -> _After:
        return cls(bool(read), aware(at), UUID(key))


def page(caller: Caller, *, cursor: str | None, limit: int) -> InboxPage:
    """Unread entries first, then read ones; in each part the latest first."""
    after = decode_cursor(cursor, _After.read_from) if cursor is not None else None
    now = utc_now()
    with reading(caller.organisation_id) as session:
        entries: list[InboxEntry] = []
        if after is None or not after.read:
            entries = _part(session, caller, now, read=False, after=after, limit=limit + 1)
        if len(entries) <= limit:
            after_read = after if after is not None and after.read else None
            entries += _part(session, caller, now, read=True, after=after_read, limit=limit + 1 - len(entries))
        unread = _count(session, caller, now).unread
    shown: Page[InboxEntry] = cut(entries, limit, _cursor)
    return InboxPage(shown.items, shown.next, unread)


def _cursor(entry: InboxEntry) -> str:
    return encode_cursor(int(entry.read), entry.at.isoformat(), str(entry.id))


def _part(
    session: Session, caller: Caller, now: datetime, *, read: bool, after: _After | None, limit: int
) -> list[InboxEntry]:
    ratings = (
        select(Rating)
        .where(
            Rating.organisation_id == caller.organisation_id,
            Rating.subject_id == caller.member_id,
            Rating.withdrawn_at.is_(None),
            Rating.visible_at <= now,
            Rating.read_at.is_not(None) if read else Rating.read_at.is_(None),
        )
        .order_by(Rating.visible_at.desc(), Rating.id.desc())
        .limit(limit)
        .options(joinedload(Rating.rater))
    )
    notes = (
        select(Note)
        .where(
            Note.organisation_id == caller.organisation_id,
            Note.recipient_id == caller.member_id,
            Note.read_at.is_not(None) if read else Note.read_at.is_(None),
        )
        .order_by(Note.written_at.desc(), Note.id.desc())
        .limit(limit)
    )
    if after is not None:
        ratings = ratings.where(tuple_(Rating.visible_at, Rating.id) < tuple_(after.at, after.id))
        notes = notes.where(tuple_(Note.written_at, Note.id) < tuple_(after.at, after.id))
    entries = [_of_rating(rating) for rating in session.execute(ratings).scalars()]
    entries += [_of_note(note) for note in session.execute(notes).scalars()]
    entries.sort(key=lambda entry: (entry.at, entry.id), reverse=True)
    return entries[:limit]


def _of_rating(rating: Rating) -> InboxEntry:
    return InboxEntry(
        id=rating.id,
        kind=EntryKind.RATING,
        at=rating.visible_at,
        read=rating.read_at is not None,
        author=rating.rater,
        item=rating.item,
        verdict=rating.verdict,
        text=rating.what_would_have_helped,
    )


def _of_note(note: Note) -> InboxEntry:
    return InboxEntry(
        id=note.id,
        kind=EntryKind.THANKS if note.kind is NoteKind.THANKS else EntryKind.WORD,
        at=note.written_at,
        read=note.read_at is not None,
        author=note.author,
        item=note.item,
        verdict=None,
        text=note.text,
    )


def mark_read(caller: Caller, ids: Sequence[UUID]) -> Unread:
    """Mark the caller's own entries with these ids as read; ids of anything else are passed over."""
    now = utc_now()
    with writing(caller.organisation_id) as session:
        session.execute(
            update(Rating)
            .where(
                Rating.organisation_id == caller.organisation_id,
                Rating.subject_id == caller.member_id,
                Rating.id.in_(ids),
                Rating.visible_at <= now,
                Rating.read_at.is_(None),
            )
            .values(read_at=now)
        )
        session.execute(
            update(Note)
            .where(
                Note.organisation_id == caller.organisation_id,
                Note.recipient_id == caller.member_id,
                Note.id.in_(ids),
                Note.read_at.is_(None),
            )
            .values(read_at=now)
        )
        return _count(session, caller, now)


def unread(caller: Caller) -> Unread:
    """How many entries wait unread. Two index look-ups; made to be asked often."""
    with reading(caller.organisation_id) as session:
        return _count(session, caller, utc_now())


def _count(session: Session, caller: Caller, now: datetime) -> Unread:
    ratings, latest_rating = session.execute(
        select(func.count(), func.max(Rating.visible_at)).where(
            Rating.organisation_id == caller.organisation_id,
            Rating.subject_id == caller.member_id,
            Rating.withdrawn_at.is_(None),
            Rating.read_at.is_(None),
            Rating.visible_at <= now,
        )
    ).one()
    notes, latest_note = session.execute(
        select(func.count(), func.max(Note.written_at)).where(
            Note.organisation_id == caller.organisation_id,
            Note.recipient_id == caller.member_id,
            Note.read_at.is_(None),
        )
    ).one()
    state = f"{caller.member_id} {ratings} {latest_rating} {notes} {latest_note}"
    return Unread(ratings + notes, hashlib.sha256(state.encode()).hexdigest()[:24])
