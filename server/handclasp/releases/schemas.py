"""The contract of releases."""

from marshmallow import fields

from ..contract import StrictSchema, Uuid, many
from ..policy.models import Attribution, Breakdown
from ..ratings.models import Cause, Direction, Verdict
from .models import Form


class CountsSchema(StrictSchema):
    """How many ratings said each, as published."""

    missed = fields.Integer(required=True, strict=True)
    met = fields.Integer(required=True, strict=True)
    exceeded = fields.Integer(required=True, strict=True)


class CauseCountSchema(StrictSchema):
    """How many of the missed named a cause."""

    cause = fields.Enum(Cause, by_value=fields.String, required=True)
    count = fields.Integer(required=True, strict=True)


class ReleaseCellSchema(CountsSchema):
    """Part of a release that is published by itself. Unless `form` is exact, all are counted as `leading`."""

    label = fields.String(
        required=True, allow_none=True, metadata={"description": "A tool's or a customer team's id; null: all others"}
    )
    name = fields.String(required=True, allow_none=True, metadata={"description": "What people call it"})
    raters = fields.Integer(required=True, strict=True)
    form = fields.Enum(Form, by_value=fields.String, required=True)
    leading = fields.Enum(Verdict, by_value=fields.String, required=True, allow_none=True)
    repaired = fields.Integer(required=True, strict=True, metadata={"description": "Of the missed; open only"})
    causes = many(CauseCountSchema, required=True)


class ReleaseSchema(StrictSchema):
    """Ratings published together on a date; it never changes. `total` is the sum of its cells as published."""

    id = Uuid(required=True)
    released_on = fields.Date(required=True)
    attribution = fields.Enum(Attribution, by_value=fields.String, required=True)
    direction = fields.Enum(Direction, by_value=fields.String, required=True)
    breakdown = fields.Enum(Breakdown, by_value=fields.String, required=True)
    raters = fields.Integer(required=True, strict=True)
    cells = many(ReleaseCellSchema, required=True)
    total = fields.Nested(CountsSchema, required=True)
    unread = fields.Boolean(required=True, metadata={"description": "True until its subject has marked it read"})
