"""The dates that were made, in a file beside the database.

A backup brought back holds the ratings of a date as they were when it was taken. Made again from them, the date's
releases would differ from those that were seen by just what came or went since; the difference would be single
verdicts. So a date on this list is never made again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

from ..ledger import Ledger


@dataclass(frozen=True, slots=True)
class Made:
    """A date whose pooled ratings have been released."""

    organisation_id: UUID
    released_on: date


def _ledger(data_dir: Path) -> Ledger:
    return Ledger(data_dir / "releases", "it says which dates have been released")


def remembered(data_dir: Path) -> frozenset[Made]:
    """Every date on the list. Raises `ConfigError` naming a line that cannot be read."""
    ledger = _ledger(data_dir)
    return frozenset(_read(ledger, number, line) for number, line in enumerate(ledger.lines(), start=1))


def _read(ledger: Ledger, number: int, line: str) -> Made:
    try:
        organisation_id, released_on = line.split()
        return Made(UUID(organisation_id), date.fromisoformat(released_on))
    except ValueError:
        raise ledger.damaged(number) from None


def remember(data_dir: Path, made: Iterable[Made]) -> None:
    """Put these on the list. They are on the disk when this returns. Raises `ConfigError` when they cannot be."""
    _ledger(data_dir).append(f"{one.organisation_id} {one.released_on.isoformat()}" for one in made)
