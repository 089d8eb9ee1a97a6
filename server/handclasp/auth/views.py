"""OAuth over HTTP. The consent page is a page of the console's look; tokens are for machines."""

from __future__ import annotations

from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidClientError
from flask import Blueprint, Response, current_app, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from ..config import Config
from ..errors import Problem
from ..people.service import organisation
from ..permissions import Permission
from .guard import caller, permit
from .oauth import CLIENT_ID, SCOPE

blueprint = Blueprint("auth", __name__)

_PARAMETERS = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)


def _server() -> Any:
    return current_app.extensions["handclasp_oauth"]


@blueprint.get("/oauth/authorize")
@permit(Permission.CONSOLE_MEMBER)
def consent() -> str | AnyResponse:
    """Ask whether this browser's extension may act in the member's name."""
    try:
        _server().get_consent_grant(end_user=caller())
    except OAuth2Error as error:
        return _refused(error)
    home = organisation(caller().organisation_id)
    return render_template("authorize.html", organisation=home, caller=caller(), fields=_asked())


def _asked() -> dict[str, str]:
    """What the extension asked with, to go through the form unchanged: its own parameters, and no others."""
    return {name: request.args[name] for name in _PARAMETERS if name in request.args}


@blueprint.post("/oauth/authorize")
@permit(Permission.CONSOLE_MEMBER)
def agree() -> AnyResponse:
    """The member's answer: back to the extension with a code, or with `access_denied`."""
    agreed = caller() if request.form.get("answer") == "connect" else None
    try:
        grant = _server().get_consent_grant(end_user=caller())
        response: Response = _server().create_authorization_response(grant_user=agreed, grant=grant)
    except OAuth2Error as error:
        return _refused(error)
    _name_issuer(response)
    return response


def _refused(error: OAuth2Error) -> AnyResponse:
    """Back to the extension when its address is known to be right; else a page: never to a stranger's address."""
    if isinstance(error, InvalidClientError) or not error.redirect_uri:
        raise Problem(
            400, "bad-authorization-request", f"The extension asked in a way we do not know: {str(error).rstrip('.')}."
        )
    answer: Any = error
    _status, _body, headers = answer()
    response = redirect(str(dict(headers)["Location"]))
    _name_issuer(response)
    return response


def _name_issuer(response: AnyResponse) -> None:
    """RFC 9207: the answer names who gave it, so that a client cannot be led to mix up two servers."""
    config: Config = current_app.extensions["handclasp_config"]
    glue = "&" if "?" in response.headers["Location"] else "?"
    response.headers["Location"] += f"{glue}iss={config.public_url.replace(':', '%3A').replace('/', '%2F')}"


@blueprint.post("/oauth/token")
@permit(Permission.PUBLIC)
def token() -> Response:
    """Exchange a code, or renew (RFC 6749). The code and the verifier are the credential."""
    return _server().create_token_response()


@blueprint.post("/oauth/revoke")
@permit(Permission.PUBLIC)
def revoke() -> Response:
    """End a grant by one of its tokens (RFC 7009). The token is the credential."""
    return _server().create_endpoint_response("revocation")


@blueprint.get("/.well-known/oauth-authorization-server")
@permit(Permission.PUBLIC)
def metadata() -> Response:
    """What this server offers (RFC 8414); also how the extension knows that this is a Handclasp."""
    config: Config = current_app.extensions["handclasp_config"]
    issuer = config.public_url
    return jsonify(
        issuer=issuer,
        authorization_endpoint=f"{issuer}/oauth/authorize",
        token_endpoint=f"{issuer}/oauth/token",
        revocation_endpoint=f"{issuer}/oauth/revoke",
        response_types_supported=["code"],
        grant_types_supported=["authorization_code", "refresh_token"],
        token_endpoint_auth_methods_supported=["none"],
        revocation_endpoint_auth_methods_supported=["none"],
        code_challenge_methods_supported=["S256"],
        scopes_supported=[SCOPE],
        authorization_response_iss_parameter_supported=True,
        handclasp={"client_id": CLIENT_ID},
    )
