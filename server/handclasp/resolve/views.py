"""Resolving a page over HTTP. POST, because titles and people do not belong into URLs and logs."""

from __future__ import annotations

from flask import Blueprint

from ..auth.guard import caller
from ..contract import endpoint
from ..permissions import Permission
from . import service
from .schemas import ResolutionSchema, ResolveRequestSchema

blueprint = Blueprint("resolve", __name__, url_prefix="/api/v1/handoffs")


@blueprint.post("/resolve")
@endpoint(Permission.MEMBER, body=ResolveRequestSchema, answers={200: ResolutionSchema})
def resolve_handoff(body: service.Question) -> service.Resolution:
    """Whose work a page shows, what I said of it, and what I may do. Stores nothing."""
    return service.resolve(caller(), body)
