"""The contract of people."""

from typing import Any

from marshmallow import fields, post_load

from ..contract import Flag, PageQuerySchema, StrictSchema, Text, Uuid, many
from ..policy.models import Attribution, Breakdown
from .models import Role
from .service import SubjectRef


class TeamSchema(StrictSchema):
    id = Uuid(required=True)
    name = fields.String(required=True)


class PersonSchema(StrictSchema):
    """A member as colleagues see them."""

    id = Uuid(required=True)
    name = fields.String(required=True)
    team = fields.Nested(TeamSchema, required=True, allow_none=True)


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


class PeopleQuerySchema(PageQuerySchema):
    q = Text(max=120, min=0, load_default="", metadata={"description": "Part of a name or e-mail address"})


class PeoplePageSchema(StrictSchema):
    items = many(PersonSchema, required=True)
    next = fields.String(required=True, allow_none=True)


class SubjectSchema(StrictSchema):
    """Who is meant: a member, or somebody as the page names them. Both together teach the alias."""

    member = Uuid(load_default=None)
    handle = Text(max=254, load_default=None)
    name = Text(max=254, load_default=None)
    email = Text(max=254, load_default=None)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> SubjectRef:
        return SubjectRef(**data)
