"""A real Redmine 5.0 with a site of its own, three colleagues and a few issues."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.support.cache import made_once
from tests.support.debian import candidate, system_packages, unpack
from tests.support.processes import NotReady, Service
from tests.support.site import ToolSite, run
from tests.support.trac import USERS, TracUser

SEED = Path(__file__).with_name("redmine_seed.rb")
LINKS = {
    "Chart.bundle.min.js": "javascript/chart.js/Chart.min.js",
    "jquery-ui.min.js": "javascript/jquery-ui/jquery-ui.min.js",
    "jquery.min.js": "javascript/jquery/jquery.min.js",
    "jquery_ujs.js": "ruby-jquery-rails/vendor/assets/javascripts/jquery_ujs.js",
    "raphael.js": "javascript/raphael/raphael.min.js",
}
"""Scripts that the package takes from other packages, by links that do not reach them from where it is unpacked."""


@dataclass(frozen=True)
class Issue:
    """An issue to seed; Redmine numbers issues from 1 in the order they are made."""

    subject: str
    assignee: str | None
    author: str


ISSUES = (
    Issue("Customer export misses the last day", "ana", "tomas"),
    Issue("New joiners cannot open the wiki", "ana", "tomas"),
    Issue("Label printer prints a blank page first", "mei", "tomas"),
    Issue("Write the handover notes for the storage move", None, "tomas"),
)
"""1 and 2: Ana's work for Tomas. 3: Mei's. 4: nobody's yet."""

FIRST_USER = 5
"""The number of the first colleague: Redmine keeps the numbers before it for its own users and groups."""


def redmine() -> Path:
    """Redmine's folder, unpacked from its Debian package on first use and kept under .cache/."""
    system_packages("live")
    version = candidate("redmine")
    gems = run("dpkg-query", ["dpkg-query", "--show", "ruby*", "puma"], env=os.environ)
    home = made_once("redmine", version + gems, lambda home: _prepare(version, home))
    return home / "usr" / "share" / "redmine"


def _prepare(version: str, home: Path) -> None:
    """Unpack Redmine and note which of the installed libraries it runs on."""
    unpack([f"redmine={version}"], home)
    root = home / "usr" / "share" / "redmine"
    for name, target in LINKS.items():
        link = root / "public" / "javascripts" / name
        link.unlink()
        link.symlink_to(Path("/usr/share") / target)
    for place in ("Gemfile.lock", "instances", "config/database.yml"):
        (root / place).unlink()  # Links to the system's own sites.
    (root / "instances").mkdir()
    (root / "Gemfile.local").write_text('gem "sqlite3"\ngem "puma"\n')
    # Only the bundler that Debian ships finds Debian's libraries: the one that comes with Ruby looks elsewhere.
    run("bundle", ["bundle", f"_{_bundler()}_", "install", "--local", "--quiet"], env=_environment(root), cwd=root)


def _bundler() -> str:
    found = sorted(Path("/usr/share/rubygems-integration/all/specifications").glob("bundler-*.gemspec"))
    if not found:
        raise NotReady("the package ruby-bundler is missing: bash deploy/system-packages.sh live")
    return found[-1].stem.removeprefix("bundler-")


def _environment(root: Path) -> dict[str, str]:
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "HOME": str(root),
        "BUNDLE_GEMFILE": str(root / "Gemfile"),
        "BUNDLE_SILENCE_ROOT_WARNING": "1",
        "RAILS_ENV": "production",
        "RAILS_SERVE_STATIC_FILES": "1",
        "RUBYOPT": "-W0",
    }


@dataclass(frozen=True)
class RedmineData:
    """A folder with one site's configuration, database and logs, and how Redmine is run on it."""

    root: Path
    directory: Path

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.directory / "redmine.sqlite3"

    def environment(self) -> Mapping[str, str]:
        """The package keeps each site in instances/<its name>; the name may be a path that leads elsewhere."""
        site = os.path.relpath(self.directory, self.root / "instances")
        return _environment(self.root) | {"HOME": str(self.directory), "X_DEBIAN_SITEID": site}

    def configure(self) -> None:
        """Write the site's configuration."""
        for folder in ("config", "files", "log", "tmp"):
            (self.directory / folder).mkdir(exist_ok=True)
        settings = {"production": {"adapter": "sqlite3", "database": str(self.database)}}
        (self.directory / "config" / "database.yml").write_text(json.dumps(settings))
        (self.directory / "config" / "secret_key.txt").write_text(os.urandom(32).hex())

    def seed(self) -> None:
        """Make the tables, the default data, the colleagues and the issues."""
        wanted = {
            "users": [asdict(user) | {"password": password(user)} for user in USERS],
            "issues": [asdict(issue) for issue in ISSUES],
        }
        env = {**self.environment(), "SCHEMA": "/dev/null"}
        run("Redmine", ["bundle", "exec", "rake", "--silent", "db:migrate"], env=env, cwd=self.root)
        seeded = run(
            "Redmine",
            ["bundle", "exec", "rails", "runner", str(SEED)],
            env=env,
            cwd=self.root,
            given=json.dumps(wanted),
        )
        if json.loads(seeded) != [FIRST_USER + index for index in range(len(USERS))]:
            raise NotReady(f"Redmine numbered its users otherwise than expected: {seeded}")


def first_day() -> Path:
    """A seeded database, made on first use and kept under .cache/."""
    root = redmine()

    def make(home: Path) -> None:
        data = RedmineData(root, home)
        data.configure()
        data.seed()

    fingerprint = f"{root}{SEED.read_text()}{ISSUES}{USERS}"
    return made_once("redmine-first-day", fingerprint, make) / "redmine.sqlite3"


def password(user: TracUser) -> str:
    """The password of a colleague in the Redmine."""
    return f"{user.login}-redmine"


def number(user: TracUser) -> int:
    """The number by which Redmine's pages name a colleague."""
    return FIRST_USER + USERS.index(user)


class RedmineSite(ToolSite):
    """A Redmine of its own in a temporary directory, seeded with `ISSUES`, served by puma on a loopback port."""

    tool = "redmine"

    def service(self) -> Service:
        """The program, with its data made."""
        database = first_day()
        data = RedmineData(redmine(), self.directory)
        data.configure()
        shutil.copy(database, data.database)
        command = ["bundle", "exec", "puma", "--bind", f"tcp://{self.host}", "--threads", "1:4", "--quiet"]
        return Service(
            "Redmine",
            [*command, "--environment", "production", "config.ru"],
            self.log,
            lambda: self.answers("/issues/1"),
            env=data.environment(),
            cwd=data.root,
        )

    def issue_url(self, number: int) -> str:
        """The page of an issue."""
        return f"{self.origin}/issues/{number}"
