"""Places in tool files, said to people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .matcher import Tool

_PARTS = {
    "title": "the title",
    "anchors": "a place for the button",
    "author": "the author",
    "assignee": "the assignee",
    "reviewer": "the reviewer",
    "owner": "the owner",
    "me": "who is signed in",
}
_FIRST = ("$schema", "id", "name", "hosts", "same_host", "self_hosted", "frames", "hooks", "items", "title")


def part_in_words(pointer: str) -> str:
    """What found nothing, of a breakage's pointer: `#/people/owner/0` is "the owner (place 1)"."""
    names = [part for part in pointer.split("/")[1:] if part != "people"]
    said = _PARTS.get(names[0], names[0])
    return f"{said} (place {int(names[1]) + 1})" if len(names) > 1 else said


def place_in_words(pointer: str) -> str:
    """Where something is wrong, of a JSON pointer: `#/items/0/key` is "items, 1st, key"."""
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    return ", ".join(_ordinal(int(part) + 1) if part.isdecimal() else part for part in parts) or "the file"


def readable(tool: Tool) -> str:
    """A tool file for people to read and change: indented, what it is before how it is read."""
    first: Mapping[str, Any] = {name: tool[name] for name in _FIRST if name in tool}
    return json.dumps({**first, **tool}, indent=2, ensure_ascii=False) + "\n"


def _ordinal(number: int) -> str:
    teen = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
