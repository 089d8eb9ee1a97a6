"""The contract of an organisation's own tool files, and of what is told of broken pages."""

from __future__ import annotations

from typing import Any, cast

from marshmallow import INCLUDE, ValidationError, fields, post_load, pre_load, validate

from ..contract import Flag, StrictSchema, Text, Timestamp, Uuid, many
from .breakages import Told
from .check import ToolProblem
from .shape import problems_of

TOOL_ID = r"^[a-z][a-z0-9-]{0,39}$"
_POINTER = r"^#/(title|anchors|people/(author|assignee|reviewer|owner|me))(/(0|[1-9][0-9]?))?$"
_MOST_FAILED = 40


class Whole(validate.Regexp):
    """The whole text fits: `$` alone would let a line's end pass after it."""

    def __call__(self, value: Any) -> Any:
        if cast("str", value).endswith("\n"):
            raise ValidationError("Must not end in a line break.")
        super().__call__(value)
        return value


class ToolFileSchema(StrictSchema):
    """A tool file. Its whole format is tool.schema.json, explained in docs/tool-files.md; only a part of it is here."""

    class Meta:
        unknown = INCLUDE

    id = fields.String(required=True, validate=Whole(TOOL_ID))
    name = Text(max=60, required=True)

    @pre_load
    def check(self, data: Any, **_: Any) -> Any:
        problems = problems_of(data)
        if problems:
            raise ValidationError(_by_place(problems))
        return data


class WholeTool(fields.Nested):
    """A tool file inside an answer, with all its parts."""

    def _serialize(self, nested_obj: Any, attr: str, obj: Any, **kwargs: Any) -> Any:
        return nested_obj


class OwnToolSchema(StrictSchema):
    """An organisation's own tool file. `version` is the SHA-256 of its canonical JSON, in hexadecimal."""

    id = fields.String(required=True, validate=Whole(TOOL_ID))
    name = Text(max=60, required=True)
    version = fields.String(required=True, validate=Whole(r"^[0-9a-f]{64}$"))
    changed_at = Timestamp(required=True)
    overrides_bundled = Flag(required=True, metadata={"description": "A bundled file of this id waits behind it"})
    tool = WholeTool(ToolFileSchema, required=True)


class ToolFilesSchema(StrictSchema):
    """All own tool files of the organisation, by id; the bundled ones are not among them."""

    items = many(ToolFileSchema, required=True)


class BreakageTellSchema(StrictSchema):
    """Which parts of a tool file found nothing on a page of its tool. Nothing of the page, nor where it was."""

    kind = fields.String(
        required=True,
        allow_none=True,
        validate=Whole(TOOL_ID),
        metadata={"description": "Kind of the item, as the tool file names it; null when that is not known"},
    )
    digest = fields.String(
        required=True,
        validate=Whole(r"^[0-9a-f]{64}$"),
        metadata={"description": "SHA-256 of the tool file used, in hexadecimal"},
    )
    bundled = Flag(required=True, metadata={"description": "The file used came with the extension"})
    failed = fields.List(
        fields.String(validate=Whole(_POINTER)),
        required=True,
        validate=validate.Length(min=1, max=_MOST_FAILED),
        metadata={"uniqueItems": True, "description": "Pointers into the tool file, like #/title/0"},
    )

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Told:
        failed: list[str] = data["failed"]
        if len(set(failed)) < len(failed):
            raise ValidationError({"failed": ["Name each part once."]})
        return Told(data["kind"], data["digest"], data["bundled"], sorted(failed))


class BreakageToldSchema(StrictSchema):
    counted = Flag(required=True, metadata={"description": "false: I told of the same today already"})


class BreakageSchema(StrictSchema):
    """One way in which pages of a tool could not be read, and how often members met it: each counts once a day."""

    id = Uuid(required=True)
    tool = fields.String(required=True, validate=Whole(TOOL_ID))
    name = fields.String(required=True)
    kind = fields.String(required=True, allow_none=True)
    digest = fields.String(required=True)
    bundled = Flag(required=True)
    failed = fields.List(fields.String(), required=True)
    count = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    first_on = fields.Date(required=True)
    last_on = fields.Date(required=True)


class BreakagesPageSchema(StrictSchema):
    items = many(BreakageSchema, required=True)
    next = fields.String(required=True, allow_none=True)


def _by_place(problems: list[ToolProblem]) -> dict[str, Any]:
    """The problems as marshmallow nests them; `_schema` holds what is said of a place itself."""
    found: dict[str, Any] = {}
    for problem in problems:
        place = found
        for part in problem.pointer.split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            place = cast("dict[str, Any]", place.setdefault(f"{name}", {}))
        place.setdefault("_schema", []).append(_sentence(problem.detail))
    return found


def _sentence(detail: str) -> str:
    """What is wrong, as a sentence: the checks say it without a capital, after the place."""
    text = f"{detail[:1].upper()}{detail[1:]}"
    return text if text.endswith((".", "!", "?")) else f"{text}."
