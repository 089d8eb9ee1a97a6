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


def ticket(**changes: Any) -> dict[str, Any]:
    """The whole of Trac's file, with its ticket changed."""
    tool = usable()
    tool["items"][0] |= changes
    return tool


def with_title(template: str) -> dict[str, Any]:
    return usable() | {"document_title": [template]}


PATH = "/{base:path}/ticket/{number:int}"
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("a title that leaves much open", with_title("{*} {*} {*} {*} {*} {*} {*} {title}!"), "#/document_title/0"),
    ("fixed lengths anywhere", with_title("{*}{a:alnum:150}{title}{b:alnum:200}!"), "#/document_title/0"),
    ("a value that leaves much open", ticket(query={"q": "{*}a{*}b{*}c{*}d"}), "#/items/0/query/q"),
    ("the same in a fragment", ticket(fragment_query={"q": "{*}a{*}b{*}c{*}d"}), "#/items/0/fragment_query/q"),
    ("a segment that leaves much open", ticket(paths=[PATH + "/{a}-{b}-{c}!"]), "#/items/0/paths/0"),
    ("the same in what is no item", ticket(**{"except": ["/{a}-{b}-{c}!"]}), "#/items/0/except/0"),
    ("many parts of any number of segments", ticket(paths=["/**/x/**" + PATH]), "#/items/0/paths/0"),
    ("a path inside a segment", ticket(paths=["/{base:path}-x/ticket/{number:int}"]), "#/items/0/paths/0"),
    ("a length that no value may have", ticket(paths=[PATH + "/{x:alnum:201-}"]), "#/items/0/paths/0"),
    ("the same in a query", ticket(query={"q": "{x:alnum:201-}"}), "#/items/0/query/q"),
    ("no length", ticket(paths=[PATH + "/{x:alnum:0-}"]), "#/items/0/paths/0"),
    ("a length of what has none", ticket(paths=[PATH + "/{x:int:5}"]), "#/items/0/paths/0"),
    ("a key that is always the same", ticket(key="ticket"), "#/items/0/key"),
    ("hosts of everybody", usable() | {"hosts": ["trac.example.org", "*.com"]}, "#/hosts/1"),
    ("hosts of everybody in a country", usable() | {"hosts": ["*.co.uk"]}, "#/hosts/0"),
    ("identity of another's host", usable() | {"same_host": {"trac.edgewall.org": "github.com"}}, "#/same_host"),
]


@pytest.mark.parametrize(("tool", "pointer"), [pytest.param(*row[1:], id=row[0]) for row in REFUSED])
def test_what_a_schema_cannot_say_is_refused(tool: dict[str, Any], pointer: str) -> None:
    assert [problem.pointer for problem in check_tool(tool)] == [pointer]


def test_readers_are_checked_too() -> None:
    tool = usable()
    tool["people"]["owner"][0]["handle"] = {"href": "/{a}-{b}-{value}!"}
    tool["people"]["owner"][0]["name"] = {"text": ["{*}a{*}b{*}c{value}d"]}
    tool["title"][0]["read"] = {"attribute": "title", "like": ["{*}a{*}b{*}c{value}d"]}
    assert [problem.pointer for problem in check_tool(tool)] == [
        "#/people/owner/0/handle/href", "#/people/owner/0/name/text/0", "#/title/0/read/like/0",
    ]  # fmt: skip


def test_what_is_closed_on_its_sides_may_stand_often() -> None:
    assert check_tool(with_title("{*} #{n:int}: [{key:code}] ({id:hex:8}) {title} - {*} - {*}")) == []
    assert check_tool(ticket(query={"q": "{a:alnum:1-}/{b:alnum:200}/{c:uuid}"})) == []
    assert check_tool(usable() | {"same_host": {"m.edgewall.org": "trac.edgewall.org"}}) == []
