"""Files of lines beside the database, for what a backup that is brought back must not undo.

A line is on the disk when `append` returns. A last line without its end was never relied on, and is passed over.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .config import ConfigError


@dataclass(frozen=True, slots=True)
class Ledger:
    """One such file. `meaning` says, to whoever has to restore it, why it must stay whole."""

    path: Path
    meaning: str

    def lines(self) -> Sequence[str]:
        """Every whole line, in the order in which they came. Raises `ConfigError` when the file cannot be read."""
        try:
            text = self.path.read_text("utf-8")
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError("HANDCLASP_DATA_DIR", f"cannot read {self.path}: {error}") from error
        whole, _, _torn = text.rpartition("\n")
        return whole.splitlines()

    def damaged(self, number: int) -> ConfigError:
        """What to raise for a line, counted from 1, that is none of ours."""
        return ConfigError(
            "HANDCLASP_DATA_DIR", f"line {number} of {self.path} is damaged; restore the file: {self.meaning}"
        )

    def append(self, lines: Iterable[str]) -> None:
        """Add these. They are on the disk when this returns. Raises `ConfigError` when they cannot be."""
        try:
            is_new = not self.path.exists()
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            with os.fdopen(handle, "r+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                kept = file.read()
                # What a crash left of a last line goes: nothing followed from it.
                file.truncate(kept.rfind(b"\n") + 1)
                file.seek(0, os.SEEK_END)
                file.write("".join(f"{line}\n" for line in lines).encode())
                file.flush()
                os.fsync(file.fileno())
            if is_new:
                _sync_folder(self.path.parent)
        except OSError as error:
            raise ConfigError("HANDCLASP_DATA_DIR", f"cannot write {self.path}: {error.strerror}") from error


def _sync_folder(folder: Path) -> None:
    """A new file is on the disk only when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
