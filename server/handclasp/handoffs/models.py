"""Item and handoff: what a rating is about."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Base


class Item(Base):
    """One ticket or document in a tool, known by (tool, host, key). The title is the latest that was seen."""

    __tablename__ = "item"
    __table_args__ = (UniqueConstraint("organisation_id", "tool", "host", "key"),)

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tool: Mapped[str] = mapped_column(String(64))
    host: Mapped[str] = mapped_column(String(255))
    key: Mapped[str] = mapped_column(String(512))
    kind: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(500))


class Handoff(Base):
    """One piece of work that passed from a provider to its customers on an item."""

    __tablename__ = "handoff"
    __table_args__ = (
        UniqueConstraint("organisation_id", "item_id", "provider_id"),
        ForeignKeyConstraint(["organisation_id", "item_id"], ["item.organisation_id", "item.id"]),
        ForeignKeyConstraint(["organisation_id", "provider_id"], ["member.organisation_id", "member.id"]),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    item_id: Mapped[UUID]
    provider_id: Mapped[UUID]

    item: Mapped[Item] = relationship(lazy="joined", innerjoin=True, viewonly=True)
