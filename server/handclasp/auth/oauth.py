"""The OAuth server for the extension: authorization code with PKCE, refresh, revocation (Authlib).

Authlib asks its questions in an order of its own; every answer that changes something is one transaction in
`tokens`, so that two requests at once cannot both win.
"""

# Authlib has stubs, but leaves most of its own types open: what it does not say is not reported here.
# pyright: reportUnknownMemberType=false, reportUnknownLambdaType=false, reportIncompatibleMethodOverride=false

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc6749.requests import OAuth2Request
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from flask import Flask

from ..config import Config
from . import secrets, tokens
from .caller import Caller
from .models import AuthorizationCode, RefreshToken, TokenGrant

CLIENT_ID = "handclasp-extension"
SCOPE = "member"


def redirect_uris(extension_ids: tuple[str, ...]) -> frozenset[str]:
    """Where the browser's `identity` API waits for each extension.

    Chromium: https://<id>.chromiumapp.org/; Firefox: https://<SHA-1 of the id>.extensions.allizom.org/ (browser
    documentation of `identity.getRedirectURL`).
    """
    found: set[str] = set()
    for extension_id in extension_ids:
        if len(extension_id) == 32 and "@" not in extension_id:
            found.add(f"https://{extension_id}.chromiumapp.org/")
        else:
            digest = hashlib.sha1(extension_id.encode(), usedforsecurity=False).hexdigest()
            found.add(f"https://{digest}.extensions.allizom.org/")
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class ExtensionClient:
    """Our one OAuth client: public (an extension keeps no secret), so PKCE stands in for one."""

    redirects: frozenset[str]

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> None:
        return None  # a request must name it

    def get_allowed_scope(self, scope: str) -> str:
        return SCOPE if SCOPE in (scope or "").split() else ""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirects

    def check_client_secret(self, client_secret: str) -> bool:
        return False

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "none"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in ("authorization_code", "refresh_token")


class _S256Only(CodeChallenge):
    """PKCE with S256, asked for at /authorize already.

    Authlib's `required=True` first bites at the token endpoint, and lets `plain` through.
    """

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]  # noqa: RUF012 - Authlib's own attribute

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        data = grant.request.payload.data
        if not data.get("code_challenge") or data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("Send 'code_challenge' with 'code_challenge_method=S256'.")
        super().validate_code_challenge(grant, redirect_uri)

    def get_authorization_code_challenge_method(self, authorization_code: Any) -> str:
        return "S256"


class _CodeHeld:
    """An authorization code as Authlib wants to see it."""

    def __init__(self, row: AuthorizationCode) -> None:
        self.row = row
        self.code_challenge = row.code_challenge

    def get_redirect_uri(self) -> str:
        return self.row.redirect_uri

    def get_scope(self) -> str:
        return self.row.scope


class _RefreshHeld:
    """A refresh token as Authlib wants to see it."""

    def __init__(self, row: RefreshToken) -> None:
        self.row = row

    def check_client(self, client: ExtensionClient) -> bool:
        return self.row.grant.client_id == client.get_client_id()

    def get_scope(self) -> str:
        return self.row.grant.scope


class _GrantHeld:
    """A grant about to be revoked, as Authlib wants to see it."""

    def __init__(self, row: TokenGrant) -> None:
        self.row = row

    def check_client(self, client: ExtensionClient) -> bool:
        return self.row.client_id == client.get_client_id()


class _CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["none"]  # noqa: RUF012 - Authlib's own attribute

    def create_authorization_response(self, redirect_uri: str, grant_user: Caller | None) -> Any:
        self.caller = grant_user
        return super().create_authorization_response(redirect_uri, grant_user)

    def generate_authorization_code(self) -> str:
        if self.caller is None:
            raise RuntimeError("a code is made for somebody who agreed")
        return secrets.mint("hcc", self.caller.organisation_id).text

    def save_authorization_code(self, code: str, request: Any) -> None:
        minted = secrets.parse("hcc", code)
        if minted is None or self.caller is None:
            raise RuntimeError("not a code of ours")
        tokens.save_code(
            minted,
            member_id=self.caller.member_id,
            client_id=CLIENT_ID,
            redirect_uri=request.payload.redirect_uri,
            scope=SCOPE,
            code_challenge=request.payload.data["code_challenge"],
        )

    def query_authorization_code(self, code: str, client: Any) -> _CodeHeld | None:
        row = tokens.find_code(code)
        return _CodeHeld(row) if row else None

    def delete_authorization_code(self, authorization_code: _CodeHeld) -> None:
        """Nothing to do: `tokens.exchange_code` has marked it used, in the transaction that made the tokens."""

    def authenticate_user(self, authorization_code: _CodeHeld) -> Any:
        return authorization_code.row


class _RefreshGrant(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["none"]  # noqa: RUF012 - Authlib's own attribute
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> _RefreshHeld | None:
        row = tokens.find_refresh(refresh_token)
        return _RefreshHeld(row) if row else None

    def authenticate_user(self, refresh_token: _RefreshHeld) -> Any:
        return refresh_token.row

    def revoke_old_credential(self, refresh_token: _RefreshHeld) -> None:
        """Nothing to do: `tokens.rotate` has, in the transaction that made the new ones."""


class _Revocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = ["none"]  # noqa: RUF012 - Authlib's own attribute

    def query_token(self, token_string: str, token_type_hint: str | None) -> _GrantHeld | None:
        grant = tokens.grant_of(token_string)
        return _GrantHeld(grant) if grant else None

    def revoke_token(self, token: _GrantHeld, request: Any) -> None:
        tokens.revoke_grant(token.row.organisation_id, token.row.member_id, token.row.id)


def _make_token(*, user: AuthorizationCode | RefreshToken, scope: str | None = None, **_: Any) -> dict[str, Any]:
    pair = tokens.TokenPair.minted(user.organisation_id)
    return {
        "token_type": "Bearer",
        "access_token": pair.access.text,
        "refresh_token": pair.refresh.text,
        "expires_in": int(tokens.ACCESS_LIVES.total_seconds()),
        "scope": scope or SCOPE,
    }


def _save_token(token: dict[str, Any], request: OAuth2Request) -> None:
    """Store the tokens made by `_make_token`. Raises when the code or refresh token was used before."""
    access = secrets.parse("hca", token["access_token"])
    refresh = secrets.parse("hcr", token["refresh_token"])
    if access is None or refresh is None:
        raise RuntimeError("not tokens of ours")
    pair = tokens.TokenPair(access, refresh)
    credential: Any = request.user
    stored = (
        tokens.exchange_code(credential, pair)
        if isinstance(credential, AuthorizationCode)
        else tokens.rotate(credential, pair)
    )
    if not stored:
        raise InvalidGrantError("This was used before. Connect again.")


def make_authorization_server(app: Flask, config: Config) -> AuthorizationServer:
    """The OAuth server of `app`, for the extensions in `config.extension_ids`."""
    client = ExtensionClient(redirect_uris(config.extension_ids))
    server: Any = AuthorizationServer(
        app,
        query_client=lambda client_id: client if client_id == CLIENT_ID else None,
        save_token=_save_token,
    )
    server.register_token_generator("default", _make_token)
    server.register_grant(_CodeGrant, [_S256Only(required=True)])
    server.register_grant(_RefreshGrant)
    server.register_endpoint(_Revocation)
    return server
