"""gunicorn's hooks: the worker runs beside the server, as its child, and ends with it."""

from __future__ import annotations

import os
import subprocess
import sys

_started: list[subprocess.Popen[bytes]] = []


def when_ready(_server: object) -> None:
    """Start the worker, once the master listens."""
    command = [sys.executable, "-m", "handclasp", "worker", "--beside", str(os.getpid())]
    _started.append(subprocess.Popen(command))  # noqa: S603 - our own interpreter and words


def on_exit(_server: object) -> None:
    """End the worker with the server. Should the master be killed, the worker sees it within a second."""
    for worker in _started:
        worker.terminate()
        worker.wait(timeout=10)
