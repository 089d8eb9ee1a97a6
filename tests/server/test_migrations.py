"""A database as the first release left it becomes today's, and keeps every row."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from alembic import command
from flask import Flask
from sqlalchemy import Connection, MetaData, Table, inspect, select, text
from sqlalchemy.exc import IntegrityError

from handclasp import migrations
from handclasp.app import create_app
from handclasp.config import Config
from handclasp.db import db
from tests.conftest import settings
from tests.support.office import ORIGIN
from tests.support.postgres import APP, OWNER, PostgresCluster

ORGANISATION, ANA, TOMAS, MEI, ITEM, HANDOFF = (uuid.uuid4() for _ in range(6))
DESIGN, DATA, MISSED, MET, WITHDRAWN, THANKS, WORD, GRANT = (uuid.uuid4() for _ in range(8))
NOW = datetime.now(UTC).replace(microsecond=0)
EARLIER = NOW - timedelta(days=3)
LATER = NOW + timedelta(days=30)
TOKEN = f"hca_{ORGANISATION.hex}_as-the-first-release-gave-it-out"
SESSION = f"hcs_{ORGANISATION.hex}_as-the-first-release-gave-it-out"


def digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def rating(rating_id: uuid.UUID, rater: uuid.UUID, **changes: Any) -> dict[str, Any]:
    return {
        "id": rating_id, "rater_id": rater, "handoff_id": HANDOFF, "subject_id": ANA, "direction": "service",
        "verdict": "met", "what_would_have_helped": None, "rater_team_id": DATA, "subject_team_id": DESIGN,
        "revision": 1, "given_at": EARLIER, "changed_at": EARLIER, "visible_at": EARLIER + timedelta(seconds=10),
        "read_at": None, "withdrawn_at": None,
    } | changes  # fmt: skip


def note(note_id: uuid.UUID, kind: str, words: str, item_id: uuid.UUID | None) -> dict[str, Any]:
    return {
        "id": note_id, "author_id": TOMAS, "recipient_id": ANA, "kind": kind, "item_id": item_id, "text": words,
        "author_team_id": DATA, "recipient_team_id": DESIGN, "written_at": EARLIER, "read_at": None,
    }  # fmt: skip


def member(member_id: uuid.UUID, name: str, role: str, team_id: uuid.UUID | None) -> dict[str, Any]:
    email = f"{name.lower()}@example.org"
    return {"id": member_id, "email": email, "name": name, "role": role, "team_id": team_id, "joined_at": EARLIER}


ROWS: dict[str, list[dict[str, Any]]] = {
    # In the order of the first release's tables, so that each finds what it refers to.
    "organisation": [{"name": "Office", "created_at": EARLIER}],
    "item": [
        {"id": ITEM, "tool": "trac", "host": "trac.example.org", "key": "1", "kind": "ticket", "title": "Ticket 1"}
    ],
    "policy": [{"version": 1, "attribution": "open", "k": 5, "published_at": EARLIER}],
    "team": [{"id": DESIGN, "name": "Design"}, {"id": DATA, "name": "Data"}],
    "member": [
        member(ANA, "Ana", "admin", DESIGN), member(TOMAS, "Tomas", "member", DATA), member(MEI, "Mei", "member", None)
    ],
    "alias": [
        {
            "tool": "trac", "host": "trac.example.org", "handle": "ana.cruz", "member_id": ANA,
            "confirmed_by_id": TOMAS, "confirmed_at": EARLIER, "learned_from": MISSED,
        }
    ],
    "console_session": [
        {
            "secret_hash": digest(SESSION), "id": uuid.uuid4(), "member_id": ANA, "started_at": EARLIER,
            "expires_at": LATER,
        }
    ],
    "handoff": [{"id": HANDOFF, "item_id": ITEM, "provider_id": ANA}],
    "note": [note(THANKS, "thanks", "You saved my Monday.", ITEM), note(WORD, "word", "In private.", None)],
    "sign_in_link": [
        {
            "member_id": MEI, "secret_hash": digest("hcl"), "code_hash": digest("code"), "wrong_codes": 2,
            "expires_at": LATER, "used_at": None,
        }
    ],
    "token_grant": [
        {
            "id": GRANT, "member_id": ANA, "client_id": "extension", "label": "Browser extension", "scope": "member",
            "created_at": EARLIER, "revoked_at": None,
        }
    ],
    "access_token": [{"secret_hash": digest(TOKEN), "grant_id": GRANT, "expires_at": LATER}],
    "authorization_code": [
        {
            "secret_hash": digest("hcc"), "member_id": ANA, "client_id": "extension", "redirect_uri": "https://x/",
            "scope": "member", "code_challenge": "x", "expires_at": EARLIER, "grant_id": GRANT,
        }
    ],
    "rating": [
        rating(MISSED, TOMAS, verdict="missed", what_would_have_helped="An early word."),
        rating(MET, MEI, rater_team_id=None, read_at=NOW),
        rating(WITHDRAWN, TOMAS, verdict=None, withdrawn_at=EARLIER, revision=2),
    ],
    "refresh_token": [
        {
            "secret_hash": digest("hcr"), "grant_id": GRANT, "parent_hash": None, "expires_at": LATER,
            "rotated_at": None, "displaced": False,
        }
    ],
}  # fmt: skip


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def old(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Config:
    """The settings of a server whose database is as the first release left it."""
    if request.param == "sqlite":
        config = settings(tmp_path)
    else:
        cluster: PostgresCluster = request.getfixturevalue("cluster")
        name = f"handclasp_old_{worker_id}_{uuid.uuid4().hex[:8]}"
        cluster.create_database(name, None)
        config = settings(tmp_path, cluster.url(name, APP), cluster.url(name, OWNER))
    with owner(config) as connection:
        command.upgrade(migrations._alembic(connection), "0001")
        enter(connection)
        for table, rows in ROWS.items():
            made = Table(table, MetaData(), autoload_with=connection)
            for row in rows:
                stored = {
                    name: as_stored(value, connection.dialect.name)
                    for name, value in (row | {"organisation_id": ORGANISATION}).items()
                }
                connection.execute(made.insert().values(stored))
    return config


@contextmanager
def owner(config: Config) -> Iterator[Connection]:
    """A transaction of the tables' owner, committed at its end."""
    engine = migrations._owner_engine(config)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def enter(connection: Connection) -> None:
    """PostgreSQL shows and takes rows of the organisation that was entered."""
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SELECT set_config('handclasp.organisation', :organisation, true)"),
            {"organisation": str(ORGANISATION)},
        )


