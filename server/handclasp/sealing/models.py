"""The keys under which pooled ratings rest, themselves wrapped by a key that is not in the database."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base


class SealingKey(Base):
    """A random key. `purpose` is `names` (for every HMAC) or the period whose bodies it seals, as YYYY-MM-DD.

    `wrapped` is the key, sealed by one derived from the server's secret; `secret_id` tells which secret, and nothing
    about it. The key of a period is destroyed with its release: then `wrapped` is empty.
    """

    __tablename__ = "sealing_key"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16), primary_key=True)
    secret_id: Mapped[bytes]
    wrapped: Mapped[bytes]
