"""The command line: `handclasp COMMAND`. Each command says what it did, or what to do."""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import IO, cast
from uuid import UUID

import click
from flask import Flask

from . import __version__, doctor, worker
from .app import create_app
from .auth import service as sign_in
from .auth import tokens
from .config import REPOSITORY, Config, ConfigError
from .contract import openapi
from .db import db
from .errors import Problem
from .exports.service import Dataset, Format, take_out
from .migrations import is_current, upgrade
from .people import service as people
from .people.models import Member, Organisation, Role
from .policy import founding
from .policy.models import Attribution
from .policy.service import POOLED_FROM, suggested_attribution
from .privacy import leavers
from .privacy import service as privacy
from .sealing import rotation
from .tools.commands import tools

CONTRACT_FILE = REPOSITORY / "shared-schemas" / "openapi.json"


@click.group()
@click.version_option(__version__)
def cli() -> None:
    """Rate a handoff and say thank you right where the work is."""


def main() -> None:
    """Run the command line; a refusal is one line on standard error and exit status 1."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        cli(standalone_mode=True)
    except (ConfigError, Problem) as error:
        click.echo(f"handclasp: {error}", err=True)
        for place in error.errors if isinstance(error, Problem) else ():
            click.echo(f"  {place['detail']}", err=True)
        sys.exit(1)


@contextmanager
def _application() -> Generator[tuple[Flask, Config]]:
    config = Config.from_environment()
    app = create_app(config)
    with app.app_context():
        yield app, config


def _the_organisation() -> Organisation:
    found = people.organisations()
    if not found:
        raise click.ClickException("there is no organisation yet: run `handclasp init` first")
    return found[0]


def _member(organisation_id: UUID, email: str) -> Member:
    found = people.member_by_email(organisation_id, email)
    if found is None:
        raise click.ClickException(f"{email} is no member yet: `handclasp invite {email}`")
    return found


def _print_link(config: Config, member: Member) -> None:
    link = sign_in.new_link(member.organisation_id, member.id)
    click.echo(f"One-time sign-in link for {member.name} ({member.email}):")
    click.echo(f"  {config.public_url}/sign-in/{link.secret}")
    click.echo(f"  or this code in the window that asks: {link.code}")
    click.echo(f"  Both work once, until {link.expires_at:%Y-%m-%d %H:%M} UTC.")


@cli.command()
@click.option("--organisation", default="My organisation", show_default=True, help="Its name.")
@click.option("--admin-email", default="admin@localhost", show_default=True, help="Who administers it.")
@click.option("--admin-name", default="Admin", show_default=True)
@click.option(
    "--attribution",
    type=click.Choice([choice.value for choice in Attribution]),
    help="Who sees a single rating: its subject, by name (open), or nobody but its rater (pooled).",
)
@click.option("--people", "size", type=click.IntRange(min=1), help="How many will use it; suggests the attribution.")
def init(organisation: str, admin_email: str, admin_name: str, attribution: str | None, size: int | None) -> None:
    """Prepare the database; on the first run make the organisation and its admin. Again, it changes nothing.

    Without --attribution it asks on a terminal; elsewhere it is open, and from 25 --people on pooled.
    """
    config = Config.from_environment()
    upgrade(config)
    with _application():
        privacy.replay(config)
        standing = people.organisations()
        if standing:
            click.echo(f"{standing[0].name} is ready. `handclasp sign-in EMAIL` makes a new sign-in link.")
            if attribution is not None:
                click.echo("Its policy stays as it is; an admin changes it in the console, under Policy.")
            return
        chosen = Attribution(attribution) if attribution else _choose_attribution(size or 1)
        admin = founding.found_organisation(organisation, admin_email, admin_name, chosen)
        click.echo(
            f"{organisation} is ready. Ratings are {chosen}; an admin can change that in the console, under Policy."
        )
        _print_link(config, admin)


def _choose_attribution(size: int) -> Attribution:
    suggested = suggested_attribution(size)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return suggested
    click.echo("Who sees a single rating?")
    click.echo("  open    The colleague sees each rating within seconds, with the name of who gave it.")
    click.echo("  pooled  Nobody but its rater; colleagues get them together, on fixed dates, once enough have rated.")
    click.echo(
        f"  Under {POOLED_FROM} people open suits: pooled would show almost nothing. From {POOLED_FROM} on, pooled."
    )
    choices = click.Choice([choice.value for choice in Attribution])
    return Attribution(click.prompt("Ratings are", type=choices, default=suggested.value))


@cli.command()
def migrate() -> None:
    """Bring the database to this version."""
    upgrade(Config.from_environment())
    click.echo("The database is up to date.")


@cli.command()
@click.argument("email")
@click.option("--name", help="As colleagues know them; read off the address when not given.")
@click.option("--team", help="Made if new.")
@click.option("--role", type=click.Choice([role.value for role in Role]), default="member", show_default=True)
def invite(email: str, name: str | None, team: str | None, role: str) -> None:
    """Make EMAIL a member and print their one-time link."""
    with _application() as (_, config):
        member, is_new = people.add_member(
            _the_organisation().organisation_id, email, name=name, team=team, role=Role(role)
        )
        if not is_new:
            click.echo(f"{member.name} ({member.email}) is a member already; name, team and role stay as they are.")
        _print_link(config, member)


@cli.command("sign-in")
@click.argument("email")
def sign_in_link(email: str) -> None:
    """Print a new one-time link for a member. Earlier ones stop working."""
    with _application() as (_, config):
        _print_link(config, _member(_the_organisation().organisation_id, email))


@cli.command()
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(email: str, yes: bool) -> None:
    """Erase a member everywhere, for good. A restored backup erases them again at the next start."""
    with _application() as (_, config):
        member = _member(_the_organisation().organisation_id, email)
        if not yes:
            click.confirm(f"Erase {member.name} ({member.email})? It cannot be undone.", abort=True)
        privacy.erase(config.data_dir, member.organisation_id, member.id)
        click.echo(f"{member.name} is erased.")
        click.echo(
            "  Gone: name, address, handles, sign-ins; ratings of them and notes to them; agreements and repairs"
        )
        click.echo("  with them; their own releases; pooled ratings by or about them that were still to be released.")
        click.echo("  Kept, without a name: the notes and open ratings that colleagues received from them.")
        click.echo("  Figures that were published stay as they are.")


@cli.command()
@click.argument("email")
def leave(email: str) -> None:
    """Note that a member has left: they cannot sign in, be rated or written to. `invite` brings them back."""
    with _application():
        member = _member(_the_organisation().organisation_id, email)
        leavers.leave(member.organisation_id, member.id)
        click.echo(f"{member.name} has left. What they gave stays; `handclasp erase {member.email}` would forget them.")


@cli.command()
@click.argument("email")
@click.argument("team", required=False)
@click.option("--no-team", is_flag=True, help="Into no team.")
def move(email: str, team: str | None, no_team: bool) -> None:
    """Put a member into TEAM, made if new. What was given and received keeps the teams of its day."""
    if (team is None) is not no_team:
        raise click.UsageError("name the team, or say --no-team")
    with _application():
        member = _member(_the_organisation().organisation_id, email)
        moved = people.move(member.organisation_id, member.id, team)
        click.echo(f"{moved.name} is in {moved.team.name if moved.team else 'no team'} now.")


@cli.command()
@click.argument("from_email")
@click.argument("into_email")
@click.option("--yes", is_flag=True, help="Do not ask.")
def merge(from_email: str, into_email: str, yes: bool) -> None:
    """Make two accounts of one person one: everything of FROM_EMAIL becomes INTO_EMAIL's."""
    with _application():
        organisation_id = _the_organisation().organisation_id
        former, into = _member(organisation_id, from_email), _member(organisation_id, into_email)
        if not yes:
            question = f"Make everything of {former.name} ({former.email}) {into.name}'s ({into.email})?"
            click.confirm(f"{question} It cannot be undone.", abort=True)
        leavers.merge(organisation_id, former.id, into.id)
        click.echo(f"{former.email} is no account any more; everything is {into.name}'s ({into.email}).")


