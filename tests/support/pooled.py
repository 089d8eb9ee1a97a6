"""Organisations whose ratings are pooled, for tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update

from handclasp.db import writing
from handclasp.policy.models import Policy
from tests.support.office import Clock, Office


def pool(office: Office, **more: Any) -> None:
    """Let the organisation have begun as a pooled one; `more` are other columns of its first policy."""
    values: dict[str, Any] = {"attribution": "pooled", "teammates_rate": True} | more
    with office.app.app_context(), writing(office.organisation_id) as session:
        session.execute(
            update(Policy).where(Policy.organisation_id == office.organisation_id, Policy.version == 1).values(values)
        )


def forward_to(clock: Clock, moment: datetime) -> None:
    """Move the clock on to a moment."""
    clock.ahead += moment - clock.now()
