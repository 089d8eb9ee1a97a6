"""A real MediaWiki 1.39 with a wiki of its own, three colleagues and a few pages."""

from __future__ import annotations

import json
import os
import shutil
import urllib.parse
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.support.cache import made_once
from tests.support.debian import candidate, system_packages, unpack
from tests.support.processes import Service
from tests.support.site import ToolSite, run
from tests.support.trac import USERS, TracUser

SEED = Path(__file__).with_name("mediawiki_seed.php")
DATABASE = "wiki"


@dataclass(frozen=True)
class Page:
    """A page to seed; it has one version, by its author (a login with a capital, as MediaWiki writes it)."""

    title: str
    author: str
    text: str


PAGES = (
    Page("Storage move", "Ana", "Who is on call, and what is left to do. See [[Night shift/Rota]].\n"),
    Page("Night shift/Rota", "Ana", "Ana: Monday.\n\n== Weekend ==\nMei.\n"),
    Page("Help:Invoices & letters?", "Mei", "The address is new.\n"),
    Page("User:Ana", "Ana", "I work in Data.\n"),
)
"""The first two: Ana's. A subpage, and a page in another namespace with signs that URLs write otherwise."""

SETTINGS = """
wfLoadSkins( [ 'MinervaNeue', 'MonoBook', 'Timeless' ] );
wfLoadExtension( 'VisualEditor' );
$wgVisualEditorShowBetaWelcome = false;
$wgMaxCredits = -1;
$wgShowCreditsIfMax = true;
$wgEnableEmail = false;
$wgUseInstantCommons = false;
$wgPingback = false;
$wgJobRunRate = 0;
$wgMainCacheType = CACHE_ACCEL;
$wgCacheDirectory = __DIR__ . '/cache';
$wgUploadDirectory = __DIR__ . '/images';
$wgRateLimits = [];
$wgPasswordAttemptThrottle = false;
"""
"""The last version's author is in the footer, and pages can be edited in place."""


def mediawiki() -> Path:
    """MediaWiki's folder, unpacked from its Debian packages on first use and kept under .cache/."""
    system_packages("live")
    wanted = [f"{name}={candidate(name)}" for name in ("mediawiki", "mediawiki-classes")]
    home = made_once("mediawiki", " ".join(wanted), lambda home: _prepare(wanted, home))
    return home / "usr" / "share" / "mediawiki"


def _prepare(wanted: list[str], home: Path) -> None:
    unpack(wanted, home)
    root = home / "usr" / "share" / "mediawiki"
    for place in ("LocalSettings.php", "config", "extensions", "images"):
        (root / place).unlink()  # Links to the system's own wiki.
    (root / "extensions").symlink_to("extensions-core")


def _environment(root: Path, settings: Path | None = None) -> dict[str, str]:
    env = {"PATH": os.defpath, "LANG": "C.UTF-8", "MW_INSTALL_PATH": str(root)}
    return env if settings is None else env | {"MW_CONFIG_FILE": str(settings)}


def first_day() -> Path:
    """A folder with LocalSettings.php and the database in `data`, made on first use and kept under .cache/."""
    root = mediawiki()

    def make(home: Path) -> None:
        (home / "data").mkdir()
        options = {
            "confpath": str(home),
            "dbtype": "sqlite",
            "dbpath": str(home / "data"),
            "dbname": DATABASE,
            "server": "http://127.0.0.1",
            "scriptpath": "",
            "lang": "en",
            "pass": "admin-mediawiki",
            "skins": "Vector",
        }
        install = ["php", "maintenance/install.php", *(f"--{name}={value}" for name, value in options.items())]
        run("MediaWiki", [*install, "Northwind wiki", "Admin"], env=_environment(root), cwd=root)
        with (home / "LocalSettings.php").open("a") as settings:
            settings.write(SETTINGS)
        seed = {
            "users": [asdict(user) | {"login": account(user), "password": password(user)} for user in USERS],
            "pages": [asdict(page) for page in PAGES],
        }
        env = _environment(root, home / "LocalSettings.php")
        run("MediaWiki", ["php", str(SEED)], env=env, cwd=root, given=json.dumps(seed))

    return made_once("mediawiki-first-day", f"{root}{SEED.read_text()}{PAGES}{USERS}{SETTINGS}", make)


def account(user: TracUser) -> str:
    """The login of a colleague in the MediaWiki: it begins with a capital."""
    return user.login.capitalize()


def password(user: TracUser) -> str:
    """The password of a colleague in the MediaWiki."""
    return f"{user.login}-mediawiki"


class MediawikiSite(ToolSite):
    """A MediaWiki of its own in a temporary directory, seeded with `PAGES`, served by PHP on a loopback port."""

    tool = "mediawiki"

    def service(self) -> Service:
        """The program, with its data made."""
        seeded, root = first_day(), mediawiki()
        settings = self.directory / "LocalSettings.php"
        text = (seeded / "LocalSettings.php").read_text().replace(str(seeded), str(self.directory))
        settings.write_text(f'{text}$wgServer = "{self.origin}";\n')
        shutil.copytree(seeded / "data", self.directory / "data")
        for folder in ("cache", "images"):
            (self.directory / folder).mkdir()
        return Service(
            "MediaWiki",
            ["php", "-S", self.host, "-t", str(root)],
            self.log,
            lambda: self.answers("/index.php/Storage_move"),
            env=_environment(root, settings) | {"PHP_CLI_SERVER_WORKERS": "4"},
            cwd=root,
        )

    def page_url(self, title: str) -> str:
        """The page of that title, as MediaWiki's own links write it."""
        return f"{self.origin}/index.php/{urllib.parse.quote(title.replace(' ', '_'), safe='/:')}"
