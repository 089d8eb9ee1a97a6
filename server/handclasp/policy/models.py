"""The organisation's published rules, versioned."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, UTCDateTime, text_enum


class Attribution(enum.StrEnum):
    """Who sees a single rating: its subject, by name (open), or nobody but its rater (pooled)."""

    OPEN = "open"
    POOLED = "pooled"


class Policy(Base):
    """One version of the rules; the highest version binds."""

    __tablename__ = "policy"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    attribution: Mapped[Attribution] = mapped_column(text_enum(Attribution))
    k: Mapped[int]
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)
