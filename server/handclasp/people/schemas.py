"""The contract of people."""

from typing import Any

from marshmallow import fields, post_load

from ..contract import PageQuerySchema, StrictSchema, Text, Uuid, many
from .service import SubjectRef


class TeamSchema(StrictSchema):
    id = Uuid(required=True)
    name = fields.String(required=True)


class PersonSchema(StrictSchema):
    """A member as colleagues see them."""

    id = Uuid(required=True)
    name = fields.String(required=True)
    team = fields.Nested(TeamSchema, required=True, allow_none=True)


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
