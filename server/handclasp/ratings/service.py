"""Ratings: giving, changing and withdrawing one (rules 1, 2, 8 and 13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..auth.caller import Caller
from ..db import insert, reading, utc_now, writing
from ..errors import Problem, bad_field, busy, not_found
from ..handoffs.models import Handoff, Item
from ..handoffs.service import SeenItem, record_handoff
from ..paging import Page, aware, cut, decode_cursor, encode_cursor
from ..people.models import Member
from ..people.service import SubjectRef, identified, learn_alias, member_count, unlearn_alias
from ..policy.service import UNDO_SECONDS, policy_in_force, teammates_may_rate
from ..repairs import service as repairs
from .models import Direction, Rating, Verdict


@dataclass(frozen=True, slots=True)
class RatingCommand:
    """A whole rating as its rater wants it to stand."""

    revision: int
    item: SeenItem
    subject: SubjectRef
    direction: Direction
    verdict: Verdict
    what_would_have_helped: str | None


@dataclass(frozen=True, slots=True)
class May:
    """Whether something is allowed; if not, `code` for programs and `detail` for people."""

    allowed: bool
    code: str | None = None
    detail: str | None = None


def may_rate(session: Session, caller: Caller, subject: Member) -> May:
    """Rules 2 and 8: nobody rates themselves; in larger organisations teammates thank and do not rate."""
    if subject.id == caller.member_id:
        return May(False, "self", "This is your own work. Colleagues who use it can rate it.")
    same_team = caller.team_id is not None and caller.team_id == subject.team_id
    policy = policy_in_force(session, caller.organisation_id)
    if same_team and not teammates_may_rate(policy, member_count(session, caller.organisation_id)):
        return May(False, "same-team", f"You and {subject.name} are one team: say thank you instead.")
    return May(True)


def put(caller: Caller, rating_id: UUID, command: RatingCommand) -> tuple[Rating, bool]:
    """Make the rating stand as `command` says, and tell whether it is new.

    The same again, and an older revision, change nothing. A higher revision changes the verdict (and revives a
    withdrawn rating), never its item or subject. Raises 404 for another rater's id, 409 `rating-exists` (naming
    the `existing` id), `revision-used` or `rating-fixed`, 422 when a rule refuses it.
    """
    _check_line(command)
    with writing(caller.organisation_id) as session:
        existing = _own(session, caller, rating_id, to_change=True)
        if existing is not None:
            return _change(session, caller, existing, command), False
        rating_is_new = _insert(session, caller, rating_id, command)
        # Not new: the same PUT, sent twice at once, came in between.
        rating = _own(session, caller, rating_id)
        if rating is None:
            # The rating that stood in the way was withdrawn at this very moment: there is room now.
            raise busy()
        if rating_is_new:
            _keep_thread(session, rating)
        return rating, rating_is_new


def _check_line(command: RatingCommand) -> None:
    missed = command.verdict is Verdict.MISSED
    if missed and not command.what_would_have_helped:
        raise bad_field("#/what_would_have_helped", "Say in one line what would have helped.")
    if not missed and command.what_would_have_helped is not None:
        raise bad_field("#/what_would_have_helped", "Only a missed says what would have helped.")


def _insert(session: Session, caller: Caller, rating_id: UUID, command: RatingCommand) -> bool:
    organisation_id, item = caller.organisation_id, command.item
    subject = identified(session, organisation_id, item.tool, item.host, command.subject, "#/subject")
    _refuse_unless(may_rate(session, caller, subject))
    _learn(session, caller, rating_id, command)
    handoff_id = record_handoff(session, organisation_id, item, subject.id)
    now = utc_now()
    # RETURNING tells an insert from a conflict on every driver; a row count does not.
    inserted = session.execute(
        insert(Rating)
        .values(
            organisation_id=organisation_id,
            id=rating_id,
            rater_id=caller.member_id,
            handoff_id=handoff_id,
            subject_id=subject.id,
            direction=command.direction,
            verdict=command.verdict,
            what_would_have_helped=command.what_would_have_helped,
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
            raise _exists(standing)
    return inserted is not None


def _refuse_unless(may: May) -> None:
    if not may.allowed:
        raise bad_field("#/subject", may.detail or "", code=may.code or "refused")


def _learn(session: Session, caller: Caller, rating_id: UUID, command: RatingCommand) -> None:
    item, subject = command.item, command.subject
    learn_alias(session, caller.organisation_id, item.tool, item.host, subject, caller.member_id, rating_id)


def _change(session: Session, caller: Caller, rating: Rating, command: RatingCommand) -> Rating:
    if not command.item.is_item(rating.item) or command.subject.member not in (None, rating.subject_id):
        raise Problem(409, "rating-fixed", "A rating stays about the work and the person it was given for.")
    stands = (rating.verdict, rating.what_would_have_helped)
    wanted = (command.verdict, command.what_would_have_helped)
    if command.revision < rating.revision or (command.revision == rating.revision and stands == wanted):
        return rating
    if command.revision == rating.revision:
        raise _revision_used(rating)
    if stands == wanted:
        rating.revision = command.revision
        return rating
    if rating.withdrawn:
        _refuse_unless(may_rate(session, caller, rating.subject))
        _learn(session, caller, rating.id, command)
    now, handoff_id, direction = utc_now(), rating.handoff_id, rating.direction
    try:
        # Changed inside the savepoint: entering one flushes what was changed before it.
        with session.begin_nested():
            rating.verdict, rating.what_would_have_helped = wanted
            rating.revision = command.revision
            rating.changed_at, rating.visible_at = now, _visible_from(now)
            rating.read_at = rating.withdrawn_at = None
    except IntegrityError:
        # It was withdrawn, and the same handoff has been rated again under another id since.
        raise _exists(_standing(session, caller, handoff_id, direction)) from None
    _keep_thread(session, rating)
    return rating


def _keep_thread(session: Session, rating: Rating) -> None:
    """Rule 13: a *missed* has a thread in which it can be repaired; taken back, it has none any more."""
    if rating.verdict is not Verdict.MISSED or rating.what_would_have_helped is None:
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
    )


def withdraw(caller: Caller, rating_id: UUID, revision: int) -> Rating:
    """Take the rating back: its words and verdict are erased, its id stays known.

    Again, or with an older revision, it changes nothing. Raises 404 for an id that is not the caller's, 409
    `revision-used` when this very revision gave a verdict.
    """
    with writing(caller.organisation_id) as session:
        rating = _own(session, caller, rating_id, to_change=True)
        if rating is None:
            raise not_found()
        if revision < rating.revision or (revision == rating.revision and rating.withdrawn):
            return rating
        if revision == rating.revision:
            raise _revision_used(rating)
        rating.verdict = rating.what_would_have_helped = rating.read_at = None
        rating.revision = revision
        rating.withdrawn_at = rating.changed_at = utc_now()
        unlearn_alias(session, caller.organisation_id, rating_id)
        _keep_thread(session, rating)
        return rating


def get(caller: Caller, rating_id: UUID) -> Rating:
    """The caller's own rating. Raises 404 for any other."""
    with reading(caller.organisation_id) as session:
        rating = _own(session, caller, rating_id)
    if rating is None:
        raise not_found()
    return rating


