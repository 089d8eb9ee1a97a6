"""A new secret for the server: nothing is lost, whenever it happens and wherever it stops."""

from __future__ import annotations

import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from handclasp.app import create_app
from handclasp.config import Config, previous_secret_file
from handclasp.db import db, reading
from handclasp.migrations import upgrade
from handclasp.sealing import rotation
from handclasp.sealing.keyring import secret_id
from handclasp.sealing.models import SealingKey
from tests.conftest import TEMPLATE, settings
from tests.support.client import ApiClient
from tests.support.office import Clock, Office, item, rating
from tests.support.pooled import forward_to, pool
from tests.support.postgres import APP, OWNER, PostgresCluster
from tests.support.server import PROGRAM, CommandFailed, HandclaspServer

FIRST, SECOND, THIRD = (
    "first secret of 32 letters.......",
    "second secret of 32 letters......",
    "third secret of 32 letters.......",
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def server(request: pytest.FixtureRequest) -> Iterator[HandclaspServer]:
    """The shipped process with a pooled organisation, on each database."""
    more = {"HANDCLASP_WORKERS": "1"}
    name = f"handclasp_rotate_{uuid.uuid4().hex[:8]}"
    if request.param == "postgresql":
        cluster: PostgresCluster = request.getfixturevalue("cluster")
        cluster.create_database(name, TEMPLATE)
        more |= {
            "HANDCLASP_DATABASE_URL": cluster.url(name, APP),
            "HANDCLASP_DATABASE_OWNER_URL": cluster.url(name, OWNER),
        }
    prepared = HandclaspServer(more)
    prepared.cli("init", "--admin-email", "admin@example.org", "--attribution", "pooled")
    with prepared as started:
        yield started


def given(server: HandclaspServer) -> tuple[ApiClient, str, dict[str, Any]]:
    """Tomas, connected, and the pooled rating that he has given Ana."""
    server.invite("ana@example.org", "Ana")
    tomas = ApiClient(server.url, server.invite("tomas@example.org", "Tomas"))
    ana = tomas.get("/people", q="ana")["items"][0]["id"]
    path = f"/ratings/{uuid.uuid4()}"
    return tomas, path, tomas.put(path, body(ana))


def body(subject_id: str, key: str = "1", verdict: str = "met", revision: int = 1) -> dict[str, Any]:
    return {
        "revision": revision,
        "item": item(key),
        "subject": {"member": subject_id},
        "direction": "service",
        "verdict": verdict,
    }


def test_a_running_server_goes_on_and_nobody_is_signed_out(server: HandclaspServer) -> None:
    tomas, path, stands = given(server)
    browser = httpx.Client(base_url=server.url)
    assert browser.post(server.sign_in_link("ana@example.org").removeprefix(server.url)).status_code == 303
    secret_file = server.data / "secret"
    before = secret_file.read_text().strip()

    said = server.cli("rotate-secret")
    assert "A new secret stands in" in said
    assert "2 keys rest under it" in said
    assert secret_file.read_text().strip() != before
    assert previous_secret_file(secret_file).read_text().strip() == before
    assert {file.stat().st_mode & 0o777 for file in server.data.glob("secret*")} == {0o600}
    assert len(list(server.data.glob("secret*"))) == 2

    # The processes that were running hold the secret before; all that was said stands.
    assert tomas.get(path) == stands
    changed = tomas.put(path, body(stands["subject"]["id"], verdict="exceeded", revision=2))
    tomas.put(f"/ratings/{uuid.uuid4()}", body(stands["subject"]["id"], "2"))
    assert browser.get("/policy").status_code == 200

    restart(server)
    assert tomas.get(path) == changed
    assert browser.get("/policy").status_code == 200
    browser.close()

    # Once all is wrapped anew, the secret before opens nothing.
    server.stop()
    previous_secret_file(secret_file).unlink()
    server.start()
    assert tomas.get(path) == changed
    tomas.close()


def test_stopped_anywhere_it_goes_on_and_loses_nothing(server: HandclaspServer) -> None:
    """SIGKILL at ever later moments; after each, the server still opens everything, and another run ends it."""
    tomas, path, stands = given(server)
    secret_file = server.data / "secret"
    began = time.monotonic()
    server.cli("rotate-secret")
    takes = time.monotonic() - began
    killed = 0
    for step in range(6):
        running = subprocess.Popen(
            [PROGRAM, "rotate-secret"], env=server.env, cwd=server.directory, stdout=subprocess.DEVNULL
        )
        try:
            running.wait(takes * (0.5 + 0.08 * step))
        except subprocess.TimeoutExpired:
            running.send_signal(signal.SIGKILL)
            killed += running.wait(10) == -signal.SIGKILL
        assert tomas.get(path) == stands
    assert killed
    server.cli("rotate-secret")
    server.stop()
    previous_secret_file(secret_file).unlink()
    server.start()
    assert tomas.get(path) == stands
    tomas.close()


class Halfway:
    """Two pooled organisations on one SQLite file whose secret stands in a file, as each step leaves them."""

    def __init__(self, folder: Path) -> None:
        (folder / "secret").write_text(FIRST)
        self.file = folder / "secret"
        self.config = settings(folder)
        upgrade(self.config)
        self.app = create_app(self.config)
        self.offices = [Office(self.app), Office(self.app)]
        self.paths: list[str] = []
        for office in self.offices:
            pool(office)
            path = f"/api/v1/ratings/{uuid.uuid4()}"
            assert office.person("tomas").put(path, rating(office.person("ana"))).status_code == 201
            self.paths.append(path)

    def rotate(self, *offices: Office) -> rotation.Rotation:
        """As another process does it, for some of the organisations."""
        config = Config.from_environment({"HANDCLASP_DATA_DIR": str(self.file.parent)})
        app = create_app(config)
        with app.app_context():
            done = rotation.rotate(config, [office.organisation_id for office in offices or self.offices])
            db.engine.dispose()
        return done

    def wrapped_by(self) -> set[bytes]:
        found: set[bytes] = set()
        with self.app.app_context():
            for office in self.offices:
                with reading(office.organisation_id) as session:
                    found |= set(session.execute(select(SealingKey.secret_id)).scalars())
        return found

    def assert_all_opens(self) -> None:
        """For the process that has been running all the time, and for one that starts now."""
        fresh = create_app(Config.from_environment({"HANDCLASP_DATA_DIR": str(self.file.parent)}))
        for office, path in zip(self.offices, self.paths, strict=True):
            tomas = office.person("tomas")
            assert tomas.get(path).json()["verdict"] == "met"
            tomas.app = fresh
            assert tomas.get(path).json()["verdict"] == "met"
            tomas.app = self.app
        with fresh.app_context():
            db.engine.dispose()


@pytest.fixture
def halfway(tmp_path: Path, clock: Clock) -> Iterator[Halfway]:
    forward_to(clock, datetime(clock.now().year + 1, 1, 10, 12, tzinfo=UTC))
    made = Halfway(tmp_path)
    yield made
    with made.app.app_context():
        db.engine.dispose()


def test_stopped_before_the_new_secret(halfway: Halfway) -> None:
    previous_secret_file(halfway.file).write_text(FIRST)
    halfway.assert_all_opens()
    assert halfway.rotate().made
    halfway.assert_all_opens()
    assert halfway.wrapped_by() == {secret_id(halfway.file.read_text().strip())} != {secret_id(FIRST)}


def test_stopped_with_the_new_secret_and_no_key_wrapped(halfway: Halfway) -> None:
    previous_secret_file(halfway.file).write_text(FIRST)
    halfway.file.write_text(SECOND)
    halfway.assert_all_opens()
    done = halfway.rotate()
    # It goes on; a third secret would have thrown away the first, which still opens everything.
    assert (done.made, done.wrapped) == (False, 4)
    assert (halfway.file.read_text(), halfway.wrapped_by()) == (SECOND, {secret_id(SECOND)})
    halfway.assert_all_opens()


def test_stopped_between_two_organisations(halfway: Halfway) -> None:
    first = halfway.offices[0]
    assert halfway.rotate(first).made
    assert len(halfway.wrapped_by()) == 2
    halfway.assert_all_opens()
    done = halfway.rotate()
    assert (done.made, done.wrapped) == (False, 2)
    halfway.assert_all_opens()
    previous_secret_file(halfway.file).unlink()
    halfway.assert_all_opens()


def test_a_server_that_holds_the_old_secret_makes_new_keys_under_the_new_one(halfway: Halfway, clock: Clock) -> None:
    halfway.rotate()
    present = secret_id(halfway.file.read_text().strip())
    forward_to(clock, datetime(clock.now().year, 2, 10, 12, tzinfo=UTC))
    office = halfway.offices[0]
    tomas = office.person("tomas").connect()
    assert tomas.rate(office.person("ana"), item=item("2")).status_code == 201
    with halfway.app.app_context(), reading(office.organisation_id) as session:
        keys = session.execute(select(SealingKey).where(SealingKey.organisation_id == office.organisation_id)).scalars()
        by_purpose = {key.purpose: key.secret_id for key in keys}
    assert len(by_purpose) == 3
    assert set(by_purpose.values()) == {present}
    assert by_purpose[date(clock.now().year, 3, 1).isoformat()] == present


def test_rotating_twice_wraps_twice(halfway: Halfway) -> None:
    seen = {halfway.file.read_text().strip()}
    for _ in range(2):
        assert halfway.rotate() == rotation.Rotation(True, 4)
        seen.add(halfway.file.read_text().strip())
        halfway.assert_all_opens()
    assert len(seen) == 3


def test_with_the_secret_from_the_environment() -> None:
    """The admin sets the new one and the one before; the command wraps; then the one before may go."""
    server = HandclaspServer({"HANDCLASP_SECRET_KEY": FIRST})
    server.cli("init", "--admin-email", "admin@example.org", "--attribution", "pooled")
    with server:
        tomas, path, stands = given(server)
        with pytest.raises(CommandFailed, match="HANDCLASP_PREVIOUS_SECRET_KEY: set it to the present secret"):
            server.cli("rotate-secret")
        # Two secrets that never wrapped anything open nothing, and harm nothing.
        use(server, THIRD, SECOND)
        with pytest.raises(CommandFailed, match="cannot open its sealed ratings"):
            server.cli("rotate-secret")
        use(server, SECOND, FIRST)
        restart(server)
        assert tomas.get(path) == stands
        assert "2 keys rest" in server.cli("rotate-secret")
        assert "0 keys rest" in server.cli("rotate-secret")
        assert tomas.get(path) == stands
        use(server, SECOND, None)
        restart(server)
        assert tomas.get(path) == stands
        assert not (server.data / "secret").exists()
        tomas.close()


def use(server: HandclaspServer, present: str, previous: str | None) -> None:
    """Let commands, and the server from its next start on, have these secrets in the environment."""
    for env in (server.env, server._service.env):
        assert env is not None
        env["HANDCLASP_SECRET_KEY"] = present
        env.pop("HANDCLASP_PREVIOUS_SECRET_KEY", None)
        if previous is not None:
            env["HANDCLASP_PREVIOUS_SECRET_KEY"] = previous


def restart(server: HandclaspServer) -> None:
    server.stop()
    server.start()
