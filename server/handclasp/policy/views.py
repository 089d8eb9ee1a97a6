"""The policy over HTTP (rule 12)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from ..auth.guard import caller
from ..contract import Answer, endpoint
from ..permissions import Permission
from . import publishing
from .publishing import PolicyCommand, Version
from .schemas import PolicyPutSchema, PolicySchema, PolicyVersionSchema, PolicyVersionsSchema

blueprint = Blueprint("policy", __name__, url_prefix="/api/v1/policy")


@blueprint.get("")
@endpoint(Permission.MEMBER, answers={200: PolicySchema})
def get_policy() -> dict[str, Any]:
    """The rules in force here, and what is about to change."""
    rules = publishing.rules(caller().organisation_id)
    return shown(rules.in_force) | {
        "teammates_may_rate": rules.teammates_may_rate,
        "undo_seconds": rules.undo_seconds,
        "next_release_on": rules.next_release_on,
        "purposes": rules.purposes,
        "upcoming": shown(rules.upcoming) if rules.upcoming else None,
    }


@blueprint.put("")
@endpoint(Permission.ADMIN, body=PolicyPutSchema, answers={200: PolicyVersionSchema, 201: PolicyVersionSchema})
def put_policy(body: PolicyCommand) -> Answer:
    """Publish new rules; looser ones bind after 30 days, and where there is a representative not before they sign."""
    version, is_new = publishing.publish(caller(), body)
    return Answer(shown(version), 201 if is_new else 200)


@blueprint.get("/versions")
@endpoint(Permission.MEMBER, answers={200: PolicyVersionsSchema})
def list_policy_versions() -> dict[str, Any]:
    """Every version ever published, latest first, with what each changed."""
    return {"items": [shown(version) for version in publishing.versions(caller().organisation_id)]}


@blueprint.post("/<int:version>/countersign")
@endpoint(Permission.MEMBER, answers={200: PolicyVersionSchema})
def countersign_policy(version: int) -> dict[str, Any]:
    """Sign a looser version, as the employee representative."""
    return shown(publishing.countersign(caller(), version))


@blueprint.delete("/<int:version>")
@endpoint(Permission.ADMIN, answers={200: PolicyVersionSchema})
def withdraw_policy(version: int) -> dict[str, Any]:
    """Call a version off that has not come into force."""
    return shown(publishing.withdraw(caller(), version))


def shown(version: Version) -> dict[str, Any]:
    """A version as the API gives it."""
    policy, terms = version.policy, version.terms
    return {
        "version": policy.version,
        "attribution": terms.attribution,
        "k": terms.k,
        "colluders": terms.colluders,
        "calendar": terms.calendar,
        "breakdown": terms.breakdown,
        "retention_days": terms.retention_days,
        "teammates_rate": terms.teammates_rate,
        "named_exports": terms.named_exports,
        "representative": version.representative,
        "published_at": policy.published_at,
        "published_by": version.published_by,
        "in_force_at": policy.in_force_at,
        "needs_countersignature": policy.needs_countersignature,
        "countersigned_at": policy.countersigned_at,
        "withdrawn_at": policy.withdrawn_at,
        "looser": version.looser,
        "changes": version.changes,
    }
