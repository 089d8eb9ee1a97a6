"""People over HTTP."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from .. import __version__
from ..auth.guard import caller
from ..contract import endpoint
from ..permissions import Permission
from ..policy.service import UNDO_SECONDS
from . import service
from .schemas import MeSchema, PeoplePageSchema, PeopleQuerySchema

blueprint = Blueprint("people", __name__, url_prefix="/api/v1")


@blueprint.get("/me")
@endpoint(Permission.MEMBER, answers={200: MeSchema})
def get_me() -> dict[str, Any]:
    """Who I am here, and the rules that hold."""
    me = service.me(caller().organisation_id, caller().member_id)
    return {
        "member": me.member,
        "email": me.member.email,
        "role": me.member.role,
        "organisation": {"id": me.organisation.organisation_id, "name": me.organisation.name},
        "policy": {
            "version": me.policy.version,
            "attribution": me.policy.attribution,
            "undo_seconds": UNDO_SECONDS,
        },
        "server": {"version": __version__},
    }


@blueprint.get("/people")
@endpoint(Permission.MEMBER, query=PeopleQuerySchema, answers={200: PeoplePageSchema})
def list_people(query: dict[str, Any]) -> object:
    """Colleagues by part of their name or e-mail address."""
    return service.search(caller().organisation_id, **query)
