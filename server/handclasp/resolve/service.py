"""Whose work a page shows, what the caller said of it, and what the caller may do. Writes nothing, leaves no trace."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from ..auth.caller import Caller
from ..db import reading
from ..handoffs.service import SeenItem
from ..people.models import Member
from ..people.service import SubjectRef, identify, suggest
from ..ratings.models import Rating
from ..ratings.service import May, may_rate, mine_about
from ..tools.service import provider_roles


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
class Resolution:
    """The answer. `subject` is None unless it is certain; then `suggestions` may help the person choose."""

    subject: Member | None
    handle: str | None
    suggestions: Sequence[Member]
    rating: Rating | None
    rate: May
    thank: May


_UNKNOWN = May(False, "unknown-provider", "Choose who did this work, once.")


def resolve(caller: Caller, question: Question) -> Resolution:
    """What the button needs to know before anybody clicks."""
    item = question.item
    provider = _provider(question)
    with reading(caller.organisation_id) as session:
        if provider is None:
            return Resolution(None, None, [], None, _UNKNOWN, _UNKNOWN)
        subject = identify(session, caller.organisation_id, item.tool, item.host, provider)
        if subject is None:
            suggestions = suggest(session, caller.organisation_id, provider)
            return Resolution(None, provider.handle, suggestions, None, _UNKNOWN, _UNKNOWN)
        thank = May(True)
        if subject.id == caller.member_id:
            thank = May(False, "self", "This is your own work.")
        return Resolution(
            subject=subject,
            handle=provider.handle,
            suggestions=[],
            rating=mine_about(session, caller, item, subject.id),
            rate=may_rate(session, caller, subject),
            thank=thank,
        )


def _provider(question: Question) -> SubjectRef | None:
    """The one person in the first provider role that the page fills; None when it names none, or several."""
    for role in provider_roles(question.item.tool, question.item.kind):
        filled = {
            SubjectRef(handle=person.handle, name=person.name, email=person.email)
            for person in question.people
            if person.role == role and (person.handle or person.name or person.email)
        }
        if filled:
            return filled.pop() if len(filled) == 1 else None
    return None
