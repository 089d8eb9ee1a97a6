"""Looks for rings and pile-ons at night, keeps each once, and shows them to admins. It does nothing about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, tuple_, update
from sqlalchemy.orm import Session

from ..audit.models import AuditAction
from ..audit.service import record
from ..auth.caller import Caller
from ..db import new_id, reading, utc_now, writing
from ..errors import not_found
from ..notes.models import Note, NoteKind
from ..paging import Page, aware, cut, decode_cursor, encode_cursor
from ..people.models import Member, Organisation
from ..ratings.models import Rating
from .acts import LOOK_BACK_DAYS, Act, ActKind, Finding
from .finding import find_patterns
from .models import PatternFlag, PatternKind


@dataclass(frozen=True, slots=True)
class Pattern:
    """A flag as admins see it."""

    id: UUID
    kind: PatternKind
    members: Sequence[Member]
    found_on: date
    seen: bool


def look(organisation_id: UUID) -> int:
    """Flag what is to be found tonight, and tell how many flags are new.

    A pattern that was flagged is flagged again only when all it rests on came after the flag. May run any number of
    times, in several workers: the same finding is kept once.
    """
    now = utc_now()
    with reading(organisation_id) as session:
        acts = _acts(session, organisation_id, now)
    findings = find_patterns(acts, now.date())
    if not findings:
        return 0
    with writing(organisation_id) as session:
        # Two workers that look in the same night take turns here.
        session.execute(
            select(Organisation.organisation_id)
            .where(Organisation.organisation_id == organisation_id)
            .with_for_update(of=Organisation)
        )
        standing = (
            session.execute(select(PatternFlag).where(PatternFlag.organisation_id == organisation_id)).scalars().all()
        )
        new = [finding for finding in findings if not any(_tells(flag, finding) for flag in standing)]
        session.add_all(_flag(organisation_id, finding, now) for finding in new)
    return len(new)


def _tells(flag: PatternFlag, finding: Finding) -> bool:
    """True when the flag has told what the finding would tell."""
    if flag.kind is not finding.kind or flag.found_at.date() < finding.since:
        return False
    told = {UUID(member) for member in flag.members}
    return 2 * len(told & finding.members) >= len(told | finding.members)


def _flag(organisation_id: UUID, finding: Finding, now: datetime) -> PatternFlag:
    return PatternFlag(
        organisation_id=organisation_id,
        id=new_id(),
        kind=finding.kind,
        members=sorted(str(member) for member in finding.members),
        acts=finding.acts,
        found_at=now,
    )


def _acts(session: Session, organisation_id: UUID, now: datetime) -> list[Act]:
    """Who turned to whom lately. No verdict and no text is read, and nobody who was erased is named."""
    since = datetime.combine(now.date() - timedelta(days=LOOK_BACK_DAYS), datetime.min.time(), UTC)
    erased = set(
        session.execute(
            select(Member.id).where(Member.organisation_id == organisation_id, Member.erased_at.is_not(None))
        ).scalars()
    )
    return [
        act
        for act in (*_noted(session, organisation_id, since), *_rated(session, organisation_id, since))
        if not erased & {act.giver, act.taker}
    ]


def _noted(session: Session, organisation_id: UUID, since: datetime) -> Iterator[Act]:
    notes = session.execute(
        select(
            Note.author_id,
            Note.recipient_id,
            Note.written_at,
            Note.kind,
            Note.author_team_id,
            Note.recipient_team_id,
        ).where(Note.organisation_id == organisation_id, Note.written_at >= since)
    )
    for giver, taker, at, kind, giver_team, taker_team in notes:
        what = ActKind.THANKS if kind is NoteKind.THANKS else ActKind.WORD
        yield Act(giver, taker, at.date(), what, giver_team, taker_team)


def _rated(session: Session, organisation_id: UUID, since: datetime) -> Iterator[Act]:
    ratings = session.execute(
        select(Rating.rater_id, Rating.subject_id, Rating.given_at, Rating.rater_team_id, Rating.subject_team_id).where(
            Rating.organisation_id == organisation_id, Rating.given_at >= since, Rating.withdrawn_at.is_(None)
        )
    )
    for giver, taker, at, giver_team, taker_team in ratings:
        yield Act(giver, taker, at.date(), ActKind.RATING, giver_team, taker_team)


def patterns(caller: Caller, *, cursor: str | None, limit: int) -> Page[Pattern]:
    """What was flagged, the latest first. Each look is logged for every member to read, also one that finds nothing."""
    query = (
        select(PatternFlag)
        .where(PatternFlag.organisation_id == caller.organisation_id)
        .order_by(PatternFlag.found_at.desc(), PatternFlag.id.desc())
        .limit(limit + 1)
    )
    if cursor is not None:
        query = query.where(
            tuple_(PatternFlag.found_at, PatternFlag.id) < tuple_(*decode_cursor(cursor, _moment_and_id))
        )
    with writing(caller.organisation_id) as session:
        flags = session.execute(query).scalars().all()
        people = _people(session, caller.organisation_id, flags)
        record(session, caller.organisation_id, caller.member_id, AuditAction.NAMED_READ, {"dataset": "patterns"})
    page = cut(flags, limit, lambda last: encode_cursor(last.found_at.isoformat(), str(last.id)))
    return Page([_shown(flag, people) for flag in page.items], page.next)


def _people(session: Session, organisation_id: UUID, flags: Sequence[PatternFlag]) -> dict[UUID, Member]:
    named = {UUID(member) for flag in flags for member in flag.members}
    found = session.execute(select(Member).where(Member.organisation_id == organisation_id, Member.id.in_(named)))
    return {member.id: member for member in found.scalars()}


def _shown(flag: PatternFlag, people: dict[UUID, Member]) -> Pattern:
    members = [people[UUID(member)] for member in flag.members if UUID(member) in people]
    return Pattern(
        id=flag.id,
        kind=flag.kind,
        members=sorted(members, key=lambda member: (member.name, member.id)),
        found_on=flag.found_at.date(),
        seen=flag.seen_at is not None,
    )


def mark_seen(caller: Caller, flag_id: UUID, *, seen: bool) -> None:
    """An admin has looked at a flag, or takes that back. Nothing else happens. Raises 404 for a flag of elsewhere."""
    with writing(caller.organisation_id) as session:
        found = session.execute(
            update(PatternFlag)
            .where(PatternFlag.organisation_id == caller.organisation_id, PatternFlag.id == flag_id)
            .values(seen_at=utc_now() if seen else None)
            .returning(PatternFlag.id)
        ).scalar_one_or_none()
        if found is None:
            raise not_found()


def _moment_and_id(moment: str, key: str) -> tuple[datetime, UUID]:
    return aware(moment), UUID(key)