def as_stored(value: Any, dialect: str) -> Any:
    """SQLite keeps ids as 32 hexadecimal digits, and moments without their zone."""
    if dialect == "sqlite" and isinstance(value, uuid.UUID):
        return value.hex
    if dialect == "sqlite" and isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return value


def content(config: Config, columns: dict[str, list[str]] | None = None) -> dict[str, list[Any]]:
    """Every row of every table of the first release, in the columns it has, or in those given."""
    with owner(config) as connection:
        enter(connection)
        found: dict[str, list[Any]] = {}
        for table in ROWS:
            made = Table(table, MetaData(), autoload_with=connection)
            shown = [made.c[name] for name in columns[table]] if columns else list(made.columns)
            found[table] = sorted((tuple(row) for row in connection.execute(select(*shown))), key=repr)
        return found


def columns_of(config: Config) -> dict[str, list[str]]:
    with owner(config) as connection:
        found = inspect(connection)
        return {table: [column["name"] for column in found.get_columns(table)] for table in ROWS}


def test_every_table_of_the_first_release_has_rows(old: Config) -> None:
    with owner(old) as connection:
        assert set(inspect(connection).get_table_names()) - {"alembic_version"} == set(ROWS)
    assert all(content(old).values())


def test_upgrading_keeps_every_row(old: Config) -> None:
    columns, before = columns_of(old), content(old)
    migrations.upgrade(old)
    assert content(old, columns) == before
    migrations.upgrade(old)
    assert content(old, columns) == before


