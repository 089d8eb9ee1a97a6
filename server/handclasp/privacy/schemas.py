"""The contract of taking one's data along."""

from marshmallow import fields

from ..audit.schemas import LogEntrySchema
from ..auth.models import SignInWay
from ..contract import StrictSchema, Timestamp, Uuid, many
from ..expectations.schemas import ExpectationSchema
from ..handoffs.schemas import ItemSchema
from ..me.schemas import OrganisationSchema
from ..mutes.schemas import MuteSchema
from ..notes.models import NoteKind
from ..patterns.models import PatternKind
from ..people.models import Role
from ..people.schemas import PersonSchema, TeamSchema
from ..ratings.models import Cause, Direction, Verdict
from ..releases.schemas import ReleaseSchema
from ..repairs.schemas import RepairSchema


class MyProfileSchema(StrictSchema):
    """Who I am here."""

    id = Uuid(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    role = fields.Enum(Role, by_value=fields.String, required=True)
    team = fields.Nested(TeamSchema, required=True, allow_none=True)
    joined_at = Timestamp(required=True)
    paused = fields.Boolean(required=True)


class MyAliasSchema(StrictSchema):
    """Who I am in a tool."""

    tool = fields.String(required=True)
    host = fields.String(required=True)
    handle = fields.String(required=True)
    confirmed_at = Timestamp(required=True)


class MyNoteSchema(StrictSchema):
    """A note that I received or wrote. What became of it is told to its recipient only; null in what I wrote."""

    id = Uuid(required=True)
    kind = fields.Enum(NoteKind, by_value=fields.String, required=True)
    author = fields.Nested(PersonSchema, required=True)
    recipient = fields.Nested(PersonSchema, required=True)
    item = fields.Nested(ItemSchema, required=True, allow_none=True)
    text = fields.String(required=True)
    written_at = Timestamp(required=True)
    read_at = Timestamp(required=True, allow_none=True)
    public_at = Timestamp(required=True, allow_none=True)
    reported_at = Timestamp(required=True, allow_none=True)
    hidden = fields.Boolean(
        required=True, allow_none=True, metadata={"description": "It came from somebody whom I had blocked"}
    )


class MyRatingSchema(StrictSchema):
    """An open rating that I gave or received."""

    id = Uuid(required=True)
    rater = fields.Nested(PersonSchema, required=True)
    subject = fields.Nested(PersonSchema, required=True)
    item = fields.Nested(ItemSchema, required=True)
    direction = fields.Enum(Direction, by_value=fields.String, required=True)
    verdict = fields.Enum(Verdict, by_value=fields.String, required=True)
    what_would_have_helped = fields.String(required=True, allow_none=True)
    cause = fields.Enum(
        Cause,
        by_value=fields.String,
        required=True,
        allow_none=True,
        metadata={"description": "Told to its rater only; elsewhere it is seen in team figures"},
    )
    given_at = Timestamp(required=True)
    changed_at = Timestamp(required=True)


class MyFlagSchema(StrictSchema):
    """That I was part of a pattern which admins are shown (rule 10). It says nothing of a verdict."""

    kind = fields.Enum(PatternKind, by_value=fields.String, required=True)
    acts = fields.Integer(required=True, strict=True)
    found_at = Timestamp(required=True)


class MySignInSchema(StrictSchema):
    """That somebody signed in as me."""

    at = Timestamp(required=True)
    way = fields.Enum(SignInWay, by_value=fields.String, required=True)


class MyAccessSchema(StrictSchema):
    """A browser or a script that acts in my name, or did."""

    label = fields.String(required=True)
    since = Timestamp(required=True)
    until = Timestamp(required=True, allow_none=True)


class MyDataSchema(StrictSchema):
    """Everything that is kept about me. Pooled ratings that wait for their release are never in it."""

    member = fields.Nested(MyProfileSchema, required=True)
    organisation = fields.Nested(OrganisationSchema, required=True)
    aliases = many(MyAliasSchema, required=True)
    notes_received = many(MyNoteSchema, required=True)
    notes_written = many(MyNoteSchema, required=True)
    ratings_received = many(MyRatingSchema, required=True)
    ratings_given = many(MyRatingSchema, required=True)
    expectations = many(ExpectationSchema, required=True)
    repairs = many(RepairSchema, required=True)
    releases = many(ReleaseSchema, required=True)
    mutes = many(MuteSchema, required=True)
    flags = many(MyFlagSchema, required=True)
    sign_ins = many(MySignInSchema, required=True)
    access = many(MyAccessSchema, required=True)
    countersigned = fields.List(
        fields.Integer(strict=True), required=True, metadata={"description": "Versions of the policy that I signed"}
    )
    log = many(LogEntrySchema, required=True)
