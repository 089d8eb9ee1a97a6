"""The caller themselves: who they are here, the rules that hold for them, and their pause."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update

from ..db import reading, writing
from ..people.models import Member, Organisation
from ..policy.models import Policy
from ..policy.service import policy_in_force


@dataclass(frozen=True, slots=True)
class Me:
    """A member, their organisation and its rules, as they stand together."""

    member: Member
    organisation: Organisation
    policy: Policy


def me(organisation_id: UUID, member_id: UUID) -> Me:
    """What a member's extension must know to begin with."""
    with reading(organisation_id) as session:
        found = session.execute(
            select(Member).where(Member.organisation_id == organisation_id, Member.id == member_id)
        ).scalar_one()
        home = session.execute(select(Organisation).where(Organisation.organisation_id == organisation_id)).scalar_one()
        return Me(found, home, policy_in_force(session, organisation_id))


def pause(organisation_id: UUID, member_id: UUID, *, paused: bool) -> None:
    """The member takes no ratings, or takes them again (rule 14). Neither when nor why is kept; notes still arrive."""
    with writing(organisation_id) as session:
        session.execute(
            update(Member)
            .where(Member.organisation_id == organisation_id, Member.id == member_id)
            .values(paused=paused)
        )
