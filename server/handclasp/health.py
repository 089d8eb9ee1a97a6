"""Is the server alive, and can it serve? For load balancers and for `make run`."""

from __future__ import annotations

import logging
from typing import Any, cast

from flask import Blueprint, Flask, Response, current_app, json
from marshmallow import fields
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from .auth.guard import permit
from .contract import StrictSchema, endpoint, openapi
from .db import reading
from .errors import Problem
from .people.models import Organisation
from .permissions import Permission

log = logging.getLogger(__name__)

blueprint = Blueprint("health", __name__)


class HealthSchema(StrictSchema):
    status = fields.String(required=True)


@blueprint.get("/healthz")
@endpoint(Permission.PUBLIC, answers={200: HealthSchema})
def get_health() -> dict[str, str]:
    """The process answers. Touches no database, so that a busy one does not get the process killed."""
    return {"status": "ok"}


@blueprint.get("/readyz")
@endpoint(Permission.PUBLIC, answers={200: HealthSchema})
def get_readiness() -> dict[str, str]:
    """The database answers and has our tables."""
    try:
        with reading(None) as session:
            session.execute(select(Organisation.organisation_id).limit(1))
    except SQLAlchemyError as error:
        log.error("not ready: %s", type(error).__name__)
        raise Problem(
            503,
            "not-ready",
            "The database does not answer. Run `handclasp doctor`.",
            headers={"Retry-After": "5"},
        ) from error
    return {"status": "ok"}


@blueprint.get("/openapi.json")
@permit(Permission.PUBLIC)
def get_contract() -> Response:
    """The contract of the API, as committed in shared-schemas/openapi.json."""
    text = current_app.extensions.get("handclasp_openapi")
    if text is None:
        app: Flask = cast(Any, current_app)._get_current_object()
        text = current_app.extensions["handclasp_openapi"] = json.dumps(openapi(app))
    return Response(text, content_type="application/json")