def test_the_upgraded_tables_are_those_of_a_new_database(old: Config) -> None:
    migrations.upgrade(old)
    with owner(old) as connection:
        found = inspect(connection)
        for table in db.metadata.sorted_tables:
            columns = {column["name"]: column["nullable"] for column in found.get_columns(table.name)}
            assert columns == {column.name: bool(column.nullable) for column in table.columns}, table.name


def test_the_log_keeps_its_entries_and_its_guard(old: Config) -> None:
    """On SQLite the third step writes the log into a new table: nothing of it may get lost, nor its constraints."""
    entries = [
        {"id": uuid.uuid4(), "at": EARLIER, "actor_id": actor, "action": action, "detail": {"dataset": "notes"}}
        for actor, action in ((ANA, "export"), (None, "sign_in_link"))
    ]
    with owner(old) as connection:
        command.upgrade(migrations._alembic(connection), "0002")
        enter(connection)
        for entry in entries:
            log(connection, entry)
        before = logged(connection)
    migrations.upgrade(old)
    with owner(old) as connection:
        enter(connection)
        assert logged(connection) == before
        assert len(before) == len(entries)
        log(connection, entries[0] | {"id": uuid.uuid4(), "action": "tool_file"})
        assert [index["name"] for index in inspect(connection).get_indexes("audit_entry")] == ["audit_by_time"]
        assert len(inspect(connection).get_foreign_keys("audit_entry")) == 2
    for wrong in ({"action": "rumour"}, {"actor_id": uuid.uuid4()}, {"id": entries[0]["id"]}):
        with pytest.raises(IntegrityError):
            log_alone(old, entries[0] | {"id": uuid.uuid4()} | wrong)


def log_alone(config: Config, entry: dict[str, Any]) -> None:
    with owner(config) as connection:
        enter(connection)
        log(connection, entry)


def log(connection: Connection, entry: dict[str, Any]) -> None:
    made = Table("audit_entry", MetaData(), autoload_with=connection)
    row = {name: as_stored(value, connection.dialect.name) for name, value in entry.items()}
    organisation = as_stored(ORGANISATION, connection.dialect.name)
    connection.execute(made.insert().values(row | {"organisation_id": organisation}))


def logged(connection: Connection) -> list[Any]:
    made = Table("audit_entry", MetaData(), autoload_with=connection)
    return sorted((tuple(row) for row in connection.execute(select(made))), key=repr)


def test_what_was_stored_reads_as_before(server: Flask) -> None:
    me = get(server, "/api/v1/me")
    assert (me["member"]["name"], me["paused"], me["policy"]["attribution"]) == ("Ana", False, "open")
    inbox = get(server, "/api/v1/inbox")
    assert inbox["unread"] == 3
    shown = {(entry["kind"], entry["author"]["name"], entry["text"], entry["read"]) for entry in inbox["items"]}
    assert shown == {
        ("rating", "Tomas", "An early word.", False),
        ("rating", "Mei", None, True),
        ("thanks", "Tomas", "You saved my Monday.", False),
        ("word", "Tomas", "In private.", False),
    }
    data = get(server, "/api/v1/me/data")
    assert [alias["handle"] for alias in data["aliases"]] == ["ana.cruz"]
    assert len(data["ratings_received"]) == 2
    # The policy binds as it did, from when it was published.
    policy = get(server, "/api/v1/policy")
    assert (policy["version"], policy["k"], policy["upcoming"]) == (1, 5, None)
    assert policy["in_force_at"] == policy["published_at"]


@pytest.fixture
def server(old: Config) -> Iterator[Flask]:
    """Today's server on the upgraded database."""
    migrations.upgrade(old)
    app = create_app(old)
    yield app
    with app.app_context():
        db.engine.dispose()


def get(app: Flask, path: str) -> Any:
    """What Ana reads with the token that the first release gave her."""
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url=ORIGIN) as client:
        answer = client.get(path, headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200, answer.text
    return answer.json()
