"""The worker: what happens by the calendar and at night, without anybody asking.

Everything it does is decided by the database (a date is released once, whatever number of workers there are) or does
no harm twice. It may be stopped at any moment.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import UUID

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from .config import Config
from .db import utc_now, writing
from .errors import Problem
from .limits import service as limits
from .patterns.service import look
from .people.service import organisations
from .privacy.expiry import expire
from .ratings import sealed
from .releases.restored import settle
from .releases.service import release_due

log = logging.getLogger(__name__)

_TURN = 30.0
"""Seconds from one look at the calendar to the next."""


def work(parent: int | None = None) -> None:
    """Work until stopped; with `parent`, until that process is ours no longer."""
    night: date | None = None
    while parent is None or os.getppid() == parent:
        today = utc_now().date()
        try:
            if turn(nightly=today != night):
                night = today
        except (Problem, SQLAlchemyError) as error:
            log.error("the database does not answer (%s); tried again", type(error).__name__)
        _rest(parent)


def turn(*, nightly: bool) -> bool:
    """Look at the calendar once, for every organisation; `nightly` also tidies up. True when all of it was done."""
    chores: list[Callable[[UUID], object]] = [_release]
    if nightly:
        chores += [expire, look, _empty_limits, _shuffle]
    done = [_attempt(chore, each.organisation_id) for each in organisations() for chore in chores]
    return all(done)


def _attempt(chore: Callable[[UUID], object], organisation_id: UUID) -> bool:
    """One organisation's trouble is not another's. What failed has changed nothing, and is tried at the next turn."""
    try:
        chore(organisation_id)
    except Exception as error:
        # The kind of error only: its message may hold people's words.
        log.error("%s failed (%s) and is tried again", chore.__name__.strip("_"), type(error).__name__)
        return False
    return True


def _release(organisation_id: UUID) -> None:
    data_dir = _data_dir()
    closed = settle(organisation_id, data_dir)
    if closed:
        log.warning("released before a backup was brought back, and not again: %s", ", ".join(map(str, closed)))
    dates = release_due(organisation_id)
    if dates:
        settle(organisation_id, data_dir)
        _shuffle(organisation_id)
        log.info("made the releases of %s", ", ".join(map(str, dates)))


def _data_dir() -> Path:
    config: Config = current_app.extensions["handclasp_config"]
    return config.data_dir


def _empty_limits(organisation_id: UUID) -> None:
    with writing(organisation_id) as session:
        limits.empty(session, organisation_id)


def _shuffle(organisation_id: UUID) -> None:
    with writing(organisation_id) as session:
        sealed.shuffle(session, organisation_id)


def _rest(parent: int | None) -> None:
    until = time.monotonic() + _TURN
    while time.monotonic() < until and (parent is None or os.getppid() == parent):
        time.sleep(1)
