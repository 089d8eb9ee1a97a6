"""Notes as pages: the wall for every member, and for admins the notes that were reported to them."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from ..auth.guard import caller, permit
from ..permissions import Permission
from . import rights

blueprint = Blueprint("note_pages", __name__)

_AT_ONCE = 50


@blueprint.get("/wall")
@permit(Permission.CONSOLE_MEMBER)
def show_wall() -> str:
    """Thanks that their recipients have made public; one's own can be taken off again."""
    page = rights.wall(caller(), cursor=request.args.get("cursor"), limit=_AT_ONCE)
    return render_template("wall.html", page=page, me=caller())


@blueprint.post("/wall/<uuid:note_id>/take-off")
@permit(Permission.CONSOLE_MEMBER)
def take_off(note_id: UUID) -> AnyResponse:
    """Take thanks I received off the wall."""
    rights.make_public(caller(), note_id, public=False)
    return redirect("/wall", 303)


@blueprint.get("/reported-notes")
@permit(Permission.CONSOLE_ADMIN)
def show_reported() -> str:
    """Notes that wait for an admin, the oldest report first."""
    page = rights.reported(caller(), cursor=request.args.get("cursor"), limit=_AT_ONCE)
    return render_template("reported_notes.html", page=page)


@blueprint.post("/reported-notes/<uuid:note_id>/settle")
@permit(Permission.CONSOLE_ADMIN)
def settle(note_id: UUID) -> AnyResponse:
    """A report has been seen to."""
    rights.settle(caller(), note_id, settled=True)
    return redirect("/reported-notes", 303)
