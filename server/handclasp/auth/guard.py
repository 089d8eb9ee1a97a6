"""The guard at the door: every route declares a permission, and nothing runs before it is met."""

from __future__ import annotations

import hmac
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, g, redirect, request, session
from werkzeug.wrappers import Response

from ..config import Config, is_loopback
from ..contract import contract_of
from ..errors import Problem
from ..people.models import Role
from ..permissions import Permission
from . import service, tokens
from .caller import Caller

PERMISSION = "handclasp_permission"


class UndeclaredRouteError(Exception):
    """A route says not who may call it. The server does not start with one."""


def permit(permission: Permission) -> Any:
    """Declare the permission of a route that is no API endpoint (those declare it with `endpoint`)."""

    def decorate(view: Any) -> Any:
        setattr(view, PERMISSION, permission)
        return view

    return decorate


def permission_of(view: Any) -> Permission | None:
    """The permission a view declares, one way or the other; None when it declares none."""
    contract = contract_of(view)
    return contract.permission if contract else getattr(view, PERMISSION, None)


def close_by_default(app: Flask) -> None:
    """Guard every route of `app`. Raises `UndeclaredRouteError` naming each that declares no permission."""
    open_routes = [
        rule.rule for rule in app.url_map.iter_rules() if permission_of(app.view_functions[rule.endpoint]) is None
    ]
    if open_routes:
        raise UndeclaredRouteError(f"these routes declare no permission: {', '.join(sorted(open_routes))}")
    app.before_request(_guard)


def caller() -> Caller:
    """Who is calling. Only in routes that need a credential; there it is always set."""
    return g.caller


def signed_in() -> Caller | None:
    """Who is signed in to the console in this browser, if anybody."""
    secret = session.get("secret")
    owner = service.session_owner(secret) if isinstance(secret, str) else None
    return Caller.of(owner, "console") if owner else None


def csrf_token() -> str:
    """What each console form must send back: bound to the session, useless in any other."""
    return hmac.digest(
        str(current_app.secret_key).encode(), b"csrf " + str(session.get("secret", "")).encode(), "sha256"
    ).hex()


def check_same_origin() -> None:
    """Refuse a form sent from another site where there is no session yet to bind a CSRF token to. Raises 403."""
    config: Config = current_app.extensions["handclasp_config"]
    own = {config.public_url}
    if is_loopback(request.host.rpartition(":")[0] or request.host):
        own.add(request.host_url.rstrip("/"))
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site not in (None, "same-origin", "none") or (origin is not None and origin not in own):
        raise Problem(403, "foreign-form", "This form was sent from another site. Open Handclasp and repeat it here.")


def _guard() -> Response | None:
    if request.endpoint is None:
        return None  # 404 and 405 tell nothing
    permission = permission_of(current_app.view_functions[request.endpoint])
    if permission is None:
        raise UndeclaredRouteError(request.endpoint)
    if permission.by_token:
        g.caller = _bearer(permission)
    elif permission.by_session:
        return _console(permission)
    return None


def _bearer(permission: Permission) -> Caller:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise _unauthorised("Send an access token: connect the extension, or make a token in the console.", None)
    found = tokens.bearer(token.strip())
    if found is None:
        raise _unauthorised("This access token is unknown, expired or revoked. Connect again.", "invalid_token")
    member, scope = found
    if scope not in permission.scopes:
        raise Problem(403, "scope", f"This token may only {scope}.")
    if permission.for_admins and member.role is not Role.ADMIN:
        raise Problem(403, "admins-only", "Only an admin of your organisation may do this.")
    return Caller.of(member, scope)


def _unauthorised(detail: str, error: str | None) -> Problem:
    challenge = 'Bearer realm="handclasp"' + (f', error="{error}"' if error else "")
    return Problem(401, "unauthorised", detail, headers={"WWW-Authenticate": challenge})


def _console(permission: Permission) -> Response | None:
    who = signed_in()
    if who is None:
        if request.method != "GET":
            raise Problem(401, "signed-out", "You are signed out. Sign in and do it again.")
        return redirect("/sign-in?" + urlencode({"next": request.full_path.rstrip("?")}))
    if permission.for_admins and who.role is not Role.ADMIN:
        raise Problem(403, "admins-only", "Only an admin of your organisation may do this.")
    if request.method == "POST":
        check_csrf()
    g.caller = who
    return None


def check_csrf() -> None:
    """Refuse a form that our own page did not send. Raises 403."""
    if not hmac.compare_digest(request.form.get("csrf", "").encode(), csrf_token().encode()):
        raise Problem(403, "stale-form", "This form has been open too long. Load the page again and repeat it.")
