"""A small office: Handclasp beside a Trac, with three colleagues and an admin who know each other."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.client import ApiClient
from tests.support.server import HandclaspServer
from tests.support.trac import ANA, MEI, TOMAS, USERS, TracSite, TracUser

ADMIN = TracUser("olga", "Olga Berg", "olga@example.org", "")
TEAMS = {ANA: "Data", TOMAS: "Support", MEI: "Facilities"}


class World:
    """Server and Trac, live, with Ana's and Tomas's Trac logins confirmed; Mei's Trac login is known to nobody.

    `with World() as world:` starts everything and removes everything. `logs` may name a folder that is kept.
    """

    def __init__(self, logs: Path | None = None) -> None:
        self._own_logs = tempfile.TemporaryDirectory(prefix="handclasp-world-") if logs is None else None
        self.logs = Path(self._own_logs.name) if self._own_logs is not None else Path(logs or "")
        self.logs.mkdir(parents=True, exist_ok=True)
        self.server = HandclaspServer(log=self.logs / "server.log")
        self.trac = TracSite(log=self.logs / "tracd.log")

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
        """Start both, found the organisation, invite the colleagues, confirm the logins."""
        self.trac.start()
        self.server.initialise("Northwind", ADMIN.email, ADMIN.name)
        self.server.start()
        for user in USERS:
            self.server.invite(user.email, user.name, "--team", TEAMS[user])
        for user in (ANA, TOMAS):
            self.server.cli("alias", "trac", self.trac.host, user.login, user.email)

    def close(self) -> None:
        """Stop both and remove their data."""
        self.server.close()
        self.trac.stop()
        if self._own_logs is not None:
            self._own_logs.cleanup()

    def sign_in_link(self, user: TracUser) -> str:
        """A one-time link for a colleague or the admin."""
        return self.server.sign_in_link(user.email)

    def api(self, user: TracUser) -> ApiClient:
        """The API as that colleague sees it; close it after use."""
        return ApiClient(self.server.url, self.sign_in_link(user))
