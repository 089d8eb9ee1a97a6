"""Pooled ratings as they rest: packed, sealed, and found by names that tell nothing (rule 3).

`pooled` gives, changes and withdraws them; releases read and end them by what stands here. Everything works
within the caller's transaction, and each write asks that its traces be removed from the database's log.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from ..db import leave_no_trace
from ..policy.models import Breakdown, Calendar
from ..sealing import service as sealing
from ..sealing.service import Names
from .models import Cause, Direction, SealedRating, Verdict

_FORM = struct.Struct(">B16s16s16s16s16sBBB64s32sIIBqqIB")
_VERSION = 1
_SIZE = 256
"""Bytes of every body before it is sealed, whatever it says: its length tells nothing."""
_NOBODY = UUID(int=0)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIRECTIONS = tuple(Direction)
_VERDICTS = (None, *Verdict)
_CAUSES = (None, *Cause)
_BREAKDOWNS = tuple(Breakdown)
_CALENDARS = tuple(Calendar)


@dataclass(frozen=True, slots=True)
class SealedBody:
    """All that is known of a pooled rating. `verdict` is None once it is withdrawn.

    `item` is a MAC of (tool, host, key): the same for the same item, and no way back to it. `k`, `colluders`,
    `breakdown` and `calendar` are what its rater was promised when it was given; a change keeps the promise.
    """

    id: UUID
    rater_id: UUID
    subject_id: UUID
    rater_team_id: UUID | None
    subject_team_id: UUID | None
    direction: Direction
    verdict: Verdict | None
    cause: Cause | None
    tool: str
    item: bytes
    k: int
    colluders: int
    breakdown: Breakdown
    calendar: Calendar
    given_at: datetime
    changed_at: datetime
    revision: int

    @property
    def provider_id(self) -> UUID:
        """Whose work the handoff is: the subject's, or, when the ask is rated, the rater's."""
        return self.subject_id if self.direction is Direction.SERVICE else self.rater_id

    def pack(self) -> bytes:
        """Always 256 bytes."""
        tool = self.tool.encode("ascii")
        packed = _FORM.pack(
            _VERSION,
            self.id.bytes,
            self.rater_id.bytes,
            self.subject_id.bytes,
            (self.rater_team_id or _NOBODY).bytes,
            (self.subject_team_id or _NOBODY).bytes,
            _DIRECTIONS.index(self.direction),
            _VERDICTS.index(self.verdict),
            _CAUSES.index(self.cause),
            tool,
            self.item,
            self.k,
            self.colluders,
            _BREAKDOWNS.index(self.breakdown),
            (self.given_at - _EPOCH) // timedelta(microseconds=1),
            (self.changed_at - _EPOCH) // timedelta(microseconds=1),
            self.revision,
            _CALENDARS.index(self.calendar),
        )
        return packed.ljust(_SIZE, b"\0")

    @classmethod
    def unpack(cls, packed: bytes) -> SealedBody:
        """The body that `pack` made these bytes of."""
        version, *fields = _FORM.unpack(packed[: _FORM.size])
        if version != _VERSION:
            raise ValueError(f"a sealed body of version {version} is unknown here")
        (own, rater, subject, rater_team, subject_team, direction, verdict, cause) = fields[:8]
        (tool, item, k, colluders, breakdown, given_at, changed_at, revision, calendar) = fields[8:]
        return cls(
            id=UUID(bytes=own),
            rater_id=UUID(bytes=rater),
            subject_id=UUID(bytes=subject),
            rater_team_id=_somebody(rater_team),
            subject_team_id=_somebody(subject_team),
            direction=_DIRECTIONS[int(direction)],
            verdict=_VERDICTS[int(verdict)],
            cause=_CAUSES[int(cause)],
            tool=tool.rstrip(b"\0").decode("ascii"),
            item=item,
            k=k,
            colluders=colluders,
            breakdown=_BREAKDOWNS[int(breakdown)],
            calendar=_CALENDARS[int(calendar)],
            given_at=_EPOCH + timedelta(microseconds=given_at),
            changed_at=_EPOCH + timedelta(microseconds=changed_at),
            revision=revision,
        )


def _somebody(raw: bytes) -> UUID | None:
    found = UUID(bytes=raw)
    return None if found == _NOBODY else found


class Pending(NamedTuple):
    """A pooled rating that waits for its release."""

    id_mac: bytes
    slot: bytes
    body: SealedBody


def id_mac(names: Names, rating_id: UUID) -> bytes:
    """The name under which the rating with this id rests."""
    return names.mac("id", rating_id)


def item_mac(names: Names, tool: str, host: str, key: str) -> bytes:
    """What a body keeps of its item."""
    return names.mac("item", tool, host, key)


def slot(names: Names, body: SealedBody) -> bytes:
    """One for each (rater, handoff, direction): the table holds each once (rule 1).

    A withdrawn rating stands in a slot of its own, so that its handoff can be rated again.
    """
    if body.verdict is None:
        return _withdrawn_slot(names, body.id)
    return slot_of(names, body.rater_id, body.item, body.provider_id, body.direction)


def was_withdrawn(names: Names, row: SealedRating, rating_id: UUID) -> bool:
    """Whether the rating with this id, whose row this is, rests as one that was taken back."""
    return row.slot == _withdrawn_slot(names, rating_id)


def _withdrawn_slot(names: Names, rating_id: UUID) -> bytes:
    return names.mac("withdrawn", rating_id)


def slot_of(names: Names, rater_id: UUID, item: bytes, provider_id: UUID, direction: Direction) -> bytes:
    """The slot of the rating that `rater_id` may give of this handoff."""
    return names.mac("slot", rater_id, item, provider_id, direction.value)


def new_row(session: Session, organisation_id: UUID, period: date, body: SealedBody) -> dict[str, Any]:
    """The columns of the row that `body` becomes while it waits for `period`, under keys that are held for it."""
    names, key = sealing.writing_keys(session, organisation_id, period)
    return _values(organisation_id, names, key, period, body)


def _values(organisation_id: UUID, names: Names, key: bytes, period: date, body: SealedBody) -> dict[str, Any]:
    mac = id_mac(names, body.id)
    return {
        "organisation_id": organisation_id,
        "id_mac": mac,
        "slot": slot(names, body),
        "bucket": names.mac("bucket", body.subject_id, body.direction.value, period),
        "period": period,
        "body": sealing.seal(key, _identity(organisation_id, mac, period), body.pack()),
    }


def opened(session: Session, row: SealedRating) -> SealedBody | None:
    """What the row says; None once it is released, or its period's key is destroyed."""
    if row.body is None or row.period is None:
        return None
    key = sealing.keys(session, row.organisation_id, [row.period]).periods.get(row.period)
    return None if key is None else _open(row, key)


