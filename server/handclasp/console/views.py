"""The console's pages: sign in, get connected, and for admins members, exports and tokens."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    send_from_directory,
    session,
)
from werkzeug.wrappers import Response as AnyResponse

from .. import __version__
from ..auth import service as sign_in
from ..auth import tokens
from ..auth.guard import caller, check_same_origin, csrf_token, permit, signed_in
from ..config import Config
from ..errors import Problem
from ..me import service as me
from ..paging import aware
from ..people import service as people
from ..people.models import Role
from ..permissions import Permission
from ..policy import publishing

blueprint = Blueprint("console", __name__)

_STATIC = Path(__file__).parent / "static"
_STALE_LINK = Problem(
    410,
    "stale-link",
    "This link has been used, has expired, or was replaced by a newer one. Ask for a new one.",
)


def prepare(app: Flask) -> None:
    """What every page needs: the words in the frame, the strict policy, errors as pages."""
    app.extensions["handclasp_error_page"] = _error_page
    app.context_processor(lambda: {"csrf": csrf_token, "signed_in": signed_in, "version": __version__, "Role": Role})
    app.after_request(_page_policy)


def _page_policy(response: Response) -> Response:
    if response.mimetype == "text/html":
        # A form's answer may lead back into the extension (the consent page), and browsers check that too.
        config: Config = current_app.extensions["handclasp_config"]
        back = " ".join(sorted(current_app.extensions["handclasp_redirects"]))
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
            f"form-action 'self' {back if request.path == '/oauth/authorize' else ''}"
        ).strip()
        response.headers["Cache-Control"] = "private, no-store"
        if config.https:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


def _error_page(problem: Problem) -> Response:
    page = make_response(render_template("error.html", problem=problem), problem.status)
    page.headers.extend(problem.headers)
    return page


@blueprint.get("/static/<path:name>")
@permit(Permission.PUBLIC)
def static(name: str) -> Response:
    """Style and pictures."""
    return send_from_directory(_STATIC, name, max_age=3600)


@blueprint.get("/sign-in")
@permit(Permission.PUBLIC)
def ask_for_code() -> str | AnyResponse:
    """Sign in with the code that came with the link, in the window that asked."""
    if signed_in() is not None:
        return redirect(_onward())
    return render_template("sign_in.html", next=_onward(), wrong=False, email="")


@blueprint.post("/sign-in")
@permit(Permission.PUBLIC)
def take_code() -> str | AnyResponse:
    """The code, checked; a wrong one says no more than that."""
    check_same_origin()
    email = request.form.get("email", "")
    signed = sign_in.sign_in_by_code(email, request.form.get("code", ""))
    if signed is None:
        return make_response(render_template("sign_in.html", next=_onward(), wrong=True, email=email), 422)
    return _enter(signed, _onward())


@blueprint.get("/sign-in/<token>")
@permit(Permission.PUBLIC)
def show_link(token: str) -> str:
    """What a one-time link opens. Looking uses nothing up: mail scanners look, too."""
    member = sign_in.link_owner(token)
    if member is None:
        raise _STALE_LINK
    home = people.organisation(member.organisation_id)
    return render_template("link.html", member=member, organisation=home)


@blueprint.post("/sign-in/<token>")
@permit(Permission.PUBLIC)
def use_link(token: str) -> AnyResponse:
    """Use the link up and sign this browser in."""
    check_same_origin()
    signed = sign_in.sign_in_by_link(token)
    if signed is None:
        raise _STALE_LINK
    return _enter(signed, "/")


def _enter(signed: sign_in.SignedIn, onward: str) -> AnyResponse:
    session.clear()
    session["secret"] = signed.secret
    session.permanent = True
    return redirect(onward, 303)


def _onward() -> str:
    """Where to go after signing in: only ever a path of our own."""
    path = request.values.get("next", "/")
    safe = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if safe else "/"


@blueprint.post("/sign-out")
@permit(Permission.CONSOLE_MEMBER)
def sign_out() -> AnyResponse:
    """End this browser's session. Connected extensions stay connected."""
    sign_in.sign_out(session.pop("secret", ""))
    return redirect("/sign-in", 303)


