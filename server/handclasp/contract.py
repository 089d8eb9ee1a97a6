"""What each API route promises, declared where the route is and published as `openapi.json`.

`endpoint` turns a view function that takes loaded input and returns an object into a Flask view: it reads and
validates the body and the query before the view runs, and dumps the result by the schema of its status.
`openapi` collects all of these from an application into one OpenAPI 3.1 document.
"""

# marshmallow and apispec are typed, but leave some parameters open: what they do not say is not reported here.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask, Response, json, request
from marshmallow import RAISE, Schema, ValidationError, fields, validate
from werkzeug.exceptions import RequestEntityTooLarge

from . import __version__
from .errors import UNSTORABLE, Problem, invalid
from .permissions import Permission

MAX_BODY = 64 * 1024
"""Bytes of the largest body the API reads."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class StrictSchema(Schema):
    """The base of all our schemas: unknown fields are refused, order is as declared."""

    class Meta:
        unknown = RAISE


class Text(fields.String):
    """A string every database can keep: no NUL, no lone surrogate; blank counts as missing unless `min` is 0."""

    def __init__(self, *, max: int, min: int = 1, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(min=min, max=max), **kwargs)
        self._may_be_blank = min == 0

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if UNSTORABLE.search(text):
            raise ValidationError("Contains a character that cannot be stored.")
        if not self._may_be_blank and not text.strip():
            raise ValidationError("Must not be blank.")
        return text


class Uuid(fields.UUID):
    """A UUID in its usual form only, so that what we take is what `format: uuid` means."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not _UUID.fullmatch(value):
            raise self.make_error("invalid_uuid")
        return super()._deserialize(value, attr, data, **kwargs)


class Day(fields.Date):
    """A date as YYYY-MM-DD only, so that what we take is what `format: date` means."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **kwargs)


class Flag(fields.Boolean):
    """true or false, and nothing that only looks like it: what we take is what `type: boolean` means."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Timestamp(fields.AwareDateTime):
    """A moment in UTC, RFC 3339 with milliseconds."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else rfc3339(value)


def rfc3339(moment: datetime) -> str:
    """`moment` as the API writes it: UTC, milliseconds, Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def many(schema: type[Schema], **kwargs: Any) -> fields.Field[Any]:
    """A list of `schema`."""
    item: fields.Field[Any] = fields.Nested(schema)
    return cast(fields.Field[Any], fields.List(item, **kwargs))


class ProblemErrorSchema(StrictSchema):
    pointer = fields.String(required=True, metadata={"description": "JSON Pointer to the bad field, from #"})
    detail = fields.String(required=True)


