"""Whom a member keeps away."""

from __future__ import annotations

import enum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Base, text_enum
from ..people.models import Member


class Quiet(enum.StrEnum):
    """How a member keeps a colleague away: their notes arrive without a sound (mute), or not at all (block)."""

    MUTE = "mute"
    BLOCK = "block"


class Mute(Base):
    """A colleague whom a member mutes or blocks. The colleague is never told."""

    __tablename__ = "mute"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "member_id"], ["member.organisation_id", "member.id"]),
        ForeignKeyConstraint(["organisation_id", "colleague_id"], ["member.organisation_id", "member.id"]),
        CheckConstraint("member_id <> colleague_id", name="nobody_mutes_themselves"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    colleague_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[Quiet] = mapped_column(text_enum(Quiet))

    colleague: Mapped[Member] = relationship(
        lazy="joined", innerjoin=True, viewonly=True, foreign_keys="[Mute.organisation_id, Mute.colleague_id]"
    )
