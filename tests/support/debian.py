"""Programs of Debian packages, unpacked under .cache/ instead of installed.

Nothing of the system's own configuration is touched: no service starts, no site is set up.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.support.processes import ROOT, NotReady

SYSTEM_PACKAGES = ROOT / "deploy" / "system-packages.sh"


def system_packages(part: str) -> None:
    """Install what a part of deploy/system-packages.sh names, if it is missing; raises NotReady with the reason."""
    done = subprocess.run(["bash", SYSTEM_PACKAGES, part], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotReady(f"{SYSTEM_PACKAGES.name} {part} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def candidate(package: str) -> str:
    """The newest version of a package that apt knows; raises NotReady when it knows none."""
    said = _run("apt-cache", "policy", package)
    for line in said.splitlines():
        what, _, version = line.strip().partition(": ")
        if what == "Candidate" and version != "(none)":
            return version
    raise NotReady(f"apt knows no package {package}: on Debian 12, run apt-get update")


def unpack(wanted: Sequence[str], home: Path) -> None:
    """Fetch packages, each named with its version as apt does it, and lay their files out under `home`."""
    with tempfile.TemporaryDirectory(prefix="handclasp-debian-") as downloads:
        _run("apt-get", "download", "-qq", *wanted, cwd=Path(downloads))
        for package in sorted(Path(downloads).glob("*.deb")):
            _run("dpkg-deb", "--extract", str(package), str(home))


def _run(*command: str, cwd: Path | None = None) -> str:
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise NotReady(f"{command[0]} is missing: the live tests need Debian 12") from None
    if done.returncode != 0:
        raise NotReady(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout
