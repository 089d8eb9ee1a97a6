"""The log over HTTP, and as a page, for every member (rule 12)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from ..auth.guard import caller, permit
from ..contract import PageQuerySchema, endpoint
from ..paging import Page
from ..permissions import Permission
from .schemas import LogPageSchema
from .service import Entry, entries

blueprint = Blueprint("audit", __name__)

_ON_A_PAGE = 50


@blueprint.get("/api/v1/log")
@endpoint(Permission.MEMBER, query=PageQuerySchema, answers={200: LogPageSchema})
def list_log(query: dict[str, Any]) -> Page[Entry]:
    """Who took data out, looked at somebody's, made a sign-in link for somebody else, or changed the rules."""
    return entries(caller().organisation_id, **query)


@blueprint.get("/log")
@permit(Permission.CONSOLE_MEMBER)
def read_log() -> str:
    """The same in plain words."""
    page = entries(caller().organisation_id, cursor=request.args.get("cursor"), limit=_ON_A_PAGE)
    return render_template("log.html", page=page)
