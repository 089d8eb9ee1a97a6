"""Expectations: what a customer needs and by when, and what became of it (rule 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Date, case, func, literal, select, tuple_
from sqlalchemy.orm import Session

from ..auth.caller import Caller
from ..db import insert, reading, utc_now, writing
from ..errors import Problem, bad_field, not_found
from ..handoffs.models import Item
from ..handoffs.service import SeenItem, record_item
from ..limits import service as limits
from ..mutes.models import Quiet
from ..mutes.service import quiet
from ..paging import Page, cut, decode_cursor, encode_cursor
from ..people.models import Member
from ..people.service import SubjectRef, identified
from .models import Expectation, ExpectationState
from .steps import OPEN, Action, Side, last_honest_day, possible, what_is_possible

LISTED_FOR = timedelta(days=30)
"""How long an agreement that has come to its end is still listed."""

_ANSWERS = frozenset({Action.ACCEPT, Action.COUNTER, Action.DECLINE})


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a customer needs, whole."""

    revision: int
    provider: SubjectRef
    item: SeenItem | None
    need: str
    due: date | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One step of an agreement, with what goes with it. `revision` is the proposal that it answers, if told."""

    action: Action
    revision: int | None = None
    need: str | None = None
    due: date | None = None
    reason: str | None = None
    alternative: str | None = None
    kept: bool | None = None


@dataclass(frozen=True, slots=True)
class Counter:
    """The provider's other way, whole."""

    need: str
    due: date | None


@dataclass(frozen=True, slots=True)
class ExpectationView:
    """An agreement as one of its two sees it."""

    id: UUID
    revision: int
    state: ExpectationState
    customer: Member
    provider: Member
    item: Item | None
    need: str
    due: date | None
    counter: Counter | None
    reason: str | None
    alternative: str | None
    countered: bool
    declined_late: bool
    kept: bool | None
    proposed_at: datetime
    changed_at: datetime
    mine: Side
    may: Sequence[Action]
    honest: bool


def seen_by(expectation: Expectation, member_id: UUID) -> ExpectationView:
    """The agreement as this member, who is one of its two, sees it."""
    side = _side(expectation, member_id)
    counter = None
    if expectation.counter_need is not None:
        counter = Counter(expectation.counter_need, expectation.counter_due)
    return ExpectationView(
        id=expectation.id,
        revision=expectation.revision,
        state=expectation.state,
        customer=expectation.customer,
        provider=expectation.provider,
        item=expectation.item,
        need=expectation.need,
        due=expectation.due,
        counter=counter,
        reason=expectation.reason,
        alternative=expectation.alternative,
        countered=expectation.countered,
        declined_late=expectation.declined_late,
        kept=expectation.kept,
        proposed_at=expectation.proposed_at,
        changed_at=expectation.changed_at,
        mine=side,
        may=list(possible(expectation.state, side)),
        honest=is_honest(expectation),
    )


def is_honest(expectation: Expectation) -> bool:
    """Rule 7: it was declined in time, or countered and the customer took the counter up."""
    if expectation.state is ExpectationState.DECLINED:
        return not expectation.declined_late
    return expectation.countered


def put(caller: Caller, expectation_id: UUID, proposal: Proposal) -> tuple[ExpectationView, bool]:
    """Make the proposal stand, and tell whether it is new.

    The same again, and an older revision, change nothing. Raises 404 for another's id, 409 `revision-used`,
    `expectation-fixed` (another item or colleague) or `expectation-answered`, 422 when a rule refuses it, 429 `limit`.
    """
    with writing(caller.organisation_id) as session:
        existing = _find(session, caller, expectation_id, to_change=True)
        if existing is None:
            is_new = _insert(session, caller, expectation_id, proposal)
            # Not new: the same PUT, sent twice at once, came in between.
            existing = _find(session, caller, expectation_id)
            if existing is None:
                raise not_found()
            if is_new:
                what = limits.What.EXPECTATION
                limits.count(session, caller.organisation_id, what, caller.member_id, existing.provider_id)
                return seen_by(existing, caller.member_id), True
        if existing.customer_id != caller.member_id:
            raise not_found()
        _change(session, caller, existing, proposal)
        return seen_by(existing, caller.member_id), False


