"""The same over HTTP: what the server tells is what the harness in memory judges, and the promise holds for it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from tests.support.office import Clock, Office

from .judge import HEAD, Tally, judge
from .served import Given, Script, Served, written
from .test_single_cell import FULL, PAIRS

HISTORIES = 100 if FULL else 20


@pytest.fixture(scope="module")
def tally(request: pytest.FixtureRequest) -> object:
    """Prints what was tried."""
    made = {pair: Tally() for pair in PAIRS}
    yield made
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print("\nover HTTP:", HEAD, *(each.row(pair) for pair, each in made.items()), sep="\n")


@pytest.mark.parametrize("config", ["sqlite"], indirect=True)
@pytest.mark.parametrize("number", range(HISTORIES))
def test_rule_06_what_the_server_tells_keeps_the_promise(
    app: Flask, clock: Clock, number: int, tally: dict[tuple[int, int], Tally], tmp_path: Path
) -> None:
    pair = PAIRS[number % len(PAIRS)]
    served = Served(Office(app), clock, written(number, pair), tmp_path)
    assert not judge(served.live(), tally[pair])


@pytest.mark.parametrize("config", ["sqlite"], indirect=True)
@pytest.mark.parametrize("number", range(HISTORIES // 20))
def test_rule_03_two_worlds_look_the_same_to_everybody(app: Flask, clock: Clock, number: int, tmp_path: Path) -> None:
    """Two raters of one cell exchange what they say: not a byte that anybody else can ask for is different."""
    script = written(1_000 + number, PAIRS[number % len(PAIRS)])
    here = Served(Office(app), clock, script, tmp_path / "here")
    here.live()
    one, other = exchangeable(here)
    clock.ahead = timedelta()
    there = Served(Office(app), clock, exchanged(script, one, other), tmp_path / "there")
    there.live()
    assert len(here.views) == len(there.views) > 100
    for this, that in zip(here.views, there.views, strict=True):
        assert this == that


def exchangeable(served: Served) -> tuple[Given, Given]:
    """Two ratings that were released in one cell, never changed, and say different things."""
    steps = [step for step in served.script.steps if isinstance(step, Given)]
    changed = {step.number for step in steps if step.again}
    by_key = {served.keys[step.number]: step for step in steps if not step.again and step.number not in changed}
    return next(
        (by_key[one.key], by_key[other.key])
        for seen in served.company.seen
        for release in seen.releases
        for cell in release.cells
        for one, other in itertools.combinations(cell.ballots, 2)
        if one.key in by_key and other.key in by_key and one.verdict is not other.verdict
    )


def exchanged(script: Script, one: Given, other: Given) -> Script:
    """The same script, but these two say what the other said."""
    said = {
        one.number: replace(one, verdict=other.verdict, cause=other.cause),
        other.number: replace(other, verdict=one.verdict, cause=one.cause),
    }
    return replace(
        script, steps=tuple(said.get(step.number, step) if isinstance(step, Given) else step for step in script.steps)
    )
