"""Making releases: on the calendar, once, by whichever worker comes first (rule 4).

A date's ratings are frozen from its midnight (UTC) on. One transaction takes the date (the key of `ReleaseRun` admits
one), stores the releases, erases what was released, seals what waits anew and destroys the date's key: a worker that
is stopped at any point leaves nothing behind, and the next one makes the date whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..db import reading, utc_now, writing
from ..handoffs.models import Handoff, Item
from ..people.models import Member
from ..policy.models import Attribution, Calendar
from ..policy.service import PolicyHistory, next_release_on, policy_history, policy_in_force, release_dates
from ..ratings import sealed
from ..ratings.models import Rating
from ..repairs.models import Repair, RepairState
from .dates import take_date
from .decision import Ballot, Batch, Outcome, decide, waits_too_long
from .models import Release, ReleaseCell, ReleaseRun
from .open_figures import team_figures


def release_due(organisation_id: UUID) -> list[date]:
    """Make every release whose date has come, the earliest first; returns the dates that were made here."""
    today = utc_now().date()
    pooled = [on for on in overdue(organisation_id) if _release_pooled(organisation_id, on)]
    opened = [on for on in _open_dates(organisation_id, today) if _count_open(organisation_id, on)]
    return sorted({*pooled, *opened})


def overdue(organisation_id: UUID) -> Sequence[date]:
    """Dates that have come and for which pooled ratings still wait, the earliest first."""
    today = utc_now().date()
    with reading(organisation_id) as session:
        return [on for on in sealed.periods(session, organisation_id) if on <= today]


def _release_pooled(organisation_id: UUID, on: date) -> bool:
    with writing(organisation_id) as session:
        if not take_date(session, organisation_id, on, Attribution.POOLED):
            return False
        rows = sealed.pending(session, organisation_id, on)
        members = _members(session, organisation_id)
        next_on = next_release_on(policy_in_force(session, organisation_id), _midnight(on))
        outcome = decide(
            [_ballot(row) for row in rows],
            on=on,
            next_on=next_on,
            away=frozenset(member.id for member in members if member.left_at is not None),
        )
        _store_pooled(session, organisation_id, on, next_on, outcome, rows)
        return True


def _members(session: Session, organisation_id: UUID) -> Sequence[Member]:
    return session.execute(select(Member).where(Member.organisation_id == organisation_id)).scalars().all()


def _ballot(row: sealed.Pending) -> Ballot:
    body = row.body
    if body.verdict is None:
        raise AssertionError("what was withdrawn does not wait for a release")
    return Ballot(
        key=row.id_mac,
        rater=body.rater_id,
        subject=body.subject_id,
        rater_team=body.rater_team_id,
        subject_team=body.subject_team_id,
        direction=body.direction,
        verdict=body.verdict,
        cause=body.cause,
        tool=body.tool,
        k=body.k,
        colluders=body.colluders,
        breakdown=body.breakdown,
        given_at=body.given_at,
        changed_at=body.changed_at,
    )


def _store_pooled(
    session: Session,
    organisation_id: UUID,
    on: date,
    next_on: date,
    outcome: Outcome,
    rows: Sequence[sealed.Pending],
) -> None:
    _store(session, organisation_id, on, Attribution.POOLED, outcome.batches)
    released = frozenset[bytes]().union(*(batch.keys for batch in outcome.batches))
    sealed.erase_bodies(session, organisation_id, released)
    sealed.drop(session, organisation_id, outcome.dropped)
    _let_wait(session, organisation_id, on, next_on, [row for row in rows if row.id_mac in outcome.waiting])
    sealed.close_period(session, organisation_id, on)


def _let_wait(session: Session, organisation_id: UUID, on: date, next_on: date, rows: Iterable[sealed.Pending]) -> None:
    """Rule 12: each waits for the next date of its own calendar, where that is later than today's `next_on`."""
    resealed: list[tuple[bytes, sealed.SealedBody, date]] = []
    dropped: list[bytes] = []
    for row in rows:
        until = max(next_on, next_release_on(row.body.calendar, _midnight(on)))
        if waits_too_long(row.body.given_at, until):
            dropped.append(row.id_mac)
        else:
            resealed.append((row.id_mac, row.body, until))
    sealed.drop(session, organisation_id, dropped)
    sealed.rewrite(session, organisation_id, resealed)


