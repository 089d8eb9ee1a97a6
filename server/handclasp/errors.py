"""Every refusal is a `Problem`: RFC 9457 on the wire, plain words for the person who reads it."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Flask, Response, current_app, json, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, InternalServerError

log = logging.getLogger(__name__)

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""What no database keeps in text: NUL, and halves of characters."""

_TITLES = {
    400: "That request cannot be read",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    405: "That method does not work here",
    409: "It stands otherwise already",
    410: "This has ended",
    411: "Say how long it is",
    412: "It has changed meanwhile",
    413: "Too large",
    415: "Send JSON",
    422: "Something in it is not right",
    429: "Too many at once",
    500: "Our mistake",
    503: "Busy just now",
}

_DETAILS = {
    404: "There is nothing at this address for you. Check the address and who is signed in.",
    405: "This address exists, but takes other methods: see the Allow header.",
    411: "Send the form with a Content-Length.",
    413: "The body is larger than 64 KiB. Send less at once.",
    415: "Send the body as application/json.",
    500: "Something went wrong on the server. Sending the same again is harmless; tell your admin if it stays.",
}


class Problem(Exception):
    """A refusal with an HTTP status, a stable `code`, and a sentence that says what to do.

    `errors` points at bad fields (`{"pointer": "#/item/key", "detail": ...}`); `extra` adds members such as
    `existing`; `headers` go with the answer.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = list(errors)
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """The `application/problem+json` answer."""
        body: dict[str, Any] = {
            "type": f"urn:handclasp:problem:{self.code}",
            "title": _TITLES.get(self.status, "Refused"),
            "status": self.status,
            "detail": self.detail,
            **self.extra,
        }
        if self.errors:
            body["errors"] = self.errors
        return Response(
            json.dumps(body),
            status=self.status,
            headers=self.headers,
            content_type="application/problem+json",
        )


def not_found() -> Problem:
    """What is not there and what belongs to somebody else look the same: 404."""
    return Problem(404, "not-found", _DETAILS[404])


def invalid(errors: Sequence[Mapping[str, str]]) -> Problem:
    """422 with a pointer to each bad field."""
    named = ", ".join(sorted({error["pointer"] for error in errors}))
    return Problem(422, "validation", f"Correct these fields and send it again: {named}.", errors=errors)


def bad_field(pointer: str, detail: str, *, code: str = "validation") -> Problem:
    """422 about one field that only a rule, not the schema, can refuse."""
    return Problem(422, code, detail, errors=[{"pointer": pointer, "detail": detail}])


def busy() -> Problem:
    """503: the database is taken; the same request may be sent again after a second."""
    return Problem(
        503,
        "busy",
        "The server is busy. Nothing was stored; send it again in a second.",
        headers={"Retry-After": "1"},
    )


def register_error_handlers(app: Flask) -> None:
    """Answer every error of `app` as problem+json (the console turns its own into pages)."""
    app.register_error_handler(Problem, _problem)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(PoolTimeout, _pool_timeout)


def _problem(problem: Problem) -> Response:
    page: Callable[[Problem], Response] | None = current_app.extensions.get("handclasp_error_page")
    if page is not None and _wants_page():
        return page(problem)
    return problem.response()


def _wants_page() -> bool:
    """True when a browser shows the answer to a person: it names text/html first, and the address is no API's."""
    if request.path.startswith(("/api/", "/oauth/token", "/oauth/revoke")):
        return False
    return request.accept_mimetypes.best_match(("application/problem+json", "text/html")) == "text/html"


def _log_unhandled(error: BaseException) -> None:
    """What kind of error and where, without its message: messages can quote people's words."""
    kind = type(error).__name__
    if isinstance(error, DBAPIError):
        kind = f"{kind} {getattr(error.orig, 'sqlstate', None) or type(error.orig).__name__}"
    log.error("unhandled %s\n%s", kind, "".join(traceback.format_tb(error.__traceback__)))


def _pool_timeout(error: PoolTimeout) -> Response:
    log.warning("no free database connection: %s", error)
    return _problem(busy())


def _http_error(error: HTTPException) -> Response:
    if isinstance(error, InternalServerError) and error.original_exception is not None:
        _log_unhandled(error.original_exception)
    status = error.code or 500
    code = "not-found" if status == 404 else (error.name or "error").lower().replace(" ", "-").replace("'", "")
    detail = _DETAILS.get(status) or error.description or "Refused."
    headers = {
        name: value for name, value in error.get_headers() if name.lower() not in ("content-type", "content-length")
    }
    return _problem(Problem(status, code, detail, headers=headers))
