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
from weakref import WeakKeyDictionary

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select, update
from sqlalchemy.orm import Session, SessionTransaction

from ..db import insert
from ..errors import Problem, busy
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


def keys(session: Session, organisation_id: UUID, periods: Collection[date] = (), *, hold: bool = False) -> Keys:
    """The keys there are, in one statement; none is made. A destroyed one is missing from the answer.

    With `hold`, `freeze` waits until this transaction has ended: no period is closed meanwhile. Raises 503
    `sealed-shut` when the server's secret does not open them.
    """
    wanted = [_NAMES, *(period.isoformat() for period in periods)]
    query = select(SealingKey).where(SealingKey.organisation_id == organisation_id, SealingKey.purpose.in_(wanted))
    if hold:
        query = query.with_for_update(read=True, key_share=True)
    opened = {row.purpose: unwrap(row) for row in session.execute(query).scalars() if row.wrapped}
    return Keys(
        _remember(session, Names(opened[_NAMES])) if _NAMES in opened else None,
        {period: opened[period.isoformat()] for period in periods if period.isoformat() in opened},
    )


def standing_names(session: Session, organisation_id: UUID) -> Names | None:
    """The organisation's MACs, if there are any yet; looked up once in each transaction."""
    return _remembered(session) or keys(session, organisation_id).names


def names(session: Session, organisation_id: UUID) -> Names:
    """The organisation's MACs; the key is made on first use, so this needs a writing transaction."""
    found = standing_names(session, organisation_id)
    return found or _remember(session, Names(_make(session, organisation_id, _NAMES)))


_in_transaction: WeakKeyDictionary[SessionTransaction, Names] = WeakKeyDictionary()
"""Forgotten with the transaction: a key made in one that fails never was."""


def _remembered(session: Session) -> Names | None:
    transaction = session.get_transaction()
    return None if transaction is None else _in_transaction.get(transaction)


def _remember(session: Session, found: Names) -> Names:
    transaction = session.get_transaction()
    if transaction is not None:
        _in_transaction[transaction] = found
    return found


def writing_keys(session: Session, organisation_id: UUID, period: date) -> tuple[Names, bytes]:
    """The organisation's MACs and the period's key, made on first use and held until the transaction ends.

    Raises 503 `busy` for a period whose key has been destroyed: it is over.
    """
    found = keys(session, organisation_id, [period], hold=True)
    return (
        found.names or names(session, organisation_id),
        found.periods.get(period) or _make(session, organisation_id, period.isoformat()),
    )


def freeze(session: Session, organisation_id: UUID) -> None:
    """Wait for all who hold a key of the organisation, and let nobody hold one until this transaction has ended."""
    # Everybody holds the key of names, and first of all: one row decides, so nobody waits in a circle.
    session.execute(
        select(SealingKey.purpose)
        .where(SealingKey.organisation_id == organisation_id, SealingKey.purpose == _NAMES)
        .with_for_update()
    )


def destroy_period(session: Session, organisation_id: UUID, period: date) -> None:
    """Destroy a period's key: whatever is still sealed under it stays shut for ever.

    The row stays, empty, so that a server whose clock is late does not make the period anew.
    """
    session.execute(
        update(SealingKey)
        .where(SealingKey.organisation_id == organisation_id, SealingKey.purpose == period.isoformat())
        .values(wrapped=b"")
    )


def is_over(session: Session, organisation_id: UUID, period: date) -> bool:
    """True when the period's key has been destroyed."""
    wrapped = session.execute(
        select(SealingKey.wrapped).where(
            SealingKey.organisation_id == organisation_id, SealingKey.purpose == period.isoformat()
        )
    ).scalar_one_or_none()
    return wrapped is not None and not wrapped


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
    if not row.wrapped:
        raise busy()
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
