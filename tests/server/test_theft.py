"""Rule 3, from the thief's side: a quarter of pooled ratings by the API, then the database is stolen.

The thief has the database file and its log (or a dump of PostgreSQL) and every log line; knows every member, every
note with its time, every item, and even the ids of all ratings; and has neither the server's secret nor the server.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import logging
import math
import random
import sqlite3
import uuid
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask
from sqlalchemy import select, text, update

from handclasp.app import create_app
from handclasp.auth.models import AccessToken
from handclasp.db import db, reading, writing
from handclasp.limits import service as limits
from handclasp.migrations import upgrade
from handclasp.people.models import Member
from handclasp.ratings import sealed
from handclasp.ratings.models import SealedRating
from handclasp.releases.models import Release
from handclasp.releases.service import release_due
from handclasp.sealing import service as sealing
from handclasp.sealing.models import SealingKey
from tests.conftest import TEMPLATE, settings
from tests.support.client import ApiClient
from tests.support.office import Clock, Office, Person, item, moving_clock
from tests.support.pooled import forward_to, pool
from tests.support.postgres import APP, OWNER, PostgresCluster
from tests.support.server import HandclaspServer

MEMBERS = 30
RATINGS = 300
NOTES = 60
VERDICTS = ("missed", "met", "exceeded")


@dataclass
class Given:
    """One rating as it was given: what the thief would like to know."""

    id: uuid.UUID
    rater: Person
    subject: Person
    item_key: str
    handle: str
    revision: int = 1
    withdrawn: bool = False


@dataclass
class Quarter:
    """What happened, and where it rests."""

    office: Office
    rng: random.Random
    given: list[Given] = field(default_factory=list[Given])
    log_lines: list[str] = field(default_factory=list[str])
    log_sizes: list[int] = field(default_factory=list[int])
    wal: Path | None = None
    gone: list[bytes] = field(default_factory=list[bytes])

    @property
    def app(self) -> Flask:
        return self.office.app

    def rate(self, number: int) -> None:
        """A new rating, on an item that nothing else is ever said of; half of the subjects are named by handle."""
        rater, subject = self.rng.sample(list(self.office.people.values()), 2)
        made = Given(
            uuid.UUID(int=self.rng.getrandbits(128), version=4), rater, subject, f"rated-{number}-only", handle(subject)
        )
        answer = self._put(made, self.rng.choice(VERDICTS))
        assert answer == 201
        self.given.append(made)

    def change(self) -> None:
        """An early rating is changed, withdrawn, or given again; once it is released that is refused."""
        made = self.rng.choice(self.given)
        made.revision += 1
        if self.rng.random() < 0.3:
            answer = made.rater.call("DELETE", f"/api/v1/ratings/{made.id}?revision={made.revision}").status_code
            made.withdrawn = made.withdrawn or answer == 200
        else:
            answer = self._put(made, self.rng.choice(VERDICTS))
            made.withdrawn = made.withdrawn and answer != 200
        assert answer in (200, 409, 404, 201), answer
        if answer == 201:  # it had been withdrawn before a release, and is new now
            made.withdrawn = False

    def _put(self, made: Given, verdict: str) -> int:
        named = {"handle": made.handle} if self.rng.random() < 0.5 else {"member": made.subject.id}
        more = {"cause": "capacity"} if verdict == "missed" else {}
        answer = made.rater.rate(
            made.subject,
            verdict,
            id=made.id,
            revision=made.revision,
            item=item(made.item_key, title=f"Title of {made.item_key}"),
            subject=named,
            what_would_have_helped=None,
            **more,
        )
        if self.wal is not None and answer.is_success:
            self.log_sizes.append(self.wal.stat().st_size)
        return answer.status_code

    def note(self, number: int) -> None:
        author, recipient = self.rng.sample(list(self.office.people.values()), 2)
        assert author.thank(recipient, item=item(f"noted-{number}")).status_code == 201

    def misuse(self) -> None:
        """What goes wrong must not talk, either."""
        made = self.rng.choice(self.given)
        other = next(person for person in self.office.people.values() if person not in (made.rater, made.subject))
        assert other.rate(made.subject, id=made.id).status_code in (404, 201)
        assert made.rater.rate(made.rater).status_code == 422
        assert made.rater.rate(made.subject, "missed").status_code == 422
        assert other.get(f"/api/v1/ratings/{made.id}").status_code == 404
        made.rater.get(f"/api/v1/ratings/{made.id}")
        self.office.admin.get("/api/v1/exports/ratings?format=csv")

    def night(self) -> None:
        """What the worker does: releases that are due, counts forgotten, rows written anew."""
        with self.app.app_context():
            self.gone += sealed_bodies(self)
            release_due(self.office.organisation_id)
            with writing(self.office.organisation_id) as session:
                limits.empty(session, self.office.organisation_id)
            with writing(self.office.organisation_id) as session:
                sealed.shuffle(session, self.office.organisation_id)
            standing = set(sealed_bodies(self))
            self.gone = [body for body in self.gone if body not in standing]


def handle(person: Person) -> str:
    return f"handle-of-{person.member.name.lower()}"


def sealed_bodies(quarter: Quarter) -> list[bytes]:
    return [row.body for row in rows_of(quarter) if row.body is not None]


def rows_of(quarter: Quarter) -> Sequence[SealedRating]:
    with quarter.app.app_context(), reading(quarter.office.organisation_id) as session:
        mine = select(SealedRating).where(SealedRating.organisation_id == quarter.office.organisation_id)
        return session.execute(mine).scalars().all()


class Lines(logging.Handler):
    """Keeps every line of every logger, but those of the people's own clients."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self.lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith(("httpx", "httpcore")):
            self.lines.append(self.format(record))


