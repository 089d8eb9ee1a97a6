"""People over HTTP."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from ..auth.guard import caller
from ..contract import endpoint
from ..permissions import Permission
from . import service
from .schemas import PeoplePageSchema, PeopleQuerySchema

blueprint = Blueprint("people", __name__, url_prefix="/api/v1")


@blueprint.get("/people")
@endpoint(Permission.MEMBER, query=PeopleQuerySchema, answers={200: PeoplePageSchema})
def list_people(query: dict[str, Any]) -> object:
    """Colleagues by part of their name or e-mail address."""
    return service.search(caller().organisation_id, **query)
