"""Templates of tool files (docs/tool-files.md).

The twin of extension/src/shared/template.ts: both pass shared-schemas/vectors. A template is compiled to one anchored
pattern per segment, once. The patterns are made here, never taken from a tool file; texts are at most 2,000 long.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote, unquote_to_bytes

Values = dict[str, str]
"""What a template named, decoded; a `{name:path}` keeps its segments apart by "/"."""

_PLACEHOLDER = re.compile(r"\{(\*|[a-z][a-z_]*)(?::([a-z]+))?(?::([0-9]+)(-)?)?\}")
_MANY = re.compile(r"\{([a-z][a-z_]*):path\}")
_NAME = re.compile(r"\{([a-z_]+)(:opaque)?\}")
_NAME_BEFORE_SLASH = re.compile(r"\{([a-z_]+)\}/")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NO_HEX = re.compile(r"[^0-9a-f]")
_LONGEST_READ = 2000
_LONGEST_TEXT = 200

_IN_SEGMENT = r"[^/\n]"
"""What any text is made of: a slash that a segment hides is taken only where the template says so."""
_OPAQUE = r"[^\n]"

_CHARACTERS = {"word": "[A-Za-z0-9._-]", "fold": "[A-Za-z0-9._-]", "alnum": "[A-Za-z0-9]", "hex": "[0-9A-Fa-f]"}
"""Repeated as often as the template says."""
_WHOLE = {
    "int": "[1-9][0-9]{0,19}",
    "code": "[A-Za-z][A-Za-z0-9_]{0,49}-[1-9][0-9]{0,14}",
    "uuid": r"\{?[0-9A-Fa-f]{8}-?(?:[0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}\}?",
}


@dataclass(frozen=True, slots=True)
class _Hole:
    name: str | None
    """None for what is dropped."""
    type: str


@dataclass(frozen=True, slots=True)
class _One:
    """One segment."""

    pattern: re.Pattern[str]
    holes: tuple[_Hole, ...]


@dataclass(frozen=True, slots=True)
class _Many:
    """Any number of segments."""

    name: str | None


def segments_of(path: str) -> list[str] | None:
    """Return a path's decoded segments; None when one is empty, no UTF-8, or hides a backslash or control character."""
    trimmed = path.removeprefix("/").removesuffix("/")
    if not trimmed:
        return []
    segments: list[str] = []
    for part in trimmed.split("/"):
        if _BROKEN_PERCENT.search(part):
            return None
        try:
            segment = unquote_to_bytes(part).decode("utf-8")
        except UnicodeDecodeError:
            return None
        if not segment or "\\" in segment or _CONTROL.search(segment):
            return None
        segments.append(segment)
    return segments


def fit(segments: Sequence[str], template: str) -> Values | None:
    """Fit decoded path segments to a path template; None when they do not fit."""
    # The twin fits the whole path at once, with a "/" after each segment.
    if sum(_units(segment) + 1 for segment in segments) > _LONGEST_READ:
        return None
    return _fit_parts(segments, _compile_path(template), {})


def fit_text(text: str, template: str) -> Values | None:
    """Fit a text as a whole to a template in which "/" has no meaning of its own; None when it does not fit."""
    return _fit_one(text, _compile(template, _OPAQUE), {})


def fill(output: str, values: Values) -> str:
    """Put values into an output as they are."""
    return _NAME.sub(lambda found: values.get(found[1], ""), output)


def fill_url(output: str, values: Values) -> str:
    """Put values into a URL's path, each segment encoded, and of `{name:opaque}` the slashes, too.

    An empty value takes the "/" after it away.
    """
    shortened = _NAME_BEFORE_SLASH.sub(lambda found: "" if values.get(found[1]) == "" else found[0], output)
    return _NAME.sub(lambda found: quote(values.get(found[1], ""), safe="!*'()" if found[2] else "/!*'()"), shortened)


def names_in(template: str) -> list[str]:
    """Return the names a template gives, in order; one that is given twice is there twice."""
    return [found[1] for found in _PLACEHOLDER.finditer(template) if found[1] != "*"]


def names_used(output: str) -> set[str]:
    """Return the names an output (a key or a canonical URL) takes."""
    return {found[1] for found in _NAME.finditer(output)}


def open_parts(template: str) -> int:
    """Return how many parts of a path template stand for any number of segments."""
    return sum(isinstance(part, _Many) for part in _compile_path(template))


def _fit_parts(segments: Sequence[str], parts: Sequence[_One | _Many], values: Values) -> Values | None:
    if not parts:
        return None if segments else values
    part, rest = parts[0], parts[1:]
    if isinstance(part, _One):
        found = _fit_one(segments[0], part, values) if segments else None
        return None if found is None else _fit_parts(segments[1:], rest, found)
    for end in range(len(segments) + 1):
        if part.name is not None and any("/" in segment for segment in segments[:end]):
            return None
        taken = values if part.name is None else values | {part.name: "/".join(segments[:end])}
        found = _fit_parts(segments[end:], rest, taken)
        if found is not None:
            return found
    return None


def _fit_one(text: str, part: _One, values: Values) -> Values | None:
    if _units(text) > _LONGEST_READ or _CONTROL.search(text):
        return None
    found = part.pattern.fullmatch(text)
    if found is None:
        return None
    values = dict(values)
    for hole, value in zip(part.holes, found.groups(), strict=True):
        if hole.name is None:
            continue
        if _units(value) > _LONGEST_TEXT:
            return None
        values[hole.name] = _kept(value, hole.type)
    return values


def _units(text: str) -> int:
    """Return the length in UTF-16 units, as the twin counts."""
    return len(text.encode("utf-16-le")) // 2


def _kept(value: str, type_: str) -> str:
    match type_:
        case "fold" | "hex":
            return value.lower()
        case "code":
            return value.upper()
        case "wiki":
            return value.replace(" ", "_")
        case "uuid":
            digits = _NO_HEX.sub("", value.lower())
            return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
        case _:
            return value


@cache
def _compile_path(template: str) -> tuple[_One | _Many, ...]:
    return tuple(_compile_part(part) for part in template[1:].split("/"))


def _compile_part(part: str) -> _One | _Many:
    if part == "**":
        return _Many(None)
    many = _MANY.fullmatch(part)
    return _compile(part, _IN_SEGMENT) if many is None else _Many(many[1])


@cache
def _compile(template: str, any_: str) -> _One:
    """Compile one segment or text; `any_` is what any text in it is made of."""
    source = ""
    holes: list[_Hole] = []
    end = 0
    for found in _PLACEHOLDER.finditer(template):
        name, type_ = found[1], found[2] or "text"
        source += re.escape(template[end : found.start()])
        source += f"({any_}*)" if name == "*" else f"({_class_of(type_, any_, found[3], found[4])})"
        holes.append(_Hole(None if name == "*" else name, type_))
        end = found.end()
    return _One(re.compile(source + re.escape(template[end:])), tuple(holes))


def _class_of(type_: str, any_: str, least: str | None, is_open: str | None) -> str:
    if type_ in {"text", "wiki"}:
        return any_ + "+"
    if type_ == "opaque":
        return _OPAQUE + "+"
    if type_ not in _CHARACTERS:
        return _WHOLE[type_]
    if least is None:
        return _CHARACTERS[type_] + "{1,100}"
    return _CHARACTERS[type_] + "{" + least + (",200" if is_open else "") + "}"
