"""Patterns as a page, in words that say what each may also mean."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from ..auth.guard import caller, permit
from ..permissions import Permission
from . import service

blueprint = Blueprint("pattern_pages", __name__)

_AT_ONCE = 50


@blueprint.get("/patterns")
@permit(Permission.CONSOLE_ADMIN)
def show_patterns() -> str:
    """Rings and pile-ons that were flagged, the latest first."""
    page = service.patterns(caller(), cursor=request.args.get("cursor"), limit=_AT_ONCE)
    return render_template("patterns.html", page=page)


@blueprint.post("/patterns/<uuid:flag_id>/seen")
@permit(Permission.CONSOLE_ADMIN)
def mark_seen(flag_id: UUID) -> AnyResponse:
    """A flag has been looked at; nothing else happens."""
    service.mark_seen(caller(), flag_id, seen=True)
    return redirect("/patterns", 303)
