"""A member at the API, connected by the same steps the extension takes: sign in, consent, code, token."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import secrets
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.support.processes import ROOT

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_IDS = ROOT / "extension" / "ids.json"


class ApiClient:
    """Speaks to the API as one member. `link` is a one-time sign-in link, which this uses up."""

    def __init__(self, server: str, link: str) -> None:
        self._http = httpx.Client(base_url=server, timeout=15)
        try:
            self._sign_in(link)
            self._http.headers["Authorization"] = f"Bearer {self._connect()}"
        except BaseException:
            self.close()
            raise
        self._http.cookies.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connection; the server's grant stays."""
        self._http.close()

    def get(self, path: str, **query: str) -> Any:
        """The answer to a GET under /api/v1; raises for an error status."""
        answer = self._http.get(f"/api/v1{path}", params=query)
        answer.raise_for_status()
        return answer.json() if answer.headers["Content-Type"] == "application/json" else answer.text

    def put(self, path: str, body: Any) -> Any:
        """The answer to a PUT under /api/v1; raises for an error status."""
        answer = self._http.put(f"/api/v1{path}", json=body)
        answer.raise_for_status()
        return answer.json()

    def _sign_in(self, link: str) -> None:
        self._http.get(link).raise_for_status()
        answer = self._http.post(link)
        if not answer.has_redirect_location:
            raise RuntimeError(f"the sign-in link was not taken: {answer.status_code}\n{answer.text}")

    def _connect(self) -> str:
        """The authorization code flow with PKCE (RFC 7636), as the extension's background goes through it."""
        verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        back = f"https://{json.loads(_IDS.read_text())['chrome']}.chromiumapp.org/"
        asked = {
            "response_type": "code",
            "client_id": "handclasp-extension",
            "redirect_uri": back,
            "scope": "member",
            "state": secrets.token_urlsafe(16),
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        page = self._http.get("/oauth/authorize", params=asked)
        page.raise_for_status()
        fields = {name: html.unescape(value) for name, value in _HIDDEN.findall(page.text)}
        agreed = self._http.post("/oauth/authorize", data={**fields, "answer": "connect"})
        told = parse_qs(urlsplit(agreed.headers.get("Location", "")).query)
        if "code" not in told or told["state"] != [asked["state"]]:
            raise RuntimeError(f"no code came back: {agreed.status_code} {told}\n{agreed.text}")
        answer = self._http.post(
            "/oauth/token",
            data={
                "grant_type": "authorization_code",
                "client_id": asked["client_id"],
                "code": told["code"][0],
                "redirect_uri": back,
                "code_verifier": verifier,
            },
        )
        answer.raise_for_status()
        token: str = answer.json()["access_token"]
        return token
