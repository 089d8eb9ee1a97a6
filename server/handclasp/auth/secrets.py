"""Secrets that prove something: how they are minted, and the only form in which they are stored."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from uuid import UUID

_CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without 0, O, 1, I, L and U: what people mistake for another when they type a code from a message."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret as its holder keeps it. It names its organisation, so that the look-up can stay inside it."""

    text: str
    organisation_id: UUID
    hash: bytes


def mint(kind: str, organisation_id: UUID) -> Secret:
    """A new secret of 256 random bits. `kind` is a short prefix that tells people (and scanners) what it is."""
    text = f"{kind}_{organisation_id.hex}_{secrets.token_urlsafe(32)}"
    return Secret(text, organisation_id, digest(text))


def parse(kind: str, text: str) -> Secret | None:
    """The secret in `text`, or None when it is not one of this kind. That it is valid is for the database to say."""
    prefix, _, rest = text.partition("_")
    organisation_hex, _, body = rest.partition("_")
    if prefix != kind or not body or not text.isascii():
        return None
    try:
        return Secret(text, UUID(hex=organisation_hex), digest(text))
    except ValueError:
        return None


def digest(text: str) -> bytes:
    """SHA-256. Enough for 256 random bits: there is nothing to guess, so nothing to slow down."""
    return hashlib.sha256(text.encode()).digest()


def mint_code() -> str:
    """A code to type, as XXXX-XXXX: 39 bits, good for a few tries before the link it stands for is closed."""
    code = "".join(secrets.choice(_CODE_ALPHABET) for _ in range(8))
    return f"{code[:4]}-{code[4:]}"


def normalise_code(typed: str) -> str:
    """A typed code in the form `mint_code` makes, whatever the case and the separators."""
    kept = "".join(character for character in typed.upper() if character.isalnum())
    return f"{kept[:4]}-{kept[4:]}"
