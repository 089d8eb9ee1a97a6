"""Exports with names: asked for by an admin with a reason, countersigned where there is a representative (rule 12)."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..auth.caller import Caller
from ..db import insert, reading, utc_now, writing
from ..errors import Problem, not_found
from ..people.models import Member
from ..policy.models import Attribution, Policy
from ..policy.publishing import check_representative
from ..policy.service import policy_in_force
from .models import NamedExport

GOOD_FOR = timedelta(days=7)
"""How long it may be made, from when it first may."""


class State(enum.StrEnum):
    """Where a request stands."""

    WAITING = "waiting"
    USABLE = "usable"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as members read it. `usable_until` is None while it waits for the signature."""

    id: UUID
    reason: str
    asked_by: Member
    asked_at: datetime
    needs_countersignature: bool
    countersigned_at: datetime | None
    usable_until: datetime | None
    state: State


def requests(organisation_id: UUID) -> Sequence[Asked]:
    """Every request for an export with names, latest first."""
    with reading(organisation_id) as session:
        policy = policy_in_force(session, organisation_id)
        query = select(NamedExport).where(NamedExport.organisation_id == organisation_id)
        found = session.execute(query.order_by(NamedExport.asked_at.desc(), NamedExport.id)).scalars().all()
        return [_told(request, policy) for request in found]


def ask(caller: Caller, request_id: UUID, reason: str) -> tuple[Asked, bool]:
    """Ask for an export with names, and tell whether the request is new (the same again changes nothing).

    Raises 409 `named-exports-off` where the policy allows none, `named-export-fixed` when the id stands for another.
    """
    organisation_id = caller.organisation_id
    with writing(organisation_id) as session:
        policy = policy_in_force(session, organisation_id)
        _refuse_if_off(policy)
        made = session.execute(
            insert(NamedExport)
            .values(
                organisation_id=organisation_id,
                id=request_id,
                reason=reason,
                asked_by_id=caller.member_id,
                asked_at=utc_now(),
                needs_countersignature=policy.representative_id is not None,
            )
            .on_conflict_do_nothing()
            .returning(NamedExport.id)
        ).scalar_one_or_none()
        standing = _request(session, organisation_id, request_id)
        if standing.asked_by_id != caller.member_id or standing.reason != reason:
            raise Problem(409, "named-export-fixed", "This id stands for another request. Ask under a new id.")
        return _told(standing, policy), made is not None


def countersign(caller: Caller, request_id: UUID) -> Asked:
    """The employee representative's signature; from now on the export may be made for seven days.

    Signing again changes nothing. Raises 403 for anybody else, 404 for an unknown request.
    """
    organisation_id = caller.organisation_id
    with writing(organisation_id) as session:
        policy = policy_in_force(session, organisation_id)
        request = _request(session, organisation_id, request_id, to_change=True)
        check_representative(session, caller, policy)
        if request.countersigned_at is None:
            request.countersigned_at, request.countersigned_by_id = utc_now(), caller.member_id
        return _told(request, policy)


def usable(session: Session, caller: Caller, request_id: UUID) -> Asked:
    """The request, when the caller may make the export by it now.

    Raises 404 for an unknown one, 403 `asker-only`, 409 `named-exports-off`, `not-countersigned` or
    `named-export-over`.
    """
    policy = policy_in_force(session, caller.organisation_id)
    asked = _told(_request(session, caller.organisation_id, request_id), policy)
    if asked.asked_by.id != caller.member_id:
        raise Problem(403, "asker-only", "Only the admin who asked for this export may make it. Ask for one yourself.")
    _refuse_if_off(policy)
    if asked.state is State.WAITING:
        raise Problem(409, "not-countersigned", "The employee representative has not signed this yet.")
    if asked.state is State.OVER:
        raise Problem(409, "named-export-over", "This request was good for seven days. Ask again, with its reason.")
    return asked


def _refuse_if_off(policy: Policy) -> None:
    if not policy.named_exports or policy.attribution is not Attribution.OPEN:
        raise Problem(409, "named-exports-off", "The policy allows no exports with names. Change the policy first.")


def _request(session: Session, organisation_id: UUID, request_id: UUID, *, to_change: bool = False) -> NamedExport:
    query = select(NamedExport).where(NamedExport.organisation_id == organisation_id, NamedExport.id == request_id)
    if to_change:
        query = query.with_for_update(of=NamedExport)
    found = session.execute(query).scalar_one_or_none()
    if found is None:
        raise not_found()
    return found


def _told(request: NamedExport, policy: Policy) -> Asked:
    # Asked for before there was a representative, it needs the signature all the same: stricter rules bind at once.
    needs = request.needs_countersignature or policy.representative_id is not None
    since = request.countersigned_at if needs else request.asked_at
    until = since + GOOD_FOR if since else None
    return Asked(
        id=request.id,
        reason=request.reason,
        asked_by=request.asked_by,
        asked_at=request.asked_at,
        needs_countersignature=needs,
        countersigned_at=request.countersigned_at,
        usable_until=until,
        state=State.WAITING if until is None else State.USABLE if utc_now() < until else State.OVER,
    )
