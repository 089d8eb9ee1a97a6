"""Members who leave, move to another team, or turn out to be one person with two accounts."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from handclasp.auth import service as sign_in
from handclasp.db import db, new_id, reading, utc_now, writing
from handclasp.errors import Problem
from handclasp.exports.models import NamedExport
from handclasp.mutes.models import Mute, Quiet
from handclasp.people import service as people
from handclasp.people.models import Member, Role
from handclasp.policy.models import Policy
from handclasp.privacy import leavers
from handclasp.releases import service as releases
from handclasp.releases.models import Release
from tests.support.oauth import Pkce
from tests.support.office import Clock, Office, Person, browser, item, pkce_form
from tests.support.pooled import pool


def leave(office: Office, person: Person) -> None:
    office.people = {name: other for name, other in office.people.items() if other is not person}
    with office.app.app_context():
        leavers.leave(office.organisation_id, person.member.id)


def merge(office: Office, former: Person, into: Person) -> None:
    office.people = {name: other for name, other in office.people.items() if other is not former}
    with office.app.app_context():
        leavers.merge(office.organisation_id, former.member.id, into.member.id)


def move(office: Office, person: Person, team: str | None) -> None:
    with office.app.app_context():
        people.move(office.organisation_id, person.member.id, team)


def to(clock: Clock, office: Office, year: int, month: int, day: int) -> None:
    """Move the clock to noon of a day; everybody stays connected."""
    clock.ahead += datetime(year, month, day, 12, tzinfo=UTC) - utc_now()
    office.stay_connected()


def release_due(office: Office) -> None:
    with office.app.app_context():
        releases.release_due(office.organisation_id)


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("type", "").rpartition(":")[2]


class TestLeaving:
    """What somebody who has left can do no more, and what can be done no more with them."""

    def test_all_their_credentials_end_at_once(self, office: Office) -> None:
        ana = office.person("ana").sign_in()
        pkce = Pkce.new()
        form = pkce_form(ana, pkce)
        with office.app.app_context():
            link = sign_in.new_link(office.organisation_id, ana.member.id)
        leave(office, ana)
        assert ana.get("/api/v1/me").status_code == 401
        assert ana.browser.get("/").status_code == 302
        assert browser(office.app).post("/oauth/token", data=form).status_code == 400
        assert browser(office.app).post(f"/sign-in/{link.secret}").status_code == 410
        typed = {"email": "ana@example.org", "code": link.code}
        assert browser(office.app).post("/sign-in", data=typed).status_code == 422
        with office.app.app_context(), pytest.raises(Problem, match="has left and cannot sign in"):
            sign_in.new_link(office.organisation_id, ana.member.id)

    def test_a_credential_that_is_still_stored_opens_nothing(self, office: Office) -> None:
        """As when a connection is made at the very moment somebody leaves."""
        ana = office.person("ana").sign_in()
        form = pkce_form(ana, Pkce.new())
        with office.app.app_context():
            link = sign_in.new_link(office.organisation_id, ana.member.id)
            with writing(office.organisation_id) as session:
                session.execute(update(Member).where(Member.id == ana.member.id).values(left_at=utc_now()))
        assert ana.get("/api/v1/me").status_code == 401
        assert ana.browser.get("/").status_code == 302
        connected = browser(office.app).post("/oauth/token", data=form)
        if connected.status_code == 200:
            ana.token = connected.json()["access_token"]
            assert ana.get("/api/v1/me").status_code == 401
            renew = {"grant_type": "refresh_token", "refresh_token": connected.json()["refresh_token"]}
            renewed = browser(office.app).post("/oauth/token", data=renew | {"client_id": form["client_id"]})
            assert renewed.status_code == 400
        assert browser(office.app).get(f"/sign-in/{link.secret}").status_code == 410
        assert browser(office.app).post(f"/sign-in/{link.secret}").status_code == 410

    def test_nobody_finds_rates_or_writes_to_them(self, office: Office) -> None:
        ana, tomas = office.person("ana"), office.person("tomas")
        office.alias("ana.cruz", ana)
        leave(office, ana)
        assert tomas.get("/api/v1/people?q=ana").json()["items"] == []
        assert code(tomas.rate(ana)) == (422, "left")
        assert code(tomas.thank(ana)) == (422, "left")
        asked = {"revision": 1, "provider": {"member": ana.id}, "need": "The numbers"}
        assert code(tomas.put(f"/api/v1/expectations/{uuid.uuid4()}", asked)) == (422, "left")
        shown = {"item": item(), "people": [{"role": "owner", "handle": "ana.cruz"}]}
        resolved = tomas.post("/api/v1/handoffs/resolve", shown).json()
        assert (resolved["rate"]["allowed"], resolved["rate"]["code"]) == (False, "left")
        shown = {"item": item(), "people": [{"role": "owner", "name": "Ana"}]}
        assert tomas.post("/api/v1/handoffs/resolve", shown).json()["suggestions"] == []

    def test_what_they_gave_stays_and_can_still_be_withdrawn_from(self, office: Office, clock: Clock) -> None:
        ana, tomas = office.person("ana"), office.person("tomas")
        ana.rate(tomas, item=item("1"))
        ana.thank(tomas, "So long.")
        mine = tomas.rate(ana, item=item("2")).json()
        clock.forward(seconds=11)
        leave(office, ana)
        assert {entry["author"]["name"] for entry in tomas.inbox()} == {"Ana"}
        assert len(tomas.inbox()) == 2
        withdrawn = tomas.call("DELETE", f"/api/v1/ratings/{mine['id']}?revision=2")
        assert withdrawn.json()["withdrawn"] is True

    def test_they_count_no_more(self, office: Office) -> None:
        """Rule 8 goes by the number of members: the 25th has left, so colleagues of a team rate each other again."""
        for n in range(22):
            office.member(f"extra{n}")
        ana, tomas = office.person("ana", "Design"), office.person("tomas", "Design")
        assert code(tomas.rate(ana)) == (422, "same-team")
        with office.app.app_context():
            gone = people.member_by_email(office.organisation_id, "extra0@example.org")
            assert gone is not None
            leavers.leave(office.organisation_id, gone.id)
        assert tomas.rate(ana).status_code == 201

    def test_an_invitation_brings_them_back(self, office: Office) -> None:
        ana = office.person("ana", "Design").sign_in()
        leave(office, ana)
        with office.app.app_context():
            back, is_back = people.add_member(office.organisation_id, "ana@example.org", team="Other")
            assert (is_back, back.id, back.left_at) == (True, ana.member.id, None)
        assert ana.get("/api/v1/me").status_code == 401, "an old connection does not come to life again"
        assert ana.browser.get("/").status_code == 302
        assert ana.connect().get("/api/v1/me").json()["member"]["team"]["name"] == "Design"

    def test_the_only_admin_cannot_leave(self, office: Office) -> None:
        with pytest.raises(Problem, match="is the only admin"):
            leave(office, office.admin)
        office.person("mei", role=Role.ADMIN)
        leave(office, office.admin)

    def test_leaving_again_and_of_another_organisation(self, office: Office, other_office: Office) -> None:
        ana = office.person("ana")
        leave(office, ana)
        leave(office, ana)
        with pytest.raises(Problem) as refused:
            leave(other_office, ana)
        assert refused.value.status == 404

    def test_the_console_tells_who_has_left(self, office: Office) -> None:
        leave(office, office.person("ana"))
        page = office.admin.sign_in().browser.get("/members").text
        assert "left " in page
        assert "1 member<" in page

    def test_rule_04_pooled_ratings_about_them_count_for_their_team_only(
        self, pooled_office: Office, clock: Clock
    ) -> None:
        office = pooled_office
        to(clock, office, 2030, 1, 10)
        ana, *others = (office.person(name, "Design") for name in ("ana", "ben", "eva"))
        for n in range(5):
            rater = office.person(f"rater{n}", "Sales")
            for provider in (ana, *others):
                assert rater.rate(provider, item=item(provider.id)).status_code == 201
        leave(office, ana)
        to(clock, office, 2030, 2, 2)
        release_due(office)
        with office.app.app_context(), reading(office.organisation_id) as session:
            about = select(Release.subject_id).where(Release.organisation_id == office.organisation_id)
            assert ana.member.id not in session.execute(about).scalars().all()


class TestMoving:
    """A rating keeps the teams of its day."""

    def test_what_was_given_keeps_its_teams(self, office: Office, clock: Clock) -> None:
        to(clock, office, 2030, 1, 10)
        providers = [office.person(f"provider{n}", "Design") for n in range(3)]
        for n in range(5):
            giver = office.person(f"giver{n}", "Sales")
            for provider in providers:
                giver.rate(provider, item=item(provider.id))
        for provider in providers:
            move(office, provider, "Research")
        to(clock, office, 2030, 2, 2)
        release_due(office)
        teams = office.admin.get("/api/v1/reports/teams").json()["items"]
        assert [team["team"]["name"] for team in teams if team["releases"]] == ["Design"]
        assert providers[0].get("/api/v1/me").json()["member"]["team"]["name"] == "Research"

    def test_out_of_every_team(self, office: Office) -> None:
        ana = office.person("ana", "Design")
        move(office, ana, None)
        assert ana.get("/api/v1/me").json()["member"]["team"] is None

    def test_a_team_without_a_name_is_refused(self, office: Office) -> None:
        with pytest.raises(Problem, match="1 to 120 characters"):
            move(office, office.person("ana", "Design"), "\n")
        assert office.person("ana").get("/api/v1/me").json()["member"]["team"]["name"] == "Design"


class TestMerging:
    """Two accounts of one person become one, whatever was said by, about and between them."""

    @pytest.fixture
    def two(self, office: Office) -> tuple[Person, Person]:
        """Ana's former account and the one she uses."""
        return office.person("ana-old", "Design"), office.person("ana", "Data")

    def test_all_that_was_one_accounts_is_the_others(
        self, office: Office, clock: Clock, two: tuple[Person, Person]
    ) -> None:
        old, ana = two
        tomas = office.person("tomas")
        office.alias("ana.cruz", old)
        tomas.rate(old, "missed", item=item("about"))
        tomas.thank(old, "For the old one.")
        old.rate(tomas, "exceeded", item=item("by"))
        word_id = str(uuid.uuid4())
        old.thank(tomas, "From the old one.", id=word_id, kind="word")
        old.put(f"/api/v1/repairs/{word_id}", {"message": {"id": str(uuid.uuid4()), "text": "And one more thing."}})
        expectation_id = str(uuid.uuid4())
        asked = {"revision": 1, "provider": {"member": tomas.id}, "need": "The numbers"}
        old.put(f"/api/v1/expectations/{expectation_id}", asked)
        old.put(f"/api/v1/mutes/{tomas.id}", {"kind": "mute"})
        clock.forward(seconds=11)
        merge(office, old, ana)
        assert {entry["text"] for entry in ana.inbox()} == {"A word on Monday.", "For the old one."}
        assert {entry["author"]["name"] for entry in tomas.inbox()} == {"Ana"}
        assert ana.get("/api/v1/ratings").json()["items"][0]["subject"]["id"] == tomas.id
        messages = ana.get(f"/api/v1/repairs/{word_id}").json()["messages"]
        assert {message["author"]["id"] for message in messages} == {ana.id}
        assert ana.get(f"/api/v1/expectations/{expectation_id}").json()["mine"] == "customer"
        assert [mute["colleague"]["id"] for mute in ana.get("/api/v1/mutes").json()["items"]] == [tomas.id]
        shown = {"item": item(), "people": [{"role": "owner", "handle": "ana.cruz"}]}
        assert ana.id in tomas.post("/api/v1/handoffs/resolve", shown).text
        assert nothing_names(office, old)

    def test_the_former_account_is_nobody(self, office: Office, two: tuple[Person, Person]) -> None:
        old, ana = two
        merge(office, old, ana)
        assert old.get("/api/v1/me").status_code == 401
        assert [person["id"] for person in office.admin.get("/api/v1/people?q=ana").json()["items"]] == [ana.id]
        assert code(office.admin.thank(old)) == (422, "left")
        with office.app.app_context():
            assert people.member_by_email(office.organisation_id, "ana-old@example.org") is None
        entry = office.admin.get("/api/v1/log").json()["items"][0]
        assert (entry["action"], entry["about"]["id"]) == ("merge", ana.id)

    def test_rule_02_what_the_two_said_of_each_other_goes(
        self, office: Office, clock: Clock, two: tuple[Person, Person]
    ) -> None:
        old, ana = two
        for one, other in ((old, ana), (ana, old)):
            one.rate(other, "missed", item=item(one.id))
            one.thank(other)
            one.thank(other, "In private.", kind="word")
            asked = {"revision": 1, "provider": {"member": other.id}, "need": "The numbers"}
            one.put(f"/api/v1/expectations/{uuid.uuid4()}", asked)
            one.put(f"/api/v1/mutes/{other.id}", {"kind": "block"})
        clock.forward(seconds=11)
        merge(office, old, ana)
        data = ana.get("/api/v1/me/data").json()
        for what in ("notes_received", "notes_written", "ratings_received", "ratings_given", "expectations", "repairs"):
            assert data[what] == [], what
        assert data["mutes"] == []

    @pytest.mark.parametrize("later", ["old", "new"])
    def test_rule_01_of_two_ratings_of_one_handoff_the_later_stays(
        self, office: Office, clock: Clock, two: tuple[Person, Person], later: str
    ) -> None:
        """As rater, and as the one who is rated."""
        old, ana = two
        tomas, mei = office.person("tomas"), office.person("mei")
        first, second = (ana, old) if later == "old" else (old, ana)
        for who, verdict in ((first, "met"), (second, "exceeded")):
            assert who.rate(tomas, verdict, item=item("by")).status_code == 201
            assert mei.rate(who, verdict, item=item("about")).status_code == 201
            clock.forward(seconds=11)
        merge(office, old, ana)
        assert [rating["verdict"] for rating in ana.get("/api/v1/ratings").json()["items"]] == ["exceeded"]
        assert [rating["verdict"] for rating in mei.get("/api/v1/ratings").json()["items"]] == ["exceeded"]
        assert code(ana.rate(tomas, item=item("by"))) == (409, "rating-exists")
        assert code(mei.rate(ana, item=item("about"))) == (409, "rating-exists")
        assert nothing_names(office, old)

    def test_a_withdrawn_rating_stays_beside_the_one_that_stands(
        self, office: Office, two: tuple[Person, Person]
    ) -> None:
        old, ana = two
        tomas = office.person("tomas")
        withdrawn = old.rate(tomas).json()["id"]
        old.call("DELETE", f"/api/v1/ratings/{withdrawn}?revision=2")
        ana.rate(tomas, "exceeded")
        merge(office, old, ana)
        assert ana.get(f"/api/v1/ratings/{withdrawn}").json()["withdrawn"] is True
        assert [rating["verdict"] for rating in ana.get("/api/v1/ratings").json()["items"]] == ["exceeded"]

    def test_the_stronger_of_two_mutes_holds(self, office: Office, two: tuple[Person, Person]) -> None:
        old, ana = two
        tomas, mei = office.person("tomas"), office.person("mei")
        old.put(f"/api/v1/mutes/{tomas.id}", {"kind": "block"})
        ana.put(f"/api/v1/mutes/{tomas.id}", {"kind": "mute"})
        mei.put(f"/api/v1/mutes/{old.id}", {"kind": "mute"})
        mei.put(f"/api/v1/mutes/{ana.id}", {"kind": "block"})
        merge(office, old, ana)
        with office.app.app_context(), reading(office.organisation_id) as session:
            rows = session.execute(select(Mute).where(Mute.organisation_id == office.organisation_id)).scalars().all()
        assert {(row.member_id, row.colleague_id, row.kind) for row in rows} == {
            (ana.member.id, tomas.member.id, Quiet.BLOCK),
            (mei.member.id, ana.member.id, Quiet.BLOCK),
        }

    def test_rule_14_a_pause_of_either_holds(self, office: Office, two: tuple[Person, Person]) -> None:
        old, ana = two
        assert old.put("/api/v1/me/pause", {"paused": True}).status_code == 200
        merge(office, old, ana)
        assert code(office.person("tomas").rate(ana)) == (422, "paused")

    def test_rule_04_waiting_pooled_ratings_follow_and_are_one_raters(
        self, pooled_office: Office, clock: Clock
    ) -> None:
        """Five accounts rated Ben; two of them are one person, so four raters did, and he sees nothing."""
        office = pooled_office
        to(clock, office, 2030, 1, 10)
        ben, cai = office.person("ben", "Design"), office.person("cai", "Design")
        givers = [office.person(f"rater{n}", "Sales") for n in range(6)]
        for giver in givers[:5]:
            giver.rate(ben, item=item("ben"))
        for giver in givers:
            giver.rate(cai, item=item("cai"))
        merge(office, givers[0], givers[1])
        assert code(givers[1].rate(ben, item=item("ben"))) == (409, "rating-exists")
        to(clock, office, 2030, 2, 2)
        release_due(office)
        assert ben.get("/api/v1/me/service").json()["releases"] == []
        assert [release["raters"] for release in cai.get("/api/v1/me/service").json()["releases"]] == [5]

    def test_rule_04_waiting_pooled_ratings_about_both_are_about_one(self, pooled_office: Office, clock: Clock) -> None:
        office = pooled_office
        to(clock, office, 2030, 1, 10)
        old, ana = office.person("ana-old", "Design"), office.person("ana", "Design")
        for n in range(6):
            office.person(f"rater{n}", "Sales").rate(old if n < 3 else ana, item=item("1"))
        old.rate(ana, item=item("between"))
        merge(office, old, ana)
        to(clock, office, 2030, 2, 2)
        release_due(office)
        assert [release["raters"] for release in ana.get("/api/v1/me/service").json()["releases"]] == [6]

    @pytest.mark.parametrize("about", [False, True])
    def test_rule_01_what_was_released_stays_the_only_one_of_its_handoff(
        self, pooled_office: Office, clock: Clock, about: bool
    ) -> None:
        """One account's rating is in a release, the other's of the same handoff still waits: as rater, and as rated."""
        office = pooled_office
        to(clock, office, 2030, 1, 10)
        ana, givers = office.person("ana", "Design"), [office.person(f"rater{n}", "Sales") for n in range(5)]
        for giver in givers:
            giver.rate(ana)
        to(clock, office, 2030, 2, 2)
        release_due(office)
        twin = office.person("twin", "Design" if about else "Sales")
        if about:
            given = givers[0].rate(twin).json()["id"]
            merge(office, twin, ana)
        else:
            given = twin.rate(ana).json()["id"]
            merge(office, twin, givers[0])
        assert givers[0].get(f"/api/v1/ratings/{given}").status_code == 404
        assert code(givers[0].rate(ana)) == (409, "rating-released")

    @pytest.mark.parametrize("later", ["open", "pooled"])
    def test_rule_01_of_an_open_and_a_pooled_rating_the_later_stays(
        self, office: Office, clock: Clock, two: tuple[Person, Person], later: str
    ) -> None:
        old, ana = two
        tomas = office.person("tomas")
        ids: dict[str, str] = {}
        for giver, attribution in (
            ((ana, "pooled"), (old, "open")) if later == "open" else ((ana, "open"), (old, "pooled"))
        ):
            pool(office, attribution=attribution)
            ids[attribution] = giver.rate(tomas).json()["id"]
            clock.forward(seconds=11)
        merge(office, old, ana)
        gone = {"open": "pooled", "pooled": "open"}[later]
        assert ana.get(f"/api/v1/ratings/{ids[later]}").json()["attribution"] == later
        assert ana.get(f"/api/v1/ratings/{ids[gone]}").status_code == 404

    def test_own_releases_follow(self, pooled_office: Office, clock: Clock) -> None:
        office = pooled_office
        to(clock, office, 2030, 1, 10)
        old, ana = office.person("ana-old", "Design"), office.person("ana", "Design")
        for n in range(5):
            office.person(f"rater{n}", "Sales").rate(old)
        to(clock, office, 2030, 2, 2)
        release_due(office)
        before = old.get("/api/v1/me/service").json()["releases"]
        assert len(before) == 1
        merge(office, old, ana)
        assert ana.get("/api/v1/me/service").json()["releases"] == before

    def test_what_an_account_did_for_the_organisation_follows(self, office: Office, two: tuple[Person, Person]) -> None:
        old, ana = two
        with office.app.app_context(), writing(office.organisation_id) as session:
            session.execute(
                update(Policy)
                .where(Policy.organisation_id == office.organisation_id)
                .values(representative_id=old.member.id, countersigned_by_id=old.member.id)
            )
            session.add(
                NamedExport(
                    organisation_id=office.organisation_id,
                    id=new_id(),
                    reason="A question of the works council.",
                    asked_by_id=old.member.id,
                    asked_at=utc_now(),
                    needs_countersignature=False,
                )
            )
        merge(office, old, ana)
        assert ana.get("/api/v1/me").json()["representative"] is True
        assert nothing_names(office, old)

    def test_merges_that_make_no_sense_are_refused(
        self, office: Office, other_office: Office, two: tuple[Person, Person]
    ) -> None:
        old, ana = two
        foreign = other_office.person("mei")
        for former, into, status, words in (
            (ana, ana, 409, "one account already"),
            (ana, foreign, 404, "nothing at this address"),
            (foreign, ana, 404, "nothing at this address"),
            (office.admin, ana, 409, "is the only admin"),
        ):
            with pytest.raises(Problem, match=words) as refused:
                merge(office, former, into)
            assert refused.value.status == status
        leave(office, old)
        with pytest.raises(Problem, match="Merge the other way round"):
            merge(office, ana, old)
        merge(office, old, ana)
        with pytest.raises(Problem):
            merge(office, old, ana)

    def test_a_representative_is_not_merged_into_an_admin(self, office: Office) -> None:
        ana = office.person("ana")
        with office.app.app_context(), writing(office.organisation_id) as session:
            session.execute(
                update(Policy)
                .where(Policy.organisation_id == office.organisation_id)
                .values(representative_id=ana.member.id)
            )
        with pytest.raises(Problem, match="an admin cannot be"):
            merge(office, ana, office.admin)

    def test_it_is_all_or_nothing(
        self, office: Office, two: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        old, ana = two
        office.person("tomas").rate(old)
        before = rows(office)

        def fail(*_: object) -> None:
            raise RuntimeError("in the middle")

        monkeypatch.setattr(leavers, "record", fail)
        with pytest.raises(RuntimeError, match="in the middle"):
            merge(office, old, ana)
        assert rows(office) == before


def rows(office: Office) -> dict[str, Sequence[Any]]:
    with office.app.app_context(), reading(office.organisation_id) as session:
        return {
            table.name: session.execute(
                select(table)
                .where(table.c.organisation_id == office.organisation_id)
                .order_by(*table.primary_key.columns)
            ).all()
            for table in db.metadata.sorted_tables
        }


def nothing_names(office: Office, person: Person) -> bool:
    """True when no row but the nameless one itself, and the log of the merge, holds the account's id."""
    named = {
        name for name, found in rows(office).items() if person.id in repr(found) or person.member.id.hex in repr(found)
    }
    return named <= {"member", "audit_entry"}
