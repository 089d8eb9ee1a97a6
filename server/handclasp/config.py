"""The server's settings, read once at start-up from `HANDCLASP_*` variables.

A wrong value stops the start with a `ConfigError` that names the variable and says what to write instead.
"""

from __future__ import annotations

import difflib
import ipaddress
import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

REPOSITORY = Path(__file__).resolve().parents[2]

VARIABLES = {
    "HANDCLASP_BIND": "address and port to serve on, default 127.0.0.1:8000",
    "HANDCLASP_PUBLIC_URL": "address people and extensions use, default http:// and HANDCLASP_BIND",
    "HANDCLASP_TRUSTED_PROXIES": "how many reverse proxies stand in front, default 0",
    "HANDCLASP_DATA_DIR": "folder for the SQLite database and the secret, default var in the checkout",
    "HANDCLASP_DATABASE_URL": "sqlite:////file or postgresql+psycopg://role@host/database, default a SQLite file",
    "HANDCLASP_DATABASE_OWNER_URL": "PostgreSQL only: the role that owns the tables and runs migrations",
    "HANDCLASP_SECRET_KEY": "at least 32 characters, default a file made in the data folder",
    "HANDCLASP_PREVIOUS_SECRET_KEY": "with HANDCLASP_SECRET_KEY only: the secret before it, while rotating",
    "HANDCLASP_EXTENSION_IDS": "extension ids that may connect, comma-separated, default our own",
    "HANDCLASP_WORKERS": "server processes, default 2",
    "HANDCLASP_LOG_LEVEL": "debug, info, warning or error, default info",
}

_LOG_LEVELS = ("debug", "info", "warning", "error")
_CHROMIUM_ID = re.compile(r"[a-p]{32}")
_GECKO_ID = re.compile(r"[A-Za-z0-9._-]*@[A-Za-z0-9._-]+|\{[0-9a-f-]{36}\}")
_SHORTEST_SECRET = 32


class ConfigError(Exception):
    """A setting is wrong; the message names the variable and says what to write."""

    def __init__(self, variable: str, advice: str) -> None:
        super().__init__(f"{variable}: {advice}")
        self.variable = variable


@dataclass(frozen=True, slots=True)
class Config:
    """All settings, checked. Build it with `Config.from_environment`."""

    host: str
    port: int
    public_url: str
    trusted_proxies: int
    data_dir: Path
    database_url: str
    database_owner_url: str
    secret_key: str
    previous_secret_key: str | None
    secret_file: Path | None
    extension_ids: tuple[str, ...]
    workers: int
    log_level: str

    @property
    def https(self) -> bool:
        """True where browsers reach us over TLS, so cookies can be `Secure`."""
        return self.public_url.startswith("https://")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Config:
        """Read and check every `HANDCLASP_*` variable.

        Creates the data folder and, on the first start, the secret in it (mode 600).
        Raises `ConfigError` for the first wrong value, an unknown name included.
        """
        env = os.environ if environment is None else environment
        _refuse_unknown(env)
        host, port = _bind(env.get("HANDCLASP_BIND", "127.0.0.1:8000"))
        data_dir = _data_dir(env.get("HANDCLASP_DATA_DIR", str(_home() / "var")))
        database_url = _database_url(
            "HANDCLASP_DATABASE_URL",
            env.get("HANDCLASP_DATABASE_URL", f"sqlite:///{data_dir / 'handclasp.sqlite3'}"),
        )
        owner_url = _database_url("HANDCLASP_DATABASE_OWNER_URL", env.get("HANDCLASP_DATABASE_OWNER_URL", database_url))
        if make_url(owner_url).drivername != make_url(database_url).drivername:
            raise ConfigError("HANDCLASP_DATABASE_OWNER_URL", "must name the same kind of database")
        secret, previous, secret_file = _secrets(env, data_dir)
        return cls(
            host=host,
            port=port,
            public_url=_public_url(env.get("HANDCLASP_PUBLIC_URL"), host, port),
            trusted_proxies=_number(env, "HANDCLASP_TRUSTED_PROXIES", default=0, least=0, most=10),
            data_dir=data_dir,
            database_url=database_url,
            database_owner_url=owner_url,
            secret_key=secret,
            previous_secret_key=previous,
            secret_file=secret_file,
            extension_ids=_extension_ids(env.get("HANDCLASP_EXTENSION_IDS")),
            workers=_number(env, "HANDCLASP_WORKERS", default=2, least=1, most=64),
            log_level=_log_level(env.get("HANDCLASP_LOG_LEVEL", "info")),
        )


