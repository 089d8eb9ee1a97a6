"""Members who leave, and two accounts that turn out to be one person."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session, aliased

from ..audit.models import AuditAction, AuditEntry
from ..audit.service import ABOUT, record
from ..auth import service as sign_in
from ..auth import tokens
from ..db import leave_no_trace, utc_now, writing
from ..errors import Problem, not_found
from ..expectations.models import Expectation
from ..exports.models import NamedExport
from ..handoffs.models import Handoff
from ..mutes.models import Mute, Quiet
from ..notes.models import Note
from ..people.models import Alias, Member, Role
from ..policy.models import Policy
from ..ratings import sealed
from ..ratings.models import Direction, Rating
from ..releases.models import Release
from ..repairs.models import Repair, RepairMessage
from ..sealing import service as sealing
from .forgetting import batches, bury, drop_flags, drop_repairs, end_access
from .service import refuse_only_admin


def leave(organisation_id: UUID, member_id: UUID) -> Member:
    """Note that a member has left. All their sessions and connections end at once; what they gave stays.

    Again, it changes nothing. Raises 404 for nobody of this organisation, 409 `only-admin`.
    """
    with writing(organisation_id) as session:
        leaver = _locked(session, organisation_id, member_id)
        if leaver.left_at is None:
            refuse_only_admin(session, leaver)
            leaver.left_at = utc_now()
        sign_in.end_all(session, organisation_id, member_id)
        tokens.end_all(session, organisation_id, member_id)
        return leaver


def _locked(session: Session, organisation_id: UUID, member_id: UUID) -> Member:
    found = session.execute(
        select(Member)
        .where(Member.organisation_id == organisation_id, Member.id == member_id)
        .with_for_update(of=Member)
    ).scalar_one_or_none()
    if found is None or found.erased_at is not None:
        raise not_found()
    return found


def merge(organisation_id: UUID, former_id: UUID, into_id: UUID) -> Member:
    """Make everything of one account another's, who is the same person; all at once or not at all.

    What the two said of each other goes: nobody rates or thanks themselves. Of two ratings of one handoff the one
    changed later stays. The former account's sessions and connections end, its row points at nobody. Raises 404 for
    nobody of this organisation, 409 `same-account`, `only-admin` or `representative`.
    """
    if former_id == into_id:
        raise Problem(409, "same-account", "These are one account already. Name two.")
    with writing(organisation_id) as session:
        former, into = (_locked(session, organisation_id, who) for who in (former_id, into_id))
        _check(session, former, into)
        sealed.merge_member(session, organisation_id, former_id, into_id)
        _merge_ratings(session, organisation_id, former_id, into_id)
        _drop_twins(session, organisation_id, into_id)
        _merge_notes(session, organisation_id, former_id, into_id)
        _merge_agreements(session, organisation_id, former_id, into_id)
        _merge_mutes(session, organisation_id, former_id, into_id)
        _rename(session, organisation_id, former_id, into_id)
        drop_flags(session, organisation_id, former_id)
        end_access(session, organisation_id, former_id)
        into.paused = into.paused or former.paused
        bury(former, utc_now())
        detail = {ABOUT: str(into_id), "from": str(former_id)}
        record(session, organisation_id, None, AuditAction.MERGE, detail)
        leave_no_trace(session)
        return into


def _check(session: Session, former: Member, into: Member) -> None:
    if into.left_at is not None:
        raise Problem(409, "left", f"{into.name} has left. Merge the other way round, or invite them back first.")
    if former.role is Role.ADMIN and into.role is not Role.ADMIN:
        refuse_only_admin(session, former)
    named = session.execute(
        select(Policy.version).where(
            Policy.organisation_id == former.organisation_id, Policy.representative_id == former.id
        )
    ).first()
    if named is not None and into.role is Role.ADMIN:
        raise Problem(
            409,
            "representative",
            f"{former.name} is the employee representative, and an admin cannot be. Merge the other way round.",
        )


def _merge_ratings(session: Session, organisation_id: UUID, former_id: UUID, into_id: UUID) -> None:
    own = Rating.organisation_id == organisation_id
    both = (former_id, into_id)
    between = select(Rating.id).where(own, Rating.rater_id.in_(both), Rating.subject_id.in_(both))
    _drop_ratings(session, organisation_id, session.execute(between).scalars().all())
    twins = _twin_handoffs(session, organisation_id, former_id, into_id)
    _drop_ratings(session, organisation_id, _doubled(session, organisation_id, former_id, into_id, twins))
    session.execute(update(Rating).where(own, Rating.rater_id == former_id).values(rater_id=into_id))
    session.execute(update(Rating).where(own, Rating.subject_id == former_id).values(subject_id=into_id))
    for former_handoff, into_handoff in twins.items():
        session.execute(update(Rating).where(own, Rating.handoff_id == former_handoff).values(handoff_id=into_handoff))
    handoffs = Handoff.organisation_id == organisation_id
    session.execute(delete(Handoff).where(handoffs, Handoff.id.in_(list(twins))))
    session.execute(update(Handoff).where(handoffs, Handoff.provider_id == former_id).values(provider_id=into_id))


def _twin_handoffs(session: Session, organisation_id: UUID, former_id: UUID, into_id: UUID) -> dict[UUID, UUID]:
    """The former account's handoffs on items of which the other has one, too."""
    into = aliased(Handoff)
    rows = session.execute(
        select(Handoff.id, into.id)
        .join(into, (into.organisation_id == Handoff.organisation_id) & (into.item_id == Handoff.item_id))
        .where(
            Handoff.organisation_id == organisation_id,
            Handoff.provider_id == former_id,
            into.provider_id == into_id,
        )
    ).all()
    return {row[0]: row[1] for row in rows}


