"""The extension's reader finds item, people and place in pages of each tool, in a real Chromium."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent


def test_the_reader_finds_what_stands_in_the_pages() -> None:
    chromium, node = shutil.which("chromium"), shutil.which("node")
    assert chromium is not None, "chromium is missing; install it: bash deploy/system-packages.sh"
    assert node is not None, "node is missing; install it: bash deploy/system-packages.sh"
    told = subprocess.run(
        [node, str(HERE / "pages.mjs"), chromium], capture_output=True, text=True, timeout=120, check=False
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert told.stdout.count("\nok ") + told.stdout.startswith("ok ") >= 7
