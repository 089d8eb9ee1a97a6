"""Exports over HTTP: by token for scripts, by session for the console's download links."""

from __future__ import annotations

from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from flask import Blueprint, Response, request
from werkzeug.wsgi import wrap_file

from ..auth.guard import caller, permit
from ..contract import endpoint
from ..errors import not_found
from ..permissions import Permission
from .schemas import ExportQuerySchema
from .service import Dataset, Format, export

blueprint = Blueprint("exports", __name__)

_IN_MEMORY = 1024 * 1024
"""Bytes of an export kept in memory; more goes to a temporary file."""
_MEDIA_TYPES = {Format.CSV: "text/csv; charset=utf-8", Format.NDJSON: "application/x-ndjson"}


@blueprint.get("/api/v1/exports/<any(ratings, notes, members):dataset>")
@endpoint(Permission.EXPORT, query=ExportQuerySchema, answers={200: "text/csv, application/x-ndjson"})
def export_dataset(dataset: str, query: dict[str, Any]) -> Response:
    """A dataset without names (members: with), streamed from one snapshot; the last line is a manifest."""
    return _download(Dataset(dataset), query["format"])


@blueprint.get("/exports/<any(ratings, notes, members):dataset>.<any(csv, ndjson):format>")
@permit(Permission.CONSOLE_ADMIN)
def download_dataset(dataset: str, format: str) -> Response:
    """The same, for the console's links."""
    if request.args:
        raise not_found()
    return _download(Dataset(dataset), Format(format))


def _download(dataset: Dataset, format: Format) -> Response:
    # On the disk first: a reader who stalls must not hold a transaction open.
    file = SpooledTemporaryFile(max_size=_IN_MEMORY, mode="w+b")  # noqa: SIM115 - closed with the response
    for piece in export(caller().organisation_id, dataset, format):
        file.write(piece.encode())
    size = file.tell()
    file.seek(0)
    return Response(
        wrap_file(request.environ, cast(IO[bytes], file)),
        direct_passthrough=True,
        content_type=_MEDIA_TYPES[format],
        headers={
            "Content-Disposition": f'attachment; filename="handclasp-{dataset}.{format}"',
            "Content-Length": str(size),
            "Cache-Control": "private, no-store",
        },
    )
