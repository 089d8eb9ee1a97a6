"""`handclasp tools ...`: which item an address is, and whether a tool file is good."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from ..app import create_app
from ..config import REPOSITORY, Config
from ..contract import MAX_BODY
from ..db import db, is_sqlite
from ..migrations import is_current
from ..people.service import organisations
from . import vectors
from .matcher import Match, Tool, candidates, match_url
from .own import own_tools
from .service import bundled_tools, provider_roles_of
from .shape import problems_of
from .table import table

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class Known:
    """A tool file, and where it comes from."""

    tool: Tool
    source: str


@click.group()
def tools() -> None:
    """Tool files: what describes a web tool to the extension and the server."""


@tools.command("match")
@click.argument("url")
@click.option(
    "--tools", "files", multiple=True, type=_FILE, help="A tool file that goes before all others. Repeatable."
)
@click.option("--site", "sites", multiple=True, metavar="HOST=TOOL", help="HOST is a copy of TOOL. Repeatable.")
def tools_match(url: str, files: tuple[Path, ...], sites: tuple[str, ...]) -> None:
    """Print which item URL is, and which tool file says so.

    Asked are the files given, then the organisation's own, where this server has a database, then the bundled ones.
    Exit status 1 when it is none.
    """
    known = _known(files)
    found = match_url(url, [one.tool for one in known.values()], _sites(sites, known))
    if found is None:
        click.echo(f"No tool file takes {url} for an item.", err=True)
        for hint in _hints(url, known):
            click.echo(hint, err=True)
        sys.exit(1)
    for name, value in _rows(found, known[found.tool]):
        click.echo(f"{name:<10}{value}")


@tools.command("table")
def tools_table() -> None:
    """Print the page docs/tools.md: a table of the bundled tools."""
    click.echo(table(bundled_tools()), nl=False)


@tools.command("check")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=_FILE)
def tools_check(files: tuple[Path, ...]) -> None:
    """Check tool files as the server does, and hold each against its vectors.

    Vectors are looked for beside FILE (ID.vectors.json, vectors/ID.json) and among those that come with Handclasp.
    Exit status 1 when anything is wrong.
    """
    good = [_check(file) for file in files]
    if not all(good):
        sys.exit(1)


def _rows(found: Match, known: Known) -> Iterator[tuple[str, str]]:
    yield "tool", f"{found.tool} ({known.tool['name']})"
    yield "host", found.host
    yield "key", found.key
    yield "kind", found.kind
    yield "page", found.url
    yield "provider", ", ".join(provider_roles_of(known.tool, found.kind))
    yield "file", known.source


def _hints(url: str, known: Mapping[str, Known]) -> Iterator[str]:
    if match_url(url, [one.tool for one in known.values()]) is not None:
        return
    for match in candidates(url, [one.tool for one in known.values()]):
        site = f"--site {match.host}={match.tool}"
        yield f"On a copy of {known[match.tool].tool['name']} it would be the {match.kind} {match.key}: add {site}"


def _sites(given: Sequence[str], known: Mapping[str, Known]) -> dict[str, str]:
    found: dict[str, str] = {}
    for site in given:
        host, equals, tool_id = site.rpartition("=")
        if not equals or not host:
            raise click.UsageError(f"--site {site}: write HOST=TOOL, for example trac.example.org=trac")
        if tool_id not in known:
            raise click.UsageError(f"--site {site}: there is no tool file {tool_id!r}")
        found[host.lower()] = tool_id
    return found


def _known(files: Sequence[Path]) -> dict[str, Known]:
    """Every tool file there is, by id; of several of one id the first in order is the one in force."""
    found: dict[str, Known] = {}
    for known in (*map(_given, files), *_own(), *(Known(tool, "bundled") for tool in bundled_tools())):
        found.setdefault(known.tool["id"], known)
    return found


def _given(file: Path) -> Known:
    tool = _read(file)
    problems = problems_of(tool)
    if problems:
        first = problems[0]
        raise click.ClickException(f"{file}: {first.pointer}: {first.detail} (`handclasp tools check {file}` has all)")
    return Known(tool, str(file))


def _own() -> list[Known]:
    """The organisation's own files; without them, said on standard error, where the database cannot be asked."""
    if not _has_database():
        return []
    try:
        return _stored()
    except SQLAlchemyError:
        click.echo("The database does not answer: the organisation's own files are left out.", err=True)
        return []


def _stored() -> list[Known]:
    with create_app(Config.from_environment()).app_context():
        try:
            with db.engine.connect() as connection:
                current = is_current(connection)
            if not current:
                click.echo("The organisation's own files are left out: run `handclasp migrate` first.", err=True)
                return []
            found = [tool for each in organisations()[:1] for tool in own_tools(each.organisation_id)]
        finally:
            db.engine.dispose()
    return [Known(one.tool, "the organisation's own") for one in found]


def _has_database() -> bool:
    """True where a server has been set up. Nothing is made by looking."""
    url = os.environ.get("HANDCLASP_DATABASE_URL")
    if url and not is_sqlite(url):
        return True
    folder = REPOSITORY if (REPOSITORY / "pyproject.toml").is_file() else Path()
    data_dir = Path(os.environ.get("HANDCLASP_DATA_DIR", folder / "var")).expanduser()
    return Path(str(make_url(url).database) if url else data_dir / "handclasp.sqlite3").is_file()


def _check(file: Path) -> bool:
    tool = _read(file)
    problems = [f"{problem.pointer}: {problem.detail}" for problem in problems_of(tool)]
    if not problems and file.stat().st_size > MAX_BODY:
        problems = [f"#: is larger than {MAX_BODY // 1024} KiB, the most that a server takes"]
    for problem in problems:
        click.echo(f"{file}: {problem}")
    return not problems and _holds(file, tool)


def _holds(file: Path, tool: Tool) -> bool:
    """Hold a good tool file against its vectors, and say how it went."""
    path = vectors.vectors_file(file, tool["id"])
    kinds = _counted(len({item["kind"] for item in tool["items"]}), "kind")
    if path is None:
        click.echo(f"ok: {tool['id']}: {kinds}, no vectors found")
        return True
    others = [other for other in bundled_tools() if other["id"] != tool["id"]]
    try:
        outcome = vectors.run(path, [tool, *others])
    except ValueError as error:
        raise click.ClickException(f"{path} is no file of vectors: {error}") from error
    for failed in outcome.failed:
        click.echo(f"{file}: {failed}")
    if not outcome.failed:
        click.echo(f"ok: {tool['id']}: {kinds}, {_counted(outcome.vectors, 'vector')} passed")
    return not outcome.failed


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise click.ClickException(f"{file} is not JSON: {error}") from error
