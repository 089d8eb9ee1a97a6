"""Settings: a wrong value stops the start and names its variable."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from handclasp.config import VARIABLES, Config, ConfigError
from tests.support.processes import ROOT


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HANDCLASP_BIND", "8000"),
        ("HANDCLASP_BIND", "127.0.0.1:http"),
        ("HANDCLASP_BIND", "127.0.0.1:70000"),
        ("HANDCLASP_BIND", "127.0.0.1:²"),
        ("HANDCLASP_PUBLIC_URL", "http://["),
        ("HANDCLASP_PUBLIC_URL", "https://handclasp.example.org:abc"),
        ("HANDCLASP_PUBLIC_URL", "https://user:word@handclasp.example.org"),
        ("HANDCLASP_DATABASE_URL", "sqlite:///relative.sqlite3"),
        ("HANDCLASP_DATABASE_URL", "postgresql+psycopg://host:abc/x"),
        ("HANDCLASP_DATABASE_OWNER_URL", "postgresql+psycopg://owner@host/x"),
        ("HANDCLASP_WORKERS", "²"),
        ("HANDCLASP_PUBLIC_URL", "handclasp.example.org"),
        ("HANDCLASP_PUBLIC_URL", "http://handclasp.example.org"),
        ("HANDCLASP_PUBLIC_URL", "https://example.org/handclasp"),
        ("HANDCLASP_TRUSTED_PROXIES", "-1"),
        ("HANDCLASP_DATABASE_URL", "mysql://localhost/x"),
        ("HANDCLASP_DATABASE_URL", "sqlite://"),
        ("HANDCLASP_DATABASE_URL", "::"),
        ("HANDCLASP_DATABASE_OWNER_URL", "mysql://localhost/x"),
        ("HANDCLASP_SECRET_KEY", "short"),
        ("HANDCLASP_EXTENSION_IDS", "abc"),
        ("HANDCLASP_WORKERS", "0"),
        ("HANDCLASP_WORKERS", "two"),
        ("HANDCLASP_LOG_LEVEL", "loud"),
        ("HANDCLASP_DATA_DIR", "/proc/nowhere"),
    ],
)
def test_a_wrong_value_names_its_variable(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"^{name}: ") as caught:
        Config.from_environment({"HANDCLASP_DATA_DIR": str(tmp_path), name: value})
    assert caught.value.variable == name


def test_a_mistyped_name_is_an_error_too(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="did you mean HANDCLASP_WORKERS"):
        Config.from_environment({"HANDCLASP_DATA_DIR": str(tmp_path), "HANDCLASP_WORKER": "2"})


def test_beyond_this_machine_a_public_address_is_needed(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^HANDCLASP_PUBLIC_URL: must be set"):
        Config.from_environment({"HANDCLASP_DATA_DIR": str(tmp_path), "HANDCLASP_BIND": "0.0.0.0:8000"})


def test_plain_http_never_leaves_the_machine(tmp_path: Path) -> None:
    reachable = {"HANDCLASP_BIND": "0.0.0.0:8000", "HANDCLASP_PUBLIC_URL": "http://127.0.0.1:8000"}
    with pytest.raises(ConfigError, match="must be https"):
        Config.from_environment({"HANDCLASP_DATA_DIR": str(tmp_path)} | reachable)


def test_the_secret_is_made_once_and_private(tmp_path: Path) -> None:
    first = Config.from_environment({"HANDCLASP_DATA_DIR": str(tmp_path)})
    second = Config.from_environment({"HANDCLASP_DATA_DIR": str(tmp_path)})
    assert first.secret_key == second.secret_key
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    (tmp_path / "secret").write_text("")
    with pytest.raises(ConfigError, match="damaged"):
        Config.from_environment({"HANDCLASP_DATA_DIR": str(tmp_path)})


def test_defaults_serve_this_machine_only(tmp_path: Path) -> None:
    config = Config.from_environment({"HANDCLASP_DATA_DIR": str(tmp_path)})
    assert (config.host, config.port, config.public_url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert len(config.extension_ids) == 2


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert [name for name in VARIABLES if f"`{name}`" not in text] == []