def _open(row: SealedRating, key: bytes) -> SealedBody:
    if row.body is None or row.period is None:
        raise ValueError("this rating has been released: there is nothing to open")
    identity = _identity(row.organisation_id, row.id_mac, row.period)
    return SealedBody.unpack(sealing.open_body(key, identity, row.body))


def _identity(organisation_id: UUID, mac: bytes, period: date) -> bytes:
    return organisation_id.bytes + mac + period.isoformat().encode()


def periods(session: Session, organisation_id: UUID) -> Sequence[date]:
    """The release dates for which ratings wait, earliest first."""
    found = session.execute(
        select(SealedRating.period)
        .where(SealedRating.organisation_id == organisation_id, SealedRating.period.is_not(None))
        .distinct()
        .order_by(SealedRating.period)
    ).scalars()
    return [period for period in found if period is not None]


def pending(session: Session, organisation_id: UUID, period: date) -> list[Pending]:
    """The ratings that wait for this release date, without withdrawn ones, in an order that tells nothing.

    They are locked against change until the end of the transaction, which must be a writing one.
    """
    return [row for row in _all(session, organisation_id, period) if row.body.verdict is not None]


def _all(session: Session, organisation_id: UUID, period: date | None = None) -> list[Pending]:
    # Always before the rows, as those who give and change do it: nobody waits for each other.
    sealing.freeze(session, organisation_id)
    query = select(SealedRating).where(
        SealedRating.organisation_id == organisation_id,
        SealedRating.period.is_not(None) if period is None else SealedRating.period == period,
    )
    rows = session.execute(query.order_by(SealedRating.id_mac).with_for_update()).scalars().all()
    found = sealing.keys(session, organisation_id, {row.period for row in rows if row.period is not None})
    return [
        Pending(row.id_mac, row.slot, _open(row, found.periods[row.period]))
        for row in rows
        if row.period is not None and row.period in found.periods
    ]


def rewrite(session: Session, organisation_id: UUID, rows: Iterable[tuple[bytes, SealedBody, date]]) -> None:
    """Replace what the rows with these `id_mac`s say. The bodies keep their ids."""
    wanted = list(rows)
    if not wanted:
        return
    names = sealing.names(session, organisation_id)
    by_period = {
        period: sealing.writing_keys(session, organisation_id, period)[1] for period in {row[2] for row in wanted}
    }
    drop(session, organisation_id, [mac for mac, _, _ in wanted])
    put_rows(
        session,
        [_values(organisation_id, names, by_period[period], period, body) for _, body, period in wanted],
    )


