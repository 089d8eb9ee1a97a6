"""Whom a member keeps away: the one place that knows, so that the colleague can never be told."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ..auth.caller import Caller
from ..db import insert, reading, writing
from ..errors import bad_field, not_found
from ..people.models import Member
from ..people.service import member
from .models import Mute, Quiet


def quiet(session: Session, organisation_id: UUID, member_id: UUID, colleague_id: UUID) -> Quiet | None:
    """How `member_id` keeps `colleague_id` away, or None.

    For what `colleague_id` sends: `MUTE` arrives as already read, `BLOCK` is stored as hidden. Nothing that the
    colleague can see may depend on it.
    """
    return session.execute(
        select(Mute.kind).where(
            Mute.organisation_id == organisation_id, Mute.member_id == member_id, Mute.colleague_id == colleague_id
        )
    ).scalar_one_or_none()


def mutes(caller: Caller) -> Sequence[Mute]:
    """Whom the caller keeps away, by name. Nobody else can ask for it."""
    with reading(caller.organisation_id) as session:
        return (
            session.execute(
                select(Mute)
                .join(Member, (Member.organisation_id == Mute.organisation_id) & (Member.id == Mute.colleague_id))
                .where(Mute.organisation_id == caller.organisation_id, Mute.member_id == caller.member_id)
                .order_by(Member.name, Member.id)
            )
            .scalars()
            .all()
        )


def keep_away(caller: Caller, colleague_id: UUID, kind: Quiet) -> Mute:
    """From now on the colleague is muted or blocked for the caller; what has arrived already stays as it is.

    Raises 404 for nobody of this organisation, 422 `self` for the caller.
    """
    if colleague_id == caller.member_id:
        raise bad_field("#/kind", "Nobody mutes themselves. Choose a colleague.", code="self")
    with writing(caller.organisation_id) as session:
        if member(session, caller.organisation_id, colleague_id) is None:
            raise not_found()
        session.execute(
            insert(Mute)
            .values(
                organisation_id=caller.organisation_id,
                member_id=caller.member_id,
                colleague_id=colleague_id,
                kind=kind,
            )
            .on_conflict_do_update(index_elements=["organisation_id", "member_id", "colleague_id"], set_={"kind": kind})
        )
        return session.execute(
            select(Mute).where(
                Mute.organisation_id == caller.organisation_id,
                Mute.member_id == caller.member_id,
                Mute.colleague_id == colleague_id,
            )
        ).scalar_one()


def let_near(caller: Caller, colleague_id: UUID) -> None:
    """The colleague is heard again from now on. What was hidden meanwhile stays hidden."""
    with writing(caller.organisation_id) as session:
        session.execute(
            delete(Mute).where(
                Mute.organisation_id == caller.organisation_id,
                Mute.member_id == caller.member_id,
                Mute.colleague_id == colleague_id,
            )
        )
