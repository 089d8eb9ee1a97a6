"""What anything that claims to be a tool file must be like, before it is worth a closer look.

The closer look (`check_tool`) costs more the more it is given, and stores nothing of what no database can keep.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

from ..errors import UNSTORABLE
from .check import ToolProblem, check_tool

_DEEPEST = 12
_LONGEST_LIST = 100
_LONGEST_TEXT = 500
_LARGEST_NUMBER = 2**53 - 1
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_MOST_PROBLEMS = 50
_LONGEST_DETAIL = 300

_PLAIN_WORDS = tuple(
    (re.compile(pattern, re.DOTALL), words)
    for pattern, words in (
        (r"^('\w+') is a required property$", r"\1 is missing"),
        (
            r"^Additional properties are not allowed \((.*) (?:was|were) unexpected\)$",
            r"\1: no such part is in the format",
        ),
        (r"^(.*) does not match '(.*)'$", r"\1 has not the form that it must have: \2"),
        (r"^(.*) is not of type 'array'$", r"\1 must be a list"),
        (r"^(.*) is not of type 'object'$", r"\1 must be an object"),
        (r"^(.*) is not of type 'string'$", r"\1 must be a text"),
        (r"^(.*) is not of type 'boolean'$", r"\1 must be true or false"),
        (r"^(.*) is not valid under any of the given schemas$", r"\1 fits none of the forms that this part may have"),
        (r"^(''|\[\]|\{\}) (?:is too short|should be non-empty)$", r"must not be empty"),
    )
)


def problems_of(tool: Any) -> list[ToolProblem]:
    """Return what is wrong with something that came from outside, at most 50 problems; empty when it is usable."""
    problems = list(_shape_problems(tool, "#", 0)) or check_tool(tool)
    return [ToolProblem(problem.pointer, _shortened(_plain(problem.detail))) for problem in problems[:_MOST_PROBLEMS]]


def _shape_problems(value: Any, pointer: str, depth: int) -> Iterator[ToolProblem]:
    if depth > _DEEPEST:
        yield ToolProblem(pointer, "is nested deeper than any part of a tool file")
    elif isinstance(value, str):
        yield from _text_problems(value, pointer)
    elif isinstance(value, float) or (isinstance(value, int) and abs(value) > _LARGEST_NUMBER):
        yield ToolProblem(pointer, "is no whole number of a usual size")
    elif isinstance(value, list | dict):
        yield from _list_problems(cast("list[Any] | dict[str, Any]", value), pointer, depth)


def _list_problems(value: list[Any] | dict[str, Any], pointer: str, depth: int) -> Iterator[ToolProblem]:
    if len(value) > _LONGEST_LIST:
        yield ToolProblem(pointer, f"has more than {_LONGEST_LIST} entries, more than any part of a tool file")
        return
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for name, entry in entries:
        if isinstance(name, str) and list(_text_problems(name, pointer)):
            yield ToolProblem(pointer, "has a name that no tool file has")
            continue
        escaped = str(name).replace("~", "~0").replace("/", "~1")
        yield from _shape_problems(entry, f"{pointer}/{escaped}", depth + 1)


def _text_problems(text: str, pointer: str) -> Iterator[ToolProblem]:
    if len(text) > _LONGEST_TEXT:
        yield ToolProblem(pointer, f"is longer than {_LONGEST_TEXT} characters, more than any text of a tool file")
    elif UNSTORABLE.search(text) or _CONTROL.search(text):
        # A line's end, too: the patterns of the format would let one pass at the end of a text.
        yield ToolProblem(pointer, "holds a line break or another character that no tool file holds")


def _plain(detail: str) -> str:
    """The words of the schema's validator, said to people."""
    for pattern, words in _PLAIN_WORDS:
        detail = pattern.sub(words, detail)
    return detail


def _shortened(detail: str) -> str:
    return detail if len(detail) <= _LONGEST_DETAIL else f"{detail[:_LONGEST_DETAIL]} ..."
