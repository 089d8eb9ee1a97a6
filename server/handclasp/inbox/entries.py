"""What an inbox is made of: one source for each kind of thing that comes, all read in the same way.

Each source tells its unread and its read entries in the order of (at, id), the latest first, so that a page is the
merge of their heads. What a muted colleague sends stands among the read ones, what a blocked one sends nowhere
(rule 11).
"""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, literal, or_, select, tuple_, update
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from ..auth.caller import Caller
from ..expectations.models import Expectation, ExpectationState
from ..expectations.service import ExpectationView
from ..expectations.service import seen_by as expectation_seen_by
from ..expectations.steps import Side
from ..handoffs.models import Item
from ..mutes.models import Mute, Quiet
from ..notes.models import Note, NoteKind
from ..people.models import Member
from ..ratings.models import Direction, Rating, Verdict
from ..releases.models import Release
from ..releases.showing import ShownRelease, shown
from ..repairs.models import Repair, RepairMessage
from ..repairs.service import RepairView

_Query = TypeVar("_Query", bound=Select[*tuple[Any, ...]])


class EntryKind(enum.StrEnum):
    """What came: an open rating, a note, an agreement's next step, a message in a thread, or a release."""

    RATING = "rating"
    THANKS = "thanks"
    WORD = "word"
    EXPECTATION = "expectation"
    REPAIR = "repair"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """One thing that came. `at` is when it could first be seen; `thread` is the id of the repair it belongs to."""

    id: UUID
    kind: EntryKind
    at: datetime
    read: bool
    author: Member | None = None
    item: Item | None = None
    direction: Direction | None = None
    verdict: Verdict | None = None
    text: str | None = None
    public: bool = False
    reported: bool = False
    expectation: ExpectationView | None = None
    thread: UUID | None = None
    repair: RepairView | None = None
    release: ShownRelease | None = None


@dataclass(frozen=True, slots=True)
class After:
    """The sort key of the last entry sent: unread entries stand before read ones."""

    read: bool
    at: datetime
    id: UUID


class Source(ABC):
    """One kind of thing that comes to `caller`, as it stands at `now`."""

    def __init__(self, session: Session, caller: Caller, now: datetime) -> None:
        self._session, self._caller, self._now = session, caller, now

    @abstractmethod
    def part(self, *, read: bool, after: After | None, limit: int) -> list[InboxEntry]:
        """Up to `limit` entries, the latest first, from `after` on."""

    @abstractmethod
    def waiting(self) -> Select[str, int, str]:
        """Asks, of this source by its name, how many are unread and when the latest came (text; NULL without any)."""

    @abstractmethod
    def mark(self, ids: Sequence[UUID]) -> None:
        """Mark those of these entries that are the caller's as read; other ids are passed over."""

    def _keeping_away(self, *kinds: Quiet) -> Select[UUID]:
        return select(Mute.colleague_id).where(
            Mute.organisation_id == self._caller.organisation_id,
            Mute.member_id == self._caller.member_id,
            Mute.kind.in_(kinds),
        )

    def _counted(self, at: Any, *conditions: ColumnElement[bool]) -> Select[str, int, str]:
        return select(literal(type(self).__name__), func.count(), cast(func.max(at), String)).where(*conditions)


def _window(query: _Query, at: Any, key: Any, after: After | None, limit: int) -> _Query:
    if after is not None:
        query = query.where(tuple_(at, key) < tuple_(after.at, after.id))
    return query.order_by(at.desc(), key.desc()).limit(limit)


class Ratings(Source):
    """Open ratings of the caller, each from the end of its undo window on."""

    def _conditions(self, *, read: bool) -> Sequence[ColumnElement[bool]]:
        muted = Rating.rater_id.in_(self._keeping_away(Quiet.MUTE))
        return (
            Rating.organisation_id == self._caller.organisation_id,
            Rating.subject_id == self._caller.member_id,
            Rating.withdrawn_at.is_(None),
            Rating.visible_at <= self._now,
            Rating.rater_id.not_in(self._keeping_away(Quiet.BLOCK)),
            or_(Rating.read_at.is_not(None), muted) if read else and_(Rating.read_at.is_(None), ~muted),
        )

    def part(self, *, read: bool, after: After | None, limit: int) -> list[InboxEntry]:
        query = select(Rating).where(*self._conditions(read=read)).options(joinedload(Rating.rater))
        query = _window(query, Rating.visible_at, Rating.id, after, limit)
        return [
            InboxEntry(
                id=rating.id,
                kind=EntryKind.RATING,
                at=rating.visible_at,
                read=read,
                author=rating.rater,
                item=rating.item,
                direction=rating.direction,
                verdict=rating.verdict,
                text=rating.what_would_have_helped,
                thread=rating.id if rating.verdict is Verdict.MISSED else None,
            )
            for rating in self._session.execute(query).scalars()
        ]

    def waiting(self) -> Select[str, int, str]:
        return self._counted(Rating.visible_at, *self._conditions(read=False))

    def mark(self, ids: Sequence[UUID]) -> None:
        self._session.execute(
            update(Rating)
            .where(
                Rating.organisation_id == self._caller.organisation_id,
                Rating.subject_id == self._caller.member_id,
                Rating.id.in_(ids),
                Rating.visible_at <= self._now,
                Rating.read_at.is_(None),
            )
            .values(read_at=self._now)
        )


class Notes(Source):
    """Notes to the caller."""

    def _conditions(self, *, read: bool) -> Sequence[ColumnElement[bool]]:
        return (
            Note.organisation_id == self._caller.organisation_id,
            Note.recipient_id == self._caller.member_id,
            Note.hidden.is_(False),
            Note.read_at.is_not(None) if read else Note.read_at.is_(None),
        )

    def part(self, *, read: bool, after: After | None, limit: int) -> list[InboxEntry]:
        query = _window(select(Note).where(*self._conditions(read=read)), Note.written_at, Note.id, after, limit)
        return [
            InboxEntry(
                id=note.id,
                kind=EntryKind.THANKS if note.kind is NoteKind.THANKS else EntryKind.WORD,
                at=note.written_at,
                read=read,
                author=note.author,
                item=note.item,
                text=note.text,
                public=note.public_at is not None,
                reported=note.reported_at is not None,
                thread=note.id if note.kind is NoteKind.WORD else None,
            )
            for note in self._session.execute(query).scalars()
        ]

    def waiting(self) -> Select[str, int, str]:
        return self._counted(Note.written_at, *self._conditions(read=False))

    def mark(self, ids: Sequence[UUID]) -> None:
        self._session.execute(
            update(Note)
            .where(
                Note.organisation_id == self._caller.organisation_id,
                Note.recipient_id == self._caller.member_id,
                Note.id.in_(ids),
                Note.read_at.is_(None),
            )
            .values(read_at=self._now)
        )