def play(app: Flask, clock: Clock, wal: Path | None) -> Quarter:
    """January to the middle of March, with releases on 1 February and 1 March. The same each time."""
    forward_to(clock, datetime(clock.now().year + 1, 1, 4, 8, tzinfo=UTC))
    office = Office(app)
    pool(office, k=5, colluders=1, breakdown="tool", teammates_rate=True)
    quarter = Quarter(office, random.Random(20270104), wal=wal)
    for number in range(MEMBERS):
        person = office.person(f"person{number:02}", team=f"Team {number % 5}")
        office.alias(handle(person), person)
    with app.app_context(), writing(office.organisation_id) as session:
        # Tokens last an hour; the people of this story do not sign in anew each morning.
        session.execute(update(AccessToken).values(expires_at=datetime(clock.now().year + 1, 1, 1, tzinfo=UTC)))
    logger = logging.getLogger()
    before, handler = logger.level, Lines(quarter.log_lines)
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        _play_months(quarter, clock)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
    return quarter


def _play_months(quarter: Quarter, clock: Clock) -> None:
    rng, year = quarter.rng, clock.now().year
    acts = ["rate"] * RATINGS + ["note"] * NOTES + ["change"] * (RATINGS // 4) + ["misuse"] * 6
    rng.shuffle(acts)
    starts = [
        datetime(year, 1, 4, 8, tzinfo=UTC),
        datetime(year, 2, 1, 8, tzinfo=UTC),
        datetime(year, 3, 1, 8, tzinfo=UTC),
    ]
    share = math.ceil(len(acts) / len(starts))
    for month, start in enumerate(starts):
        forward_to(clock, start)
        quarter.night()
        for number, act in enumerate(acts[month * share : (month + 1) * share], start=month * share):
            clock.forward(minutes=rng.uniform(20, 120))
            if act == "rate" or not quarter.given:
                quarter.rate(number)
            elif act == "note":
                quarter.note(number)
            elif act == "change":
                quarter.change()
            else:
                quarter.misuse()
        _move_somebody(quarter)
    quarter.night()
    logging.getLogger("handclasp").debug("the handler hears")
    # The last thing before the theft is a note: it leaves its own trace in the log of SQLite.
    quarter.note(9999)


def _move_somebody(quarter: Quarter) -> None:
    first, second, *_ = quarter.office.people.values()
    with quarter.app.app_context(), writing(quarter.office.organisation_id) as session:
        session.execute(update(Member).where(Member.id == first.member.id).values(team_id=second.member.team_id))


@pytest.fixture(scope="module")
def stolen_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Quarter, Path]]:
    folder = tmp_path_factory.mktemp("stolen")
    config = settings(folder)
    upgrade(config)
    app = create_app(config)
    with moving_clock() as clock:
        quarter = play(app, clock, folder / "handclasp.sqlite3-wal")
        yield quarter, folder
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def stolen_postgresql(
    tmp_path_factory: pytest.TempPathFactory, cluster: PostgresCluster
) -> Iterator[tuple[Quarter, bytes]]:
    name = f"handclasp_stolen_{uuid.uuid4().hex[:8]}"
    cluster.create_database(name, TEMPLATE)
    app = create_app(settings(tmp_path_factory.mktemp("stolen"), cluster.url(name, APP), cluster.url(name, OWNER)))
    with moving_clock() as clock:
        quarter = play(app, clock, None)
        yield quarter, cluster.dump(name)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stolen(request: pytest.FixtureRequest) -> tuple[Quarter, bytes]:
    """What happened, and every byte the thief has."""
    if request.param == "postgresql":
        quarter, dump = request.getfixturevalue("stolen_postgresql")
        return quarter, dump
    quarter, folder = request.getfixturevalue("stolen_sqlite")
    return quarter, b"".join(path.read_bytes() for path in sorted(folder.glob("handclasp.sqlite3*")))


