"""How an organisation begins: with a policy and an admin."""

from __future__ import annotations

from ..db import new_id, utc_now, writing
from ..people.models import Member, Organisation, Role
from ..people.service import check_email, check_name
from .models import Attribution
from .service import first_policy


def found_organisation(
    name: str, admin_email: str, admin_name: str, attribution: Attribution = Attribution.OPEN
) -> Member:
    """A new organisation with its first policy; returns its admin."""
    organisation_id, now = new_id(), utc_now()
    admin = Member(
        organisation_id=organisation_id,
        id=new_id(),
        email=check_email(admin_email),
        name=check_name(admin_name),
        role=Role.ADMIN,
        team_id=None,
        joined_at=now,
    )
    with writing(organisation_id) as session:
        session.add(Organisation(organisation_id=organisation_id, name=check_name(name), created_at=now))
        session.flush()
        session.add(first_policy(organisation_id, attribution))
        session.add(admin)
    return admin
