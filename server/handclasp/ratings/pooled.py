"""Pooled ratings: nobody but their rater ever sees one (rule 3). Works within the caller's transaction.

Nothing is written here but the sealed row: no item, no handoff, no alias, no time, no log line. What a caller is told
rests on what they have proven: the id of a rating is random and known to its rater's browsers alone, its body names
the rater, and of a released one only its slot is left, which the request must bring anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..auth.caller import Caller
from ..db import insert, leave_no_trace, utc_now
from ..errors import Problem, bad_field, busy, not_found
from ..handoffs.models import Item
from ..handoffs.service import SeenItem
from ..people.models import Member
from ..people.service import identify, member
from ..policy.models import Attribution, Policy
from ..policy.service import UNDO_SECONDS, next_release_on
from ..sealing import service as sealing
from ..sealing.service import Names
from . import sealed
from .models import Cause, Direction, SealedRating, Verdict
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
from .sealed import SealedBody

_RELEASED_SOON = "60"
"""Seconds after which a rating that is being released may be asked about again."""


@dataclass(frozen=True, slots=True)
class PooledRating:
    """A pooled rating as its rater sees it until it is released. The server does not keep its item."""

    id: UUID
    revision: int
    subject: Member
    direction: Direction
    verdict: Verdict | None
    cause: Cause | None
    given_at: datetime
    changed_at: datetime
    release_on: date | None
    item: Item | None = None
    what_would_have_helped: str | None = None
    visible_at: datetime | None = None
    attribution: Attribution = Attribution.POOLED

    @property
    def withdrawn(self) -> bool:
        """True when the rater has taken it back."""
        return self.verdict is None


@dataclass(frozen=True, slots=True)
class Found:
    """A sealed row that the caller may know of. `body` is None once it has been released."""

    names: Names
    row: SealedRating
    body: SealedBody | None


def check(command: RatingCommand) -> None:
    """A pooled rating carries no words: they would tell whose they are. Raises 422."""
    check_cause(command)
    if command.what_would_have_helped is not None:
        raise bad_field(
            "#/what_would_have_helped",
            "A pooled rating carries no words. Send them as a word in private instead.",
            code="pooled-no-words",
        )


def find(session: Session, caller: Caller, rating_id: UUID, *, to_change: bool = False) -> Found | None:
    """The sealed rating with this id; None when there is none; 404 when it is another's and not released yet."""
    names = sealing.keys(session, caller.organisation_id, hold=to_change).names
    if names is None:
        return None
    query = select(SealedRating).where(
        SealedRating.organisation_id == caller.organisation_id,
        SealedRating.id_mac == sealed.id_mac(names, rating_id),
    )
    row = session.execute(query.with_for_update() if to_change else query).scalar_one_or_none()
    if row is None:
        return None
    body = sealed.opened(session, row)
    if body is not None and body.rater_id != caller.member_id:
        raise not_found()
    if body is None and sealed.was_withdrawn(names, row, rating_id):
        # Its date has passed: there is nothing left to change, and an old retry gives it no second time.
        raise not_found()
    return Found(names, row, body)


def give(
    session: Session, caller: Caller, rating_id: UUID, command: RatingCommand, subject: Member, policy: Policy
) -> tuple[PooledRating, bool]:
    """Seal a new rating; False when the same PUT, sent twice at once, came in between.

    It keeps what the policy promises today, and waits for the next date of today's calendar that leaves it its undo
    window and is not over yet.
    """
    organisation_id, now = caller.organisation_id, utc_now()
    names, period = sealing.names(session, organisation_id), _first_period(session, policy, now)
    body = SealedBody(
        id=rating_id,
        rater_id=caller.member_id,
        subject_id=subject.id,
        rater_team_id=caller.team_id,
        subject_team_id=subject.team_id,
        direction=command.direction,
        verdict=command.verdict,
        cause=command.cause,
        tool=command.item.tool,
        item=_item_mac(names, command.item),
        k=policy.k,
        colluders=policy.colluders,
        breakdown=policy.breakdown,
        calendar=policy.calendar,
        given_at=now,
        changed_at=now,
        revision=command.revision,
    )
    inserted = session.execute(
        insert(SealedRating)
        .values(**sealed.new_row(session, organisation_id, period, body))
        .on_conflict_do_nothing()
        .returning(SealedRating.id_mac)
    ).scalar_one_or_none()
    leave_no_trace(session)
    if inserted is not None:
        return _shown(body, subject, period), True
    found = find(session, caller, rating_id, to_change=True)
    if found is not None:
        return change(session, caller, found, command), False
    refuse_second(session, caller, command, subject)
    # The rating that stood in the way was withdrawn at this very moment: there is room now.
    raise busy()


