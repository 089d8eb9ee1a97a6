"""The contract of exports."""

from marshmallow import fields

from ..contract import Flag, StrictSchema, Text, Timestamp, Uuid, many
from ..people.schemas import PersonSchema
from .named import State
from .service import Format


class ExportQuerySchema(StrictSchema):
    format = fields.Enum(Format, by_value=fields.String, load_default=Format.CSV)
    named = Uuid(load_default=None, metadata={"description": "Ratings only: the request by which they come with names"})


class NamedExportPutSchema(StrictSchema):
    reason = Text(max=280, required=True, metadata={"description": "Why; every member can read it"})


class NamedExportSchema(StrictSchema):
    """A request for an export of ratings with names."""

    id = Uuid(required=True)
    reason = fields.String(required=True)
    asked_by = fields.Nested(PersonSchema, required=True)
    asked_at = Timestamp(required=True)
    needs_countersignature = Flag(required=True)
    countersigned_at = Timestamp(required=True, allow_none=True)
    usable_until = Timestamp(required=True, allow_none=True)
    state = fields.Enum(State, by_value=fields.String, required=True)


class NamedExportsSchema(StrictSchema):
    items = many(NamedExportSchema, required=True)
