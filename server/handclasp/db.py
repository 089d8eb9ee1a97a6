"""The database: one declarative base, one way to read and one way to write.

Services open a transaction with `reading(organisation_id)` or `writing(organisation_id)`; nothing else begins one.
On PostgreSQL the organisation is set for the transaction and row-level security enforces it; on SQLite, writes
queue on one lock in the process before `BEGIN IMMEDIATE`, because a busy wait inside SQLite's C code would
freeze every greenlet of the worker.
"""

from __future__ import annotations

import enum
import random
import sqlite3
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from weakref import WeakSet

import pysqlite3
import uuid_utils.compat
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, DateTime, Dialect, Engine, Enum, MetaData, TypeDecorator, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session

from .config import Config, ConfigError
from .errors import busy

_BUSY_FOR = 5.0
"""Seconds a write waits for its turn before the caller hears 503."""
_SAFE_SQLITE = (3, 51, 3)
"""Older versions can corrupt a WAL that several processes write (sqlite.org/wal.html, "the WAL-reset bug")."""


class Base(DeclarativeBase):
    """What every table's class stands on. Constraints have names, so that a migration can find them."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

_write_turn = threading.Lock()
_tells: WeakSet[Engine] = WeakSet()
"""SQLite databases whose log (WAL) still tells in which order sealed rows were written."""


def _system_clock() -> datetime:
    return datetime.now(UTC)


_clock = _system_clock
"""The seam where tests move time."""


class UTCDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime on every database (SQLite itself would give back a naive one)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no meaning here")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def _values(kind: type[enum.StrEnum]) -> list[str]:
    return [member.value for member in kind]


def text_enum(kind: type[enum.StrEnum]) -> Enum:
    """Store an enum by its value, as text that a CHECK constraint guards: readable, and one form on every database."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=16,
        values_callable=_values,
    )


def utc_now() -> datetime:
    """The present moment. The one clock of the server."""
    return _clock()


def new_id() -> UUID:
    """A UUIDv7: ordered by time, so that new rows stand together in an index."""
    return uuid_utils.compat.uuid7()


def engine_options(url: str) -> dict[str, Any]:
    """The `create_engine` options that both databases need to be safe and responsive."""
    # Parameters are people's words: no error message and no log may hold them.
    pool: dict[str, Any] = {"pool_size": 10, "max_overflow": 10, "pool_timeout": _BUSY_FOR, "hide_parameters": True}
    if is_sqlite(url):
        if pysqlite3.sqlite_version_info < _SAFE_SQLITE:
            raise ConfigError(
                "HANDCLASP_DATABASE_URL",
                f"SQLite {pysqlite3.sqlite_version} can lose data; reinstall the locked dependencies",
            )
        return pool | {"module": pysqlite3, "connect_args": {"timeout": 0, "check_same_thread": False}}
    return pool | {"pool_pre_ping": True}


def is_sqlite(url: str) -> bool:
    """True when `url` names a SQLite file."""
    return make_url(url).get_backend_name() == "sqlite"


def prepare_engine(engine: Engine) -> None:
    """Teach `engine` our transactions. Call once for each engine, before its first connection."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)


def init_db(app: Flask, config: Config) -> None:
    """Bind the application to its database. Raises `ConfigError` when the role could pass row-level security."""
    app.config["SQLALCHEMY_DATABASE_URI"] = config.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(config.database_url)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
        if not is_sqlite(config.database_url):
            _refuse_almighty_role()


def _open_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we begin transactions ourselves
    # SQLite's own lower() knows ASCII only: Ørjan could not be found.
    connection.create_function("lower", 1, _lower, deterministic=True)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("handclasp_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _refuse_almighty_role() -> None:
    with db.engine.connect() as connection:
        almighty = connection.execute(
            text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        ).scalar()
    if almighty:
        db.engine.dispose()
        raise ConfigError(
            "HANDCLASP_DATABASE_URL",
            "this role passes row-level security; connect as one that is neither superuser nor BYPASSRLS",
        )


def insert(table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`, so that constraints decide races."""
    if db.engine.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


@contextmanager
def reading(organisation_id: UUID | None) -> Generator[Session]:
    """One read-only transaction on one snapshot, within one organisation.

    None sees no organisation's rows (PostgreSQL), only the list of organisations: for the time before a
    credential has named one.
    """
    with _transaction(organisation_id, writes=False) as session:
        yield session


@contextmanager
def writing(organisation_id: UUID) -> Generator[Session]:
    """One write transaction within one organisation, committed at the end of the block.

    Raises 503 `busy` when another writer holds the database for five seconds. Do nothing inside but talk to the
    database: on SQLite every other write of the process waits meanwhile.
    """
    if db.engine.dialect.name != "sqlite":
        with _transaction(organisation_id, writes=True) as session:
            yield session
        return
    deadline = time.monotonic() + _BUSY_FOR
    if not _write_turn.acquire(timeout=_BUSY_FOR):
        raise busy()
    try:
        with _transaction(organisation_id, writes=True, deadline=deadline) as session:
            yield session
        _empty_log()
    finally:
        _write_turn.release()


def leave_no_trace(session: Session) -> None:
    """After this transaction, remove from the database's log the order in which its rows were written.

    SQLite only; PostgreSQL's log is its administrator's. A reader in the middle of its transaction is waited for:
    then the next write of this process does it.
    """
    if session.get_bind().dialect.name == "sqlite":
        _tells.add(db.engine)


def _empty_log() -> None:
    """Move the log into the database and cut it to nothing, if it tells more than it should."""
    if db.engine not in _tells:
        return
    connection = db.engine.raw_connection()
    try:
        busy_readers = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except pysqlite3.OperationalError:
        return  # committed all the same; the next write tries again
    finally:
        connection.close()
    if not busy_readers:
        _tells.discard(db.engine)


@contextmanager
def _transaction(organisation_id: UUID | None, *, writes: bool, deadline: float = 0.0) -> Generator[Session]:
    session = db.session()
    if session.in_transaction():
        raise RuntimeError("transactions do not nest: call one service function at a time")
    try:
        connection = _begin(session, writes=writes, deadline=deadline)
        if connection.dialect.name == "postgresql":
            _enter_organisation(connection, organisation_id, writes=writes)
        yield session
        if writes:
            session.commit()
    finally:
        # Detaches what was read: no row is loaded, or changed, behind a service's back.
        session.close()


def _begin(session: Session, *, writes: bool, deadline: float) -> Connection:
    """Begin, retrying outside SQLite (with jitter, so that two workers do not march in step) until `deadline`."""
    while True:
        try:
            return session.connection(execution_options={"handclasp_writes": writes})
        except OperationalError as error:
            session.rollback()
            if not _is_locked(error):
                raise
            if time.monotonic() > deadline:
                raise busy() from error
            time.sleep(random.uniform(0.002, 0.02))  # noqa: S311 - spreads retries, keeps no secret


def _is_locked(error: OperationalError) -> bool:
    return isinstance(error.orig, pysqlite3.OperationalError) and "locked" in str(error.orig)


def _enter_organisation(connection: Connection, organisation_id: UUID | None, *, writes: bool) -> None:
    if not writes:
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    connection.execute(
        text("SELECT set_config('handclasp.organisation', :organisation, true)"),
        {"organisation": str(organisation_id) if organisation_id else ""},
    )
