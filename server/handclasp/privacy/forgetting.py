"""What goes when a member is erased, table by table. Within the caller's write transaction.

What colleagues received stays with them without a name; what was said to or agreed with the member goes; what has
been counted and published stays as it is.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, not_, or_, select, update
from sqlalchemy.orm import Session

from ..auth import service as sign_in
from ..auth import tokens
from ..auth.models import SignIn
from ..db import leave_no_trace
from ..expectations.models import Expectation, ExpectationState
from ..handoffs.models import Handoff, Item
from ..mutes.models import Mute
from ..notes.models import Note
from ..patterns.models import PatternFlag
from ..people.models import Alias, Member, Role
from ..ratings import sealed
from ..ratings.models import Rating
from ..releases.models import Release, ReleaseCell
from ..repairs.models import Repair, RepairMessage

FORMER = "A former colleague"
_BATCH = 500
"""Ids in one statement: few enough for either database's limit of parameters."""
_ENDED = (ExpectationState.DECLINED, ExpectationState.DONE)


def forget(session: Session, member: Member, now: datetime) -> None:
    """Remove the member everywhere and leave a nameless row in their place.

    How much went is told to nobody: it would be a figure about a person, or tell of pooled ratings that wait.
    """
    sweep(session, member.organisation_id, member.id)
    bury(member, now)
    # What was just overwritten stood in the database's log, too.
    leave_no_trace(session)


def sweep(session: Session, organisation_id: UUID, member_id: UUID) -> None:
    """Delete every row that is the member's, or about them, but for their own. Again, it finds what came since."""
    sealed.drop_member(session, organisation_id, member_id)
    items = _items_of(session, organisation_id, member_id)
    _drop_repairs(session, organisation_id, member_id)
    _drop_expectations(session, organisation_id, member_id)
    session.execute(delete(Rating).where(Rating.organisation_id == organisation_id, Rating.subject_id == member_id))
    session.execute(delete(Note).where(Note.organisation_id == organisation_id, Note.recipient_id == member_id))
    drop_unused(session, organisation_id, items)
    _drop_aliases(session, organisation_id, member_id)
    _drop_releases(session, organisation_id, member_id)
    _drop_mutes(session, organisation_id, member_id)
    drop_flags(session, organisation_id, member_id)
    end_access(session, organisation_id, member_id)


def bury(member: Member, now: datetime) -> None:
    """Leave a row that counts and points at nobody."""
    member.name = FORMER
    member.email = f"erased-{secrets.token_hex(16)}@erased.invalid"
    member.role = Role.MEMBER
    member.team_id = None
    member.paused = False
    member.joined_at = now
    member.left_at = member.left_at or now
    member.erased_at = now


def end_access(session: Session, organisation_id: UUID, member_id: UUID) -> None:
    """Nothing signs in as this member any more, and it is forgotten that anything ever did."""
    sign_in.end_all(session, organisation_id, member_id)
    tokens.end_all(session, organisation_id, member_id)
    session.execute(delete(SignIn).where(SignIn.organisation_id == organisation_id, SignIn.member_id == member_id))


def _items_of(session: Session, organisation_id: UUID, member_id: UUID) -> set[UUID]:
    """The items of all that is going to be deleted: some of them may then be of no use."""
    found: set[UUID] = set()
    handoffs = (
        select(Handoff.item_id)
        .join(Rating, (Rating.organisation_id == Handoff.organisation_id) & (Rating.handoff_id == Handoff.id))
        .where(Handoff.organisation_id == organisation_id, Rating.subject_id == member_id)
    )
    notes = select(Note.item_id).where(Note.organisation_id == organisation_id, Note.recipient_id == member_id)
    repairs = select(Repair.item_id).where(*_repairs_of(organisation_id, member_id))
    expectations = select(Expectation.item_id).where(*_expectations_of(organisation_id, member_id))
    for query in (handoffs, notes, repairs, expectations):
        found.update(item_id for item_id in session.execute(query.distinct()).scalars() if item_id is not None)
    return found


