"""Whose work a page shows, what the caller said of it, and what the caller may do. Writes nothing, leaves no trace."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from ..auth.caller import Caller
from ..db import reading
from ..expectations.service import ExpectationView, agreed
from ..handoffs.service import SeenItem
from ..people.models import Member
from ..people.service import SubjectRef, identify, suggest
from ..policy.models import Attribution, Policy
from ..policy.service import policy_in_force
from ..ratings.models import Direction
from ..ratings.rules import May, may_rate
from ..ratings.service import AnyRating, mine_about
from ..tools.own import provider_roles


class PageRole(enum.StrEnum):
    """The part somebody plays on a page, as tool files name it."""

    AUTHOR = "author"
    ASSIGNEE = "assignee"
    REVIEWER = "reviewer"
    OWNER = "owner"
    ME = "me"


@dataclass(frozen=True, slots=True)
class PersonOnPage:
    """Somebody the page names."""

    role: PageRole
    handle: str | None
    name: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class Question:
    """An item and the people its page shows."""

    item: SeenItem
    people: Sequence[PersonOnPage]


@dataclass(frozen=True, slots=True)
class Ask:
    """The customer whose ask it was, when the work is the caller's own. `subject` is None unless it is certain."""

    subject: Member | None
    handle: str | None
    rating: AnyRating | None
    rate: May


@dataclass(frozen=True, slots=True)
class Resolution:
    """The answer. `subject` is None unless it is certain; then `suggestions` may help the person choose.

    `agreed` is what the caller agreed on with the subject. `ask` is set where the work is the caller's own.
    """

    attribution: Attribution
    subject: Member | None
    handle: str | None
    suggestions: Sequence[Member]
    rating: AnyRating | None
    rate: May
    thank: May
    agreed: ExpectationView | None = None
    ask: Ask | None = None


_UNKNOWN = May(False, "unknown-provider", "Choose who did this work, once.")
_UNKNOWN_CUSTOMER = May(False, "unknown-customer", "Choose whose ask this was, once.")
_CUSTOMER_ROLES = (PageRole.AUTHOR, PageRole.OWNER)
"""Who asked for the work: whoever wrote the item, else whoever it belongs to."""


def resolve(caller: Caller, question: Question) -> Resolution:
    """What the button needs to know before anybody clicks."""
    item = question.item
    with reading(caller.organisation_id) as session:
        policy = policy_in_force(session, caller.organisation_id)
        provider = _provider(session, caller.organisation_id, question)
        if provider is None:
            return Resolution(policy.attribution, None, None, [], None, _UNKNOWN, _UNKNOWN)
        subject = identify(session, caller.organisation_id, item.tool, item.host, provider)
        if subject is None:
            suggestions = suggest(session, caller.organisation_id, provider)
            return Resolution(policy.attribution, None, provider.handle, suggestions, None, _UNKNOWN, _UNKNOWN)
        may = may_rate(session, caller, subject, policy)
        own_work = subject.id == caller.member_id
        mine = mine_about(session, caller, item, subject.id, Direction.SERVICE, may)
        return Resolution(
            attribution=policy.attribution,
            subject=subject,
            handle=provider.handle,
            suggestions=[],
            rating=mine.rating,
            rate=mine.rate,
            thank=_may_thank(caller, subject),
            agreed=None if own_work else agreed(session, caller, item, subject.id),
            ask=_ask(session, caller, question, provider, policy) if own_work else None,
        )


def _may_thank(caller: Caller, subject: Member) -> May:
    if subject.id == caller.member_id:
        return May(False, "self", "This is your own work.")
    if subject.left_at is not None:
        return May(False, "left", f"{subject.name} has left, and gets no notes any more.")
    return May(True)


def _ask(session: Session, caller: Caller, question: Question, provider: SubjectRef, policy: Policy) -> Ask | None:
    """Whose ask the caller's work was; None where the page names nobody else."""
    item = question.item
    for role in _CUSTOMER_ROLES:
        others = [person for person in _filled(question, role) if not _same(person, provider)]
        if len(others) != 1:
            continue
        [customer] = others
        subject = identify(session, caller.organisation_id, item.tool, item.host, customer)
        if subject is None:
            return Ask(None, customer.handle, None, _UNKNOWN_CUSTOMER)
        if subject.id != caller.member_id:
            may = may_rate(session, caller, subject, policy)
            mine = mine_about(session, caller, item, caller.member_id, Direction.REQUEST, may)
            return Ask(subject, customer.handle, mine.rating, mine.rate)
    return None


def _provider(session: Session, organisation_id: UUID, question: Question) -> SubjectRef | None:
    """The one person in the first provider role that the page fills; None when it names none, or several."""
    for role in provider_roles(session, organisation_id, question.item.tool, question.item.kind):
        filled = _filled(question, role)
        if filled:
            return filled[0] if len(filled) == 1 else None
    return None


def _same(one: SubjectRef, other: SubjectRef) -> bool:
    """Tell whether a page names one person twice: what names them most certainly in both decides."""
    for mine, theirs in ((one.handle, other.handle), (one.email, other.email)):
        if mine and theirs:
            return mine == theirs
    return one.name == other.name


def _filled(question: Question, role: str) -> list[SubjectRef]:
    """Everybody the page names in a role, each once: by the picture and by the name may stand the same person."""
    people: dict[str, SubjectRef] = {}
    for person in question.people:
        called = person.handle or person.email or person.name
        if person.role != role or not called:
            continue
        known = people.get(called, SubjectRef())
        people[called] = SubjectRef(
            handle=known.handle or person.handle,
            name=known.name or person.name,
            email=known.email or person.email,
        )
    return list(people.values())
