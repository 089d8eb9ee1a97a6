"""What the databases themselves guard, whatever the code above them does."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import inspect, text, update
from sqlalchemy.exc import IntegrityError, ProgrammingError

from handclasp.app import create_app
from handclasp.config import Config, ConfigError
from handclasp.db import db, reading, writing
from handclasp.migrations import upgrade
from handclasp.people.models import Role
from handclasp.people.service import add_member
from handclasp.ratings.models import Rating
from tests.conftest import settings
from tests.support.office import Office
from tests.support.postgres import PostgresCluster


def test_the_models_and_the_migrations_agree(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        found = inspect(connection)
        for table in db.metadata.sorted_tables:
            assert {column["name"] for column in found.get_columns(table.name)} == set(table.columns.keys())
            named = {index["name"] for index in found.get_indexes(table.name)}
            assert {index.name for index in table.indexes} <= named, table.name


def test_every_key_is_led_by_the_organisation() -> None:
    for table in db.metadata.sorted_tables:
        assert next(iter(table.primary_key.columns)).name == "organisation_id", table.name


def test_upgrading_again_changes_nothing(config: Config, app: Flask) -> None:
    before = _tables(app)
    upgrade(config)
    assert _tables(app) == before


def _tables(app: Flask) -> set[str]:
    with app.app_context(), db.engine.connect() as connection:
        return set(inspect(connection).get_table_names())


def test_the_constraints_hold_without_the_service(office: Office) -> None:
    """A rating of oneself is refused by the table, too."""
    office.person("tomas").rate(office.person("ana"))
    with office.app.app_context(), pytest.raises(IntegrityError), writing(office.organisation_id) as session:
        session.execute(
            update(Rating).where(Rating.organisation_id == office.organisation_id).values(rater_id=Rating.subject_id)
        )


def test_a_write_that_fails_in_the_middle_leaves_nothing(office: Office) -> None:
    with office.app.app_context():
        with pytest.raises(RuntimeError, match="in the middle"):
            _change_and_fail(office)
        with reading(office.organisation_id) as session:
            assert "Changed" not in session.execute(text("SELECT name FROM member")).scalars().all()


def _change_and_fail(office: Office) -> None:
    with writing(office.organisation_id) as session:
        session.execute(text("UPDATE member SET name = 'Changed'"))
        raise RuntimeError("in the middle")


def test_transactions_do_not_nest(office: Office) -> None:
    with (
        office.app.app_context(),
        pytest.raises(RuntimeError, match="do not nest"),
        reading(office.organisation_id),
        reading(office.organisation_id),
    ):
        pass


@pytest.mark.postgresql
class TestRowLevelSecurity:
    """PostgreSQL: what a forgotten WHERE would show without it."""

    @pytest.fixture
    def two(self, office: Office, other_office: Office) -> tuple[Office, Office]:
        office.person("ana")
        other_office.person("mei")
        return office, other_office

    @pytest.mark.parametrize("config", ["postgresql"], indirect=True)
    def test_a_transaction_sees_its_own_organisation_only(self, two: tuple[Office, Office]) -> None:
        office, other = two
        with office.app.app_context():
            with reading(office.organisation_id) as session:
                seen = set(session.execute(text("SELECT email FROM member")).scalars())
            assert "ana@example.org" in seen
            assert "mei@example.org" not in seen
            with reading(None) as session:
                assert session.execute(text("SELECT count(*) FROM member")).scalar_one() == 0
                assert session.execute(text("SELECT count(*) FROM organisation")).scalar_one() >= 2
            with reading(other.organisation_id) as session:
                assert session.execute(text("SELECT count(*) FROM organisation")).scalar_one() == 1

    @pytest.mark.parametrize("config", ["postgresql"], indirect=True)
    def test_nothing_can_be_written_into_another_organisation(self, two: tuple[Office, Office]) -> None:
        office, other = two
        with office.app.app_context():
            with writing(office.organisation_id) as session:
                changed = session.execute(
                    text("UPDATE member SET name = 'Taken' WHERE email = 'mei@example.org' RETURNING id")
                )
                assert changed.all() == []
            with (
                pytest.raises(ProgrammingError, match="row-level security"),
                writing(office.organisation_id) as session,
            ):
                session.execute(
                    text(
                        "INSERT INTO team (organisation_id, id, name) "
                        f"VALUES ('{other.organisation_id}', gen_random_uuid(), 'x')"
                    )
                )

    @pytest.mark.parametrize("config", ["postgresql"], indirect=True)
    def test_every_table_is_guarded_even_from_its_owner(self, app: Flask) -> None:
        with app.app_context(), db.engine.connect() as connection:
            rows = connection.execute(
                text(
                    "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class "
                    "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'"
                )
            ).all()
        assert {name for name, _ in rows} == set(db.metadata.tables)
        assert all(guarded for _, guarded in rows)

    def test_an_almighty_role_is_refused_at_the_start(self, cluster: PostgresCluster, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="passes row-level security"):
            create_app(settings(tmp_path, cluster.url("postgres", "postgres")))


def test_members_are_made_once(office: Office) -> None:
    with office.app.app_context():
        first, is_new = add_member(office.organisation_id, " Ana@Example.org ", name="Ana")
        again, is_new_again = add_member(
            office.organisation_id, "ana@example.org", name="Another", team="Unused", role=Role.ADMIN
        )
        assert (is_new, is_new_again) == (True, False)
        assert (again.id, again.name, again.role) == (first.id, "Ana", Role.MEMBER)
        with reading(office.organisation_id) as session:
            assert session.execute(text("SELECT count(*) FROM team WHERE name = 'Unused'")).scalar_one() == 0


def test_sqlite_is_new_enough_and_durable(tmp_path: Path) -> None:
    config = settings(tmp_path)
    upgrade(config)
    app = create_app(config)
    with app.app_context(), db.engine.connect() as connection:
        version = connection.exec_driver_sql("SELECT sqlite_version()").scalar_one()
        assert tuple(map(int, version.split("."))) >= (3, 51, 3)
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
    with app.app_context():
        db.engine.dispose()
