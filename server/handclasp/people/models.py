"""Organisation, team, member, alias."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Base, UTCDateTime, text_enum


class Role(enum.StrEnum):
    """What a member may do in the organisation."""

    MEMBER = "member"
    ADMIN = "admin"


class Organisation(Base):
    """Who uses Handclasp together. Every other row belongs to exactly one."""

    __tablename__ = "organisation"

    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Team(Base):
    """Colleagues who work side by side."""

    __tablename__ = "team"
    __table_args__ = (UniqueConstraint("organisation_id", "name"),)

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))


class Member(Base):
    """A colleague. `email` is kept in lower case and names one member of the organisation.

    `paused`: takes no ratings at present (rule 14; neither when nor why is kept). `left_at`: has left, cannot sign
    in, be rated or written to. `erased_at`: name and address are gone; the row stays so that no count breaks.
    """

    __tablename__ = "member"
    __table_args__ = (
        UniqueConstraint("organisation_id", "email"),
        ForeignKeyConstraint(["organisation_id", "team_id"], ["team.organisation_id", "team.id"]),
        Index("member_by_name", "organisation_id", "name", "id"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role] = mapped_column(text_enum(Role))
    team_id: Mapped[UUID | None]
    joined_at: Mapped[datetime] = mapped_column(UTCDateTime)
    paused: Mapped[bool] = mapped_column(server_default=false())
    left_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    team: Mapped[Team | None] = relationship(lazy="joined", viewonly=True)


class Alias(Base):
    """(tool, host, handle) that the organisation has confirmed to be a member. `handle` is kept casefolded.

    `learned_from` is the rating or note whose author picked the member; withdrawing that rating takes it back.
    """

    __tablename__ = "alias"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "member_id"], ["member.organisation_id", "member.id"]),
        ForeignKeyConstraint(["organisation_id", "confirmed_by_id"], ["member.organisation_id", "member.id"]),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    tool: Mapped[str] = mapped_column(String(64), primary_key=True)
    host: Mapped[str] = mapped_column(String(255), primary_key=True)
    handle: Mapped[str] = mapped_column(String(254), primary_key=True)
    member_id: Mapped[UUID]
    confirmed_by_id: Mapped[UUID | None]
    confirmed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    learned_from: Mapped[UUID | None]
