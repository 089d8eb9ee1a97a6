"""Plays a story: starts its node program and does for it what only this side can do."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.support.processes import ROOT, NotReady

STORIES = ROOT / "tests" / "e2e" / "stories"
Deeds = Mapping[str, Callable[..., Any]]


class StoryFailed(AssertionError):
    """The story did not end well; the message has its steps and its error."""


def play(story: str, script: Mapping[str, Any], deeds: Deeds, seconds: float = 120, stories: Path = STORIES) -> Any:
    """Run `<story>.mjs` with `script`, answering what it asks from `deeds`; returns its results.

    Raises StoryFailed when the story fails, or has not ended after `seconds`.
    """
    node = shutil.which("node")
    if node is None or not (ROOT / "tests" / "node_modules" / "puppeteer-core").exists():
        raise NotReady("the browsers' driver is missing: make setup-dev (needs Node 20 or newer)")
    steps: list[str] = []
    with subprocess.Popen(
        [node, str(stories / f"{story}.mjs")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # Ctrl-C is for this side, which then closes everything in order.
        start_new_session=True,
    ) as process:
        # The driver ends its browsers when it is terminated.
        watchdog = threading.Timer(seconds, process.terminate)
        watchdog.start()
        try:
            return _converse(process, script, deeds, steps)
        except BaseException as error:
            if not isinstance(error, StoryFailed):
                process.terminate()
            error.add_note("steps:\n  " + "\n  ".join(steps))
            raise
        finally:
            watchdog.cancel()
            _leave(process)


def _converse(process: subprocess.Popen[str], script: Mapping[str, Any], deeds: Deeds, steps: list[str]) -> Any:
    assert process.stdin is not None
    assert process.stdout is not None
    _send(process, script)
    for line in process.stdout:
        said = json.loads(line)
        if "step" in said:
            steps.append(said["step"])
            print(said["step"], file=sys.stderr)
        elif "ask" in said:
            try:
                _send(process, {"answer": deeds[said["ask"]](**said["with"])})
            except Exception as error:
                _send(process, {"error": repr(error)})
                raise
        elif "failed" in said:
            raise StoryFailed(said["failed"])
        else:
            return said["done"]
    raise StoryFailed("the story ended without a word")


def _leave(process: subprocess.Popen[str]) -> None:
    """Wait for the story's program; when it does not end, terminate it, which closes its browsers."""
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def _send(process: subprocess.Popen[str], message: Mapping[str, Any]) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(message) + "\n")
    process.stdin.flush()
