"""A server whose organisation began earlier, so that a release date has come since."""

from __future__ import annotations

import shutil
from datetime import timedelta

from handclasp.app import create_app
from handclasp.config import Config
from handclasp.db import db, utc_now
from handclasp.migrations import upgrade
from handclasp.policy.models import Attribution
from tests.support.office import Clock, Office, item, moving_clock
from tests.support.server import HandclaspServer

VERDICTS = ("missed", "missed", "met", "met", "met", "exceeded", "exceeded")
"""What seven colleagues said of Ana's work."""


def begin_one_release_ago(server: HandclaspServer) -> None:
    """Give the server another organisation, in which seven colleagues rated Ana before the last release date.

    Its worker makes that release by itself once it is started. The data it had is gone.
    """
    server.kill()
    shutil.rmtree(server.data)
    with moving_clock() as clock:
        _go_to_the_month_before(clock)
        _rate_ana(server)
    server.start()


def _go_to_the_month_before(clock: Clock) -> None:
    first = utc_now().replace(day=1, hour=12)
    clock.ahead = (first - timedelta(days=15)) - utc_now()


def _rate_ana(server: HandclaspServer) -> None:
    config = Config.from_environment(server.env)
    upgrade(config)
    app = create_app(config)
    office = Office(app, Attribution.POOLED)
    ana = office.person("ana", team="Data")
    for number, verdict in enumerate(VERDICTS):
        team = f"Team {number % 3}"
        colleague = office.person("tomas" if number == 0 else f"colleague-{number}", team=team)
        answer = colleague.rate(ana, verdict, item=item(str(number)), what_would_have_helped=None)
        assert answer.status_code == 201, answer.text
    with app.app_context():
        db.engine.dispose()