def written(raw: bytes) -> list[bytes]:
    """The ways in which bytes may stand in a file or a dump."""
    return [raw, raw.hex().encode(), raw.hex().upper().encode()]


def test_rule_03_the_story_is_what_it_should_be(stolen: tuple[Quarter, bytes]) -> None:
    """Enough of everything; else what follows would prove little."""
    quarter, loot = stolen
    rows = rows_of(quarter)
    assert len(quarter.given) >= RATINGS
    assert sum(row.body is None for row in rows) >= 100
    assert sum(row.body is not None for row in rows) >= 80
    assert sum(made.withdrawn for made in quarter.given) >= 5
    assert len(quarter.gone) >= 200
    with quarter.app.app_context(), reading(quarter.office.organisation_id) as session:
        releases = session.execute(
            select(Release).where(Release.organisation_id == quarter.office.organisation_id)
        ).scalars()
        assert len(list(releases)) >= 5
    # The search below finds what is there: the notes' items, their people, the aliases.
    for known in ("noted-9999", "person07@example.org", "handle-of-person07", "Thank you."):
        assert known.encode() in loot


def test_rule_03_no_id_item_or_title_stands_anywhere(stolen: tuple[Quarter, bytes]) -> None:
    quarter, loot = stolen
    lines = "\n".join(quarter.log_lines).encode()
    for made in quarter.given:
        for trace in (*written(made.id.bytes), str(made.id).encode(), made.item_key.encode()):
            assert trace not in loot
            assert trace not in lines
    assert b"rated-" not in loot


def test_rule_03_the_log_names_nobody(stolen: tuple[Quarter, bytes]) -> None:
    quarter, _ = stolen
    lines = "\n".join(quarter.log_lines)
    assert "the handler hears" in lines
    for person in quarter.office.people.values():
        for trace in (person.id, person.member.id.hex, person.member.email, handle(person), person.token):
            assert trace not in lines
    for verdict in ("missed", "exceeded", "verdict", "/api/v1/ratings/"):
        assert verdict not in lines