def _first_period(session: Session, policy: Policy, now: datetime) -> date:
    period = next_release_on(policy, now + timedelta(seconds=UNDO_SECONDS))
    # Over before its date only where the worker's clock was ahead of this one.
    while sealing.is_over(session, policy.organisation_id, period):
        period = next_release_on(policy, datetime.combine(period, time(), UTC))
    return period


def refuse_second(session: Session, caller: Caller, command: RatingCommand, subject: Member) -> None:
    """Rule 1: one rating per (rater, handoff, direction). Raises 409 naming the one that stands, if it still can."""
    provider_id = command.provider_id(caller.member_id, subject.id)
    standing = mine(session, caller, command.item, provider_id, command.direction)
    if standing is None:
        return
    if standing.body is None:
        raise released()
    raise exists(standing.body.id)


def mine(session: Session, caller: Caller, item: SeenItem, provider_id: UUID, direction: Direction) -> Found | None:
    """What the caller has sealed about this handoff, released or not, if anything."""
    names = sealing.standing_names(session, caller.organisation_id)
    if names is None:
        return None
    wanted = sealed.slot_of(names, caller.member_id, _item_mac(names, item), provider_id, direction)
    row = session.execute(
        select(SealedRating).where(SealedRating.organisation_id == caller.organisation_id, SealedRating.slot == wanted)
    ).scalar_one_or_none()
    return None if row is None else Found(names, row, sealed.opened(session, row))


def change(session: Session, caller: Caller, found: Found, command: RatingCommand) -> PooledRating:
    """Make the rating stand as `command` says, if its revision is higher; what it was promised stays.

    Raises 409 and 422 as `service.put`, 409 `rating-released` and 503 `being-released`.
    """
    body = found.body
    if body is None:
        raise _released_to(session, caller, found, command)
    if not _is_about(found.names, body, command):
        raise fixed()
    stands, wanted = (body.verdict, body.cause), (command.verdict, command.cause)
    if command.revision < body.revision or (command.revision == body.revision and stands == wanted):
        return shown(session, found)
    if command.revision == body.revision:
        raise revision_used(body.revision)
    _refuse_once_due(found)
    if body.verdict is not command.verdict:
        subject = _subject(session, found.row.organisation_id, body)
        if body.verdict is None:
            refuse_unless(may_rate(session, caller, subject))
        else:
            refuse_while_paused(subject)
    changed_at = body.changed_at if stands == wanted else utc_now()
    changed = replace(
        body, verdict=command.verdict, cause=command.cause, revision=command.revision, changed_at=changed_at
    )
    return _store(session, caller, found, changed)


def withdraw(session: Session, caller: Caller, found: Found, revision: int) -> PooledRating:
    """Take the verdict back; again, or with an older revision, nothing happens. Raises as `change`."""
    body = found.body
    if body is None:
        raise released()
    if revision < body.revision or (revision == body.revision and body.verdict is None):
        return shown(session, found)
    if revision == body.revision:
        raise revision_used(body.revision)
    _refuse_once_due(found)
    changed = replace(body, verdict=None, cause=None, revision=revision, changed_at=utc_now())
    return _store(session, caller, found, changed)


