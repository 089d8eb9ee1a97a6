"""`make screenshots`: takes the pictures of README and docs from the living thing, so that they stay true."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.support.player import StoryFailed
from tests.support.processes import ROOT, NotReady
from tests.support.stage import Stage
from tests.support.world import World

PICTURES = ROOT / "docs" / "screenshots"


def main() -> None:
    """Replace docs/screenshots/*.png."""
    with tempfile.TemporaryDirectory(prefix="handclasp-pictures-") as folder, World() as world:
        stage = Stage(world, Path(folder) / "profiles", ROOT / "tests" / "artifacts" / "screenshots")
        PICTURES.mkdir(parents=True, exist_ok=True)
        try:
            stage.play("screenshots", seconds=300, pictures=str(PICTURES))
        finally:
            stage.close()
    for picture in sorted(PICTURES.glob("*.png")):
        print(f"{picture.relative_to(ROOT)}  {picture.stat().st_size // 1024} kB")


if __name__ == "__main__":
    try:
        main()
    except (NotReady, StoryFailed) as problem:
        sys.exit(str(problem))
