"""Finds rings and pile-ons in who turned to whom, and when; it is never told a verdict or a word (rule 10).

Pure: acts in, findings out. Why these measures, and what they miss: docs/decisions/0010-patterns.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from .acts import Act, Finding
from .pile_ons import find_pile_ons
from .rings import find_rings


def find_patterns(acts: Sequence[Act], today: date) -> list[Finding]:
    """The rings of the last 60 days and the pile-ons of the last 30, up to and including `today`.

    No two rings share half of their members or more, and a member has at most one pile-on: the strongest.
    """
    return [*find_rings(acts, today), *find_pile_ons(acts, today)]