def _insert(session: Session, caller: Caller, expectation_id: UUID, proposal: Proposal) -> bool:
    organisation_id, item, now = caller.organisation_id, proposal.item, utc_now()
    tool, host = (item.tool, item.host) if item else ("", "")
    provider = identified(session, organisation_id, tool, host, proposal.provider, "#/provider")
    if provider.id == caller.member_id:
        raise bad_field("#/provider", "Nobody asks themselves. Choose a colleague.", code="self")
    if provider.left_at is not None:
        raise bad_field("#/provider", f"{provider.name} has left. Ask somebody else.", code="left")
    _check_due(proposal.due, now)
    kept_away = quiet(session, organisation_id, provider.id, caller.member_id)
    inserted = session.execute(
        insert(Expectation)
        .values(
            organisation_id=organisation_id,
            id=expectation_id,
            customer_id=caller.member_id,
            provider_id=provider.id,
            item_id=record_item(session, organisation_id, item) if item else None,
            customer_team_id=caller.team_id,
            provider_team_id=provider.team_id,
            state=ExpectationState.PROPOSED,
            need=proposal.need,
            due=proposal.due,
            countered=False,
            declined_late=False,
            hidden=kept_away is Quiet.BLOCK,
            revision=proposal.revision,
            proposed_at=now,
            changed_at=now,
            customer_read_at=now,
            provider_read_at=now if kept_away else None,
        )
        .on_conflict_do_nothing()
        .returning(Expectation.id)
    ).scalar_one_or_none()
    return inserted is not None


def _check_due(due: date | None, now: datetime) -> None:
    if due is not None and due < now.astimezone(UTC).date():
        raise bad_field("#/due", f"{due} is past. Choose {now.astimezone(UTC).date()} (UTC) or later, or no date.")


def _change(session: Session, caller: Caller, expectation: Expectation, proposal: Proposal) -> None:
    if not _is_about(expectation, proposal):
        raise Problem(
            409,
            "expectation-fixed",
            "What is agreed stays with its item and its colleague. Propose a new one instead.",
        )
    if proposal.revision < expectation.revision:
        return
    if expectation.state is not ExpectationState.PROPOSED:
        # What was asked may have made room for what was agreed: only a newer wish can be told from a retry.
        if proposal.revision == expectation.revision:
            return
        raise _answered(expectation, Side.CUSTOMER)
    same = (proposal.need, proposal.due) == (expectation.need, expectation.due)
    if proposal.revision == expectation.revision:
        if same:
            return
        raise Problem(
            409,
            "revision-used",
            f"Revision {expectation.revision} of this expectation says something else. Send a higher one to change it.",
        )
    now = utc_now()
    if not same:
        if proposal.due != expectation.due:
            _check_due(proposal.due, now)
        limits.count(session, caller.organisation_id, limits.What.MESSAGE, caller.member_id, expectation.provider_id)
        expectation.need, expectation.due = proposal.need, proposal.due
        # Nobody else's words reach whoever has blocked them: not by way of an older proposal either.
        kept_away = quiet(session, caller.organisation_id, expectation.provider_id, caller.member_id)
        expectation.hidden = kept_away is Quiet.BLOCK
        _tell(session, expectation, caller.member_id, now)
    expectation.revision = proposal.revision


def _is_about(expectation: Expectation, proposal: Proposal) -> bool:
    if proposal.provider.member not in (None, expectation.provider_id):
        return False
    if proposal.item is None or expectation.item is None:
        return proposal.item is expectation.item
    return proposal.item.is_item(expectation.item)


def respond(caller: Caller, expectation_id: UUID, answer: Answer) -> ExpectationView:
    """Take one step. The same step again changes nothing.

    Raises 404 for an agreement that is not the caller's, 409 `expectation-answered` (saying what is possible) or
    `expectation-changed` (the proposal is not the one that `answer.revision` names), 422 for what does not go with
    the step.
    """
    _check_answer(answer)
    with writing(caller.organisation_id) as session:
        expectation = _found(session, caller, expectation_id, to_change=True)
        side = _side(expectation, caller.member_id)
        if not _stands_already(expectation, side, answer):
            _step(session, caller, expectation, side, answer)
        return seen_by(expectation, caller.member_id)


