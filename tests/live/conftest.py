"""One Handclasp, the real tools beside it, and one customer's browser for all of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.live.install import install
from tests.live.sites import Sites
from tests.support.etherpad import EtherpadSite
from tests.support.mediawiki import MediawikiSite
from tests.support.processes import ROOT
from tests.support.redmine import RedmineSite
from tests.support.stage import Stage
from tests.support.world import World

ARTIFACTS = ROOT / "tests" / "artifacts"
STORIES = Path(__file__).with_name("stories")
FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def office() -> Iterator[tuple[World, Sites]]:
    """A Handclasp and the tools, started side by side; whose account is whose in them is confirmed."""
    install()
    with ExitStack() as running, ThreadPoolExecutor() as pool:
        redmine, mediawiki, etherpad, world = (RedmineSite(), MediawikiSite(), EtherpadSite(), World())
        for started in [pool.submit(running.enter_context, place) for place in (world, redmine, mediawiki, etherpad)]:
            started.result()
        sites = Sites(world.trac, redmine, mediawiki, etherpad)
        sites.confirm_accounts(world.server)
        yield world, sites


@pytest.fixture(scope="session")
def sites(office: tuple[World, Sites]) -> Sites:
    """The tools, running."""
    return office[1]


@pytest.fixture(scope="session")
def profiles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the browsers keep what they know from one tool to the next."""
    return tmp_path_factory.mktemp("profiles")


@pytest.fixture
def stage(request: pytest.FixtureRequest, office: tuple[World, Sites], profiles: Path) -> Iterator[Stage]:
    """The office and the customer's browser. What a failed test leaves behind is kept."""
    world, sites = office
    artifacts = ARTIFACTS / request.node.name
    shutil.rmtree(artifacts, ignore_errors=True)
    stage = Stage(world, profiles, artifacts, STORIES)
    yield stage
    stage.close()
    if request.node.stash.get(FAILED, False):
        artifacts.mkdir(parents=True, exist_ok=True)
        for log in (world.server.log, *(site.log for site in sites.all)):
            shutil.copy(log, artifacts)
        print(f"logs and pictures: {artifacts}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember that a test failed, for the fixture's end."""
    report: Any = yield
    if report.when == "call" and report.failed:
        item.stash[FAILED] = True
    return report
