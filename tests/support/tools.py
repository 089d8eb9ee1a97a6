"""A tool file, and what is told of a broken page, for tests."""

from __future__ import annotations

import copy
import json
from typing import Any

from tests.support.processes import ROOT

_EXAMPLE: dict[str, Any] = json.loads(
    (ROOT / "shared-schemas" / "examples" / "valid" / "ToolFile" / "wish-list.json").read_text("utf-8")
)


def tool_file(tool_id: str = "wishes", /, **changes: Any) -> dict[str, Any]:
    """A good tool file of its own id, with whatever is changed."""
    return copy.deepcopy(_EXAMPLE) | {"id": tool_id} | changes


def bundled_file(tool_id: str) -> dict[str, Any]:
    """A tool file that comes with Handclasp."""
    return json.loads((ROOT / "shared-schemas" / "tools" / f"{tool_id}.json").read_text("utf-8"))


def breakage(*failed: str, **changes: Any) -> dict[str, Any]:
    """What an extension tells of a page on which it found no place for the button."""
    return {"kind": "ticket", "digest": "ab" * 32, "bundled": True, "failed": list(failed) or ["#/anchors"]} | changes
