"""The bundled tool files, and the checks a tool file must pass. No Flask, no database."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from .matcher import Tool, names_in, names_used

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

RESERVED_IDS = frozenset({"breakages"})
"""What no tool may be called: addresses of the API that are no tool's."""


class UnusableToolFile(Exception):
    """A bundled tool file is missing or breaks the format; the message names the file and the place."""


@dataclass(frozen=True)
class ToolProblem:
    """One thing wrong with a tool file: where (a JSON pointer like "#/items/0/key") and what, in words."""

    pointer: str
    detail: str


def schemas_directory() -> Path:
    """Return the folder of shared schemas: beside the server in the repository, or inside the installed package."""
    package = Path(__file__).resolve().parents[1]
    places = (package.parents[1] / "shared-schemas", package / "shared-schemas")
    for place in places:
        if (place / "tool.schema.json").is_file():
            return place
    raise UnusableToolFile(f"tool.schema.json is in none of {', '.join(str(place) for place in places)}")


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


def check_tool(tool: Any) -> list[ToolProblem]:
    """Return everything wrong with a tool file, empty when it is usable.

    First the format (tool.schema.json); if that holds, what a JSON Schema cannot say: that every name an
    output takes is given by each of its templates, and that every provider role can be read.
    """
    found = cast("Iterator[ValidationError]", _validator().iter_errors(tool))  # pyright: ignore[reportUnknownMemberType]
    errors = sorted(found, key=lambda error: [str(part) for part in error.absolute_path])
    if errors:
        return [ToolProblem(_pointer(error.absolute_path), error.message) for error in errors]
    if tool["id"] in RESERVED_IDS:
        return [ToolProblem("#/id", f"{tool['id']!r} is an address of the API; choose another id")]
    return [*_item_problems(tool), *_people_problems(tool)]


@cache
def _validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - a tenth of a second, and most starts check no file

    schema = json.loads((schemas_directory() / "tool.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def _item_problems(tool: Tool) -> list[ToolProblem]:
    problems: list[ToolProblem] = []
    for index, item in enumerate(tool["items"]):
        place = f"#/items/{index}"
        for names in _names_given(item):
            for output in ("key", "url"):
                problems.extend(
                    ToolProblem(f"{place}/{output}", f"takes {{{name}}}, which not every template of the item gives")
                    for name in sorted(names_used(item[output]) - names)
                )
        if item["provider"] not in tool["people"]:
            detail = f"#/people has no place for {item['provider']!r}"
            problems.append(ToolProblem(f"{place}/provider", detail))
    return list(dict.fromkeys(problems))


def _names_given(item: Mapping[str, Any]) -> list[set[str]]:
    """Return the names given by each way the item's templates can fit."""
    query = set(cast("Mapping[str, str]", item.get("query", {})))
    fragments = [names_in(template) for template in item.get("fragment", [])] or [set[str]()]
    return [names_in(path) | query | fragment for path in item["paths"] for fragment in fragments]


def _people_problems(tool: Tool) -> list[ToolProblem]:
    people = cast("Mapping[str, list[Mapping[str, Any]]]", tool["people"])
    return [
        ToolProblem(f"#/people/{role}/{index}/{field}/href", "names no {value}")
        for role, places in people.items()
        for index, place in enumerate(places)
        for field in ("handle", "name", "email")
        if not _reads_a_value(place.get(field, "text"))
    ]


def _reads_a_value(reader: str | Mapping[str, str]) -> bool:
    return isinstance(reader, str) or "href" not in reader or "value" in names_in(reader["href"])


def _pointer(path: Any) -> str:
    return "#" + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
