"""Taking one's data along, over HTTP and in the console."""

from __future__ import annotations

from flask import Blueprint, Response, json, render_template

from ..auth.guard import caller, permit
from ..contract import endpoint
from ..permissions import Permission
from . import takeout
from .schemas import MyDataSchema

blueprint = Blueprint("privacy", __name__)


@blueprint.get("/api/v1/me/data")
@endpoint(Permission.MEMBER, answers={200: MyDataSchema})
def get_my_data() -> takeout.MyData:
    """Everything that is kept about me, to take along."""
    return takeout.my_data(caller())


@blueprint.get("/my-data")
@permit(Permission.CONSOLE_MEMBER)
def show_my_data() -> str:
    """What is kept about me, in words and numbers, and where to take it along."""
    return render_template("my_data.html", data=takeout.my_data(caller()))


@blueprint.get("/my-data.json")
@permit(Permission.CONSOLE_MEMBER)
def download_my_data() -> Response:
    """The same as `GET /api/v1/me/data`, as a file."""
    content = json.dumps(MyDataSchema().dump(takeout.my_data(caller())), indent=2, ensure_ascii=False)
    headers = {
        "Content-Disposition": 'attachment; filename="handclasp-my-data.json"',
        "Cache-Control": "private, no-store",
    }
    return Response(content, headers=headers, content_type="application/json")
