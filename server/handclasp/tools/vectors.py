"""URL vectors: what each address must be taken for, and which addresses for nothing (shared-schemas/vectors)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .files import schemas_directory
from .matcher import Match, Tool, match_url


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many vectors there are, and, in words, each that failed."""

    vectors: int
    failed: Sequence[str]


def vectors_file(file: Path, tool_id: str) -> Path | None:
    """The vectors of a tool: beside its file (`ID.vectors.json`, `vectors/ID.json`), else those that come along."""
    places = (
        file.with_name(f"{tool_id}.vectors.json"),
        file.parent / "vectors" / f"{tool_id}.json",
        file.parent.parent / "vectors" / f"{tool_id}.json",
        schemas_directory() / "vectors" / f"{tool_id}.json",
    )
    return next((place for place in places if place.is_file()), None)


def run(path: Path, tools: Sequence[Tool]) -> Outcome:
    """Hold `tools` against a file of vectors. Raises ValueError for one that is none."""
    try:
        vectors = json.loads(path.read_text("utf-8"))
        failed = [*_failed_items(vectors, tools), *_failed_others(vectors, tools)]
        return Outcome(len(vectors["match"]) + len(vectors["no_match"]), failed)
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"it lacks or misplaces {error}") from error


def _failed_items(vectors: Mapping[str, Any], tools: Sequence[Tool]) -> Iterator[str]:
    for row in vectors["match"]:
        expected = Match(vectors["tool"], row["host"], row["key"], row["kind"], row["canonical"])
        # The canonical address stands for the same item.
        for url in (row["url"], row["canonical"]):
            found = match_url(url, tools, vectors["sites"])
            if found != expected:
                yield f"{row['why']}: {url} is {_said(found)}, not {_said(expected)}"
                break


def _failed_others(vectors: Mapping[str, Any], tools: Sequence[Tool]) -> Iterator[str]:
    for row in vectors["no_match"]:
        found = match_url(row["url"], tools, vectors["sites"])
        if found is not None:
            yield f"{row['why']}: {row['url']} is {_said(found)}, not nothing"


def _said(match: Match | None) -> str:
    return "nothing" if match is None else f"{match.tool} {match.kind} {match.key!r} on {match.host} ({match.url})"
