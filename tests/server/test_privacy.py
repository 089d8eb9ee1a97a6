"""Erasure, take-out, expiry, and being told of sign-ins (rule 15)."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, make_url, select

from handclasp import worker
from handclasp.app import create_app
from handclasp.auth.models import AccessToken, ConsoleSession, SignIn, SignInLink, TokenGrant
from handclasp.config import Config, ConfigError
from handclasp.db import db, is_sqlite, new_id, reading, utc_now, writing
from handclasp.errors import Problem
from handclasp.handoffs.models import Handoff, Item
from handclasp.migrations import upgrade
from handclasp.notes.models import Note
from handclasp.patterns.models import PatternFlag, PatternKind
from handclasp.people import service as people
from handclasp.policy import founding
from handclasp.policy.models import Attribution, Policy
from handclasp.privacy import service as privacy
from handclasp.privacy.record import Erased, path_in, remember, remembered
from handclasp.ratings.models import Rating, SealedRating
from handclasp.releases import service as releases
from handclasp.releases.models import Release
from tests.conftest import settings
from tests.support.office import Clock, Office, Person, item
from tests.support.server import PROGRAM


@pytest.fixture(autouse=True)
def empty_list(config: Config) -> None:
    """Tests share a data folder, and each begins with nobody erased."""
    path_in(config.data_dir).unlink(missing_ok=True)


def erase(office: Office, config: Config, person: Person) -> None:
    office.people = {name: other for name, other in office.people.items() if other is not person}
    with office.app.app_context():
        privacy.erase(config.data_dir, office.organisation_id, person.member.id)


def everything_stored(office: Office) -> str:
    """Every value of every row of the organisation, as text."""
    found: list[str] = []
    with office.app.app_context(), reading(office.organisation_id) as session:
        for table in db.metadata.sorted_tables:
            rows = session.execute(select(table).where(table.c.organisation_id == office.organisation_id))
            found += [f"{table.name} {row!r}" for row in rows]
    return "\n".join(found)


def busy_office(office: Office) -> tuple[Person, Person, Person]:
    """Ana, whom Tomas and Mei rate, thank and ask, and who does the same."""
    ana, tomas, mei = office.person("ana", "Design"), office.person("tomas", "Data"), office.person("mei", "Ops")
    office.alias("ana.cruz", ana)
    for colleague in (tomas, mei):
        colleague.rate(ana, "missed", item=item(f"about-ana-{colleague.id}"), what_would_have_helped="An early word.")
        colleague.thank(ana, "You saved my Monday.", item=item(f"thanks-ana-{colleague.id}"))
        ana.rate(colleague, "missed", item=item("by-ana"), what_would_have_helped="A second pair of eyes.")
        ana.thank(colleague, "Thanks, all of you.", item=None)
    tomas.thank(mei, "Between us.", item=item("others"))
    return ana, tomas, mei


def test_rule_15_an_erased_member_is_nowhere(office: Office, config: Config, clock: Clock) -> None:
    ana, tomas, mei = busy_office(office)
    ana.put(f"/api/v1/mutes/{mei.id}", {"kind": "mute"})
    tomas.put(f"/api/v1/mutes/{ana.id}", {"kind": "mute"})
    flag(office, ana, mei)
    clock.forward(seconds=11)
    erase(office, config, ana)
    stored = everything_stored(office)
    for trace in ("ana@example.org", "Ana", "ana.cruz", "about-ana", "thanks-ana", "saved my Monday", "An early word"):
        assert trace not in stored, trace
    # What she gave belongs to those who received it.
    for colleague in (tomas, mei):
        entries = {entry["text"]: entry for entry in colleague.inbox()}
        for kept in ("A second pair of eyes.", "Thanks, all of you."):
            assert entries[kept]["author"]["name"] == "A former colleague"
            assert entries[kept]["author"]["team"] is None
    assert "Between us." in stored
    # Her id is left where something counts or belongs to a colleague.
    naming = {line.split()[0] for line in stored.splitlines() if str(ana.member.id) in line}
    assert naming == {"member", "rating", "note", "erasure", "audit_entry"}


def test_rule_15_nothing_of_the_erased_is_left_in_the_files(office: Office, config: Config) -> None:
    """SQLite: neither in freed pages nor in the log beside the database."""
    if not is_sqlite(config.database_url):
        pytest.skip("PostgreSQL removes what is deleted when it vacuums")
    name, words = f"Zoe{uuid.uuid4().hex}", f"Thanks {uuid.uuid4().hex}"
    zoe, tomas = office.person(name), office.person("tomas")
    tomas.thank(zoe, words)
    files = [Path(str(make_url(config.database_url).database) + beside) for beside in ("", "-wal")]
    assert any(words.encode() in file.read_bytes() for file in files)
    erase(office, config, zoe)
    for file in files:
        for trace in (name, name.title(), name.lower(), words):
            assert trace.encode() not in file.read_bytes(), (file.name, trace)


def test_rule_15_an_erased_member_is_out_at_once(office: Office, config: Config) -> None:
    ana, tomas = office.person("ana"), office.person("tomas")
    ana.sign_in()
    erase(office, config, ana)
    assert ana.get("/api/v1/me").status_code == 401
    assert ana.browser.get("/").status_code == 302
    assert [person["name"] for person in tomas.get("/api/v1/people?q=former").json()["items"]] == []


def test_erasing_again_changes_nothing(office: Office, config: Config) -> None:
    ana = office.person("ana")
    erase(office, config, ana)
    before = everything_stored(office)
    erase(office, config, ana)
    assert everything_stored(office) == before
    assert len(remembered(config.data_dir)) == 1


def to(clock: Clock, office: Office, year: int, month: int, day: int) -> None:
    """Move the clock to noon of a day; everybody stays connected."""
    clock.ahead += datetime(year, month, day, 12, tzinfo=UTC) - utc_now()
    office.stay_connected()


def release_due(office: Office) -> None:
    with office.app.app_context():
        releases.release_due(office.organisation_id)


def agree_and_keep(customer: Person, provider: Person) -> str:
    """An agreement that was accepted and kept; returns its id."""
    expectation_id = str(uuid.uuid4())
    body = {
        "revision": 1,
        "provider": {"member": provider.id},
        "item": item("agreed"),
        "need": "The numbers",
        "due": None,
    }
    assert customer.put(f"/api/v1/expectations/{expectation_id}", body).status_code == 201
    for person, answer in ((provider, {"action": "accept"}), (customer, {"action": "done", "kept": True})):
        assert person.post(f"/api/v1/expectations/{expectation_id}/response", answer).status_code == 200
    return expectation_id


def figures(office: Office, *people: Person) -> dict[str, Any]:
    """Every figure that was published, as an admin and the people themselves read it."""
    paths = ("/api/v1/reports/teams", "/api/v1/reports/edges", "/api/v1/reports/agreements")
    shown: dict[str, Any] = {path: office.admin.get(path).json() for path in paths}
    return shown | {person.id: person.get("/api/v1/me/service").json()["releases"] for person in people}


@pytest.mark.parametrize("attribution", ["open", "pooled"])
def test_rule_15_erasing_breaks_no_count(app: Any, config: Config, clock: Clock, attribution: str) -> None:
    office = Office(app, Attribution(attribution))
    to(clock, office, 2030, 1, 10)
    providers = [office.person(f"provider{n}", "Design") for n in range(5)]
    customers = [office.person(f"customer{n}", "Sales") for n in range(6)]
    for provider in providers:
        for n, customer in enumerate(customers):
            assert customer.rate(provider, "met" if n % 2 else "exceeded", item=item(provider.id)).status_code == 201
            agree_and_keep(customer, provider)
    to(clock, office, 2030, 2, 2)
    release_due(office)
    staying = (*providers[1:], *customers[1:])
    before = figures(office, *staying)
    assert before["/api/v1/reports/teams"]["items"] or attribution == "pooled"
    assert before["/api/v1/reports/agreements"]["items"][0]["kept"] == 30
    if attribution == "pooled":
        assert all(before[provider.id] for provider in providers[1:])
    for person in (providers[0], customers[0]):
        erase(office, config, person)
        assert figures(office, *staying) == before
    assert subjects_of_releases(office) == {provider.member.id for provider in providers[1:] if attribution == "pooled"}
    # What was agreed with the erased is shown to nobody any more.
    listed = customers[1].get("/api/v1/expectations?side=asked_by_me").json()["items"]
    assert {one["provider"]["id"] for one in listed} == {provider.id for provider in providers[1:]}
    listed = providers[1].get("/api/v1/expectations?side=asked_of_me").json()["items"]
    assert {one["customer"]["id"] for one in listed} == {customer.id for customer in customers[1:]}
    for person in staying:
        assert all(entry["expectation"]["need"] for entry in person.inbox() if entry["kind"] == "expectation")


@pytest.mark.parametrize("who", ["rater0", "ana"])
def test_rule_15_what_waits_by_or_about_the_erased_is_never_released(
    pooled_office: Office, config: Config, clock: Clock, who: str
) -> None:
    office = pooled_office
    to(clock, office, 2030, 1, 10)
    ana = office.person("ana", "Design")
    for n in range(5):
        office.person(f"rater{n}", "Sales").rate(ana)
    assert sealed_rows(office) == 5
    erase(office, config, office.person(who))
    assert sealed_rows(office) == (4 if who == "rater0" else 0)
    to(clock, office, 2030, 2, 2)
    release_due(office)
    if who == "rater0":
        assert ana.get("/api/v1/me/service").json()["releases"] == []


def subjects_of_releases(office: Office) -> set[uuid.UUID | None]:
    with office.app.app_context(), reading(office.organisation_id) as session:
        own = select(Release.subject_id).where(
            Release.organisation_id == office.organisation_id, Release.subject_id.is_not(None)
        )
        return set(session.execute(own).scalars())


def sealed_rows(office: Office) -> int:
    with office.app.app_context(), reading(office.organisation_id) as session:
        return session.execute(
            select(func.count()).select_from(SealedRating).where(SealedRating.organisation_id == office.organisation_id)
        ).scalar_one()


class Copy:
    """All rows of an organisation, to be brought back as a backup brings them back."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._rows: dict[str, list[dict[str, Any]]] = {}
        with office.app.app_context(), reading(office.organisation_id) as session:
            for table in db.metadata.sorted_tables:
                found = session.execute(select(table).where(table.c.organisation_id == office.organisation_id))
                self._rows[table.name] = [dict(row) for row in found.mappings()]

    def bring_back(self) -> None:
        office = self._office
        with office.app.app_context(), writing(office.organisation_id) as session:
            for table in reversed(db.metadata.sorted_tables):
                session.execute(delete(table).where(table.c.organisation_id == office.organisation_id))
            for table in db.metadata.sorted_tables:
                if self._rows[table.name]:
                    session.execute(insert(table), self._rows[table.name])


