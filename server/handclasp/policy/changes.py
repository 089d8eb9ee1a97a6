"""What an admin may choose, what it means to change it, and which changes are looser. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from .models import Attribution, Breakdown, Calendar, Policy

LEAST_K, MOST_K = 3, 50
LEAST_RETENTION_DAYS, MOST_RETENTION_DAYS = 30, 730
REPRESENTATIVE = "representative"


@dataclass(frozen=True, slots=True)
class Terms:
    """The parts of a policy that are chosen. `representative` is a member's id."""

    attribution: Attribution
    k: int
    colluders: int
    calendar: Calendar
    breakdown: Breakdown
    retention_days: int
    teammates_rate: bool | None
    named_exports: bool
    representative: UUID | None

    @classmethod
    def of(cls, policy: Policy) -> Terms:
        """What a version says."""
        return cls(
            attribution=policy.attribution,
            k=policy.k,
            colluders=policy.colluders,
            calendar=policy.calendar,
            breakdown=policy.breakdown,
            retention_days=policy.retention_days,
            teammates_rate=policy.teammates_rate,
            named_exports=policy.named_exports,
            representative=policy.representative_id,
        )


@dataclass(frozen=True, slots=True)
class Change:
    """One part that is different: whether colleagues are protected less by it, and what it means in plain words."""

    part: str
    looser: bool
    detail: str


def changes_between(old: Terms, new: Terms, name_of: Callable[[UUID], str]) -> Sequence[Change]:
    """What `new` makes different, part by part. `name_of` tells how colleagues know a member."""
    found: list[Change] = []
    for part in fields(Terms):
        before, after = getattr(old, part.name), getattr(new, part.name)
        if before != after:
            words = _WORDS[part.name](before, after, name_of)
            found.append(Change(part.name, _LOOSER[part.name](before, after), words))
    return found


_TEAMMATES = {False: 0, None: 1, True: 2}
"""How often colleagues of one team may rate each other: never, in small organisations, always."""

_LOOSER: Mapping[str, Callable[[Any, Any], bool]] = {
    "attribution": lambda _old, new: new is Attribution.OPEN,
    "k": lambda old, new: new < old,
    "colluders": lambda old, new: new < old,
    # More dates means smaller releases.
    "calendar": lambda _old, new: new is Calendar.MONTHLY,
    # Another dimension cuts anew what was cut otherwise before.
    "breakdown": lambda _old, new: new is not Breakdown.NONE,
    "retention_days": lambda old, new: new > old,
    "teammates_rate": lambda old, new: _TEAMMATES[new] > _TEAMMATES[old],
    "named_exports": lambda _old, new: new,
    REPRESENTATIVE: lambda old, _new: old is not None,
}

_ATTRIBUTION = {
    Attribution.OPEN: "Ratings become open: the colleague sees each new one, with the name of who gave it.",
    Attribution.POOLED: "Ratings become pooled: nobody but who gave it ever sees a single new one.",
}
_CALENDAR = {
    Calendar.MONTHLY: "Releases come out every month instead of every quarter.",
    Calendar.QUARTERLY: "Releases come out every quarter instead of every month.",
}
_BREAKDOWN = {
    Breakdown.NONE: "Releases are no longer broken down.",
    Breakdown.TOOL: "Releases are broken down by tool.",
    Breakdown.CUSTOMER_TEAM: "Releases are broken down by the team of those who rated.",
    Breakdown.CAUSE: "Team releases are broken down by what a missed lay at.",
}
_TEAMMATES_WORDS = {
    True: "Colleagues of one team may rate each other.",
    None: "Colleagues of one team may rate each other while there are fewer than 25 members.",
    False: "Colleagues of one team thank each other and do not rate.",
}
_NAMED_EXPORTS = {
    True: "Admins may ask for exports of new open ratings with names.",
    False: "There are no more exports with names.",
}


def _people(number: int) -> str:
    return "one colleague" if number == 1 else f"{number} colleagues"


def _representative(old: UUID | None, new: UUID | None, name_of: Callable[[UUID], str]) -> str:
    if new is None:
        return "There is no employee representative any more."
    if old is None:
        return (
            f"{name_of(new)} becomes the employee representative, who countersigns looser rules and exports with names."
        )
    return f"{name_of(new)} becomes the employee representative in place of {name_of(old)}."


_WORDS: Mapping[str, Callable[[Any, Any, Callable[[UUID], str]], str]] = {
    "attribution": lambda _old, new, _name: _ATTRIBUTION[new],
    "k": lambda old, new, _name: f"At least {new} people stand behind every figure, instead of {old}.",
    "colluders": lambda old, new, _name: (
        f"Figures keep their promise against {_people(new)} who put their knowledge together, instead of {old}."
    ),
    "calendar": lambda _old, new, _name: _CALENDAR[new],
    "breakdown": lambda _old, new, _name: _BREAKDOWN[new],
    "retention_days": lambda old, new, _name: f"Open ratings are kept {new} days instead of {old}.",
    "teammates_rate": lambda _old, new, _name: _TEAMMATES_WORDS[new],
    "named_exports": lambda _old, new, _name: _NAMED_EXPORTS[new],
    REPRESENTATIVE: _representative,
}
