"""Templates of tool files (docs/tool-files.md).

The twin of extension/src/shared/template.ts: both pass shared-schemas/vectors. A template is compiled to one anchored
pattern per segment, once. The patterns are made here, never taken from a tool file; texts are at most 2,000 long, and
at most 300 where a template leaves much open, for a pattern takes time by the power of what it leaves open.
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
_LONGEST_READ_LOOSELY = 300
_MOST_LOOSE_OF_ANY_LENGTH = 2
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


_BESIDE = {
    "int": re.compile("[0-9{}]"),
    "code": re.compile("[A-Za-z0-9_{}]"),
    "word": re.compile("[A-Za-z0-9._{}-]"),
    "fold": re.compile("[A-Za-z0-9._{}-]"),
    "alnum": re.compile("[A-Za-z0-9{}]"),
    "hex": re.compile("[0-9A-Fa-f{}]"),
    "uuid": re.compile("[0-9A-Fa-f{}]"),
}
"""What can stand beside such a value and be a part of it; a type that is not here takes anything."""


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
    longest: int


@dataclass(frozen=True, slots=True)
class _Many:
    """Any number of segments."""

    name: str | None


_Found = tuple[tuple[_Hole, str], ...]
"""What fills each hole, as it stands in the text."""


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
    return _values_of(_fit_parts(segments, _compile_path(template)))


def fit_text(text: str, template: str) -> Values | None:
    """Fit a text as a whole to a template in which "/" has no meaning of its own; None when it does not fit."""
    return _values_of(_fit_one(text, _compile(template, _OPAQUE)))


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
    return sum(part == "**" or _MANY.fullmatch(part) is not None for part in template[1:].split("/"))


def loose_holes(template: str) -> int:
    """Return how many placeholders of one segment or text make it try more than one way.

    One that a character it cannot hold, or the end, closes on both sides does not; nor does one of a fixed length that
    is closed on the left, nor any text at the very end. The time a template takes grows by this power of the text's
    length.
    """
    return sum(_is_loose(template, found) for found in _PLACEHOLDER.finditer(template))


def compile_path(template: str) -> None:
    """Make the patterns of a path template; raises re.error where that cannot be done."""
    _compile_path(template)


def compile_text(template: str) -> None:
    """Make the pattern of a text's template; raises re.error where that cannot be done."""
    _compile(template, _OPAQUE)


def _is_loose(template: str, found: re.Match[str]) -> bool:
    type_ = found[2] or "text"
    beside = _BESIDE.get(type_)
    if beside is None:
        return found.end() < len(template)
    before, after = template[: found.start()][-1:], template[found.end() :][:1]
    is_fixed = type_ == "uuid" or (found[3] is not None and found[4] is None)
    return beside.match(before) is not None or (not is_fixed and beside.match(after) is not None)


def _fit_parts(segments: Sequence[str], parts: Sequence[_One | _Many]) -> _Found | None:
    if not parts:
        return None if segments else ()
    part, rest = parts[0], parts[1:]
    if isinstance(part, _One):
        found = _fit_one(segments[0], part) if segments else None
        following = None if found is None else _fit_parts(segments[1:], rest)
        return None if found is None or following is None else found + following
    hole = _Hole(part.name, "text")
    for end in range(len(segments) + 1):
        if part.name is not None and end > 0 and "/" in segments[end - 1]:
            return None
        following = _fit_parts(segments[end:], rest)
        if following is not None:
            return ((hole, "/".join(segments[:end])), *following)
    return None


def _fit_one(text: str, part: _One) -> _Found | None:
    if _units(text) > part.longest or _CONTROL.search(text):
        return None
    found = part.pattern.fullmatch(text)
    return None if found is None else tuple(zip(part.holes, found.groups(), strict=True))


def _values_of(found: _Found | None) -> Values | None:
    """Return what was found in the form it is kept in; None when any of it is too long to be kept."""
    named = [(hole, value) for hole, value in found or () if hole.name is not None]
    if found is None or any(_units(value) > _LONGEST_TEXT for _, value in named):
        return None
    return {hole.name: _kept(value, hole.type) for hole, value in named if hole.name is not None}


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
    pattern = re.compile(source + re.escape(template[end:]))
    return _One(pattern, tuple(holes), _longest_of(template))


def _longest_of(template: str) -> int:
    return _LONGEST_READ if loose_holes(template) <= _MOST_LOOSE_OF_ANY_LENGTH else _LONGEST_READ_LOOSELY


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
