"""Repairs over HTTP."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint

from ..auth.guard import caller
from ..contract import endpoint
from ..permissions import Permission
from . import service
from .schemas import RepairPutSchema, RepairSchema

blueprint = Blueprint("repairs", __name__, url_prefix="/api/v1/repairs")


@blueprint.get("/<uuid:repair_id>")
@endpoint(Permission.MEMBER, answers={200: RepairSchema})
def get_repair(repair_id: UUID) -> service.RepairView:
    """One private thread of mine."""
    return service.get(caller(), repair_id)


@blueprint.put("/<uuid:repair_id>")
@endpoint(Permission.MEMBER, body=RepairPutSchema, answers={200: RepairSchema})
def put_repair(repair_id: UUID, body: service.RepairCommand) -> service.RepairView:
    """Say something, or mark the thread repaired, closed or open again; the same again changes nothing."""
    return service.put(caller(), repair_id, body)
