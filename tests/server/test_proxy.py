"""Behind a reverse proxy that ends TLS."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import httpx
import pytest
from flask import Flask

from handclasp.app import create_app
from handclasp.auth import service as sign_in
from handclasp.config import Config
from handclasp.db import db
from handclasp.policy import founding
from tests.support.oauth import hidden_fields

PUBLIC = "https://handclasp.example.org"
FORWARDED = {
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "handclasp.example.org",
    "Origin": PUBLIC,
}


@pytest.fixture
def proxied(config: Config) -> Iterator[Flask]:
    made = create_app(dataclasses.replace(config, public_url=PUBLIC, trusted_proxies=1))
    yield made
    with made.app_context():
        db.engine.dispose()


def test_people_sign_in_through_it_with_a_cookie_for_this_host_only(proxied: Flask) -> None:
    with proxied.app_context():
        admin = founding.found_organisation("Office", "admin@example.org", "Admin")
        link = sign_in.new_link(admin.organisation_id, admin.id)
    transport = httpx.WSGITransport(app=proxied)
    with httpx.Client(transport=transport, base_url="http://127.0.0.1:8000", headers=FORWARDED) as proxy:
        answer = proxy.post(f"/sign-in/{link.secret}")
        assert answer.status_code == 303
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-handclasp=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
        assert "Domain" not in cookie
        value = cookie.split(";")[0]
        page = proxy.get("/", headers={"Cookie": value})
        assert page.status_code == 200
        assert PUBLIC in page.text
        assert page.headers["Strict-Transport-Security"].startswith("max-age=")
        signed_out = proxy.post("/sign-out", headers={"Cookie": value}, data=hidden_fields(page.text))
        assert signed_out.status_code == 303


def test_metadata_names_the_public_address(proxied: Flask) -> None:
    transport = httpx.WSGITransport(app=proxied)
    with httpx.Client(transport=transport, base_url="http://127.0.0.1:8000") as anybody:
        described = anybody.get("/.well-known/oauth-authorization-server").json()
    assert described["issuer"] == PUBLIC
    assert described["token_endpoint"] == f"{PUBLIC}/oauth/token"
