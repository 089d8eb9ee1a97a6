"""The contract of the inbox."""

from marshmallow import fields, validate

from ..contract import StrictSchema, Timestamp, Uuid, many
from ..handoffs.schemas import ItemSchema
from ..people.schemas import PersonSchema
from ..ratings.models import Verdict
from .service import EntryKind


class InboxEntrySchema(StrictSchema):
    """One thing a colleague sent me. `verdict` is set for ratings; `text` is the note, or what would have helped."""

    id = Uuid(required=True)
    kind = fields.Enum(EntryKind, by_value=fields.String, required=True)
    at = Timestamp(required=True)
    read = fields.Boolean(required=True)
    author = fields.Nested(PersonSchema, required=True)
    item = fields.Nested(ItemSchema, required=True, allow_none=True)
    verdict = fields.Enum(Verdict, by_value=fields.String, required=True, allow_none=True)
    text = fields.String(required=True, allow_none=True)


class InboxPageSchema(StrictSchema):
    items = many(InboxEntrySchema, required=True)
    next = fields.String(required=True, allow_none=True)
    unread = fields.Integer(required=True, strict=True)


class ReadRequestSchema(StrictSchema):
    ids = fields.List(Uuid(), required=True, validate=validate.Length(1, 200))


class UnreadSchema(StrictSchema):
    unread = fields.Integer(required=True, strict=True)
