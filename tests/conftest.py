"""What all suites share: both databases, each prepared once, and an organisation of its own for every test."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from handclasp.app import create_app
from handclasp.config import Config
from handclasp.db import db
from handclasp.migrations import upgrade
from handclasp.policy.models import Attribution
from tests.support.office import Clock, Office, moving_clock
from tests.support.postgres import APP, OWNER, PostgresCluster

TEMPLATE = "handclasp_template"


@pytest.fixture(scope="session")
def cluster() -> Iterator[PostgresCluster]:
    """A private PostgreSQL cluster with a migrated template database."""
    with PostgresCluster(fsync=False) as started:
        started.ensure_template(TEMPLATE, lambda owner_url: _migrate(started, owner_url))
        yield started


def _migrate(cluster: PostgresCluster, owner_url: str) -> None:
    config = settings(Path(cluster.directory) / "template", cluster.url(TEMPLATE, APP), owner_url)
    upgrade(config)


def settings(folder: Path, database_url: str | None = None, owner_url: str | None = None) -> Config:
    """A checked configuration with a folder of its own."""
    environment = {"HANDCLASP_DATA_DIR": str(folder)}
    if database_url is not None:
        environment["HANDCLASP_DATABASE_URL"] = database_url
    if owner_url is not None:
        environment["HANDCLASP_DATABASE_OWNER_URL"] = owner_url
    return Config.from_environment(environment)


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def config(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Config:
    """The settings of a server on each database."""
    folder = tmp_path_factory.mktemp("data")
    if request.param == "sqlite":
        made = settings(folder)
        upgrade(made)
        return made
    cluster: PostgresCluster = request.getfixturevalue("cluster")
    name = f"handclasp_{worker_id}"
    cluster.create_database(name, TEMPLATE)
    return settings(folder, cluster.url(name, APP), cluster.url(name, OWNER))


@pytest.fixture(scope="session")
def app(config: Config) -> Iterator[Flask]:
    """The server on one of the databases. Every test brings organisations of its own."""
    made = create_app(dataclasses.replace(config, public_url="http://127.0.0.1:8000"))
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def office(app: Flask) -> Office:
    """A new organisation."""
    return Office(app)


@pytest.fixture
def pooled_office(app: Flask) -> Office:
    """A new organisation whose ratings are pooled."""
    return Office(app, Attribution.POOLED)


@pytest.fixture
def other_office(app: Flask) -> Office:
    """Another organisation on the same server."""
    return Office(app)


@pytest.fixture
def clock() -> Iterator[Clock]:
    """The server's clock; `clock.forward(seconds=10)` moves it."""
    with moving_clock() as moving:
        yield moving
