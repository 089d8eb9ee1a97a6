"""Keyset cursors: where a list goes on, without counting rows that were already seen."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from .errors import UNSTORABLE, invalid

Row = TypeVar("Row")
Keys = TypeVar("Keys")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list; `next` is the cursor of the page after, None at the end."""

    items: Sequence[Row]
    next: str | None


def encode_cursor(*keys: str | int) -> str:
    """An opaque cursor for the sort keys of the last row sent."""
    return base64.urlsafe_b64encode(json.dumps(keys).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, read: Callable[..., Keys]) -> Keys:
    """The keys in `cursor`, as `read` makes them of the encoded values.

    Raises 422 for a cursor that is not one of ours. A cursor only says where to go on in the caller's own list,
    so a forged one shows nothing that the list would not.
    """
    try:
        keys: Any = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(keys, list):
            raise TypeError("a cursor is a list")
        return read(*keys)
    except (ValueError, TypeError, binascii.Error, RecursionError, OverflowError) as error:
        raise invalid([{"pointer": "?cursor", "detail": "Start again without a cursor."}]) from error


def aware(text: str) -> datetime:
    """The moment in a cursor, in UTC. Raises ValueError without a time zone, OverflowError before or after all time."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment has a time zone")
    # Here, where it is refused as a bad cursor: a database would convert it, too, and fail.
    return moment.astimezone(UTC)


def storable(text: object) -> str:
    """A string in a cursor, if a database can compare with it. Raises ValueError."""
    if not isinstance(text, str) or UNSTORABLE.search(text):
        raise ValueError("not a string a database can keep")
    return text


def cut(rows: Sequence[Row], limit: int, cursor_of: Callable[[Row], str]) -> Page[Row]:
    """The first `limit` of `rows` (of which up to one more was read to learn whether there are more)."""
    shown = rows[:limit]
    return Page(shown, cursor_of(shown[-1]) if len(rows) > limit else None)
