"""The policy as pages: what every member can read, the form that changes it, and how an organisation begins."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from pathlib import Path

import httpx
import pytest

from handclasp.app import create_app
from handclasp.db import db
from handclasp.people import service as people
from handclasp.policy import publishing
from tests.conftest import settings
from tests.support.office import Clock, Office, Person
from tests.support.processes import ROOT
from tests.support.rules import change, rules, wait


def page(person: Person, path: str) -> str:
    answer = person.browser.get(path)
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.split())


def send(person: Person, form_page: str, action: str, **fields: str) -> httpx.Response:
    """Send the form on a page, with the token that stands on it."""
    token = re.search(r'name="csrf" value="(\w+)"', person.browser.get(form_page).text)
    assert token
    return person.browser.post(action, data={"csrf": token[1]} | fields)


def filled(person: Person) -> dict[str, str]:
    """The fields of the form as it opens."""
    text = person.browser.get("/policy/change").text
    found = dict(re.findall(r'<input (?:type="hidden" )?name="(\w+)"[^>]*? value="([^"]*)"', text))
    for name, options in re.findall(r'<select name="(\w+)"[^>]*>(.*?)</select>', text, re.DOTALL):
        chosen = re.search(r'value="(\w*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return {name: value for name, value in found.items() if name != "csrf"}


def test_rule_12_the_page_says_who_sees_what_and_what_it_is_not_for(office: Office) -> None:
    ana = office.person("ana")
    text = page(ana, "/policy")
    assert "It is not for appraisal, pay or dismissal." in text
    assert "after 10 seconds, with your name" in text
    assert "counts of at least 5 people, no names" in text
    assert "make a sign-in link for anybody" in text
    # Both kinds are explained, whichever is used.
    assert "How pooled ratings would come out" in text
    change(office.admin, attribution="pooled", k=7, colluders=2)
    text = page(ana, "/policy")
    next_release = rules(ana)["next_release_on"]
    assert next_release.split("-")[0] in text
    for said in (
        "nobody but whoever gave it ever sees a single rating",
        "if at least 7 colleagues rated you",
        "Nobody can bring a date forward",
        "in any release with at least 7 other colleagues behind it",
        "not even if 2 more of those who rated tell what they know",
        "Why you may see nothing yet",
        "there is no live count and no progress bar",
        "whoever holds both the server and its secret could open pooled ratings that are not released yet",
        "a change of your figures hints at the one who left",
    ):
        assert said in text, said


def test_rule_12_the_page_tells_what_is_about_to_change_and_from_when(office: Office, clock: Clock) -> None:
    olga, ana = office.person("olga"), office.person("ana")
    change(office.admin, representative=olga.id)
    version = change(office.admin, k=4).json()["version"]
    text = page(ana, "/policy")
    assert "At least 4 people stand behind every figure, instead of 5." in text
    assert "not before Olga, the employee representative, has signed it" in text
    assert "Countersign" not in text
    assert f"Countersign version {version}" in page(olga, "/policy")
    assert "The policy is about to change" in page(ana, "/")
    assert send(olga, "/policy", f"/policy/{version}/countersign").status_code == 303
    assert "Signed by the employee representative" in page(ana, "/policy")
    assert send(office.admin, "/policy", f"/policy/{version}/withdraw").status_code == 303
    text = page(ana, "/policy")
    assert "About to change" not in text
    assert "The policy is about to change" not in page(ana, "/")
    assert "never, withdrawn on" in text
    wait(office, clock, days=31)
    assert rules(ana)["k"] == 5


def test_rule_12_the_form_shows_what_is_looser_before_anything_is_published(office: Office) -> None:
    olga = office.person("olga")
    fields = filled(office.admin) | {"k": "4", "retention_days": "90", "representative": olga.member.email}
    preview = send(office.admin, "/policy/change", "/policy/change", **fields, step="look")
    text = " ".join(preview.text.split())
    assert 'instead of 5. <span class="tag">looser</span>' in text
    assert "kept 90 days instead of 180.</li>" in text
    assert "so the whole binds from" in text
    assert rules(olga)["version"] == 1
    answer = send(office.admin, "/policy/change", "/policy/change", **fields, step="publish")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/policy")
    upcoming = rules(olga)["upcoming"]
    assert (upcoming["k"], upcoming["retention_days"], upcoming["representative"]["id"]) == (4, 90, olga.id)
    # What is published stands in the form, ready to be changed on.
    assert filled(office.admin)["k"] == "4"


def test_the_form_keeps_what_was_typed_and_says_what_is_wrong(office: Office) -> None:
    fields = filled(office.admin) | {"k": "many", "representative": "nobody@example.org"}
    answer = send(office.admin, "/policy/change", "/policy/change", **fields, step="publish")
    assert answer.status_code == 422
    assert 'value="many"' in answer.text
    assert "A whole number from 3 to 50." in answer.text
    assert "Nobody here has this address." in answer.text
    fields |= {"k": "5", "colluders": "4", "representative": ""}
    answer = send(office.admin, "/policy/change", "/policy/change", **fields, step="look")
    assert (answer.status_code, "up to k less 2" in answer.text) == (422, True)
    for wrong in ({}, {"base_version": "x"}, {"attribution": "anonymous"}):
        assert send(office.admin, "/policy/change", "/policy/change", **wrong).status_code == 422
    assert rules(office.admin)["version"] == 1


def test_a_form_that_somebody_else_was_faster_with_says_so(office: Office) -> None:
    office.person("ana")
    fields = filled(office.admin) | {"k": "7"}
    change(office.admin, k=6)
    answer = send(office.admin, "/policy/change", "/policy/change", **fields, step="publish")
    assert answer.status_code == 409
    assert "Version 2 has been published since" in answer.text
    assert rules(office.admin)["k"] == 6


def test_the_first_steps_ask_for_open_or_pooled_while_the_admin_is_alone(office: Office) -> None:
    assert "Under 25 people, open" in page(office.admin, "/")
    answer = send(office.admin, "/", "/policy/first", attribution="pooled")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/members")
    assert rules(office.admin)["attribution"] == "pooled"
    assert "first-steps" not in page(office.admin, "/")


def test_the_first_steps_end_when_a_colleague_has_come(office: Office) -> None:
    ana = office.person("ana")
    assert "first-steps" not in page(ana, "/")
    assert "first-steps" not in page(office.admin, "/")


def test_rule_12_exports_with_names_have_a_page_for_every_member(office: Office, clock: Clock) -> None:
    olga, ana = office.person("olga"), office.person("ana")
    assert "allows none" in page(ana, "/exports/named")
    change(office.admin, named_exports=True)
    wait(office, clock, days=31)
    change(office.admin, representative=olga.id)
    answer = send(office.admin, "/exports/named", "/exports/named", reason="The works council asked.")
    assert answer.status_code == 303
    assert send(office.admin, "/exports/named", "/exports/named", reason="  ").status_code == 422
    text = page(ana, "/exports/named")
    assert "The works council asked." in text
    assert "Countersign" not in text
    [named_id] = re.findall(r"/exports/named/([\w-]+)/countersign", page(olga, "/exports/named"))
    assert office.admin.browser.get(f"/exports/named/{named_id}.csv").status_code == 409
    assert send(olga, "/exports/named", f"/exports/named/{named_id}/countersign").status_code == 303
    assert f"/exports/named/{named_id}.csv" in page(office.admin, "/exports/named")
    assert "rows=0" in office.admin.browser.get(f"/exports/named/{named_id}.csv").text
    assert "Exported ratings with names" in page(ana, "/log")


def handclasp(folder: Path, *arguments: str, stdin: int = subprocess.DEVNULL) -> str:
    """Run a command; returns what it said."""
    done = subprocess.run(command(*arguments), env=surroundings(folder), stdin=stdin, capture_output=True, check=True)
    return done.stdout.decode()


def on_a_terminal(folder: Path, *arguments: str, typed: str) -> str:
    """The same on a terminal, where something is typed."""
    near, far = pty.openpty()
    with subprocess.Popen(command(*arguments), env=surroundings(folder), stdin=far, stdout=far, stderr=far) as process:
        os.close(far)
        os.write(near, f"{typed}\n".encode())
        said = b"".join(iter(lambda: read(near), b""))
    os.close(near)
    assert process.returncode == 0, said
    return said.decode()


def read(terminal: int) -> bytes:
    """What is said next; nothing when the other side has closed, which a terminal tells by an error."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


