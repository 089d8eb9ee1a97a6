"""Every route, by everybody: closed unless this table opens it."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

import httpx
import pytest
from flask import Flask

from handclasp.auth import tokens
from handclasp.auth.guard import UndeclaredRouteError, close_by_default, permission_of
from tests.support.contract import contract
from tests.support.office import Office, browser, item, rating
from tests.support.tools import breakage, tool_file

TABLE: dict[tuple[str, str], dict[str, int]] = {
    # (method, path) of openapi.json -> what nobody, a member, an admin and a script token get; `foreign` is what
    # an admin of another organisation gets when naming this organisation's things.
    ("get", "/healthz"): {"nobody": 200, "member": 200, "admin": 200, "script": 200, "foreign": 200},
    ("get", "/readyz"): {"nobody": 200, "member": 200, "admin": 200, "script": 200, "foreign": 200},
    ("get", "/api/v1/me"): {"nobody": 401, "member": 200, "admin": 200, "script": 403, "foreign": 200},
    ("get", "/api/v1/me/data"): {"nobody": 401, "member": 200, "admin": 200, "script": 403, "foreign": 200},
    ("get", "/api/v1/policy"): {"nobody": 401, "member": 200, "admin": 200, "script": 403, "foreign": 200},
    ("put", "/api/v1/policy"): {"nobody": 401, "member": 403, "admin": 201, "script": 403, "foreign": 201},
    ("get", "/api/v1/policy/versions"): {"nobody": 401, "member": 200, "admin": 200, "script": 403, "foreign": 200},
    ("post", "/api/v1/policy/{version}/countersign"): {
        "nobody": 401, "member": 403, "admin": 403, "script": 403, "foreign": 403,
    },
    ("delete", "/api/v1/policy/{version}"): {
        "nobody": 401, "member": 403, "admin": 409, "script": 403, "foreign": 409,
    },
    ("get", "/api/v1/log"): {"nobody": 401, "member": 200, "admin": 200, "script": 403, "foreign": 200},
    ("get", "/api/v1/people"): {"nobody": 401, "member": 200, "admin": 200, "script": 403, "foreign": 200},
    ("post", "/api/v1/handoffs/resolve"): {
        "nobody": 401, "member": 200, "admin": 200, "script": 403, "foreign": 200,
    },
    ("put", "/api/v1/ratings/{rating_id}"): {
        "nobody": 401, "member": 200, "admin": 404, "script": 403, "foreign": 422,
    },
    ("get", "/api/v1/ratings/{rating_id}"): {
        "nobody": 401, "member": 200, "admin": 404, "script": 403, "foreign": 404,
    },
    ("delete", "/api/v1/ratings/{rating_id}"): {
        "nobody": 401, "member": 200, "admin": 404, "script": 403, "foreign": 404,
    },
    ("get", "/api/v1/ratings"): {"nobody": 401, "member": 200, "admin": 200, "script": 403, "foreign": 200},
    ("put", "/api/v1/notes/{note_id}"): {
        "nobody": 401, "member": 200, "admin": 404, "script": 403, "foreign": 422,
    },
    ("get", "/api/v1/inbox"): {"nobody": 401, "member": 200, "admin": 200, "script": 403, "foreign": 200},
    ("post", "/api/v1/inbox/read"): {
        "nobody": 401, "member": 200, "admin": 200, "script": 403, "foreign": 200,
    },
    ("get", "/api/v1/inbox/unread"): {
        "nobody": 401, "member": 200, "admin": 200, "script": 403, "foreign": 200,
    },
    ("get", "/api/v1/me/service"): {"nobody": 401, "member": 200, "admin": 200, "script": 403, "foreign": 200},
    ("get", "/api/v1/reports/teams"): {"nobody": 401, "member": 403, "admin": 200, "script": 403, "foreign": 200},
    ("get", "/api/v1/reports/edges"): {"nobody": 401, "member": 403, "admin": 200, "script": 403, "foreign": 200},
    ("put", "/api/v1/me/pause"): {"nobody": 401, "member": 200, "admin": 200, "script": 403, "foreign": 200},
    ("post", "/api/v1/notes/{note_id}/report"): {
        "nobody": 401, "member": 404, "admin": 404, "script": 403, "foreign": 404,
    },
    ("put", "/api/v1/notes/{note_id}/public"): {
        "nobody": 401, "member": 404, "admin": 404, "script": 403, "foreign": 404,
    },
    ("get", "/api/v1/wall"): {"nobody": 401, "member": 200, "admin": 200, "script": 403, "foreign": 200},
    ("get", "/api/v1/reported-notes"): {"nobody": 401, "member": 403, "admin": 200, "script": 403, "foreign": 200},
    ("put", "/api/v1/reported-notes/{note_id}"): {
        "nobody": 401, "member": 403, "admin": 404, "script": 403, "foreign": 404,
    },
    ("get", "/api/v1/mutes"): {"nobody": 401, "member": 200, "admin": 200, "script": 403, "foreign": 200},
    ("put", "/api/v1/mutes/{member_id}"): {
        "nobody": 401, "member": 200, "admin": 200, "script": 403, "foreign": 404,
    },
    ("delete", "/api/v1/mutes/{member_id}"): {
        "nobody": 401, "member": 200, "admin": 200, "script": 403, "foreign": 200,
    },
    ("put", "/api/v1/expectations/{expectation_id}"): {
        "nobody": 401, "member": 200, "admin": 404, "script": 403, "foreign": 422,
    },
    ("get", "/api/v1/expectations/{expectation_id}"): {
        "nobody": 401, "member": 200, "admin": 404, "script": 403, "foreign": 404,
    },
    ("post", "/api/v1/expectations/{expectation_id}/response"): {
        "nobody": 401, "member": 200, "admin": 404, "script": 403, "foreign": 404,
    },
    ("get", "/api/v1/expectations"): {"nobody": 401, "member": 200, "admin": 200, "script": 403, "foreign": 200},
    ("get", "/api/v1/reports/agreements"): {
        "nobody": 401, "member": 403, "admin": 200, "script": 403, "foreign": 200,
    },
    ("get", "/api/v1/repairs/{repair_id}"): {
        "nobody": 401, "member": 200, "admin": 404, "script": 403, "foreign": 404,
    },
    ("put", "/api/v1/repairs/{repair_id}"): {
        "nobody": 401, "member": 200, "admin": 404, "script": 403, "foreign": 404,
    },
    ("get", "/api/v1/exports/named"): {"nobody": 401, "member": 200, "admin": 200, "script": 403, "foreign": 200},
    ("put", "/api/v1/exports/named/{named_id}"): {
        "nobody": 401, "member": 403, "admin": 409, "script": 403, "foreign": 409,
    },
    ("post", "/api/v1/exports/named/{named_id}/countersign"): {
        "nobody": 401, "member": 404, "admin": 404, "script": 403, "foreign": 404,
    },
    ("get", "/api/v1/patterns"): {"nobody": 401, "member": 403, "admin": 200, "script": 403, "foreign": 200},
    ("put", "/api/v1/patterns/{flag_id}"): {
        "nobody": 401, "member": 403, "admin": 404, "script": 403, "foreign": 404,
    },
    ("get", "/api/v1/tools"): {"nobody": 401, "member": 200, "admin": 200, "script": 403, "foreign": 200},
    ("get", "/api/v1/tools/{tool_id}"): {"nobody": 401, "member": 200, "admin": 200, "script": 403, "foreign": 404},
    ("post", "/api/v1/tools/{tool_id}/breakages"): {
        "nobody": 401, "member": 202, "admin": 202, "script": 403, "foreign": 404,
    },
    ("get", "/api/v1/tools/breakages"): {"nobody": 401, "member": 403, "admin": 200, "script": 403, "foreign": 200},
    ("put", "/api/v1/tools/breakages/{breakage_id}"): {
        "nobody": 401, "member": 403, "admin": 404, "script": 403, "foreign": 404,
    },
    ("put", "/api/v1/tools/{tool_id}"): {
        "nobody": 401, "member": 403, "admin": 200, "script": 403, "foreign": 201,
    },
    ("delete", "/api/v1/tools/{tool_id}"): {
        "nobody": 401, "member": 403, "admin": 204, "script": 403, "foreign": 204,
    },
    ("get", "/api/v1/exports/{dataset}"): {
        "nobody": 401, "member": 403, "admin": 200, "script": 200, "foreign": 200,
    },
}  # fmt: skip


def test_the_table_has_a_row_for_every_route() -> None:
    routes = {(method, path) for path, operations in contract()["paths"].items() for method in operations
              if method != "parameters"}  # fmt: skip
    assert routes == set(TABLE)


@pytest.mark.parametrize("who", ["nobody", "member", "admin", "script", "foreign"])
def test_every_route_answers_each_as_the_table_says(office: Office, other_office: Office, who: str) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    rating_id, note_id = uuid.uuid4(), uuid.uuid4()
    tomas.rate(ana, id=rating_id)
    tomas.thank(ana, id=note_id)
    expectation_id, repair_id = uuid.uuid4(), uuid.uuid4()
    need = {"revision": 1, "provider": {"member": ana.id}, "item": item(), "need": "All rows"}
    tomas.put(f"/api/v1/expectations/{expectation_id}", need)
    tomas.thank(ana, "A word on Monday.", id=repair_id, kind="word")
    assert office.admin.put("/api/v1/tools/wishes", tool_file()).status_code == 201
    with office.app.app_context():
        script = tokens.new_machine_token(office.organisation_id, office.admin.member.id, "Report")
    credentials = {
        "nobody": None,
        "member": tomas.token,
        "admin": office.admin.token,
        "script": script,
        "foreign": other_office.admin.token,
    }
    bodies: dict[tuple[str, str], Any] = {
        ("put", "/api/v1/ratings/{rating_id}"): rating(ana),
        ("put", "/api/v1/notes/{note_id}"): {
            "kind": "thanks", "recipient": {"member": ana.id}, "item": item(), "text": "Thank you.",
        },
        ("post", "/api/v1/handoffs/resolve"): {"item": item(), "people": [{"role": "owner", "handle": "ana"}]},
        ("post", "/api/v1/inbox/read"): {"ids": [str(note_id)]},
        ("put", "/api/v1/policy"): {
            "base_version": 1, "attribution": "open", "k": 6, "colluders": 1, "calendar": "monthly",
            "breakdown": "none", "retention_days": 180, "teammates_rate": None, "named_exports": False,
            "representative": None,
        },
        ("put", "/api/v1/exports/named/{named_id}"): {"reason": "The works council asked."},
        ("put", "/api/v1/me/pause"): {"paused": True},
        ("post", "/api/v1/notes/{note_id}/report"): {"reason": None},
        ("put", "/api/v1/notes/{note_id}/public"): {"public": True},
        ("put", "/api/v1/reported-notes/{note_id}"): {"settled": True},
        ("put", "/api/v1/mutes/{member_id}"): {"kind": "block"},
        ("put", "/api/v1/patterns/{flag_id}"): {"seen": True},
        ("put", "/api/v1/expectations/{expectation_id}"): need,
        ("post", "/api/v1/expectations/{expectation_id}/response"): {"action": "withdraw"},
        ("put", "/api/v1/repairs/{repair_id}"): {"state": "closed"},
        ("put", "/api/v1/tools/{tool_id}"): tool_file(),
        ("post", "/api/v1/tools/{tool_id}/breakages"): breakage(),
        ("put", "/api/v1/tools/breakages/{breakage_id}"): {"settled": True},
    }  # fmt: skip
    # Deleting comes last, so that every other row sees the rating.
    for (method, path), expected in sorted(TABLE.items(), key=lambda row: row[0][0] == "delete"):
        url = path.format(
            rating_id=rating_id,
            note_id=note_id,
            member_id=ana.id,
            dataset="ratings",
            version=1,
            named_id=uuid.uuid4(),
            expectation_id=expectation_id,
            repair_id=repair_id,
            flag_id=uuid.uuid4(),
            tool_id="wishes",
            breakage_id=uuid.uuid4(),
        )
        if path == "/api/v1/ratings/{rating_id}" and method == "delete":
            url += "?revision=2"
        answer = call(office.app, credentials[who], method, url, bodies.get((method, path)))
        assert answer.status_code == expected[who], (who, method, path, answer.text)
        if who == "foreign":
            assert_nothing_of(office, answer)
    # Whoever was not allowed has changed nothing.
    if who != "member":
        assert tomas.get(f"/api/v1/ratings/{rating_id}").json()["withdrawn"] is False
        assert ana.get("/api/v1/inbox/unread").json()["unread"] == 3
        assert tomas.get(f"/api/v1/repairs/{repair_id}").json()["state"] == "open"
    if who != "admin":
        assert tomas.get("/api/v1/tools/wishes").json()["tool"] == tool_file()


CONSOLE: dict[tuple[str, str], tuple[int, int, int]] = {
    # (method, rule) of every page -> what a signed-out browser, a member and an admin get. A form without its
    # token is 403 for everybody who is signed in.
    ("GET", "/"): (302, 200, 200),
    ("GET", "/policy"): (302, 200, 200),
    ("GET", "/policy/change"): (302, 403, 200),
    ("POST", "/policy/change"): (401, 403, 403),
    ("POST", "/policy/first"): (401, 403, 403),
    ("POST", "/policy/<int:version>/countersign"): (401, 403, 403),
    ("POST", "/policy/<int:version>/withdraw"): (401, 403, 403),
    ("GET", "/log"): (302, 200, 200),
    ("GET", "/wall"): (302, 200, 200),
    ("POST", "/wall/<uuid:note_id>/take-off"): (401, 403, 403),
    ("GET", "/reported-notes"): (302, 403, 200),
    ("POST", "/reported-notes/<uuid:note_id>/settle"): (401, 403, 403),
    ("GET", "/patterns"): (302, 403, 200),
    ("POST", "/patterns/<uuid:flag_id>/seen"): (401, 403, 403),
    ("GET", "/exports/named"): (302, 200, 200),
    ("POST", "/exports/named"): (401, 403, 403),
    ("POST", "/exports/named/<uuid:named_id>/countersign"): (401, 403, 403),
    ("GET", "/exports/named/<uuid:named_id>.<any(csv, ndjson):format>"): (302, 403, 404),
    ("GET", "/tools"): (302, 403, 200),
    ("POST", "/tools"): (401, 403, 403),
    ("POST", "/tools/<tool_id>/remove"): (401, 403, 403),
    ("POST", "/tools/breakages/<uuid:breakage_id>/settle"): (401, 403, 403),
    ("GET", "/members"): (302, 403, 200),
    ("POST", "/members"): (401, 403, 403),
    ("GET", "/exports"): (302, 403, 200),
    ("POST", "/exports/token"): (401, 403, 403),
    ("GET", "/exports/<any(ratings, notes, members, releases, edges):dataset>.<any(csv, ndjson):format>"): (
        302,
        403,
        200,
    ),
    ("GET", "/my-data"): (302, 200, 200),
    ("GET", "/my-data.json"): (302, 200, 200),
    ("POST", "/sign-ins/told"): (401, 403, 403),
    ("POST", "/connections/<uuid:grant_id>/end"): (401, 403, 403),
    ("POST", "/sessions/<uuid:session_id>/end"): (401, 403, 403),
    ("POST", "/sign-out"): (401, 403, 403),
    ("GET", "/oauth/authorize"): (302, 400, 400),
    ("POST", "/oauth/authorize"): (401, 403, 403),
    ("GET", "/sign-in"): (200, 302, 302),
    ("POST", "/sign-in"): (422, 422, 422),
    ("GET", "/sign-in/<token>"): (410, 410, 410),
    ("POST", "/sign-in/<token>"): (410, 410, 410),
    ("GET", "/static/<path:name>"): (200, 200, 200),
    ("POST", "/oauth/token"): (400, 400, 400),
    ("POST", "/oauth/revoke"): (400, 400, 400),
    ("GET", "/.well-known/oauth-authorization-server"): (200, 200, 200),
    ("GET", "/openapi.json"): (200, 200, 200),
}


def test_every_page_answers_each_as_the_table_says(office: Office) -> None:
    described = set(contract()["paths"])
    rules = {
        (method, rule.rule)
        for rule in office.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule) not in described
    }
    assert rules == set(CONSOLE)
    visitors = (browser(office.app), office.person("ana").sign_in().browser, office.admin.sign_in().browser)
    for (method, rule), expected in CONSOLE.items():
        url = rule
        for part, value in {
            "<any(ratings, notes, members, releases, edges):dataset>": "members",
            "<any(csv, ndjson):format>": "csv",
            "<int:version>": "1",
            "<uuid:named_id>": str(uuid.uuid4()),
            "<uuid:grant_id>": str(uuid.uuid4()),
            "<uuid:note_id>": str(uuid.uuid4()),
            "<uuid:flag_id>": str(uuid.uuid4()),
            "<tool_id>": "wishes",
            "<uuid:breakage_id>": str(uuid.uuid4()),
            "<uuid:session_id>": str(uuid.uuid4()),
            "<token>": "hcl_nonsense",
            "<path:name>": "console.css",
        }.items():
            url = url.replace(part, value)
        answered = tuple(visitor.request(method, url).status_code for visitor in visitors)
        assert answered == expected, (method, rule)


def call(app: Flask, token: str | None, method: str, url: str, body: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return browser(app).request(method, url, json=body, headers=headers)


def assert_nothing_of(office: Office, answer: httpx.Response) -> None:
    for person in office.people.values():
        assert person.id not in answer.text
    assert "Ticket 1" not in answer.text


def test_a_foreign_cursor_shows_only_my_own(office: Office, other_office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    for number in range(3):
        tomas.rate(ana, item=item(str(number)))
    cursor = tomas.get("/api/v1/ratings", params={"limit": 1}).json()["next"]
    answer = other_office.person("mei").get("/api/v1/ratings", params={"cursor": cursor})
    assert answer.json()["items"] == []


def test_a_console_cookie_opens_no_api(office: Office) -> None:
    ana = office.person("ana").sign_in()
    assert ana.browser.get("/api/v1/me").status_code == 401


def test_no_cors_and_no_cookies_on_the_api(office: Office) -> None:
    ana = office.person("ana")
    answer = ana.get("/api/v1/me", headers={"Origin": "https://trac.example.org"})
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
    assert "Set-Cookie" not in answer.headers


def test_a_route_without_a_permission_stops_the_start(app: Flask) -> None:
    open_app = Flask("open")
    open_app.add_url_rule("/forgotten", view_func=lambda: "")
    with pytest.raises(UndeclaredRouteError, match="/forgotten"):
        close_by_default(open_app)
    assert all(permission_of(view) for view in app.view_functions.values())


def test_openapi_json_is_what_is_committed(app: Flask) -> None:
    served = browser(app).get("/openapi.json").json()
    assert served == json.loads(json.dumps(contract())), "run `make contract` and commit the result"


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"content": b"{"}, 400, "bad-json"),
        ({"content": b'{"revision": NaN}'}, 400, "bad-json"),
        ({"content": b"\xff\xfe"}, 400, "bad-json"),
        ({"content": b"[" * 60000}, 400, "bad-json"),
        ({"content": b"1" * 5000}, 400, "bad-json"),
        ({"content": b"[]"}, 422, "validation"),
        ({"content": b"null"}, 422, "validation"),
        ({"content": b'"text"'}, 422, "validation"),
        ({"content": b" " * 70000}, 413, "request-entity-too-large"),
        ({"content": b"{}", "headers": {"Content-Type": "text/plain"}}, 415, "unsupported-media-type"),
    ],
)
def test_bad_bodies_are_problems(office: Office, more: dict[str, Any], status: int, code: str) -> None:
    ana = office.person("ana")
    headers = {"Content-Type": "application/json"} | more.get("headers", {})
    answer = ana.call("PUT", f"/api/v1/ratings/{uuid.uuid4()}", content=more["content"], headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:handclasp:problem:{code}")


def test_text_that_no_database_can_keep_is_refused(office: Office) -> None:
    tomas, ana = office.person("tomas"), office.person("ana")
    for text in ("a\x00b", "\ud800", "   ", "", "x" * 2001):
        body = {"kind": "thanks", "recipient": {"member": ana.id}, "text": text}
        answer = tomas.call(
            "PUT",
            f"/api/v1/notes/{uuid.uuid4()}",
            content=json.dumps(body),
            headers={"Content-Type": "application/json"},
        )
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/text"), text
    assert ana.inbox() == []


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/ratings/not-a-uuid", "/nothing"])
def test_unknown_addresses_are_problems(app: Flask, path: str) -> None:
    answer = browser(app).get(path, headers={"Accept": "*/*"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


def test_wrong_methods_are_problems(app: Flask) -> None:
    answer = browser(app).post("/healthz", headers={"Accept": "*/*"})
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert answer.json()["status"] == 405


def test_a_browser_sees_a_page_instead(app: Flask) -> None:
    answer = browser(app).get("/nothing")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "<h1>Not found</h1>" in answer.text


def test_unknown_and_repeated_parameters_are_refused(office: Office) -> None:
    ana = office.person("ana")
    for query in ("page=2", "limit=1&limit=2", "limit=0", "limit=201", "limit=x"):
        assert ana.get(f"/api/v1/inbox?{query}").status_code == 422, query


def test_unknown_tokens_are_told_apart_from_none(office: Office) -> None:
    ana = office.person("ana")
    for token in ("nonsense", ana.token + "x", ana.token.replace("hca_", "hcr_"), "hca_zz_zz"):
        answer = browser(office.app).get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
