"""Reads Firefox's own profiles (the raw form that MOZ_PROFILER_SHUTDOWN writes)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

OURS = ("/content.js", "/button.js")
SCHEME = "moz-extension://"
NANOSECONDS = 1e6
"""In a millisecond; the profiler counts processor time in them on Linux."""


def script_time(profile: dict[str, Any], begin: float, end: float) -> float:
    """Return the milliseconds of processor time with our content script on a stack, between two epoch milliseconds.

    Every process's threads are looked at: pages live in processes of their own. A sample counts for the thread's
    processor time up to the next one, so that other programs' work is not taken for ours.
    """
    return sum(
        _in_thread(thread, begin - process["meta"]["startTime"], end - process["meta"]["startTime"])
        for process in _processes(profile)
        for thread in process["threads"]
    )


def _processes(profile: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield profile
    for inner in profile.get("processes", []):
        yield from _processes(inner)


def _in_thread(thread: dict[str, Any], begin: float, end: float) -> float:
    stack_at, time_at, cpu_at = (thread["samples"]["schema"][name] for name in ("stack", "time", "threadCPUDelta"))
    prefix_at, frame_at = (thread["stackTable"]["schema"][name] for name in ("prefix", "frame"))
    location_at = thread["frameTable"]["schema"]["location"]
    stacks, frames, texts = thread["stackTable"]["data"], thread["frameTable"]["data"], thread["stringTable"]
    known: dict[int, bool] = {}

    def is_ours(stack: int | None) -> bool:
        path: list[int] = []
        found = False
        while stack is not None:
            if stack in known:
                found = known[stack]
                break
            path.append(stack)
            location = texts[frames[stacks[stack][frame_at]][location_at]]
            if SCHEME in location and any(name in location for name in OURS):
                found = True
                break
            stack = stacks[stack][prefix_at]
        known.update(dict.fromkeys(path, found))
        return found

    spent = 0.0
    samples = thread["samples"]["data"]
    for sample, following in pairwise(samples):
        if begin <= sample[time_at] < end and len(following) > cpu_at and is_ours(sample[stack_at]):
            spent += following[cpu_at] or 0
    return spent / NANOSECONDS