def replay(office: Office, config: Config) -> int:
    with office.app.app_context():
        return privacy.replay(config)


def test_rule_15_a_restored_backup_forgets_again(office: Office, config: Config) -> None:
    ana, _, _ = busy_office(office)
    copy = Copy(office)
    erase(office, config, ana)
    copy.bring_back()
    assert "ana@example.org" in everything_stored(office)
    assert replay(office, config) == 1
    stored = everything_stored(office)
    assert "ana@example.org" not in stored
    assert "saved my Monday" not in stored
    assert replay(office, config) == 0


def test_rule_15_the_list_is_written_before_anything_is_erased(
    office: Office, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that fails between the two erases at its next start."""
    ana = office.person("ana")

    def fail(*_: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(privacy, "forget", fail)
    with pytest.raises(RuntimeError, match="the power went"):
        erase(office, config, ana)
    assert "ana@example.org" in everything_stored(office)
    monkeypatch.undo()
    assert replay(office, config) == 1
    assert "ana@example.org" not in everything_stored(office)


def test_a_lost_list_is_made_whole_from_the_database(office: Office, config: Config) -> None:
    ana = office.person("ana")
    copy = Copy(office)
    erase(office, config, ana)
    path_in(config.data_dir).unlink()
    assert replay(office, config) == 0
    assert ana.member.id in {entry.member_id for entry in remembered(config.data_dir)}
    copy.bring_back()
    assert replay(office, config) == 1


def test_the_only_admin_stays(office: Office, config: Config) -> None:
    office.person("ana")
    with pytest.raises(Problem, match="is the only admin"):
        erase(office, config, office.admin)
    assert remembered(config.data_dir) == []


class TestTheList:
    """The file beside the database."""

    @pytest.fixture
    def empty_list(self) -> None:
        """Each has a folder of its own."""

    def test_what_a_crash_left_of_the_lists_last_line_does_no_harm(self, tmp_path: Path) -> None:
        first, second = (Erased(utc_now(), uuid.uuid4(), uuid.uuid4()) for _ in range(2))
        remember(tmp_path, [first])
        with path_in(tmp_path).open("a") as file:
            file.write(second.line()[:40])
        assert remembered(tmp_path) == [first]
        remember(tmp_path, [second])
        assert remembered(tmp_path) == [first, second]

    def test_a_damaged_list_stops_the_start(self, tmp_path: Path) -> None:
        path_in(tmp_path).write_text("nonsense\n")
        with pytest.raises(ConfigError, match=r"line 1 of .* is damaged"):
            remembered(tmp_path)

    def test_the_list_is_for_its_owner_only(self, tmp_path: Path) -> None:
        remember(tmp_path, [Erased(utc_now(), uuid.uuid4(), uuid.uuid4())])
        assert path_in(tmp_path).stat().st_mode & 0o077 == 0


class TestTheCommand:
    """`handclasp erase`, as somebody types it, on a database that is copied and brought back."""

    @pytest.fixture
    def empty_list(self) -> None:
        """The command has a folder of its own."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        made = settings(tmp_path)
        upgrade(made)
        app = create_app(made)
        with app.app_context():
            admin = founding.found_organisation("Office", "admin@example.org", "Admin")
            people.add_member(admin.organisation_id, "ana@example.org")
            db.engine.dispose()
        return tmp_path

    def test_it_asks_first(self, folder: Path) -> None:
        assert "It cannot be undone" in handclasp(folder, "erase", "ana@example.org", answer="n\n", status=1)
        assert b"ana@example.org" in (folder / "handclasp.sqlite3").read_bytes()

    @pytest.mark.parametrize("start", ["init", "worker --once", "serve"])
    def test_rule_15_whatever_starts_on_a_restored_file_forgets_again(self, folder: Path, start: str) -> None:
        database = folder / "handclasp.sqlite3"
        shutil.copy(database, folder / "backup")
        assert "Ana is erased." in handclasp(folder, "erase", "ana@example.org", answer="y\n")
        assert b"ana@example.org" not in database.read_bytes()
        for beside in folder.glob("handclasp.sqlite3-*"):
            beside.unlink()
        shutil.copy(folder / "backup", database)
        assert b"ana@example.org" in database.read_bytes()
        with socket.create_server(("127.0.0.1", 0)) as taken:
            # Its address is taken, so that the server ends by itself, after it has begun.
            bind = f"127.0.0.1:{taken.getsockname()[1]}"
            handclasp(folder, *start.split(), status=int(start == "serve"), bind=bind)
        assert b"ana@example.org" not in database.read_bytes()


def handclasp(
    folder: Path, *arguments: str, answer: str | None = None, status: int = 0, bind: str = "127.0.0.1:8000"
) -> str:
    """Run the program on the data in `folder`; returns what it says."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("HANDCLASP_")}
    done = subprocess.run(
        [PROGRAM, *arguments],
        env=env | {"HANDCLASP_DATA_DIR": str(folder), "HANDCLASP_BIND": bind},
        input=answer,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stdout
    return done.stdout


def my_data(person: Person) -> dict[str, Any]:
    answer = person.get("/api/v1/me/data")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_rule_15_i_can_take_along_what_is_kept_about_me(office: Office, clock: Clock) -> None:
    ana, tomas, mei = busy_office(office)
    agree_and_keep(tomas, ana)
    ana.put(f"/api/v1/mutes/{mei.id}", {"kind": "block"})
    mei.thank(ana, "Never seen.")
    clock.forward(seconds=11)
    data = my_data(ana)
    assert (data["member"]["email"], data["member"]["team"]["name"]) == ("ana@example.org", "Design")
    assert [alias["handle"] for alias in data["aliases"]] == ["ana.cruz"]
    assert {(note["author"]["name"], note["hidden"]) for note in data["notes_received"]} == {
        ("Tomas", False), ("Mei", False), ("Mei", True),
    }  # fmt: skip
    assert [note["hidden"] for note in data["notes_written"]] == [None, None]
    assert {rating["rater"]["name"] for rating in data["ratings_received"]} == {"Tomas", "Mei"}
    assert {rating["subject"]["name"] for rating in data["ratings_given"]} == {"Tomas", "Mei"}
    assert [expectation["need"] for expectation in data["expectations"]] == ["The numbers"]
    assert len(data["repairs"]) == 4
    assert [mute["kind"] for mute in data["mutes"]] == ["block"]
    assert "extension" in {sign_in["way"] for sign_in in data["sign_ins"]}
    assert "Between us." not in json.dumps(data)
    assert "ana@example.org" not in json.dumps(my_data(tomas))


def test_rule_15_the_cause_of_a_missed_is_taken_along_by_its_rater_only(office: Office, clock: Clock) -> None:
    ana, tomas = office.person("ana"), office.person("tomas")
    tomas.rate(ana, "missed", cause="capacity")
    clock.forward(seconds=11)
    assert [rating["cause"] for rating in my_data(tomas)["ratings_given"]] == ["capacity"]
    assert [rating["cause"] for rating in my_data(ana)["ratings_received"]] == [None]


def test_an_open_rating_is_not_taken_along_before_it_is_seen(office: Office, clock: Clock) -> None:
    ana, tomas = office.person("ana"), office.person("tomas")
    tomas.rate(ana)
    assert my_data(ana)["ratings_received"] == []
    clock.forward(seconds=11)
    assert len(my_data(ana)["ratings_received"]) == 1


def test_rule_15_waiting_pooled_ratings_change_nothing_in_it(pooled_office: Office) -> None:
    ana, tomas = pooled_office.person("ana", "Design"), pooled_office.person("tomas", "Data")
    before = [person.get("/api/v1/me/data").content for person in (ana, tomas)]
    rated = tomas.rate(ana)
    assert (rated.status_code, rated.json()["attribution"]) == (201, "pooled")
    assert [person.get("/api/v1/me/data").content for person in (ana, tomas)] == before


def test_the_console_shows_and_gives_the_same(office: Office, clock: Clock) -> None:
    ana, _, _ = busy_office(office)
    clock.forward(seconds=11)
    ana.sign_in()
    assert "What is kept about you" in ana.browser.get("/my-data").text
    file = ana.browser.get("/my-data.json")
    assert file.json() == my_data(ana)
    assert file.headers["Content-Disposition"].startswith("attachment")


class TestSignInsAreTold:
    """Rule 15: each new sign-in is told to the member, by every browser they use."""

    def test_rule_15_a_new_sign_in_is_told_in_the_browser_that_was_there_before(self, office: Office) -> None:
        ana = office.person("ana").sign_in()
        known(ana)
        assert "Signed in as you" not in ana.browser.get("/").text
        stranger = Person(office.app, ana.member).sign_in()
        assert "with a one-time link" in told_by(ana)
        # Whoever came in cannot take the notice away, not even by leaving.
        known(stranger)
        stranger.browser.post("/sign-out", data={"csrf": csrf(stranger)})
        assert "with a one-time link" in told_by(ana)
        known(ana)
        assert told_by(ana) == ""

    def test_rule_15_a_new_browser_tells_of_the_last_30_days(self, office: Office, clock: Clock) -> None:
        ana = office.person("ana")
        fresh = Person(office.app, ana.member).sign_in()
        assert "the extension was connected" in told_by(fresh)
        clock.forward(days=31)
        later = Person(office.app, ana.member).sign_in()
        assert told_by(later) == ""

    def test_what_came_since_the_page_was_shown_is_told_later(self, office: Office) -> None:
        ana = office.person("ana").sign_in()
        until = told_until(ana)
        Person(office.app, ana.member).sign_in()
        ana.browser.post("/sign-ins/told", data={"csrf": csrf(ana), "until": until})
        assert "with a one-time link" in told_by(ana)

    def test_a_form_that_cannot_be_read_is_refused(self, office: Office) -> None:
        ana = office.person("ana").sign_in()
        for until in ("", "yesterday", "2030-01-01T00:00:00"):
            answer = ana.browser.post("/sign-ins/told", data={"csrf": csrf(ana), "until": until})
            assert answer.status_code == 400, until
        far = ana.browser.post("/sign-ins/told", data={"csrf": csrf(ana), "until": "9999-01-01T00:00:00+00:00"})
        assert far.status_code == 303
        Person(office.app, ana.member).sign_in()
        assert "with a one-time link" in told_by(ana)


def told_by(person: Person) -> str:
    """What the person's browser tells of sign-ins on Start; empty for nothing."""
    page = person.browser.get("/").text
    _, _, notice = page.partition('id="sign-ins"')
    return notice.partition("</section>")[0]


def told_until(person: Person) -> str:
    found = re.search(r'name="until" value="([^"]+)"', told_by(person))
    assert found is not None
    return found[1]


def csrf(person: Person) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', person.browser.get("/").text)
    assert found is not None
    return found[1]


def known(person: Person) -> None:
    """Press "I know these" if anything is told."""
    if told_by(person):
        answer = person.browser.post("/sign-ins/told", data={"csrf": csrf(person), "until": told_until(person)})
        assert answer.status_code == 303


class TestExpiry:
    """What the worker forgets at night."""

    def test_rule_15_open_ratings_expire_and_their_team_counts_stay(self, office: Office, clock: Clock) -> None:
        to(clock, office, 2030, 1, 10)
        givers = [office.person(f"giver{n}", "Sales") for n in range(5)]
        for provider in (office.person(f"provider{n}", "Design") for n in range(3)):
            for giver in givers:
                giver.rate(provider, "missed", item=item(provider.id))
        tomas, ana = givers[0], office.person("provider0")
        tomas.thank(ana, "This note stays.", item=None)
        to(clock, office, 2030, 2, 2)
        release_due(office)
        before = office.admin.get("/api/v1/reports/teams").json()
        assert before["items"][0]["releases"][0]["total"]["missed"] == 15
        to(clock, office, 2030, 7, 8)
        expire(office)
        assert stored(office, Rating) == 15
        to(clock, office, 2030, 7, 10)
        expire(office)
        assert (stored(office, Rating), stored(office, Handoff), stored(office, Item)) == (0, 0, 0)
        assert [entry["text"] for entry in ana.inbox()] == ["This note stays."]
        assert office.admin.get("/api/v1/reports/teams").json() == before
        assert "A word on Monday." not in everything_stored(office)

    def test_rule_15_nothing_expires_before_it_is_counted(self, office: Office, clock: Clock) -> None:
        to(clock, office, 2030, 1, 10)
        tomas, ana = office.person("tomas"), office.person("ana")
        tomas.rate(ana, item=item("january"))
        to(clock, office, 2030, 1, 11)
        expire(office)
        to(clock, office, 2031, 1, 10)
        expire(office)
        assert stored(office, Rating) == 1, "no month has been counted"
        clock.ahead -= timedelta(days=333)
        release_due(office)
        tomas.connect().rate(ana, item=item("february"))
        to(clock, office, 2031, 1, 10)
        expire(office)
        assert stored(office, Rating) == 1, "January has been counted, February has not"
        release_due(office)
        expire(office)
        assert stored(office, Rating) == 0

    def test_rule_12_a_longer_retention_binds_later_ratings_only(self, office: Office, clock: Clock) -> None:
        to(clock, office, 2030, 1, 10)
        tomas, ana = office.person("tomas"), office.person("ana")
        set_policy(office, 1, retention_days=30, in_force_at=utc_now())
        tomas.rate(ana, item=item("early"))
        to(clock, office, 2030, 1, 20)
        set_policy(office, 2, retention_days=365, in_force_at=utc_now())
        tomas.rate(ana, item=item("late"))
        to(clock, office, 2030, 4, 1)
        release_due(office)
        expire(office)
        assert [rating["item"]["key"] for rating in tomas.get("/api/v1/ratings").json()["items"]] == ["late"]

    def test_rule_12_a_shorter_retention_binds_at_once(self, office: Office, clock: Clock) -> None:
        to(clock, office, 2030, 1, 10)
        tomas, ana = office.person("tomas"), office.person("ana")
        tomas.rate(ana, item=item("early"))
        to(clock, office, 2030, 2, 20)
        set_policy(office, 2, retention_days=30, in_force_at=utc_now())
        tomas.rate(ana, item=item("late"))
        release_due(office)
        expire(office)
        assert [rating["item"]["key"] for rating in tomas.get("/api/v1/ratings").json()["items"]] == ["late"]

    def test_a_thread_that_is_still_written_in_outlives_its_rating(self, office: Office, clock: Clock) -> None:
        to(clock, office, 2030, 1, 10)
        tomas, ana = office.person("tomas"), office.person("ana")
        rating_id = tomas.rate(ana, "missed").json()["id"]
        word_id = str(uuid.uuid4())
        tomas.thank(ana, "In private.", kind="word", id=word_id, item=None)
        to(clock, office, 2030, 6, 10)
        said = tomas.put(f"/api/v1/repairs/{rating_id}", {"message": {"id": str(uuid.uuid4()), "text": "Still open."}})
        assert said.status_code == 200, said.text
        to(clock, office, 2030, 8, 1)
        release_due(office)
        expire(office)
        assert stored(office, Rating) == 0
        assert tomas.get(f"/api/v1/repairs/{rating_id}").status_code == 200
        to(clock, office, 2031, 8, 1)
        expire(office)
        assert tomas.get(f"/api/v1/repairs/{rating_id}").status_code == 404
        # A word is a note: it belongs to its recipient, and its thread with it.
        assert tomas.get(f"/api/v1/repairs/{word_id}").status_code == 200

    def test_spent_proofs_and_settled_matters_go(self, office: Office, clock: Clock) -> None:
        ana = office.person("ana").sign_in()
        for settled, seen in ((utc_now(), utc_now()), (None, None)):
            with office.app.app_context(), writing(office.organisation_id) as session:
                note = _note(office, ana)
                note.reported_at, note.report_reason, note.report_settled_at = utc_now(), "Unkind.", settled
                session.add(note)
            flag(office, ana, seen_at=seen)
        clock.forward(days=91)
        expire(office)
        assert [stored(office, table) for table in (SignInLink, ConsoleSession, SignIn, PatternFlag)] == [0, 0, 0, 1]
        assert [stored(office, table) for table in (AccessToken, TokenGrant)] == [0, 0]
        with office.app.app_context(), reading(office.organisation_id) as session:
            reasons = session.execute(
                select(Note.report_reason).where(Note.organisation_id == office.organisation_id)
            ).scalars()
            assert sorted(reasons, key=str) == [None, "Unkind."]

    def test_rule_15_what_reached_the_erased_after_all_goes_at_night(self, office: Office, config: Config) -> None:
        """As when it is stored at the very moment of the erasure."""
        ana = office.person("ana")
        erase(office, config, ana)
        with office.app.app_context(), writing(office.organisation_id) as session:
            session.add(_note(office, ana))
        expire(office)
        assert stored(office, Note) == 0

    def test_what_is_in_use_stays(self, office: Office, clock: Clock) -> None:
        ana = office.person("ana").sign_in()
        clock.forward(minutes=30)
        expire(office)
        assert ana.get("/api/v1/me").status_code == 200
        assert ana.browser.get("/").status_code == 200

    def test_the_worker_does_it_every_night(self, office: Office, clock: Clock) -> None:
        to(clock, office, 2030, 1, 10)
        office.person("tomas").rate(office.person("ana"))
        to(clock, office, 2031, 1, 10)
        with office.app.app_context():
            worker.turn(nightly=True)
        assert stored(office, Rating) == 0


def flag(office: Office, *members: Person, seen_at: datetime | None = None) -> None:
    """Let a pattern have been found among these."""
    with office.app.app_context(), writing(office.organisation_id) as session:
        session.add(
            PatternFlag(
                organisation_id=office.organisation_id,
                id=new_id(),
                kind=PatternKind.RING,
                members=[member.id for member in members],
                acts=30,
                found_at=utc_now(),
                seen_at=seen_at,
            )
        )


def expire(office: Office) -> None:
    with office.app.app_context():
        privacy.expire(office.organisation_id)


def stored(office: Office, table: type[Any]) -> int:
    with office.app.app_context(), reading(office.organisation_id) as session:
        return session.execute(
            select(func.count()).select_from(table).where(table.organisation_id == office.organisation_id)
        ).scalar_one()


def set_policy(office: Office, version: int, **columns: Any) -> None:
    """Let this version of the policy have come into force."""
    with office.app.app_context(), writing(office.organisation_id) as session:
        key = (office.organisation_id, 1)
        first = session.get_one(Policy, key)
        values = {column.name: getattr(first, column.name) for column in Policy.__table__.columns}
        session.merge(Policy(**(values | {"version": version} | columns)))


def _note(office: Office, recipient: Person) -> Note:
    return Note(
        organisation_id=office.organisation_id, id=new_id(), author_id=office.admin.member.id,
        recipient_id=recipient.member.id, kind="thanks", text="Thanks.", written_at=utc_now(), hidden=False,
    )  # fmt: skip