@blueprint.get("/")
@permit(Permission.CONSOLE_MEMBER)
def home() -> str:
    """Where a member begins: connect the extension, and what is connected already."""
    who = caller()
    return render_template(
        "home.html",
        me=me.me(who.organisation_id, who.member_id),
        grants=tokens.grants(who.organisation_id, who.member_id),
        sessions=sign_in.sessions(who.organisation_id, who.member_id),
        news=sign_in.untold(session.get("secret", "")),
        address=current_app.extensions["handclasp_config"].public_url,
        first_steps=who.role is Role.ADMIN and publishing.nothing_is_settled(who.organisation_id),
        upcoming=publishing.rules(who.organisation_id).upcoming,
    )


@blueprint.post("/sign-ins/told")
@permit(Permission.CONSOLE_MEMBER)
def have_been_told() -> AnyResponse:
    """I know the sign-ins that this browser has shown me, up to the latest of them."""
    sign_in.told(session.get("secret", ""), _moment(request.form.get("until", "")))
    return redirect("/", 303)


def _moment(text: str) -> datetime:
    try:
        return aware(text)
    except (ValueError, OverflowError):
        raise Problem(400, "bad-form", "This form cannot be read. Load the page again and repeat it.") from None


@blueprint.post("/connections/<uuid:grant_id>/end")
@permit(Permission.CONSOLE_MEMBER)
def end_connection(grant_id: UUID) -> AnyResponse:
    """End one of my connections: its tokens stop working at once."""
    tokens.revoke_grant(caller().organisation_id, caller().member_id, grant_id)
    return redirect("/", 303)


@blueprint.post("/sessions/<uuid:session_id>/end")
@permit(Permission.CONSOLE_MEMBER)
def end_session(session_id: UUID) -> AnyResponse:
    """Sign one of my browsers out, this one or another."""
    sign_in.end_session(caller().organisation_id, caller().member_id, session_id)
    return redirect("/", 303)


@blueprint.get("/members")
@permit(Permission.CONSOLE_ADMIN)
def list_members() -> str:
    """Everybody, and the form that invites."""
    return _members_page()


@blueprint.post("/members")
@permit(Permission.CONSOLE_ADMIN)
def invite() -> str | AnyResponse:
    """Make somebody a member and show the link to hand on. For a member it is a new sign-in link."""
    form = request.form
    organisation_id = caller().organisation_id
    try:
        member, is_new = people.add_member(
            organisation_id,
            form.get("email", ""),
            name=form.get("name") or None,
            team=form.get("team") or None,
        )
    except Problem as problem:
        return make_response(_members_page(problem=problem), problem.status)
    link = sign_in.new_link(organisation_id, member.id, made_by=caller().member_id)
    return _members_page(invited=member, is_new=is_new, link=link)


def _members_page(**more: Any) -> str:
    public_url = current_app.extensions["handclasp_config"].public_url
    organisation_id = caller().organisation_id
    return render_template(
        "members.html",
        members=people.members(organisation_id),
        address=public_url,
        form=request.form if "problem" in more else {},
        **more,
    )


@blueprint.get("/exports")
@permit(Permission.CONSOLE_ADMIN)
def exports_page() -> str:
    """What can be taken out, and a token for scripts."""
    return _exports_page(None)


@blueprint.post("/exports/token")
@permit(Permission.CONSOLE_ADMIN)
def make_token() -> str:
    """A token for scripts, shown this once."""
    label = people.check_name(request.form.get("label", "") or "Script")
    return _exports_page(tokens.new_machine_token(caller().organisation_id, caller().member_id, label))


def _exports_page(token: str | None) -> str:
    address = current_app.extensions["handclasp_config"].public_url
    policy = publishing.rules(caller().organisation_id).in_force.policy
    return render_template("exports.html", token=token, address=address, k=policy.k)
