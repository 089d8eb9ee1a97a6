"""Who makes a date."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from ..db import insert, utc_now
from ..policy.models import Attribution
from .models import ReleaseRun


def take_date(session: Session, organisation_id: UUID, on: date, attribution: Attribution) -> bool:
    """True for the one that makes this date, in its own transaction. The key decides, not a look before."""
    taken = session.execute(
        insert(ReleaseRun)
        .values(organisation_id=organisation_id, released_on=on, attribution=attribution, made_at=utc_now())
        .on_conflict_do_nothing()
        .returning(ReleaseRun.released_on)
    ).scalar_one_or_none()
    return taken is not None
