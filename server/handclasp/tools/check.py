"""The checks a tool file must pass. No Flask, no database."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

from .files import schemas_directory
from .matcher import Tool, host_fits
from .template import compile_path, compile_text, loose_holes, names_in, names_used, open_parts

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

RESERVED_IDS = frozenset({"breakages"})
"""What no tool may be called: addresses of the API that are no tool's."""

_MOST_OPEN_PARTS = 2
_MOST_LOOSE_IN_SEGMENT = 2
_MOST_LOOSE_IN_TEXT = 3
"""More, and a long title or address made for it would hold a page up: docs/tool-files.md tells what is loose."""

_LOOSE = "placeholders of any length, besides one at the end"

_PUBLIC_SUFFIX = re.compile(r"(?:(?:ac|co|com|edu|go|gov|ne|net|or|org)\.[a-z]{2}|[^.]+)")
"""Below which strangers have their hosts. Not all of them: these are the likely slips."""


@dataclass(frozen=True)
class ToolProblem:
    """One thing wrong with a tool file: where (a JSON pointer like "#/items/0/key") and what, in words."""

    pointer: str
    detail: str


def check_tool(tool: Any) -> list[ToolProblem]:
    """Return everything wrong with a tool file, empty when it is usable.

    First the format (tool.schema.json); if that holds, what a JSON Schema cannot say: that every name an
    output takes is given by each way its templates can fit, and once, and that keys take one; that no template can
    take long; that every provider role can be read; that hosts are the tool's own, and `same_host` keeps to them.
    """
    found = cast("Iterator[ValidationError]", _validator().iter_errors(tool))  # pyright: ignore[reportUnknownMemberType]
    errors = sorted(found, key=lambda error: [str(part) for part in error.absolute_path])
    if errors:
        return [ToolProblem(_pointer(error.absolute_path), error.message) for error in errors]
    if tool["id"] in RESERVED_IDS:
        return [ToolProblem("#/id", f"{tool['id']!r} is an address of the API; choose another id")]
    return [*_item_problems(tool), *_template_problems(tool), *_reader_problems(tool), *_host_problems(tool)]


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
        if not names_used(item["key"]):
            problems.append(ToolProblem(f"{place}/key", "takes no {name}, so all items would be one"))
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


def _template_problems(tool: Tool) -> list[ToolProblem]:
    parts = [*((f"#/items/{n}", item) for n, item in enumerate(tool["items"]))]
    parts += [(f"#/hooks/{n}", hook) for n, hook in enumerate(tool.get("hooks", []))]
    paths = [
        (f"{place}/{field}/{index}", path)
        for place, part in parts
        for field in ("paths", "fragment", "except")
        for index, path in enumerate(part.get(field, []))
    ]
    texts = [
        (f"{place}/{field}/{name}", text)
        for place, part in parts
        for field in ("query", "fragment_query")
        for name, text in part.get(field, {}).items()
    ]
    texts += [(f"#/document_title/{index}", text) for index, text in enumerate(tool.get("document_title", []))]
    for pointer, reader in _readers(tool):
        if isinstance(reader, Mapping):
            paths += [(f"{pointer}/href", cast("str", reader["href"]))] if "href" in reader else []
            texts += _likes(pointer, cast("Mapping[str, Any]", reader))
    return [
        *(ToolProblem(pointer, detail) for pointer, path in paths for detail in _wrong_with_path(path)),
        *(ToolProblem(pointer, detail) for pointer, text in texts for detail in _wrong_with_text(text)),
    ]


def _likes(pointer: str, reader: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (f"{pointer}/{field}/{index}", text)
        for field in ("like", "text", "value")
        for index, text in enumerate(reader.get(field, []))
    ]


def _wrong_with_path(path: str) -> Iterator[str]:
    segments = path[1:].split("/")
    if any(
        ":path" in segment and not (segment.count("{") == 1 and segment[0] + segment[-1] == "{}")
        for segment in segments
    ):
        yield "has a {name:path} that is not a whole segment"
        return
    if open_parts(path) > _MOST_OPEN_PARTS:
        yield f"has more than {_MOST_OPEN_PARTS} parts that stand for any number of segments"
    if any(loose_holes(segment) > _MOST_LOOSE_IN_SEGMENT for segment in segments):
        yield f"leaves too much open: at most {_MOST_LOOSE_IN_SEGMENT} {_LOOSE} of a segment"
    yield from _failing(compile_path, path)


def _wrong_with_text(text: str) -> Iterator[str]:
    if loose_holes(text) > _MOST_LOOSE_IN_TEXT:
        yield f"leaves too much open: at most {_MOST_LOOSE_IN_TEXT} {_LOOSE} of the text"
    yield from _failing(compile_text, text)


def _failing(compile_: Callable[[str], None], template: str) -> Iterator[str]:
    try:
        compile_(template)
    except re.error:
        yield "is no template that can be read; mend its placeholders"


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
    hosts: list[str] = tool["hosts"]
    same: Mapping[str, str] = tool.get("same_host", {})
    problems = [
        ToolProblem(f"#/hosts/{index}", f"{host!r} stands for hosts of strangers, too; name the tool's own")
        for index, host in enumerate(hosts)
        if host.startswith("*.") and _PUBLIC_SUFFIX.fullmatch(host[2:])
    ]
    for shown, meant in same.items():
        if meant.startswith("*.") and not shown.startswith("*."):
            problems.append(ToolProblem("#/same_host", f"{meant!r} has a '*' that {shown!r} has not"))
        if not any(host_fits(meant, host) for host in hosts):
            problems.append(ToolProblem("#/same_host", f"{meant!r} is none of the tool's hosts; name it there, too"))
    return problems


def _pointer(path: Any) -> str:
    return "#" + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
