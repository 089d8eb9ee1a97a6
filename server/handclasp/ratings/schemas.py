"""The contract of ratings."""

from typing import Any

from marshmallow import fields, post_load, validate

from ..contract import StrictSchema, Text, Timestamp, Uuid, many
from ..handoffs.schemas import ItemSchema
from ..people.schemas import PersonSchema, SubjectSchema
from ..policy.models import Attribution
from .models import Cause, Direction, Verdict
from .rules import RatingCommand

REVISION = validate.Range(1, 2**31 - 1)


class RatingPutSchema(StrictSchema):
    """A whole rating: valid even when the server has never heard of the item."""

    revision = fields.Integer(required=True, strict=True, validate=REVISION)
    item = fields.Nested(ItemSchema, required=True)
    subject = fields.Nested(SubjectSchema, required=True)
    direction = fields.Enum(
        Direction,
        by_value=fields.String,
        required=True,
        metadata={"description": "service: about the subject's work; request: about what the subject asked of me"},
    )
    verdict = fields.Enum(Verdict, by_value=fields.String, required=True)
    what_would_have_helped = Text(
        max=500,
        load_default=None,
        allow_none=True,
        metadata={"description": "One line. An open missed needs it; a pooled rating never has it"},
    )
    cause = fields.Enum(
        Cause,
        by_value=fields.String,
        load_default=None,
        allow_none=True,
        metadata={"description": "What a missed lay at, if its rater wishes to say. Seen in team figures only"},
    )
    attribution = fields.Enum(
        Attribution,
        by_value=fields.String,
        load_default=None,
        allow_none=True,
        metadata={"description": "What its rater was shown: a new one shown as pooled is never stored by name"},
    )

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> RatingCommand:
        return RatingCommand(**data)


class RatingSchema(StrictSchema):
    """A rating as it stands, for its rater."""

    id = Uuid(required=True)
    revision = fields.Integer(required=True, strict=True)
    attribution = fields.Enum(Attribution, by_value=fields.String, required=True)
    item = fields.Nested(
        ItemSchema, required=True, allow_none=True, metadata={"description": "Null when pooled: it is not kept"}
    )
    subject = fields.Nested(PersonSchema, required=True)
    direction = fields.Enum(Direction, by_value=fields.String, required=True)
    verdict = fields.Enum(Verdict, by_value=fields.String, required=True, allow_none=True)
    what_would_have_helped = fields.String(required=True, allow_none=True)
    cause = fields.Enum(Cause, by_value=fields.String, required=True, allow_none=True)
    withdrawn = fields.Boolean(required=True)
    given_at = Timestamp(required=True)
    changed_at = Timestamp(required=True)
    visible_at = Timestamp(
        required=True, allow_none=True, metadata={"description": "From when the subject sees it; null when pooled"}
    )
    release_on = fields.Date(
        required=True,
        allow_none=True,
        metadata={"description": "Pooled: until this day it can be changed; then it may be part of a release"},
    )


class WithdrawQuerySchema(StrictSchema):
    revision = fields.Integer(required=True, validate=REVISION)


class RatingPageSchema(StrictSchema):
    items = many(RatingSchema, required=True)
    next = fields.String(required=True, allow_none=True)
