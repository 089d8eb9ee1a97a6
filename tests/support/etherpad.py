"""A real Etherpad 1.8 with a folder of its own and a few pads."""

from __future__ import annotations

import json
import os
import shutil
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.cache import made_once
from tests.support.processes import ROOT, NotReady, Service
from tests.support.site import ToolSite, run

PACKAGES = ROOT / "tests" / "live" / "etherpad"
API_KEY = "of-the-live-tests"


@dataclass(frozen=True)
class Pad:
    """A pad to seed."""

    name: str
    text: str


PADS = (
    Pad("storage-move", "Who is on call, and what is left to do.\n"),
    Pad("night-shift", "Nothing happened.\n"),
)


def etherpad() -> Path:
    """A folder with Etherpad's package as `package` and what it needs in `node_modules`: exactly the locked ones.

    Made on first use and kept under .cache/.
    """
    fingerprint = "".join(file.read_text() for file in sorted(PACKAGES.rglob("*.json")))
    return made_once("etherpad", fingerprint, _install)


def _install(home: Path) -> None:
    shutil.copytree(PACKAGES, home, dirs_exist_ok=True)
    npm = shutil.which("npm")
    if npm is None:
        raise NotReady("npm is missing: install Node 20 or newer")
    # Nothing that comes with the packages is run while they are installed; Etherpad needs none of it.
    run("npm", [npm, "ci", "--ignore-scripts", "--loglevel=error"], env=os.environ, cwd=home)
    (home / "node_modules" / "ep_etherpad-lite").rename(home / "package")


class EtherpadSite(ToolSite):
    """An Etherpad of its own in a temporary directory, seeded with `PADS`, on a loopback port."""

    tool = "etherpad"

    def service(self) -> Service:
        """The program in a folder as it expects one: itself in `src`, its data beside."""
        installed = etherpad()
        shutil.copytree(installed / "package", self.directory / "src")
        (self.directory / "src" / "node_modules").symlink_to(installed / "node_modules")
        (self.directory / "node_modules").mkdir()
        (self.directory / "node_modules" / "ep_etherpad-lite").symlink_to("../src")
        (self.directory / "APIKEY.txt").write_text(API_KEY)
        (self.directory / "settings.json").write_text(json.dumps(self._settings()))
        env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        # It asks its makers for news of itself; there is nobody at this address.
        env |= {"NODE_ENV": "production", "HTTPS_PROXY": "http://127.0.0.1:9"}
        return Service("Etherpad", ["node", "src/node/server.js"], self.log, self._ready, env=env, cwd=self.directory)

    def pad_url(self, name: str) -> str:
        """The page of a pad."""
        return f"{self.origin}/p/{urllib.parse.quote(name)}"

    def read_only_url(self, name: str) -> str:
        """The page that shows a pad to those who may not change it."""
        return f"{self.origin}/p/{self.api('getReadOnlyID', padID=name)['readOnlyID']}"

    def api(self, function: str, **query: str) -> Any:
        """What Etherpad's own API answers; raises NotReady when it refuses."""
        asked = urllib.parse.urlencode({"apikey": API_KEY, **query})
        with urllib.request.urlopen(f"{self.origin}/api/1.2.14/{function}?{asked}", timeout=15) as answer:
            said = json.load(answer)
        if said["code"] != 0:
            raise NotReady(f"Etherpad: {function}: {said['message']}")
        return said["data"]

    def start(self) -> None:
        """Serve it, and write the pads on the first start."""
        super().start()
        known = self.api("listAllPads")["padIDs"]
        for pad in PADS:
            if pad.name not in known:
                self.api("createPad", padID=pad.name, text=pad.text)

    def _settings(self) -> dict[str, Any]:
        return {
            "title": "Northwind pads",
            "ip": "127.0.0.1",
            "port": self.port,
            "dbType": "dirty",
            "dbSettings": {"filename": str(self.directory / "pads.db")},
            "skinName": "colibris",
            "suppressErrorsInPadText": True,
            "defaultPadText": "",
        }

    def _ready(self) -> bool:
        return self.answers("/")
