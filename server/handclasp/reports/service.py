"""Reports: computed from releases only, so that nothing here can be brought forward, refined or subtracted (rule 5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..auth.caller import Caller
from ..db import reading, utc_now
from ..people.models import Team
from ..policy.models import Attribution, Breakdown
from ..policy.service import next_release_on, policy_in_force
from ..ratings.models import Direction, Rating, Verdict
from ..releases.models import Release
from ..releases.showing import ShownCell, ShownRelease, shown

_WHY_NOTHING_YET = (
    "Ratings here are pooled. You see them together, on the first of a month or quarter, once at least {k} different "
    "colleagues have rated you since the last time. With fewer they count for your team, or wait, at most 180 days. "
    "How many there are is shown to nobody, not even to you: from watching a number grow one could tell who gave what. "
    "Thank-you notes and words in private come at once."
)


@dataclass(frozen=True, slots=True)
class ServiceMonth:
    """What open ratings said of the caller in a month."""

    month: str
    direction: Direction
    missed: int
    met: int
    exceeded: int


@dataclass(frozen=True, slots=True)
class MyService:
    """The caller's own releases and months, the latest first."""

    attribution: Attribution
    releases: Sequence[ShownRelease]
    months: Sequence[ServiceMonth]
    why_nothing_yet: str | None
    next_release_on: date | None


def my_service(caller: Caller) -> MyService:
    """What the caller may see of their own service over time."""
    now = utc_now()
    with reading(caller.organisation_id) as session:
        policy = policy_in_force(session, caller.organisation_id)
        releases = (
            session.execute(
                select(Release)
                .where(Release.organisation_id == caller.organisation_id, Release.subject_id == caller.member_id)
                .order_by(Release.released_on.desc(), Release.direction)
            )
            .scalars()
            .all()
        )
        pooled = policy.attribution is Attribution.POOLED
        return MyService(
            attribution=policy.attribution,
            releases=shown(session, caller.organisation_id, releases),
            months=_months(session, caller),
            why_nothing_yet=_WHY_NOTHING_YET.format(k=policy.k) if pooled and not releases else None,
            next_release_on=next_release_on(policy, now) if pooled else None,
        )


def _months(session: Session, caller: Caller) -> list[ServiceMonth]:
    rows = session.execute(
        select(Rating.given_at, Rating.direction, Rating.verdict).where(
            Rating.organisation_id == caller.organisation_id,
            Rating.subject_id == caller.member_id,
            Rating.withdrawn_at.is_(None),
            Rating.visible_at <= utc_now(),
        )
    )
    counts: defaultdict[tuple[str, Direction], dict[Verdict, int]] = defaultdict(lambda: dict.fromkeys(Verdict, 0))
    for given_at, direction, verdict in rows:
        if verdict is not None:
            counts[f"{given_at:%Y-%m}", direction][verdict] += 1
    return [
        ServiceMonth(month, direction, said[Verdict.MISSED], said[Verdict.MET], said[Verdict.EXCEEDED])
        for (month, direction), said in sorted(counts.items(), reverse=True)
    ]


@dataclass(frozen=True, slots=True)
class TeamReport:
    """One team's figures, the latest first."""

    team: Team
    releases: Sequence[ShownRelease]


def team_reports(organisation_id: UUID, dates: int) -> list[TeamReport]:
    """Every team that has a figure on one of the last `dates` release dates, by name."""
    with reading(organisation_id) as session:
        teams = _teams(session, organisation_id)
        releases = _team_releases(session, organisation_id, dates)
    by_team: defaultdict[UUID | None, list[ShownRelease]] = defaultdict(list)
    for release in releases:
        by_team[release.team_id].append(release)
    return [
        TeamReport(team, by_team[team.id])
        for team in sorted(teams.values(), key=lambda team: team.name)
        if team.id in by_team
    ]


@dataclass(frozen=True, slots=True)
class Edge:
    """What one team's members said of another's on a date."""

    released_on: date
    direction: Direction
    from_team: Team | None
    to_team: Team
    cell: ShownCell


def edges(organisation_id: UUID, dates: int) -> list[Edge]:
    """Every cell of a team release that is broken down by customer team, the latest date first.

    None where the policy breaks releases down otherwise, or not at all.
    """
    with reading(organisation_id) as session:
        teams = {str(team_id): team for team_id, team in _teams(session, organisation_id).items()}
        releases = _team_releases(session, organisation_id, dates)
    return [
        Edge(
            released_on=release.released_on,
            direction=release.direction,
            from_team=teams.get(cell.label) if cell.label else None,
            to_team=teams[str(release.team_id)],
            cell=cell,
        )
        for release in releases
        if release.breakdown in (Breakdown.CUSTOMER_TEAM, Breakdown.CAUSE)
        for cell in release.cells
    ]


def _teams(session: Session, organisation_id: UUID) -> dict[UUID, Team]:
    teams = session.execute(select(Team).where(Team.organisation_id == organisation_id)).scalars()
    return {team.id: team for team in teams}


def _team_releases(session: Session, organisation_id: UUID, dates: int) -> list[ShownRelease]:
    since = _since(session, organisation_id, dates)
    releases = (
        session.execute(
            select(Release)
            .where(
                Release.organisation_id == organisation_id,
                Release.team_id.is_not(None),
                Release.released_on >= since,
            )
            .order_by(Release.released_on.desc(), Release.direction, Release.id)
        )
        .scalars()
        .all()
    )
    return shown(session, organisation_id, releases)


def _since(session: Session, organisation_id: UUID, dates: int) -> date:
    """The earliest of the last `dates` release dates."""
    last = session.execute(
        select(Release.released_on)
        # Of teams only: a date on which nothing but own releases came must not show.
        .where(Release.organisation_id == organisation_id, Release.team_id.is_not(None))
        .distinct()
        .order_by(Release.released_on.desc())
        .limit(dates)
    ).scalars()
    return min(last, default=date.max)
