"""Patterns over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint

from ..auth.guard import caller
from ..contract import PageQuerySchema, endpoint
from ..paging import Page
from ..permissions import Permission
from . import service
from .schemas import PatternSeenSchema, PatternsPageSchema

blueprint = Blueprint("patterns", __name__, url_prefix="/api/v1/patterns")


@blueprint.get("")
@endpoint(Permission.ADMIN, query=PageQuerySchema, answers={200: PatternsPageSchema})
def list_patterns(query: dict[str, Any]) -> Page[service.Pattern]:
    """Rings and pile-ons that were flagged, the latest first. Each look is logged for every member to read."""
    return service.patterns(caller(), **query)


@blueprint.put("/<uuid:flag_id>")
@endpoint(Permission.ADMIN, body=PatternSeenSchema, answers={200: PatternSeenSchema})
def put_pattern(flag_id: UUID, body: dict[str, bool]) -> dict[str, bool]:
    """Say that a flag has been looked at. Nothing else happens."""
    service.mark_seen(caller(), flag_id, seen=body["seen"])
    return body
