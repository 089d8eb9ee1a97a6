"""The bundled tool files, and the checks a tool file must pass. No Flask, no database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from .check import ToolProblem, check_tool
from .files import UnusableToolFile, schemas_directory
from .matcher import Tool


@cache
def bundled_tools() -> tuple[Tool, ...]:
    """Return every bundled tool file, by id, read once when first asked for. Raises UnusableToolFile.

    They are not checked here: `check_bundled` is for the tests, so that no server starts by checking what it came with.
    """
    return tuple(_read(path) for path in _bundled_paths())


def bundled_tool(tool_id: str) -> Tool | None:
    """Return one bundled tool file, or None where there is none of this id."""
    return _by_id().get(tool_id)


def check_bundled() -> dict[str, list[ToolProblem]]:
    """Return everything wrong with the bundled tool files, by file name; empty when all are usable."""
    found: dict[str, list[ToolProblem]] = {}
    for path in _bundled_paths():
        tool = _read(path)
        problems = check_tool(tool)
        if not problems and tool["id"] != path.stem:
            problems = [ToolProblem("#/id", f"must equal the file's name, {path.stem!r}")]
        if problems:
            found[path.name] = problems
    return found


def provider_roles(tool_id: str, kind: str) -> tuple[str, ...]:
    """Return the roles that a bundled file names as the provider of a kind; empty when unknown."""
    tool = bundled_tool(tool_id)
    return () if tool is None else provider_roles_of(tool, kind)


def provider_roles_of(tool: Tool, kind: str) -> tuple[str, ...]:
    """Return the roles that are the provider of a kind of item, most telling first; empty when it has no such kind."""
    return tuple(dict.fromkeys(item["provider"] for item in tool["items"] if item["kind"] == kind))


def _bundled_paths() -> list[Path]:
    return sorted((schemas_directory() / "tools").glob("*.json"))


def _read(path: Path) -> Tool:
    try:
        return json.loads(path.read_bytes())
    except ValueError as error:
        raise UnusableToolFile(f"{path.name} is not JSON: {error}") from error


@cache
def _by_id() -> Mapping[str, Tool]:
    return {tool["id"]: tool for tool in bundled_tools()}
