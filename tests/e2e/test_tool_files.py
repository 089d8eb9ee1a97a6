"""In Chromium: the organisation's tool files, sites turned on from the popup, and what is lost and mended."""

from __future__ import annotations

import json
from typing import Any

from handclasp.tools.service import bundled_tool
from tests.support.stage import Stage


def test_a_tool_file_is_mended_by_the_organisation_and_nothing_needs_adding_twice(stage: Stage) -> None:
    def put(anchor: str) -> str:
        tool = dict(bundled_tool("trac") or {}) | {"anchors": [{"select": anchor, "position": "append"}]}
        version: str = stage.api("olga").put("/tools/trac", tool)["version"]
        return version

    def put_file(file: dict[str, Any]) -> None:
        stage.api("olga").put(f"/tools/{file['id']}", file)

    def delete() -> None:
        stage.api("olga").delete("/tools/trac")

    def breakages() -> list[Any]:
        return stage.api("olga").get("/tools/breakages")["items"]

    deeds = {"put tool": put, "put file": put_file, "delete tool": delete, "breakages": breakages}
    told = stage.play("tool_files", deeds, seconds=180)

    assert told["found"] == ["trac"]
    assert told["all"] > len(told["found"])
    item = told["rated"]["item"]
    assert (item["tool"], item["key"], item["kind"]) == ("trac", "#1", "ticket"), "the same item as by the button"
    assert item["title"] == "Customer export misses the last day"
    assert item["host"].startswith("localhost:")
    assert "secret" not in json.dumps(told["rated"])
    assert "Give for this page" not in told["refused"]
    assert told["silent"] == [], "nothing is told before the member has said yes"
    assert told["parts"] == ["the place for the button"]
    [broken] = told["told"]
    assert (broken["tool"], broken["kind"], broken["count"]) == ("trac", "ticket", 1)
    assert broken["failed"] == ["#/anchors"]
    assert not broken["bundled"]
    assert broken["digest"] == told["unreadable"], "the extension names the file as the server does"
    whole = json.dumps(told["told"])
    for secret in ("localhost", "Customer export", "secret", "tomas", "Ana"):
        assert secret not in whole
    assert not told["around"], "the button is in the frame alone"
    assert "Framed" in told["shown"]
    assert not told["strange"], "a frame is heard only inside pages of its own tool"
    assert "does not let the button appear at new.example" in told["row"]
    assert "https://desk.example/*" in told["matches"]
    assert not [match for match in told["matches"] if "new.example" in match], "no host that is not granted"
    assert "localhost" in told["strip"]
