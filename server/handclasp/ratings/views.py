"""Ratings over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint

from ..auth.guard import caller
from ..contract import Answer, PageQuerySchema, endpoint
from ..permissions import Permission
from . import service
from .rules import RatingCommand
from .schemas import RatingPageSchema, RatingPutSchema, RatingSchema, WithdrawQuerySchema
from .service import AnyRating

blueprint = Blueprint("ratings", __name__, url_prefix="/api/v1/ratings")


@blueprint.put("/<uuid:rating_id>")
@endpoint(Permission.MEMBER, body=RatingPutSchema, answers={200: RatingSchema, 201: RatingSchema})
def put_rating(rating_id: UUID, body: RatingCommand) -> Answer:
    """Give or change a rating; the same again changes nothing."""
    rating, is_new = service.put(caller(), rating_id, body)
    return Answer(rating, 201 if is_new else 200)


@blueprint.get("/<uuid:rating_id>")
@endpoint(Permission.MEMBER, answers={200: RatingSchema})
def get_rating(rating_id: UUID) -> AnyRating:
    """One rating I gave."""
    return service.get(caller(), rating_id)


@blueprint.delete("/<uuid:rating_id>")
@endpoint(Permission.MEMBER, query=WithdrawQuerySchema, answers={200: RatingSchema})
def withdraw_rating(rating_id: UUID, query: dict[str, Any]) -> AnyRating:
    """Withdraw a rating; again changes nothing."""
    return service.withdraw(caller(), rating_id, query["revision"])


@blueprint.get("")
@endpoint(Permission.MEMBER, query=PageQuerySchema, answers={200: RatingPageSchema})
def list_given_ratings(query: dict[str, Any]) -> object:
    """What I gave openly, latest change first."""
    return service.given(caller(), **query)
