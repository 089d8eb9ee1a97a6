"""The server's secret, from which the keys are derived that wrap all others. It never reaches the database."""

from __future__ import annotations

from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask, current_app

from ..config import Config, read_secret_file

_EXTENSION = "handclasp_keyring"


class Keyring:
    """The present secret and the one before it, which opens what has not been wrapped anew yet."""

    def __init__(self, config: Config) -> None:
        self._file = config.secret_file
        self._present = config.secret_key
        self._known = {secret_id(config.secret_key): config.secret_key}
        if config.previous_secret_key is not None:
            self._known[secret_id(config.previous_secret_key)] = config.previous_secret_key

    def present(self) -> str:
        """The secret that wraps new keys. Read anew each time: another process may have rotated it."""
        self._read_again()
        return self._present

    def find(self, wanted: bytes) -> str | None:
        """The secret with this id; None when it is neither the present one nor the one before."""
        if wanted not in self._known:
            self._read_again()
        return self._known.get(wanted)

    def _read_again(self) -> None:
        if self._file is None:
            return
        self._present, previous = read_secret_file(self._file)
        for secret in (self._present, previous):
            if secret is not None:
                self._known[secret_id(secret)] = secret


def attach(app: Flask, config: Config) -> None:
    """Give the application its secrets."""
    app.extensions[_EXTENSION] = Keyring(config)


def keyring() -> Keyring:
    """The secrets of the application that is running."""
    return current_app.extensions[_EXTENSION]


def secret_id(secret: str) -> bytes:
    """Eight bytes that tell one secret from another, and nothing about it."""
    return derive(secret, "handclasp secret id", 8)


def wrapping_key(secret: str, organisation_id: UUID) -> bytes:
    """The key that wraps the keys of one organisation."""
    return derive(secret, f"handclasp sealing {organisation_id}", 32)


def derive(secret: str, purpose: str, length: int) -> bytes:
    """`length` bytes for one purpose only (HKDF-SHA256). The secret is random, so it needs no salt."""
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose.encode()).derive(secret.encode())
