"""The contract of notes."""

from typing import Any

from marshmallow import fields, post_load

from ..contract import StrictSchema, Text, Timestamp, Uuid
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
