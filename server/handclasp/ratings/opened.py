"""Open ratings: named, seen by their subject after the undo window. Works within the caller's transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..auth.caller import Caller
from ..db import insert, utc_now
from ..errors import bad_field, busy, not_found
from ..handoffs.models import Handoff, Item
from ..handoffs.service import SeenItem, record_handoff
from ..people.models import Member
from ..people.service import learn_alias, unlearn_alias
from ..policy.service import UNDO_SECONDS
from ..repairs import service as repairs
from .models import Direction, Rating, Verdict
from .rules import (
    RatingCommand,
    check_cause,
    exists,
    fixed,
    may_rate,
    refuse_unless,
    refuse_while_paused,
    revision_used,
)


def check(command: RatingCommand) -> None:
    """Rule 13: a missed says in one line what would have helped, and nothing else does. Raises 422."""
    check_cause(command)
    missed = command.verdict is Verdict.MISSED
    if missed and not command.what_would_have_helped:
        raise bad_field("#/what_would_have_helped", "Say in one line what would have helped.")
    if not missed and command.what_would_have_helped is not None:
        raise bad_field("#/what_would_have_helped", "Only a missed says what would have helped.")


def own(session: Session, caller: Caller, rating_id: UUID, *, to_change: bool = False) -> Rating | None:
    """The rating with this id; None when there is none; 404 when it is another's (an id tells nothing)."""
    query = select(Rating).where(Rating.organisation_id == caller.organisation_id, Rating.id == rating_id)
    if to_change:
        query = query.with_for_update(of=Rating)
    rating = session.execute(query).scalar_one_or_none()
    if rating is not None and rating.rater_id != caller.member_id:
        raise not_found()
    return rating


def give(
    session: Session, caller: Caller, rating_id: UUID, command: RatingCommand, subject: Member
) -> tuple[Rating, bool]:
    """Store a new rating; False when the same PUT, sent twice at once, came in between."""
    handoff_id = _learn_and_record(session, caller, rating_id, command, subject)
    now = utc_now()
    # RETURNING tells an insert from a conflict on every driver; a row count does not.
    inserted = session.execute(
        insert(Rating)
        .values(
            organisation_id=caller.organisation_id,
            id=rating_id,
            rater_id=caller.member_id,
            handoff_id=handoff_id,
            subject_id=subject.id,
            direction=command.direction,
            verdict=command.verdict,
            what_would_have_helped=command.what_would_have_helped,
            cause=command.cause,
            rater_team_id=caller.team_id,
            subject_team_id=subject.team_id,
            revision=command.revision,
            given_at=now,
            changed_at=now,
            visible_at=_visible_from(now),
        )
        .on_conflict_do_nothing()
        .returning(Rating.id)
    ).scalar_one_or_none()
    if inserted is None:
        standing = _standing(session, caller, handoff_id, command.direction)
        if standing is not None and standing != rating_id:
            raise exists(standing)
    rating = own(session, caller, rating_id)
    if rating is None:
        # The rating that stood in the way was withdrawn at this very moment: there is room now.
        raise busy()
    if inserted is not None:
        _mend(session, rating, before=None)
    return rating, inserted is not None


def _learn_and_record(
    session: Session, caller: Caller, rating_id: UUID, command: RatingCommand, subject: Member
) -> UUID:
    _learn(session, caller, rating_id, command)
    provider_id = command.provider_id(caller.member_id, subject.id)
    return record_handoff(session, caller.organisation_id, command.item, provider_id)


def _learn(session: Session, caller: Caller, rating_id: UUID, command: RatingCommand) -> None:
    item, subject = command.item, command.subject
    learn_alias(session, caller.organisation_id, item.tool, item.host, subject, caller.member_id, rating_id)


def _mend(session: Session, rating: Rating, *, before: Verdict | None) -> None:
    """Rule 13: a missed starts a repair; once it is none any more there is nothing to mend."""
    if rating.verdict is not Verdict.MISSED or rating.what_would_have_helped is None:
        if before is Verdict.MISSED:
            repairs.end(session, rating.organisation_id, rating.id)
        return
    repairs.start(
        session,
        rating.organisation_id,
        rating.id,
        customer_id=rating.rater_id,
        provider_id=rating.subject_id,
        item_id=rating.item.id,
        text=rating.what_would_have_helped,
        visible_at=rating.visible_at,
        anew=before is not Verdict.MISSED,
    )


