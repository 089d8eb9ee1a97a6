"""The contract of mutes."""

from marshmallow import fields

from ..contract import StrictSchema, many
from ..people.schemas import PersonSchema
from .models import Quiet


class MutePutSchema(StrictSchema):
    """mute: what the colleague sends arrives as read. block: it does not arrive. The colleague is never told."""

    kind = fields.Enum(Quiet, by_value=fields.String, required=True)


class MuteSchema(StrictSchema):
    colleague = fields.Nested(PersonSchema, required=True)
    kind = fields.Enum(Quiet, by_value=fields.String, required=True)


class MutesSchema(StrictSchema):
    """Whom I keep away. Nobody else can read it."""

    items = many(MuteSchema, required=True)