def test_rule_03_no_name_can_be_computed_without_the_secret(stolen: tuple[Quarter, bytes]) -> None:
    """Every guess at a key that the database offers, for every id, slot and bucket that the thief can think of."""
    quarter, _ = stolen
    stored: set[bytes] = set()
    for row in rows_of(quarter):
        stored |= {name for name in (row.id_mac, row.slot, row.bucket) if name is not None}
    organisation_id = quarter.office.organisation_id
    with quarter.app.app_context(), reading(organisation_id) as session:
        keys = session.execute(select(SealingKey).where(SealingKey.organisation_id == organisation_id)).scalars()
        guesses = [b"", organisation_id.bytes, str(organisation_id).encode(), b"handclasp", b"names"]
        for key in keys:
            guesses += [key.wrapped, key.secret_id, key.wrapped[:32], key.wrapped[12:44], key.wrapped[-32:]]
        own = sealing.keys(session, organisation_id).names
    assert own is not None
    found = 0
    for made in quarter.given:
        for guess in guesses:
            found += len(stored & set(names_of(sealing.Names(guess), made)))
            found += len({hmac.digest(guess, made.id.bytes, "sha256"), hashlib.sha256(made.id.bytes).digest()} & stored)
    assert found == 0
    # With the key they are found: the guesses were of the right form.
    assert sum(sealed.id_mac(own, made.id) in stored for made in quarter.given) >= 200
    assert any(stored & set(names_of(own, made)[1:]) for made in quarter.given)


def names_of(names: sealing.Names, made: Given) -> list[bytes]:
    mac = sealed.item_mac(names, "trac", "trac.example.org", made.item_key)
    year = date.today().year + 1  # noqa: DTZ011 - only the year of the story
    return [
        sealed.id_mac(names, made.id),
        sealed.slot_of(names, made.rater.member.id, mac, made.subject.member.id, sealed.Direction.SERVICE),
        *(names.mac("bucket", made.subject.member.id, "service", date(year, month, 1)) for month in (2, 3, 4)),
    ]


def test_rule_03_every_row_looks_like_every_other(stolen: tuple[Quarter, bytes]) -> None:
    """No column but names, a release date and a body; bodies of one length, without pattern, never twice the same."""
    quarter, _ = stolen
    assert set(SealedRating.__table__.columns.keys()) == {
        "organisation_id", "id_mac", "slot", "bucket", "period", "body",
    }  # fmt: skip
    rows = rows_of(quarter)
    assert {len(row.id_mac) for row in rows} == {len(row.slot) for row in rows} == {32}
    waiting = [row for row in rows if row.body is not None]
    assert {len(row.body or b"") for row in waiting} == {12 + 256 + 16}
    assert {len(row.bucket or b"") for row in waiting} == {32}
    assert {row.period for row in waiting} == {date(max(row.period for row in waiting if row.period).year, 4, 1)}
    assert all((row.bucket, row.period) == (None, None) for row in rows if row.body is None)
    bodies = [row.body or b"" for row in waiting]
    assert len({body[:12] for body in bodies}) == len(bodies)
    everything = b"".join(bodies)
    assert len(zlib.compress(everything, 9)) > 0.999 * len(everything)
    for person in quarter.office.people.values():
        assert person.member.id.bytes not in everything


def test_rule_03_no_body_opens_with_what_was_stolen(stolen: tuple[Quarter, bytes]) -> None:
    quarter, _ = stolen
    organisation_id = quarter.office.organisation_id
    row = next(row for row in rows_of(quarter) if row.body is not None)
    with quarter.app.app_context(), reading(organisation_id) as session:
        keys = session.execute(select(SealingKey).where(SealingKey.organisation_id == organisation_id)).scalars().all()
    identity = sealed._identity(organisation_id, row.id_mac, row.period or date.min)
    guesses = [bytes(32), organisation_id.bytes * 2, row.id_mac, row.slot, row.bucket or b""]
    for key in keys:
        if key.wrapped:
            guesses += [key.wrapped[:32], key.wrapped[12:44], key.wrapped[-32:], key.secret_id * 4]
    for guess in guesses:
        for aad in (identity, b"", None):
            with pytest.raises(InvalidTag):
                AESGCM(guess).decrypt((row.body or b"")[:12], (row.body or b"")[12:], aad)


