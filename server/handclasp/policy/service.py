"""The rules in force. Reading them needs a session of the organisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..db import reading, utc_now
from .models import Attribution, Policy

UNDO_SECONDS = 10
"""Rule 1: the subject sees a rating after this long, counted from when it reached the server."""
DEFAULT_K = 5
TEAMMATES_RATE_BELOW = 25
"""Rule 8: from this many members on, colleagues of one team thank each other and do not rate."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The policy in force, with what is the same for everybody."""

    version: int
    attribution: Attribution
    k: int
    undo_seconds: int
    published_at: datetime


def rules_in_force(organisation_id: UUID) -> Rules:
    """What holds now, for every member to read."""
    with reading(organisation_id) as session:
        policy = policy_in_force(session, organisation_id)
    return Rules(policy.version, policy.attribution, policy.k, UNDO_SECONDS, policy.published_at)


def first_policy(organisation_id: UUID) -> Policy:
    """What an organisation starts with: everything named and at once, which suits small teams."""
    now = utc_now()
    return Policy(
        organisation_id=organisation_id,
        version=1,
        attribution=Attribution.OPEN,
        k=DEFAULT_K,
        published_at=now,
        in_force_at=now,
    )


def policy_in_force(session: Session, organisation_id: UUID) -> Policy:
    """The latest version of the organisation's policy."""
    return session.execute(
        select(Policy).where(Policy.organisation_id == organisation_id).order_by(Policy.version.desc()).limit(1)
    ).scalar_one()


def teammates_may_rate(member_count: int) -> bool:
    """Rule 8: rating inside a team is off from 25 members on."""
    return member_count < TEAMMATES_RATE_BELOW
