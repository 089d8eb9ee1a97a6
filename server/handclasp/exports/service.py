"""What an admin may take out: rows streamed from one snapshot, ending in a manifest, and told in the log (rule 12)."""

from __future__ import annotations

import csv
import enum
import hashlib
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO
from uuid import UUID

from sqlalchemy.orm import Session

from ..audit.models import AuditAction
from ..audit.service import record
from ..auth.caller import Caller
from ..db import reading, writing
from . import named, released, rows
from .rows import Row

_BATCH = 500
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


class Dataset(enum.StrEnum):
    """What can be exported."""

    RATINGS = "ratings"
    NOTES = "notes"
    MEMBERS = "members"
    RELEASES = "releases"
    EDGES = "edges"


class Format(enum.StrEnum):
    """How it is written."""

    CSV = "csv"
    NDJSON = "ndjson"


@dataclass(frozen=True, slots=True)
class _Plan:
    """How one dataset is read: its columns, and its rows within an open transaction."""

    columns: Sequence[str]
    rows: Callable[[Session, UUID], Iterator[Row]]


_PLANS = {
    Dataset.RATINGS: _Plan(rows.RATING_COLUMNS, rows.rating_rows),
    Dataset.NOTES: _Plan(rows.NOTE_COLUMNS, rows.note_rows),
    Dataset.MEMBERS: _Plan(rows.MEMBER_COLUMNS, rows.member_rows),
    Dataset.RELEASES: _Plan(released.RELEASE_COLUMNS, released.release_rows),
    Dataset.EDGES: _Plan(released.EDGE_COLUMNS, released.edge_rows),
}
_NAMED = _Plan(rows.NAMED_COLUMNS, rows.named_rating_rows)


def take_out(organisation_id: UUID, actor_id: UUID | None, dataset: Dataset, format: Format, file: IO[bytes]) -> None:
    """Write the dataset into `file` and log it; `actor_id` None is the command line.

    All rows are from one instant, read outside any write. The last line is a manifest with the number of rows and
    the SHA-256 of everything before it: without it the file is cut short. Hand nothing of `file` on before this has
    returned: only then it is logged.
    """
    with reading(organisation_id) as session:
        count = _write(session, organisation_id, dataset, _PLANS[dataset], format, file)
    detail = {"dataset": dataset.value, "format": format.value, "rows": count}
    with writing(organisation_id) as session:
        record(session, organisation_id, actor_id, AuditAction.EXPORT, detail)


def take_out_named(caller: Caller, named_id: UUID, format: Format, file: IO[bytes]) -> None:
    """Write the ratings with names into `file` and log it, with the reason that was given.

    Only for the admin who asked for it, while it may be made; raises as `named.usable` does. Hand nothing of `file`
    on before this has returned.
    """
    organisation_id = caller.organisation_id
    with reading(organisation_id) as session:
        named.usable(session, caller, named_id)
        count = _write(session, organisation_id, Dataset.RATINGS, _NAMED, format, file)
    with writing(organisation_id) as session:
        # Once more: the rules may have become stricter while the rows were read.
        asked = named.usable(session, caller, named_id)
        detail = {"dataset": Dataset.RATINGS.value, "format": format.value, "rows": count, "reason": asked.reason}
        record(session, organisation_id, caller.member_id, AuditAction.NAMED_EXPORT, detail)


def _write(
    session: Session, organisation_id: UUID, dataset: Dataset, plan: _Plan, format: Format, file: IO[bytes]
) -> int:
    digest, count = hashlib.sha256(), 0
    for lines in _pieces(plan, plan.rows(session, organisation_id), format):
        piece = "".join(lines).encode()
        digest.update(piece)
        file.write(piece)
        count += len(lines)
    if format is Format.CSV:
        count -= 1  # the head is no row
    file.write(_manifest(dataset, format, count, digest.hexdigest()).encode())
    return count


def _pieces(plan: _Plan, found: Iterator[Row], format: Format) -> Iterator[Sequence[str]]:
    """The lines, some hundred at a time."""
    if format is Format.CSV:
        yield [_csv_line(plan.columns)]
    write = _csv if format is Format.CSV else _ndjson
    while lines := [write(row) for row in islice(found, _BATCH)]:
        yield lines


def _manifest(dataset: Dataset, format: Format, rows: int, sha256: str) -> str:
    if format is Format.CSV:
        return f"# manifest dataset={dataset} rows={rows} sha256={sha256}\r\n"
    return json.dumps({"manifest": {"dataset": dataset.value, "rows": rows, "sha256": sha256}}) + "\n"


def _ndjson(row: Row) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"


def _csv(row: Row) -> str:
    return _csv_line([defused(value or "") for value in row.values()])


def _csv_line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    # All in quotes, so that a `#` in a name is never taken for the manifest's mark.
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow(cells)
    return line.getvalue()


def defused(cell: str) -> str:
    """`cell` such that no spreadsheet takes it for a formula (OWASP, "CSV injection")."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