def change(session: Session, caller: Caller, rating: Rating, command: RatingCommand) -> Rating:
    """Make `rating` stand as `command` says, if its revision is higher. Raises 409 and 422 as `service.put`."""
    if (
        not command.item.is_item(rating.item)
        or command.direction is not rating.direction
        or command.subject.member not in (None, rating.subject_id)
    ):
        raise fixed()
    stands = (rating.verdict, rating.what_would_have_helped, rating.cause)
    wanted = (command.verdict, command.what_would_have_helped, command.cause)
    if command.revision < rating.revision or (command.revision == rating.revision and stands == wanted):
        return rating
    if command.revision == rating.revision:
        raise revision_used(rating.revision)
    if stands == wanted:
        rating.revision = command.revision
        return rating
    revived = rating.withdrawn
    if revived:
        refuse_unless(may_rate(session, caller, rating.subject))
        _learn(session, caller, rating.id, command)
    elif command.verdict is not rating.verdict:
        refuse_while_paused(rating.subject)
    before, now, handoff_id, direction = rating.verdict, utc_now(), rating.handoff_id, rating.direction
    try:
        # Changed inside the savepoint: entering one flushes what was changed before it.
        with session.begin_nested():
            rating.verdict, rating.what_would_have_helped, rating.cause = wanted
            rating.revision = command.revision
            rating.changed_at, rating.visible_at = now, _visible_from(now)
            rating.read_at = rating.withdrawn_at = None
            if revived:
                # It counts in the month, and for the teams, of the day on which it is given again.
                rating.given_at = now
                rating.rater_team_id, rating.subject_team_id = caller.team_id, rating.subject.team_id
    except IntegrityError:
        # It was withdrawn, and the same handoff has been rated again under another id since.
        raise exists(_standing(session, caller, handoff_id, direction)) from None
    _mend(session, rating, before=before)
    return rating


def withdraw(session: Session, rating: Rating, revision: int) -> Rating:
    """Erase verdict and words; again, or with an older revision, nothing happens."""
    if revision < rating.revision or (revision == rating.revision and rating.withdrawn):
        return rating
    if revision == rating.revision:
        raise revision_used(rating.revision)
    before = rating.verdict
    rating.verdict = rating.what_would_have_helped = rating.cause = rating.read_at = None
    rating.revision = revision
    rating.withdrawn_at = rating.changed_at = utc_now()
    unlearn_alias(session, rating.organisation_id, rating.id, rating.rater_id)
    _mend(session, rating, before=before)
    return rating


def mine(session: Session, caller: Caller, item: SeenItem, provider_id: UUID, direction: Direction) -> Rating | None:
    """What the caller says of this handoff at present, if anything."""
    return session.execute(
        select(Rating)
        .join(Handoff, (Handoff.organisation_id == Rating.organisation_id) & (Handoff.id == Rating.handoff_id))
        .join(Item, (Item.organisation_id == Handoff.organisation_id) & (Item.id == Handoff.item_id))
        .where(
            Item.organisation_id == caller.organisation_id,
            Item.tool == item.tool,
            Item.host == item.host,
            Item.key == item.key,
            Handoff.provider_id == provider_id,
            Rating.rater_id == caller.member_id,
            Rating.direction == direction,
            Rating.withdrawn_at.is_(None),
        )
    ).scalar_one_or_none()


def refuse_second(session: Session, caller: Caller, command: RatingCommand, subject: Member) -> None:
    """Rule 1: one rating per (rater, handoff, direction). Raises 409 naming the open one that stands."""
    provider_id = command.provider_id(caller.member_id, subject.id)
    standing = mine(session, caller, command.item, provider_id, command.direction)
    if standing is not None:
        raise exists(standing.id)


def _standing(session: Session, caller: Caller, handoff_id: UUID, direction: Direction) -> UUID | None:
    return session.execute(
        select(Rating.id).where(
            Rating.organisation_id == caller.organisation_id,
            Rating.rater_id == caller.member_id,
            Rating.handoff_id == handoff_id,
            Rating.direction == direction,
            Rating.withdrawn_at.is_(None),
        )
    ).scalar_one_or_none()


def _visible_from(now: datetime) -> datetime:
    return now + timedelta(seconds=UNDO_SECONDS)
