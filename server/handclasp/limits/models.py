"""How often somebody has done something today, without telling who."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base


class Tally(Base):
    """A count under HMAC(what, who, whom, day). Emptied every night; the key tells neither day nor people."""

    __tablename__ = "tally"
    __table_args__ = ({"sqlite_with_rowid": False},)

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    key: Mapped[bytes] = mapped_column(primary_key=True)
    count: Mapped[int]
