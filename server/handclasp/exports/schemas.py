"""The contract of exports."""

from marshmallow import fields

from ..contract import StrictSchema
from .service import Format


class ExportQuerySchema(StrictSchema):
    format = fields.Enum(Format, by_value=fields.String, load_default=Format.CSV)
