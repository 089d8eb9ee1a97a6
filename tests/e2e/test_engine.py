"""The in-page engine, with the shipping build, against pages that draw themselves in every way a tool's pages do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.stage import Stage

ANCHORED = {"height": 28, "visible": True, "place": "anchored"}


@pytest.fixture
def deeds(stage: Stage) -> dict[str, Any]:
    """What only the admin can do."""

    def put_file(file: dict[str, Any]) -> None:
        stage.api("olga").put(f"/tools/{file['id']}", file)

    return {"put file": put_file}


def reading(key: str, title: str, email: str) -> dict[str, str]:
    """What the engine must read of an item."""
    return {"key": key, "title": title, "email": email}


def test_one_living_button_in_the_right_place_whatever_the_page_does(stage: Stage, deeds: dict[str, Any]) -> None:
    result = stage.play("engine", deeds, seconds=150)
    told, titles = result["told"], result["titles"]

    assert {name: scene for name, scene in told.items() if isinstance(scene, dict) and "failed" in scene} == {}

    for deed, now in told["redrawn"].items():
        inside = "trac-ticket-title" if deed == "hidden" else "h2"
        assert now == {"elements": [ANCHORED | {"inside": inside}], "living": 1}, deed
    print(f"removed, it is painted again after at most {told['removed']:.0f} ms (8 times)")
    assert told["removed"] <= 200
    unwanted = told["unwanted"]
    assert 10 <= unwanted["text"] <= 11, "after ten rounds it is not put into the text any more"
    assert 10 <= unwanted["floating"] <= 11, "after ten more it is gone for good"
    assert (unwanted["left"], unwanted["later"]) == (0, 1), "what the page itself did is all that is counted then"

    print(f"a late place has its button painted after {told['late']:.0f} ms")
    assert told["late"] <= 150
    nowhere = told["nowhere"]
    assert (nowhere["corner"]["right"], nowhere["corner"]["bottom"]) == (16, 16)
    assert 3000 <= nowhere["corner"]["after"] <= 4500
    assert (nowhere["row"], nowhere["count"]) == ("Ana Ruiz", 1)

    mei, ana = "mei@example.org", "ana@example.org"
    assert told["modal"] == {"before": 0, "now": reading("2", titles["2"], mei), "count": 1}
    [native] = told["native"]
    assert (native["place"], native["visible"]) == ("floating", True)

    assert told["several"] == dict.fromkeys(("first", "rated", "added", "removed", "redrawn"), True) | {"elements": 2}

    moves = told["moves"]
    one = reading("env#1", titles["1"], ana)
    assert moves["one"] == one
    assert moves["pushed"] == reading("env#2", titles["2"], mei)
    assert moves["replaced"] == reading("env#4", titles["4"], mei)
    assert moves["hash"] == reading("3", titles["3"], ana)
    assert moves["otherHash"] == reading("4", titles["4"], mei)
    assert [moves[f"back after {wait}"] for wait in (0, 4, 15, 40)] == [[one, 1]] * 4
    assert told["hurried"] == {"given": [], "now": reading("env#2", titles["2"], mei)}, (
        "while the page still shows the item before, nothing can be rated"
    )

    assert told["swapped"] == {"first": 0, "second": "Mei Kato"}, "a click is for the one the pill names"
    assert told["shadow"] == reading("2", titles["2"], mei)
    assert told["strict"] == {"pill": [28, "14px"], "form": True}
    assert told["framed"] == 0, "the page around a frame has no button, also while the frame is replaced"
    assert told["restored"]["restored"], "the browser kept the page as it was"
    assert told["restored"]["elements"] == [ANCHORED | {"inside": "h2"}]
    assert told["strange"] == {"granted": {"elements": 1, "worlds": 1}, "strange": {"elements": 0, "worlds": 0}}


def test_in_firefox_it_is_styled_under_the_strictest_policy_and_stays_alone(stage: Stage) -> None:
    told = stage.play("engine_firefox")

    assert told["pill"] == "28 14px"
    assert set(told["redrawn"]) == {"replaced", "cloned and replaced", "cloned beside", "moved", "hidden"}
    for deed, heights in told["redrawn"].items():
        assert heights == [28], deed
