"""The list of the erased, in a file beside the database: a backup brought back does not bring them back.

One line for each: when, organisation, member, as ids that say nothing of the person. A line is on the disk before
anything is erased, so that no backup and no crash can come in between.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from ..config import ConfigError


@dataclass(frozen=True, slots=True)
class Erased:
    """A member who is to be forgotten by every copy of the database, and since when."""

    erased_at: datetime
    organisation_id: UUID
    member_id: UUID

    def line(self) -> str:
        """As it stands in the file."""
        return f"{self.erased_at.isoformat()} {self.organisation_id} {self.member_id}\n"

    @classmethod
    def read_from(cls, line: str) -> Erased:
        """The one whom `line` names. Raises ValueError when it is not one of our lines."""
        erased_at, organisation_id, member_id = line.split()
        return cls(datetime.fromisoformat(erased_at), UUID(organisation_id), UUID(member_id))


def path_in(data_dir: Path) -> Path:
    """Where the list is kept."""
    return data_dir / "erasures"


def remembered(data_dir: Path) -> Sequence[Erased]:
    """Everybody on the list, in the order in which they were erased.

    A last line without its end was never followed by an erasure, and is passed over. Raises `ConfigError` naming
    any other line that cannot be read.
    """
    try:
        text = path_in(data_dir).read_text("utf-8")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("HANDCLASP_DATA_DIR", f"cannot read {path_in(data_dir)}: {error}") from error
    whole, _, _torn = text.rpartition("\n")
    return [_read(data_dir, number, line) for number, line in enumerate(whole.splitlines(), start=1)]


def _read(data_dir: Path, number: int, line: str) -> Erased:
    try:
        return Erased.read_from(line)
    except ValueError:
        raise ConfigError(
            "HANDCLASP_DATA_DIR",
            f"line {number} of {path_in(data_dir)} is damaged; restore the file: it says who must stay erased",
        ) from None


def remember(data_dir: Path, erased: Iterable[Erased]) -> None:
    """Put these on the list. They are on the disk when this returns. Raises `ConfigError` when they cannot be."""
    try:
        is_new = not path_in(data_dir).exists()
        handle = os.open(path_in(data_dir), os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(handle, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            kept = file.read()
            # What a crash left of a last line goes: nobody was erased by it.
            file.truncate(kept.rfind(b"\n") + 1)
            file.seek(0, os.SEEK_END)
            file.write("".join(entry.line() for entry in erased).encode())
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            _sync_folder(data_dir)
    except OSError as error:
        raise ConfigError("HANDCLASP_DATA_DIR", f"cannot write {path_in(data_dir)}: {error.strerror}") from error


def _sync_folder(folder: Path) -> None:
    """A new file is on the disk only when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
