"""Names that tell nothing (MACs), and bodies that only the server's secret opens.

Each organisation has one random key for its MACs and one for the bodies of each period; they rest wrapped by a key
derived from the server's secret. Everything here works within the caller's transaction.
"""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ..db import insert
from ..errors import Problem
from ..people.models import Organisation
from .keyring import keyring, secret_id, wrapping_key
from .models import SealingKey

log = logging.getLogger(__name__)

_NAMES = "names"
_NONCE = 12

Part = str | bytes | UUID | date


@dataclass(frozen=True, slots=True)
class Names:
    """The MACs of one organisation: who holds the database cannot compute or test one."""

    key: bytes

    def mac(self, *parts: Part) -> bytes:
        """32 bytes that stand for these parts, and for no others."""
        return hmac.digest(self.key, b"".join(map(_framed, parts)), "sha256")


def _framed(part: Part) -> bytes:
    """With its length before it: ("ab", "c") and ("a", "bc") are different names."""
    match part:
        case str():
            raw = part.encode()
        case UUID():
            raw = part.bytes
        case date():
            raw = part.isoformat().encode()
        case bytes():
            raw = part
    return len(raw).to_bytes(4, "big") + raw


@dataclass(frozen=True, slots=True)
class Keys:
    """What was found of the keys that were asked for."""

    names: Names | None
    periods: Mapping[date, bytes]


def keys(session: Session, organisation_id: UUID, periods: Collection[date] = ()) -> Keys:
    """The keys there are, in one statement; none is made. A destroyed one is missing from the answer.

    Raises 503 `sealed-shut` when the server's secret does not open them.
    """
    wanted = [_NAMES, *(period.isoformat() for period in periods)]
    rows = session.execute(
        select(SealingKey).where(SealingKey.organisation_id == organisation_id, SealingKey.purpose.in_(wanted))
    ).scalars()
    opened = {row.purpose: unwrap(row) for row in rows}
    return Keys(
        Names(opened[_NAMES]) if _NAMES in opened else None,
        {period: opened[period.isoformat()] for period in periods if period.isoformat() in opened},
    )


def names(session: Session, organisation_id: UUID) -> Names:
    """The organisation's MACs; the key is made on first use, so this needs a writing transaction."""
    return keys(session, organisation_id).names or Names(_make(session, organisation_id, _NAMES))


def period_key(session: Session, organisation_id: UUID, period: date) -> bytes:
    """The key of a period's bodies; made on first use, so this needs a writing transaction."""
    found = keys(session, organisation_id, [period]).periods.get(period)
    return found or _make(session, organisation_id, period.isoformat())


def destroy_period(session: Session, organisation_id: UUID, period: date) -> None:
    """Destroy a period's key: whatever is still sealed under it stays shut for ever."""
    session.execute(
        delete(SealingKey).where(
            SealingKey.organisation_id == organisation_id, SealingKey.purpose == period.isoformat()
        )
    )


def seal(key: bytes, identity: bytes, body: bytes) -> bytes:
    """`body`, encrypted and bound to `identity`: moved to another row, it does not open."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, body, identity)


def open_body(key: bytes, identity: bytes, sealed: bytes) -> bytes:
    """What was sealed. Raises 503 `sealed-shut` when the key or the identity is another."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], identity)
    except InvalidTag:
        raise _shut() from None


def unwrap(row: SealingKey) -> bytes:
    """The key in `row`. Raises 503 `sealed-shut` when no secret of this server wrapped it."""
    secret = keyring().find(row.secret_id)
    if secret is None:
        raise _shut()
    return open_body(
        wrapping_key(secret, row.organisation_id), _identity(row.organisation_id, row.purpose), row.wrapped
    )


def wrap(secret: str, organisation_id: UUID, purpose: str, key: bytes) -> tuple[bytes, bytes]:
    """The id of the secret, and `key` as it may rest in the database."""
    sealed = seal(wrapping_key(secret, organisation_id), _identity(organisation_id, purpose), key)
    return secret_id(secret), sealed


def stop_new_keys(session: Session, organisation_id: UUID) -> None:
    """Until the end of this transaction nobody else makes a key, or wraps one anew."""
    session.execute(
        select(Organisation.organisation_id)
        .where(Organisation.organisation_id == organisation_id)
        # Weaker than FOR UPDATE: rows that refer to the organisation can be written meanwhile.
        .with_for_update(key_share=True)
    )


def _make(session: Session, organisation_id: UUID, purpose: str) -> bytes:
    stop_new_keys(session, organisation_id)
    # Read after the lock: a rotation that was under way has ended, and its secret is the one to use.
    present, wrapped = wrap(keyring().present(), organisation_id, purpose, secrets.token_bytes(32))
    session.execute(
        insert(SealingKey)
        .values(organisation_id=organisation_id, purpose=purpose, secret_id=present, wrapped=wrapped)
        .on_conflict_do_nothing()
    )
    row = session.execute(
        select(SealingKey).where(SealingKey.organisation_id == organisation_id, SealingKey.purpose == purpose)
    ).scalar_one()
    return unwrap(row)


def _identity(organisation_id: UUID, purpose: str) -> bytes:
    return _framed(organisation_id) + _framed(purpose)


def _shut() -> Problem:
    log.error("the server's secret does not open the sealed ratings: restore the secret that belongs to this database")
    return Problem(
        503,
        "sealed-shut",
        "The server cannot open its sealed ratings. Nothing was changed; tell your admin to restore its secret.",
        headers={"Retry-After": "600"},
    )
