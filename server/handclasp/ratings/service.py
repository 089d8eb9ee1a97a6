"""Ratings: giving, changing and withdrawing one, open or pooled. Each function is one transaction.

An id that stands among the open ratings stays open for ever, and a sealed one stays sealed; a new id goes by the
policy in force.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from ..auth.caller import Caller
from ..db import reading, writing
from ..errors import not_found
from ..handoffs.service import SeenItem
from ..limits import service as limits
from ..paging import Page, aware, cut, decode_cursor, encode_cursor
from ..people.service import identified
from ..policy.models import Attribution, Policy
from ..policy.service import policy_in_force
from . import opened, pooled
from .models import Direction, Rating
from .pooled import PooledRating
from .rules import May, RatingCommand, attribution_changed, may_rate, refuse_unless

AnyRating = Rating | PooledRating


def put(caller: Caller, rating_id: UUID, command: RatingCommand) -> tuple[AnyRating, bool]:
    """Make the rating stand as `command` says, and tell whether it is new.

    The same again, and an older revision, change nothing. A higher revision changes the verdict (and revives a
    withdrawn rating), never its item, subject or direction. Raises 404 for another rater's id, 409 `rating-exists`
    (naming the `existing` id), `revision-used`, `rating-fixed`, `rating-released` or `attribution-changed`, 503
    `being-released`, 429 `limit`, 422 when a rule refuses it.
    """
    with writing(caller.organisation_id) as session:
        open_one = opened.own(session, caller, rating_id, to_change=True)
        if open_one is not None:
            opened.check(command)
            if open_one.withdrawn and command.revision > open_one.revision:
                pooled.refuse_second(session, caller, command, open_one.subject)
                _refuse_unless_still(session, caller, Attribution.OPEN)
            return opened.change(session, caller, open_one, command), False
        sealed_one = pooled.find(session, caller, rating_id, to_change=True)
        if sealed_one is not None:
            pooled.check(command)
            taken_back = pooled.taken_back(session, sealed_one)
            if taken_back is not None and command.revision > taken_back.revision:
                opened.refuse_second(session, caller, command, taken_back.subject)
                _refuse_unless_still(session, caller, Attribution.POOLED)
            return pooled.change(session, caller, sealed_one, command), False
        policy = policy_in_force(session, caller.organisation_id)
        return _give(session, caller, rating_id, command, policy)


def _refuse_unless_still(session: Session, caller: Caller, attribution: Attribution) -> None:
    """What was taken back is given again only as it was given: its id stays of one kind. Raises 409."""
    present = policy_in_force(session, caller.organisation_id).attribution
    if present is not attribution:
        raise attribution_changed(present)


def _give(
    session: Session, caller: Caller, rating_id: UUID, command: RatingCommand, policy: Policy
) -> tuple[AnyRating, bool]:
    is_pooled = policy.attribution is Attribution.POOLED
    if command.attribution is Attribution.POOLED and not is_pooled:
        # Rules 3 and 12: what was clicked as nobody's to see is not stored with a name.
        raise attribution_changed(policy.attribution)
    (pooled if is_pooled else opened).check(command)
    item = command.item
    subject = identified(session, caller.organisation_id, item.tool, item.host, command.subject, "#/subject")
    refuse_unless(may_rate(session, caller, subject, policy))
    if is_pooled:
        opened.refuse_second(session, caller, command, subject)
        rating, is_new = pooled.give(session, caller, rating_id, command, subject, policy)
    else:
        pooled.refuse_second(session, caller, command, subject)
        rating, is_new = opened.give(session, caller, rating_id, command, subject)
    if is_new:
        limits.count(session, caller.organisation_id, limits.What.RATING, caller.member_id, subject.id)
    return rating, is_new


def withdraw(caller: Caller, rating_id: UUID, revision: int) -> AnyRating:
    """Take the rating back: its words and verdict are erased, its id stays known.

    Again, or with an older revision, it changes nothing. Raises 404 for an id that is not the caller's, 409
    `revision-used` when this very revision gave a verdict, 409 `rating-released`, 503 `being-released`.
    """
    with writing(caller.organisation_id) as session:
        open_one = opened.own(session, caller, rating_id, to_change=True)
        if open_one is not None:
            return opened.withdraw(session, open_one, revision)
        sealed_one = pooled.find(session, caller, rating_id, to_change=True)
        if sealed_one is None:
            raise not_found()
        return pooled.withdraw(session, caller, sealed_one, revision)


def get(caller: Caller, rating_id: UUID) -> AnyRating:
    """The caller's own rating. Raises 404 for any other, and for a pooled one that has been released."""
    with reading(caller.organisation_id) as session:
        open_one = opened.own(session, caller, rating_id)
        if open_one is not None:
            return open_one
        sealed_one = pooled.find(session, caller, rating_id)
        if sealed_one is None:
            raise not_found()
        return pooled.shown(session, sealed_one)


def given(caller: Caller, *, cursor: str | None, limit: int) -> Page[Rating]:
    """What the caller gave openly and has not withdrawn, latest change first. Pooled ratings are listed nowhere."""
    query = (
        select(Rating)
        .where(
            Rating.organisation_id == caller.organisation_id,
            Rating.rater_id == caller.member_id,
            Rating.withdrawn_at.is_(None),
        )
        .order_by(Rating.changed_at.desc(), Rating.id.desc())
        .limit(limit + 1)
    )
    if cursor is not None:
        changed_at, rating_id = decode_cursor(cursor, _moment_and_id)
        query = query.where(tuple_(Rating.changed_at, Rating.id) < tuple_(changed_at, rating_id))
    with reading(caller.organisation_id) as session:
        rows = session.execute(query).scalars().all()
    return cut(rows, limit, lambda last: encode_cursor(last.changed_at.isoformat(), str(last.id)))


def _moment_and_id(moment: str, rating_id: str) -> tuple[datetime, UUID]:
    return aware(moment), UUID(rating_id)


@dataclass(frozen=True, slots=True)
class Mine:
    """What the caller said of a handoff, and whether they may rate it. A released pooled rating is not shown."""

    rating: AnyRating | None
    rate: May


def mine_about(
    session: Session, caller: Caller, item: SeenItem, provider_id: UUID, direction: Direction, may: May
) -> Mine:
    """What the caller says of this handoff at present; `may` is what holds if they have said nothing yet."""
    open_one = opened.mine(session, caller, item, provider_id, direction)
    if open_one is not None:
        return Mine(open_one, may)
    sealed_one = pooled.mine(session, caller, item, provider_id, direction)
    if sealed_one is None:
        return Mine(None, may)
    if sealed_one.body is None:
        return Mine(None, May(False, "released", pooled.released().detail))
    return Mine(pooled.shown(session, sealed_one), may)
