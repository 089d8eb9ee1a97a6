"""Ratings: open ones as they are, pooled ones sealed."""

from __future__ import annotations

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Base, UTCDateTime, text_enum
from ..handoffs.models import Handoff, Item
from ..people.models import Member
from ..policy.models import Attribution


class Verdict(enum.StrEnum):
    """How the work compares with what was expected."""

    MISSED = "missed"
    MET = "met"
    EXCEEDED = "exceeded"


class Direction(enum.StrEnum):
    """About the provider's work (service), or about the customer's ask (request)."""

    SERVICE = "service"
    REQUEST = "request"


class Cause(enum.StrEnum):
    """What a missed lay at: processes before people. Seen only in team figures."""

    UNCLEAR_ASK = "unclear_ask"
    CAPACITY = "capacity"
    DEPENDENCY = "dependency"
    PROCESS = "process"
    QUALITY = "quality"


class Rating(Base):
    """An open rating: its subject sees it, with the rater's name, from `visible_at` on.

    The teams are those of the day it was given. Withdrawn, it keeps its id and revision (so that an old retry
    stays harmless) but neither verdict nor words.
    """

    __tablename__ = "rating"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "rater_id"], ["member.organisation_id", "member.id"]),
        ForeignKeyConstraint(["organisation_id", "subject_id"], ["member.organisation_id", "member.id"]),
        ForeignKeyConstraint(["organisation_id", "handoff_id"], ["handoff.organisation_id", "handoff.id"]),
        ForeignKeyConstraint(["organisation_id", "rater_team_id"], ["team.organisation_id", "team.id"]),
        ForeignKeyConstraint(["organisation_id", "subject_team_id"], ["team.organisation_id", "team.id"]),
        CheckConstraint("rater_id <> subject_id", name="nobody_rates_themselves"),
        CheckConstraint("(withdrawn_at IS NULL) = (verdict IS NOT NULL)", name="withdrawn_has_no_verdict"),
        CheckConstraint(
            "(verdict IS NOT NULL AND verdict = 'missed') = (what_would_have_helped IS NOT NULL)",
            name="missed_says_what_would_have_helped",
        ),
        CheckConstraint("cause IS NULL OR (verdict IS NOT NULL AND verdict = 'missed')", name="only_missed_has_cause"),
        # Rule 1: one rating per (rater, handoff, direction). The constraint decides races, not a check before.
        Index(
            "one_rating_per_handoff",
            "organisation_id",
            "rater_id",
            "handoff_id",
            "direction",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index("rating_given", "organisation_id", "rater_id", "changed_at", "id"),
        Index(
            "rating_received",
            "organisation_id",
            "subject_id",
            "visible_at",
            "id",
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index(
            "rating_unread",
            "organisation_id",
            "subject_id",
            "visible_at",
            sqlite_where=text("withdrawn_at IS NULL AND read_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL AND read_at IS NULL"),
        ),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    rater_id: Mapped[UUID]
    handoff_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    direction: Mapped[Direction] = mapped_column(text_enum(Direction))
    verdict: Mapped[Verdict | None] = mapped_column(text_enum(Verdict))
    what_would_have_helped: Mapped[str | None] = mapped_column(String(500))
    cause: Mapped[Cause | None] = mapped_column(text_enum(Cause))
    rater_team_id: Mapped[UUID | None]
    subject_team_id: Mapped[UUID | None]
    revision: Mapped[int]
    given_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    visible_at: Mapped[datetime] = mapped_column(UTCDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    handoff: Mapped[Handoff] = relationship(lazy="joined", innerjoin=True, viewonly=True)
    rater: Mapped[Member] = relationship(
        lazy="raise", viewonly=True, foreign_keys="[Rating.organisation_id, Rating.rater_id]"
    )
    subject: Mapped[Member] = relationship(
        lazy="joined",
        innerjoin=True,
        viewonly=True,
        foreign_keys="[Rating.organisation_id, Rating.subject_id]",
    )

    @property
    def item(self) -> Item:
        """The item of the handoff."""
        return self.handoff.item

    @property
    def withdrawn(self) -> bool:
        """True when the rater has taken it back."""
        return self.withdrawn_at is not None

    @property
    def attribution(self) -> Attribution:
        """Its subject sees it, with the name."""
        return Attribution.OPEN

    @property
    def release_on(self) -> None:
        """It waits for no release."""


class SealedRating(Base):
    """A pooled rating as it rests: nothing here tells when, by whom, about whom, on what, or how (rule 3).

    `id_mac` is HMAC(id), `slot` HMAC(rater, handoff, direction), `bucket` HMAC(subject, direction, period); `body`
    is sealed under the key of `period` (the release date it waits for) and erased when it is released: then only
    `slot` and `id_mac` tell that there was one. No row id and no index keep the order of arrival.
    """

    __tablename__ = "sealed_rating"
    __table_args__ = (
        UniqueConstraint("organisation_id", "slot"),
        Index("sealed_by_period", "organisation_id", "period", "bucket"),
        {"sqlite_with_rowid": False},
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    id_mac: Mapped[bytes] = mapped_column(primary_key=True)
    slot: Mapped[bytes]
    bucket: Mapped[bytes | None]
    period: Mapped[date | None]
    body: Mapped[bytes | None]
