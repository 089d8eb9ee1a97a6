"""The contract of items."""

from typing import Any

from marshmallow import fields, post_load, validate

from ..contract import StrictSchema, Text
from .service import SeenItem


class ItemSchema(StrictSchema):
    """One ticket or document, as its page shows it. (tool, host, key) is its identity."""

    tool = fields.String(
        required=True,
        validate=validate.Regexp(r"^[a-z0-9][a-z0-9-]{0,63}$"),
        metadata={"description": "Id of the tool file"},
    )
    host = Text(max=255, required=True, metadata={"description": "Host, with the port where it is not the default"})
    key = Text(max=512, required=True)
    kind = fields.String(required=True, validate=validate.Regexp(r"^[a-z][a-z0-9-]{0,63}$"))
    title = Text(max=500, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> SeenItem:
        return SeenItem(**data)
