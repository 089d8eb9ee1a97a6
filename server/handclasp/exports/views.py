"""Exports over HTTP: by token for scripts, by session for the console's download links."""

from __future__ import annotations

from collections.abc import Callable
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse
from werkzeug.wsgi import wrap_file

from ..auth.guard import caller, permit
from ..contract import Answer, endpoint, load
from ..db import new_id
from ..errors import bad_field, not_found
from ..permissions import Permission
from ..policy import publishing
from . import named
from .schemas import ExportQuerySchema, NamedExportPutSchema, NamedExportSchema, NamedExportsSchema
from .service import Dataset, Format, take_out, take_out_named

blueprint = Blueprint("exports", __name__)

_IN_MEMORY = 1024 * 1024
"""Bytes of an export kept in memory; more goes to a temporary file."""
_MEDIA_TYPES = {Format.CSV: "text/csv; charset=utf-8", Format.NDJSON: "application/x-ndjson"}


@blueprint.get("/api/v1/exports/<any(ratings, notes, members, releases, edges):dataset>")
@endpoint(Permission.EXPORT, query=ExportQuerySchema, answers={200: "text/csv, application/x-ndjson"})
def export_dataset(dataset: str, query: dict[str, Any]) -> Response:
    """A dataset without names (members: with), streamed from one snapshot; the last line is a manifest."""
    format, named_id = query["format"], query["named"]
    if named_id is None:
        return _download(Dataset(dataset), format)
    if dataset != Dataset.RATINGS:
        raise bad_field("?named", "Only ratings are exported with names. Leave it out.")
    return _download_named(named_id, format)


@blueprint.get("/api/v1/exports/named")
@endpoint(Permission.MEMBER, answers={200: NamedExportsSchema})
def list_named_exports() -> dict[str, Any]:
    """Every request for ratings with names, and what became of it, for every member to read."""
    return {"items": named.requests(caller().organisation_id)}


@blueprint.put("/api/v1/exports/named/<uuid:named_id>")
@endpoint(Permission.ADMIN, body=NamedExportPutSchema, answers={200: NamedExportSchema, 201: NamedExportSchema})
def put_named_export(named_id: UUID, body: dict[str, str]) -> Answer:
    """Ask for ratings with names, and say why; the same again changes nothing."""
    asked, is_new = named.ask(caller(), named_id, body["reason"])
    return Answer(asked, 201 if is_new else 200)


@blueprint.post("/api/v1/exports/named/<uuid:named_id>/countersign")
@endpoint(Permission.MEMBER, answers={200: NamedExportSchema})
def countersign_named_export(named_id: UUID) -> named.Asked:
    """Sign such a request, as the employee representative."""
    return named.countersign(caller(), named_id)


@blueprint.get("/exports/<any(ratings, notes, members, releases, edges):dataset>.<any(csv, ndjson):format>")
@permit(Permission.CONSOLE_ADMIN)
def download_dataset(dataset: str, format: str) -> Response:
    """The same, for the console's links."""
    if request.args:
        raise not_found()
    return _download(Dataset(dataset), Format(format))


@blueprint.get("/exports/named")
@permit(Permission.CONSOLE_MEMBER)
def read_named_exports() -> str:
    """Every request for ratings with names; admins ask here, and the employee representative signs here."""
    organisation_id = caller().organisation_id
    rules = publishing.rules(organisation_id)
    representative = rules.in_force.representative if rules.representative_is_here else None
    return render_template(
        "named_exports.html",
        requests=named.requests(organisation_id),
        rules=rules,
        representative=rules.in_force.representative,
        may_sign=representative is not None and representative.id == caller().member_id,
        me=caller(),
    )


@blueprint.post("/exports/named")
@permit(Permission.CONSOLE_ADMIN)
def ask_for_named_export() -> AnyResponse:
    """Ask for ratings with names."""
    body: dict[str, str] = load(NamedExportPutSchema(), {"reason": request.form.get("reason", "")})
    named.ask(caller(), new_id(), body["reason"])
    return redirect("/exports/named", 303)


@blueprint.post("/exports/named/<uuid:named_id>/countersign")
@permit(Permission.CONSOLE_MEMBER)
def sign_named_export(named_id: UUID) -> AnyResponse:
    """The employee representative's signature."""
    named.countersign(caller(), named_id)
    return redirect("/exports/named", 303)


@blueprint.get("/exports/named/<uuid:named_id>.<any(csv, ndjson):format>")
@permit(Permission.CONSOLE_ADMIN)
def download_named(named_id: UUID, format: str) -> Response:
    """The export by such a request, for the admin who asked."""
    return _download_named(named_id, Format(format))


def _download(dataset: Dataset, format: Format) -> Response:
    who = caller()
    return _file(
        dataset.value, format, lambda file: take_out(who.organisation_id, who.member_id, dataset, format, file)
    )


def _download_named(named_id: UUID, format: Format) -> Response:
    return _file("ratings-with-names", format, lambda file: take_out_named(caller(), named_id, format, file))


def _file(name: str, format: Format, write: Callable[[IO[bytes]], None]) -> Response:
    # On the disk first: a reader who stalls must not hold a transaction open, and nothing leaves before it is logged.
    file = cast(IO[bytes], SpooledTemporaryFile(max_size=_IN_MEMORY, mode="w+b"))  # noqa: SIM115 - closed with the response
    try:
        write(file)
    except BaseException:
        file.close()
        raise
    size = file.tell()
    file.seek(0)
    return Response(
        wrap_file(request.environ, file),
        direct_passthrough=True,
        content_type=_MEDIA_TYPES[format],
        headers={
            "Content-Disposition": f'attachment; filename="handclasp-{name}.{format}"',
            "Content-Length": str(size),
            "Cache-Control": "private, no-store",
        },
    )
