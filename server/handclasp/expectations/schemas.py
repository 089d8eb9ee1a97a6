"""The contract of expectations."""

from typing import Any

from marshmallow import fields, post_load, validate

from ..contract import Day, Flag, PageQuerySchema, StrictSchema, Text, Timestamp, Uuid, many
from ..handoffs.schemas import ItemSchema
from ..people.schemas import PersonSchema, SubjectSchema, TeamSchema
from ..ratings.schemas import REVISION
from .models import ExpectationState
from .service import Answer, Proposal
from .steps import Action, Side

NEED_MAX = 280


class ExpectationPutSchema(StrictSchema):
    """What I need of a colleague, and by when."""

    revision = fields.Integer(required=True, strict=True, validate=REVISION)
    provider = fields.Nested(SubjectSchema, required=True)
    item = fields.Nested(ItemSchema, load_default=None, allow_none=True)
    need = Text(max=NEED_MAX, required=True)
    due = Day(
        load_default=None, allow_none=True, metadata={"description": "Not before today, by the server's UTC date"}
    )

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Proposal:
        return Proposal(**data)


class ExpectationResponseSchema(StrictSchema):
    """One step of an agreement. `revision` is the proposal I answer: a later one refuses the answer."""

    action = fields.Enum(
        Action,
        by_value=fields.String,
        required=True,
        validate=validate.NoneOf([Action.CHANGE]),
        metadata={"enum": [action.value for action in Action if action is not Action.CHANGE]},
    )
    revision = fields.Integer(load_default=None, allow_none=True, strict=True, validate=REVISION)
    need = Text(max=NEED_MAX, load_default=None, allow_none=True, metadata={"description": "counter only"})
    due = Day(load_default=None, allow_none=True, metadata={"description": "counter only; it needs `need` or `due`"})
    reason = Text(max=NEED_MAX, load_default=None, allow_none=True, metadata={"description": "decline needs it"})
    alternative = Text(max=NEED_MAX, load_default=None, allow_none=True, metadata={"description": "decline needs it"})
    kept = Flag(load_default=None, allow_none=True, metadata={"description": "done needs it"})

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Answer:
        return Answer(**data)


class CounterSchema(StrictSchema):
    """The provider's other way, whole: what it leaves as asked is repeated."""

    need = fields.String(required=True)
    due = Day(required=True, allow_none=True)


class ExpectationSchema(StrictSchema):
    """An agreement as one of its two sees it. `need` and `due` are what holds now."""

    id = Uuid(required=True)
    revision = fields.Integer(required=True, strict=True)
    state = fields.Enum(ExpectationState, by_value=fields.String, required=True)
    customer = fields.Nested(PersonSchema, required=True)
    provider = fields.Nested(PersonSchema, required=True)
    item = fields.Nested(ItemSchema, required=True, allow_none=True)
    need = fields.String(required=True)
    due = Day(required=True, allow_none=True)
    counter = fields.Nested(CounterSchema, required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    alternative = fields.String(required=True, allow_none=True)
    countered = fields.Boolean(
        required=True, metadata={"description": "What holds is the provider's counter, which the customer took up"}
    )
    declined_late = fields.Boolean(required=True)
    kept = fields.Boolean(required=True, allow_none=True)
    proposed_at = Timestamp(required=True)
    changed_at = Timestamp(required=True)
    mine = fields.Enum(Side, by_value=fields.String, required=True)
    may = fields.List(fields.Enum(Action, by_value=fields.String), required=True)
    honest = fields.Boolean(required=True, metadata={"description": "Declined in time, or a counter taken up (rule 7)"})


class ExpectationQuerySchema(PageQuerySchema):
    side = fields.String(
        load_default="asked_of_me",
        validate=validate.OneOf(["asked_of_me", "asked_by_me"]),
        metadata={"description": "Whose needs: my colleagues' or mine"},
    )


class ExpectationPageSchema(StrictSchema):
    items = many(ExpectationSchema, required=True)
    next = fields.String(required=True, allow_none=True)


class AgreementCountSchema(StrictSchema):
    """What became of a team's agreements that ended in a month; each figure rests on at least k people a side."""

    team = fields.Nested(TeamSchema, required=True, allow_none=True)
    month = fields.String(required=True, validate=validate.Regexp(r"^\d{4}-\d{2}$"))
    answered = fields.Integer(required=True, strict=True)
    clear_no = fields.Integer(
        required=True,
        strict=True,
        allow_none=True,
        metadata={"description": "Declined in time, or countered and the counter taken up; null: too few people"},
    )
    done = fields.Integer(
        required=True, strict=True, allow_none=True, metadata={"description": "null: too few people for a figure"}
    )
    kept = fields.Integer(required=True, strict=True, allow_none=True)


class AgreementReportSchema(StrictSchema):
    items = many(AgreementCountSchema, required=True)
