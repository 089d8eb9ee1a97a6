"""Team releases as rows. Nobody's own release is in them (rule 9); every number stands as it was published."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..people.models import Team
from ..policy.models import Breakdown
from ..ratings.models import Cause
from ..releases.models import Release
from ..releases.showing import ShownCell, ShownRelease, shown

Row = dict[str, str | None]

_COUNTS = ("raters", "form", "leading", "missed", "met", "exceeded", "repaired")
RELEASE_COLUMNS = ("released_on", "attribution", "direction", "team", "breakdown", "part", *_COUNTS)
EDGE_COLUMNS = ("released_on", "attribution", "direction", "from_team", "to_team", *_COUNTS, *Cause)
_BY_CUSTOMER_TEAM = (Breakdown.CUSTOMER_TEAM, Breakdown.CAUSE)


def release_rows(session: Session, organisation_id: UUID) -> Iterator[Row]:
    """One row for each part of each team release; a release without a breakdown is one part, named `all`."""
    teams = _teams(session, organisation_id)
    for release in _of_teams(session, organisation_id):
        broken_down = release.breakdown is not Breakdown.NONE
        for cell in release.cells:
            yield {
                **_place(release),
                "team": teams[release.team_id],
                "breakdown": release.breakdown.value,
                "part": (cell.name or "other") if broken_down else "all",
                **_counts(cell),
            }


def edge_rows(session: Session, organisation_id: UUID) -> Iterator[Row]:
    """One row for each customer team in a team release that is broken down by them, with the causes of what missed."""
    teams = _teams(session, organisation_id)
    for release in _of_teams(session, organisation_id):
        if release.breakdown not in _BY_CUSTOMER_TEAM:
            continue
        for cell in release.cells:
            causes = {named.cause: named.count for named in cell.causes}
            yield {
                **_place(release),
                "from_team": cell.name or "other",
                "to_team": teams[release.team_id],
                **_counts(cell),
                **{cause.value: str(causes[cause]) if cause in causes else None for cause in Cause},
            }


def _place(release: ShownRelease) -> Row:
    return {
        "released_on": release.released_on.isoformat(),
        "attribution": release.attribution.value,
        "direction": release.direction.value,
    }


def _counts(cell: ShownCell) -> Row:
    return {
        "raters": str(cell.raters),
        "form": cell.form.value,
        "leading": cell.leading.value if cell.leading else None,
        "missed": str(cell.missed),
        "met": str(cell.met),
        "exceeded": str(cell.exceeded),
        "repaired": str(cell.repaired),
    }


def _of_teams(session: Session, organisation_id: UUID) -> Sequence[ShownRelease]:
    releases = (
        session.execute(
            select(Release)
            .where(Release.organisation_id == organisation_id, Release.team_id.is_not(None))
            .order_by(Release.released_on, Release.id)
        )
        .scalars()
        .all()
    )
    return shown(session, organisation_id, releases)


def _teams(session: Session, organisation_id: UUID) -> dict[UUID | None, str]:
    teams = session.execute(select(Team).where(Team.organisation_id == organisation_id)).scalars()
    return {team.id: team.name for team in teams}
