"""What holds for every rating, open or pooled: what is asked for, and who may rate whom (rules 2, 8 and 14)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from ..auth.caller import Caller
from ..errors import Problem, bad_field
from ..handoffs.service import SeenItem
from ..people.models import Member
from ..people.service import SubjectRef, member_count
from ..policy.models import Attribution, Policy
from ..policy.service import policy_in_force, teammates_may_rate
from .models import Cause, Direction, Verdict


@dataclass(frozen=True, slots=True)
class RatingCommand:
    """A whole rating as its rater wants it to stand. `attribution` is what they were shown, where that was said."""

    revision: int
    item: SeenItem
    subject: SubjectRef
    direction: Direction
    verdict: Verdict
    what_would_have_helped: str | None
    cause: Cause | None
    attribution: Attribution | None

    def provider_id(self, rater_id: UUID, subject_id: UUID) -> UUID:
        """Whose handoff it is: the subject's work, or the rater's own when the ask is rated."""
        return subject_id if self.direction is Direction.SERVICE else rater_id


@dataclass(frozen=True, slots=True)
class May:
    """Whether something is allowed; if not, `code` for programs and `detail` for people."""

    allowed: bool
    code: str | None = None
    detail: str | None = None


def may_rate(session: Session, caller: Caller, subject: Member, policy: Policy | None = None) -> May:
    """Whether the caller may begin to rate this colleague. Taking a rating back is always allowed."""
    if subject.id == caller.member_id:
        return May(False, "self", "This is your own work. Colleagues who use it can rate it.")
    if subject.left_at is not None or subject.erased_at is not None:
        return May(False, "left", f"{subject.name} has left, and takes no ratings any more.")
    if subject.paused:
        return _paused(subject)
    if caller.team_id is not None and caller.team_id == subject.team_id:
        policy = policy or policy_in_force(session, caller.organisation_id)
        if not teammates_may_rate(policy, member_count(session, caller.organisation_id)):
            return May(False, "same-team", f"You and {subject.name} are one team: say thank you instead.")
    return May(True)


def refuse_while_paused(subject: Member) -> None:
    """Rule 14: no new verdict reaches who has paused, not even as a change. Raises 422."""
    if subject.paused:
        refuse_unless(_paused(subject))


def _paused(subject: Member) -> May:
    return May(False, "paused", f"{subject.name} takes no ratings at present. Notes still arrive.")


def refuse_unless(may: May) -> None:
    """Raise 422 with what stands against it."""
    if not may.allowed:
        raise bad_field("#/subject", may.detail or "", code=may.code or "refused")


def check_cause(command: RatingCommand) -> None:
    """Only a missed lies at something. Raises 422."""
    if command.cause is not None and command.verdict is not Verdict.MISSED:
        raise bad_field("#/cause", "Only a missed names a cause. Leave it out.")


def exists(existing: UUID | None) -> Problem:
    """409: the caller has rated this handoff already, under the id `existing`."""
    return Problem(
        409,
        "rating-exists",
        "You have rated this handoff already. Change that rating instead.",
        extra={"existing": str(existing)} if existing else None,
    )


def fixed() -> Problem:
    """409: item, subject and direction of a rating never change."""
    return Problem(409, "rating-fixed", "A rating stays about the work and the person it was given for.")


def attribution_changed(now: Attribution) -> Problem:
    """409: the rules changed since the rater was shown how it would be given, or since they took it back."""
    how = "by name here now" if now is Attribution.OPEN else "pooled here now"
    return Problem(
        409,
        "attribution-changed",
        f"Ratings are {how}. Nothing was stored; rate again if you still want to.",
    )


def revision_used(revision: int) -> Problem:
    """409: one revision says one thing."""
    return Problem(
        409,
        "revision-used",
        f"Revision {revision} of this rating says something else. Send a higher one to change it.",
    )
