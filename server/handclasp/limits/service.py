"""How much one may give in a day (rule 10), counted under names that tell nobody.

There is no limit for one subject alone: it would tell its last rater how many others there are.
"""

from __future__ import annotations

import enum
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from ..db import insert, leave_no_trace, utc_now
from ..errors import Problem
from ..sealing import service as sealing
from .models import Tally


class What(enum.StrEnum):
    """What is counted."""

    RATING = "rating"
    NOTE = "note"
    EXPECTATION = "expectation"
    MESSAGE = "message"
    BREAKAGE = "breakage"


A_DAY = {What.RATING: 100, What.NOTE: 60, What.EXPECTATION: 60, What.MESSAGE: 300, What.BREAKAGE: 50}
"""For one member in one day (UTC)."""
A_DAY_TO_ONE = {What.RATING: 20, What.NOTE: 10, What.EXPECTATION: 20, What.MESSAGE: 100}
"""For one member in one day, to the same colleague."""

_IN_WORDS = {What.BREAKAGE: "reports of broken pages"}


def count(session: Session, organisation_id: UUID, what: What, who: UUID, whom: UUID) -> None:
    """Count something new that `who` gives to `whom` today. Changes and retries are not counted.

    Raises 429 `limit` for one too many: then the caller's transaction ends, and nothing is stored or counted.
    """
    names, now = sealing.names(session, organisation_id), utc_now().astimezone(UTC)
    day = now.date()
    in_all = names.mac("tally", what.value, who, day)
    to_one = names.mac("tally", what.value, who, whom, day)
    statement = insert(Tally).values(
        # In the order of their names, so that of two transactions neither waits for the other.
        [{"organisation_id": organisation_id, "key": key, "count": 1} for key in sorted((in_all, to_one))]
    )
    counted = session.execute(
        statement.on_conflict_do_update(
            index_elements=["organisation_id", "key"], set_={"count": Tally.count + 1}
        ).returning(Tally.key, Tally.count.label("so_far"))
    ).all()
    counts = {row.key: row.so_far for row in counted}
    if counts[to_one] > A_DAY_TO_ONE[what]:
        raise _enough(f"{A_DAY_TO_ONE[what]} {what.value}s to the same colleague", now)
    if counts[in_all] > A_DAY[what]:
        raise _enough(f"{A_DAY[what]} {what.value}s", now)


def count_alone(session: Session, organisation_id: UUID, what: What, who: UUID) -> None:
    """Count something new that `who` gives to nobody in particular today. Raises 429 `limit` as `count` does."""
    names, now = sealing.names(session, organisation_id), utc_now().astimezone(UTC)
    statement = insert(Tally).values(
        organisation_id=organisation_id, key=names.mac("tally", what.value, who, now.date()), count=1
    )
    so_far = session.execute(
        statement.on_conflict_do_update(
            index_elements=["organisation_id", "key"], set_={"count": Tally.count + 1}
        ).returning(Tally.count)
    ).scalar_one()
    if so_far > A_DAY[what]:
        raise _enough(f"{A_DAY[what]} {_IN_WORDS.get(what, what.value + 's')}", now)


def first_today(session: Session, organisation_id: UUID, what: What, who: UUID, about: UUID) -> bool:
    """True if `who` has not said `about` today, and from now on has. Who said what is forgotten with the counts."""
    names, today = sealing.names(session, organisation_id), utc_now().astimezone(UTC).date()
    statement = insert(Tally).values(
        organisation_id=organisation_id, key=names.mac("tally once", what.value, who, about, today), count=1
    )
    new = session.execute(
        statement.on_conflict_do_nothing(index_elements=["organisation_id", "key"]).returning(Tally.key)
    )
    return new.one_or_none() is not None


def empty(session: Session, organisation_id: UUID) -> None:
    """Forget the counts of other days. For the worker, whenever it starts and just after midnight (UTC).

    Today's counts stay: what tells that the table was emptied today is a row like all others.
    """
    today = utc_now().astimezone(UTC).date()
    marker = sealing.names(session, organisation_id).mac("tally day", today)
    if session.get(Tally, (organisation_id, marker)) is not None:
        return
    session.execute(delete(Tally).where(Tally.organisation_id == organisation_id))
    session.execute(insert(Tally).values(organisation_id=organisation_id, key=marker, count=1))
    leave_no_trace(session)


def _enough(most: str, now: datetime) -> Problem:
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
    return Problem(
        429,
        "limit",
        f"Nobody gives more than {most} in one day. This one was not stored; send it again after midnight (UTC).",
        headers={"Retry-After": str(int((midnight - now).total_seconds()) + 1)},
    )
