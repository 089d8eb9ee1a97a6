"""The contract of repairs."""

from typing import Any

from marshmallow import fields, post_load

from ..contract import StrictSchema, Text, Timestamp, Uuid, many
from ..handoffs.schemas import ItemSchema
from ..people.schemas import PersonSchema
from .models import RepairState
from .service import Action, NewMessage, RepairCommand, Side


class RepairMessagePutSchema(StrictSchema):
    """Something new to say, under an id that I mint: the same again changes nothing."""

    id = Uuid(required=True)
    text = Text(max=2000, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> NewMessage:
        return NewMessage(**data)


class RepairPutSchema(StrictSchema):
    """What I say, and where the thread should stand. At least one of both."""

    message = fields.Nested(RepairMessagePutSchema, load_default=None, allow_none=True)
    state = fields.Enum(RepairState, by_value=fields.String, load_default=None, allow_none=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> RepairCommand:
        return RepairCommand(**data)


class RepairMessageSchema(StrictSchema):
    id = Uuid(required=True)
    author = fields.Nested(PersonSchema, required=True)
    text = fields.String(required=True)
    written_at = Timestamp(required=True)


class RepairSchema(StrictSchema):
    """The private thread that a word or an open missed starts; its id is theirs."""

    id = Uuid(required=True)
    state = fields.Enum(RepairState, by_value=fields.String, required=True)
    customer = fields.Nested(PersonSchema, required=True)
    provider = fields.Nested(PersonSchema, required=True)
    item = fields.Nested(ItemSchema, required=True, allow_none=True)
    messages = many(RepairMessageSchema, required=True)
    opened_at = Timestamp(required=True)
    changed_at = Timestamp(required=True)
    mine = fields.Enum(Side, by_value=fields.String, required=True)
    may = fields.List(fields.Enum(Action, by_value=fields.String), required=True)
