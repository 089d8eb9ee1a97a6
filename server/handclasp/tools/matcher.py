"""Tell which item of which tool a URL is.

The twin of extension/src/shared/{template,matcher}.ts: both read URLs by the WHATWG rules and pass
shared-schemas/vectors.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from ada_url import URL, URLSearchParams

Tool = Mapping[str, Any]
"""A tool file as parsed from JSON, valid by tool.schema.json."""

Values = dict[str, str]

_PLACEHOLDER = re.compile(r"\{([a-z_]+)(?::(path|int|word|fold))?\}")
_NAME = re.compile(r"\{([a-z_]+)\}")
_NAME_BEFORE_SLASH = re.compile(r"\{([a-z_]+)\}/")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_INT = re.compile(r"[1-9][0-9]{0,14}")
_WORD = re.compile(r"[A-Za-z0-9._-]{1,100}")
_LONGEST_TEXT = 200


@dataclass(frozen=True)
class Match:
    """One item: its identity (tool, host, key), its kind, and the canonical URL of its page."""

    tool: str
    host: str
    key: str
    kind: str
    url: str


def match_url(url: str, tools: Iterable[Tool], sites: Mapping[str, str] | None = None) -> Match | None:
    """Return the item a URL stands for, or None; never raises for a malformed URL.

    Nothing of the URL is kept but what the tool file names. `sites` names self-hosted copies (host, with a
    port that is not the scheme's own, to tool id); they go before the tools' public hosts.
    """
    parsed = _parse(url)
    if parsed is None:
        return None
    host = _host_of(parsed)
    own = (sites or {}).get(host)
    for tool in tools:
        if own is None:
            here = any(host_fits(host, pattern) for pattern in tool["hosts"])
        else:
            here = tool["id"] == own
        match = _match_items(parsed, host, tool) if here else None
        if match is not None:
            return match
    return None


def candidates(url: str, tools: Iterable[Tool]) -> list[Match]:
    """Return what a URL would be if its host were a self-hosted copy, once for each tool that can be one.

    More than one means that only the page, not the URL, can tell which tool it is.
    """
    parsed = _parse(url)
    if parsed is None:
        return []
    host = _host_of(parsed)
    matches = (_match_items(parsed, host, tool) for tool in tools if tool["self_hosted"])
    return [match for match in matches if match is not None]


def host_fits(host: str, pattern: str) -> bool:
    """Tell whether a tool file's host pattern stands for a host. Another port is another host."""
    if pattern.startswith("*."):
        return host.endswith(pattern[1:]) and len(host) > len(pattern) - 1
    return host == pattern


def fit(segments: Sequence[str], template: str) -> Values | None:
    """Fit decoded path segments to a path template; None when they do not fit."""
    parts = template[1:].split("/")
    first = _PLACEHOLDER.fullmatch(parts[0])
    if first is None or first[2] != "path":
        return _fit_parts(segments, parts, {})
    for taken in range(len(segments) + 1):
        lead = {first[1]: "/".join(segments[:taken])}
        values = _fit_parts(segments[taken:], parts[1:], lead)
        if values is not None:
            return values
    return None


def names_in(template: str) -> set[str]:
    """Return the names a path template gives."""
    found = (_PLACEHOLDER.fullmatch(part) for part in template[1:].split("/"))
    return {placeholder[1] for placeholder in found if placeholder is not None}


def names_used(output: str) -> set[str]:
    """Return the names an output (a key or a canonical URL) takes."""
    return set(_NAME.findall(output))


def _parse(url: str) -> URL | None:
    try:
        parsed = URL(url)
    except (ValueError, UnicodeEncodeError):
        return None
    return parsed if parsed.protocol in ("https:", "http:") and parsed.hostname else None


def _host_of(url: URL) -> str:
    name = url.hostname.removesuffix(".")
    return f"{name}:{url.port}" if url.port else name


def _match_items(url: URL, host: str, tool: Tool) -> Match | None:
    segments = _segments_of(url.pathname)
    if segments is None:
        return None
    for item in tool["items"]:
        values = _item_values(url, segments, item)
        if values is not None:
            return Match(
                tool=tool["id"],
                host=host,
                key=_fill(item["key"], values),
                kind=item["kind"],
                url=f"{url.protocol}//{host}{_fill_url(item['url'], values)}",
            )
    return None


def _item_values(url: URL, segments: Sequence[str], item: Mapping[str, Any]) -> Values | None:
    values = _first_fit(segments, item["paths"])
    if values is None:
        return None
    query = URLSearchParams(url.search)
    for name, type_ in item.get("query", {}).items():
        given = query.get_all(name)
        value = _typed(given[0], type_) if len(given) == 1 else None
        if value is None:
            return None
        values[name] = value
    if "fragment" not in item:
        return values
    fragment = _segments_of(url.hash.removeprefix("#").removeprefix("!"))
    named = None if fragment is None else _first_fit(fragment, item["fragment"])
    return None if named is None else values | named


def _first_fit(segments: Sequence[str], templates: Iterable[str]) -> Values | None:
    for template in templates:
        values = fit(segments, template)
        if values is not None:
            return values
    return None


def _fit_parts(segments: Sequence[str], parts: Sequence[str], values: Values) -> Values | None:
    is_open = bool(parts) and parts[-1] == "**"
    needed = parts[:-1] if is_open else parts
    if len(segments) < len(needed) or (not is_open and len(segments) != len(needed)):
        return None
    for segment, part in zip(segments, needed, strict=False):
        placeholder = _PLACEHOLDER.fullmatch(part)
        if placeholder is None:
            if segment != part:
                return None
            continue
        value = _typed(segment, placeholder[2] or "text")
        if value is None:
            return None
        values[placeholder[1]] = value
    return values


def _typed(raw: str, type_: str) -> str | None:
    if type_ == "int":
        return raw if _INT.fullmatch(raw) else None
    if type_ == "word":
        return raw if _WORD.fullmatch(raw) else None
    if type_ == "fold":
        return raw.lower() if _WORD.fullmatch(raw) else None
    # The twin counts UTF-16 units, as JavaScript does.
    length = len(raw.encode("utf-16-le")) // 2
    return raw if 0 < length <= _LONGEST_TEXT and not _CONTROL.search(raw) else None


def _segments_of(path: str) -> list[str] | None:
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
        if not segment or "/" in segment or "\\" in segment or _CONTROL.search(segment):
            return None
        segments.append(segment)
    return segments


def _fill(output: str, values: Values) -> str:
    return _NAME.sub(lambda found: values.get(found[1], ""), output)


def _fill_url(output: str, values: Values) -> str:
    shortened = _NAME_BEFORE_SLASH.sub(lambda found: "" if values.get(found[1]) == "" else found[0], output)
    return _NAME.sub(lambda found: quote(values.get(found[1], ""), safe="/!*'()"), shortened)
