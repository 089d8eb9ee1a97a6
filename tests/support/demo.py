"""`make demo`: Handclasp beside a real Trac, a browser connected as one of three colleagues, and what to click.

Everything runs on this machine, in temporary folders, and is gone when the demo ends.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
from pathlib import Path

from tests.support.player import Deeds, StoryFailed
from tests.support.processes import NotReady
from tests.support.stage import Stage
from tests.support.trac import ANA, TOMAS
from tests.support.world import ADMIN, World

A_DAY = 86_400.0


def main() -> None:
    """Run until Ctrl-C, or until the browser is closed."""
    shown = "--headless" not in sys.argv[1:] and has_display()
    print("Starting Handclasp and a Trac ...", flush=True)
    with tempfile.TemporaryDirectory(prefix="handclasp-demo-") as folder, World() as world:
        stage = Stage(world, Path(folder) / "profiles", Path(folder))
        print(f"Opening Chromium and connecting it as {TOMAS.name} ...", flush=True)
        enter = listen_for_enter()
        deeds: Deeds = {"introduce": lambda: introduce(world, shown), "was Enter pressed": enter.is_set}
        stage.play("demo", deeds, seconds=A_DAY, headless=not shown)
    print("The demo has ended.")


def has_display() -> bool:
    """Whether a window can be seen here."""
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def listen_for_enter() -> threading.Event:
    """An event that is set when Enter is pressed; never where nobody can press it."""
    pressed = threading.Event()

    def listen() -> None:
        if sys.stdin.readline():
            pressed.set()

    if sys.stdin.isatty():
        threading.Thread(target=listen, daemon=True).start()
    return pressed


def introduce(world: World, shown: bool) -> None:
    """The demo in plain words."""
    if not shown:
        print("\nThere is no display (or --headless was given), so Chromium runs unseen.")
    print(
        f"""
You are {TOMAS.name}. {ANA.name} did the work of ticket #1 for you.

  1. Point at "Rate this handoff" in the ticket's head and click a verdict. That is all: it is stored.
  2. "Undo" takes it back; "Thank {ANA.name.split()[0]}" writes a note.
  3. Click the extension's icon: Given shows what you gave.
  4. Press Enter here to open {ANA.name}'s browser: her inbox has it ten seconds after your click.

  Trac        {world.trac.ticket_url(1)}   (sign in: {TOMAS.login} / {TOMAS.password})
  Handclasp   {world.server.url}
  The admin   {world.sign_in_link(ADMIN)}   (works once)

Ctrl-C ends the demo and removes everything it made.
""",
        flush=True,
    )


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # Ended from outside, it clears up all the same.
    try:
        main()
    except KeyboardInterrupt:
        print("\nThe demo has ended.")
    except (NotReady, StoryFailed) as problem:
        sys.exit(str(problem))
