"""Mutes over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint

from ..auth.guard import caller
from ..contract import endpoint
from ..permissions import Permission
from . import service
from .models import Mute
from .schemas import MutePutSchema, MuteSchema, MutesSchema

blueprint = Blueprint("mutes", __name__, url_prefix="/api/v1/mutes")


@blueprint.get("")
@endpoint(Permission.MEMBER, answers={200: MutesSchema})
def list_mutes() -> dict[str, Any]:
    """Whom I mute or block. Nobody else can read it."""
    return {"items": service.mutes(caller())}


@blueprint.put("/<uuid:member_id>")
@endpoint(Permission.MEMBER, body=MutePutSchema, answers={200: MuteSchema})
def put_mute(member_id: UUID, body: dict[str, Any]) -> Mute:
    """Mute or block a colleague, who is never told."""
    return service.keep_away(caller(), member_id, body["kind"])


@blueprint.delete("/<uuid:member_id>")
@endpoint(Permission.MEMBER, answers={200: MutesSchema})
def delete_mute(member_id: UUID) -> dict[str, Any]:
    """Hear a colleague again from now on; the answer is who is still kept away."""
    service.let_near(caller(), member_id)
    return {"items": service.mutes(caller())}
