"""Flags on how people exchange praise or blame: for admins to look at, never acted on by themselves."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, UTCDateTime, text_enum


class PatternKind(enum.StrEnum):
    """A few who praise one another far beyond what is usual, or many who turn to one within days."""

    RING = "ring"
    PILE_ON = "pile_on"


class PatternFlag(Base):
    """One finding. `members` are the ids of the ring, or of the one whom many turned to; no verdict is kept."""

    __tablename__ = "pattern_flag"
    __table_args__ = (Index("pattern_by_day", "organisation_id", "found_at"),)

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[PatternKind] = mapped_column(text_enum(PatternKind))
    members: Mapped[list[str]] = mapped_column(JSON)
    acts: Mapped[int]
    found_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
