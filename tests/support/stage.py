"""A world and the browsers in it: what stories, the demo and the screenshots are played on."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.support.client import ApiClient
from tests.support.player import STORIES, Deeds, play
from tests.support.processes import ROOT, NotReady
from tests.support.trac import ANA, MEI, TOMAS
from tests.support.world import ADMIN, World

EXTENSION = ROOT / "extension" / "dist"
PEOPLE = {person.login: person for person in (ANA, TOMAS, MEI, ADMIN)}


class Stage:
    """A world, and the stories that can be played in it. Colleagues are named by their logins.

    Each colleague has a browser profile under `profiles`; pictures of a story that fails go to `artifacts`.
    """

    def __init__(self, world: World, profiles: Path, artifacts: Path, stories: Path = STORIES) -> None:
        if not (EXTENSION / "chrome" / "manifest.json").exists():
            raise NotReady("the extension is not built: make build")
        self.world = world
        self._profiles = profiles
        self._artifacts = artifacts
        self._stories = stories
        self._clients: dict[str, ApiClient] = {}

    def play(self, story: str, deeds: Deeds | None = None, seconds: float = 120, **more: Any) -> Any:
        """Play a story; `more` is added to its script. Returns what the story tells at its end."""
        server = self.world.server
        known: Deeds = {
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
        return play(story, {**script, **more}, {**known, **(deeds or {})}, seconds, self._stories)

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