def _home() -> Path:
    """The checkout, wherever a command is called from; for an installed package the folder one stands in."""
    return REPOSITORY if (REPOSITORY / "pyproject.toml").is_file() else Path()


def _refuse_unknown(env: Mapping[str, str]) -> None:
    for name in env:
        if name.startswith("HANDCLASP_") and name not in VARIABLES:
            near = difflib.get_close_matches(name, VARIABLES, n=1)
            advice = f"did you mean {near[0]}?" if near else f"known are {', '.join(VARIABLES)}"
            raise ConfigError(name, f"there is no such setting; {advice}")


def _bind(value: str) -> tuple[str, int]:
    host, colon, port = value.rpartition(":")
    if not colon or not host or not _is_number(port) or not 0 < int(port) < 65536:
        raise ConfigError("HANDCLASP_BIND", f"{value!r} is not ADDRESS:PORT, for example 127.0.0.1:8000")
    return host.strip("[]"), int(port)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def is_loopback(host: str) -> bool:
    """True for localhost and loopback addresses, where plain http stays on the machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _public_url(value: str | None, host: str, port: int) -> str:
    if value is None:
        shown = f"[{host}]" if ":" in host else host
        value = f"http://{shown}:{port}"
        if not is_loopback(host):
            raise ConfigError(
                "HANDCLASP_PUBLIC_URL",
                f"must be set when HANDCLASP_BIND is {host}, for example https://handclasp.example.org",
            )
    try:
        parts = urlsplit(value)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        parts, sound = urlsplit(""), False
    if not sound or parts.query or parts.fragment or "@" in parts.netloc:
        raise ConfigError("HANDCLASP_PUBLIC_URL", f"{value!r} is not an address such as https://handclasp.example.org")
    if parts.path not in ("", "/"):
        raise ConfigError("HANDCLASP_PUBLIC_URL", "must have no path: Handclasp wants a host name of its own")
    if parts.scheme == "http" and not (is_loopback(parts.hostname or "") and is_loopback(host)):
        raise ConfigError(
            "HANDCLASP_PUBLIC_URL", "must be https:// unless Handclasp serves this machine only (127.0.0.1)"
        )
    return f"{parts.scheme}://{parts.netloc}"


def _number(env: Mapping[str, str], name: str, *, default: int, least: int, most: int) -> int:
    value = env.get(name, str(default))
    if not _is_number(value) or not least <= int(value) <= most:
        raise ConfigError(name, f"{value!r} is not a number from {least} to {most}")
    return int(value)


def _data_dir(value: str) -> Path:
    path = Path(value).expanduser().resolve()
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigError("HANDCLASP_DATA_DIR", f"cannot use {path}: {error.strerror}") from error
    return path


def _database_url(name: str, value: str) -> str:
    try:
        url = make_url(value)
    except (ArgumentError, ValueError) as error:
        raise ConfigError(name, "is not a database address") from error
    if url.drivername not in ("sqlite", "postgresql+psycopg"):
        raise ConfigError(name, f"{url.drivername!r} is not supported; use sqlite:// or postgresql+psycopg://")
    if url.drivername == "sqlite" and url.database in (None, "", ":memory:"):
        raise ConfigError(name, "SQLite needs a file, for example sqlite:////srv/handclasp/handclasp.sqlite3")
    if url.drivername == "sqlite" and not Path(str(url.database)).is_absolute():
        raise ConfigError(
            name, "name the SQLite file from the root, with four slashes: sqlite:////srv/handclasp.sqlite3"
        )
    return value


def _secrets(env: Mapping[str, str], data_dir: Path) -> tuple[str, str | None, Path | None]:
    """The secret, the one before it if there is one, and the file it stands in unless the environment brings it."""
    given, previous = env.get("HANDCLASP_SECRET_KEY"), env.get("HANDCLASP_PREVIOUS_SECRET_KEY")
    for name, value in (("HANDCLASP_SECRET_KEY", given), ("HANDCLASP_PREVIOUS_SECRET_KEY", previous)):
        if value is not None and len(value) < _SHORTEST_SECRET:
            raise ConfigError(name, f"must have at least {_SHORTEST_SECRET} characters")
    if given is not None:
        return given, previous, None
    if previous is not None:
        raise ConfigError(
            "HANDCLASP_PREVIOUS_SECRET_KEY",
            "goes with HANDCLASP_SECRET_KEY; a secret in the data folder is renewed by `handclasp rotate-secret` alone",
        )
    path = data_dir / "secret"
    _make_secret_once(path)
    return *read_secret_file(path), path


def _make_secret_once(path: Path) -> None:
    if path.is_file():
        return
    try:
        made = write_secret(path.with_name(f"{path.name}.{secrets.token_hex(8)}"), new_secret())
        try:
            # A link is made or refused, whole: of several processes that start at once, all read the same secret.
            path.hardlink_to(made)
        except FileExistsError:
            pass
        finally:
            made.unlink()
    except OSError as error:
        raise ConfigError("HANDCLASP_DATA_DIR", f"cannot write {path}: {error.strerror}") from error


def write_secret(path: Path, secret: str) -> Path:
    """Write `secret` into a new file that only its owner reads; it is on the disk when this returns."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secret + "\n")
        file.flush()
        os.fsync(file.fileno())
    return path


