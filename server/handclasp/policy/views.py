"""The policy over HTTP, and as a page in plain words that every member can read (rule 12)."""

from __future__ import annotations

from flask import Blueprint, render_template

from ..auth.guard import caller, permit
from ..contract import endpoint
from ..permissions import Permission
from .schemas import PolicySchema
from .service import TEAMMATES_RATE_BELOW, Rules, rules_in_force

blueprint = Blueprint("policy", __name__)


@blueprint.get("/api/v1/policy")
@endpoint(Permission.MEMBER, answers={200: PolicySchema})
def get_policy() -> Rules:
    """The rules in force here."""
    return rules_in_force(caller().organisation_id)


@blueprint.get("/policy")
@permit(Permission.CONSOLE_MEMBER)
def read_policy() -> str:
    """The rules in plain words: who sees what, and what nobody may use it for."""
    return render_template(
        "policy.html", rules=rules_in_force(caller().organisation_id), teammates_rate_below=TEAMMATES_RATE_BELOW
    )
