"""The extension's side of OAuth (authorization code with PKCE, RFC 7636), over HTTP."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import secrets
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.support.processes import ROOT

CLIENT = "handclasp-extension"
REDIRECT = f"https://{json.loads((ROOT / 'extension' / 'ids.json').read_text('utf-8'))['chrome']}.chromiumapp.org/"


@dataclass
class Pkce:
    """One authorization request's secrets."""

    verifier: str
    state: str

    @classmethod
    def new(cls) -> Pkce:
        return cls(secrets.token_urlsafe(48), secrets.token_urlsafe(16))

    def query(self, **changes: str | None) -> dict[str, str]:
        """The parameters of /oauth/authorize; a change to None leaves one out."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        fields: dict[str, str | None] = {
            "response_type": "code",
            "client_id": CLIENT,
            "redirect_uri": REDIRECT,
            "scope": "member",
            "state": self.state,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        } | changes
        return {name: value for name, value in fields.items() if value is not None}

    def token_form(self, code: str, /, **changes: str) -> dict[str, str]:
        """The form that exchanges `code` for tokens."""
        return {
            "grant_type": "authorization_code",
            "client_id": CLIENT,
            "redirect_uri": REDIRECT,
            "code": code,
            "code_verifier": self.verifier,
        } | changes


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden inputs of a page's forms."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


def agree(client: httpx.Client, pkce: Pkce) -> str:
    """Press Connect on the consent page; returns the code that goes to the extension."""
    page = client.get("/oauth/authorize", params=pkce.query())
    assert page.status_code == 200, page.text
    answer = client.post("/oauth/authorize", data=hidden_fields(page.text) | {"answer": "connect"})
    assert answer.status_code == 302, answer.text
    back = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert back["state"] == [pkce.state]
    return back["code"][0]
