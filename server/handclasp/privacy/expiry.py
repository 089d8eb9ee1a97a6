"""What is forgotten by the calendar: open ratings, spent proofs of identity, and settled matters. For the worker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from ..auth.models import AccessToken, AuthorizationCode, ConsoleSession, RefreshToken, SignIn, SignInLink, TokenGrant
from ..db import leave_no_trace, reading, utc_now, writing
from ..handoffs.models import Handoff
from ..notes.models import Note
from ..patterns.models import PatternFlag
from ..policy.models import Attribution, Policy
from ..policy.service import has_come_into_force, policy_in_force
from ..ratings.models import Rating
from ..releases.models import ReleaseRun
from ..repairs.models import Repair
from .forgetting import drop_repairs, drop_unused, sweep
from .models import Erasure

SETTLED_KEPT = timedelta(days=90)
"""How long sign-ins, settled reports and seen flags can be looked up."""
_SWEPT_AGAIN = timedelta(days=7)
_AT_ONCE = 500
"""Ratings in one transaction: other writers wait no longer than that takes."""


def expire(organisation_id: UUID) -> None:
    """Delete what has served its time.

    Open ratings go when they are older than they were promised to get (never longer than the policy allows now), and
    not before their month has been counted. Notes stay: they belong to their recipient.
    """
    now = utc_now()
    while _expire_ratings(organisation_id, now):
        pass
    with writing(organisation_id) as session:
        _sweep_again(session, organisation_id, now)
        _expire_repairs(session, organisation_id, now)
        _expire_proofs(session, organisation_id, now)
        _expire_settled(session, organisation_id, now)
        leave_no_trace(session)


def _sweep_again(session: Session, organisation_id: UUID, now: datetime) -> None:
    """What reached the lately erased after all: on PostgreSQL a colleague may store it at the very moment."""
    lately = session.execute(
        select(Erasure.member_id).where(
            Erasure.organisation_id == organisation_id, Erasure.erased_at > now - _SWEPT_AGAIN
        )
    ).scalars()
    for member_id in lately.all():
        sweep(session, organisation_id, member_id)


def _expire_ratings(organisation_id: UUID, now: datetime) -> bool:
    """Delete some, and tell whether there may be more."""
    with reading(organisation_id) as session:
        counted = _counted_until(session, organisation_id)
        old = [
            and_(Rating.given_at >= since, Rating.given_at < until)
            for since, until in _expired_spans(session, organisation_id, now)
        ]
        if counted is None or not old:
            return False
        rows = session.execute(
            select(Rating.id, Handoff.item_id)
            .join(Handoff, (Handoff.organisation_id == Rating.organisation_id) & (Handoff.id == Rating.handoff_id))
            .where(Rating.organisation_id == organisation_id, Rating.given_at < counted, or_(*old))
            .limit(_AT_ONCE)
        ).all()
    if rows:
        with writing(organisation_id) as session:
            session.execute(
                delete(Rating).where(Rating.organisation_id == organisation_id, Rating.id.in_([row[0] for row in rows]))
            )
            drop_unused(session, organisation_id, {row[1] for row in rows})
    return len(rows) == _AT_ONCE


def _counted_until(session: Session, organisation_id: UUID) -> datetime | None:
    """Up to when open ratings have been counted for their teams; None when none have been."""
    last = session.execute(
        select(ReleaseRun.released_on)
        .where(ReleaseRun.organisation_id == organisation_id, ReleaseRun.attribution == Attribution.OPEN)
        .order_by(ReleaseRun.released_on.desc())
        .limit(1)
    ).scalar_one_or_none()
    return None if last is None else datetime.combine(last, time(), UTC)


def _expired_spans(session: Session, organisation_id: UUID, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """From when to when a rating must have been given to have expired.

    A rating lives as long as the strictest policy in force since it was given says: a longer time binds later ones
    only (rule 12).
    """
    versions: Sequence[Policy] = (
        session.execute(
            select(Policy)
            .where(Policy.organisation_id == organisation_id, *has_come_into_force(now))
            .order_by(Policy.version.desc())
        )
        .scalars()
        .all()
    )
    until, shortest = now, timedelta.max
    for version in versions:
        shortest = min(shortest, timedelta(days=version.retention_days))
        # Whatever is older than the first policy fell under it.
        since = datetime.min.replace(tzinfo=UTC) if version is versions[-1] else version.in_force_at
        if since < now - shortest:
            yield since, min(until, now - shortest)
        until = version.in_force_at


def _expire_repairs(session: Session, organisation_id: UUID, now: datetime) -> None:
    """A thread goes after its rating, once nobody has written in it for as long. A word's stays with its word."""
    kept = timedelta(days=policy_in_force(session, organisation_id, now).retention_days)
    started = [
        exists().where(table.organisation_id == Repair.organisation_id, table.id == Repair.id)
        for table in (Rating, Note)
    ]
    old = session.execute(
        select(Repair).where(
            Repair.organisation_id == organisation_id,
            Repair.changed_at < now - kept,
            *(~start for start in started),
        )
    ).scalars()
    items = {repair.id: repair.item_id for repair in old}
    drop_repairs(session, organisation_id, items)
    drop_unused(session, organisation_id, {item_id for item_id in items.values() if item_id is not None})


def _expire_proofs(session: Session, organisation_id: UUID, now: datetime) -> None:
    """Links, sessions and tokens that prove nothing any more, and grants of which no token is left."""
    for table in (SignInLink, ConsoleSession, AuthorizationCode, AccessToken, RefreshToken):
        session.execute(delete(table).where(table.organisation_id == organisation_id, table.expires_at <= now))
    tokens = [
        exists().where(table.organisation_id == TokenGrant.organisation_id, table.grant_id == TokenGrant.id)
        for table in (AuthorizationCode, AccessToken, RefreshToken)
    ]
    revoked: ColumnElement[bool] = TokenGrant.revoked_at < now - SETTLED_KEPT
    session.execute(
        delete(TokenGrant).where(
            TokenGrant.organisation_id == organisation_id, or_(revoked, and_(*(~token for token in tokens)))
        )
    )
    session.execute(delete(SignIn).where(SignIn.organisation_id == organisation_id, SignIn.at < now - SETTLED_KEPT))


def _expire_settled(session: Session, organisation_id: UUID, now: datetime) -> None:
    session.execute(
        update(Note)
        .where(Note.organisation_id == organisation_id, Note.report_settled_at < now - SETTLED_KEPT)
        .values(reported_at=None, report_reason=None, report_settled_at=None)
    )
    session.execute(
        delete(PatternFlag).where(
            PatternFlag.organisation_id == organisation_id, PatternFlag.seen_at < now - SETTLED_KEPT
        )
    )
