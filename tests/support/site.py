"""What the real tools have in common: a folder of their own, a free port, a log, and an end."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.processes import NotReady, Service, free_port


class ToolSite(ABC):
    """A real tool on a free loopback port, with its data in a temporary folder.

    `with` makes, starts and removes it.
    """

    tool: str
    """The id of its tool file."""

    def __init__(self, log: Path | None = None) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix=f"handclasp-{self.tool}-"))
        self.port = free_port()
        self.log = log or self.directory / f"{self.tool}.log"
        self._service: Service | None = None

    @property
    def host(self) -> str:
        """The host as items name it, with the port."""
        return f"127.0.0.1:{self.port}"

    @property
    def origin(self) -> str:
        """Where it is served, without a slash at the end."""
        return f"http://{self.host}"

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Make the data on the first start, then serve it; raises NotReady with the end of the log."""
        if self._service is None:
            self._service = self.service()
        self._service.start()

    def stop(self) -> None:
        """End the program and remove its data."""
        if self._service is not None:
            self._service.stop()
        shutil.rmtree(self.directory)

    @abstractmethod
    def service(self) -> Service:
        """The program, with its data made."""

    def answers(self, path: str) -> bool:
        """Whether a page is there now."""
        try:
            with urllib.request.urlopen(f"{self.origin}{path}", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False


def run(
    name: str, command: Sequence[str], *, env: Mapping[str, str], cwd: Path | None = None, given: str | None = None
) -> str:
    """What a program of a tool prints; raises NotReady with what it printed when it fails."""
    done = subprocess.run(command, env=dict(env), cwd=cwd, input=given, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotReady(f"{name}: {' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout
