"""Reports over HTTP."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from ..auth.guard import caller
from ..contract import endpoint
from ..permissions import Permission
from . import service
from .schemas import EdgeReportSchema, MyServiceSchema, ReportQuerySchema, TeamReportsSchema

blueprint = Blueprint("reports", __name__, url_prefix="/api/v1")


@blueprint.get("/me/service")
@endpoint(Permission.MEMBER, answers={200: MyServiceSchema})
def get_my_service() -> service.MyService:
    """My own releases and months over time. Nobody can ask for another's."""
    return service.my_service(caller())


@blueprint.get("/reports/teams")
@endpoint(Permission.ADMIN, query=ReportQuerySchema, answers={200: TeamReportsSchema})
def get_team_reports(query: dict[str, Any]) -> object:
    """Each team's figure on each date. No names, no ranking, no sums over dates or teams."""
    return {"items": service.team_reports(caller().organisation_id, query["dates"])}


@blueprint.get("/reports/edges")
@endpoint(Permission.ADMIN, query=ReportQuerySchema, answers={200: EdgeReportSchema})
def get_edges(query: dict[str, Any]) -> object:
    """What teams said of teams on each date, where the policy breaks releases down by customer team or cause."""
    return {"items": service.edges(caller().organisation_id, query["dates"])}
