"""The checks a tool file must pass. No Flask, no database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

from .files import schemas_directory
from .matcher import Tool
from .template import names_in, names_used, open_parts

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

RESERVED_IDS = frozenset({"breakages"})
"""What no tool may be called: addresses of the API that are no tool's."""

_MOST_OPEN_PARTS = 2


@dataclass(frozen=True)
class ToolProblem:
    """One thing wrong with a tool file: where (a JSON pointer like "#/items/0/key") and what, in words."""

    pointer: str
    detail: str


def check_tool(tool: Any) -> list[ToolProblem]:
    """Return everything wrong with a tool file, empty when it is usable.

    First the format (tool.schema.json); if that holds, what a JSON Schema cannot say: that every name an
    output takes is given by each way its templates can fit, and once; that every provider role can be read; that
    hosts on both sides of `same_host` agree.
    """
    found = cast("Iterator[ValidationError]", _validator().iter_errors(tool))  # pyright: ignore[reportUnknownMemberType]
    errors = sorted(found, key=lambda error: [str(part) for part in error.absolute_path])
    if errors:
        return [ToolProblem(_pointer(error.absolute_path), error.message) for error in errors]
    if tool["id"] in RESERVED_IDS:
        return [ToolProblem("#/id", f"{tool['id']!r} is an address of the API; choose another id")]
    return [*_item_problems(tool), *_path_problems(tool), *_reader_problems(tool), *_host_problems(tool)]


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
        for given in _names_given(item):
            names = set(given)
            for output in ("key", "url"):
                problems.extend(
                    ToolProblem(f"{place}/{output}", f"takes {{{name}}}, which not every template of the item gives")
                    for name in sorted(names_used(item[output]) - names)
                )
            problems.extend(
                ToolProblem(f"{place}/within", f"takes {{{name}}}, which not every template of the item gives")
                for name in sorted(set(chain.from_iterable(map(names_used, item.get("within", [])))) - names)
            )
            if len(names) < len(given):
                problems.append(ToolProblem(place, "gives one name in two places; give each its own"))
        if "each" in item and "each" not in names_used(item["key"]):
            problems.append(ToolProblem(f"{place}/key", "takes no {each}, so all items of a page would be one"))
        if item["provider"] not in tool["people"]:
            detail = f"#/people has no place for {item['provider']!r}; give it an empty list if the tool shows nobody"
            problems.append(ToolProblem(f"{place}/provider", detail))
    return list(dict.fromkeys(problems))


def _names_given(item: Mapping[str, Any]) -> list[list[str]]:
    """Return the names given by each way the item's templates can fit."""
    values = chain(item.get("query", {}).values(), item.get("fragment_query", {}).values())
    asked = list(chain.from_iterable(names_in(cast("str", value)) for value in values))
    if "each" in item:
        asked.append("each")
    fragments = [names_in(template) for template in item.get("fragment", [])] or [list[str]()]
    return [names_in(path) + asked + fragment for path in item["paths"] for fragment in fragments]


def _path_problems(tool: Tool) -> list[ToolProblem]:
    parts = [*((f"#/items/{n}", item) for n, item in enumerate(tool["items"]))]
    parts += [(f"#/hooks/{n}", hook) for n, hook in enumerate(tool.get("hooks", []))]
    return [
        ToolProblem(f"{place}/{field}/{index}", detail)
        for place, part in parts
        for field in ("paths", "fragment", "except")
        for index, path in enumerate(part.get(field, []))
        for detail in _wrong_with_path(path)
    ]


def _wrong_with_path(path: str) -> Iterator[str]:
    if open_parts(path) > _MOST_OPEN_PARTS:
        yield f"has more than {_MOST_OPEN_PARTS} parts that stand for any number of segments"
    if any(":path" in segment and not segment.endswith(":path}") for segment in path.split("/")):
        yield "has a {name:path} that is not a whole segment"
    if any(segment.count("{") > 1 and ":path" in segment for segment in path.split("/")):
        yield "has a {name:path} that is not a whole segment"


def _reader_problems(tool: Tool) -> list[ToolProblem]:
    return [
        ToolProblem(f"{pointer}/href", "names no {value}")
        for pointer, reader in _readers(tool)
        if isinstance(reader, Mapping) and "href" in reader and "value" not in names_in(cast("str", reader["href"]))
    ]


def _readers(tool: Tool) -> Iterable[tuple[str, Any]]:
    people = cast("Mapping[str, list[Mapping[str, Any]]]", tool["people"])
    for role, places in people.items():
        for index, place in enumerate(places):
            for field in ("handle", "name", "email"):
                yield f"#/people/{role}/{index}/{field}", place.get(field)
    for index, place in enumerate(tool["title"]):
        yield f"#/title/{index}/read", place.get("read")
    for index, item in enumerate(tool["items"]):
        yield f"#/items/{index}/each/key", item.get("each", {}).get("key")


def _host_problems(tool: Tool) -> list[ToolProblem]:
    same: Mapping[str, str] = tool.get("same_host", {})
    return [
        ToolProblem("#/same_host", f"{meant!r} has a '*' that {shown!r} has not")
        for shown, meant in same.items()
        if meant.startswith("*.") and not shown.startswith("*.")
    ]


def _pointer(path: Any) -> str:
    return "#" + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
