"""What is kept about a member, for that member to read and take along (rule 15).

Pooled ratings that wait for their release are not in it, neither given nor received: nothing here reads them, so that
no answer can tell that there are some.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from ..audit.models import AuditEntry
from ..audit.service import ABOUT, Entry
from ..auth.caller import Caller
from ..auth.models import ConsoleSession, SignIn, TokenGrant
from ..db import Base, reading, utc_now
from ..expectations.models import Expectation
from ..expectations.service import ExpectationView, seen_by
from ..handoffs.models import Item
from ..mutes.models import Mute
from ..notes.models import Note, NoteKind
from ..patterns.models import PatternFlag
from ..people.models import Alias, Member, Organisation
from ..policy.models import Policy
from ..ratings.models import Cause, Direction, Rating, Verdict
from ..releases.models import Release
from ..releases.showing import ShownRelease, shown
from ..repairs import service as repairs
from ..repairs.models import Repair

Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True, slots=True)
class MyNote:
    """A note, and what its recipient has done with it; None to its author, who is not told."""

    id: UUID
    kind: NoteKind
    author: Member
    recipient: Member
    item: Item | None
    text: str
    written_at: datetime
    read_at: datetime | None = None
    public_at: datetime | None = None
    reported_at: datetime | None = None
    hidden: bool | None = None


@dataclass(frozen=True, slots=True)
class MyRating:
    """An open rating with both its people. `cause` is told to its rater only: elsewhere causes are team figures."""

    id: UUID
    rater: Member
    subject: Member
    item: Item
    direction: Direction
    verdict: Verdict | None
    what_would_have_helped: str | None
    cause: Cause | None
    given_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class MyAccess:
    """Something that acts in the member's name, since when and until when."""

    label: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class MyData:
    """All of it."""

    member: Member
    organisation: Mapping[str, object]
    aliases: Sequence[Alias]
    notes_received: Sequence[MyNote]
    notes_written: Sequence[MyNote]
    ratings_received: Sequence[MyRating]
    ratings_given: Sequence[MyRating]
    expectations: Sequence[ExpectationView]
    repairs: Sequence[repairs.RepairView]
    releases: Sequence[ShownRelease]
    mutes: Sequence[Mute]
    flags: Sequence[PatternFlag]
    sign_ins: Sequence[SignIn]
    access: Sequence[MyAccess]
    countersigned: Sequence[int]
    log: Sequence[Entry]


def my_data(caller: Caller) -> MyData:
    """Everything that is kept about the caller, from one instant."""
    now = utc_now()
    with reading(caller.organisation_id) as session:
        return MyData(
            member=_all(session, caller, Member, Member.id == caller.member_id)[0],
            organisation={"id": caller.organisation_id, "name": _all(session, caller, Organisation)[0].name},
            aliases=_all(session, caller, Alias, Alias.member_id == caller.member_id),
            notes_received=[_received(note) for note in _notes(session, caller, Note.recipient_id)],
            notes_written=[_written(note) for note in _notes(session, caller, Note.author_id)],
            ratings_received=_ratings(session, caller, Rating.subject_id, Rating.visible_at <= now),
            ratings_given=_ratings(session, caller, Rating.rater_id),
            expectations=_expectations(session, caller),
            repairs=_repairs(session, caller),
            releases=_releases(session, caller),
            mutes=_all(session, caller, Mute, Mute.member_id == caller.member_id),
            flags=[flag for flag in _all(session, caller, PatternFlag) if str(caller.member_id) in flag.members],
            sign_ins=_all(session, caller, SignIn, SignIn.member_id == caller.member_id),
            access=_access(session, caller, now),
            countersigned=[
                policy.version
                for policy in _all(session, caller, Policy, Policy.countersigned_by_id == caller.member_id)
            ],
            log=_log(session, caller),
        )


def _all(session: Session, caller: Caller, table: type[Row], *where: ColumnElement[bool]) -> Sequence[Row]:
    """The rows of the caller's organisation, in the order of their keys."""
    own = table.__table__.c.organisation_id == caller.organisation_id
    query = select(table).where(own, *where).order_by(*table.__table__.primary_key)
    return session.execute(query).scalars().all()


