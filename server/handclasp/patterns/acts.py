"""Who turned to whom and when: all that patterns are found in. Never a verdict, never a word (rule 10)."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from .models import PatternKind

LOOK_BACK_DAYS = 95
"""How far back acts are of use: a pile-on of the last 30 days, and the 60 days of usual traffic before it."""


class ActKind(enum.StrEnum):
    """What somebody did. Thanks count towards rings, words towards pile-ons, open ratings towards both."""

    THANKS = "thanks"
    WORD = "word"
    RATING = "rating"


@dataclass(frozen=True, slots=True)
class Act:
    """That one member turned to another on a day, and their teams of that day. Nothing of what was said."""

    giver: UUID
    taker: UUID
    day: date
    kind: ActKind
    giver_team: UUID | None = None
    taker_team: UUID | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A ring with all its members, or the one member of a pile-on, and the number of acts it rests on.

    `since` is the first day whose acts it rests on.
    """

    kind: PatternKind
    members: frozenset[UUID]
    acts: int
    since: date


def log_poisson_tail(count: int, mean: float) -> float:
    """The logarithm of P(X >= count) for a Poisson X with this mean."""
    if count <= 0:
        return 0.0
    if mean <= 0.0:
        return -math.inf
    if count <= mean:
        return math.log(max(1.0 - sum(math.exp(_log_poisson(below, mean)) for below in range(count)), 0.5))
    # From the first term on, each is smaller than the one before by at least mean / (count + 1).
    terms, ratio, more = 1.0, 1.0, count
    while ratio > 1e-12:
        more += 1
        ratio *= mean / more
        terms += ratio
    return _log_poisson(count, mean) + math.log(terms)


def _log_poisson(count: int, mean: float) -> float:
    return count * math.log(mean) - mean - math.lgamma(count + 1)
