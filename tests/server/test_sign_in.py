"""Signing in without passwords, and the console's pages."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from handclasp.auth import service as sign_in
from handclasp.auth.service import NewLink
from tests.support.oauth import hidden_fields
from tests.support.office import Clock, Office, Person, browser


def link_for(office: Office, name: str) -> NewLink:
    member = office.member(name)
    with office.app.app_context():
        return sign_in.new_link(member.organisation_id, member.id)


def test_a_link_signs_in_once_and_looking_uses_nothing_up(office: Office) -> None:
    link = link_for(office, "ana")
    first, second = browser(office.app), browser(office.app)
    for _ in range(3):
        assert "Sign in as Ana" in first.get(f"/sign-in/{link.secret}").text
    assert first.post(f"/sign-in/{link.secret}").status_code == 303
    assert first.get("/").status_code == 200
    stale = second.post(f"/sign-in/{link.secret}")
    assert stale.status_code == 410
    assert "Ask for a new one" in stale.text
    assert second.get(f"/sign-in/{link.secret}").status_code == 410
    assert second.get("/").status_code == 302


def test_a_link_expires_and_a_newer_one_replaces_it(office: Office, clock: Clock) -> None:
    old = link_for(office, "ana")
    new = link_for(office, "ana")
    assert browser(office.app).post(f"/sign-in/{old.secret}").status_code == 410
    clock.forward(days=8)
    assert browser(office.app).post(f"/sign-in/{new.secret}").status_code == 410


def by_code(office: Office, email: str, code: str, onward: str = "/") -> tuple[int, str]:
    answer = browser(office.app).post("/sign-in", data={"email": email, "code": code, "next": onward})
    return answer.status_code, answer.headers.get("Location", answer.text)


def test_the_code_does_the_same_in_the_window_that_asked(office: Office) -> None:
    code = link_for(office, "coder").code
    assert by_code(office, "Coder@example.org", code.lower().replace("-", " "), "/members")[0] == 303
    assert by_code(office, "coder@example.org", code)[0] == 422


def test_after_five_wrong_codes_only_the_link_is_left(office: Office) -> None:
    link = link_for(office, "guessed")
    for _ in range(5):
        assert by_code(office, "guessed@example.org", "AAAA-AAAA")[0] == 422
    assert by_code(office, "guessed@example.org", link.code)[0] == 422
    assert browser(office.app).post(f"/sign-in/{link.secret}").status_code == 303


def test_links_made_at_once_leave_one(office: Office) -> None:
    member = office.member("busy")

    def make(_: int) -> NewLink:
        with office.app.app_context():
            return sign_in.new_link(member.organisation_id, member.id)

    with ThreadPoolExecutor(4) as pool:
        links = list(pool.map(make, range(4)))
    used = [browser(office.app).post(f"/sign-in/{link.secret}").status_code for link in links]
    assert sorted(used) == [303, 410, 410, 410]


def test_what_cannot_be_an_address_is_just_wrong(office: Office) -> None:
    for email in ("a\x00b@example.org", "", "x" * 70000):
        assert by_code(office, email, "AAAA-AAAA")[0] in (413, 422)


@pytest.mark.parametrize("onward", ["https://evil.example.org/", "//evil.example.org", "/\\evil.example.org", "x"])
def test_signing_in_never_leads_elsewhere(office: Office, onward: str) -> None:
    code = link_for(office, "ana").code
    assert by_code(office, "ana@example.org", code, onward) == (303, "/")


def test_a_form_from_another_site_signs_nobody_in(office: Office) -> None:
    link = link_for(office, "ana")
    client = browser(office.app)
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example.org"},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "http://127.0.0.1:800"},
        {"Origin": "null"},
    ):
        assert client.post(f"/sign-in/{link.secret}", headers=headers).status_code == 403
    assert client.get("/").status_code == 302


def test_signing_out_ends_the_session_for_good(office: Office) -> None:
    ana = office.person("ana").sign_in()
    cookies = dict(ana.browser.cookies)
    page = ana.browser.get("/")
    assert ana.browser.post("/sign-out", data=hidden_fields(page.text)).status_code == 303
    copied = browser(office.app)
    copied.cookies.update(cookies)
    assert copied.get("/").status_code == 302


def test_my_sessions_are_listed_and_can_be_ended(office: Office) -> None:
    ana = office.person("ana").sign_in()
    other = Person(office.app, ana.member).sign_in()
    page = ana.browser.get("/").text
    ends = re.findall(r'action="(/sessions/[^"]+/end)"', page)
    assert len(ends) == 3  # these two, and the one in which the extension was connected
    mei = office.person("mei")
    mei.browser.post(ends[0], data=hidden_fields(mei.browser.get("/").text))
    assert other.browser.get("/").status_code == 200
    assert ana.browser.post(ends[0], data=hidden_fields(page)).status_code == 303
    assert other.browser.get("/").status_code == 302
    assert ana.browser.get("/").status_code == 200


def test_a_session_ends_after_thirty_days(office: Office, clock: Clock) -> None:
    ana = office.person("ana").sign_in()
    clock.forward(days=31)
    assert ana.browser.get("/").status_code == 302


def test_an_admin_invites_and_the_link_works(office: Office) -> None:
    admin = office.admin.sign_in().browser
    page = admin.get("/members")
    form = hidden_fields(page.text) | {"email": "New@example.org", "name": "Nia New", "team": "Search"}
    answer = admin.post("/members", data=form)
    assert answer.status_code == 200
    [link] = re.findall(r'id="invite-link">http://127.0.0.1:8000([^<]+)<', answer.text)
    assert "Sign in as Nia New" in browser(office.app).get(link).text
    assert "new@example.org" in admin.get("/members").text
    assert "is a member already" in admin.post("/members", data=form | {"team": "Sales"}).text
    bad = admin.post("/members", data=form | {"email": "nobody"})
    assert bad.status_code == 422
    assert "is not an e-mail address" in bad.text


def test_a_form_without_its_token_changes_nothing(office: Office) -> None:
    admin = office.admin.sign_in().browser
    for token in ({}, {"csrf": "é"}, {"csrf": "0" * 64}):
        assert admin.post("/members", data={"email": "x@example.org"} | token).status_code == 403
    assert "x@example.org" not in admin.get("/members").text


def test_members_see_no_admin_pages(office: Office) -> None:
    ana = office.person("ana").sign_in().browser
    for path in ("/members", "/exports", "/exports/members.csv"):
        assert ana.get(path).status_code == 403
    assert "Members" not in ana.get("/").text


def test_a_token_for_scripts_exports_and_nothing_else(office: Office) -> None:
    admin = office.admin.sign_in().browser
    made = admin.post("/exports/token", data=hidden_fields(admin.get("/exports").text) | {"label": "Report"})
    [token] = re.findall(r'id="token">([^<]+)<', made.text)
    assert token not in admin.get("/exports").text
    unnameable = hidden_fields(admin.get("/exports").text) | {"label": "a\x00b"}
    assert admin.post("/exports/token", data=unnameable).status_code == 422
    script = office.person("script")
    script.token = token
    assert script.get("/api/v1/exports/members").status_code == 200
    refused = script.get("/api/v1/me")
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:handclasp:problem:scope")


def test_a_connection_is_listed_and_can_be_ended(office: Office) -> None:
    ana = office.person("ana")
    page = ana.browser.get("/").text
    [path] = re.findall(r'action="(/connections/[^"]+/end)"', page)
    mei = office.person("mei")
    assert mei.browser.post(path, data=hidden_fields(mei.browser.get("/").text)).status_code == 303
    assert ana.get("/api/v1/me").status_code == 200
    assert ana.browser.post(path, data=hidden_fields(page)).status_code == 303
    assert ana.get("/api/v1/me").status_code == 401


def test_hostile_names_are_shown_as_text(office: Office) -> None:
    admin = office.admin.sign_in().browser
    form = hidden_fields(admin.get("/members").text) | {"email": "x@example.org", "name": "<img src=x onerror=1>"}
    answer = admin.post("/members", data=form)
    assert "<img src=x" not in answer.text
    assert "&lt;img src=x" in answer.text
