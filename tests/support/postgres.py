"""A private PostgreSQL cluster on a unix socket, for tests.

Several pytest-xdist workers may share one: the controller starts it, the workers `attach` to its directory.
A template database is built once (whoever comes first, under an advisory lock) and cloned for each worker
or test.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

from tests.support.processes import NotReady, Service

OWNER = "handclasp_owner"
"""The role that owns the schema and runs migrations; not a superuser."""
APP = "handclasp_app"
"""The role the server works as: neither owner nor superuser nor exempt from row-level security."""

_ADMIN = "postgres"
_TEMPLATE_LOCK = 4_815_162


def find_programs() -> Path:
    """The folder with `initdb` and `postgres`, the newest where Debian keeps several.

    Raises NotReady with the cure.
    """
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if not found:
        raise NotReady("PostgreSQL's initdb is missing; install it: deploy/system-packages.sh")
    return found[-1].parent


class PostgresCluster:
    """A cluster of its own in a temporary directory; nothing listens on the network.

    The roles `handclasp_owner` and `handclasp_app` exist from the start. `with PostgresCluster() as cluster:`
    starts and removes it; `PostgresCluster.attach(directory)` uses one that another process started.
    """

    def __init__(self, fsync: bool = True) -> None:
        # The path of a unix socket must stay under 108 bytes, so this does not follow TMPDIR.
        self.directory = Path(tempfile.mkdtemp(prefix="handclasp-pg-", dir="/tmp"))
        self._fsync = fsync
        self._service: Service | None = None

    @classmethod
    def attach(cls, directory: Path | str) -> PostgresCluster:
        """The cluster that runs in `directory`, started elsewhere: `stop` leaves it running."""
        cluster = cls.__new__(cls)
        cluster.directory = Path(directory)
        cluster._fsync = True
        cluster._service = None
        return cluster

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def log(self) -> Path:
        return self.directory / "log"

    def start(self) -> None:
        """Create the cluster (on the first start), run it, and make the two roles."""
        programs = find_programs()
        user = _ADMIN if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root.
        if not self.data.exists():
            if user is not None:
                shutil.chown(self.directory, user, user)
            made = subprocess.run(
                [
                    programs / "initdb",
                    "--pgdata",
                    self.data,
                    "--username",
                    _ADMIN,
                    "--auth",
                    "trust",
                    "--encoding",
                    "UTF8",
                    "--locale",
                    "C.UTF-8",
                    "--no-sync",
                ],
                user=user,
                group=user,
                extra_groups=None if user is None else [],
                cwd=self.directory,
                capture_output=True,
                text=True,
                check=False,
            )
            if made.returncode != 0:
                raise NotReady(f"initdb failed:\n{made.stdout}\n{made.stderr}")
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.directory),
            "max_connections": "200",
            "shared_buffers": "64MB",
            "fsync": "on" if self._fsync else "off",
            "timezone": "UTC",
            "autovacuum": "on" if self._fsync else "off",
        }
        command = [str(programs / "postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        self._service = Service("PostgreSQL", command, self.log, self._answers, user=user, cwd=self.directory)
        self._service.start(seconds=30)
        self.create_role(OWNER)
        self.create_role(APP)

    def stop(self) -> None:
        """End the cluster at once and remove its directory; does nothing for an attached one."""
        if self._service is None:
            return
        self._service.stop(signal.SIGQUIT)  # PostgreSQL's "immediate" shutdown: the data is thrown away anyway.
        self._service = None
        shutil.rmtree(self.directory)

    def url(self, database: str, role: str) -> str:
        """The SQLAlchemy address of `database` for `role`."""
        return f"postgresql+psycopg://{role}@/{database}?host={self.directory}"

    def create_role(self, name: str) -> None:
        """Make a role that may log in and nothing else; nothing happens when it exists."""
        with self._admin() as connection:
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
            if known is None:
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS").format(
                        sql.Identifier(name)
                    )
                )

    def create_database(self, name: str, template: str | None = None, owner: str = OWNER) -> None:
        """Make an empty database that belongs to `owner`, or a clone of `template` (about 0.1 s)."""
        with self._admin() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(owner), sql.Identifier(template or "template0")
                )
            )

    def dump(self, name: str) -> bytes:
        """All of a database as `pg_dump` writes it, by a role that passes row-level security."""
        command = [find_programs() / "pg_dump", "--host", self.directory, "--username", _ADMIN, name]
        return subprocess.run(command, capture_output=True, check=True).stdout

    def drop_database(self, name: str) -> None:
        """Remove a database, ending whoever is still connected to it."""
        with self._admin() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def ensure_template(self, name: str, build: Callable[[str], None]) -> None:
        """Build the template database `name` once, whoever of several processes comes first.

        `build` gets its address for the owner's role and must close its connections before it returns.
        When it raises, the half-built database is removed and the error passes through.
        """
        with self._admin() as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", [_TEMPLATE_LOCK])  # Ends with the connection.
            done = connection.execute("SELECT datistemplate FROM pg_database WHERE datname = %s", [name]).fetchone()
            if done is not None and done[0]:
                return
            self.drop_database(name)
            self.create_database(name)
            try:
                build(self.url(name, OWNER))
            except BaseException:
                self.drop_database(name)
                raise
            connection.execute(
                sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false IS_TEMPLATE true").format(sql.Identifier(name))
            )

    def _admin(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(host=str(self.directory), user=_ADMIN, dbname="postgres", autocommit=True)

    def _answers(self) -> bool:
        try:
            self._admin().close()
        except psycopg.OperationalError:
            return False
        return True
