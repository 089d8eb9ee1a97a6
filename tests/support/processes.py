"""Starting programs, waiting for them, and ending exactly the ones that were started."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The project's root folder."""


class NotReady(RuntimeError):
    """A program did not come up; the message ends with the last lines of its log."""


def free_port() -> int:
    """A TCP port on 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 30.0, pause: float = 0.05) -> None:
    """Return as soon as `condition()` is true; raise TimeoutError naming `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s for {what}")
        time.sleep(pause)


def tail(log: Path, lines: int = 40) -> str:
    """The last lines of a log file, or an empty text when there is none."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


class Service:
    """One long-running program in its own process group, with its output in a file.

    `start` returns when `ready()` is true. `kill` and `stop` end the whole group, so that no worker process
    survives its master; both do nothing when the program is not running.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        ready: Callable[[], bool],
        *,
        env: Mapping[str, str] | None = None,
        user: str | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.name = name
        self.command = list(command)
        self.log = log
        self.ready = ready
        self.env = dict(env) if env is not None else None
        self.user = user
        self.cwd = cwd
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id while it runs, else None."""
        return self._process.pid if self._process is not None else None

    def start(self, seconds: float = 60.0) -> None:
        """Start the program and wait until it is ready; raises NotReady with the end of its log."""
        if self._process is not None:
            raise RuntimeError(f"{self.name} is running already")
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self.env,
                cwd=self.cwd,
                start_new_session=True,
                user=self.user,
                group=self.user,
                extra_groups=None if self.user is None else [],
            )
        process = self._process
        try:
            wait_until(lambda: process.poll() is not None or self.ready(), self.name, seconds)
        except TimeoutError as late:
            self.kill()
            raise NotReady(f"{late}\n{tail(self.log)}") from None
        if process.poll() is not None:
            self._process = None
            raise NotReady(f"{self.name} ended with code {process.returncode}; log {self.log}:\n{tail(self.log)}")

    def kill(self) -> None:
        """End the whole group at once (SIGKILL), as a power cut would."""
        self._end(signal.SIGKILL, to_group=True, seconds=10.0)

    def stop(self, how: signal.Signals = signal.SIGTERM, seconds: float = 20.0) -> None:
        """Send `how` to the program, wait for it to end, and kill the group if it has not gone by then."""
        self._end(how, to_group=False, seconds=seconds)

    def _end(self, how: signal.Signals, to_group: bool, seconds: float) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            if to_group:
                os.killpg(process.pid, how)
            else:
                process.send_signal(how)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(seconds)
        # The group outlives its leader when a worker hangs; its number is not reused while it does.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10.0)
