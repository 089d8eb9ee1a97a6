"""Repairs: the private thread that a word or an open missed starts."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Base, UTCDateTime, text_enum
from ..handoffs.models import Item
from ..people.models import Member


class RepairState(enum.StrEnum):
    """Open until the customer says it is repaired, or either closes it."""

    OPEN = "open"
    REPAIRED = "repaired"
    CLOSED = "closed"


def _indexes(side: str) -> tuple[Index, Index]:
    """What the inbox of one side asks: its threads by the latest message to it, and which of these are unread."""
    columns = ("organisation_id", f"{side}_id", f"to_{side}_at", f"to_{side}_id")
    unread = text(f"{side}_read_at IS NULL AND to_{side}_id IS NOT NULL")
    return (
        Index(f"repair_of_{side}", *columns),
        Index(f"repair_unread_by_{side}", *columns[:3], sqlite_where=unread, postgresql_where=unread),
    )


class Repair(Base):
    """A thread between two. Its id is that of the rating or the word that started it.

    `customer` said what would have helped; `provider` was told. `to_customer_id` and `to_customer_at` name the latest
    message that came to the customer, unread while `customer_read_at` is None; likewise for the provider, to whom the
    thread's first message comes as a note or a rating and is not named here.
    """

    __tablename__ = "repair"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "customer_id"], ["member.organisation_id", "member.id"]),
        ForeignKeyConstraint(["organisation_id", "provider_id"], ["member.organisation_id", "member.id"]),
        ForeignKeyConstraint(["organisation_id", "item_id"], ["item.organisation_id", "item.id"]),
        CheckConstraint("customer_id <> provider_id", name="repairs_are_between_two"),
        *_indexes("customer"),
        *_indexes("provider"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]
    provider_id: Mapped[UUID]
    item_id: Mapped[UUID | None]
    state: Mapped[RepairState] = mapped_column(text_enum(RepairState))
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    to_customer_id: Mapped[UUID | None]
    to_customer_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    to_provider_id: Mapped[UUID | None]
    to_provider_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    customer_read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    provider_read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    customer: Mapped[Member] = relationship(
        lazy="joined", innerjoin=True, viewonly=True, foreign_keys="[Repair.organisation_id, Repair.customer_id]"
    )
    provider: Mapped[Member] = relationship(
        lazy="joined", innerjoin=True, viewonly=True, foreign_keys="[Repair.organisation_id, Repair.provider_id]"
    )
    item: Mapped[Item | None] = relationship(lazy="joined", viewonly=True)
    messages: Mapped[list[RepairMessage]] = relationship(
        lazy="selectin", viewonly=True, order_by="RepairMessage.written_at, RepairMessage.id", uselist=True
    )


class RepairMessage(Base):
    """One message of the thread. Never edited, but for the first one of an open missed, which says what that says.

    The first message has the thread's id. `hidden`: the other had blocked its author; nobody is told.
    """

    __tablename__ = "repair_message"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "repair_id"], ["repair.organisation_id", "repair.id"]),
        ForeignKeyConstraint(["organisation_id", "author_id"], ["member.organisation_id", "member.id"]),
        Index("repair_thread", "organisation_id", "repair_id", "written_at"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    # In the key: an id that somebody has used in one thread must not keep another thread from being started.
    repair_id: Mapped[UUID] = mapped_column(primary_key=True)
    author_id: Mapped[UUID]
    text: Mapped[str] = mapped_column(String(2000))
    hidden: Mapped[bool]
    written_at: Mapped[datetime] = mapped_column(UTCDateTime)
