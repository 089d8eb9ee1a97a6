"""The contract of patterns."""

from __future__ import annotations

from marshmallow import fields

from ..contract import Day, Flag, StrictSchema, Uuid, many
from ..people.schemas import PersonSchema
from .models import PatternKind


class PatternSchema(StrictSchema):
    """Something to look at, not a judgement: all of a ring, or the one of a pile-on. No verdict is known here."""

    id = Uuid(required=True)
    kind = fields.Enum(PatternKind, by_value=fields.String, required=True)
    members = many(PersonSchema, required=True)
    found_on = Day(required=True)
    seen = fields.Boolean(required=True)


class PatternsPageSchema(StrictSchema):
    items = many(PatternSchema, required=True)
    next = fields.String(required=True, allow_none=True)


class PatternSeenSchema(StrictSchema):
    seen = Flag(required=True)