def _repairs_of(organisation_id: UUID, member_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (
        Repair.organisation_id == organisation_id,
        or_(Repair.customer_id == member_id, Repair.provider_id == member_id),
    )


def _expectations_of(organisation_id: UUID, member_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (
        Expectation.organisation_id == organisation_id,
        or_(Expectation.customer_id == member_id, Expectation.provider_id == member_id),
    )


def _drop_repairs(session: Session, organisation_id: UUID, member_id: UUID) -> None:
    ids = session.execute(select(Repair.id).where(*_repairs_of(organisation_id, member_id))).scalars().all()
    drop_repairs(session, organisation_id, ids)


def drop_repairs(session: Session, organisation_id: UUID, ids: Collection[UUID]) -> None:
    """Delete these threads with all that was said in them. Ids without a thread are passed over."""
    for some in batches(ids):
        session.execute(
            delete(RepairMessage).where(
                RepairMessage.organisation_id == organisation_id, RepairMessage.repair_id.in_(some)
            )
        )
        session.execute(delete(Repair).where(Repair.organisation_id == organisation_id, Repair.id.in_(some)))


def _drop_expectations(session: Session, organisation_id: UUID, member_id: UUID) -> None:
    """Words, item and date go. A row stays of what was answered and has ended: it counts in its month."""
    counts = and_(Expectation.state.in_(_ENDED), Expectation.answered_at.is_not(None))
    theirs = _expectations_of(organisation_id, member_id)
    session.execute(delete(Expectation).where(*theirs, not_(counts)))
    blank = {
        "need": "",
        "item_id": None,
        "due": None,
        "counter_need": None,
        "counter_due": None,
        "reason": None,
        "alternative": None,
        "hidden": True,
    }
    session.execute(update(Expectation).where(*theirs, counts).values(blank))


def drop_unused(session: Session, organisation_id: UUID, item_ids: Collection[UUID]) -> None:
    """Delete those of these items, and of their handoffs, of which nothing is said any more."""
    for some in batches(item_ids):
        handoffs = select(Handoff.id).where(Handoff.organisation_id == organisation_id, Handoff.item_id.in_(some))
        rated = select(Rating.handoff_id).where(
            Rating.organisation_id == organisation_id, Rating.handoff_id.in_(handoffs)
        )
        session.execute(
            delete(Handoff).where(
                Handoff.organisation_id == organisation_id, Handoff.item_id.in_(some), Handoff.id.not_in(rated)
            )
        )
        used = [
            select(table.item_id).where(table.organisation_id == organisation_id, table.item_id.in_(some))
            for table in (Handoff, Note, Repair, Expectation)
        ]
        session.execute(
            delete(Item).where(
                Item.organisation_id == organisation_id, Item.id.in_(some), *(Item.id.not_in(ids) for ids in used)
            )
        )


def _drop_aliases(session: Session, organisation_id: UUID, member_id: UUID) -> None:
    own = Alias.organisation_id == organisation_id
    session.execute(delete(Alias).where(own, Alias.member_id == member_id))
    session.execute(update(Alias).where(own, Alias.confirmed_by_id == member_id).values(confirmed_by_id=None))


def _drop_releases(session: Session, organisation_id: UUID, member_id: UUID) -> None:
    own = (Release.organisation_id == organisation_id, Release.subject_id == member_id)
    session.execute(
        delete(ReleaseCell).where(
            ReleaseCell.organisation_id == organisation_id, ReleaseCell.release_id.in_(select(Release.id).where(*own))
        )
    )
    session.execute(delete(Release).where(*own))


def _drop_mutes(session: Session, organisation_id: UUID, member_id: UUID) -> None:
    session.execute(
        delete(Mute).where(
            Mute.organisation_id == organisation_id,
            or_(Mute.member_id == member_id, Mute.colleague_id == member_id),
        )
    )


def drop_flags(session: Session, organisation_id: UUID, member_id: UUID) -> None:
    """Delete every pattern flag that names the member."""
    flags = session.execute(select(PatternFlag).where(PatternFlag.organisation_id == organisation_id)).scalars()
    for flag in flags:
        if str(member_id) in flag.members:
            session.delete(flag)


def batches(ids: Collection[UUID]) -> Iterator[Sequence[UUID]]:
    """`ids`, a few hundred at a time."""
    wanted = list(ids)
    for start in range(0, len(wanted), _BATCH):
        yield wanted[start : start + _BATCH]
