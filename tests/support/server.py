"""Handclasp itself, as shipped: `handclasp serve` under gunicorn, with its own data directory and port."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.processes import ROOT, NotReady, Service, free_port

PROGRAM = ROOT / ".venv" / "bin" / "handclasp"
_LINK = re.compile(r"https?://\S+/sign-in/[^\s\"'<>]+")

_CODE = re.compile(r"\bcode\b.*: (\S+)")


class CommandFailed(RuntimeError):
    """A `handclasp` command ended with an error; the message holds what it printed."""


class HandclaspServer:
    """A live server on a free loopback port.

    The data survives `kill` and `stop`; `start` comes back on the same port; `close` ends it and removes the
    data. `with HandclaspServer() as server:` starts and closes it. Settings are `HANDCLASP_*` variables; none
    of the caller's own leak in.
    """

    def __init__(self, settings: Mapping[str, str] | None = None, log: Path | None = None) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="handclasp-server-"))
        self.port = free_port()
        self.log = log or self.directory / "server.log"
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("HANDCLASP_")}
        self.env |= {
            "HANDCLASP_BIND": f"127.0.0.1:{self.port}",
            "HANDCLASP_PUBLIC_URL": self.url,
            "HANDCLASP_DATA_DIR": str(self.data),
        }
        self.env |= settings or {}
        self._service = Service(
            "handclasp serve",
            [str(PROGRAM), "serve"],
            self.log,
            self._ready,
            env=self.env,
            cwd=self.directory,
        )

    @property
    def data(self) -> Path:
        """The data directory: the database and the secret."""
        return self.directory / "data"

    @property
    def pid(self) -> int | None:
        """The master's process id while it runs, else None."""
        return self._service.pid

    @property
    def url(self) -> str:
        """The server's public address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

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
        """Serve and wait for /readyz; raises NotReady with the end of the log."""
        self._service.start()

    def kill(self) -> None:
        """SIGKILL the whole process group: master and workers are gone when this returns."""
        self._service.kill()

    def stop(self) -> None:
        """SIGTERM the master and wait for it to finish what it does."""
        self._service.stop()

    def close(self) -> None:
        """Stop, and remove the data directory."""
        self._service.stop()
        shutil.rmtree(self.directory)

    def cli(self, *arguments: str) -> str:
        """What `handclasp ARGUMENTS` prints, run on this server's data; raises CommandFailed."""
        done = subprocess.run(
            [PROGRAM, *arguments],
            env=self.env,
            cwd=self.directory,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        if done.returncode != 0:
            raise CommandFailed(
                f"handclasp {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
            )
        return done.stdout

    def initialise(self, organisation: str, admin_email: str, admin_name: str) -> str:
        """Create the organisation and its admin; returns the admin's one-time sign-in link."""
        return one_time_link(
            self.cli(
                "init",
                "--organisation",
                organisation,
                "--admin-email",
                admin_email,
                "--admin-name",
                admin_name,
            )
        )

    def invite(self, email: str, name: str, *options: str) -> str:
        """Invite a member; returns the one-time sign-in link."""
        return one_time_link(self.cli("invite", email, "--name", name, *options))

    def sign_in_link(self, email: str) -> str:
        """A new one-time link for an existing member."""
        return one_time_link(self.cli("sign-in", email))

    def sign_in_code(self, email: str) -> str:
        """A new code for an existing member, to type into the window that asks."""
        printed = self.cli("sign-in", email)
        found = _CODE.search(printed)
        if found is None:
            raise NotReady(f"no code in:\n{printed}")
        return found.group(1)

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False


def one_time_link(printed: str) -> str:
    """The sign-in link in what a command printed; raises NotReady when there is none."""
    found = _LINK.search(printed)
    if found is None:
        raise NotReady(f"no sign-in link in:\n{printed}")
    return found.group(0)
