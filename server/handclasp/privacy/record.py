"""The list of the erased, in a file beside the database: a backup brought back does not bring them back.

One line for each: when, organisation, member, as ids that say nothing of the person. A line is on the disk before
anything is erased, so that no backup and no crash can come in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from ..ledger import Ledger


@dataclass(frozen=True, slots=True)
class Erased:
    """A member who is to be forgotten by every copy of the database, and since when."""

    erased_at: datetime
    organisation_id: UUID
    member_id: UUID

    def line(self) -> str:
        """As it stands in the file."""
        return f"{self.erased_at.isoformat()} {self.organisation_id} {self.member_id}"

    @classmethod
    def read_from(cls, line: str) -> Erased:
        """The one whom `line` names. Raises ValueError when it is not one of our lines."""
        erased_at, organisation_id, member_id = line.split()
        return cls(datetime.fromisoformat(erased_at), UUID(organisation_id), UUID(member_id))


def path_in(data_dir: Path) -> Path:
    """Where the list is kept."""
    return data_dir / "erasures"


def _ledger(data_dir: Path) -> Ledger:
    return Ledger(path_in(data_dir), "it says who must stay erased")


def remembered(data_dir: Path) -> Sequence[Erased]:
    """Everybody on the list, in the order in which they were erased.

    Raises `ConfigError` naming a line that cannot be read.
    """
    ledger = _ledger(data_dir)
    return [_read(ledger, number, line) for number, line in enumerate(ledger.lines(), start=1)]


def _read(ledger: Ledger, number: int, line: str) -> Erased:
    try:
        return Erased.read_from(line)
    except ValueError:
        raise ledger.damaged(number) from None


def remember(data_dir: Path, erased: Iterable[Erased]) -> None:
    """Put these on the list. They are on the disk when this returns. Raises `ConfigError` when they cannot be."""
    _ledger(data_dir).append(entry.line() for entry in erased)
