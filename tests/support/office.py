"""An organisation with members who call the API, for tests: everything they do goes over HTTP.

Each answer is held against the committed contract before the test sees it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from flask import Flask

from handclasp import db as database
from handclasp.auth import service as sign_in
from handclasp.people import service as people
from handclasp.people.models import Member, Role
from handclasp.policy import founding
from handclasp.policy.models import Attribution
from tests.support.contract import check_answer
from tests.support.oauth import Pkce, agree

ORIGIN = "http://127.0.0.1:8000"


def browser(app: Flask) -> httpx.Client:
    """A browser without history: keeps cookies, follows no redirects by itself."""
    return httpx.Client(
        transport=httpx.WSGITransport(app=app), base_url=ORIGIN, headers={"Accept": "text/html,*/*;q=0.5"}
    )


class Person:
    """A member with an access token, calling the API."""

    def __init__(self, app: Flask, member: Member) -> None:
        self.app = app
        self.member = member
        self.id = str(member.id)
        self.browser = browser(app)
        self.token = ""
        self._expires_at = datetime.max.replace(tzinfo=UTC)

    def sign_in(self) -> Person:
        """Sign this person's browser in by a one-time link."""
        with self.app.app_context():
            link = sign_in.new_link(self.member.organisation_id, self.member.id)
        answer = self.browser.post(f"/sign-in/{link.secret}")
        assert answer.status_code == 303, answer.text
        return self

    def connect(self) -> Person:
        """Connect the extension by the real flow."""
        pkce = Pkce.new()
        answer = browser(self.app).post("/oauth/token", data=pkce_form(self, pkce))
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["access_token"]
        self._expires_at = database.utc_now() + timedelta(seconds=answer.json()["expires_in"])
        return self

    def stay_connected(self) -> None:
        """Connect anew once the token has expired, as an extension does."""
        if database.utc_now() >= self._expires_at:
            self.connect()

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Call the API with this person's token; the answer is checked against the contract."""
        headers = {"Authorization": f"Bearer {self.token}"} | more.pop("headers", {})
        transport = httpx.WSGITransport(app=self.app)
        with httpx.Client(transport=transport, base_url=ORIGIN) as client:
            answer = client.request(method, path, headers=headers, **more)
        check_answer(answer)
        return answer

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.call("GET", path, **more)

    def put(self, path: str, body: Any) -> httpx.Response:
        return self.call("PUT", path, json=body)

    def post(self, path: str, body: Any) -> httpx.Response:
        return self.call("POST", path, json=body)

    def rate(self, colleague: Person, verdict: str = "met", /, **changes: Any) -> httpx.Response:
        """PUT a rating of a colleague under a new id, with whatever is changed."""
        rating_id = changes.pop("id", uuid.uuid4())
        return self.put(f"/api/v1/ratings/{rating_id}", rating(colleague, verdict, **changes))

    def thank(self, colleague: Person, text: str = "Thank you.", /, **changes: Any) -> httpx.Response:
        """PUT a thank-you note under a new id."""
        note_id = changes.pop("id", uuid.uuid4())
        body = {"kind": "thanks", "recipient": {"member": colleague.id}, "item": item(), "text": text} | changes
        return self.put(f"/api/v1/notes/{note_id}", body)

    def inbox(self) -> list[dict[str, Any]]:
        return self.get("/api/v1/inbox").json()["items"]


def pkce_form(person: Person, pkce: Pkce) -> dict[str, str]:
    """Sign in, agree, and make the form that exchanges the code."""
    return pkce.token_form(agree(person.sign_in().browser, pkce))


def item(key: str = "1", **changes: str) -> dict[str, str]:
    """A ticket as its page shows it."""
    return {
        "tool": "trac",
        "host": "trac.example.org",
        "key": key,
        "kind": "ticket",
        "title": f"Ticket {key}",
    } | changes


def rating(colleague: Person, verdict: str = "met", /, **changes: Any) -> dict[str, Any]:
    """The body of a rating."""
    return {
        "revision": 1,
        "item": item(),
        "subject": {"member": colleague.id},
        "direction": "service",
        "verdict": verdict,
        "what_would_have_helped": "A word on Monday." if verdict == "missed" else None,
    } | changes


class Office:
    """One organisation; its people are made when a test first names them."""

    def __init__(self, app: Flask, attribution: Attribution = Attribution.OPEN) -> None:
        self.app = app
        self.people: dict[str, Person] = {}
        with app.app_context():
            address = f"admin-{uuid.uuid4()}@example.org"
            admin = founding.found_organisation("Office", address, "Admin", attribution)
        self.organisation_id = admin.organisation_id
        self.admin = Person(app, admin).connect()

    def person(self, name: str, team: str | None = None, role: Role = Role.MEMBER) -> Person:
        """The connected member `name`, with the address name@example.org."""
        if name not in self.people:
            self.people[name] = Person(self.app, self.member(name, team, role)).connect()
        return self.people[name]

    def member(self, name: str, team: str | None = None, role: Role = Role.MEMBER) -> Member:
        """A member who never connects."""
        with self.app.app_context():
            made, _ = people.add_member(
                self.organisation_id, f"{name.lower()}@example.org", name=name.title(), team=team, role=role
            )
            return made

    def stay_connected(self) -> None:
        """Connect everybody anew whose token has expired, after the clock has moved far."""
        for person in (self.admin, *self.people.values()):
            person.stay_connected()

    def alias(self, handle: str, person: Person, tool: str = "trac", host: str = "trac.example.org") -> None:
        """Confirm a handle, as an admin does on the command line."""
        with self.app.app_context():
            people.confirm_alias(self.organisation_id, tool=tool, host=host, handle=handle, member_id=person.member.id)


class Clock:
    """The server's clock, to be moved forward by tests."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return database._system_clock() + self.ahead

    def forward(self, **amount: float) -> None:
        self.ahead += timedelta(**amount)


@contextmanager
def moving_clock() -> Iterator[Clock]:
    """Put a movable clock under the server for the time of a test."""
    clock = Clock()
    before = database._clock
    database._clock = clock.now
    try:
        yield clock
    finally:
        database._clock = before
