"""The contract of the policy."""

from marshmallow import fields

from ..contract import StrictSchema, Timestamp
from .models import Attribution


class PolicySchema(StrictSchema):
    """The rules in force."""

    version = fields.Integer(required=True, strict=True)
    attribution = fields.Enum(Attribution, by_value=fields.String, required=True)
    k = fields.Integer(
        required=True, strict=True, metadata={"description": "How many people stand behind every figure, at least"}
    )
    undo_seconds = fields.Integer(required=True, strict=True)
    published_at = Timestamp(required=True)
