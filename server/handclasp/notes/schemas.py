"""The contract of notes."""

from typing import Any

from marshmallow import fields, post_load

from ..contract import Flag, StrictSchema, Text, Timestamp, Uuid, many
from ..handoffs.schemas import ItemSchema
from ..people.schemas import PersonSchema, SubjectSchema
from .models import NoteKind
from .service import NoteCommand


class NotePutSchema(StrictSchema):
    kind = fields.Enum(NoteKind, by_value=fields.String, required=True)
    recipient = fields.Nested(SubjectSchema, required=True)
    item = fields.Nested(ItemSchema, load_default=None, allow_none=True)
    text = Text(max=2000, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> NoteCommand:
        return NoteCommand(**data)


class NoteSchema(StrictSchema):
    """A note as it was sent, for its author."""

    id = Uuid(required=True)
    kind = fields.Enum(NoteKind, by_value=fields.String, required=True)
    author = fields.Nested(PersonSchema, required=True)
    recipient = fields.Nested(PersonSchema, required=True)
    item = fields.Nested(ItemSchema, required=True, allow_none=True)
    text = fields.String(required=True)
    written_at = Timestamp(required=True)


class NoteReportSchema(StrictSchema):
    """Why the recipient shows a note to the admins, if they want to say."""

    reason = Text(max=500, load_default=None, allow_none=True)


class NoteReportedSchema(StrictSchema):
    reported = fields.Boolean(required=True)


class NotePublicSchema(StrictSchema):
    """Whether thanks are shown on the wall."""

    public = Flag(required=True)


class WallNoteSchema(StrictSchema):
    """Thanks that their recipient has made public."""

    id = Uuid(required=True)
    author = fields.Nested(PersonSchema, required=True)
    recipient = fields.Nested(PersonSchema, required=True)
    text = fields.String(required=True)
    item = fields.Nested(ItemSchema, required=True, allow_none=True)
    public_at = Timestamp(required=True)


class WallPageSchema(StrictSchema):
    items = many(WallNoteSchema, required=True)
    next = fields.String(required=True, allow_none=True)


class ReportedNoteSchema(StrictSchema):
    """A note that its recipient has shown to the admins."""

    id = Uuid(required=True)
    kind = fields.Enum(NoteKind, by_value=fields.String, required=True)
    author = fields.Nested(PersonSchema, required=True)
    recipient = fields.Nested(PersonSchema, required=True)
    text = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True, attribute="report_reason")
    written_at = Timestamp(required=True)
    reported_at = Timestamp(required=True)


class ReportedNotesPageSchema(StrictSchema):
    items = many(ReportedNoteSchema, required=True)
    next = fields.String(required=True, allow_none=True)


class SettledSchema(StrictSchema):
    settled = Flag(required=True)
