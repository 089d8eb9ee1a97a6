"""`handclasp tools match` and `handclasp tools check`: the quick look while a tool file is written."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from handclasp.app import create_app
from handclasp.auth.caller import Caller
from handclasp.cli import cli
from handclasp.db import db
from handclasp.people import service as people
from handclasp.people.models import Role
from handclasp.tools import own
from tests.conftest import settings
from tests.support.processes import ROOT
from tests.support.tools import bundled_file, tool_file

TICKET = "https://trac.edgewall.org/ticket/9"
COPY = "http://10.0.0.1:8001/env/ticket/1?token=secret#comment:2"


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No database but the test's own."""
    monkeypatch.delenv("HANDCLASP_DATABASE_URL", raising=False)
    monkeypatch.setenv("HANDCLASP_DATA_DIR", str(tmp_path / "data"))


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["tools", *map(str, arguments)])


def written(folder: Path, tool: Any, name: str | None = None) -> Path:
    file = folder / (name or f"{tool['id']}.json")
    file.write_text(tool if isinstance(tool, str) else json.dumps(tool), "utf-8")
    return file


def rows(result: Result) -> dict[str, str]:
    assert result.exit_code == 0, result.output
    return dict(line.split(maxsplit=1) for line in result.stdout.splitlines())


def test_an_address_is_this_item_by_this_file(tmp_path: Path) -> None:
    assert rows(run("match", f"{TICKET}?utm_source=mail")) == {
        "tool": "trac (Trac)", "host": "trac.edgewall.org", "key": "#9", "kind": "ticket", "page": TICKET,
        "provider": "owner", "file": "bundled",
    }  # fmt: skip
    assert not (tmp_path / "data").exists(), "looking makes no database"


def test_what_is_no_item_says_so_and_names_what_it_could_be_on_a_copy() -> None:
    nothing = run("match", "https://trac.edgewall.org/wiki")
    assert (nothing.exit_code, nothing.stdout) == (1, "")
    assert nothing.stderr == "No tool file takes https://trac.edgewall.org/wiki for an item.\n"
    copy = run("match", COPY)
    assert copy.exit_code == 1
    assert "On a copy of Trac it would be the ticket env#1: add --site 10.0.0.1:8001=trac" in copy.stderr
    assert run("match", "not an address").exit_code == 1


def test_a_site_is_a_copy_of_a_tool() -> None:
    found = rows(run("match", COPY, "--site", "10.0.0.1:8001=trac"))
    assert (found["tool"], found["host"], found["key"]) == ("trac (Trac)", "10.0.0.1:8001", "env#1")
    assert "secret" not in str(found)
    for wrong in ("trac.example.org", "=trac", "10.0.0.1:8001=nothing"):
        refused = run("match", COPY, "--site", wrong)
        assert (refused.exit_code, f"--site {wrong}" in refused.stderr) == (2, True)


def test_given_files_go_before_bundled_ones(tmp_path: Path) -> None:
    mine = bundled_file("trac") | {"name": "Our Trac"}
    mine["items"][0]["provider"] = "author"
    trac, wishes = written(tmp_path, mine), written(tmp_path, tool_file())
    found = rows(run("match", TICKET, "--tools", trac, "--tools", wishes))
    assert (found["tool"], found["provider"], found["file"]) == ("trac (Our Trac)", "author", str(trac))
    found = rows(run("match", "https://wishes.example.org/wish/7", "--tools", trac, "--tools", wishes))
    assert (found["key"], found["file"]) == ("7", str(wishes))
    bad = written(tmp_path, tool_file(hosts=["Not A Host"]), "bad.json")
    refused = run("match", TICKET, "--tools", bad)
    assert (refused.exit_code, "#/hosts/0" in refused.stderr) == (1, True)


def test_the_organisations_own_files_go_before_bundled_ones_and_after_given_ones(tmp_path: Path) -> None:
    assert CliRunner().invoke(cli, ["init", "--attribution", "open"]).exit_code == 0
    mine = bundled_file("trac") | {"name": "Our Trac"}
    put_own(tmp_path / "data", mine)
    found = rows(run("match", TICKET))
    assert (found["tool"], found["file"]) == ("trac (Our Trac)", "the organisation's own")
    given = written(tmp_path, bundled_file("trac"))
    assert rows(run("match", TICKET, "--tools", given))["file"] == str(given)


