"""`python -m tests.live.install`: everything the live tests run on, made ready for use.

May run at any time, also beside itself: what is there already is not made again. Ends with 1 and says what is in
the way when a tool cannot be installed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tests.support import etherpad, mediawiki, redmine, trac
from tests.support.processes import NotReady

TOOLS: dict[str, Callable[[], object]] = {
    "Trac": trac.trac_python,
    "Redmine": redmine.first_day,
    "MediaWiki": mediawiki.first_day,
    "Etherpad": etherpad.etherpad,
}


def install() -> None:
    """Make everything ready; raises NotReady with the first reason why it cannot be."""
    # Most of the time is spent on waiting for downloads.
    with ThreadPoolExecutor() as pool:
        for made in [pool.submit(make) for make in TOOLS.values()]:
            made.result()


def main() -> None:
    """Install, and say how long it took."""
    begun = time.monotonic()
    try:
        install()
    except NotReady as problem:
        sys.exit(f"The live tests cannot run: {problem}")
    print(f"{', '.join(TOOLS)} are ready ({time.monotonic() - begun:.0f} s).")


if __name__ == "__main__":
    main()
