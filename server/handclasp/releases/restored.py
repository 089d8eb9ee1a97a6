"""After a backup was brought back: what had been released by then is not released again."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from ..db import reading, writing
from ..policy.models import Attribution
from ..ratings import sealed
from .dates import take_date
from .models import ReleaseRun
from .record import Made, remember, remembered


def settle(organisation_id: UUID, data_dir: Path) -> list[date]:
    """Make the database and the list of made dates agree; returns the dates that were closed here.

    A date that only the list knows was released before a backup was brought back. What the backup holds of it is
    erased, unreleased: which of it was released, and which waited, nobody can tell any more. A date that only the
    database knows is put on the list.
    """
    listed = {made.released_on for made in remembered(data_dir) if made.organisation_id == organisation_id}
    with reading(organisation_id) as session:
        known = set(
            session.execute(
                select(ReleaseRun.released_on).where(
                    ReleaseRun.organisation_id == organisation_id, ReleaseRun.attribution == Attribution.POOLED
                )
            ).scalars()
        )
    if known - listed:
        remember(data_dir, [Made(organisation_id, on) for on in sorted(known - listed)])
    return [on for on in sorted(listed - known) if _close(organisation_id, on)]


def _close(organisation_id: UUID, on: date) -> bool:
    with writing(organisation_id) as session:
        if not take_date(session, organisation_id, on, Attribution.POOLED):
            return False
        rows = sealed.pending(session, organisation_id, on)
        sealed.erase_bodies(session, organisation_id, [row.id_mac for row in rows])
        sealed.close_period(session, organisation_id, on)
        return True
