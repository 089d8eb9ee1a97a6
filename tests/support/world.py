"""A small office: Handclasp beside a Trac, with three colleagues and an admin who know each other."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.client import ApiClient
from tests.support.server import HandclaspServer
from tests.support.trac import ANA, MEI, TOMAS, USERS, TracSite, TracUser

ADMIN = TracUser("olga", "Olga Berg", "olga@example.org", "")
TEAMS = {ANA: "Data", TOMAS: "Support", MEI: "Facilities"}


class World:
    """Server and Trac, live, with Ana's and Tomas's Trac logins confirmed; `m.kato` is known to nobody.

    `with World() as world:` starts everything and removes everything. `begin_again` takes the server back to its
    first day, which is much quicker than a new world.
    """

    def __init__(self) -> None:
        self.server = HandclaspServer()
        self.trac = TracSite()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Found the organisation, invite the colleagues, confirm the logins, serve."""
        self.trac.start()
        self.server.initialise("Northwind", ADMIN.email, ADMIN.name)
        for user in USERS:
            self.server.invite(user.email, user.name, "--team", TEAMS[user])
        for user in (ANA, TOMAS):
            self.server.cli("alias", "trac", self.trac.host, user.login, user.email)
        shutil.copytree(self.server.data, self._first_day)
        self.server.start()

    def begin_again(self) -> None:
        """Forget everything that was given, written and connected since the start. The logs go on."""
        self.server.kill()
        shutil.rmtree(self.server.data)
        shutil.copytree(self._first_day, self.server.data)
        self.server.start()

    def close(self) -> None:
        """Stop both and remove their data."""
        self.server.close()
        self.trac.stop()

    def sign_in_link(self, user: TracUser) -> str:
        """A one-time link for a colleague or the admin."""
        return self.server.sign_in_link(user.email)

    def api(self, user: TracUser) -> ApiClient:
        """The API as that colleague sees it; close it after use."""
        return ApiClient(self.server.url, self.sign_in_link(user))

    @property
    def _first_day(self) -> Path:
        return self.server.directory / "first-day"
