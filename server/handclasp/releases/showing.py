"""Releases as people read them: with the names of tools and teams, and their totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..people.models import Team
from ..policy.models import Attribution, Breakdown
from ..ratings.models import Cause, Direction, Verdict
from ..tools.own import tool_names
from .models import Form, Release, ReleaseCell


@dataclass(frozen=True, slots=True)
class Counts:
    """How many ratings said each, as published."""

    missed: int
    met: int
    exceeded: int


@dataclass(frozen=True, slots=True)
class CauseCount:
    """How many of the missed named a cause."""

    cause: Cause
    count: int


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell as it was published, and what people call its label."""

    label: str | None
    name: str | None
    raters: int
    form: Form
    leading: Verdict | None
    missed: int
    met: int
    exceeded: int
    repaired: int
    causes: Sequence[CauseCount]


@dataclass(frozen=True, slots=True)
class ShownRelease:
    """A release as it was published. `total` is the sum of its cells."""

    id: UUID
    subject_id: UUID | None
    team_id: UUID | None
    released_on: date
    attribution: Attribution
    direction: Direction
    breakdown: Breakdown
    raters: int
    cells: Sequence[ShownCell]
    total: Counts
    unread: bool


def shown(session: Session, organisation_id: UUID, releases: Sequence[Release]) -> list[ShownRelease]:
    """The releases, in the order given."""
    names: Mapping[str, str] = {}
    if any(cell.label is not None for release in releases for cell in release.cells):
        names = _names(session, organisation_id)
    return [_shown(release, names) for release in releases]


def _names(session: Session, organisation_id: UUID) -> dict[str, str]:
    teams = session.execute(select(Team).where(Team.organisation_id == organisation_id)).scalars()
    return {**tool_names(session, organisation_id), **{str(team.id): team.name for team in teams}}


def _shown(release: Release, names: Mapping[str, str]) -> ShownRelease:
    return ShownRelease(
        id=release.id,
        subject_id=release.subject_id,
        team_id=release.team_id,
        released_on=release.released_on,
        attribution=release.attribution,
        direction=release.direction,
        breakdown=release.breakdown,
        raters=release.raters,
        cells=[_shown_cell(cell, names) for cell in release.cells],
        total=Counts(
            missed=sum(cell.missed for cell in release.cells),
            met=sum(cell.met for cell in release.cells),
            exceeded=sum(cell.exceeded for cell in release.cells),
        ),
        unread=release.read_at is None,
    )


def _shown_cell(cell: ReleaseCell, names: Mapping[str, str]) -> ShownCell:
    return ShownCell(
        label=cell.label,
        name=names.get(cell.label, cell.label) if cell.label is not None else None,
        raters=cell.raters,
        form=cell.form,
        leading=cell.leading,
        missed=cell.missed,
        met=cell.met,
        exceeded=cell.exceeded,
        repaired=cell.repaired,
        causes=[CauseCount(Cause(cause), count) for cause, count in sorted(cell.causes.items())],
    )