def given_order(quarter: Quarter) -> dict[bytes, int]:
    """When each row that still waits was given, as only the server can know."""
    organisation_id = quarter.office.organisation_id
    with quarter.app.app_context(), writing(organisation_id) as session:
        waiting = [
            row
            for period in sealed.periods(session, organisation_id)
            for row in sealed._all(session, organisation_id, period)
        ]
        session.rollback()
    waiting.sort(key=lambda row: row.body.given_at)
    return {row.id_mac: number for number, row in enumerate(waiting)}


def rank_z(places: dict[bytes, int], given: dict[bytes, int]) -> float:
    """How far two orders agree, in standard deviations of what chance does (Spearman)."""
    shared = sorted(set(places) & set(given), key=lambda name: places[name])
    order = sorted(shared, key=lambda name: given[name])
    by_given = {name: rank for rank, name in enumerate(order)}
    n = len(shared)
    spread = sum((rank - by_given[name]) ** 2 for rank, name in enumerate(shared))
    return (1 - 6 * spread / (n * (n * n - 1))) * math.sqrt(n - 1)


@pytest.mark.postgresql
def test_rule_03_the_order_in_a_dump_is_not_that_of_giving(stolen_postgresql: tuple[Quarter, bytes]) -> None:
    quarter, dump = stolen_postgresql
    given = given_order(quarter)
    places = {name: dump.index(b"\\x" + name.hex().encode()) for name in given}
    assert len(places) >= 80
    z = rank_z(places, given)
    print(f"order in the dump against order of giving: z = {z:.2f} over {len(places)} rows")
    assert abs(z) < 4


@pytest.mark.postgresql
def test_rule_03_no_row_tells_its_transaction(stolen_postgresql: tuple[Quarter, bytes]) -> None:
    """PostgreSQL keeps with each row the transaction that wrote it, as it does with notes, whose times are known."""
    quarter, _ = stolen_postgresql
    with quarter.app.app_context(), reading(quarter.office.organisation_id) as session:
        transactions = session.execute(text("SELECT DISTINCT xmin::text FROM sealed_rating")).scalars().all()
    assert len(transactions) == 1


