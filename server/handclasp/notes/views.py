"""Notes over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint

from ..auth.guard import caller
from ..contract import Answer, PageQuerySchema, endpoint
from ..paging import Page
from ..permissions import Permission
from . import rights, service
from .models import Note
from .schemas import (
    NotePublicSchema,
    NotePutSchema,
    NoteReportedSchema,
    NoteReportSchema,
    NoteSchema,
    ReportedNotesPageSchema,
    SettledSchema,
    WallPageSchema,
)

blueprint = Blueprint("notes", __name__, url_prefix="/api/v1")


@blueprint.put("/notes/<uuid:note_id>")
@endpoint(Permission.MEMBER, body=NotePutSchema, answers={200: NoteSchema, 201: NoteSchema})
def put_note(note_id: UUID, body: service.NoteCommand) -> Answer:
    """Send a note; the same again changes nothing."""
    note, is_new = service.put(caller(), note_id, body)
    return Answer(note, 201 if is_new else 200)


@blueprint.post("/notes/<uuid:note_id>/report")
@endpoint(Permission.MEMBER, body=NoteReportSchema, answers={200: NoteReportedSchema})
def report_note(note_id: UUID, body: dict[str, Any]) -> dict[str, bool]:
    """Show a note I received to the admins. Its author is never told."""
    rights.report(caller(), note_id, body["reason"])
    return {"reported": True}


@blueprint.put("/notes/<uuid:note_id>/public")
@endpoint(Permission.MEMBER, body=NotePublicSchema, answers={200: NotePublicSchema})
def put_note_public(note_id: UUID, body: dict[str, bool]) -> dict[str, bool]:
    """Put thanks I received on the wall, or take them off it."""
    rights.make_public(caller(), note_id, public=body["public"])
    return body


@blueprint.get("/wall")
@endpoint(Permission.MEMBER, query=PageQuerySchema, answers={200: WallPageSchema})
def list_wall(query: dict[str, Any]) -> Page[Note]:
    """Thanks that their recipients have made public, the latest first."""
    return rights.wall(caller(), **query)


@blueprint.get("/reported-notes")
@endpoint(Permission.ADMIN, query=PageQuerySchema, answers={200: ReportedNotesPageSchema})
def list_reported_notes(query: dict[str, Any]) -> Page[Note]:
    """Notes that wait for an admin. Each look is logged for every member to read."""
    return rights.reported(caller(), **query)


@blueprint.put("/reported-notes/<uuid:note_id>")
@endpoint(Permission.ADMIN, body=SettledSchema, answers={200: SettledSchema})
def put_reported_note(note_id: UUID, body: dict[str, bool]) -> dict[str, bool]:
    """Say that a report has been seen to."""
    rights.settle(caller(), note_id, settled=body["settled"])
    return body
