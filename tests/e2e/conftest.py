"""Each story begins on the same first day, with new browser profiles."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import ROOT
from tests.support.stage import Stage
from tests.support.world import World

ARTIFACTS = ROOT / "tests" / "artifacts"
FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    """A Handclasp and a Trac for all stories."""
    with World() as started:
        yield started


@pytest.fixture
def stage(request: pytest.FixtureRequest, world: World, tmp_path: Path) -> Iterator[Stage]:
    """The world on its first day, and new browser profiles. What a failed test leaves behind is kept."""
    artifacts = ARTIFACTS / request.node.name
    shutil.rmtree(artifacts, ignore_errors=True)
    world.begin_again()
    stage = Stage(world, tmp_path, artifacts)
    yield stage
    stage.close()
    if request.node.stash.get(FAILED, False):
        artifacts.mkdir(parents=True, exist_ok=True)
        for log in (world.server.log, world.trac.log):
            shutil.copy(log, artifacts)
        print(f"logs and pictures: {artifacts}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember that a test failed, for the fixture's end."""
    report: Any = yield
    if report.when == "call" and report.failed:
        item.stash[FAILED] = True
    return report