def taken_back(session: Session, found: Found) -> PooledRating | None:
    """The rating, if its rater has taken it back and it still waits; else None."""
    return None if found.body is None or found.body.verdict is not None else shown(session, found)


def shown(session: Session, found: Found) -> PooledRating:
    """What its rater sees. Raises 404 once it is released: then nobody sees it any more."""
    if found.body is None:
        raise not_found()
    return _shown(found.body, _subject(session, found.row.organisation_id, found.body), found.row.period)


def released() -> Problem:
    """409: it is part of a release, which stays as it is."""
    return Problem(
        409, "rating-released", "This rating has been released with others, and stays as it was. Rate the next handoff."
    )


def _released_to(session: Session, caller: Caller, found: Found, command: RatingCommand) -> Problem:
    """409 for whoever gave it, told by the slot that they bring anew; 404 for anybody else."""
    item = command.item
    subject = identify(session, caller.organisation_id, item.tool, item.host, command.subject)
    if subject is None:
        return not_found()
    provider_id = command.provider_id(caller.member_id, subject.id)
    mac = _item_mac(found.names, item)
    theirs = sealed.slot_of(found.names, caller.member_id, mac, provider_id, command.direction)
    return released() if theirs == found.row.slot else not_found()


def _is_about(names: Names, body: SealedBody, command: RatingCommand) -> bool:
    return (
        _item_mac(names, command.item) == body.item
        and command.direction is body.direction
        and command.subject.member in (None, body.subject_id)
    )


def _item_mac(names: Names, item: SeenItem) -> bytes:
    return sealed.item_mac(names, item.tool, item.host, item.key)


def _refuse_once_due(found: Found) -> None:
    """From its date's midnight on a rating is frozen: who knew that a release is being made could still turn it."""
    if found.row.period is not None and found.row.period <= utc_now().astimezone(UTC).date():
        raise Problem(
            503,
            "being-released",
            "This rating is being released just now. Nothing was changed; look again in a minute.",
            headers={"Retry-After": _RELEASED_SOON},
        )


def _store(session: Session, caller: Caller, found: Found, body: SealedBody) -> PooledRating:
    period = found.row.period
    if period is None:
        raise released()
    row = sealed.new_row(session, caller.organisation_id, period, body)
    if row["slot"] != found.row.slot:
        # Looked for first, because PostgreSQL writes a violated constraint into its log, with names and time.
        _refuse_taken(session, row)
    try:
        with session.begin_nested():
            _write(session, row)
    except IntegrityError:
        _refuse_taken(session, row)
        raise busy() from None
    return _shown(body, _subject(session, caller.organisation_id, body), period)


def _refuse_taken(session: Session, row: Mapping[str, Any]) -> None:
    """It was withdrawn, and the same handoff has been rated again under another id since."""
    standing = session.execute(
        select(SealedRating).where(
            SealedRating.organisation_id == row["organisation_id"], SealedRating.slot == row["slot"]
        )
    ).scalar_one_or_none()
    if standing is not None:
        other = sealed.opened(session, standing)
        raise released() if other is None else exists(other.id)


def _write(session: Session, row: Mapping[str, Any]) -> None:
    session.execute(
        update(SealedRating)
        .where(
            SealedRating.organisation_id == row["organisation_id"],
            SealedRating.id_mac == row["id_mac"],
        )
        .values(slot=row["slot"], body=row["body"])
        .execution_options(synchronize_session=False)
    )
    leave_no_trace(session)


def _subject(session: Session, organisation_id: UUID, body: SealedBody) -> Member:
    found = member(session, organisation_id, body.subject_id)
    if found is None:
        raise not_found()
    return found


def _shown(body: SealedBody, subject: Member, period: date | None) -> PooledRating:
    return PooledRating(
        id=body.id,
        revision=body.revision,
        subject=subject,
        direction=body.direction,
        verdict=body.verdict,
        cause=body.cause,
        given_at=body.given_at,
        changed_at=body.changed_at,
        release_on=period,
    )
