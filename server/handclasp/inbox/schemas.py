"""The contract of the inbox."""

from marshmallow import fields, validate

from ..contract import StrictSchema, Timestamp, Uuid, many
from ..expectations.schemas import ExpectationSchema
from ..handoffs.schemas import ItemSchema
from ..people.schemas import PersonSchema
from ..ratings.models import Direction, Verdict
from ..releases.schemas import ReleaseSchema
from ..repairs.schemas import RepairSchema
from .entries import EntryKind


class InboxEntrySchema(StrictSchema):
    """One thing that came to me. `author` is null for a release, which is nobody's in particular.

    `direction` and `verdict` are set for ratings; `text` is the note, what would have helped, what is needed, or the
    message. A word and an open missed bring their thread as `repair`; an entry of kind repair is a message in such a
    thread, and its `id` is the message's.
    """

    id = Uuid(required=True)
    kind = fields.Enum(EntryKind, by_value=fields.String, required=True)
    at = Timestamp(required=True)
    read = fields.Boolean(required=True)
    author = fields.Nested(PersonSchema, required=True, allow_none=True)
    item = fields.Nested(ItemSchema, required=True, allow_none=True)
    direction = fields.Enum(
        Direction,
        by_value=fields.String,
        required=True,
        allow_none=True,
        metadata={"description": "Whether a rating is about my work or about what I asked for"},
    )
    verdict = fields.Enum(Verdict, by_value=fields.String, required=True, allow_none=True)
    text = fields.String(required=True, allow_none=True)
    public = fields.Boolean(required=True, metadata={"description": "I have put these thanks on the wall"})
    reported = fields.Boolean(required=True, metadata={"description": "I have reported this note"})
    expectation = fields.Nested(ExpectationSchema, required=True, allow_none=True)
    repair = fields.Nested(RepairSchema, required=True, allow_none=True)
    release = fields.Nested(ReleaseSchema, required=True, allow_none=True)


class InboxPageSchema(StrictSchema):
    items = many(InboxEntrySchema, required=True)
    next = fields.String(required=True, allow_none=True)
    unread = fields.Integer(required=True, strict=True)


class ReadRequestSchema(StrictSchema):
    ids = fields.List(Uuid(), required=True, validate=validate.Length(1, 200))


class UnreadSchema(StrictSchema):
    unread = fields.Integer(required=True, strict=True)
