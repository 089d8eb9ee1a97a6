"""Who has been erased: kept so that a restored backup forgets them again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, UTCDateTime


class Erasure(Base):
    """A member whose data are gone. The id says nothing of the person any more."""

    __tablename__ = "erasure"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    erased_at: Mapped[datetime] = mapped_column(UTCDateTime)
