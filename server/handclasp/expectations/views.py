"""Expectations over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint

from ..auth.guard import caller
from ..contract import Answer, endpoint
from ..permissions import Permission
from . import reports, service
from .schemas import (
    AgreementReportSchema,
    ExpectationPageSchema,
    ExpectationPutSchema,
    ExpectationQuerySchema,
    ExpectationResponseSchema,
    ExpectationSchema,
)

blueprint = Blueprint("expectations", __name__, url_prefix="/api/v1")


@blueprint.put("/expectations/<uuid:expectation_id>")
@endpoint(Permission.MEMBER, body=ExpectationPutSchema, answers={200: ExpectationSchema, 201: ExpectationSchema})
def put_expectation(expectation_id: UUID, body: service.Proposal) -> Answer:
    """Say what I need and by when, or change it before it is answered; the same again changes nothing."""
    expectation, is_new = service.put(caller(), expectation_id, body)
    return Answer(expectation, 201 if is_new else 200)


@blueprint.get("/expectations/<uuid:expectation_id>")
@endpoint(Permission.MEMBER, answers={200: ExpectationSchema})
def get_expectation(expectation_id: UUID) -> service.ExpectationView:
    """One agreement of mine."""
    return service.get(caller(), expectation_id)


@blueprint.get("/expectations")
@endpoint(Permission.MEMBER, query=ExpectationQuerySchema, answers={200: ExpectationPageSchema})
def list_expectations(query: dict[str, Any]) -> object:
    """What is asked of me, or by me: open ones by when they are due, then what ended in the last 30 days."""
    return service.listed(caller(), **query)


@blueprint.post("/expectations/<uuid:expectation_id>/response")
@endpoint(Permission.MEMBER, body=ExpectationResponseSchema, answers={200: ExpectationSchema})
def respond_to_expectation(expectation_id: UUID, body: service.Answer) -> service.ExpectationView:
    """Accept, counter, decline, take up a counter, say it is done, withdraw; the same again changes nothing."""
    return service.respond(caller(), expectation_id, body)


@blueprint.get("/reports/agreements")
@endpoint(Permission.ADMIN, answers={200: AgreementReportSchema})
def report_agreements() -> dict[str, Any]:
    """How agreements ended, by team and month: counts of at least k people on each side."""
    return {"items": reports.agreements(caller().organisation_id)}