@cli.command()
@click.argument("tool")
@click.argument("host")
@click.argument("handle")
@click.argument("email")
def alias(tool: str, host: str, handle: str, email: str) -> None:
    """Confirm that HANDLE in TOOL on HOST is the member EMAIL."""
    with _application():
        organisation_id = _the_organisation().organisation_id
        member = _member(organisation_id, email)
        people.confirm_alias(organisation_id, tool=tool, host=host, handle=handle, member_id=member.id)
        click.echo(f"{handle} in {tool} on {host} is {member.name}.")


@cli.command()
@click.argument("email")
@click.option("--label", default="Script", show_default=True, help="What it is for.")
def token(email: str, label: str) -> None:
    """Print a token with which scripts can export in the name of the admin EMAIL. It is shown this once."""
    with _application():
        member = _member(_the_organisation().organisation_id, email)
        if member.role is not Role.ADMIN:
            raise click.ClickException(f"{member.name} is no admin, and only admins export")
        click.echo(tokens.new_machine_token(member.organisation_id, member.id, label))


@cli.command("export")
@click.argument("dataset", type=click.Choice([dataset.value for dataset in Dataset]))
@click.option("--format", "format_", type=click.Choice([kind.value for kind in Format]), default="csv")
def export_command(dataset: str, format_: str) -> None:
    """Write a dataset to standard output."""
    # Into a file first: nothing is handed out before it is logged.
    with _application(), SpooledTemporaryFile(max_size=1024 * 1024, mode="w+b") as spooled:
        file = cast(IO[bytes], spooled)
        take_out(_the_organisation().organisation_id, None, Dataset(dataset), Format(format_), file)
        file.seek(0)
        shutil.copyfileobj(file, sys.stdout.buffer)