def _doubled(
    session: Session, organisation_id: UUID, former_id: UUID, into_id: UUID, twins: Mapping[UUID, UUID]
) -> list[UUID]:
    """Ratings that would stand beside a later one of the same (rater, handoff, direction)."""
    both = (former_id, into_id)
    rows = session.execute(
        select(Rating.id, Rating.rater_id, Rating.handoff_id, Rating.direction)
        .where(
            Rating.organisation_id == organisation_id,
            Rating.withdrawn_at.is_(None),
            or_(Rating.rater_id.in_(both), Rating.subject_id.in_(both)),
        )
        .order_by(Rating.changed_at.desc(), Rating.id.desc())
    ).all()
    taken: set[tuple[UUID, UUID, Direction]] = set()
    doubled: list[UUID] = []
    for rating_id, rater_id, handoff_id, direction in rows:
        rater = into_id if rater_id == former_id else rater_id
        place = (rater, twins.get(handoff_id, handoff_id), direction)
        if place in taken:
            doubled.append(rating_id)
        taken.add(place)
    return doubled


def _drop_ratings(session: Session, organisation_id: UUID, ids: Collection[UUID]) -> None:
    drop_repairs(session, organisation_id, ids)
    for some in batches(ids):
        session.execute(delete(Rating).where(Rating.organisation_id == organisation_id, Rating.id.in_(some)))


def _drop_twins(session: Session, organisation_id: UUID, member_id: UUID) -> None:
    """Rule 1: of an open and a pooled rating of one handoff the one changed later stays, or the released one."""
    names = sealing.standing_names(session, organisation_id)
    if names is None:
        return
    waiting = {
        row.slot: row
        for period in sealed.periods(session, organisation_id)
        for row in sealed.pending(session, organisation_id, period)
    }
    released = sealed.released_slots(session, organisation_id)
    open_ones: list[UUID] = []
    sealed_ones: list[bytes] = []
    for rating in _standing_ratings(session, organisation_id, member_id):
        item = sealed.item_mac(names, rating.item.tool, rating.item.host, rating.item.key)
        provider_id = rating.subject_id if rating.direction is Direction.SERVICE else rating.rater_id
        place = sealed.slot_of(names, rating.rater_id, item, provider_id, rating.direction)
        twin = waiting.get(place)
        if place in released or (twin is not None and twin.body.changed_at > rating.changed_at):
            open_ones.append(rating.id)
        elif twin is not None:
            sealed_ones.append(twin.id_mac)
    sealed.drop(session, organisation_id, sealed_ones)
    _drop_ratings(session, organisation_id, open_ones)


