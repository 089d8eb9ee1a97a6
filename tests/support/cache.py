"""What is made once and kept under .cache/ in the checkout."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.processes import ROOT

CACHE = ROOT / ".cache"


def made_once(name: str, fingerprint: str, make: Callable[[Path], None]) -> Path:
    """The folder that `make` filled, made anew when `fingerprint` is another than the last time.

    Several processes may ask at once: one makes it, the others wait. One that is left half made, by an error or
    a power cut, is made again.
    """
    home = CACHE / f"{name}-{hashlib.sha256(fingerprint.encode()).hexdigest()[:12]}"
    if (home / "complete").exists():
        return home
    with _locked(name):
        if not (home / "complete").exists():
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir(parents=True)
            print(f"Making {home.name} ...", file=sys.stderr, flush=True)
            make(home)
            (home / "complete").touch()
    return home


@contextmanager
def _locked(name: str) -> Iterator[None]:
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        yield
