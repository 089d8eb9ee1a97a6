"""Notes: signed texts to a member."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Base, UTCDateTime, text_enum
from ..handoffs.models import Item
from ..people.models import Member


class NoteKind(enum.StrEnum):
    """A thank-you note, or a word in private on what would have helped."""

    THANKS = "thanks"
    WORD = "word"


class Note(Base):
    """A note as it was sent. It belongs to its recipient and is never edited.

    `hidden`: the recipient had blocked its author; nobody is told. `public_at`: the recipient put it on the wall.
    `reported_at`: the recipient showed it to the admins, with a reason; `report_settled_at`: an admin has seen to it.
    """

    __tablename__ = "note"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "author_id"], ["member.organisation_id", "member.id"]),
        ForeignKeyConstraint(["organisation_id", "recipient_id"], ["member.organisation_id", "member.id"]),
        ForeignKeyConstraint(["organisation_id", "item_id"], ["item.organisation_id", "item.id"]),
        ForeignKeyConstraint(["organisation_id", "author_team_id"], ["team.organisation_id", "team.id"]),
        ForeignKeyConstraint(["organisation_id", "recipient_team_id"], ["team.organisation_id", "team.id"]),
        CheckConstraint("author_id <> recipient_id", name="nobody_thanks_themselves"),
        CheckConstraint("public_at IS NULL OR kind = 'thanks'", name="only_thanks_are_public"),
        Index("note_received", "organisation_id", "recipient_id", "written_at", "id"),
        Index(
            "note_unread",
            "organisation_id",
            "recipient_id",
            "written_at",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
        Index(
            "note_public",
            "organisation_id",
            "public_at",
            "id",
            sqlite_where=text("public_at IS NOT NULL"),
            postgresql_where=text("public_at IS NOT NULL"),
        ),
        Index(
            "note_reported",
            "organisation_id",
            "reported_at",
            "id",
            sqlite_where=text("reported_at IS NOT NULL"),
            postgresql_where=text("reported_at IS NOT NULL"),
        ),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    author_id: Mapped[UUID]
    recipient_id: Mapped[UUID]
    kind: Mapped[NoteKind] = mapped_column(text_enum(NoteKind))
    item_id: Mapped[UUID | None]
    text: Mapped[str] = mapped_column(String(2000))
    author_team_id: Mapped[UUID | None]
    recipient_team_id: Mapped[UUID | None]
    written_at: Mapped[datetime] = mapped_column(UTCDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    hidden: Mapped[bool] = mapped_column(server_default=false())
    public_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reported_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    report_reason: Mapped[str | None] = mapped_column(String(500))
    report_settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    author: Mapped[Member] = relationship(
        lazy="joined", innerjoin=True, viewonly=True, foreign_keys="[Note.organisation_id, Note.author_id]"
    )
    recipient: Mapped[Member] = relationship(
        lazy="joined", innerjoin=True, viewonly=True, foreign_keys="[Note.organisation_id, Note.recipient_id]"
    )
    item: Mapped[Item | None] = relationship(lazy="joined", viewonly=True)
