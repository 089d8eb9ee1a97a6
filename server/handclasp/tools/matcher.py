"""Tell which item of which tool a URL is.

The twin of extension/src/shared/matcher.ts: both read URLs by the WHATWG rules and pass shared-schemas/vectors.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from ada_url import URL

from .template import Values, fill, fill_url, fit, fit_text, segments_of

Tool = Mapping[str, Any]
"""A tool file as parsed from JSON, valid by tool.schema.json."""


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
    port that is not the scheme's own, to tool id); they go before the tools' public hosts. None, too, where the
    page has to say more than the URL (`each`, hooks).
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
        found = _find_item(parsed, tool) if here else None
        if found is not None:
            item, values = found
            return None if "each" in item else _match_of(parsed, tool, item, values)
    return None


def candidates(url: str, tools: Iterable[Tool]) -> list[Match]:
    """Return what a URL would be if its host were a self-hosted copy, once for each tool that can be one.

    More than one means that only the page, not the URL, can tell which tool it is.
    """
    parsed = _parse(url)
    if parsed is None:
        return []
    found = ((tool, _find_item(parsed, tool)) for tool in tools if tool["self_hosted"])
    return [_match_of(parsed, tool, *item) for tool, item in found if item is not None and "each" not in item[0]]


def host_fits(host: str, pattern: str) -> bool:
    """Tell whether a tool file's host pattern stands for a host. Another port is another host."""
    if pattern.startswith("*."):
        return host.endswith(pattern[1:]) and len(host) > len(pattern) - 1
    return host == pattern


def identity_host(host: str, tool: Tool) -> str:
    """Return the host that items shown on this one have in their identity."""
    for shown, meant in tool.get("same_host", {}).items():
        if host_fits(host, shown):
            return host[: 1 - len(shown)] + meant[1:] if meant.startswith("*.") else meant
    return host


def _parse(url: str) -> URL | None:
    try:
        parsed = URL(_whole_characters(url))
    except ValueError:
        return None
    return parsed if parsed.protocol in ("https:", "http:") and parsed.hostname else None


def _whole_characters(text: str) -> str:
    """Half a character becomes U+FFFD, as browsers take it."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _host_of(url: URL) -> str:
    name = url.hostname.removesuffix(".")
    return f"{name}:{url.port}" if url.port else name


def _match_of(url: URL, tool: Tool, item: Mapping[str, Any], values: Values) -> Match:
    host = identity_host(_host_of(url), tool)
    return Match(
        tool=tool["id"],
        host=host,
        key=fill(item["key"], values),
        kind=item["kind"],
        url=f"{url.protocol}//{host}{fill_url(item['url'], values)}",
    )


def _find_item(url: URL, tool: Tool) -> tuple[Mapping[str, Any], Values] | None:
    segments = segments_of(url.pathname)
    if segments is None:
        return None
    for item in tool["items"]:
        values = _item_values(url, segments, item)
        if values is not None:
            return item, values
    return None


def _item_values(url: URL, segments: Sequence[str], item: Mapping[str, Any]) -> Values | None:
    named = _first_fit(segments, item["paths"])
    if named is None or _first_fit(segments, item.get("except", ())) is not None:
        return None
    asked = _query_values(url.search, item.get("query", {}))
    fragment = _fragment_values(url.hash, item)
    return None if asked is None or fragment is None else named | asked | fragment


def _query_values(query: str, wanted: Mapping[str, str]) -> Values | None:
    given = _pairs(query)
    values: Values = {}
    for name, template in wanted.items():
        every = [value for key, value in given if key == name]
        found = fit_text(every[0], template) if len(every) == 1 else None
        if found is None:
            return None
        values |= found
    return values


def _pairs(query: str) -> list[tuple[str, str]]:
    """Return a query's keys and values by the WHATWG rules: what is no UTF-8 becomes U+FFFD (ada refuses it)."""
    parts = (part.partition("=") for part in query.removeprefix("?").split("&") if part)
    return [(_form_decoded(name), _form_decoded(value)) for name, _, value in parts]


def _form_decoded(text: str) -> str:
    return unquote_to_bytes(text.replace("+", " ")).decode("utf-8", "replace")


def _fragment_values(hash_: str, item: Mapping[str, Any]) -> Values | None:
    has_path, wanted = "fragment" in item, item.get("fragment_query", {})
    if not has_path and not wanted:
        return {}
    path, mark, query = hash_.removeprefix("#").removeprefix("!").removeprefix("/").partition("?")
    if not mark and not has_path:
        path, query = "", path
    named: Values | None = {}
    if has_path:
        segments = segments_of(path)
        named = None if segments is None else _first_fit(segments, item["fragment"])
    asked = _query_values(query, wanted)
    return None if named is None or asked is None else named | asked


def _first_fit(segments: Sequence[str], templates: Iterable[str]) -> Values | None:
    for template in templates:
        values = fit(segments, template)
        if values is not None:
            return values
    return None
