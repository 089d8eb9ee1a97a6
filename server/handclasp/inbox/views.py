"""The inbox over HTTP."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from ..auth.guard import caller
from ..contract import Answer, PageQuerySchema, endpoint
from ..permissions import Permission
from . import service
from .schemas import InboxPageSchema, ReadRequestSchema, UnreadSchema

blueprint = Blueprint("inbox", __name__, url_prefix="/api/v1/inbox")


@blueprint.get("")
@endpoint(Permission.MEMBER, query=PageQuerySchema, answers={200: InboxPageSchema})
def list_inbox(query: dict[str, Any]) -> service.InboxPage:
    """What colleagues sent me: unread first, then the latest."""
    return service.page(caller(), **query)


@blueprint.post("/read")
@endpoint(Permission.MEMBER, body=ReadRequestSchema, answers={200: UnreadSchema})
def mark_inbox_read(body: dict[str, Any]) -> service.Unread:
    """Mark entries as read; ids that are not mine are passed over."""
    return service.mark_read(caller(), body["ids"])


@blueprint.get("/unread")
@endpoint(Permission.MEMBER, answers={200: UnreadSchema, 304: None})
def count_unread() -> Answer | Response:
    """How many entries are unread. With If-None-Match it costs a 304."""
    unread = service.unread(caller())
    headers = {"ETag": f'"{unread.etag}"', "Cache-Control": "private, no-cache"}
    if request.if_none_match.contains(unread.etag):
        return Response(status=304, headers=headers)
    return Answer(unread, 200, headers)
