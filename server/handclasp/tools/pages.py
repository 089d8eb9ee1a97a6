"""Tools as a page for admins: the organisation's own tool files, and which pages are broken."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from ..auth.guard import caller, permit
from ..contract import load
from ..errors import Problem, bad_field
from ..permissions import Permission
from . import breakages, own
from .schemas import ToolFileSchema
from .service import bundled_tool, bundled_tools
from .words import part_in_words, place_in_words, readable

blueprint = Blueprint("tool_pages", __name__)

_AT_ONCE = 50


@blueprint.get("/tools")
@permit(Permission.CONSOLE_ADMIN)
def show_tools() -> str:
    """Own tool files, the form for another one (with `file`: that tool's file to start from), and broken pages."""
    return _page(_to_start_from(request.args.get("file")))


@blueprint.post("/tools")
@permit(Permission.CONSOLE_ADMIN)
def take_tool() -> AnyResponse:
    """A tool file from the form. What is wrong with it stands beside it, and nothing of it is lost."""
    text = _given()
    base = request.form.get("base", "")
    try:
        tool = load(ToolFileSchema(), _parsed(text))
        own.put_tool(caller(), tool["id"], tool, {base} if base and tool["id"] == request.form.get("of") else None)
    except Problem as problem:
        form = {"text": text, "base": base, "of": request.form.get("of", "")}
        return make_response(_page(form, problem=problem), problem.status)
    return redirect("/tools", 303)


@blueprint.post("/tools/<tool_id>/remove")
@permit(Permission.CONSOLE_ADMIN)
def remove_tool(tool_id: str) -> AnyResponse:
    """Take an own tool file away."""
    own.remove_tool(caller(), tool_id)
    return redirect("/tools", 303)


@blueprint.post("/tools/breakages/<uuid:breakage_id>/settle")
@permit(Permission.CONSOLE_ADMIN)
def settle_breakage(breakage_id: UUID) -> AnyResponse:
    """A broken page has been seen to."""
    breakages.settle(caller(), breakage_id, settled=True)
    return redirect("/tools", 303)


def _page(form: dict[str, str], problem: Problem | None = None) -> str:
    return render_template(
        "tools.html",
        own=own.own_tools(caller().organisation_id),
        bundled=sorted(bundled_tools(), key=lambda tool: str(tool["name"]).casefold()),
        page=breakages.breakages(caller(), cursor=request.args.get("cursor"), limit=_AT_ONCE),
        form=form,
        problem=problem,
        place_in_words=place_in_words,
        part_in_words=part_in_words,
    )


def _to_start_from(tool_id: str | None) -> dict[str, str]:
    """The form as it opens: empty, or with the file that is in force for a tool."""
    if tool_id is None:
        return {"text": "", "base": "", "of": ""}
    try:
        standing = own.own_tool(caller(), tool_id)
    except Problem:
        bundled = bundled_tool(tool_id)
        if bundled is None:
            raise
        return {"text": readable(bundled), "base": "", "of": ""}
    return {"text": readable(standing.tool), "base": standing.version, "of": tool_id}


def _given() -> str:
    """The file that was chosen, else what stands in the field."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return request.form.get("text", "")
    try:
        return file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Problem(422, "bad-json", "This file is not text in UTF-8. Choose the tool file itself.") from None


def _parsed(text: str) -> Any:
    if not text.strip():
        raise bad_field("#", "Choose a tool file, or write one into the field.")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise bad_field("#", f"This is not JSON: look at {where}, for a comma, a quote or a bracket.") from error
    except (ValueError, RecursionError) as error:
        raise bad_field("#", "This is no tool file: a number in it is too long, or it is nested too deep.") from error
