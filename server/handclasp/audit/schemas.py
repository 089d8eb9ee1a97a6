"""The contract of the log."""

from marshmallow import fields

from ..contract import StrictSchema, Timestamp, Uuid, many
from ..people.schemas import PersonSchema
from .models import AuditAction


class LogEntrySchema(StrictSchema):
    """One act. `actor` null: the command line of the server."""

    id = Uuid(required=True)
    at = Timestamp(required=True)
    actor = fields.Nested(PersonSchema, required=True, allow_none=True)
    action = fields.Enum(AuditAction, by_value=fields.String, required=True)
    about = fields.Nested(
        PersonSchema, required=True, allow_none=True, metadata={"description": "Whom the act concerned, if one person"}
    )
    detail = fields.Dict(
        keys=fields.String(),
        values=fields.Raw(),
        required=True,
        metadata={"additionalProperties": {"type": ["string", "integer"]}},
    )


class LogPageSchema(StrictSchema):
    items = many(LogEntrySchema, required=True)
    next = fields.String(required=True, allow_none=True)