def put_rows(session: Session, rows: Collection[Mapping[str, Any]]) -> None:
    """Write whole rows in the order of their names, whatever order they came in."""
    if rows:
        session.execute(insert(SealedRating), sorted(rows, key=_name))
        leave_no_trace(session)


def _name(row: Mapping[str, Any]) -> bytes:
    return row["id_mac"]


def erase_bodies(session: Session, organisation_id: UUID, id_macs: Collection[bytes]) -> None:
    """These have been released: only their names stay, so that no handoff is rated twice."""
    for some in _batches(id_macs):
        session.execute(
            update(SealedRating)
            .where(SealedRating.organisation_id == organisation_id, SealedRating.id_mac.in_(some))
            .values(body=None, bucket=None, period=None)
        )
    leave_no_trace(session)


def drop(session: Session, organisation_id: UUID, id_macs: Collection[bytes]) -> None:
    """Remove these altogether, as if they had never been given."""
    for some in _batches(id_macs):
        session.execute(
            delete(SealedRating).where(SealedRating.organisation_id == organisation_id, SealedRating.id_mac.in_(some))
        )
    leave_no_trace(session)


def close_period(session: Session, organisation_id: UUID, period: date) -> None:
    """End a period: empty what was withdrawn in it, and destroy its key.

    Of what was withdrawn the name stays, so that an old retry gives it no second time.

    Raises RuntimeError while a rating waits in it that is neither released, moved on nor dropped.
    """
    left = _all(session, organisation_id, period)
    if any(row.body.verdict is not None for row in left):
        raise RuntimeError("a rating still waits in this period")
    erase_bodies(session, organisation_id, [row.id_mac for row in left])
    sealing.destroy_period(session, organisation_id, period)


def drop_member(session: Session, organisation_id: UUID, member_id: UUID) -> int:
    """Remove every waiting rating by or about the member, and tell how many stood."""
    theirs = [row for row in _all(session, organisation_id) if member_id in (row.body.rater_id, row.body.subject_id)]
    drop(session, organisation_id, [row.id_mac for row in theirs])
    return sum(row.body.verdict is not None for row in theirs)


def merge_member(session: Session, organisation_id: UUID, former_id: UUID, into_id: UUID) -> None:
    """Make the waiting ratings by and about one member another's, who is the same person.

    Ratings between the two go; of two ratings of one handoff the one changed later stays, or the released one.
    """
    names = sealing.names(session, organisation_id)
    changed: list[tuple[bytes, SealedBody, date]] = []
    goes: list[bytes] = []
    taken = released_slots(session, organisation_id)
    rows = [
        (row, period) for period in periods(session, organisation_id) for row in _all(session, organisation_id, period)
    ]
    for row, period in sorted(rows, key=lambda pair: pair[0].body.changed_at, reverse=True):
        merged = _merged(row.body, former_id, into_id)
        place = slot(names, merged)
        if merged.rater_id == merged.subject_id or place in taken:
            goes.append(row.id_mac)
            continue
        taken.add(place)
        if merged != row.body:
            changed.append((row.id_mac, merged, period))
    drop(session, organisation_id, goes)
    rewrite(session, organisation_id, changed)


def released_slots(session: Session, organisation_id: UUID) -> set[bytes]:
    """The slots of what no longer waits: nobody rates these handoffs again."""
    query = select(SealedRating.slot).where(
        SealedRating.organisation_id == organisation_id, SealedRating.period.is_(None)
    )
    return set(session.execute(query).scalars())


def _merged(body: SealedBody, former_id: UUID, into_id: UUID) -> SealedBody:
    return replace(
        body,
        rater_id=into_id if body.rater_id == former_id else body.rater_id,
        subject_id=into_id if body.subject_id == former_id else body.subject_id,
    )


def shuffle(session: Session, organisation_id: UUID) -> None:
    """Write all sealed rows anew, in the order of their names.

    Where a row lies inside the database's files then tells nothing of when it came. For the worker, at night and
    after each release.
    """
    sealing.freeze(session, organisation_id)
    rows = session.execute(
        delete(SealedRating)
        .where(SealedRating.organisation_id == organisation_id)
        .returning(
            SealedRating.organisation_id,
            SealedRating.id_mac,
            SealedRating.slot,
            SealedRating.bucket,
            SealedRating.period,
            SealedRating.body,
        )
    ).mappings()
    put_rows(session, [dict(row) for row in rows])


_BATCH = 500


def _batches(id_macs: Collection[bytes]) -> Iterable[list[bytes]]:
    """Few enough at once for either database's limit of parameters."""
    wanted = sorted(id_macs)
    for start in range(0, len(wanted), _BATCH):
        yield wanted[start : start + _BATCH]
