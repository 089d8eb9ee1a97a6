"""An organisation's own tool files, and which parts of tool files found nothing."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, UTCDateTime


class ToolFile(Base):
    """One tool file of an organisation's own: before the bundled one of the same id, if there is one.

    `content` is the file in its canonical form, `version` the SHA-256 of that in hexadecimal.
    """

    __tablename__ = "tool_file"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    tool: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    version: Mapped[str] = mapped_column(String(64))
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    content: Mapped[str] = mapped_column(Text)


class ToolShelf(Base):
    """All own tool files of an organisation as one: `version` is that of the whole list.

    Whoever changes a file holds this row first, so that two who do it at once come one after the other.
    """

    __tablename__ = "tool_shelf"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    version: Mapped[str] = mapped_column(String(64))


class Breakage(Base):
    """One way in which pages of a tool could not be read, however many told of it.

    No member, no address, no host, no words of the page, and no time finer than a day: `id` is made of the other
    columns, and of nothing else.
    """

    __tablename__ = "breakage"
    __table_args__ = (
        Index("breakage_by_day", "organisation_id", "last_on", "id"),
        Index("breakage_of_tool", "organisation_id", "tool"),
        {"sqlite_with_rowid": False},
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tool: Mapped[str] = mapped_column(String(40))
    digest: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str | None] = mapped_column(String(40))
    bundled: Mapped[bool]
    failed: Mapped[list[str]] = mapped_column(JSON)
    count: Mapped[int]
    first_on: Mapped[date]
    last_on: Mapped[date]
    settled: Mapped[bool]
