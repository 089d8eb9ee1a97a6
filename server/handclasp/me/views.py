"""Who I am here, over HTTP."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from .. import __version__
from ..auth.guard import caller
from ..contract import endpoint
from ..db import utc_now
from ..permissions import Permission
from ..policy.models import Attribution
from ..policy.publishing import is_representative
from ..policy.service import UNDO_SECONDS, next_release_on
from . import service
from .schemas import MeSchema, PauseSchema

blueprint = Blueprint("me", __name__, url_prefix="/api/v1/me")


@blueprint.get("")
@endpoint(Permission.MEMBER, answers={200: MeSchema})
def get_me() -> dict[str, Any]:
    """Who I am here, and the rules that hold."""
    me = service.me(caller().organisation_id, caller().member_id)
    pooled = me.policy.attribution is Attribution.POOLED
    return {
        "member": me.member,
        "email": me.member.email,
        "role": me.member.role,
        "organisation": {"id": me.organisation.organisation_id, "name": me.organisation.name},
        "policy": {
            "version": me.policy.version,
            "attribution": me.policy.attribution,
            "undo_seconds": UNDO_SECONDS,
            "k": me.policy.k,
            "release_on": next_release_on(me.policy, utc_now()) if pooled else None,
            "breakdown": me.policy.breakdown,
        },
        "server": {"version": __version__},
        "paused": me.member.paused,
        "representative": is_representative(me.policy, me.member),
    }


@blueprint.put("/pause")
@endpoint(Permission.MEMBER, body=PauseSchema, answers={200: PauseSchema})
def put_pause(body: dict[str, bool]) -> dict[str, bool]:
    """Take no ratings from now on, or take them again. Notes still arrive."""
    service.pause(caller().organisation_id, caller().member_id, paused=body["paused"])
    return body
