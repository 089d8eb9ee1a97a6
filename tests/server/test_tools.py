"""An organisation's own tool files: stored only when good, served whole, and asked before the bundled ones."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import event, insert

from handclasp.db import db, utc_now, writing
from handclasp.releases.service import release_due
from handclasp.tools import own
from handclasp.tools.models import ToolFile
from handclasp.tools.service import check_bundled
from tests.support.office import Clock, Office, Person, item
from tests.support.pooled import forward_to, pool
from tests.support.tools import bundled_file, tool_file

PATH = "/api/v1/tools"


def put(person: Person, tool: dict[str, Any], tool_id: str | None = None, **headers: str) -> httpx.Response:
    headers["Content-Type"] = "application/json"
    # In ASCII, so that what no text can hold is sent, too.
    return person.call("PUT", f"{PATH}/{tool_id or tool['id']}", content=json.dumps(tool), headers=headers)


def listed(person: Person) -> dict[str, dict[str, Any]]:
    return {tool["id"]: tool for tool in person.get(PATH).json()["items"]}


def pointers(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [error["pointer"] for error in answer.json()["errors"]]


def log(person: Person) -> list[tuple[str, dict[str, Any]]]:
    entries = person.get("/api/v1/log?limit=200").json()["items"]
    return [(entry["actor"]["id"], entry["detail"]) for entry in entries if entry["action"] == "tool_file"]


def by_author() -> dict[str, Any]:
    """Trac's file, corrected: here the work of a ticket is its author's."""
    tool = bundled_file("trac")
    tool["items"][0]["provider"] = "author"
    return tool | {"name": "Our Trac"}


def together(acts: list[Callable[[], httpx.Response]]) -> list[int]:
    """Do all of them at the same moment; their answers' statuses, sorted."""
    start = threading.Barrier(len(acts))

    def do(act: Callable[[], httpx.Response]) -> int:
        start.wait()
        return act().status_code

    with ThreadPoolExecutor(len(acts)) as threads:
        return sorted(threads.map(do, acts))


# --- storing and serving -------------------------------------------------------------------------


def test_a_file_is_put_in_force_read_by_every_member_and_taken_away(office: Office) -> None:
    ana, tool = office.person("ana"), tool_file()
    made = put(office.admin, tool)
    assert made.status_code == 201
    stored = made.json()
    assert (stored["id"], stored["name"], stored["overrides_bundled"]) == ("wishes", "Wish list", False)
    assert stored["tool"] == tool
    assert made.headers["ETag"] == f'"{stored["version"]}"'
    assert ana.get(f"{PATH}/wishes").json() == stored
    assert listed(ana) == {"wishes": tool}
    gone = office.admin.call("DELETE", f"{PATH}/wishes")
    assert (gone.status_code, gone.content) == (204, b"")
    assert listed(ana) == {}
    assert ana.get(f"{PATH}/wishes").status_code == 404