def new_secret() -> str:
    """A random secret of 384 bits."""
    return secrets.token_urlsafe(48)


def previous_secret_file(path: Path) -> Path:
    """Where the secret before the one in `path` is kept."""
    return path.with_name(path.name + ".previous")


def read_secret_file(path: Path) -> tuple[str, str | None]:
    """The secret in `path`, and the one before it if it is kept. Raises `ConfigError` when either is damaged."""
    before = previous_secret_file(path)
    return _read_secret(path), _read_secret(before) if before.is_file() else None


def _read_secret(path: Path) -> str:
    try:
        stored = path.read_text().strip()
    except OSError as error:
        raise ConfigError("HANDCLASP_DATA_DIR", f"cannot read {path}: {error.strerror}") from error
    if len(stored) < _SHORTEST_SECRET:
        raise ConfigError("HANDCLASP_SECRET_KEY", f"the secret in {path} is damaged; restore it")
    return stored


def _extension_ids(value: str | None) -> tuple[str, ...]:
    if value is None:
        own = json.loads((REPOSITORY / "extension" / "ids.json").read_text())
        return (own["chrome"], own["firefox"])
    ids = tuple(part.strip() for part in value.split(",") if part.strip())
    for extension_id in ids:
        if not _CHROMIUM_ID.fullmatch(extension_id) and not _GECKO_ID.fullmatch(extension_id):
            raise ConfigError(
                "HANDCLASP_EXTENSION_IDS",
                f"{extension_id!r} is neither a Chromium id (32 letters a to p) nor a Firefox id (name@domain)",
            )
    return ids


def _log_level(value: str) -> str:
    if value.lower() not in _LOG_LEVELS:
        raise ConfigError("HANDCLASP_LOG_LEVEL", f"{value!r} is none of {', '.join(_LOG_LEVELS)}")
    return value.lower()
