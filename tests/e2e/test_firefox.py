"""The shortest form of the click's path in Firefox ESR, with the shipping build."""

from __future__ import annotations

from tests.support.stage import Stage


def test_one_click_reaches_the_colleague(stage: Stage) -> None:
    told = stage.play("firefox_shortest")

    assert [row["verdict"] for row in told["rows"]] == ["met"]
    assert told["rows"][0]["subject"]["name"] == "Ana Ruiz"
    assert told["badge"] == "1"
    assert "Tomas Lindqvist" in told["inbox"]
    assert told["atOtherPort"] == [True, False], "a permission for a host is none for its other ports"