def _standing_ratings(session: Session, organisation_id: UUID, member_id: UUID) -> Sequence[Rating]:
    query = select(Rating).where(
        Rating.organisation_id == organisation_id,
        Rating.withdrawn_at.is_(None),
        or_(Rating.rater_id == member_id, Rating.subject_id == member_id),
    )
    # What was read before the accounts became one names the former still.
    return session.execute(query.execution_options(populate_existing=True)).scalars().all()


def _merge_notes(session: Session, organisation_id: UUID, former_id: UUID, into_id: UUID) -> None:
    own, both = Note.organisation_id == organisation_id, (former_id, into_id)
    between = (own, Note.author_id.in_(both), Note.recipient_id.in_(both))
    drop_repairs(session, organisation_id, session.execute(select(Note.id).where(*between)).scalars().all())
    session.execute(delete(Note).where(*between))
    session.execute(update(Note).where(own, Note.author_id == former_id).values(author_id=into_id))
    session.execute(update(Note).where(own, Note.recipient_id == former_id).values(recipient_id=into_id))


def _merge_agreements(session: Session, organisation_id: UUID, former_id: UUID, into_id: UUID) -> None:
    both = (former_id, into_id)
    threads = select(Repair.id).where(
        Repair.organisation_id == organisation_id, Repair.customer_id.in_(both), Repair.provider_id.in_(both)
    )
    drop_repairs(session, organisation_id, session.execute(threads).scalars().all())
    session.execute(
        delete(Expectation).where(
            Expectation.organisation_id == organisation_id,
            Expectation.customer_id.in_(both),
            Expectation.provider_id.in_(both),
        )
    )
    for table in (Repair, Expectation):
        own = table.organisation_id == organisation_id
        session.execute(update(table).where(own, table.customer_id == former_id).values(customer_id=into_id))
        session.execute(update(table).where(own, table.provider_id == former_id).values(provider_id=into_id))
    session.execute(
        update(RepairMessage)
        .where(RepairMessage.organisation_id == organisation_id, RepairMessage.author_id == former_id)
        .values(author_id=into_id)
    )


def _merge_mutes(session: Session, organisation_id: UUID, former_id: UUID, into_id: UUID) -> None:
    """Where both kept somebody away, or were kept away by somebody, the stronger holds."""
    both = (former_id, into_id)
    theirs = (
        Mute.organisation_id == organisation_id,
        or_(Mute.member_id.in_(both), Mute.colleague_id.in_(both)),
    )
    rows = session.execute(select(Mute.member_id, Mute.colleague_id, Mute.kind).where(*theirs)).all()
    merged: dict[tuple[UUID, UUID], Quiet] = {}
    for member_id, colleague_id, kind in rows:
        who = into_id if member_id == former_id else member_id
        whom = into_id if colleague_id == former_id else colleague_id
        if who != whom and merged.get((who, whom)) is not Quiet.BLOCK:
            merged[who, whom] = kind
    session.execute(delete(Mute).where(*theirs))
    session.add_all(
        Mute(organisation_id=organisation_id, member_id=who, colleague_id=whom, kind=kind)
        for (who, whom), kind in merged.items()
    )


def _rename(session: Session, organisation_id: UUID, former_id: UUID, into_id: UUID) -> None:
    """What merely names the account names the other from now on."""
    log = session.execute(select(AuditEntry).where(AuditEntry.organisation_id == organisation_id)).scalars()
    for entry in log:
        if entry.detail.get(ABOUT) == str(former_id):
            entry.detail = {**entry.detail, ABOUT: str(into_id)}
    for table, column in (
        (Alias, Alias.member_id),
        (Alias, Alias.confirmed_by_id),
        (Release, Release.subject_id),
        (AuditEntry, AuditEntry.actor_id),
        (NamedExport, NamedExport.asked_by_id),
        (NamedExport, NamedExport.countersigned_by_id),
        (Policy, Policy.published_by_id),
        (Policy, Policy.countersigned_by_id),
        (Policy, Policy.representative_id),
    ):
        session.execute(
            update(table).where(table.organisation_id == organisation_id, column == former_id).values({column: into_id})
        )
