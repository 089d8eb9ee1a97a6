"""Connecting the extension: authorization code with PKCE, refresh, revocation."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.support.oauth import CLIENT, REDIRECT, Pkce, agree, hidden_fields
from tests.support.office import Clock, Office, Person, browser


def token(office: Office, form: dict[str, str]) -> httpx.Response:
    return browser(office.app).post("/oauth/token", data=form)


def connected(office: Office, person: Person) -> dict[str, Any]:
    pkce = Pkce.new()
    answer = token(office, pkce.token_form(agree(person.sign_in().browser, pkce)))
    assert answer.status_code == 200, answer.text
    return answer.json()


def refresh(office: Office, refresh_token: str) -> httpx.Response:
    return token(office, {"grant_type": "refresh_token", "client_id": CLIENT, "refresh_token": refresh_token})


def works(person: Person, access_token: str) -> bool:
    person.token = access_token
    return person.get("/api/v1/me").status_code == 200


def test_the_flow_gives_tokens_that_work(office: Office) -> None:
    ana = office.person("ana")
    tokens = connected(office, ana)
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 3600
    assert tokens["scope"] == "member"
    assert works(ana, tokens["access_token"])


def test_the_answer_names_state_and_issuer(office: Office) -> None:
    ana, pkce = office.person("ana").sign_in(), Pkce.new()
    page = ana.browser.get("/oauth/authorize", params=pkce.query())
    answer = ana.browser.post("/oauth/authorize", data=hidden_fields(page.text) | {"answer": "connect"})
    assert answer.headers["Location"].startswith(REDIRECT)
    back = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert back["state"] == [pkce.state]
    assert back["iss"] == ["http://127.0.0.1:8000"]


def test_who_is_not_signed_in_signs_in_first_and_comes_back(office: Office) -> None:
    office.member("ana")
    stranger, pkce = browser(office.app), Pkce.new()
    answer = stranger.get("/oauth/authorize", params=pkce.query())
    assert answer.status_code == 302
    onward = parse_qs(urlsplit(answer.headers["Location"]).query)["next"][0]
    assert onward.startswith("/oauth/authorize?")
    assert f"state={pkce.state}" in onward


def test_not_now_stays_no_whatever_the_address_says(office: Office) -> None:
    ana, pkce = office.person("ana").sign_in(), Pkce.new()
    page = ana.browser.get("/oauth/authorize", params=pkce.query() | {"answer": "connect", "csrf": "x"})
    fields = hidden_fields(page.text)
    assert "answer" not in fields
    answer = ana.browser.post("/oauth/authorize", data=fields | {"answer": "no"})
    assert "error=access_denied" in answer.headers["Location"]


def test_declining_goes_back_with_access_denied(office: Office) -> None:
    ana, pkce = office.person("ana").sign_in(), Pkce.new()
    page = ana.browser.get("/oauth/authorize", params=pkce.query())
    answer = ana.browser.post("/oauth/authorize", data=hidden_fields(page.text) | {"answer": "no"})
    back = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert (back["error"], back["state"]) == (["access_denied"], [pkce.state])
    assert "code" not in back


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://evil.example.org/"},
        {"redirect_uri": REDIRECT + "x"},
        {"redirect_uri": None},
        {"client_id": "other"},
        {"client_id": None},
    ],
)
def test_a_wrong_client_or_redirect_is_never_redirected_to(office: Office, changes: dict[str, str | None]) -> None:
    ana = office.person("ana").sign_in()
    answer = ana.browser.get("/oauth/authorize", params=Pkce.new().query(**changes))
    assert answer.status_code == 400
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge": "short"},
        {"response_type": "token"},
    ],
)
def test_s256_is_enforced_at_authorize(office: Office, changes: dict[str, str | None]) -> None:
    ana = office.person("ana").sign_in()
    answer = ana.browser.get("/oauth/authorize", params=Pkce.new().query(**changes))
    assert answer.status_code == 302, answer.text
    back = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert back["error"][0] in ("invalid_request", "unsupported_response_type")


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "x" * 64},
        {"code_verifier": ""},
        {"redirect_uri": "https://evil.example.org/"},
        {"client_id": "other"},
        {"code": "hcc_00000000000000000000000000000000_guess"},
        {"code": "nonsense"},
    ],
)
def test_a_code_without_its_secrets_gives_nothing(office: Office, changes: dict[str, str]) -> None:
    pkce = Pkce.new()
    code = agree(office.person("ana").sign_in().browser, pkce)
    answer = token(office, pkce.token_form(code, **changes))
    assert answer.status_code in (400, 401)
    assert "access_token" not in answer.text


def test_a_code_works_once_and_its_reuse_ends_what_it_gave(office: Office) -> None:
    ana, pkce = office.person("ana"), Pkce.new()
    form = pkce.token_form(agree(ana.sign_in().browser, pkce))
    tokens = token(office, form).json()
    assert works(ana, tokens["access_token"])
    assert token(office, form).json()["error"] == "invalid_grant"
    assert not works(ana, tokens["access_token"])
    assert refresh(office, tokens["refresh_token"]).status_code == 400


def test_a_code_lives_a_minute(office: Office, clock: Clock) -> None:
    pkce = Pkce.new()
    code = agree(office.person("ana").sign_in().browser, pkce)
    clock.forward(seconds=61)
    assert token(office, pkce.token_form(code)).json()["error"] == "invalid_grant"


def test_an_access_token_lives_an_hour_and_is_renewed(office: Office, clock: Clock) -> None:
    ana = office.person("ana")
    tokens = connected(office, ana)
    clock.forward(minutes=61)
    assert not works(ana, tokens["access_token"])
    renewed = refresh(office, tokens["refresh_token"]).json()
    assert works(ana, renewed["access_token"])
    assert renewed["refresh_token"] != tokens["refresh_token"]


def test_a_lost_answer_is_survivable_for_thirty_seconds(office: Office, clock: Clock) -> None:
    ana = office.person("ana")
    first = connected(office, ana)["refresh_token"]
    lost = refresh(office, first).json()
    clock.forward(seconds=29)
    second = refresh(office, first)
    assert second.status_code == 200
    assert works(ana, second.json()["access_token"])
    assert refresh(office, second.json()["refresh_token"]).status_code == 200
    assert lost["refresh_token"] != second.json()["refresh_token"]


def test_a_replay_within_the_thirty_seconds_is_found_out(office: Office) -> None:
    """A thief replays the token: as soon as the owner goes on, both lose it, and the owner connects again."""
    ana = office.person("ana")
    first = connected(office, ana)["refresh_token"]
    owners = refresh(office, first).json()
    thiefs = refresh(office, first).json()
    assert refresh(office, owners["refresh_token"]).json()["error"] == "invalid_grant"
    assert not works(ana, thiefs["access_token"])
    assert refresh(office, thiefs["refresh_token"]).status_code == 400


def test_a_late_reuse_ends_the_whole_grant(office: Office, clock: Clock) -> None:
    ana = office.person("ana")
    first = connected(office, ana)["refresh_token"]
    second = refresh(office, first).json()
    clock.forward(seconds=31)
    assert refresh(office, first).json()["error"] == "invalid_grant"
    assert not works(ana, second["access_token"])
    assert refresh(office, second["refresh_token"]).status_code == 400


def test_a_reuse_after_the_successor_was_used_ends_the_whole_grant(office: Office) -> None:
    ana = office.person("ana")
    first = connected(office, ana)["refresh_token"]
    second = refresh(office, first).json()
    third = refresh(office, second["refresh_token"]).json()
    assert refresh(office, first).status_code == 400
    assert not works(ana, third["access_token"])


def test_revoking_ends_access_and_refresh(office: Office) -> None:
    ana = office.person("ana")
    tokens = connected(office, ana)
    answer = browser(office.app).post("/oauth/revoke", data={"client_id": CLIENT, "token": tokens["refresh_token"]})
    assert answer.status_code == 200
    assert not works(ana, tokens["access_token"])
    assert refresh(office, tokens["refresh_token"]).status_code == 400
    unknown = browser(office.app).post("/oauth/revoke", data={"client_id": CLIENT, "token": "nonsense"})
    assert unknown.status_code == 200


def test_a_consent_form_of_another_session_is_refused(office: Office) -> None:
    ana, mei, pkce = office.person("ana").sign_in(), office.person("mei").sign_in(), Pkce.new()
    page = ana.browser.get("/oauth/authorize", params=pkce.query())
    answer = mei.browser.post("/oauth/authorize", data=hidden_fields(page.text) | {"answer": "connect"})
    assert answer.status_code == 403
    assert "Location" not in answer.headers


def test_the_consent_page_cannot_be_framed_and_may_lead_to_the_extension(office: Office) -> None:
    ana = office.person("ana").sign_in()
    policy = ana.browser.get("/oauth/authorize", params=Pkce.new().query()).headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert REDIRECT in policy