def test_rule_03_the_place_in_the_file_is_not_that_of_giving(stolen_sqlite: tuple[Quarter, Path]) -> None:
    """Inside each page of the file, too: rows lie there in the order in which they were written last."""
    quarter, folder = stolen_sqlite
    file = (folder / "handclasp.sqlite3").read_bytes()
    given = given_order(quarter)
    pages: dict[int, dict[bytes, int]] = {}
    page_size = int.from_bytes(file[16:18], "big")
    for name in given:
        at = -1
        while (at := file.find(name, at + 1)) >= 0:
            pages.setdefault(at // page_size, {})[name] = at
    z, pairs = agreement(pages.values(), given)
    print(f"place within the page against order of giving: z = {z:.2f} over {pairs} pairs in {len(pages)} pages")
    assert pairs >= 200
    assert abs(z) < 4


def agreement(pages: Iterable[dict[bytes, int]], given: dict[bytes, int]) -> tuple[float, int]:
    """How far places and order of giving agree, pair by pair (Kendall), in standard deviations of chance."""
    score = pairs = 0
    variance = 0.0
    for places in pages:
        names = sorted(places, key=lambda name: places[name])
        n = len(names)
        for first, second in itertools.combinations(names, 2):
            score += 1 if given[first] < given[second] else -1
            pairs += 1
        variance += n * (n - 1) * (2 * n + 5) / 18
    return score / math.sqrt(variance), pairs


def test_rule_03_the_write_ahead_log_forgets_at_once(stolen_sqlite: tuple[Quarter, Path]) -> None:
    """After each write of a sealed row the log is empty: else its frames, in order, would tell who came when."""
    quarter, folder = stolen_sqlite
    assert len(quarter.log_sizes) >= RATINGS
    assert set(quarter.log_sizes) == {0}
    log = (folder / "handclasp.sqlite3-wal").read_bytes()
    assert b"noted-9999" in log  # the note came after
    for row in rows_of(quarter):
        assert row.id_mac not in log


def test_rule_03_what_was_released_or_changed_is_erased(stolen: tuple[Quarter, bytes]) -> None:
    """Bodies that were replaced or released, and the keys of closed periods, are nowhere, not even in free pages."""
    quarter, loot = stolen
    for body in quarter.gone:
        for trace in written(body[:32]):
            assert trace not in loot
    with quarter.app.app_context(), reading(quarter.office.organisation_id) as session:
        keys = session.execute(
            select(SealingKey).where(SealingKey.organisation_id == quarter.office.organisation_id)
        ).scalars()
        lengths = {key.purpose[5:]: len(key.wrapped) for key in keys}
    assert (lengths["02-01"], lengths["03-01"]) == (0, 0)
    assert lengths["04-01"] > 32


@pytest.mark.postgresql
def test_rule_03_postgresql_logs_no_line(stolen_postgresql: tuple[Quarter, bytes], cluster: PostgresCluster) -> None:
    """A violated constraint would stand in its log, with the names and the time."""
    office = Office(stolen_postgresql[0].app)
    pool(office)
    tomas, ana = office.person("tomas"), office.person("ana")
    first = uuid.uuid4()
    tomas.rate(ana, id=first)
    assert tomas.rate(ana).status_code == 409
    tomas.call("DELETE", f"/api/v1/ratings/{first}?revision=2")
    assert tomas.rate(ana, "exceeded").status_code == 201
    assert tomas.rate(ana, id=first, revision=3).status_code == 409
    lines = cluster.log.read_text(errors="replace")
    assert "database system is ready" in lines
    for word in ("sealed_rating", "tally", first.hex, str(first)):
        assert word not in lines


def test_rule_03_a_served_process_with_several_workers_forgets_too(tmp_path: Path) -> None:
    """The shipped server, two workers, talkative log: with readers in between, the next write empties the log."""
    server = HandclaspServer({"HANDCLASP_LOG_LEVEL": "debug"}, log=tmp_path / "log")
    server.cli("init", "--admin-email", "admin@example.org", "--attribution", "pooled")
    with server:
        server.invite("ana@example.org", "Ana Ruiz")
        tomas = ApiClient(server.url, server.invite("tomas@example.org", "Tomas Weber"))
        ana = tomas.get("/people", q="ana")["items"][0]["id"]
        ids = [str(uuid.uuid4()) for _ in range(15)]
        for number, rating_id in enumerate(ids):
            tomas.put(f"/ratings/{rating_id}", rating_body(ana, f"rated-{number}"))
            tomas.get("/inbox")
        for number in range(4):  # one by each worker
            note = {"kind": "thanks", "recipient": {"member": ana}, "item": item("noted"), "text": f"Thanks {number}."}
            tomas.put(f"/notes/{uuid.uuid4()}", note)
        loot = b"".join(path.read_bytes() for path in sorted(server.data.glob("handclasp.sqlite3*")))
        log = (server.data / "handclasp.sqlite3-wal").read_bytes()
        # What goes wrong on the way is logged, too, but not what for.
        with closing(sqlite3.connect(server.data / "handclasp.sqlite3")) as broken:
            broken.execute("ALTER TABLE sealed_rating RENAME TO gone")
        with pytest.raises(httpx.HTTPStatusError, match="500"):
            tomas.get(f"/ratings/{ids[0]}")
        lines = server.log.read_text()
        tomas.close()
    assert "unhandled OperationalError" in lines
    assert b"Thanks 3." in loot
    for number, rating_id in enumerate(ids):
        assert uuid.UUID(rating_id).bytes not in loot
        assert uuid.UUID(rating_id).hex.encode() not in loot
        assert rating_id not in lines
        assert f"rated-{number}".encode() not in loot
    assert b"sealed" not in log
    for trace in ("Ana Ruiz", "ana@example.org", ana, "exceeded", "/api/v1/ratings"):
        assert trace not in lines


def rating_body(subject_id: str, key: str) -> dict[str, Any]:
    return {
        "revision": 1,
        "item": item(key),
        "subject": {"member": subject_id},
        "direction": "service",
        "verdict": "exceeded",
    }
