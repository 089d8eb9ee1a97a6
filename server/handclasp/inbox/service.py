"""The inbox: all that comes to me. It has no table; it reads open ratings, notes, expectations, repairs, releases."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import union_all
from sqlalchemy.orm import Session

from ..auth.caller import Caller
from ..db import reading, utc_now, writing
from ..paging import Page, aware, cut, decode_cursor, encode_cursor
from ..repairs.service import views as repair_views
from .entries import SOURCES, After, InboxEntry


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


def page(caller: Caller, *, cursor: str | None, limit: int) -> InboxPage:
    """Unread entries first, then read ones; in each part the latest first."""
    after = decode_cursor(cursor, _after) if cursor is not None else None
    now = utc_now()
    with reading(caller.organisation_id) as session:
        entries: list[InboxEntry] = []
        if after is None or not after.read:
            entries = _part(session, caller, now, read=False, after=after, limit=limit + 1)
        if len(entries) <= limit:
            after_read = after if after is not None and after.read else None
            entries += _part(session, caller, now, read=True, after=after_read, limit=limit + 1 - len(entries))
        shown: Page[InboxEntry] = cut(entries, limit, _cursor)
        return InboxPage(_with_threads(session, caller, shown.items), shown.next, _count(session, caller, now).unread)


def _after(read: int, at: str, key: str) -> After:
    return After(bool(read), aware(at), UUID(key))


def _cursor(entry: InboxEntry) -> str:
    return encode_cursor(int(entry.read), entry.at.isoformat(), str(entry.id))


def _part(
    session: Session, caller: Caller, now: datetime, *, read: bool, after: After | None, limit: int
) -> list[InboxEntry]:
    entries = [
        entry for source in SOURCES for entry in source(session, caller, now).part(read=read, after=after, limit=limit)
    ]
    entries.sort(key=lambda entry: (entry.at, entry.id), reverse=True)
    return entries[:limit]


def _with_threads(session: Session, caller: Caller, entries: Sequence[InboxEntry]) -> Sequence[InboxEntry]:
    wanted = {entry.thread for entry in entries if entry.thread is not None}
    if not wanted:
        return entries
    threads = repair_views(session, caller, wanted)
    return [replace(entry, repair=threads.get(entry.thread)) if entry.thread else entry for entry in entries]


def mark_read(caller: Caller, ids: Sequence[UUID]) -> Unread:
    """Mark the caller's own entries with these ids as read; ids of anything else are passed over."""
    now = utc_now()
    with writing(caller.organisation_id) as session:
        for source in SOURCES:
            source(session, caller, now).mark(ids)
        return _count(session, caller, now)


def unread(caller: Caller) -> Unread:
    """How many entries wait unread. One index look-up for each kind; made to be asked often."""
    with reading(caller.organisation_id) as session:
        return _count(session, caller, utc_now())


def _count(session: Session, caller: Caller, now: datetime) -> Unread:
    """One statement, whatever the number of kinds."""
    waiting = session.execute(union_all(*(source(session, caller, now).waiting() for source in SOURCES))).all()
    # A union has no order of its own; sorted, the same inbox always has the same tag.
    state = " ".join([str(caller.member_id), *sorted(f"{kind} {count} {latest}" for kind, count, latest in waiting)])
    return Unread(sum(count for _, count, _ in waiting), hashlib.sha256(state.encode()).hexdigest()[:24])
