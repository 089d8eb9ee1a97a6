"""The tables, step by step. `upgrade` brings a database to the newest step; nothing else creates tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, make_url, text

from ..config import Config
from ..db import engine_options, prepare_engine
from .tables import metadata as metadata


def upgrade(config: Config) -> None:
    """Bring the database to the newest step, as the owner of the tables, and let the serving role use them."""
    engine = _owner_engine(config)
    try:
        with engine.begin() as connection:
            command.upgrade(_alembic(connection), "head")
            if connection.dialect.name == "postgresql":
                _let_in(connection, make_url(config.database_url).username)
    finally:
        engine.dispose()


def is_current(connection: Connection) -> bool:
    """True when `connection`'s database has the newest step."""
    head = ScriptDirectory.from_config(_alembic(connection)).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() == head


def _alembic(connection: Connection) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(Path(__file__).parent))
    attributes: dict[str, Any] = config.attributes
    attributes["connection"] = connection
    return config


def _owner_engine(config: Config) -> Engine:
    engine = create_engine(config.database_owner_url, **engine_options(config.database_owner_url))
    prepare_engine(engine)
    return engine.execution_options(handclasp_writes=True)


def _let_in(connection: Connection, role: str | None) -> None:
    """The serving role may use the rows, not the tables themselves."""
    owner = connection.execute(text("SELECT current_user")).scalar_one()
    if role is None or role == owner:
        return
    quoted = connection.dialect.identifier_preparer.quote(role)
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {quoted}"))
    connection.execute(text(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}"))
    connection.execute(text(f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {quoted}"))