class ProblemSchema(Schema):
    """RFC 9457. `detail` is written for people; `type` is `urn:handclasp:problem:<code>`."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True, strict=True)
    detail = fields.String(required=True)
    errors = many(ProblemErrorSchema)
    existing = Uuid(metadata={"description": "With code rating-exists: the id of the rating that stands"})


class PageQuerySchema(StrictSchema):
    """Where a list goes on, and how much of it to send."""

    cursor = Text(max=400, load_default=None, metadata={"description": "`next` of the page before"})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a view returns when the status is not the usual one, or headers go with it."""

    data: Any
    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The declared contract of one route."""

    permission: Permission
    answers: Mapping[int, type[Schema] | str | None]
    body: type[Schema] | None = None
    query: type[Schema] | None = None


View = Callable[..., Any]


def endpoint(
    permission: Permission,
    *,
    answers: Mapping[int, type[Schema] | str | None],
    body: type[Schema] | None = None,
    query: type[Schema] | None = None,
) -> Callable[[View], View]:
    """Declare a route's permission, input and answers.

    The view receives `body` and `query` (when declared) as keyword arguments, already loaded, and returns the
    object to dump (status: the first of `answers`), an `Answer`, or a ready `Response`. An answer is a schema,
    None for an empty one, or a media type for a streamed one.
    """
    contract = Endpoint(permission, answers, body, query)
    first_status = next(iter(answers))
    schemas = {status: schema() for status, schema in answers.items() if isinstance(schema, type)}
    body_schema = body() if body else None
    query_schema = query() if query else None

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def wrapper(**arguments: Any) -> Response:
            if query_schema is not None:
                arguments["query"] = _load_query(query_schema)
            elif request.args:
                raise invalid([{"pointer": f"?{name}", "detail": "Unknown parameter."} for name in request.args])
            if body_schema is not None:
                arguments["body"] = _load(body_schema, _json_body())
            result = view(**arguments)
            if isinstance(result, Response):
                return result
            answer = result if isinstance(result, Answer) else Answer(result, first_status)
            schema = schemas.get(answer.status)
            content = json.dumps(schema.dump(answer.data)) if schema else ""
            return Response(
                content, status=answer.status, headers=dict(answer.headers), content_type="application/json"
            )

        wrapper.__dict__["contract"] = contract
        return wrapper

    return decorate


def contract_of(view: View | None) -> Endpoint | None:
    """The contract `endpoint` declared on `view`, or None."""
    return getattr(view, "contract", None)


def _json_body() -> Any:
    if request.mimetype != "application/json":
        raise Problem(415, "unsupported-media-type", "Send the body as application/json.")
    raw = request.get_data(cache=False)
    if request.content_length is None and len(raw) >= MAX_BODY:
        # Sent in chunks, so no header told: what is read stops at the limit.
        raise RequestEntityTooLarge()
    try:
        return json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Problem(400, "bad-json", "The body is not valid JSON. Check quotes, commas and encoding.") from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _load_query(schema: Schema) -> Any:
    values: dict[str, Any] = {}
    for name in request.args:
        given = request.args.getlist(name)
        if len(given) > 1:
            raise invalid([{"pointer": f"?{name}", "detail": "Give it once only."}])
        values[name] = given[0]
    return _load(schema, values, prefix="?")


def load(schema: Schema, data: Any) -> Any:
    """`data` of a form, held against the same schema as a body. Raises 422 with pointers."""
    return _load(schema, data)


def _load(schema: Schema, data: Any, prefix: str = "#/") -> Any:
    try:
        return cast(Any, schema.load(data))
    except ValidationError as error:
        raise invalid(list(_pointers(error.messages, prefix))) from error


def _pointers(messages: Any, prefix: str) -> list[dict[str, str]]:
    if isinstance(messages, list):
        texts = " ".join(str(message) for message in cast(list[object], messages))
        return [{"pointer": prefix.rstrip("/"), "detail": texts}]
    found: list[dict[str, str]] = []
    for key, value in cast(dict[object, Any], messages).items():
        if key == "_schema":
            found.extend(_pointers(value, prefix))
        else:
            escaped = str(key).replace("~", "~0").replace("/", "~1")
            found.extend(_pointers(value, f"{prefix}{escaped}/"))
    return found


def openapi(app: Flask) -> dict[str, Any]:
    """The OpenAPI 3.1 document of every route that has a contract, in a stable order."""
    plugin = MarshmallowPlugin()
    spec = APISpec(
        title="Handclasp",
        version=__version__,
        openapi_version="3.1.0",
        plugins=[plugin],
        info={
            "description": "Quick peer-service ratings and thank-you notes.",
            "license": {"name": "Proprietary", "identifier": "LicenseRef-Handclasp"},
        },
        servers=[{"url": "/"}],
    )
    converter = cast(Any, plugin).converter
    converter.add_attribute_function(_describe_more)
    spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    spec.components.schema("Problem", schema=ProblemSchema)
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        contract = contract_of(app.view_functions[rule.endpoint])
        if contract is None:
            continue
        view = app.view_functions[rule.endpoint]
        methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)
        operations = {method.lower(): _operation(contract, view, rule.endpoint) for method in methods}
        spec.path(path=path, operations=operations, parameters=_path_parameters(rule.rule))
    document = spec.to_dict()
    document["paths"] = dict(sorted(document["paths"].items()))
    document["components"]["schemas"] = dict(sorted(document["components"]["schemas"].items()))
    return document


def _describe_more(_self: Any, field: fields.Field[Any], **_kwargs: Any) -> dict[str, Any]:
    """What apispec cannot see: `Text` refuses blank strings, and a narrower choice than the whole enum."""
    if isinstance(field, Text) and not cast(Any, field)._may_be_blank:
        return {"pattern": r"\S"}
    return {"enum": field.metadata["enum"]} if "enum" in field.metadata else {}


def _operation(contract: Endpoint, view: View, name: str) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, schema in contract.answers.items():
        responses[str(status)] = _response(status, schema)
    responses["default"] = {
        "description": "A problem that says what to do",
        "content": {"application/problem+json": {"schema": ProblemSchema}},
    }
    operation: dict[str, Any] = {
        "operationId": name.rsplit(".", maxsplit=1)[-1],
        "summary": (view.__doc__ or "").strip().split("\n")[0],
        "responses": responses,
        "x-permission": contract.permission.value,
        "security": [{"bearer": []}] if contract.permission.by_token else [],
    }
    if contract.query is not None:
        operation["parameters"] = [{"in": "query", "schema": contract.query}]
    if contract.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": contract.body}},
        }
    return operation


def _response(status: int, schema: type[Schema] | str | None) -> dict[str, Any]:
    description = {200: "OK", 201: "Stored", 304: "Unchanged"}.get(status, "OK")
    if isinstance(schema, str):
        return {"description": description, "content": {kind: {} for kind in schema.split(", ")}}
    if schema is None:
        return {"description": description}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _path_parameters(rule: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for converter, name in re.findall(r"<(?:([^:<>]+):)?([^<>]+)>", rule):
        schema: dict[str, Any] = {"type": "string"}
        if converter == "uuid":
            schema["format"] = "uuid"
        elif converter == "int":
            schema["type"] = "integer"
        elif converter.startswith("any("):
            schema["enum"] = [value.strip() for value in converter[4:-1].split(",")]
        found.append({"in": "path", "name": name, "required": True, "schema": schema})
    return found
