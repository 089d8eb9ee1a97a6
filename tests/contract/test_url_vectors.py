"""The Python matcher passes the URL vectors that the extension's matcher passes too."""

import json
from pathlib import Path
from typing import Any

import pytest

from handclasp.tools.matcher import Match, candidates, match_url
from handclasp.tools.service import bundled_tools, check_tool, provider_roles

VECTORS = Path(__file__).resolve().parents[2] / "shared-schemas" / "vectors"


def rows(which: str) -> list[Any]:
    found: list[Any] = []
    for path in sorted(VECTORS.glob("*.json")):
        vectors = json.loads(path.read_text("utf-8"))
        found += [pytest.param(vectors, row, id=f"{path.stem}: {row['why']}") for row in vectors[which]]
    return found


@pytest.mark.parametrize(("vectors", "row"), rows("match"))
def test_url_is_this_item(vectors: dict[str, Any], row: dict[str, str]) -> None:
    tools = vectors.get("tools", bundled_tools())
    expected = Match(vectors["tool"], row["host"], row["key"], row["kind"], row["canonical"])
    assert match_url(row["url"], tools, vectors["sites"]) == expected
    # The canonical URL stands for the same item.
    assert match_url(row["canonical"], tools, vectors["sites"]) == expected


@pytest.mark.parametrize(("vectors", "row"), rows("no_match"))
def test_url_is_no_item(vectors: dict[str, Any], row: dict[str, str]) -> None:
    assert match_url(row["url"], vectors.get("tools", bundled_tools()), vectors["sites"]) is None


def test_bundled_tools_are_complete() -> None:
    assert {tool["id"] for tool in bundled_tools()} >= {"trac", "redmine", "github"}
    assert provider_roles("trac", "ticket") == ("owner",)
    assert provider_roles("github", "review") == ("author",)
    assert provider_roles("github", "page") == ()


def test_unknown_host_gives_candidates() -> None:
    found = candidates("http://10.0.0.5:8001/env/ticket/1", bundled_tools())
    assert [(match.tool, match.host, match.key) for match in found] == [("trac", "10.0.0.5:8001", "env#1")]


def usable() -> dict[str, Any]:
    return json.loads(json.dumps(next(tool for tool in bundled_tools() if tool["id"] == "trac")))


def test_a_wrong_tool_file_is_told_with_pointers() -> None:
    unknown = usable() | {"script": "alert(1)"}
    assert [problem.pointer for problem in check_tool(unknown)] == ["#"]
    name = usable()
    name["items"][0]["key"] = "{base}#{id}"
    assert [problem.pointer for problem in check_tool(name)] == ["#/items/0/key"]
    path = usable()
    path["items"][0]["paths"] = ["/ticket/(.*)"]
    assert [problem.pointer for problem in check_tool(path)] == ["#/items/0/paths/0"]
    role = usable()
    del role["people"]["owner"]
    assert [problem.pointer for problem in check_tool(role)] == ["#/items/0/provider"]
    href = usable()
    href["people"]["owner"][0]["handle"] = {"href": "/users/{id}"}
    assert [problem.pointer for problem in check_tool(href)] == ["#/people/owner/0/handle/href"]
    assert check_tool([])
    assert check_tool(usable()) == []