def put_own(data_dir: Path, tool: dict[str, Any]) -> None:
    app = create_app(settings(data_dir))
    with app.app_context():
        organisation_id = people.organisations()[0].organisation_id
        admin = next(one for one in people.members(organisation_id) if one.role is Role.ADMIN)
        own.put_tool(Caller.of(admin, "member"), tool["id"], tool)
        db.engine.dispose()


def test_a_database_that_cannot_be_asked_is_left_out_with_a_word(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with closing(sqlite3.connect(tmp_path / "data" / "handclasp.sqlite3")) as connection:
        connection.execute("CREATE TABLE anything (x)")
    found = run("match", TICKET)
    assert rows(found)["file"] == "bundled"
    assert "run `handclasp migrate` first" in found.stderr
    (tmp_path / "data" / "handclasp.sqlite3").write_bytes(b"no database at all" * 100)
    found = run("match", TICKET)
    assert rows(found)["file"] == "bundled"
    assert "The database does not answer" in found.stderr


# --- check ---------------------------------------------------------------------------------------


def test_good_files_are_held_against_their_vectors(tmp_path: Path) -> None:
    vectors = json.loads((ROOT / "shared-schemas" / "vectors" / "trac.json").read_text("utf-8"))
    number = len(vectors["match"]) + len(vectors["no_match"])
    done = run("check", ROOT / "shared-schemas" / "tools" / "trac.json", written(tmp_path, tool_file()))
    assert (done.exit_code, done.stdout.splitlines()) == (
        0,
        [f"ok: trac: 1 kind, {number} vectors passed", "ok: wishes: 1 kind, no vectors found"],
    )


WISHES = {
    "tool": "wishes", "sites": {},
    "match": [
        {
            "why": "a wish", "url": "https://wishes.example.org/wish/7?from=mail", "host": "wishes.example.org",
            "key": "7", "kind": "ticket", "canonical": "https://wishes.example.org/wish/7",
        }
    ],
    "no_match": [{"why": "the list", "url": "https://wishes.example.org/wish"}],
}  # fmt: skip


@pytest.mark.parametrize("place", ["wishes.vectors.json", "vectors/wishes.json", "../vectors/wishes.json"])
def test_vectors_beside_a_file_are_found(tmp_path: Path, place: str) -> None:
    folder = tmp_path / "tools"
    (folder / place).parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(exist_ok=True)
    file = written(folder, tool_file())
    (folder / place).write_text(json.dumps(WISHES), "utf-8")
    assert run("check", file).stdout == "ok: wishes: 1 kind, 2 vectors passed\n"


def test_each_vector_that_fails_is_told(tmp_path: Path) -> None:
    wrong = json.loads(json.dumps(WISHES))
    wrong["match"][0]["key"] = "8"
    wrong["no_match"][0] = {"why": "the list", "url": "https://wishes.example.org/wish/1"}
    written(tmp_path, json.dumps(wrong), "wishes.vectors.json")
    done = run("check", written(tmp_path, tool_file()))
    assert done.exit_code == 1
    first, second = done.stdout.splitlines()
    assert "a wish: https://wishes.example.org/wish/7?from=mail is wishes ticket '7'" in first
    assert "the list: https://wishes.example.org/wish/1 is wishes ticket '1'" in second
    written(tmp_path, "{}", "wishes.vectors.json")
    done = run("check", tmp_path / "wishes.json")
    assert (done.exit_code, "is no file of vectors" in done.stderr) == (1, True)


def test_every_problem_is_told_with_its_pointer_and_the_other_files_all_the_same(tmp_path: Path) -> None:
    bad = written(tmp_path, tool_file(hosts=["Not A Host"], name=""), "bad.json")
    done = run("check", bad, written(tmp_path, tool_file()))
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert [line.split(": ")[:2] for line in lines[:2]] == [[str(bad), "#/hosts/0"], [str(bad), "#/name"]]
    assert lines[2] == "ok: wishes: 1 kind, no vectors found"


def test_what_the_server_would_refuse_is_refused(tmp_path: Path) -> None:
    assert "address of the API" in run("check", written(tmp_path, tool_file("breakages"))).stdout
    padded = written(tmp_path, json.dumps(tool_file()) + " " * 65536, "padded.json")
    assert "larger than 64 KiB" in run("check", padded).stdout
    broken = run("check", written(tmp_path, "{", "broken.json"))
    assert (broken.exit_code, "is not JSON" in broken.stderr) == (1, True)
    assert run("check", written(tmp_path, "[" * 100000, "deep.json")).exit_code == 1
    assert run("check").exit_code == 2
