"""The contract of reports."""

from marshmallow import fields, validate

from ..contract import StrictSchema, many
from ..people.schemas import TeamSchema
from ..policy.models import Attribution
from ..ratings.models import Direction
from ..releases.schemas import CountsSchema, ReleaseCellSchema, ReleaseSchema


class ServiceMonthSchema(CountsSchema):
    """What open ratings said of me in a month."""

    month = fields.String(required=True, metadata={"description": "YYYY-MM"})
    direction = fields.Enum(Direction, by_value=fields.String, required=True)


class MyServiceSchema(StrictSchema):
    """My own releases, the latest first, and my own open ratings by month. Nobody else can ask for this."""

    attribution = fields.Enum(Attribution, by_value=fields.String, required=True)
    releases = many(ReleaseSchema, required=True)
    months = many(ServiceMonthSchema, required=True)
    why_nothing_yet = fields.String(
        required=True, allow_none=True, metadata={"description": "Set while there is no release; tells no progress"}
    )
    next_release_on = fields.Date(required=True, allow_none=True)


class ReportQuerySchema(StrictSchema):
    dates = fields.Integer(
        load_default=12,
        validate=validate.Range(1, 60),
        metadata={"description": "How many release dates back"},
    )


class TeamReportSchema(StrictSchema):
    """One team: its release on each date, the latest first. Dates are never added up."""

    team = fields.Nested(TeamSchema, required=True)
    releases = many(ReleaseSchema, required=True)


class TeamReportsSchema(StrictSchema):
    items = many(TeamReportSchema, required=True)


class EdgeSchema(StrictSchema):
    """What one team (null: several, or none) said of another on a date, with the causes of what was missed."""

    released_on = fields.Date(required=True)
    direction = fields.Enum(Direction, by_value=fields.String, required=True)
    from_team = fields.Nested(TeamSchema, required=True, allow_none=True)
    to_team = fields.Nested(TeamSchema, required=True)
    cell = fields.Nested(ReleaseCellSchema, required=True)


class EdgeReportSchema(StrictSchema):
    items = many(EdgeSchema, required=True)