def test_the_version_is_the_digest_of_the_canonical_file(office: Office) -> None:
    """What an extension computes of the file it got is the version that the server names."""
    tool = tool_file(name="Wünsche ☃")
    version = put(office.admin, tool).json()["version"]
    text = json.dumps(tool, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert version == hashlib.sha256(text.encode()).hexdigest()


def test_the_same_again_changes_nothing(office: Office, clock: Clock) -> None:
    first = put(office.admin, tool_file()).json()
    tag = office.admin.get(PATH).headers["ETag"]
    clock.forward(seconds=60)
    reordered = dict(reversed(tool_file().items()))
    again = put(office.admin, reordered)
    assert (again.status_code, again.json()) == (200, first)
    assert office.admin.get(PATH).headers["ETag"] == tag
    assert len(log(office.admin)) == 1
    changed = put(office.admin, tool_file(name="Wishes")).json()
    assert changed["version"] != first["version"]
    assert changed["changed_at"] > first["changed_at"]


def test_404_says_whether_a_bundled_file_is_in_force(office: Office) -> None:
    ana = office.person("ana")
    assert "comes with Handclasp is in force" in ana.get(f"{PATH}/trac").json()["detail"]
    assert "knows no tool of this id" in ana.get(f"{PATH}/nothing").json()["detail"]
    assert office.admin.call("DELETE", f"{PATH}/trac").status_code == 404
    assert put(office.admin, by_author()).json()["overrides_bundled"] is True


def test_every_change_stands_in_the_log_that_members_read(office: Office) -> None:
    ana, admin = office.person("ana"), office.admin
    put(admin, tool_file())
    put(admin, tool_file(name="Wishes"))
    admin.call("DELETE", f"{PATH}/wishes")
    assert log(ana) == [
        (admin.id, {"tool": "wishes", "what": "removed"}),
        (admin.id, {"tool": "wishes", "what": "changed"}),
        (admin.id, {"tool": "wishes", "what": "added"}),
    ]
    assert "Changed the organisation&#39;s own tool file wishes" in ana.browser.get("/log").text.replace("'", "&#39;")


# --- the list costs a 304 ------------------------------------------------------------------------


def test_the_list_costs_a_304_until_a_file_changes(office: Office) -> None:
    ana = office.person("ana")

    def tag() -> str:
        answer = ana.get(PATH)
        assert answer.headers["Cache-Control"] == "private, no-cache"
        return answer.headers["ETag"]

    def is_news(known: str) -> bool:
        answer = ana.get(PATH, headers={"If-None-Match": known})
        assert (answer.status_code, answer.headers["ETag"]) in [(200, tag()), (304, known)]
        return answer.status_code == 200

    empty = tag()
    assert not empty.startswith("W/")
    assert not is_news(empty)
    put(office.admin, tool_file())
    assert is_news(empty)
    one = tag()
    assert not is_news(one)
    put(office.admin, tool_file("other"))
    assert is_news(one)
    office.admin.call("DELETE", f"{PATH}/other")
    assert not is_news(one)
    office.admin.call("DELETE", f"{PATH}/wishes")
    assert not is_news(empty)


def test_a_304_reads_one_row_and_no_file(office: Office) -> None:
    put(office.admin, tool_file())
    tag = office.admin.get(PATH).headers["ETag"]
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    with office.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert office.admin.get(PATH, headers={"If-None-Match": tag}).status_code == 304
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len([statement for statement in statements if "tool_shelf" in statement]) == 1
    assert not [statement for statement in statements if "tool_file" in statement]


def test_one_file_costs_a_304_too(office: Office) -> None:
    tag = put(office.admin, tool_file()).headers["ETag"]
    answer = office.person("ana").get(f"{PATH}/wishes", headers={"If-None-Match": tag})
    assert (answer.status_code, answer.content) == (304, b"")


# --- what is refused -----------------------------------------------------------------------------


def test_a_bad_file_is_refused_with_a_pointer_to_each_problem_and_the_old_one_stays(office: Office) -> None:
    good = put(office.admin, tool_file()).json()
    bad = tool_file(hosts=["Not A Host"], script="alert(1)")
    bad["items"][0]["key"] = ""
    bad["anchors"][0]["position"] = "inside"
    del bad["people"]
    assert sorted(pointers(put(office.admin, bad))) == [
        "#", "#/anchors/0/position", "#/hosts/0", "#/items/0/key",
    ]  # fmt: skip
    unnamed = tool_file()
    unnamed["items"][0]["key"] = "{nothing}"
    answer = put(office.admin, unnamed)
    assert pointers(answer) == ["#/items/0/key"]
    assert "nothing" in answer.json()["errors"][0]["detail"]
    assert office.person("ana").get(f"{PATH}/wishes").json() == good
    assert len(log(office.admin)) == 1


def test_templates_that_cannot_be_read_or_take_long_are_refused(office: Office) -> None:
    for path in ("/wish/{number:alnum:201-}", "/wish/{number:alnum:0-}", "/wish/{number:int:5}", "/{a}-{b}-{number}!"):
        tool = tool_file()
        tool["items"][0]["paths"] = [path]
        assert "#/items/0/paths/0" in pointers(put(office.admin, tool)), path
    title = tool_file(document_title=["{*} {*} {*} {*} {*} {*} {*} {title}!"])
    answer = put(office.admin, title)
    assert pointers(answer) == ["#/document_title/0"]
    assert "at most 3 placeholders" in answer.json()["errors"][0]["detail"]
    assert listed(office.admin) == {}


def test_the_id_is_that_of_the_address_and_never_an_address_of_the_api(office: Office) -> None:
    assert pointers(put(office.admin, tool_file(), "other")) == ["#/id"]
    assert pointers(put(office.admin, tool_file("breakages"))) == ["#/id"]
    assert pointers(put(office.admin, tool_file("Bad_Id"))) == ["#/id"]
    assert pointers(put(office.admin, tool_file("wishes\n"), "wishes%0A")) == ["#/id"]
    assert listed(office.admin) == {}


def deep(levels: int) -> Any:
    found: Any = "bottom"
    for _ in range(levels):
        found = [found]
    return found


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": "a\x00b"}, "#/name"),
        ({"name": "a\nb"}, "#/name"),
        ({"nobody": ["\ud800"]}, "#/nobody/0"),
        ({"nobody": deep(400)}, "#/nobody/0/0/0/0/0/0/0/0/0/0/0/0"),
        ({"nobody": [{} for _ in range(9000)]}, "#/nobody"),
        ({"script": "x" * 20000}, "#/script"),
        ({"nobody": [1.5]}, "#/nobody/0"),
        ({"nobody": [2**60]}, "#/nobody/0"),
        ({"people": {"\ud800": []}}, "#/people"),
    ],
    ids=["nul", "line break", "half a character", "deep", "many", "long", "fraction", "large", "name"],
)
def test_what_no_tool_file_looks_like_is_refused_before_a_closer_look(
    office: Office, change: dict[str, Any], pointer: str
) -> None:
    assert pointers(put(office.admin, tool_file() | change)) == [pointer]
    assert listed(office.admin) == {}