def _check_answer(answer: Answer) -> None:
    """Each step has what it needs, and nothing that would be lost."""
    action = answer.action
    if action is Action.COUNTER and answer.need is None and answer.due is None:
        raise bad_field("#/need", "Say what you can do instead, or by when.")
    if action is Action.DECLINE and answer.reason is None:
        raise bad_field("#/reason", "Say in a line why not.")
    if action is Action.DECLINE and answer.alternative is None:
        raise bad_field("#/alternative", "Say in a line what could help instead, or who.")
    if action is Action.DONE and answer.kept is None:
        raise bad_field("#/kept", "Say whether it was kept: true or false.")
    allowed = {
        Action.COUNTER: {"need", "due"},
        Action.DECLINE: {"reason", "alternative"},
        Action.DONE: {"kept"},
    }.get(action, set[str]())
    for name in ("need", "due", "reason", "alternative", "kept"):
        if name not in allowed and getattr(answer, name) is not None:
            raise bad_field(f"#/{name}", f"This does not go with {action.value}. Leave it out.")


def _stands_already(expectation: Expectation, side: Side, answer: Answer) -> bool:
    """True when this very step has been taken, and nothing since."""
    provider, state = side is Side.PROVIDER, expectation.state
    match answer.action:
        case Action.ACCEPT:
            same = provider and state is ExpectationState.ACCEPTED and not expectation.countered
        case Action.ACCEPT_COUNTER:
            same = not provider and state is ExpectationState.ACCEPTED and expectation.countered
        case Action.COUNTER:
            standing = (expectation.counter_need, expectation.counter_due)
            same = provider and state is ExpectationState.COUNTERED and standing == _other_way(expectation, answer)
        case Action.DECLINE:
            said = (expectation.reason, expectation.alternative)
            same = provider and state is ExpectationState.DECLINED and said == (answer.reason, answer.alternative)
        case Action.DONE:
            same = not provider and state is ExpectationState.DONE and expectation.kept is answer.kept
        case Action.WITHDRAW:
            same = not provider and state is ExpectationState.WITHDRAWN
        case Action.CHANGE:
            same = False
    return same


def _other_way(expectation: Expectation, answer: Answer) -> tuple[str, date | None]:
    return answer.need or expectation.need, answer.due or expectation.due


def _step(session: Session, caller: Caller, expectation: Expectation, side: Side, answer: Answer) -> None:
    steps = possible(expectation.state, side)
    if answer.action not in steps or answer.action is Action.CHANGE:
        raise _answered(expectation, side)
    if answer.revision is not None and answer.revision != expectation.revision:
        raise Problem(
            409, "expectation-changed", "Your colleague has changed what they need. Read it again, then answer."
        )
    now = utc_now()
    _keep(expectation, answer, now)
    expectation.state = steps[answer.action]
    if answer.action in _ANSWERS and expectation.answered_at is None:
        expectation.answered_at = now
    _tell(session, expectation, caller.member_id, now)


def _keep(expectation: Expectation, answer: Answer, now: datetime) -> None:
    """Note down what goes with the step. The state is still the one before it."""
    match answer.action:
        case Action.COUNTER:
            need, due = _other_way(expectation, answer)
            if (need, due) == (expectation.need, expectation.due):
                raise bad_field("#/need", "This is what was asked for. Accept it, or propose something else.")
            _check_due(answer.due, now)
            expectation.counter_need, expectation.counter_due = need, due
        case Action.DECLINE:
            expectation.reason, expectation.alternative = answer.reason, answer.alternative
            expectation.declined_late = _is_late(expectation, now)
            _drop_counter(expectation)
        case Action.ACCEPT_COUNTER:
            if expectation.counter_need is not None:
                expectation.need, expectation.due = expectation.counter_need, expectation.counter_due
            expectation.countered = True
            _drop_counter(expectation)
        case Action.DONE:
            expectation.kept = answer.kept
        case Action.ACCEPT | Action.WITHDRAW | Action.CHANGE:
            _drop_counter(expectation)


def _is_late(expectation: Expectation, now: datetime) -> bool:
    """Rule 7: what was accepted can be declined up to one working day before it is due."""
    if expectation.state is not ExpectationState.ACCEPTED or expectation.due is None:
        return False
    return now.astimezone(UTC).date() > last_honest_day(expectation.due)


def _drop_counter(expectation: Expectation) -> None:
    expectation.counter_need = expectation.counter_due = None


def _tell(session: Session, expectation: Expectation, actor_id: UUID, now: datetime) -> None:
    """It has changed by `actor_id`: unread for the other, unless the other keeps them away."""
    expectation.changed_at = now
    by_customer = actor_id == expectation.customer_id
    other_id = expectation.provider_id if by_customer else expectation.customer_id
    unread = None if quiet(session, expectation.organisation_id, other_id, actor_id) is None else now
    if by_customer:
        expectation.customer_read_at, expectation.provider_read_at = now, unread
    else:
        expectation.customer_read_at, expectation.provider_read_at = unread, now


