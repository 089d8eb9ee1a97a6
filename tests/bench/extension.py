"""`make bench-extension`: what the button costs the pages it is in, measured in Chromium and Firefox.

Prints a table and ends with 1 when a limit is broken. `--write` puts the table into docs/performance.md.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import re
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.gecko import script_time
from tests.support.processes import ROOT
from tests.support.stage import EXTENSION, Stage
from tests.support.world import World

STORIES = Path(__file__).with_name("stories")
PAGE = ROOT / "docs" / "performance.md"
MARKS = ("<!-- bench-extension -->", "<!-- /bench-extension -->")
ROUNDS = 15


@dataclass(frozen=True)
class Line:
    """One measured figure and its limit, both in `unit`."""

    what: str
    browser: str
    figure: float
    limit: float
    unit: str

    @property
    def holds(self) -> bool:
        """Whether the figure keeps the limit."""
        return self.figure <= self.limit

    def row(self) -> tuple[str, ...]:
        """As a row of the table."""
        digits = 3 if self.unit == "" else 1 if self.unit == "kB" else 2
        unit = f" {self.unit}" if self.unit else ""
        verdict = "holds" if self.holds else "BROKEN"
        return (self.what, self.browser, f"{self.figure:.{digits}f}{unit}", f"{self.limit:g}{unit}", verdict)


BUSY = "script while 1,500 mutations happen on a page of 8,000 rows, after mounting"
NO_ITEM = "script on a granted page that is no item (8,000 rows, 1,500 mutations), median"
NOT_GRANTED = "contexts of ours in a page that was never granted"
TO_MOUNT = "script from navigation to the mounted button, median"
AFTER_ANCHOR = "from the anchor's appearance to the painted button, worst"
SHIFT = "layout shift that the button adds, worst"


def main() -> None:
    """Measure, print, and fail on a broken limit."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    arguments.add_argument("--rounds", type=int, default=ROUNDS)
    given = arguments.parse_args()
    lines = [*_sizes(), *_measured(given.rounds)]
    table = _table(lines)
    print(table)
    if given.write:
        _write(table)
    broken = [line for line in lines if not line.holds]
    if broken:
        sys.exit(f"{len(broken)} limits are broken")


def _sizes() -> list[Line]:
    """Bytes of the content scripts as they are shipped, compressed at level 9."""
    return [
        Line(what, name, _weight(EXTENSION / name, scripts), 12, "kB")
        for what, scripts in (
            ("content script on every granted page, gzip", ["content.js"]),
            ("both content scripts of an item's page, gzip, without the tool's sheet", ["content.js", "button.js"]),
        )
        for name in ("chrome", "firefox")
    ]


def _weight(folder: Path, scripts: list[str]) -> float:
    """In kilobytes of 1,000 bytes."""
    return len(gzip.compress(b"".join((folder / script).read_bytes() for script in scripts), 9, mtime=0)) / 1000


def _measured(rounds: int) -> list[Line]:
    with tempfile.TemporaryDirectory(prefix="handclasp-bench-") as folder, World() as world:
        stage = Stage(world, Path(folder) / "profiles", ROOT / "tests" / "artifacts" / "bench", STORIES)
        try:
            chromium = stage.play("chromium", seconds=600, rounds=rounds)
            world.begin_again()
            profile = Path(folder) / "gecko.json"
            firefox = stage.play("firefox", seconds=600, rounds=rounds, profile=str(profile))
        finally:
            stage.close()
        return [*_of_chromium(chromium), *_of_firefox(firefox, json.loads(profile.read_bytes()))]


def _of_chromium(told: dict[str, Any]) -> list[Line]:
    name = told["version"]
    return [
        Line(BUSY, name, told["busy"], 10, "ms"),
        Line(NO_ITEM, name, told["noItem"], 2, "ms"),
        Line(NOT_GRANTED, name, told["injected"], 0, ""),
        Line(TO_MOUNT, name, told["toMount"], 20, "ms"),
        Line(AFTER_ANCHOR, name, told["afterAnchor"], 150, "ms"),
        Line(SHIFT, name, told["shift"], 0.01, ""),
    ]


def _of_firefox(told: dict[str, Any], profile: dict[str, Any]) -> list[Line]:
    def spent(phase: str) -> list[float]:
        return [script_time(profile, begin, end) for begin, end in told["phases"][phase]]

    name = told["version"]
    return [
        Line(BUSY, name, max(spent("busy")), 10, "ms"),
        Line(NO_ITEM, name, _median(spent("noItem")), 2, "ms"),
        Line(TO_MOUNT, name, _median(spent("toMount")), 20, "ms"),
        Line(AFTER_ANCHOR, name, told["afterAnchor"], 150, "ms"),
    ]


def _median(figures: list[float]) -> float:
    return sorted(figures)[len(figures) // 2]


def _table(lines: list[Line]) -> str:
    head = ("What", "Browser", "Measured", "Limit", "")
    rows = [head, ("---",) * len(head), *(line.row() for line in lines)]
    when = datetime.now(UTC).date().isoformat()
    made = f"`make bench-extension` on {when}: {os.cpu_count()} cores, {platform.system()} {platform.machine()}."
    return f"{made}\n\n" + "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _write(table: str) -> None:
    begin, end = MARKS
    page = PAGE.read_text("utf-8")
    put = f"{begin}\n{table}\n{end}"
    PAGE.write_text(re.sub(f"{begin}.*{end}", lambda _: put, page, flags=re.DOTALL), "utf-8")


if __name__ == "__main__":
    main()