class _Side(Source):
    """What comes to the caller as one of two: as a customer, or as a provider."""

    side: ClassVar[Side]

    def _of(self, table: type[Expectation | Repair], column: str) -> InstrumentedAttribute[Any]:
        """The column of the caller's side, such as `customer_read_at` for `{side}_read_at`."""
        return getattr(table, column.format(side=self.side.value))

    def _mine(self, table: type[Expectation | Repair]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return (
            table.organisation_id == self._caller.organisation_id,
            self._of(table, "{side}_id") == self._caller.member_id,
        )


class _Expectations(_Side):
    """Agreements, each at its latest step."""

    @abstractmethod
    def _comes(self) -> ColumnElement[bool]:
        """Which of them come into the inbox."""

    def _conditions(self, *, read: bool) -> Sequence[ColumnElement[bool]]:
        read_at = self._of(Expectation, "{side}_read_at")
        return (
            *self._mine(Expectation),
            read_at.is_not(None) if read else read_at.is_(None),
            # Blank: one of the two has been erased.
            Expectation.need != "",
            self._comes(),
        )

    def part(self, *, read: bool, after: After | None, limit: int) -> list[InboxEntry]:
        query = select(Expectation).where(*self._conditions(read=read))
        query = _window(query, Expectation.changed_at, Expectation.id, after, limit)
        return [
            InboxEntry(
                id=expectation.id,
                kind=EntryKind.EXPECTATION,
                at=expectation.changed_at,
                read=read,
                author=expectation.customer if self.side is Side.PROVIDER else expectation.provider,
                item=expectation.item,
                text=expectation.need,
                expectation=expectation_seen_by(expectation, self._caller.member_id),
            )
            for expectation in self._session.execute(query).scalars()
        ]

    def waiting(self) -> Select[str, int, str]:
        return self._counted(Expectation.changed_at, *self._conditions(read=False))

    def mark(self, ids: Sequence[UUID]) -> None:
        read_at = self._of(Expectation, "{side}_read_at")
        self._session.execute(
            update(Expectation)
            .where(*self._mine(Expectation), Expectation.id.in_(ids), read_at.is_(None))
            .values({read_at: self._now})
        )


class AskedOfMe(_Expectations):
    """What colleagues need of the caller."""

    side = Side.PROVIDER

    def _comes(self) -> ColumnElement[bool]:
        # What was taken back before anybody answered asks for nothing.
        stands = or_(Expectation.state != ExpectationState.WITHDRAWN, Expectation.answered_at.is_not(None))
        return and_(Expectation.hidden.is_(False), stands)


class AskedByMe(_Expectations):
    """What the caller needs of colleagues, once it is answered."""

    side = Side.CUSTOMER

    def _comes(self) -> ColumnElement[bool]:
        return Expectation.answered_at.is_not(None)


class _Messages(_Side):
    """The other side's latest message in each of the caller's threads. What started a thread comes by itself."""

    def _conditions(self, *, read: bool) -> Sequence[ColumnElement[bool]]:
        read_at = self._of(Repair, "{side}_read_at")
        return (
            *self._mine(Repair),
            read_at.is_not(None) if read else read_at.is_(None),
            self._of(Repair, "to_{side}_id").is_not(None),
        )

    def part(self, *, read: bool, after: After | None, limit: int) -> list[InboxEntry]:
        at, key = self._of(Repair, "to_{side}_at"), self._of(Repair, "to_{side}_id")
        latest = and_(
            RepairMessage.organisation_id == Repair.organisation_id,
            RepairMessage.repair_id == Repair.id,
            RepairMessage.id == key,
        )
        query = select(Repair, RepairMessage).join(RepairMessage, latest).where(*self._conditions(read=read))
        return [
            InboxEntry(
                id=message.id,
                kind=EntryKind.REPAIR,
                at=message.written_at,
                read=read,
                author=repair.customer if self.side is Side.PROVIDER else repair.provider,
                item=repair.item,
                text=message.text,
                thread=repair.id,
            )
            for repair, message in self._session.execute(_window(query, at, key, after, limit))
        ]

    def waiting(self) -> Select[str, int, str]:
        return self._counted(self._of(Repair, "to_{side}_at"), *self._conditions(read=False))

    def mark(self, ids: Sequence[UUID]) -> None:
        read_at = self._of(Repair, "{side}_read_at")
        # Only the latest message counts: what came after the one that was read stays unread.
        self._session.execute(
            update(Repair)
            .where(*self._mine(Repair), self._of(Repair, "to_{side}_id").in_(ids), read_at.is_(None))
            .values({read_at: self._now})
        )


class MessagesOfProviders(_Messages):
    """In threads that the caller has started."""

    side = Side.CUSTOMER


class MessagesOfCustomers(_Messages):
    """In threads about the caller's work."""

    side = Side.PROVIDER


class Releases(Source):
    """The caller's own releases. Each stands at the midnight (UTC) of its date."""

    def _conditions(self, *, read: bool) -> Sequence[ColumnElement[bool]]:
        return (
            Release.organisation_id == self._caller.organisation_id,
            Release.subject_id == self._caller.member_id,
            Release.read_at.is_not(None) if read else Release.read_at.is_(None),
        )

    def part(self, *, read: bool, after: After | None, limit: int) -> list[InboxEntry]:
        query = select(Release).where(*self._conditions(read=read))
        if after is not None:
            query = query.where(_before(after))
        query = query.order_by(Release.released_on.desc(), Release.id.desc()).limit(limit)
        found = self._session.execute(query).scalars().all()
        return [
            InboxEntry(
                id=release.id,
                kind=EntryKind.RELEASE,
                at=_midnight(release.released_on),
                read=read,
                release=release,
            )
            for release in shown(self._session, self._caller.organisation_id, found)
        ]

    def waiting(self) -> Select[str, int, str]:
        return self._counted(Release.released_on, *self._conditions(read=False))

    def mark(self, ids: Sequence[UUID]) -> None:
        self._session.execute(
            update(Release)
            .where(
                Release.organisation_id == self._caller.organisation_id,
                Release.subject_id == self._caller.member_id,
                Release.id.in_(ids),
                Release.read_at.is_(None),
            )
            .values(read_at=self._now)
        )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _before(after: After) -> ColumnElement[bool]:
    """Releases that stand after this key in the list. Theirs is a date: only at its very midnight do ids decide."""
    day = after.at.astimezone(UTC).date()
    if after.at == _midnight(day):
        return tuple_(Release.released_on, Release.id) < tuple_(day, after.id)
    return Release.released_on <= day


SOURCES: Sequence[type[Source]] = (
    Ratings, Notes, AskedOfMe, AskedByMe, MessagesOfProviders, MessagesOfCustomers, Releases,
)  # fmt: skip
