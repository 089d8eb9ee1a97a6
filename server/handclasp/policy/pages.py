"""The policy as pages: in plain words for every member, and the form with which an admin changes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from ..auth.guard import caller, permit
from ..contract import load
from ..errors import Problem, invalid
from ..people import service as people
from ..permissions import Permission
from . import publishing
from .changes import LEAST_K, LEAST_RETENTION_DAYS, MOST_K, MOST_RETENTION_DAYS
from .models import Attribution
from .publishing import PolicyCommand, Version
from .schemas import PolicyPutSchema
from .service import TEAMMATES_RATE_BELOW

blueprint = Blueprint("policy_pages", __name__)

_TEAMMATES = {"": None, "yes": True, "no": False}
_NUMBERS = ("base_version", "k", "colluders", "retention_days")
_WORDS = ("attribution", "calendar", "breakdown")
_BOUNDS = {
    "k": f"A whole number from {LEAST_K} to {MOST_K}.",
    "colluders": "A whole number from 1 up to k less 2.",
    "retention_days": f"A whole number of days from {LEAST_RETENTION_DAYS} to {MOST_RETENTION_DAYS}.",
}


@blueprint.get("/policy")
@permit(Permission.CONSOLE_MEMBER)
def read_policy() -> str:
    """The rules in plain words: who sees what, what nobody may use it for, what remains possible, what changes."""
    organisation_id = caller().organisation_id
    rules = publishing.rules(organisation_id)
    representative = rules.in_force.representative if rules.representative_is_here else None
    return render_template(
        "policy.html",
        rules=rules,
        terms=rules.in_force.terms,
        upcoming=rules.upcoming,
        history=publishing.versions(organisation_id),
        may_sign=representative is not None and representative.id == caller().member_id,
        teammates_rate_below=TEAMMATES_RATE_BELOW,
    )


@blueprint.get("/policy/change")
@permit(Permission.CONSOLE_ADMIN)
def show_change() -> str:
    """The form, filled with the version still to come or else the one in force."""
    rules = publishing.rules(caller().organisation_id)
    return _form(_as_form(rules.upcoming or rules.in_force))


@blueprint.post("/policy/change")
@permit(Permission.CONSOLE_ADMIN)
def take_change() -> str | AnyResponse:
    """First what the change would do and from when; then, sent once more from there, the change."""
    form, organisation_id = request.form, caller().organisation_id
    if form.get("step") == "edit":
        return _form(form)
    try:
        command = _command(form)
        if form.get("step") == "publish":
            publishing.publish(caller(), command)
            return redirect("/policy", 303)
        ahead = publishing.outlook(organisation_id, command.terms)
    except Problem as problem:
        return make_response(_form(form, _by_field(problem)), problem.status)
    return render_template("policy_preview.html", ahead=ahead, form=_kept(form))


@blueprint.post("/policy/first")
@permit(Permission.CONSOLE_ADMIN)
def choose_first() -> AnyResponse:
    """The first step of a new organisation: open or pooled."""
    version = publishing.rules(caller().organisation_id).in_force
    wanted = Attribution.POOLED if request.form.get("attribution") == "pooled" else Attribution.OPEN
    if wanted is not version.terms.attribution:
        publishing.publish(caller(), _command(_as_form(version) | {"attribution": wanted.value}))
    return redirect("/members", 303)


@blueprint.post("/policy/<int:version>/countersign")
@permit(Permission.CONSOLE_MEMBER)
def sign(version: int) -> AnyResponse:
    """The employee representative's signature."""
    publishing.countersign(caller(), version)
    return redirect("/policy", 303)


@blueprint.post("/policy/<int:version>/withdraw")
@permit(Permission.CONSOLE_ADMIN)
def call_off(version: int) -> AnyResponse:
    """Withdraw a version that has not come into force."""
    publishing.withdraw(caller(), version)
    return redirect("/policy", 303)


def _form(values: Mapping[str, str], errors: Mapping[str, str] | None = None) -> str:
    return render_template("policy_change.html", form=values, errors=errors or {}, bounds=_BOUNDS)


def _by_field(problem: Problem) -> Mapping[str, str]:
    """What to say beside which field; beside none, what concerns the whole."""
    wrong = {error["pointer"].removeprefix("#/"): error["detail"] for error in problem.errors}
    return {name: _BOUNDS.get(name, detail) for name, detail in wrong.items()} or {"": problem.detail}


def _kept(form: Mapping[str, str]) -> Mapping[str, str]:
    names = (*_NUMBERS, *_WORDS, "teammates_rate", "named_exports", "representative")
    return {name: form[name] for name in names if name in form}


def _as_form(version: Version) -> dict[str, str]:
    terms = version.terms
    teammates = next(word for word, value in _TEAMMATES.items() if value is terms.teammates_rate)
    filled = {
        "base_version": str(version.policy.version),
        "attribution": terms.attribution.value,
        "k": str(terms.k),
        "colluders": str(terms.colluders),
        "calendar": terms.calendar.value,
        "breakdown": terms.breakdown.value,
        "retention_days": str(terms.retention_days),
        "teammates_rate": teammates,
        "representative": version.representative.email if version.representative else "",
    }
    return filled | ({"named_exports": "on"} if terms.named_exports else {})


def _command(form: Mapping[str, str]) -> PolicyCommand:
    """What the form asks for, held against the same schema as a body. Raises 422."""
    body: dict[str, Any] = {name: form.get(name) for name in _WORDS}
    body |= {name: _number(form.get(name, "")) for name in _NUMBERS}
    body["teammates_rate"] = _TEAMMATES.get(form.get("teammates_rate", ""))
    body["named_exports"] = "named_exports" in form
    email = form.get("representative", "").strip()
    found = people.member_by_email(caller().organisation_id, email) if email else None
    body["representative"] = str(found.id) if found else None
    wrong = [{"pointer": "#/representative", "detail": "Nobody here has this address."}] if email and not found else []
    try:
        command: PolicyCommand = load(PolicyPutSchema(), body)
    except Problem as problem:
        raise invalid([*problem.errors, *wrong]) from problem
    if wrong:
        raise invalid(wrong)
    return command


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
