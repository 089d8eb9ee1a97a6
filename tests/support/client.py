"""A member at the API, connected by the same steps the extension takes: sign in, consent, code, token."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import httpx

from tests.support.oauth import Pkce, agree


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

    def post(self, path: str, body: Any) -> Any:
        """The answer to a POST under /api/v1; raises for an error status."""
        answer = self._http.post(f"/api/v1{path}", json=body)
        answer.raise_for_status()
        return answer.json()

    def delete(self, path: str) -> None:
        """A DELETE under /api/v1; raises for an error status."""
        self._http.delete(f"/api/v1{path}").raise_for_status()

    def _sign_in(self, link: str) -> None:
        self._http.get(link).raise_for_status()
        answer = self._http.post(link)
        if not answer.has_redirect_location:
            raise RuntimeError(f"the sign-in link was not taken: {answer.status_code}\n{answer.text}")

    def _connect(self) -> str:
        pkce = Pkce.new()
        answer = self._http.post("/oauth/token", data=pkce.token_form(agree(self._http, pkce)))
        answer.raise_for_status()
        token: str = answer.json()["access_token"]
        return token
