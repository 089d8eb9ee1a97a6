"""A real Trac 1.6 in an environment of its own, with three colleagues and a few tickets."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.cache import made_once
from tests.support.processes import ROOT, Service
from tests.support.site import ToolSite, run

LOCK = ROOT / "tests" / "requirements-trac.lock"
SEED = Path(__file__).with_name("trac_seed.py")


@dataclass(frozen=True)
class TracUser:
    """Somebody who works in the Trac: the login, the name Trac shows, and the password."""

    login: str
    name: str
    email: str
    password: str


ANA = TracUser("ana", "Ana Ruiz", "ana@example.org", "ana-trac")
TOMAS = TracUser("tomas", "Tomas Lindqvist", "tomas@example.org", "tomas-trac")
MEI = TracUser("mei", "Mei Kato", "mei@example.org", "mei-trac")
USERS = (ANA, TOMAS, MEI)


@dataclass(frozen=True)
class Ticket:
    """A ticket to seed; Trac numbers tickets from 1 in the order they are made."""

    summary: str
    description: str
    owner: str
    reporter: str
    status: str = "closed"


TICKETS = (
    Ticket(
        "Customer export misses the last day",
        "The export for September ends on the 29th. Support needs the whole month by Thursday to answer the audit.",
        owner="ana",
        reporter="tomas",
    ),
    Ticket(
        "New joiners cannot open the wiki",
        "Three people who started on Monday get a permission error.",
        owner="ana",
        reporter="tomas",
    ),
    Ticket(
        "Label printer prints a blank page first",
        "Every job starts with an empty label.",
        owner="ana",
        reporter="tomas",
    ),
    Ticket(
        "Monthly figures arrive without a header row",
        "The sheet cannot be filtered.",
        owner="ana",
        reporter="tomas",
    ),
    Ticket(
        "Write the handover notes for the storage move",
        "Who is on call, and what is left to do.",
        owner="tomas",
        reporter="ana",
    ),
    Ticket(
        "Access badge for the second site",
        "Needed for the visit in December.",
        owner="m.kato",
        reporter="tomas",
    ),
    Ticket(
        "Badge reader at the back door is slow",
        "It takes ten seconds to open.",
        owner="m.kato",
        reporter="tomas",
    ),
    Ticket("Invoice template shows the old address", "We moved in June.", owner="ana", reporter="tomas"),
)
"""1 to 4 and 8: Ana's work for Tomas. 5: Tomas's own. 6 and 7: owned by a login nobody in Handclasp knows."""

NUMBER_OWN, NUMBER_UNKNOWN, NUMBER_UNKNOWN_AGAIN = 5, 6, 7


def trac_python() -> Path:
    """The Python of an environment with exactly the locked Trac, made on first use and kept under .cache/."""
    return made_once("trac", LOCK.read_text() + sys.version, _install) / "bin" / "python"


def _install(home: Path) -> None:
    venv.create(home, with_pip=True)
    pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run("Trac", [*pip, "--require-hashes", "--requirement", str(LOCK)], env=os.environ)


class TracSite(ToolSite):
    """A Trac of its own in a temporary directory, seeded with `TICKETS`, served by tracd on a loopback port.

    `with TracSite() as trac:` makes, starts and removes it.
    """

    tool = "trac"

    def __init__(self, tickets: Sequence[Ticket] = TICKETS, log: Path | None = None) -> None:
        super().__init__(log)
        self._tickets = tickets

    def service(self) -> Service:
        """The program, with its project made."""
        self._make()
        command = ["-P", "-m", "trac.web.standalone", "--single-env", "--hostname", "127.0.0.1"]
        command += ["--port", str(self.port), "--basic-auth", f"project,{self.directory / 'htpasswd'},Trac"]
        return Service(
            "Trac",
            [str(trac_python()), *command, str(self._project)],
            self.log,
            lambda: self.answers("/ticket/1"),
        )

    @property
    def _project(self) -> Path:
        return self.directory / "project"

    def ticket_url(self, number: int) -> str:
        """The page of a ticket."""
        return f"{self.origin}/ticket/{number}"

    def sign_in_url(self, user: TracUser) -> str:
        """A page that signs a browser in as `user`, without asking for the password."""
        return f"http://{user.login}:{user.password}@{self.host}/login"

    def _make(self) -> None:
        self._run(
            "-m",
            "trac.admin.console",
            str(self._project),
            "initenv",
            "Northwind tickets",
            "sqlite:db/trac.db",
        )
        passwords = [f"{user.login}:{{SHA}}{_sha1(user.password)}" for user in USERS]
        (self.directory / "htpasswd").write_text("\n".join(passwords) + "\n")
        seed = {
            "users": [{"login": user.login, "name": user.name, "email": user.email} for user in USERS],
            "tickets": [vars(ticket) for ticket in self._tickets],
        }
        self._run(str(SEED), str(self._project), given=json.dumps(seed))

    def _run(self, *arguments: str, given: str | None = None) -> None:
        # -P: this folder holds a trac.py of ours, which must not stand before Trac's own package.
        run("Trac", [str(trac_python()), "-P", *arguments], env=os.environ, given=given)


def _sha1(password: str) -> str:
    """The form Trac's own password file reader takes without further packages."""
    return base64.b64encode(hashlib.sha1(password.encode(), usedforsecurity=False).digest()).decode()