@cli.command("worker")
@click.option("--once", is_flag=True, help="Look at the calendar once and tidy up, instead of until stopped.")
@click.option("--beside", type=int, hidden=True)
def worker_command(once: bool, beside: int | None) -> None:
    """Make releases on their dates, and tidy up at night. `handclasp serve` runs one beside it."""
    logging.getLogger("handclasp").setLevel(logging.INFO)
    with _application() as (_, config):
        with db.engine.connect() as connection:
            if not is_current(connection):
                raise click.ClickException("the database is not prepared for this version: run `handclasp init` first")
        privacy.replay(config)
        if beside is not None:
            # Ctrl-C reaches all of the terminal's processes; the server ends us when it has ended itself.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        if once:
            worker.turn(nightly=True)
        else:
            worker.work(beside)


@cli.command()
@click.option("--without-worker", is_flag=True, help="Run `handclasp worker` elsewhere: releases need one somewhere.")
def serve(without_worker: bool) -> None:
    """Serve until stopped, with gunicorn and gevent workers, and the worker beside them."""
    with _application() as (_, config):
        with db.engine.connect() as connection:
            if not is_current(connection):
                raise click.ClickException("the database is not prepared for this version: run `handclasp init` first")
        privacy.replay(config)
    click.echo(f"Handclasp serves on {config.public_url} (stop with Ctrl-C).")
    sys.stdout.flush()
    shown_host = f"[{config.host}]" if ":" in config.host else config.host
    # A process of its own: gevent must patch the standard library before anything of ours is imported.
    arguments = [
        *(sys.executable, "-m", "gunicorn", "handclasp.wsgi:app"),
        *("--bind", f"{shown_host}:{config.port}"),
        *("--worker-class", "gevent", "--workers", str(config.workers), "--worker-connections", "1000"),
        *("--timeout", "30", "--graceful-timeout", "10", "--keep-alive", "5"),
        # gunicorn's own debug level writes each request's address, with its time: which rating came when.
        *("--log-level", "info" if config.log_level == "debug" else config.log_level),
        *("--name", "handclasp", "--no-control-socket"),
        # Proxies are trusted by HANDCLASP_TRUSTED_PROXIES alone; gunicorn itself believes no header.
        *("--forwarded-allow-ips", "", "--forwarder-headers", ""),
        *(() if without_worker else ("--config", "python:handclasp.beside")),
    ]
    os.execv(sys.executable, arguments)  # noqa: S606 - our own interpreter, no shell


@cli.command("rotate-secret")
def rotate_secret() -> None:
    """Replace the server's secret, and wrap the keys of pooled ratings anew. Stopped halfway, run it again."""
    with _application() as (_, config):
        done = rotation.rotate(config, [organisation.organisation_id for organisation in people.organisations()])
    if done.made:
        click.echo(f"A new secret stands in {config.secret_file}. Keep it with the next backup.")
    else:
        click.echo("The secret is new already.")
    keys = "1 key rests" if done.wrapped == 1 else f"{done.wrapped} keys rest"
    click.echo(f"{keys} under it from now on. Nothing was lost; restart the server when it suits you.")


@cli.command("doctor")
def doctor_command() -> None:
    """Check the likeliest mistakes and say how to mend them."""
    findings = doctor.examine()
    for finding in findings:
        click.echo(f"{'ok  ' if finding.fine else 'MEND'}  {finding.what}")
        if not finding.fine:
            click.echo(f"      {finding.advice}")
    if not all(finding.fine for finding in findings):
        sys.exit(1)


@cli.command()
@click.option("--write", is_flag=True, help="Write it to shared-schemas/openapi.json.")
def contract(write: bool) -> None:
    """Print the API's contract (OpenAPI 3.1), generated from the schemas."""
    with _application() as (app, _):
        text = json.dumps(openapi(app), indent=2, ensure_ascii=False) + "\n"
    if write:
        CONTRACT_FILE.write_text(text, "utf-8")
    else:
        click.echo(text, nl=False)


cli.add_command(tools)
