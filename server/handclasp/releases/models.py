"""Releases: the only form in which pooled ratings are ever seen. Immutable once made."""

from __future__ import annotations

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Base, UTCDateTime, text_enum
from ..policy.models import Attribution, Breakdown
from ..ratings.models import Direction, Verdict


class Form(enum.StrEnum):
    """How a cell tells its counts: exactly, or all counted as the verdict that leads alone."""

    EXACT = "exact"
    NEARLY_ALL = "nearly_all"
    MOSTLY = "mostly"


class ReleaseRun(Base):
    """A calendar date whose releases have been made. Its key makes them be made once."""

    __tablename__ = "release_run"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    released_on: Mapped[date] = mapped_column(primary_key=True)
    attribution: Mapped[Attribution] = mapped_column(text_enum(Attribution), primary_key=True)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Release(Base):
    """One release: about one subject (their own) or about one team. `raters` colleagues stand behind it, each once."""

    __tablename__ = "release"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "subject_id"], ["member.organisation_id", "member.id"]),
        ForeignKeyConstraint(["organisation_id", "team_id"], ["team.organisation_id", "team.id"]),
        CheckConstraint("(subject_id IS NULL) <> (team_id IS NULL)", name="one_subject_or_one_team"),
        Index("release_of_subject", "organisation_id", "subject_id", "released_on"),
        Index("release_of_team", "organisation_id", "team_id", "released_on"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    released_on: Mapped[date]
    attribution: Mapped[Attribution] = mapped_column(text_enum(Attribution))
    direction: Mapped[Direction] = mapped_column(text_enum(Direction))
    subject_id: Mapped[UUID | None]
    team_id: Mapped[UUID | None]
    breakdown: Mapped[Breakdown] = mapped_column(text_enum(Breakdown))
    raters: Mapped[int]
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    cells: Mapped[list[ReleaseCell]] = relationship(
        lazy="selectin", viewonly=True, order_by="ReleaseCell.position", uselist=True
    )


class ReleaseCell(Base):
    """A part of a release that is published by itself; without a breakdown there is one. Counts are as published.

    `label` is a tool's id or a customer team's id; None for the whole, and for *other*. `causes` counts, of the
    missed, those that name each cause (team releases only); what it leaves out named another or none. `repaired`
    counts, of the missed, those that were repaired by then (open only: pooled ratings have no threads).
    """

    __tablename__ = "release_cell"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "release_id"], ["release.organisation_id", "release.id"]),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    release_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str | None] = mapped_column(String(64))
    raters: Mapped[int]
    form: Mapped[Form] = mapped_column(text_enum(Form))
    leading: Mapped[Verdict | None] = mapped_column(text_enum(Verdict))
    missed: Mapped[int]
    met: Mapped[int]
    exceeded: Mapped[int]
    repaired: Mapped[int]
    causes: Mapped[dict[str, int]] = mapped_column(JSON)
