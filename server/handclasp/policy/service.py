"""The rules in force. Reading them needs a session of the organisation.

How rules change is in `publishing`; when releases are published is in `calendar`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from ..db import utc_now
from .calendar import next_release_on, release_dates
from .models import Attribution, Breakdown, Calendar, Policy

__all__ = (
    "DEFAULT_K",
    "POOLED_FROM",
    "PURPOSES",
    "TEAMMATES_RATE_BELOW",
    "UNDO_SECONDS",
    "PolicyHistory",
    "first_policy",
    "has_come_into_force",
    "next_release_on",
    "policy_history",
    "policy_in_force",
    "release_dates",
    "suggested_attribution",
    "teammates_may_rate",
)  # fmt: skip

UNDO_SECONDS = 10
"""Rule 1: the subject sees a rating after this long, counted from when it reached the server."""
DEFAULT_K = 5
DEFAULT_COLLUDERS = 1
DEFAULT_RETENTION_DAYS = 180
TEAMMATES_RATE_BELOW = 25
"""Rule 8: from this many members on, unless the policy says otherwise, colleagues of one team thank each other."""
POOLED_FROM = 25
"""From this many people on, pooled is suggested; with fewer, hardly anyone would see a release."""
PURPOSES = (
    "To tell a colleague whose work you used how it served you.",
    "To say thank you.",
    "To see where work gets stuck between teams, and mend the process.",
    "It is not for appraisal, pay or dismissal.",
)


def suggested_attribution(people: int) -> Attribution:
    """What suits an organisation of this many people."""
    return Attribution.POOLED if people >= POOLED_FROM else Attribution.OPEN


def first_policy(organisation_id: UUID, attribution: Attribution = Attribution.OPEN) -> Policy:
    """What an organisation starts with; in force at once."""
    now = utc_now()
    return Policy(
        organisation_id=organisation_id,
        version=1,
        attribution=attribution,
        k=DEFAULT_K,
        colluders=DEFAULT_COLLUDERS,
        calendar=Calendar.MONTHLY,
        breakdown=Breakdown.NONE,
        retention_days=DEFAULT_RETENTION_DAYS,
        teammates_rate=None,
        named_exports=False,
        published_at=now,
        in_force_at=now,
        needs_countersignature=False,
    )


def policy_in_force(session: Session, organisation_id: UUID, at: datetime | None = None) -> Policy:
    """The policy that binds at a moment, by default now.

    It is the highest version whose time had come, that was not withdrawn, and that was countersigned where it had
    to be. There is always one: an organisation is founded with its first.
    """
    return session.execute(
        select(Policy)
        .where(Policy.organisation_id == organisation_id, *has_come_into_force(at or utc_now()))
        .order_by(Policy.version.desc())
        .limit(1)
    ).scalar_one()


class PolicyHistory:
    """Which version bound at each moment of the past: data keeps what it was promised when it came."""

    def __init__(self, versions: Sequence[Policy]) -> None:
        """`versions` have all come into force, and stand in the order in which they did."""
        self._versions = versions
        self._since = [version.in_force_at for version in versions]

    def at(self, moment: datetime) -> Policy:
        """The version that bound at `moment`; the first for anything earlier."""
        return self._versions[self._index(moment)]

    def between(self, start: datetime, end: datetime) -> Sequence[Policy]:
        """Every version that bound at any moment from `start` to `end`, both included."""
        return self._versions[self._index(start) : self._index(max(start, end)) + 1]

    def _index(self, moment: datetime) -> int:
        return max(bisect_right(self._since, moment) - 1, 0)


def policy_history(session: Session, organisation_id: UUID) -> PolicyHistory:
    """The versions that bind or have bound, so that many moments can be asked for at the price of one query."""
    # A newer version withdraws one that is still to come, so versions come into force in the order of their numbers.
    query = select(Policy).where(Policy.organisation_id == organisation_id, *has_come_into_force(utc_now()))
    return PolicyHistory(session.execute(query.order_by(Policy.version)).scalars().all())


def has_come_into_force(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """What a query asks of versions that bind, or have bound, by `at`."""
    # Countersigning moves in_force_at to its own moment where that is later: no version binds before it is signed.
    return (
        Policy.withdrawn_at.is_(None),
        Policy.in_force_at <= at,
        or_(Policy.needs_countersignature.is_(False), Policy.countersigned_at.is_not(None)),
    )


def teammates_may_rate(policy: Policy, member_count: int) -> bool:
    """Rule 8: whether colleagues of one team rate each other. Unless the policy says, only below 25 members."""
    if policy.teammates_rate is not None:
        return policy.teammates_rate
    return member_count < TEAMMATES_RATE_BELOW
