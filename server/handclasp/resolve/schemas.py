"""The contract of resolving a page."""

from typing import Any

from marshmallow import fields, post_load, validate

from ..contract import StrictSchema, Text, many
from ..expectations.schemas import ExpectationSchema
from ..handoffs.schemas import ItemSchema
from ..people.schemas import PersonSchema
from ..policy.models import Attribution
from ..ratings.schemas import RatingSchema
from .service import PageRole, PersonOnPage, Question


class PagePersonSchema(StrictSchema):
    """Somebody the page names, in the role it gives them."""

    role = fields.Enum(PageRole, by_value=fields.String, required=True)
    handle = Text(max=254, load_default=None)
    name = Text(max=254, load_default=None)
    email = Text(max=254, load_default=None)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> PersonOnPage:
        return PersonOnPage(**data)


class ResolveRequestSchema(StrictSchema):
    item = fields.Nested(ItemSchema, required=True)
    people = many(PagePersonSchema, required=True, validate=validate.Length(max=50))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Question:
        return Question(**data)


class MaySchema(StrictSchema):
    """Whether I may, and if not: why, in a code and in words."""

    allowed = fields.Boolean(required=True)
    code = fields.String(required=True, allow_none=True)
    detail = fields.String(required=True, allow_none=True)


class AskSchema(StrictSchema):
    """On my own work: whose ask it was, and what I said of it."""

    subject = fields.Nested(PersonSchema, required=True, allow_none=True)
    handle = fields.String(required=True, allow_none=True)
    rating = fields.Nested(RatingSchema, required=True, allow_none=True)
    rate = fields.Nested(MaySchema, required=True)


class ResolutionSchema(StrictSchema):
    """The handoff behind a page: whose work it is, what I said of it, and what I may do."""

    attribution = fields.Enum(
        Attribution, by_value=fields.String, required=True, metadata={"description": "Of a rating given now"}
    )
    subject = fields.Nested(PersonSchema, required=True, allow_none=True)
    handle = fields.String(required=True, allow_none=True)
    suggestions = many(PersonSchema, required=True)
    rating = fields.Nested(RatingSchema, required=True, allow_none=True)
    rate = fields.Nested(MaySchema, required=True)
    thank = fields.Nested(MaySchema, required=True)
    agreed = fields.Nested(
        ExpectationSchema, required=True, allow_none=True, metadata={"description": "What I agreed on with the subject"}
    )
    ask = fields.Nested(
        AskSchema, required=True, allow_none=True, metadata={"description": "Where the work is mine: whose ask it was"}
    )
