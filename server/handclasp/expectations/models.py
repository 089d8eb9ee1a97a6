"""Expectations: what a customer needs and by when, and what was agreed."""

from __future__ import annotations

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Base, UTCDateTime, text_enum
from ..handoffs.models import Item
from ..people.models import Member


class ExpectationState(enum.StrEnum):
    """Where an agreement stands. `countered` waits for the customer; `withdrawn` is the customer's."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    COUNTERED = "countered"
    DECLINED = "declined"
    DONE = "done"
    WITHDRAWN = "withdrawn"


def _indexes(side: str) -> tuple[Index, Index]:
    """What the inbox of one side asks: its agreements by their latest step, and which of these are unread."""
    columns = ("organisation_id", f"{side}_id", "changed_at", "id")
    unread = text(f"{side}_read_at IS NULL")
    return (
        Index(f"expectation_of_{side}", *columns),
        Index(f"expectation_unread_by_{side}", *columns[:3], sqlite_where=unread, postgresql_where=unread),
    )


class Expectation(Base):
    """What `customer` needs of `provider`, with what was answered. `need` and `due` are what holds now.

    `counter_need` and `counter_due` are the provider's other way, until the customer takes it up (then they become
    `need` and `due`). `declined_late`: it was declined after having been accepted, less than one working day before
    it was due (rule 7). `kept` is the customer's word once it is done. Without `need` one of the two has been erased:
    the row only counts in its month, and is shown to nobody.
    """

    __tablename__ = "expectation"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "customer_id"], ["member.organisation_id", "member.id"]),
        ForeignKeyConstraint(["organisation_id", "provider_id"], ["member.organisation_id", "member.id"]),
        ForeignKeyConstraint(["organisation_id", "item_id"], ["item.organisation_id", "item.id"]),
        ForeignKeyConstraint(["organisation_id", "customer_team_id"], ["team.organisation_id", "team.id"]),
        ForeignKeyConstraint(["organisation_id", "provider_team_id"], ["team.organisation_id", "team.id"]),
        CheckConstraint("customer_id <> provider_id", name="nobody_asks_themselves"),
        *_indexes("customer"),
        *_indexes("provider"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]
    provider_id: Mapped[UUID]
    item_id: Mapped[UUID | None]
    customer_team_id: Mapped[UUID | None]
    provider_team_id: Mapped[UUID | None]
    state: Mapped[ExpectationState] = mapped_column(text_enum(ExpectationState))
    need: Mapped[str] = mapped_column(String(280))
    due: Mapped[date | None]
    counter_need: Mapped[str | None] = mapped_column(String(280))
    counter_due: Mapped[date | None]
    reason: Mapped[str | None] = mapped_column(String(280))
    alternative: Mapped[str | None] = mapped_column(String(280))
    countered: Mapped[bool]
    declined_late: Mapped[bool]
    kept: Mapped[bool | None]
    hidden: Mapped[bool]
    revision: Mapped[int]
    proposed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    customer_read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    provider_read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    customer: Mapped[Member] = relationship(
        lazy="joined",
        innerjoin=True,
        viewonly=True,
        foreign_keys="[Expectation.organisation_id, Expectation.customer_id]",
    )
    provider: Mapped[Member] = relationship(
        lazy="joined",
        innerjoin=True,
        viewonly=True,
        foreign_keys="[Expectation.organisation_id, Expectation.provider_id]",
    )
    item: Mapped[Item | None] = relationship(lazy="joined", viewonly=True)
