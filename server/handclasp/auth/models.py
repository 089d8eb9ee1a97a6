"""What proves who somebody is. Secrets are stored as SHA-256 only: a stolen table opens nothing."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Base, UTCDateTime, text_enum
from ..people.models import Member


class SignInLink(Base):
    """A member's one-time link, and the code that does the same in the window that asked. A newer one replaces it."""

    __tablename__ = "sign_in_link"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "member_id"], ["member.organisation_id", "member.id"]),
        UniqueConstraint("organisation_id", "secret_hash"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    wrong_codes: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class SignInWay(enum.StrEnum):
    """How somebody came in: by link or code in the console, or by a grant to the extension or to a script."""

    LINK = "link"
    CODE = "code"
    EXTENSION = "extension"
    SCRIPT = "script"


class SignIn(Base):
    """That somebody signed in as this member: kept though the session has ended, so that the member is told of it.

    `id` is that of the console session or grant it began.
    """

    __tablename__ = "sign_in"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "member_id"], ["member.organisation_id", "member.id"]),
        Index("sign_in_of_member", "organisation_id", "member_id", "at"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    way: Mapped[SignInWay] = mapped_column(text_enum(SignInWay))


class ConsoleSession(Base):
    """One browser signed in to the console.

    `told_until`: the member has been told, in this browser, of every sign-in up to then. Each browser is told by
    itself: a stranger's cannot take the notice away from the member's.
    """

    __tablename__ = "console_session"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "member_id"], ["member.organisation_id", "member.id"]),
        Index("console_session_of_member", "organisation_id", "member_id"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    id: Mapped[UUID]
    member_id: Mapped[UUID]
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    told_until: Mapped[datetime | None] = mapped_column(UTCDateTime)

    member: Mapped[Member] = relationship(lazy="joined", innerjoin=True, viewonly=True)


class AuthorizationCode(Base):
    """A code the extension exchanges for tokens, once, within a minute. `grant_id` is what it became."""

    __tablename__ = "authorization_code"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "member_id"], ["member.organisation_id", "member.id"]),
        ForeignKeyConstraint(
            ["organisation_id", "grant_id"],
            ["token_grant.organisation_id", "token_grant.id"],
            ondelete="CASCADE",
        ),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    member_id: Mapped[UUID]
    client_id: Mapped[str] = mapped_column(String(64))
    redirect_uri: Mapped[str] = mapped_column(String(300))
    scope: Mapped[str] = mapped_column(String(120))
    code_challenge: Mapped[str] = mapped_column(String(128))
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    grant_id: Mapped[UUID | None]


class TokenGrant(Base):
    """A member's consent to one client: the family of all tokens that came of it. Revoking it ends them all."""

    __tablename__ = "token_grant"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "member_id"], ["member.organisation_id", "member.id"]),
        Index("token_grant_of_member", "organisation_id", "member_id"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID]
    client_id: Mapped[str] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(String(120))
    scope: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    member: Mapped[Member] = relationship(lazy="joined", innerjoin=True, viewonly=True)


class AccessToken(Base):
    """A bearer token of a grant."""

    __tablename__ = "access_token"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "grant_id"],
            ["token_grant.organisation_id", "token_grant.id"],
            ondelete="CASCADE",
        ),
        Index("access_token_of_grant", "organisation_id", "grant_id"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    grant_id: Mapped[UUID]
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)

    grant: Mapped[TokenGrant] = relationship(lazy="joined", innerjoin=True, viewonly=True)


class RefreshToken(Base):
    """Renews a grant's tokens. `rotated_at` says when a successor was given out for it.

    `displaced` marks a successor that was thought lost and replaced: whoever presents it shows that it was not lost.
    """

    __tablename__ = "refresh_token"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "grant_id"],
            ["token_grant.organisation_id", "token_grant.id"],
            ondelete="CASCADE",
        ),
        Index("refresh_token_of_grant", "organisation_id", "grant_id"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    grant_id: Mapped[UUID]
    parent_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    rotated_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    displaced: Mapped[bool] = mapped_column(default=False)

    grant: Mapped[TokenGrant] = relationship(lazy="joined", innerjoin=True, viewonly=True)
