"""The extension's reader finds item, people and place in pages of each tool, in a real Chromium."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TOOLS = sorted(path.stem for path in (ROOT / "shared-schemas" / "tools").glob("*.json"))
LEAST_TOOLS = 60
LEAST_VECTORS = 5


def read(path: Path) -> Any:
    """A JSON file's content."""
    return json.loads(path.read_text("utf-8"))


def test_the_reader_finds_what_stands_in_the_pages() -> None:
    node = shutil.which("node")
    assert node is not None, "node is missing; install it: bash deploy/system-packages.sh"
    told = subprocess.run([node, str(HERE / "pages.mjs")], capture_output=True, text=True, timeout=300, check=False)
    assert told.returncode == 0, "\n".join(line for line in told.stdout.splitlines() if not line.startswith("ok "))


def test_there_are_tools_enough() -> None:
    assert len(TOOLS) >= LEAST_TOOLS


def test_nothing_is_left_of_a_tool_that_is_gone() -> None:
    folders = {path.name for path in (HERE / "pages").iterdir() if path.is_dir()}
    vectors = {path.stem for path in (ROOT / "shared-schemas" / "vectors").glob("*.json")} - {"grammar"}
    assert (folders, vectors) == (set(TOOLS), set(TOOLS))


@pytest.mark.parametrize("tool_id", TOOLS)
def test_a_tool_is_whole(tool_id: str) -> None:
    tool = read(ROOT / "shared-schemas" / "tools" / f"{tool_id}.json")
    vectors = read(ROOT / "shared-schemas" / "vectors" / f"{tool_id}.json")
    told_by_address = any("each" not in item for item in tool["items"])
    assert not told_by_address or len({row["url"] for row in vectors["match"]}) >= LEAST_VECTORS, "five that are items"
    assert len({row["url"] for row in vectors["no_match"]}) >= LEAST_VECTORS, "five addresses that are none"

    folder = HERE / "pages" / tool_id
    expected = read(folder / "expected.json")
    assert {path.name for path in folder.glob("*.html")} == set(expected), "each page has its expected result"
    shown = {each["item"]["kind"] for page in expected.values() for each in page.get("items", [page])}
    assert shown == {item["kind"] for item in tool["items"]}, "a page of each kind, and of no other"
    assert any(page.get("redesigned") for page in expected.values()), "a page without the first places"

    # What each kind of item is made of is also in some vector.
    assert {row["kind"] for row in vectors["match"]} == {item["kind"] for item in tool["items"] if "each" not in item}
    for part in ("urls", "title", "anchors"):
        assert tool["verified"][part] != "none", f"{part} is verified somehow"
    has_people = any(places for role, places in tool["people"].items() if role != "me")
    assert (tool["verified"]["people"] == "none") == (not has_people), "people are verified where there are any"
