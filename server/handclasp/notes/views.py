"""Notes over HTTP."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint

from ..auth.guard import caller
from ..contract import Answer, endpoint
from ..permissions import Permission
from . import service
from .schemas import NotePutSchema, NoteSchema

blueprint = Blueprint("notes", __name__, url_prefix="/api/v1/notes")


@blueprint.put("/<uuid:note_id>")
@endpoint(Permission.MEMBER, body=NotePutSchema, answers={200: NoteSchema, 201: NoteSchema})
def put_note(note_id: UUID, body: service.NoteCommand) -> Answer:
    """Send a note; the same again changes nothing."""
    note, is_new = service.put(caller(), note_id, body)
    return Answer(note, 201 if is_new else 200)