def test_a_file_is_no_larger_than_64_kib_and_no_answer_is_longer_than_fifty_problems(office: Office) -> None:
    large = office.admin.call(
        "PUT", f"{PATH}/wishes", content=b" " * 66000, headers={"Content-Type": "application/json"}
    )
    assert large.status_code == 413
    many = put(office.admin, {str(number): [number] * 90 for number in range(90)} | tool_file(hosts=[1] * 90))
    assert many.status_code == 422
    assert len(many.json()["errors"]) <= 50
    for body in (b"[]", b"null", b'"text"', b"[" * 900 + b"]" * 900):
        answer = office.admin.call("PUT", f"{PATH}/wishes", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422, body


def test_three_hundred_files_are_the_most(office: Office) -> None:
    fill(office, own.MOST - 1)
    # Two at once, and there is place for one.
    acts = [lambda tool_id=tool_id: put(office.admin, tool_file(tool_id)) for tool_id in ("one", "other")]
    assert together(acts) == [201, 409]
    full = put(office.admin, tool_file("more"))
    assert (full.status_code, full.json()["type"]) == (409, "urn:handclasp:problem:too-many-tools")
    assert "Remove one first" in full.json()["detail"]
    assert put(office.admin, tool_file("filler-7")).status_code == 200


def fill(office: Office, files: int) -> None:
    """So many files, as if they had been put one by one."""
    rows = [
        {
            "organisation_id": office.organisation_id, "tool": f"filler-{number}", "name": "Filler",
            "version": own.version_of(own.canonical(tool_file(f"filler-{number}", name="Filler"))),
            "changed_at": utc_now(), "content": own.canonical(tool_file(f"filler-{number}", name="Filler")),
        }
        for number in range(files)
    ]  # fmt: skip
    with office.app.app_context(), writing(office.organisation_id) as session:
        session.execute(insert(ToolFile), rows)


# --- nobody's change is lost ---------------------------------------------------------------------


def test_a_change_of_what_has_moved_on_is_refused(office: Office) -> None:
    first = put(office.admin, tool_file()).headers["ETag"]
    second = put(office.admin, tool_file(name="Wishes"), **{"If-Match": first})
    assert second.status_code == 200
    late = put(office.admin, tool_file(name="Too late"), **{"If-Match": first})
    assert (late.status_code, late.json()["type"]) == (412, "urn:handclasp:problem:tool-moved-on")
    assert late.headers["ETag"] == second.headers["ETag"]
    assert listed(office.admin)["wishes"]["name"] == "Wishes"
    weak = put(office.admin, tool_file(name="Weak"), **{"If-Match": f"W/{second.headers['ETag']}"})
    assert weak.status_code == 412
    assert office.admin.call("DELETE", f"{PATH}/wishes", headers={"If-Match": first}).status_code == 412
    assert put(office.admin, tool_file(name="Any"), **{"If-Match": "*"}).status_code == 200
    for headers in ({"If-Match": first}, {"If-Match": "*"}):
        assert put(office.admin, tool_file("new"), **headers).status_code == 412
    assert set(listed(office.admin)) == {"wishes"}
    now = office.admin.get(f"{PATH}/wishes").headers["ETag"]
    assert office.admin.call("DELETE", f"{PATH}/wishes", headers={"If-Match": now}).status_code == 204


def test_of_changes_at_once_one_wins_and_the_others_are_told(office: Office) -> None:
    tag = put(office.admin, tool_file()).headers["ETag"]
    acts = [
        lambda name=name: put(office.admin, tool_file(name=name), **{"If-Match": tag}) for name in ("A", "B", "C", "D")
    ]
    assert together(acts) == [200, 412, 412, 412]
    assert len(log(office.admin)) == 2


def test_first_files_at_once_all_count_in_the_lists_version(office: Office) -> None:
    acts = [lambda tool_id=tool_id: put(office.admin, tool_file(tool_id)) for tool_id in ("a", "b", "c", "d")]
    assert together(acts) == [201] * 4
    seen = office.admin.get(PATH).headers["ETag"]
    # The version is that of the contents: another organisation with the same files has the same.
    other = Office(office.app)
    for tool_id in ("d", "c", "b", "a"):
        put(other.admin, tool_file(tool_id))
    assert other.admin.get(PATH).headers["ETag"] == seen


def test_another_organisation_neither_sees_nor_changes_them(office: Office, other_office: Office) -> None:
    put(office.admin, tool_file())
    before = office.admin.get(f"{PATH}/wishes").json()
    stranger = other_office.admin
    assert listed(stranger) == {}
    assert stranger.get(f"{PATH}/wishes").status_code == 404
    assert stranger.call("DELETE", f"{PATH}/wishes").status_code == 404
    assert put(stranger, tool_file(name="Theirs")).status_code == 201
    assert stranger.call("DELETE", f"{PATH}/wishes").status_code == 204
    assert office.admin.get(f"{PATH}/wishes").json() == before
    assert log(stranger)[0][1]["what"] == "removed"


# --- in force ------------------------------------------------------------------------------------


def test_the_own_file_says_whose_work_an_item_is(office: Office, other_office: Office) -> None:
    tomas, ana, mei = office.person("tomas"), office.person("ana"), office.person("mei")
    office.alias("ana", ana)
    office.alias("mei", mei)
    page = {"item": item(), "people": [{"role": "owner", "handle": "ana"}, {"role": "author", "handle": "mei"}]}

    def subject() -> str:
        return tomas.post("/api/v1/handoffs/resolve", page).json()["subject"]["id"]

    assert subject() == ana.id
    put(other_office.admin, by_author())
    assert subject() == ana.id
    put(office.admin, by_author())
    assert subject() == mei.id
    # A kind that the own file does not have is read as before.
    tool = by_author()
    tool["items"][0]["kind"] = "wish"
    put(office.admin, tool)
    assert subject() == ana.id
    office.admin.call("DELETE", f"{PATH}/trac")
    assert subject() == ana.id


def test_a_tool_of_ones_own_has_providers_too(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    office.alias("ana", ana, "wishes", "wishes.example.org")
    page = {
        "item": item(tool="wishes", host="wishes.example.org"),
        "people": [{"role": "assignee", "handle": "ana"}],
    }
    assert tomas.post("/api/v1/handoffs/resolve", page).json()["subject"] is None
    put(office.admin, tool_file())
    assert tomas.post("/api/v1/handoffs/resolve", page).json()["subject"]["id"] == ana.id


def test_releases_call_a_tool_as_the_organisation_does(clock: Clock, pooled_office: Office) -> None:
    office = pooled_office
    pool(office, breakdown="tool")
    forward_to(clock, datetime(2030, 1, 10, 12, tzinfo=UTC))
    office.stay_connected()
    ana = office.person("ana", "Design")
    for number in range(10):
        rater = office.person(f"rater{number}", f"Team {number % 3}")
        tool = "wishes" if number < 5 else "trac"
        assert rater.rate(ana, ("met", "exceeded")[number % 2], item=item(tool=tool)).status_code == 201
    put(office.admin, tool_file())
    put(office.admin, by_author())
    forward_to(clock, datetime(2030, 2, 1, 12, tzinfo=UTC))
    with office.app.app_context():
        release_due(office.organisation_id)
    office.stay_connected()

    def names() -> set[str]:
        (release,) = ana.get("/api/v1/me/service").json()["releases"]
        return {cell["name"] for cell in release["cells"]}

    assert names() == {"Wish list", "Our Trac"}
    for tool_id in ("trac", "wishes"):
        office.admin.call("DELETE", f"{PATH}/{tool_id}")
    assert names() == {"Trac", "wishes"}


def test_the_bundled_files_are_good() -> None:
    assert check_bundled() == {}


def test_the_server_starts_without_what_checks_tool_files() -> None:
    """Checking takes more time than reading: it is left to the tests, and to whoever puts a file."""
    program = (
        "import sys, handclasp.app, handclasp.tools.service as s; s.bundled_tools(); print('jsonschema' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


# --- the page ------------------------------------------------------------------------------------


def page(person: Person, path: str = "/tools") -> str:
    answer = person.browser.get(path)
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.split())


def send(person: Person, action: str, form_page: str = "/tools", **more: Any) -> httpx.Response:
    """Send a form of the page, with the token that stands on it; `more` is as httpx takes it."""
    token = re.search(r'name="csrf" value="(\w+)"', person.browser.get(form_page).text)
    assert token
    more["data"] = {"csrf": token[1]} | more.get("data", {})
    return person.browser.post(action, **more)


def test_the_page_says_what_to_do_while_there_is_nothing(office: Office) -> None:
    text = page(office.admin.sign_in())
    assert "None yet. To correct a file that comes with Handclasp, open it below" in text
    assert "Nobody has told of one." in text


def test_a_file_is_written_on_the_page_and_taken_away_again(office: Office) -> None:
    admin = office.admin.sign_in()
    answer = send(admin, "/tools", data={"text": json.dumps(tool_file())})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/tools")
    text = page(admin)
    assert "Wish list" in text
    assert "none: it is new" in text
    assert "The button then no longer appears in Wish list." in text
    assert listed(admin) == {"wishes": tool_file()}
    assert send(admin, "/tools/wishes/remove").status_code == 303
    assert listed(admin) == {}
    assert "Wish list" not in page(admin)
    assert [detail["what"] for _, detail in log(admin)] == ["removed", "added"]


def test_a_file_is_chosen_on_the_page(office: Office) -> None:
    admin = office.admin.sign_in()
    raw = "\ufeff" + json.dumps(by_author())
    answer = send(admin, "/tools", files={"file": ("trac.json", raw.encode())}, data={"text": "left as it was"})
    assert answer.status_code == 303
    assert "the bundled file" in page(admin)
    refused = send(admin, "/tools", files={"file": ("trac.json", b"\xff\xfe\x00")})
    assert (refused.status_code, "not text in UTF-8" in refused.text) == (422, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Choose a tool file, or write one into the field."),
        ('{"id": "wishes",', "This is not JSON: look at line 1, column"),
        ("[" * 3000, "nested too deep"),
        ("1" * 5000, "a number in it is too long"),
        (json.dumps(tool_file(hosts=["<b>Not a host"])), "<b>hosts, 1st</b> <code>#/hosts/0</code>"),
        (json.dumps(tool_file("breakages")), "<b>id</b> <code>#/id</code>"),
    ],
    ids=["nothing", "cut off", "deep", "number", "host", "id"],
)
def test_what_is_wrong_is_said_beside_the_file_and_nothing_typed_is_lost(office: Office, text: str, said: str) -> None:
    admin = office.admin.sign_in()
    answer = send(admin, "/tools", data={"text": text})
    assert answer.status_code == 422
    assert said in answer.text
    kept = answer.text.split('aria-invalid="true">\n')[1].split("</textarea>")[0]
    assert kept.replace("&#34;", '"').replace("&lt;", "<").replace("&gt;", ">") == text
    assert "<b>Not a host" not in answer.text
    assert listed(admin) == {}


def test_the_page_opens_the_file_in_force_and_loses_nobodys_change(office: Office) -> None:
    admin = office.admin.sign_in()

    def opened() -> tuple[dict[str, str], dict[str, Any]]:
        text = admin.browser.get("/tools", params={"file": "trac"}).text
        hidden = dict(re.findall(r'type="hidden" name="(base|of)" value="(\w*)"', text))
        written = text.split('spellcheck="false">\n')[1].split("</textarea>")[0]
        return hidden, json.loads(written.replace("&#34;", '"').replace("&gt;", ">").replace("&#39;", "'"))

    hidden, tool = opened()
    assert (hidden, tool) == ({"base": "", "of": ""}, bundled_file("trac"))
    put(admin, by_author())
    hidden, tool = opened()
    assert tool == by_author()
    put(admin, by_author() | {"name": "Meanwhile"})
    answer = send(admin, "/tools", data=hidden | {"text": json.dumps(tool | {"name": "Late"})})
    assert answer.status_code == 412
    assert "Somebody has changed or removed this tool file meanwhile" in answer.text
    assert "Late" in answer.text
    assert listed(admin)["trac"]["name"] == "Meanwhile"
    hidden, tool = opened()
    assert send(admin, "/tools", data=hidden | {"text": json.dumps(tool | {"name": "Now"})}).status_code == 303
    assert listed(admin)["trac"]["name"] == "Now"
    assert admin.browser.get("/tools", params={"file": "nothing"}).status_code == 404
