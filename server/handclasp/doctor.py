"""The likeliest mistakes of a new installation, each with what mends it."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pysqlite3
from sqlalchemy.exc import SQLAlchemyError

from .app import create_app
from .config import Config, ConfigError
from .db import db, is_sqlite
from .migrations import is_current
from .people.models import Organisation
from .people.service import organisations
from .releases.service import overdue


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `advice` mends it when it is not fine."""

    fine: bool
    what: str
    advice: str = ""


def examine() -> list[Finding]:
    """Look at settings, data folder, database, tables, organisation and port. Changes nothing but the data folder."""
    try:
        config = Config.from_environment()
    except ConfigError as error:
        return [Finding(False, "settings", str(error))]
    return [
        Finding(True, f"settings (public address {config.public_url})"),
        *_data_dir(config),
        *_database(config),
    ]


def _data_dir(config: Config) -> Iterator[Finding]:
    writable = os.access(config.data_dir, os.W_OK)
    yield Finding(writable, f"data folder {config.data_dir}", "make it writable for the user who runs Handclasp")
    secret = config.data_dir / "secret"
    if secret.exists():
        private = secret.stat().st_mode & 0o077 == 0
        yield Finding(private, "the secret is readable by its owner only", f"chmod 600 {secret}")


def _database(config: Config) -> Iterator[Finding]:
    try:
        app = create_app(config)
    except (ConfigError, SQLAlchemyError) as error:
        yield Finding(False, "database", f"cannot be used: {str(error).splitlines()[0]}")
        return
    with app.app_context():
        try:
            with db.engine.connect() as connection:
                kind = f"SQLite {pysqlite3.sqlite_version}" if is_sqlite(config.database_url) else "PostgreSQL"
                yield Finding(True, f"database ({kind})")
                current = is_current(connection)
                yield Finding(current, "tables are up to date", "run `handclasp init`")
        except SQLAlchemyError as error:
            yield Finding(False, "database", f"does not answer: {str(error).splitlines()[0]}")
            return
        if not current:
            return
        found = organisations()
        named = f" ({found[0].name})" if found else ""
        yield Finding(bool(found), f"an organisation{named}", "run `handclasp init`")
        yield _releases(found)
    yield _port(config)


def _releases(all_organisations: Sequence[Organisation]) -> Finding:
    late = sorted({on for each in all_organisations for on in overdue(each.organisation_id)})
    named = f": {', '.join(map(str, late))} still to be made" if late else ""
    return Finding(
        not late,
        f"releases are made on their dates{named}",
        "run `handclasp worker`; `serve` runs one",
    )


def _port(config: Config) -> Finding:
    what = f"{config.host}:{config.port} is free, or Handclasp serves there"
    try:
        with socket.create_connection((config.host, config.port), timeout=1) as connection:
            connection.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
            ours = b'"ok"' in connection.recv(4096)
    except OSError:
        return Finding(True, what)
    return Finding(ours, what, "another program holds the port: set HANDCLASP_BIND to another one")
