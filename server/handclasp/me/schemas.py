"""The contract of who I am here."""

from marshmallow import fields

from ..contract import Flag, StrictSchema, Uuid
from ..people.models import Role
from ..people.schemas import PersonSchema
from ..policy.models import Attribution, Breakdown


class OrganisationSchema(StrictSchema):
    id = Uuid(required=True)
    name = fields.String(required=True)


class PolicyInForceSchema(StrictSchema):
    """What the button and the panel must know of the policy."""

    version = fields.Integer(required=True, strict=True)
    attribution = fields.Enum(Attribution, by_value=fields.String, required=True)
    undo_seconds = fields.Integer(required=True, strict=True)
    k = fields.Integer(required=True, strict=True)
    release_on = fields.Date(
        required=True, allow_none=True, metadata={"description": "The next release date; null where ratings are open"}
    )
    breakdown = fields.Enum(Breakdown, by_value=fields.String, required=True)


class ServerSchema(StrictSchema):
    version = fields.String(required=True)


class MeSchema(StrictSchema):
    """Who I am here, and the rules that hold."""

    member = fields.Nested(PersonSchema, required=True)
    email = fields.String(required=True)
    role = fields.Enum(Role, by_value=fields.String, required=True)
    organisation = fields.Nested(OrganisationSchema, required=True)
    policy = fields.Nested(PolicyInForceSchema, required=True)
    server = fields.Nested(ServerSchema, required=True)
    paused = Flag(required=True, metadata={"description": "I take no ratings at present"})
    representative = Flag(required=True, metadata={"description": "I am the employee representative"})


class PauseSchema(StrictSchema):
    """Whether I take no ratings at present. No reason is asked, and none is kept."""

    paused = Flag(required=True)