def _notes(session: Session, caller: Caller, whose: InstrumentedAttribute[UUID]) -> Sequence[Note]:
    return _all(session, caller, Note, whose == caller.member_id)


def _received(note: Note) -> MyNote:
    return MyNote(
        id=note.id,
        kind=note.kind,
        author=note.author,
        recipient=note.recipient,
        item=note.item,
        text=note.text,
        written_at=note.written_at,
        read_at=note.read_at,
        public_at=note.public_at,
        reported_at=note.reported_at,
        hidden=note.hidden,
    )


def _written(note: Note) -> MyNote:
    return MyNote(
        id=note.id,
        kind=note.kind,
        author=note.author,
        recipient=note.recipient,
        item=note.item,
        text=note.text,
        written_at=note.written_at,
    )


def _ratings(
    session: Session, caller: Caller, whose: InstrumentedAttribute[UUID], *where: ColumnElement[bool]
) -> list[MyRating]:
    query = (
        select(Rating)
        .where(
            Rating.organisation_id == caller.organisation_id,
            whose == caller.member_id,
            Rating.withdrawn_at.is_(None),
            *where,
        )
        .order_by(Rating.id)
        .options(joinedload(Rating.rater))
    )
    return [
        MyRating(
            id=rating.id,
            rater=rating.rater,
            subject=rating.subject,
            item=rating.item,
            direction=rating.direction,
            verdict=rating.verdict,
            what_would_have_helped=rating.what_would_have_helped,
            cause=rating.cause if rating.rater_id == caller.member_id else None,
            given_at=rating.given_at,
            changed_at=rating.changed_at,
        )
        for rating in session.execute(query).scalars()
    ]


def _expectations(session: Session, caller: Caller) -> list[ExpectationView]:
    mine = or_(Expectation.customer_id == caller.member_id, Expectation.provider_id == caller.member_id)
    # Without words: the other has been erased, and the row only counts.
    found = _all(session, caller, Expectation, mine, Expectation.need != "")
    return [seen_by(expectation, caller.member_id) for expectation in found]


def _repairs(session: Session, caller: Caller) -> list[repairs.RepairView]:
    mine = or_(Repair.customer_id == caller.member_id, Repair.provider_id == caller.member_id)
    ids = [repair.id for repair in _all(session, caller, Repair, mine)]
    found = repairs.views(session, caller, ids)
    return [found[repair_id] for repair_id in ids if repair_id in found]


def _releases(session: Session, caller: Caller) -> Sequence[ShownRelease]:
    own = _all(session, caller, Release, Release.subject_id == caller.member_id)
    return shown(session, caller.organisation_id, own)


def _access(session: Session, caller: Caller, now: datetime) -> list[MyAccess]:
    browsers = _all(
        session, caller, ConsoleSession, ConsoleSession.member_id == caller.member_id, ConsoleSession.expires_at > now
    )
    grants = _all(session, caller, TokenGrant, TokenGrant.member_id == caller.member_id)
    access = [MyAccess("Browser signed in to the console", one.started_at, one.expires_at) for one in browsers]
    access += [MyAccess(grant.label, grant.created_at, grant.revoked_at) for grant in grants]
    return sorted(access, key=lambda one: (one.since, one.label))


def _log(session: Session, caller: Caller) -> list[Entry]:
    """What the log says of the caller's own acts, and of acts that concerned the caller."""
    me = str(caller.member_id)
    members = {member.id: member for member in _all(session, caller, Member)}
    return [
        Entry(entry.id, entry.at, entry.actor, entry.action, _about(entry, members), entry.detail)
        for entry in _all(session, caller, AuditEntry)
        if entry.actor_id == caller.member_id or entry.detail.get(ABOUT) == me
    ]


def _about(entry: AuditEntry, members: Mapping[UUID, Member]) -> Member | None:
    about = entry.detail.get(ABOUT)
    return members.get(UUID(str(about))) if about is not None else None
