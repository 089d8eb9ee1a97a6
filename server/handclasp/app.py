"""The application factory: every room is announced here, in one line each."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import LengthRequired
from werkzeug.middleware.proxy_fix import ProxyFix

from .audit import views as audit
from .auth import views as auth
from .auth.guard import close_by_default
from .auth.oauth import make_authorization_server, redirect_uris
from .config import Config
from .console import views as console
from .contract import MAX_BODY
from .db import init_db
from .errors import register_error_handlers
from .expectations import views as expectations
from .exports import views as exports
from .health import blueprint as health
from .inbox import views as inbox
from .me import views as me
from .mutes import views as mutes
from .notes import pages as note_pages
from .notes import views as notes
from .patterns import pages as pattern_pages
from .patterns import views as patterns
from .people import views as people
from .policy import pages as policy_pages
from .policy import views as policy
from .privacy import views as privacy
from .ratings import views as ratings
from .repairs import views as repairs
from .reports import views as reports
from .resolve import views as resolve
from .sealing import keyring
from .tools import pages as tool_pages
from .tools import views as tools

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # The console's pages bring a policy of their own; everything else is data and may load nothing.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


class _Server(Flask):
    def log_exception(self, exc_info: Any) -> None:
        """Nothing: Flask would log address and message, which name ratings. `errors` logs what it was, and where."""


def create_app(config: Config | None = None) -> Flask:
    """The Handclasp server. Raises `ConfigError` for a wrong setting, `UndeclaredRouteError` for an open route."""
    config = config or Config.from_environment()
    app = _Server("handclasp", static_folder=None, template_folder="console/templates")
    settings: dict[str, Any] = {
        "SECRET_KEY": config.secret_key,
        # After a rotation, whoever is signed in stays so.
        "SECRET_KEY_FALLBACKS": [config.previous_secret_key] if config.previous_secret_key else [],
        "MAX_CONTENT_LENGTH": MAX_BODY,
        "MAX_FORM_MEMORY_SIZE": MAX_BODY,
        "SESSION_COOKIE_NAME": "__Host-handclasp" if config.https else "handclasp",
        "SESSION_COOKIE_SECURE": config.https,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_HTTPONLY": True,
    }
    app.config.from_mapping(settings)
    app.extensions["handclasp_config"] = config
    if config.trusted_proxies:
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)
    init_db(app, config)
    keyring.attach(app, config)
    register_error_handlers(app)
    app.extensions["handclasp_redirects"] = redirect_uris(config.extension_ids)
    app.extensions["handclasp_oauth"] = make_authorization_server(app, config)
    for room in (
        audit,
        auth,
        console,
        expectations,
        exports,
        inbox,
        me,
        mutes,
        note_pages,
        notes,
        pattern_pages,
        patterns,
        people,
        policy,
        policy_pages,
        privacy,
        ratings,
        repairs,
        reports,
        resolve,
        tool_pages,
        tools,
    ):
        app.register_blueprint(room.blueprint)
    app.register_blueprint(health)
    console.prepare(app)
    close_by_default(app)
    app.before_request(_refuse_endless_forms)
    app.after_request(_secure)
    return app


def _refuse_endless_forms() -> None:
    """A form sent in chunks names no length, and would be cut at the limit without a word."""
    if request.content_length is None and request.headers.get("Transfer-Encoding") and request.mimetype in _FORMS:
        raise LengthRequired()


def _secure(response: Response) -> Response:
    for name, value in _SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    return response
