"""Broken pages: which parts of which tool file found nothing, told without a word about the page or the member."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from uuid import UUID

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.orm import Session

from ..auth.caller import Caller
from ..db import insert, leave_no_trace, reading, utc_now, writing
from ..errors import Problem, not_found
from ..limits import service as limits
from ..paging import Page, cut, decode_cursor, encode_cursor
from .models import Breakage, ToolFile
from .service import bundled_tool

KEPT = timedelta(days=180)
"""How long a breakage is kept that nobody meets any more."""

_SPACE = UUID("6b1d5f4e-2c6c-4a55-9d39-6f6f1d0d2a41")


@dataclass(frozen=True, slots=True)
class Told:
    """What an extension tells: kind of item (None: before any was found), and the file used, by its digest."""

    kind: str | None
    digest: str
    bundled: bool
    failed: Sequence[str]


@dataclass(frozen=True, slots=True)
class ShownBreakage:
    """A breakage as admins see it. `name` is what the tool is called here."""

    id: UUID
    tool: str
    name: str
    kind: str | None
    digest: str
    bundled: bool
    failed: Sequence[str]
    count: int
    first_on: date
    last_on: date


def tell(caller: Caller, tool_id: str, told: Told) -> bool:
    """Count a breakage; False if the caller has told of it today already.

    Raises 404 for a tool that nobody knows, 429 `limit` for one too many in a day; then nothing is stored.
    """
    organisation_id, today = caller.organisation_id, utc_now().astimezone(UTC).date()
    breakage_id = _id_of(tool_id, told)
    with writing(organisation_id) as session:
        if not _is_known(session, organisation_id, tool_id):
            raise Problem(
                404,
                "unknown-tool",
                "Handclasp knows no tool of this id. Tell of pages of its own tools, or of your organisation's.",
            )
        if not limits.first_today(session, organisation_id, limits.What.BREAKAGE, caller.member_id, breakage_id):
            return False
        limits.count_alone(session, organisation_id, limits.What.BREAKAGE, caller.member_id)
        _count(session, organisation_id, breakage_id, tool_id, told, today)
        session.execute(
            delete(Breakage).where(Breakage.organisation_id == organisation_id, Breakage.last_on < today - KEPT)
        )
        # The order in the database's log would tell the time of day.
        leave_no_trace(session)
    return True


def breakages(caller: Caller, *, cursor: str | None, limit: int) -> Page[ShownBreakage]:
    """What broke and is not settled, the latest first."""
    query = (
        select(Breakage, ToolFile.name)
        .outerjoin(
            ToolFile,
            (ToolFile.organisation_id == Breakage.organisation_id) & (ToolFile.tool == Breakage.tool),
        )
        .where(Breakage.organisation_id == caller.organisation_id, Breakage.settled.is_(False))
        .order_by(Breakage.last_on.desc(), Breakage.id.desc())
        .limit(limit + 1)
    )
    if cursor is not None:
        last_on, last_id = decode_cursor(cursor, _day_and_id)
        query = query.where(tuple_(Breakage.last_on, Breakage.id) < tuple_(last_on, last_id))
    with reading(caller.organisation_id) as session:
        rows = [_shown(row, own_name) for row, own_name in session.execute(query)]
    return cut(rows, limit, lambda last: encode_cursor(last.last_on.isoformat(), str(last.id)))


def settle(caller: Caller, breakage_id: UUID, *, settled: bool) -> None:
    """Take a breakage off the list until it is met with another file, or put it back. Raises 404."""
    with writing(caller.organisation_id) as session:
        found = session.execute(
            update(Breakage)
            .where(Breakage.organisation_id == caller.organisation_id, Breakage.id == breakage_id)
            .values(settled=settled)
            .returning(Breakage.id)
        ).one_or_none()
        if found is None:
            raise not_found()


def another_file(session: Session, organisation_id: UUID, tool_id: str, version: str | None) -> None:
    """Another file is in force for a tool: an own one of this version, or (None) the bundled one again.

    What was told of other files is settled. What was settled of this one is forgotten: met again, it is news.
    """
    of_tool = (Breakage.organisation_id == organisation_id, Breakage.tool == tool_id)
    of_this = Breakage.bundled.is_(True) if version is None else Breakage.digest == version
    session.execute(delete(Breakage).where(*of_tool, of_this, Breakage.settled.is_(True)))
    session.execute(update(Breakage).where(*of_tool, ~of_this).values(settled=True))


def _id_of(tool_id: str, told: Told) -> UUID:
    """The same for everybody who meets the same, so that the table's key decides races, and no id tells a time."""
    return uuid.uuid5(_SPACE, " ".join((tool_id, told.digest, told.kind or "-", *told.failed)))


def _is_known(session: Session, organisation_id: UUID, tool_id: str) -> bool:
    if bundled_tool(tool_id) is not None:
        return True
    query = select(ToolFile.tool).where(ToolFile.organisation_id == organisation_id, ToolFile.tool == tool_id)
    return session.execute(query).scalar_one_or_none() is not None


def _count(session: Session, organisation_id: UUID, breakage_id: UUID, tool_id: str, told: Told, today: date) -> None:
    statement = insert(Breakage).values(
        organisation_id=organisation_id,
        id=breakage_id,
        tool=tool_id,
        digest=told.digest,
        kind=told.kind,
        bundled=told.bundled,
        failed=list(told.failed),
        count=1,
        first_on=today,
        last_on=today,
        settled=False,
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["organisation_id", "id"], set_={"count": Breakage.count + 1, "last_on": today}
        )
    )


def _shown(row: Breakage, own_name: str | None) -> ShownBreakage:
    bundled = bundled_tool(row.tool)
    return ShownBreakage(
        id=row.id,
        tool=row.tool,
        name=own_name or (bundled["name"] if bundled else row.tool),
        kind=row.kind,
        digest=row.digest,
        bundled=row.bundled,
        failed=row.failed,
        count=row.count,
        first_on=row.first_on,
        last_on=row.last_on,
    )


def _day_and_id(day: str, breakage_id: str) -> tuple[date, UUID]:
    return date.fromisoformat(day), UUID(breakage_id)
