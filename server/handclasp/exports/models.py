"""Exports with names: asked for by an admin, and countersigned where there is an employee representative."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Base, UTCDateTime
from ..people.models import Member


class NamedExport(Base):
    """A request to export open ratings with names, with its reason. Good for seven days once it may be made."""

    __tablename__ = "named_export"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "asked_by_id"], ["member.organisation_id", "member.id"]),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(String(280))
    asked_by_id: Mapped[UUID]
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    needs_countersignature: Mapped[bool]
    countersigned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    countersigned_by_id: Mapped[UUID | None]

    asked_by: Mapped[Member] = relationship(
        lazy="joined",
        innerjoin=True,
        viewonly=True,
        foreign_keys="[NamedExport.organisation_id, NamedExport.asked_by_id]",
    )
