"""Who is calling: what every service needs to know of a request, and nothing of HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from ..people.models import Member, Role


@dataclass(frozen=True, slots=True)
class Caller:
    """A member, proven by a credential. The organisation comes from the credential, never from a body."""

    organisation_id: UUID
    member_id: UUID
    name: str
    role: Role
    team_id: UUID | None
    scope: str

    @classmethod
    def of(cls, member: Member, scope: str) -> Caller:
        """The caller that `member` is, within `scope`."""
        return cls(member.organisation_id, member.id, member.name, member.role, member.team_id, scope)
