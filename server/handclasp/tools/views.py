"""Tool files and broken pages over HTTP."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request

from ..auth.guard import caller
from ..contract import Answer, PageQuerySchema, endpoint
from ..notes.schemas import SettledSchema
from ..paging import Page
from ..permissions import Permission
from . import breakages, own
from .matcher import Tool
from .schemas import (
    BreakagesPageSchema,
    BreakageTellSchema,
    BreakageToldSchema,
    OwnToolSchema,
    ToolFileSchema,
    ToolFilesSchema,
)

blueprint = Blueprint("tools", __name__, url_prefix="/api/v1/tools")

_ASK_AGAIN = {"Cache-Control": "private, no-cache"}


@blueprint.get("")
@endpoint(Permission.MEMBER, answers={200: ToolFilesSchema, 304: None})
def list_tools() -> Response:
    """The organisation's own tool files, whole. With If-None-Match it costs a 304 until one changes."""
    version = own.shelf_version(caller())
    if request.if_none_match.contains(version):
        return Response(status=304, headers=_tagged(version))
    shelf = own.shelf(caller())
    # Each is JSON already.
    body = f'{{"items":[{",".join(shelf.contents)}]}}'
    return Response(body, headers=_tagged(shelf.version), content_type="application/json")


@blueprint.get("/<tool_id>")
@endpoint(Permission.MEMBER, answers={200: OwnToolSchema, 304: None})
def get_tool(tool_id: str) -> Answer | Response:
    """One own tool file; 404 says whether the bundled one is in force instead."""
    found = own.own_tool(caller(), tool_id)
    if request.if_none_match.contains(found.version):
        return Response(status=304, headers=_tagged(found.version))
    return Answer(found, 200, _tagged(found.version))


@blueprint.put("/<tool_id>")
@endpoint(Permission.ADMIN, body=ToolFileSchema, answers={200: OwnToolSchema, 201: OwnToolSchema})
def put_tool(tool_id: str, body: Tool) -> Answer:
    """Put a tool file in force for everybody here. If-Match refuses when it has moved on; the same changes nothing."""
    stored, is_new = own.put_tool(caller(), tool_id, body, _unmoved())
    return Answer(stored, 201 if is_new else 200, _tagged(stored.version))


@blueprint.delete("/<tool_id>")
@endpoint(Permission.ADMIN, answers={204: None})
def delete_tool(tool_id: str) -> Answer:
    """Take an own tool file away; the bundled one, if there is one, is in force again."""
    own.remove_tool(caller(), tool_id, _unmoved())
    return Answer(None, 204)


@blueprint.post("/<tool_id>/breakages")
@endpoint(Permission.MEMBER, body=BreakageTellSchema, answers={202: BreakageToldSchema, 200: BreakageToldSchema})
def tell_breakage(tool_id: str, body: breakages.Told) -> Answer:
    """Tell the admins which parts of a tool file found nothing. Neither page nor member is kept; once a day counts."""
    counted = breakages.tell(caller(), tool_id, body)
    return Answer({"counted": counted}, 202 if counted else 200)


@blueprint.get("/breakages")
@endpoint(Permission.ADMIN, query=PageQuerySchema, answers={200: BreakagesPageSchema})
def list_breakages(query: dict[str, Any]) -> Page[breakages.ShownBreakage]:
    """Broken pages that are not settled, the latest first."""
    return breakages.breakages(caller(), **query)


@blueprint.put("/breakages/<uuid:breakage_id>")
@endpoint(Permission.ADMIN, body=SettledSchema, answers={200: SettledSchema})
def put_breakage(breakage_id: UUID, body: dict[str, bool]) -> dict[str, bool]:
    """Say that a broken page has been seen to; it comes back when it is met with another file."""
    breakages.settle(caller(), breakage_id, settled=body["settled"])
    return body


def _tagged(version: str) -> dict[str, str]:
    return {"ETag": f'"{version}"', **_ASK_AGAIN}


def _unmoved() -> Collection[str] | None:
    """The versions that If-Match names, None without it. A weak one is none: it says less than is asked."""
    if "If-Match" not in request.headers:
        return None
    return {"*"} if request.if_match.star_tag else request.if_match.as_set()
