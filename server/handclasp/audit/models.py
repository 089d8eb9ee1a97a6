"""The log that every member can read: who took data out, or looked at somebody's."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Base, UTCDateTime, text_enum
from ..people.models import Member


class AuditAction(enum.StrEnum):
    """What was done."""

    EXPORT = "export"
    NAMED_EXPORT = "named_export"
    NAMED_READ = "named_read"
    SIGN_IN_LINK = "sign_in_link"
    POLICY = "policy"
    ERASURE = "erasure"
    MERGE = "merge"
    TOOL_FILE = "tool_file"


class AuditEntry(Base):
    """One act. `actor` None: the command line. `detail` names datasets and numbers, never what was in them."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "actor_id"], ["member.organisation_id", "member.id"]),
        Index("audit_by_time", "organisation_id", "at", "id"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor_id: Mapped[UUID | None]
    action: Mapped[AuditAction] = mapped_column(text_enum(AuditAction))
    detail: Mapped[dict[str, str | int]] = mapped_column(JSON)

    actor: Mapped[Member | None] = relationship(
        lazy="joined", viewonly=True, foreign_keys="[AuditEntry.organisation_id, AuditEntry.actor_id]"
    )
