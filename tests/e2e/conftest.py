"""Each story has a stage of its own: a Handclasp, a Trac, new browser profiles."""

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


@pytest.fixture
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """A stage of its own; when the test fails, logs and pictures are kept, and it says where."""
    artifacts = ARTIFACTS / request.node.name
    shutil.rmtree(artifacts, ignore_errors=True)
    with World(logs=artifacts) as world:
        stage = Stage(world, tmp_path, artifacts)
        yield stage
        stage.close()
    if request.node.stash.get(FAILED, False):
        print(f"logs and pictures: {artifacts}")
    else:
        shutil.rmtree(artifacts)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember that a test failed, for the fixture's end."""
    report: Any = yield
    if report.when == "call" and report.failed:
        item.stash[FAILED] = True
    return report