def command(*arguments: str) -> list[str]:
    return [str(ROOT / ".venv" / "bin" / "handclasp"), *arguments]


def surroundings(folder: Path) -> dict[str, str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("HANDCLASP_")}
    return env | {"HANDCLASP_DATA_DIR": str(folder)}


def attribution(folder: Path) -> str:
    app = create_app(settings(folder))
    with app.app_context():
        found = publishing.rules(people.organisations()[0].organisation_id).in_force.terms.attribution
        db.engine.dispose()
    return found.value


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--people", "24"), "open"),
        (("--people", "25"), "pooled"),
        (("--people", "2000", "--attribution", "open"), "open"),
    ],
)
def test_init_suggests_by_size_and_obeys(tmp_path: Path, arguments: tuple[str, ...], expected: str) -> None:
    said = handclasp(tmp_path, "init", *arguments)
    assert f"Ratings are {expected}" in said
    assert attribution(tmp_path) == expected


def test_init_asks_on_a_terminal_and_changes_nothing_the_second_time(tmp_path: Path) -> None:
    said = on_a_terminal(tmp_path, "init", typed="pooled")
    for line in ("  open ", "  pooled ", "  Under 25 people open suits"):
        assert line in said
    assert attribution(tmp_path) == "pooled"
    again = on_a_terminal(tmp_path, "init", "--attribution", "open", typed="open")
    assert "Its policy stays as it is" in again
    assert "Who sees a single rating?" not in again
    assert attribution(tmp_path) == "pooled"


def test_init_asks_nobody_who_could_not_read_the_question(tmp_path: Path) -> None:
    near, far = pty.openpty()
    try:
        assert "Ratings are open" in handclasp(tmp_path, "init", stdin=far)
    finally:
        os.close(near)
        os.close(far)
