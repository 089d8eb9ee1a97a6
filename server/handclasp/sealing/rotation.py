"""A new secret for the server, and every key wrapped anew under it. Nothing is lost, wherever it is interrupted.

The secret before is kept beside the new one from before the new one stands until every key is wrapped anew, and after
that for the cookies it signed. Running it again goes on where it stopped. A server that runs meanwhile reads the file
again before it makes a key, and whenever it meets a key of a secret it does not know.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ..config import Config, ConfigError, new_secret, previous_secret_file, read_secret_file, write_secret
from ..db import leave_no_trace, reading, writing
from . import service as sealing
from .keyring import keyring, secret_id
from .models import SealingKey


@dataclass(frozen=True, slots=True)
class Rotation:
    """What was done: whether a new secret was made, and how many keys were wrapped anew."""

    made: bool
    wrapped: int


def rotate(config: Config, organisation_ids: Sequence[UUID]) -> Rotation:
    """Make a new secret, unless a rotation was begun and not finished, and wrap all keys under it.

    With a secret from the environment the new one is there already, and HANDCLASP_PREVIOUS_SECRET_KEY names the old
    one. Raises `ConfigError` when it is missing, 503 `sealed-shut` when neither opens a key.
    """
    if config.secret_file is not None:
        with _alone(config.secret_file.parent):
            made = not _is_begun(organisation_ids)
            if made:
                _replace_secret(config.secret_file)
            return Rotation(made, _wrap_all(organisation_ids))
    if config.previous_secret_key is None:
        raise ConfigError(
            "HANDCLASP_PREVIOUS_SECRET_KEY",
            "set it to the present secret, HANDCLASP_SECRET_KEY to a new one, restart all servers, run this again",
        )
    return Rotation(False, _wrap_all(organisation_ids))


@contextmanager
def _alone(folder: Path) -> Generator[None]:
    """One rotation at a time: a second one would replace the previous secret while keys still need it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)  # ends with the process, too
        yield
    finally:
        os.close(handle)


def _wrap_all(organisation_ids: Sequence[UUID]) -> int:
    return sum(_wrap_anew(organisation_id) for organisation_id in organisation_ids)


def _is_begun(organisation_ids: Sequence[UUID]) -> bool:
    """True when a key still rests under another secret than the present one."""
    present = secret_id(keyring().present())
    return any(_stale(organisation_id, present) for organisation_id in organisation_ids)


def _stale(organisation_id: UUID, present: bytes) -> bool:
    with reading(organisation_id) as session:
        return any(row.secret_id != present for row in _keys(session, organisation_id))


def _keys(session: Session, organisation_id: UUID) -> Sequence[SealingKey]:
    rows = session.execute(select(SealingKey).where(SealingKey.organisation_id == organisation_id)).scalars()
    return [row for row in rows if row.wrapped]


def _replace_secret(path: Path) -> None:
    present, _ = read_secret_file(path)
    _put(previous_secret_file(path), present)
    _put(path, new_secret())


def _put(path: Path, secret: str) -> None:
    """Whole or not at all, and on the disk when this returns."""
    write_secret(made := path.with_name(f"{path.name}.{secrets.token_hex(8)}"), secret)
    made.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _wrap_anew(organisation_id: UUID) -> int:
    with writing(organisation_id) as session:
        # From here on nobody makes a key; who waits for it reads the secret afterwards.
        sealing.stop_new_keys(session, organisation_id)
        present = keyring().present()
        stale = [row for row in _keys(session, organisation_id) if row.secret_id != secret_id(present)]
        for row in stale:
            number, wrapped = sealing.wrap(present, organisation_id, row.purpose, sealing.unwrap(row))
            session.execute(
                update(SealingKey)
                .where(SealingKey.organisation_id == organisation_id, SealingKey.purpose == row.purpose)
                .values(secret_id=number, wrapped=wrapped)
            )
        if stale:
            leave_no_trace(session)  # whoever has the secret before could still open the keys in the log
        return len(stale)