def _store(
    session: Session, organisation_id: UUID, on: date, attribution: Attribution, batches: Iterable[Batch]
) -> None:
    for batch in batches:
        release = Release(
            organisation_id=organisation_id,
            # Random: of ids in order, two readers could tell how many releases lie between theirs.
            id=uuid4(),
            released_on=on,
            attribution=attribution,
            direction=batch.direction,
            subject_id=batch.subject,
            team_id=batch.team,
            breakdown=batch.breakdown,
            raters=batch.raters,
        )
        session.add(release)
        session.add_all(_cells(release, batch))


def _cells(release: Release, batch: Batch) -> Iterable[ReleaseCell]:
    for position, cell in enumerate(batch.cells):
        counts = {verdict.value: count for verdict, count in cell.published.counts.items()}
        yield ReleaseCell(
            organisation_id=release.organisation_id,
            release_id=release.id,
            position=position,
            label=cell.label,
            raters=cell.raters,
            form=cell.published.form,
            leading=cell.published.leading,
            repaired=cell.repaired,
            causes={cause.value: count for cause, count in cell.causes.items()},
            **counts,
        )


def _open_dates(organisation_id: UUID, today: date) -> Iterable[date]:
    """Firsts of a month that have come since the first open rating, and have not been made."""
    with reading(organisation_id) as session:
        first = session.execute(
            select(func.min(Rating.given_at)).where(Rating.organisation_id == organisation_id)
        ).scalar()
        made = session.execute(
            select(func.max(ReleaseRun.released_on)).where(
                ReleaseRun.organisation_id == organisation_id, ReleaseRun.attribution == Attribution.OPEN
            )
        ).scalar()
    if first is None:
        return ()
    return release_dates(Calendar.MONTHLY, max(made or date.min, first.astimezone(UTC).date()), today)


def _count_open(organisation_id: UUID, on: date) -> bool:
    month = _month_before(on)
    with writing(organisation_id) as session:
        if not take_date(session, organisation_id, on, Attribution.OPEN):
            return False
        history = policy_history(session, organisation_id)
        ballots = [
            _open_ballot(rating, item, history) for rating, item in _open_ratings(session, organisation_id, month, on)
        ]
        repaired = session.execute(
            select(Repair.id).where(Repair.organisation_id == organisation_id, Repair.state == RepairState.REPAIRED)
        ).scalars()
        batches = team_figures(ballots, repaired=frozenset(repair.bytes for repair in repaired))
        _store(session, organisation_id, on, Attribution.OPEN, batches)
        return True


def _open_ratings(session: Session, organisation_id: UUID, start: date, end: date) -> Iterable[tuple[Rating, Item]]:
    rows = session.execute(
        select(Rating, Item)
        .join(Handoff, (Handoff.organisation_id == Rating.organisation_id) & (Handoff.id == Rating.handoff_id))
        .join(Item, (Item.organisation_id == Handoff.organisation_id) & (Item.id == Handoff.item_id))
        .where(
            Rating.organisation_id == organisation_id,
            Rating.withdrawn_at.is_(None),
            Rating.given_at >= _midnight(start),
            Rating.given_at < _midnight(end),
        )
    )
    return ((rating, item) for rating, item in rows)


def _open_ballot(rating: Rating, item: Item, history: PolicyHistory) -> Ballot:
    if rating.verdict is None:
        raise AssertionError("a rating that was not withdrawn has a verdict")
    promised = history.at(rating.given_at)
    return Ballot(
        key=rating.id.bytes,
        rater=rating.rater_id,
        subject=rating.subject_id,
        rater_team=rating.rater_team_id,
        subject_team=rating.subject_team_id,
        direction=rating.direction,
        verdict=rating.verdict,
        cause=rating.cause,
        tool=item.tool,
        k=promised.k,
        colluders=promised.colluders,
        breakdown=promised.breakdown,
        given_at=rating.given_at,
        changed_at=rating.changed_at,
    )


def _month_before(on: date) -> date:
    return date(on.year - (on.month == 1), (on.month - 2) % 12 + 1, 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
