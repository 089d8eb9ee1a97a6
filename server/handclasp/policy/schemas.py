"""The contract of the policy."""

from typing import Any

from marshmallow import fields, post_load, validate

from ..contract import Flag, StrictSchema, Timestamp, Uuid, many
from ..people.schemas import PersonSchema
from .changes import LEAST_K, LEAST_RETENTION_DAYS, MOST_K, MOST_RETENTION_DAYS, Terms
from .models import Attribution, Breakdown, Calendar
from .publishing import PolicyCommand

_TEAMMATES = {"description": "Whether colleagues of one team rate each other; null: below 25 members only"}


class PolicyTermsSchema(StrictSchema):
    """What an admin chooses."""

    attribution = fields.Enum(Attribution, by_value=fields.String, required=True)
    k = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(LEAST_K, MOST_K),
        metadata={"description": "How many people stand behind every figure, at least"},
    )
    colluders = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(1, MOST_K - 2),
        metadata={"description": "How many raters may put their knowledge together; at most k less 2"},
    )
    calendar = fields.Enum(Calendar, by_value=fields.String, required=True)
    breakdown = fields.Enum(Breakdown, by_value=fields.String, required=True)
    retention_days = fields.Integer(
        required=True, strict=True, validate=validate.Range(LEAST_RETENTION_DAYS, MOST_RETENTION_DAYS)
    )
    teammates_rate = Flag(required=True, allow_none=True, metadata=_TEAMMATES)
    named_exports = Flag(required=True)


class PolicyPutSchema(PolicyTermsSchema):
    """New rules, and the version they are to replace."""

    base_version = fields.Integer(required=True, strict=True, metadata={"description": "The latest version you know"})
    representative = Uuid(required=True, allow_none=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> PolicyCommand:
        base_version = data.pop("base_version")
        return PolicyCommand(base_version, Terms(**data))


class PolicyChangeSchema(StrictSchema):
    """One part that is different from the rules before."""

    part = fields.String(required=True)
    looser = Flag(required=True, metadata={"description": "It protects colleagues less than before"})
    detail = fields.String(required=True)


class PolicyVersionSchema(PolicyTermsSchema):
    """One version. It binds from `in_force_at`, but never before it is countersigned where it must be."""

    version = fields.Integer(required=True, strict=True)
    representative = fields.Nested(PersonSchema, required=True, allow_none=True)
    published_at = Timestamp(required=True)
    published_by = fields.Nested(PersonSchema, required=True, allow_none=True)
    in_force_at = Timestamp(required=True)
    needs_countersignature = Flag(required=True)
    countersigned_at = Timestamp(required=True, allow_none=True)
    withdrawn_at = Timestamp(required=True, allow_none=True)
    looser = Flag(required=True)
    changes = many(PolicyChangeSchema, required=True)


class PolicyVersionsSchema(StrictSchema):
    """Every version, latest first."""

    items = many(PolicyVersionSchema, required=True)


class PolicySchema(PolicyTermsSchema):
    """The rules in force."""

    version = fields.Integer(required=True, strict=True)
    teammates_may_rate = Flag(required=True, metadata={"description": "What `teammates_rate` means today"})
    representative = fields.Nested(PersonSchema, required=True, allow_none=True)
    undo_seconds = fields.Integer(required=True, strict=True)
    published_at = Timestamp(required=True)
    in_force_at = Timestamp(required=True)
    next_release_on = fields.Date(required=True, allow_none=True, metadata={"description": "Pooled only"})
    purposes = fields.List(fields.String(), required=True)
    upcoming = fields.Nested(PolicyVersionSchema, required=True, allow_none=True)
