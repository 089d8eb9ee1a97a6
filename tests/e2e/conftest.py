"""The stage of each story: its own Handclasp, its own Trac, its own browser profiles."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.player import Deeds, play
from tests.support.client import ApiClient
from tests.support.processes import ROOT, NotReady
from tests.support.trac import ANA, MEI, TOMAS
from tests.support.world import ADMIN, World

ARTIFACTS = ROOT / "tests" / "artifacts"
EXTENSION = ROOT / "extension" / "dist"
PEOPLE = {person.login: person for person in (ANA, TOMAS, MEI, ADMIN)}


class Stage:
    """A world, and the stories that can be played in it."""

    def __init__(self, world: World, profiles: Path, artifacts: Path) -> None:
        self.world = world
        self._profiles = profiles
        self._artifacts = artifacts
        self._clients: dict[str, ApiClient] = {}

    def play(self, story: str, **more: Any) -> Any:
        """Play a story; `more` is added to its script. Returns what the story tells at its end."""
        server = self.world.server
        deeds: Deeds = {
            "kill the server": server.kill,
            "start the server": server.start,
            "sign-in link": lambda login: server.sign_in_link(PEOPLE[login].email),
            "sign-in code": lambda login: server.sign_in_code(PEOPLE[login].email),
            "given": self.given,
            "inbox": self.inbox,
        }
        script = {
            "server": server.url,
            "trac": self.world.trac.origin,
            "people": {login: asdict(person) for login, person in PEOPLE.items()},
            "signIn": {
                login: self.world.trac.sign_in_url(person) for login, person in PEOPLE.items() if person.password
            },
            "chrome": str(EXTENSION / "chrome"),
            "firefox": str(EXTENSION / "firefox"),
            "profiles": str(self._profiles),
            "artifacts": str(self._artifacts),
        }
        return play(story, {**script, **more}, deeds)

    def given(self, login: str) -> list[Any]:
        """The ratings a colleague gave, as the server has them."""
        return self.api(login).get("/ratings")["items"]

    def inbox(self, login: str) -> Any:
        """A colleague's inbox, as the server has it."""
        return self.api(login).get("/inbox")

    def api(self, login: str) -> ApiClient:
        """The API as a colleague or the admin sees it, connected by the real flow on first use."""
        if login not in self._clients:
            self._clients[login] = self.world.api(PEOPLE[login])
        return self._clients[login]

    def close(self) -> None:
        """End the connections to the API."""
        for client in self._clients.values():
            client.close()


@pytest.fixture
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """A stage of its own; when the test fails, logs and pictures are kept, and it says where."""
    if not (EXTENSION / "chrome" / "manifest.json").exists():
        raise NotReady("the extension is not built: make build")
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


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.when == "call" and report.failed:
        item.stash[FAILED] = True
    return report
