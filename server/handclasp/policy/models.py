"""The organisation's published rules, versioned."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, false
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, UTCDateTime, text_enum


class Attribution(enum.StrEnum):
    """Who sees a single rating: its subject, by name (open), or nobody but its rater (pooled)."""

    OPEN = "open"
    POOLED = "pooled"


class Calendar(enum.StrEnum):
    """How often releases are published: on the first of each month, or of each quarter (UTC)."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


class Breakdown(enum.StrEnum):
    """The one dimension a release is broken down by, fixed beforehand."""

    NONE = "none"
    TOOL = "tool"
    CUSTOMER_TEAM = "customer_team"
    CAUSE = "cause"


class Policy(Base):
    """One version of the rules. Which one binds at a moment is for the service to say.

    `in_force_at` lies 30 days after `published_at` when the version is looser than the one before it. Where
    `needs_countersignature`, it binds nobody before `countersigned_at`. `withdrawn_at`: it never came into force.
    `colluders` is the C of the promise; `teammates_rate` None goes by the number of members (rule 8).
    """

    __tablename__ = "policy"
    __table_args__ = (
        # So k is at least 3.
        CheckConstraint("colluders >= 1 AND colluders <= k - 2", name="colluders_at_most_k_less_2"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    attribution: Mapped[Attribution] = mapped_column(text_enum(Attribution))
    k: Mapped[int]
    colluders: Mapped[int] = mapped_column(server_default="1")
    calendar: Mapped[Calendar] = mapped_column(text_enum(Calendar), server_default="monthly")
    breakdown: Mapped[Breakdown] = mapped_column(text_enum(Breakdown), server_default="none")
    retention_days: Mapped[int] = mapped_column(server_default="180")
    teammates_rate: Mapped[bool | None]
    named_exports: Mapped[bool] = mapped_column(server_default=false())
    representative_id: Mapped[UUID | None]
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_by_id: Mapped[UUID | None]
    in_force_at: Mapped[datetime] = mapped_column(UTCDateTime)
    needs_countersignature: Mapped[bool] = mapped_column(server_default=false())
    countersigned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    countersigned_by_id: Mapped[UUID | None]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
