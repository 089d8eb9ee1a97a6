"""The table of tools, as a page of the documentation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .matcher import Tool

_HEAD = """# Tools

Generated from `shared-schemas/tools` by `make contract`; docs/tool-files.md explains the files. **How verified** names
the way for addresses, title, place of the button and people, in this order: *live* (driven in the real tool by
`make test-live`), *source* (read in the tool's own published source or documentation), *integration* (another public
integration relies on it), *recalled* (unchecked), *none* (nothing to find).

"""


def table(tools: Iterable[Tool]) -> str:
    """Return a Markdown page with a row for each tool: kinds, self-hosted, people read, how verified."""
    known = sorted(tools, key=lambda tool: str(tool["name"]).casefold())
    kinds = {item["kind"] for tool in known for item in tool["items"]}
    rows = [
        ("Tool", "Kinds (whose work)", "Public hosts", "Self-hosted", "People read", "How verified"),
        ("---",) * 6,
        *(_row(tool) for tool in known),
    ]
    lines = "".join("| " + " | ".join(row) + " |\n" for row in rows)
    return f"{_HEAD}{len(known)} tools, {len(kinds)} kinds of items.\n\n{lines}"


def _row(tool: Tool) -> tuple[str, ...]:
    return (
        f"{tool['name']} (`{tool['id']}`)",
        ", ".join(dict.fromkeys(f"{item['kind']} ({item['provider']})" for item in tool["items"])),
        ", ".join(tool["hosts"]) or "-",
        "yes" if tool["self_hosted"] else "no",
        ", ".join(_people(tool)) or "nobody is shown",
        _verified(tool["verified"]),
    )


def _people(tool: Tool) -> Iterable[str]:
    for role, places in tool["people"].items():
        if role == "me" or not places:
            continue
        fields = [field for field in ("handle", "name", "email") if any(field in place for place in places)]
        yield f"{role}: {' + '.join(fields)}"


def _verified(verified: dict[str, Any]) -> str:
    ways = " / ".join(verified[part] for part in ("urls", "title", "anchors", "people"))
    note = f"; {verified['note']}" if "note" in verified else ""
    return (ways + note).replace("|", "\\|")
