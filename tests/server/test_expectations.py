"""Expectations: what a customer needs and by when, and what became of it (rule 7)."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import httpx
import pytest

from handclasp.expectations.steps import last_honest_day
from handclasp.limits import service as limits
from handclasp.privacy.leavers import leave
from tests.support.office import Clock, Office, Person, item

DECLINE = {"reason": "The release takes all of this week.", "alternative": "Mei knows the export, too."}
MONDAY = date(2027, 3, 1)


def ask(customer: Person, provider: Person, /, **changes: Any) -> httpx.Response:
    """PUT an expectation under a new id, with whatever is changed."""
    expectation_id = changes.pop("id", uuid.uuid4())
    body = {
        "revision": 1,
        "provider": {"member": provider.id},
        "item": item(),
        "need": "The export with all its rows",
        "due": None,
    } | changes
    return customer.put(f"/api/v1/expectations/{expectation_id}", body)


def asked(customer: Person, provider: Person, /, **changes: Any) -> str:
    """The id of a new expectation."""
    answer = ask(customer, provider, **changes)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def respond(person: Person, expectation_id: str, action: str, /, **more: Any) -> httpx.Response:
    return person.post(f"/api/v1/expectations/{expectation_id}/response", {"action": action} | more)


def seen(person: Person, expectation_id: str) -> dict[str, Any]:
    answer = person.get(f"/api/v1/expectations/{expectation_id}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def set_clock(clock: Clock, moment: datetime, *people: Person) -> None:
    """Move to `moment`; whoever is named connects anew, as tokens have ended by then."""
    clock.ahead += moment - clock.now()
    for person in people:
        person.connect()


def at_noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("urn:handclasp:problem:")


def test_what_is_asked_accepted_and_kept(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana", team="Platform")
    made = ask(tomas, ana, due="2099-12-31")
    assert made.status_code == 201
    wanted = made.json()
    assert (wanted["state"], wanted["mine"], wanted["may"]) == ("proposed", "customer", ["change", "withdraw"])
    assert wanted["provider"]["team"]["name"] == "Platform"
    theirs = seen(ana, wanted["id"])
    assert (theirs["mine"], theirs["may"]) == ("provider", ["accept", "counter", "decline"])
    assert (theirs["need"], theirs["due"], theirs["item"]) == ("The export with all its rows", "2099-12-31", item())
    accepted = respond(ana, wanted["id"], "accept", revision=1).json()
    assert (accepted["state"], accepted["may"], accepted["honest"]) == ("accepted", ["decline"], False)
    done = respond(tomas, wanted["id"], "done", kept=True).json()
    assert (done["state"], done["kept"], done["may"]) == ("done", True, [])
    assert seen(ana, wanted["id"])["kept"] is True


def test_rule_07_a_counter_that_is_taken_up_is_honest_service(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    wanted = asked(tomas, ana, due="2099-06-01")
    countered = respond(ana, wanted, "counter", due="2099-07-01").json()
    assert countered["counter"] == {"need": "The export with all its rows", "due": "2099-07-01"}
    assert (countered["state"], countered["due"], countered["honest"]) == ("countered", "2099-06-01", False)
    agreed = respond(tomas, wanted, "accept_counter").json()
    assert (agreed["state"], agreed["due"], agreed["counter"]) == ("accepted", "2099-07-01", None)
    assert (agreed["countered"], agreed["honest"]) == (True, True)
    assert respond(tomas, wanted, "done", kept=False).json()["honest"] is True


def test_accepting_as_asked_after_all_forgets_the_counter(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    wanted = asked(tomas, ana)
    respond(ana, wanted, "counter", need="Without the totals")
    agreed = respond(ana, wanted, "accept").json()
    assert (agreed["need"], agreed["counter"]) == ("The export with all its rows", None)
    assert (agreed["countered"], agreed["honest"]) == (False, False)


def test_rule_07_a_no_before_accepting_is_honest_service(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    wanted = asked(tomas, ana, due=str(datetime.now(UTC).date() + timedelta(days=1)))
    declined = respond(ana, wanted, "decline", **DECLINE).json()
    assert (declined["state"], declined["declined_late"], declined["honest"]) == ("declined", False, True)
    told = seen(tomas, wanted)
    assert {name: told[name] for name in DECLINE} == DECLINE


def test_rule_07_the_last_day_to_decline_is_one_working_day_before() -> None:
    expected = {0: -3, 1: -1, 2: -1, 3: -1, 4: -1, 5: -1, 6: -2}
    for weekday, days in expected.items():
        due = MONDAY + timedelta(days=weekday)
        assert last_honest_day(due) == due + timedelta(days=days), due


@pytest.mark.parametrize(("due", "last"), [(MONDAY, -3), (MONDAY + timedelta(days=2), -1)])
def test_rule_07_declining_after_accepting_is_late_from_the_next_day_on(
    office: Office, clock: Clock, due: date, last: int
) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    set_clock(clock, at_noon(MONDAY - timedelta(days=10)), tomas, ana)
    in_time, late, never = (asked(tomas, ana, due=str(due)) for _ in range(3))
    for wanted in (in_time, late):
        respond(ana, wanted, "accept")
    day = due + timedelta(days=last)
    set_clock(clock, datetime.combine(day, time(23, 59, 30), UTC), ana)
    declined = respond(ana, in_time, "decline", **DECLINE).json()
    assert (declined["declined_late"], declined["honest"]) == (False, True)
    clock.forward(seconds=45)
    declined = respond(ana, late, "decline", **DECLINE).json()
    assert (declined["declined_late"], declined["honest"]) == (True, False)
    # Nothing was promised here: a no is a no.
    assert respond(ana, never, "decline", **DECLINE).json()["honest"] is True


def test_rule_07_a_taken_up_counter_can_be_declined_late_too(office: Office, clock: Clock) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    set_clock(clock, at_noon(MONDAY - timedelta(days=10)), tomas, ana)
    wanted = asked(tomas, ana, due=str(MONDAY))
    respond(ana, wanted, "counter", due=str(MONDAY + timedelta(days=1)))
    respond(tomas, wanted, "accept_counter")
    set_clock(clock, at_noon(MONDAY + timedelta(days=1)), ana)
    assert respond(ana, wanted, "decline", **DECLINE).json()["honest"] is False


PATHS: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "proposed": [],
    "accepted": [("provider", "accept", {})],
    "countered": [("provider", "counter", {"need": "Half of it"})],
    "declined": [("provider", "decline", DECLINE)],
    "done": [("provider", "accept", {}), ("customer", "done", {"kept": True})],
    "withdrawn": [("customer", "withdraw", {})],
}
NEXT = {
    ("proposed", "provider", "accept"): "accepted",
    ("proposed", "provider", "counter"): "countered",
    ("proposed", "provider", "decline"): "declined",
    ("proposed", "customer", "withdraw"): "withdrawn",
    ("countered", "provider", "accept"): "accepted",
    ("countered", "provider", "decline"): "declined",
    ("countered", "customer", "accept_counter"): "accepted",
    ("countered", "customer", "withdraw"): "withdrawn",
    ("accepted", "provider", "decline"): "declined",
    ("accepted", "customer", "done"): "done",
    ("accepted", "customer", "withdraw"): "withdrawn",
}
WITH: dict[str, dict[str, Any]] = {"counter": {"need": "A third of it"}, "decline": {**DECLINE, "reason": "No."}}
WITH["done"] = {"kept": False}


@pytest.mark.parametrize("state", PATHS)
def test_each_step_from_each_state_by_each_side_is_taken_or_refused(office: Office, state: str) -> None:
    """All 72 cases: the allowed ones lead where they should and are in `may`; the others change nothing."""
    tomas, ana = office.person("tomas"), office.person("ana")
    sides = {"customer": tomas, "provider": ana}
    for side, person in sides.items():
        for action in ("accept", "counter", "decline", "accept_counter", "done", "withdraw"):
            wanted = asked(tomas, ana)
            for who, step, more in PATHS[state]:
                assert respond(sides[who], wanted, step, **more).status_code == 200
            before = seen(person, wanted)
            assert (action in before["may"]) is ((state, side, action) in NEXT), (state, side, action)
            answer = respond(person, wanted, action, **WITH.get(action, {}))
            if (state, side, action) in NEXT:
                assert answer.status_code == 200, answer.text
                assert answer.json()["state"] == NEXT[state, side, action]
                again = respond(person, wanted, action, **WITH.get(action, {}))
                assert (again.status_code, again.json()) == (200, answer.json())
            elif answer.status_code == 200:
                # What stands already, said again by the same side, with the same content.
                assert (state, side, action) in {
                    ("accepted", "provider", "accept"), ("withdrawn", "customer", "withdraw"),
                }  # fmt: skip
                assert answer.json() == before
            else:
                assert code(answer) == (409, "expectation-answered")
                assert state in answer.json()["detail"]
                assert seen(person, wanted) == before


def test_the_same_proposal_again_changes_nothing(office: Office) -> None:
    tomas, ana, mei = office.person("tomas"), office.person("ana"), office.person("mei")
    wanted = str(uuid.uuid4())
    first, again = ask(tomas, ana, id=wanted), ask(tomas, ana, id=wanted)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    for other in (mei, ana):
        assert ask(other, tomas, id=wanted).status_code == 404
    assert code(ask(tomas, ana, id=wanted, need="More")) == (409, "revision-used")
    changed = ask(tomas, ana, id=wanted, need="More", revision=2)
    assert (changed.status_code, changed.json()["need"]) == (200, "More")
    assert ask(tomas, ana, id=wanted).json() == changed.json(), "an older revision changes nothing"
    assert code(ask(tomas, mei, id=wanted, revision=3)) == (409, "expectation-fixed")
    assert code(ask(tomas, ana, id=wanted, revision=3, item=item("2"))) == (409, "expectation-fixed")
    assert code(ask(tomas, ana, id=wanted, revision=3, item=None)) == (409, "expectation-fixed")


def test_a_late_retry_does_not_undo_what_was_agreed(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    wanted = asked(tomas, ana)
    respond(ana, wanted, "counter", need="Half of it")
    agreed = respond(tomas, wanted, "accept_counter").json()
    assert ask(tomas, ana, id=wanted).json() == agreed
    assert code(ask(tomas, ana, id=wanted, revision=2, need="All of it")) == (409, "expectation-answered")
    assert code(respond(ana, wanted, "counter", need="Half of it")) == (409, "expectation-answered")
    assert seen(tomas, wanted) == agreed


def test_nobody_accepts_what_they_have_not_read(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    wanted = asked(tomas, ana)
    ask(tomas, ana, id=wanted, revision=2, need="Twice as much")
    assert code(respond(ana, wanted, "accept", revision=1)) == (409, "expectation-changed")
    assert seen(ana, wanted)["state"] == "proposed"
    assert respond(ana, wanted, "accept", revision=2).json()["state"] == "accepted"


@pytest.mark.parametrize(
    ("changes", "pointer", "problem"),
    [
        ({"need": "  "}, "#/need", "validation"),
        ({"need": "x" * 281}, "#/need", "validation"),
        ({"due": "2020-01-01"}, "#/due", "validation"),
        ({"due": "20991231"}, "#/due", "validation"),
        ({"due": "soon"}, "#/due", "validation"),
        ({"provider": {}}, "#/provider", "validation"),
        ({"provider": {"member": str(uuid.uuid4())}}, "#/provider", "unknown-subject"),
    ],
)
def test_a_bad_proposal_is_refused_and_nothing_is_stored(
    office: Office, changes: dict[str, Any], pointer: str, problem: str
) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    wanted = uuid.uuid4()
    answer = ask(tomas, ana, id=wanted, **changes)
    assert code(answer) == (422, problem)
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert tomas.get(f"/api/v1/expectations/{wanted}").status_code == 404
    assert ana.inbox() == []


def test_nobody_asks_themselves_or_somebody_of_elsewhere(office: Office, other_office: Office) -> None:
    tomas, mei = office.person("tomas"), other_office.person("mei")
    assert code(ask(tomas, tomas)) == (422, "self")
    assert code(ask(tomas, mei)) == (422, "unknown-subject")
    ana = office.person("ana")
    wanted = asked(tomas, ana)
    stranger = office.person("jo")
    for other in (mei, stranger, office.admin):
        assert other.get(f"/api/v1/expectations/{wanted}").status_code == 404
        assert respond(other, wanted, "accept").status_code == 404
        assert wanted not in [row["id"] for row in other.get("/api/v1/expectations").json()["items"]]
    assert seen(ana, wanted)["state"] == "proposed"


def test_nobody_asks_somebody_who_has_left(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    with office.app.app_context():
        leave(office.organisation_id, ana.member.id)
    assert code(ask(tomas, ana)) == (422, "left")
    assert tomas.get("/api/v1/expectations", params={"side": "asked_by_me"}).json()["items"] == []


def test_what_is_agreed_stands_beside_the_button(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    office.alias("ana", ana)
    question = {"item": item(), "people": [{"role": "owner", "handle": "ana"}]}

    def agreed(person: Person) -> Any:
        return person.post("/api/v1/handoffs/resolve", question).json()["agreed"]

    first = asked(tomas, ana)
    assert agreed(tomas) is None, "asked is not agreed"
    respond(ana, first, "decline", **DECLINE)
    assert (agreed(tomas)["id"], agreed(tomas)["honest"]) == (first, True)
    second = asked(tomas, ana)
    respond(ana, second, "accept")
    third = asked(tomas, ana)
    respond(ana, third, "decline", **DECLINE)
    assert agreed(tomas)["id"] == second, "what holds comes before what was declined since"
    assert agreed(ana) is None
    assert agreed(office.person("mei")) is None, "it is between two"
    elsewhere = asked(tomas, ana, item=item("2"))
    respond(ana, elsewhere, "accept")
    respond(tomas, second, "withdraw")
    assert agreed(tomas)["id"] == third


def test_due_is_judged_by_the_servers_date(office: Office, clock: Clock) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    set_clock(clock, datetime.combine(MONDAY, time(23, 59, 20), UTC), tomas, ana)
    today = asked(tomas, ana, due=str(MONDAY))
    clock.forward(minutes=1)
    assert ask(tomas, ana, id=today, due=str(MONDAY)).status_code == 200, "a retry is no new wish"
    refused = ask(tomas, ana, due=str(MONDAY))
    assert code(refused) == (422, "validation")
    assert str(MONDAY + timedelta(days=1)) in refused.json()["detail"]
    assert code(respond(ana, today, "counter", due=str(MONDAY))) == (422, "validation")


@pytest.mark.parametrize(
    ("action", "more", "pointer"),
    [
        ("counter", {}, "#/need"),
        ("counter", {"need": "The export with all its rows"}, "#/need"),
        ("decline", {"reason": "No time."}, "#/alternative"),
        ("decline", {"alternative": "Mei"}, "#/reason"),
        ("accept", {"need": "Half of it"}, "#/need"),
        ("accept", {"kept": True}, "#/kept"),
        ("decline", {**DECLINE, "due": "2099-01-01"}, "#/due"),
        ("done", {}, "#/kept"),
        ("change", {}, "#/action"),
    ],
)
def test_a_response_has_what_it_needs_and_nothing_else(
    office: Office, action: str, more: dict[str, Any], pointer: str
) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    wanted = asked(tomas, ana)
    before = seen(ana, wanted)
    answer = respond(ana, wanted, action, **more)
    assert code(answer) == (422, "validation")
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert seen(ana, wanted) == before


def test_the_list_has_open_ones_by_due_then_what_ended_lately(office: Office, clock: Clock) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    old = asked(tomas, ana)
    respond(ana, old, "decline", **DECLINE)
    set_clock(clock, clock.now() + timedelta(days=31), tomas, ana)
    whenever, late, soon = asked(tomas, ana), asked(tomas, ana, due="2099-02-01"), asked(tomas, ana, due="2099-01-01")
    ended = asked(tomas, ana)
    respond(ana, ended, "decline", **DECLINE)
    mine = asked(ana, tomas)
    expected = [soon, late, whenever, ended]
    for person, side in ((ana, "asked_of_me"), (tomas, "asked_by_me")):
        found: list[str] = []
        cursor: str | None = None
        while True:
            more = {"cursor": cursor} if cursor else {}
            page = person.get("/api/v1/expectations", params={"side": side, "limit": 1} | more).json()
            found += [row["id"] for row in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert found == expected
    assert [row["id"] for row in tomas.get("/api/v1/expectations").json()["items"]] == [mine]
    assert seen(tomas, old)["state"] == "declined", "what is not listed any more can still be read"


def test_rule_10_nobody_asks_one_colleague_without_end(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    last = [asked(tomas, ana) for _ in range(20)][-1]
    refused = str(uuid.uuid4())
    answer = ask(tomas, ana, id=refused)
    assert code(answer) == (429, "limit")
    assert int(answer.headers["Retry-After"]) > 0
    assert tomas.get(f"/api/v1/expectations/{refused}").status_code == 404
    assert ask(tomas, ana, id=last, revision=2, need="Half of it").status_code == 200, "a change is no new one"
    assert ask(tomas, office.person("mei")).status_code == 201


def test_of_two_steps_at_once_one_is_taken(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    with ThreadPoolExecutor(2) as pool:
        for _ in range(8):
            wanted = asked(tomas, ana)
            steps = (
                pool.submit(respond, tomas, wanted, "withdraw"),
                pool.submit(respond, ana, wanted, "decline", **DECLINE),
            )
            answers = [step.result() for step in steps]
            assert sorted(answer.status_code for answer in answers) == [200, 409]
            taken = next(answer.json() for answer in answers if answer.status_code == 200)
            assert seen(tomas, wanted)["state"] == taken["state"]


def test_rule_11_who_is_blocked_sees_success_and_reaches_nobody(office: Office) -> None:
    tomas, ana, mei = office.person("tomas"), office.person("ana"), office.person("mei")
    ana.put(f"/api/v1/mutes/{tomas.id}", {"kind": "block"})
    wanted = str(uuid.uuid4())
    to_blocker, to_other = ask(tomas, ana, id=wanted), ask(tomas, mei)
    differing = {"id", "provider", "proposed_at", "changed_at"}
    same = [{key: value for key, value in answer.json().items() if key not in differing}
            for answer in (to_blocker, to_other)]  # fmt: skip
    assert same[0] == same[1]
    assert to_blocker.status_code == to_other.status_code == 201
    assert {*to_blocker.headers} == {*to_other.headers}
    assert ask(tomas, ana, id=wanted, revision=2, need="Please").json()["state"] == "proposed"
    assert seen(tomas, wanted)["need"] == "Please"
    assert ana.inbox() == []
    assert ana.get("/api/v1/inbox/unread").json() == {"unread": 0}
    assert ana.get("/api/v1/expectations").json()["items"] == []
    assert ana.get(f"/api/v1/expectations/{wanted}").status_code == 404
    assert respond(ana, wanted, "accept").status_code == 404


def test_rule_11_changed_words_of_somebody_blocked_do_not_arrive(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    wanted = asked(tomas, ana)
    ana.put(f"/api/v1/mutes/{tomas.id}", {"kind": "block"})
    assert ask(tomas, ana, id=wanted, revision=2, need="You hide, but I find you.").status_code == 200
    assert seen(tomas, wanted)["need"] == "You hide, but I find you."
    assert ana.get(f"/api/v1/expectations/{wanted}").status_code == 404
    assert ana.get("/api/v1/expectations").json()["items"] == []
    assert ana.inbox() == []


def test_rule_10_changed_words_of_a_proposal_count_as_messages(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.A_DAY_TO_ONE, limits.What.MESSAGE, 1)
    tomas, ana = office.person("tomas"), office.person("ana")
    wanted = asked(tomas, ana)
    assert ask(tomas, ana, id=wanted, revision=2, need="Other words").status_code == 200
    assert ask(tomas, ana, id=wanted, revision=3, need="Other words").status_code == 200
    assert code(ask(tomas, ana, id=wanted, revision=4, need="More words")) == (429, "limit")
    assert seen(tomas, wanted)["need"] == "Other words"


def test_rule_11_who_is_muted_makes_no_sound(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    ana.put(f"/api/v1/mutes/{tomas.id}", {"kind": "mute"})
    wanted = asked(tomas, ana)
    assert [(entry["id"], entry["read"]) for entry in ana.inbox()] == [(wanted, True)]
    assert respond(ana, wanted, "accept").status_code == 200
    respond(tomas, wanted, "done", kept=True)
    assert ana.get("/api/v1/inbox/unread").json() == {"unread": 0}
    # It goes one way only.
    assert tomas.get("/api/v1/inbox/unread").json() == {"unread": 0}
    other = asked(ana, tomas)
    respond(tomas, other, "accept")
    assert [entry["read"] for entry in ana.inbox() if entry["id"] == other] == [True]
    assert [entry["read"] for entry in tomas.inbox() if entry["id"] == other] == [True]


def month_of_agreements(office: Office, customers: int, providers: int, /, **changes: int) -> list[Person]:
    """Everybody of one team asks everybody of the other; `declined` and `done` of them end so, `kept` of these."""
    askers = [office.person(f"customer{number}", team="Sales") for number in range(customers)]
    doers = [office.person(f"provider{number}", team="Platform") for number in range(providers)]
    pairs = [(asker, doer) for asker in askers for doer in doers]
    for number, (asker, doer) in enumerate(pairs):
        wanted = asked(asker, doer, item=None)
        if number < changes.get("declined", 0):
            respond(doer, wanted, "decline", **DECLINE)
        elif number < changes.get("declined", 0) + changes.get("done", len(pairs)):
            respond(doer, wanted, "accept")
            respond(asker, wanted, "done", kept=number % 2 == 0)
    return askers + doers


def agreements(office: Office) -> list[dict[str, Any]]:
    answer = office.admin.get("/api/v1/reports/agreements")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def test_rule_09_agreements_are_counted_by_team_and_closed_month(office: Office, clock: Clock) -> None:
    set_clock(clock, at_noon(MONDAY), office.admin)
    # Five customers and five providers on either side of each figure: of ten customers, five are declined.
    month_of_agreements(office, 10, 5, declined=25)
    assert agreements(office) == [], "the month is not over"
    set_clock(clock, at_noon(date(2027, 4, 1)), office.admin)
    [row] = agreements(office)
    assert row["team"]["name"] == "Platform"
    counts = {name: row[name] for name in ("month", "answered", "clear_no", "done", "kept")}
    assert counts == {"month": "2027-03", "answered": 50, "clear_no": 25, "done": 25, "kept": 12}


@pytest.mark.parametrize(("customers", "providers"), [(4, 5), (5, 4)])
def test_rule_09_agreements_of_fewer_than_k_people_are_not_counted(
    office: Office, clock: Clock, customers: int, providers: int
) -> None:
    set_clock(clock, at_noon(MONDAY), office.admin)
    month_of_agreements(office, customers, providers)
    set_clock(clock, at_noon(date(2027, 4, 1)), office.admin)
    assert agreements(office) == []


def test_rule_09_a_smaller_k_does_not_open_what_was_promised_more(office: Office, clock: Clock) -> None:
    set_clock(clock, at_noon(MONDAY), office.admin)
    month_of_agreements(office, 4, 4)
    rules = {
        "base_version": 1, "attribution": "open", "k": 3, "colluders": 1, "calendar": "monthly", "breakdown": "none",
        "retention_days": 180, "teammates_rate": None, "named_exports": False, "representative": None,
    }  # fmt: skip
    assert office.admin.put("/api/v1/policy", rules).status_code == 201
    set_clock(clock, at_noon(date(2027, 5, 1)), office.admin)
    assert office.admin.get("/api/v1/policy").json()["k"] == 3
    assert agreements(office) == []
    for person in office.people.values():
        person.connect()
    month_of_agreements(office, 3, 3)
    set_clock(clock, at_noon(date(2027, 6, 1)), office.admin)
    assert [row["month"] for row in agreements(office)] == ["2027-05"]


def test_rule_09_a_figure_about_few_within_many_is_left_out(office: Office, clock: Clock) -> None:
    set_clock(clock, at_noon(MONDAY), office.admin)
    month_of_agreements(office, 5, 5, declined=24, done=1)
    set_clock(clock, at_noon(date(2027, 4, 1)), office.admin)
    [row] = agreements(office)
    assert (row["answered"], row["clear_no"], row["done"], row["kept"]) == (25, None, None, None)


def test_rule_05_what_a_few_did_is_not_the_difference_of_two_figures(office: Office, clock: Clock) -> None:
    """One has declined, all others have kept their word: who declined, and how, is theirs alone."""
    set_clock(clock, at_noon(MONDAY), office.admin)
    month_of_agreements(office, 5, 5, declined=1)
    set_clock(clock, at_noon(date(2027, 4, 1)), office.admin)
    [row] = agreements(office)
    assert (row["answered"], row["clear_no"], row["done"], row["kept"]) == (25, None, None, None)


def test_rule_05_one_late_no_is_not_the_difference_of_two_figures(office: Office, clock: Clock) -> None:
    """All have declined but those of one provider's customers: `done` can be told, a single late no cannot."""
    set_clock(clock, at_noon(MONDAY), office.admin)
    people = month_of_agreements(office, 10, 5, declined=25)
    asker, doer = people[0], people[10]
    late = asked(asker, doer, item=None, due=MONDAY.isoformat())
    respond(doer, late, "accept")
    assert respond(doer, late, "decline", **DECLINE).json()["declined_late"] is True
    set_clock(clock, at_noon(date(2027, 4, 1)), office.admin)
    [row] = agreements(office)
    assert (row["answered"], row["clear_no"], row["done"]) == (51, None, 25)


def test_rule_09_a_closed_month_never_changes(office: Office, clock: Clock) -> None:
    set_clock(clock, at_noon(MONDAY), office.admin)
    people = month_of_agreements(office, 5, 5)
    tomas, ana = people[0], people[5]
    open_still = asked(tomas, ana)
    respond(ana, open_still, "accept")
    set_clock(clock, at_noon(date(2027, 4, 1)), office.admin, tomas, ana)
    before = agreements(office)
    respond(tomas, open_still, "done", kept=False)
    assert agreements(office) == before