def given(caller: Caller, *, cursor: str | None, limit: int) -> Page[Rating]:
    """What the caller gave and has not withdrawn, latest change first."""
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


def mine_about(session: Session, caller: Caller, item: SeenItem, subject_id: UUID) -> Rating | None:
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
            Handoff.provider_id == subject_id,
            Rating.rater_id == caller.member_id,
            Rating.direction == Direction.SERVICE,
            Rating.withdrawn_at.is_(None),
        )
    ).scalar_one_or_none()


def _own(session: Session, caller: Caller, rating_id: UUID, *, to_change: bool = False) -> Rating | None:
    """The rating with this id; None when there is none; 404 when it is another's (an id tells nothing)."""
    query = select(Rating).where(Rating.organisation_id == caller.organisation_id, Rating.id == rating_id)
    if to_change:
        query = query.with_for_update(of=Rating)
    rating = session.execute(query).scalar_one_or_none()
    if rating is not None and rating.rater_id != caller.member_id:
        raise not_found()
    return rating


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


def _exists(existing: UUID | None) -> Problem:
    return Problem(
        409,
        "rating-exists",
        "You have rated this handoff already. Change that rating instead.",
        extra={"existing": str(existing)} if existing else None,
    )


def _revision_used(rating: Rating) -> Problem:
    return Problem(
        409,
        "revision-used",
        f"Revision {rating.revision} of this rating says something else. Send a higher one to change it.",
    )