def _answered(expectation: Expectation, side: Side) -> Problem:
    return Problem(409, "expectation-answered", what_is_possible(expectation.state, side))


def get(caller: Caller, expectation_id: UUID) -> ExpectationView:
    """An agreement of the caller's. Raises 404 for any other."""
    with reading(caller.organisation_id) as session:
        return seen_by(_found(session, caller, expectation_id), caller.member_id)


def _side(expectation: Expectation, member_id: UUID) -> Side:
    return Side.CUSTOMER if expectation.customer_id == member_id else Side.PROVIDER


def _find(session: Session, caller: Caller, expectation_id: UUID, *, to_change: bool = False) -> Expectation | None:
    query = select(Expectation).where(
        Expectation.organisation_id == caller.organisation_id,
        Expectation.id == expectation_id,
        Expectation.need != "",
    )
    if to_change:
        query = query.with_for_update(of=Expectation)
    return session.execute(query).scalar_one_or_none()


def _found(session: Session, caller: Caller, expectation_id: UUID, *, to_change: bool = False) -> Expectation:
    """The caller's agreement; 404 when it is others', or hidden from the caller."""
    expectation = _find(session, caller, expectation_id, to_change=to_change)
    if expectation is None or caller.member_id not in (expectation.customer_id, expectation.provider_id):
        raise not_found()
    if expectation.hidden and expectation.provider_id == caller.member_id:
        raise not_found()
    return expectation


def listed(caller: Caller, *, side: str, cursor: str | None, limit: int) -> Page[ExpectationView]:
    """The open ones by when they are due (those without a date last), then what ended in the last 30 days."""
    ended: ColumnElement[int] = case((Expectation.state.in_(OPEN), 0), else_=1)
    due: ColumnElement[date] = func.coalesce(Expectation.due, literal(date.max, Date), type_=Date)
    of_mine = (
        (Expectation.provider_id == caller.member_id) & Expectation.hidden.is_(False)
        if side == "asked_of_me"
        else Expectation.customer_id == caller.member_id
    )
    query = (
        select(Expectation)
        .where(
            Expectation.organisation_id == caller.organisation_id,
            of_mine,
            Expectation.need != "",
            Expectation.state.in_(OPEN) | (Expectation.changed_at > utc_now() - LISTED_FOR),
        )
        .order_by(ended, due, Expectation.id)
        .limit(limit + 1)
    )
    if cursor is not None:
        keys = decode_cursor(cursor, _ended_due_and_id)
        last = tuple_(literal(keys[0]), literal(keys[1], Date), literal(keys[2], Expectation.id.type))
        query = query.where(tuple_(ended, due, Expectation.id) > last)
    with reading(caller.organisation_id) as session:
        rows = [seen_by(row, caller.member_id) for row in session.execute(query).scalars()]
    return cut(rows, limit, _cursor)


def _cursor(last: ExpectationView) -> str:
    return encode_cursor(int(last.state not in OPEN), (last.due or date.max).isoformat(), str(last.id))


def _ended_due_and_id(ended: int, due: str, expectation_id: str) -> tuple[int, date, UUID]:
    return int(bool(ended)), date.fromisoformat(due), UUID(expectation_id)


def agreed(session: Session, caller: Caller, item: SeenItem, colleague_id: UUID) -> ExpectationView | None:
    """What the caller, as the customer, agreed on this item with the colleague who provides it; None if nothing.

    The agreement that holds comes first, then the latest that was kept or declined (rule 7: a *missed* is judged
    against it). Reads only.
    """
    holds: ColumnElement[int] = case((Expectation.state == ExpectationState.ACCEPTED, 0), else_=1)
    found = session.execute(
        select(Expectation)
        .join(Item, (Item.organisation_id == Expectation.organisation_id) & (Item.id == Expectation.item_id))
        .where(
            Expectation.organisation_id == caller.organisation_id,
            Expectation.customer_id == caller.member_id,
            Expectation.provider_id == colleague_id,
            Expectation.need != "",
            Expectation.state.in_((ExpectationState.ACCEPTED, ExpectationState.DECLINED, ExpectationState.DONE)),
            Item.tool == item.tool,
            Item.host == item.host,
            Item.key == item.key,
        )
        .order_by(holds, Expectation.changed_at.desc(), Expectation.id)
        .limit(1)
    ).scalar_one_or_none()
    return None if found is None else seen_by(found, caller.member_id)
