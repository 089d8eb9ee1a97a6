"""Repairs: a word or an open *missed* starts a private thread between two (rule 13).

Others call `start` and `end` inside their own transaction; arrows run from notes and ratings to here.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ..auth.caller import Caller
from ..db import insert, reading, utc_now, writing
from ..errors import Problem, bad_field, not_found
from ..handoffs.models import Item
from ..limits import service as limits
from ..mutes.models import Quiet
from ..mutes.service import quiet
from ..people.models import Member
from .models import Repair, RepairMessage, RepairState

LONGEST_THREAD = 100
"""Messages in one thread. Whoever needs more should talk."""


class Side(enum.StrEnum):
    """Which of the two somebody is."""

    CUSTOMER = "customer"
    PROVIDER = "provider"


class Action(enum.StrEnum):
    """What can be done with a thread."""

    SAY = "say"
    REPAIRED = "repaired"
    CLOSE = "close"
    REOPEN = "reopen"


_STEPS: Mapping[tuple[RepairState, Side], Sequence[Action]] = {
    (RepairState.OPEN, Side.CUSTOMER): (Action.SAY, Action.REPAIRED, Action.CLOSE),
    (RepairState.OPEN, Side.PROVIDER): (Action.SAY, Action.CLOSE),
    (RepairState.REPAIRED, Side.CUSTOMER): (Action.REOPEN,),
    # Only whom it was about to help says that it did: also after the provider has closed the thread.
    (RepairState.CLOSED, Side.CUSTOMER): (Action.REPAIRED, Action.REOPEN),
}
_ACTION_TO = {RepairState.OPEN: Action.REOPEN, RepairState.REPAIRED: Action.REPAIRED, RepairState.CLOSED: Action.CLOSE}
_SAYING = {
    Action.SAY: "write",
    Action.REPAIRED: "say that it is repaired",
    Action.CLOSE: "close it",
    Action.REOPEN: "open it again",
}


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message under an id that its author minted."""

    id: UUID
    text: str


@dataclass(frozen=True, slots=True)
class RepairCommand:
    """What is said, and where the thread should stand; None leaves either as it is."""

    message: NewMessage | None
    state: RepairState | None


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message as its reader sees it."""

    id: UUID
    author: Member
    text: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class RepairView:
    """A thread as one of its two sees it."""

    id: UUID
    state: RepairState
    customer: Member
    provider: Member
    item: Item | None
    messages: Sequence[MessageView]
    opened_at: datetime
    changed_at: datetime
    mine: Side
    may: Sequence[Action]


def start(
    session: Session,
    organisation_id: UUID,
    repair_id: UUID,
    *,
    customer_id: UUID,
    provider_id: UUID,
    item_id: UUID | None,
    text: str,
    visible_at: datetime,
    anew: bool,
) -> None:
    """Open the thread of a word or an open *missed*, or let its first message say `text` from now on.

    The provider sees that message from `visible_at` on. A thread that `end` had closed is open again; one that the
    two have repaired or closed stays so. For use inside the transaction that stores the note or the rating. `anew`:
    nothing has been said under this id so far; if something has, it belongs to another note or rating, and 409
    `id-used` is raised. What is said again counts as a message (429 `limit`), and a provider who has blocked the
    customer does not see it.
    """
    kept_away = quiet(session, organisation_id, provider_id, customer_id)
    is_new = session.execute(
        insert(Repair)
        .values(
            organisation_id=organisation_id,
            id=repair_id,
            customer_id=customer_id,
            provider_id=provider_id,
            item_id=item_id,
            state=RepairState.OPEN,
            opened_at=visible_at,
            changed_at=visible_at,
        )
        .on_conflict_do_nothing()
        .returning(Repair.id)
    ).scalar_one_or_none()
    repair = _locked(session, organisation_id, repair_id)
    if repair is None or (repair.customer_id, repair.provider_id) != (customer_id, provider_id):
        raise not_found()
    first = next((message for message in repair.messages if message.id == repair_id), None)
    if anew and first is not None:
        raise Problem(409, "id-used", "This id belongs to something else already. Send it again under a new one.")
    if is_new is None and (first is None or first.text != text):
        limits.count(session, organisation_id, limits.What.MESSAGE, customer_id, provider_id)
    if first is None:
        # Ended by a withdrawal, and said again; or new.
        repair.state = RepairState.OPEN
        session.add(
            RepairMessage(
                organisation_id=organisation_id,
                id=repair_id,
                repair_id=repair_id,
                author_id=customer_id,
                text=text,
                hidden=kept_away is Quiet.BLOCK,
                written_at=visible_at,
            )
        )
    else:
        if first.text != text:
            first.hidden = kept_away is Quiet.BLOCK
        first.text, first.written_at = text, visible_at
    repair.changed_at = visible_at
    session.flush()


def end(session: Session, organisation_id: UUID, repair_id: UUID) -> None:
    """Close the thread of a rating that is withdrawn or no *missed* any more, and erase what it said.

    What the two wrote to each other afterwards stays. Without a thread nothing happens.
    """
    repair = _locked(session, organisation_id, repair_id)
    if repair is None:
        return
    repair.state, repair.changed_at = RepairState.CLOSED, utc_now()
    session.execute(
        delete(RepairMessage).where(
            RepairMessage.organisation_id == organisation_id,
            RepairMessage.repair_id == repair_id,
            RepairMessage.id == repair_id,
        )
    )


def put(caller: Caller, repair_id: UUID, command: RepairCommand) -> RepairView:
    """Say something, or let the thread stand as `command` says. The same again changes nothing.

    Raises 404 for a thread that is not the caller's, 409 `repair-step` (saying what is possible), `message-sent`
    (this id said something else), `left` or `thread-full`, 422 for an empty command, 429 `limit`.
    """
    if command.message is None and command.state is None:
        raise bad_field("#/message", "Say something, or say how the thread should stand.")
    with writing(caller.organisation_id) as session:
        repair = _locked(session, caller.organisation_id, repair_id)
        if repair is None or not _is_shown(repair, caller.member_id):
            raise not_found()
        # Whoever opens a thread again speaks after that; whoever ends it speaks before.
        if command.state is RepairState.OPEN:
            _set_state(repair, caller, command.state)
        if command.message is not None:
            _say(session, caller, repair, command.message)
        if command.state is not None:
            _set_state(repair, caller, command.state)
        session.flush()
        session.expire(repair, ["messages"])
        return seen_by(repair, caller.member_id)


def _set_state(repair: Repair, caller: Caller, state: RepairState) -> None:
    if state is repair.state:
        return
    if _ACTION_TO[state] not in _possible(repair, caller.member_id):
        raise _refused(repair, caller.member_id)
    repair.state, repair.changed_at = state, utc_now()


def _say(session: Session, caller: Caller, repair: Repair, message: NewMessage) -> None:
    if _is_said_already(session, caller, repair, message):
        return
    if Action.SAY not in _possible(repair, caller.member_id):
        raise _refused(repair, caller.member_id)
    other = repair.provider if caller.member_id == repair.customer_id else repair.customer
    if other.left_at is not None:
        raise Problem(409, "left", f"{other.name} has left and cannot read it. You can close this.")
    if len(repair.messages) >= LONGEST_THREAD:
        raise Problem(409, "thread-full", f"{LONGEST_THREAD} messages are the most here. Talk to each other instead.")
    # Later than all before it, so that the thread has one order even if the clock stood still.
    latest = max((one.written_at for one in repair.messages), default=None)
    now = utc_now()
    written_at = now if latest is None else max(now, latest + timedelta(microseconds=1))
    kept_away = quiet(session, caller.organisation_id, other.id, caller.member_id)
    inserted = session.execute(
        insert(RepairMessage)
        .values(
            organisation_id=caller.organisation_id,
            id=message.id,
            repair_id=repair.id,
            author_id=caller.member_id,
            text=message.text,
            hidden=kept_away is Quiet.BLOCK,
            written_at=written_at,
        )
        .on_conflict_do_nothing()
        .returning(RepairMessage.id)
    ).scalar_one_or_none()
    if inserted is None:
        # The same id, at this very moment.
        raise not_found()
    limits.count(session, caller.organisation_id, limits.What.MESSAGE, caller.member_id, other.id)
    repair.changed_at = written_at
    _have_read(repair, caller.member_id, written_at)
    if kept_away is not Quiet.BLOCK:
        _tell(repair, other.id, message.id, written_at)
    if kept_away is Quiet.MUTE:
        _have_read(repair, other.id, written_at)


def _is_said_already(session: Session, caller: Caller, repair: Repair, message: NewMessage) -> bool:
    under_this_id = (
        session.execute(
            select(RepairMessage).where(
                RepairMessage.organisation_id == caller.organisation_id, RepairMessage.id == message.id
            )
        )
        .scalars()
        .all()
    )
    if not under_this_id:
        return False
    said = next((one for one in under_this_id if one.repair_id == repair.id), None)
    if said is None or said.author_id != caller.member_id:
        raise not_found()
    if said.text != message.text:
        raise Problem(409, "message-sent", "This message has been sent and stays as it is. Write another one.")
    return True


def _tell(repair: Repair, member_id: UUID, message_id: UUID, written_at: datetime) -> None:
    """This is now the latest message that came to this member, unread."""
    if member_id == repair.customer_id:
        repair.to_customer_id, repair.to_customer_at, repair.customer_read_at = message_id, written_at, None
    else:
        repair.to_provider_id, repair.to_provider_at, repair.provider_read_at = message_id, written_at, None


def _have_read(repair: Repair, member_id: UUID, now: datetime) -> None:
    if member_id == repair.customer_id:
        repair.customer_read_at = now
    else:
        repair.provider_read_at = now


def get(caller: Caller, repair_id: UUID) -> RepairView:
    """A thread of the caller's. Raises 404 for any other, and for one that the caller must not see."""
    with reading(caller.organisation_id) as session:
        found = views(session, caller, [repair_id])
    if not found:
        raise not_found()
    return found[repair_id]


def views(session: Session, caller: Caller, ids: Iterable[UUID]) -> Mapping[UUID, RepairView]:
    """Those of these threads that the caller is part of and may see."""
    found = session.execute(
        select(Repair).where(Repair.organisation_id == caller.organisation_id, Repair.id.in_(list(ids)))
    ).scalars()
    return {repair.id: seen_by(repair, caller.member_id) for repair in found if _is_shown(repair, caller.member_id)}


def seen_by(repair: Repair, member_id: UUID) -> RepairView:
    """The thread as this member, who is one of its two, sees it."""
    people = {repair.customer_id: repair.customer, repair.provider_id: repair.provider}
    return RepairView(
        id=repair.id,
        state=repair.state,
        customer=repair.customer,
        provider=repair.provider,
        item=repair.item,
        messages=[
            MessageView(message.id, people[message.author_id], message.text, message.written_at)
            for message in _shown_messages(repair, member_id)
        ],
        opened_at=repair.opened_at,
        changed_at=repair.changed_at,
        mine=_side(repair, member_id),
        may=_possible(repair, member_id),
    )


def _shown_messages(repair: Repair, member_id: UUID) -> Sequence[RepairMessage]:
    """One's own, and of the other's those that are not hidden and whose undo window has passed."""
    now = utc_now()
    return [
        message
        for message in repair.messages
        if message.author_id == member_id or (not message.hidden and message.written_at <= now)
    ]


def _is_shown(repair: Repair, member_id: UUID) -> bool:
    """The customer always sees the thread, the provider once there is something in it for them to read."""
    if member_id == repair.customer_id:
        return True
    return member_id == repair.provider_id and bool(_shown_messages(repair, member_id))


def _side(repair: Repair, member_id: UUID) -> Side:
    return Side.CUSTOMER if member_id == repair.customer_id else Side.PROVIDER


def _possible(repair: Repair, member_id: UUID) -> Sequence[Action]:
    if all(message.id != repair.id for message in repair.messages):
        # What started it has been taken back: there is nothing left to repair.
        return ()
    return _STEPS.get((repair.state, _side(repair, member_id)), ())


def _refused(repair: Repair, member_id: UUID) -> Problem:
    steps = [_SAYING[action] for action in _possible(repair, member_id)]
    then = f"You can {' or '.join(steps)}." if steps else "Write a note if there is more to say."
    return Problem(409, "repair-step", f"This thread is {repair.state.value}. {then}")


def _locked(session: Session, organisation_id: UUID, repair_id: UUID) -> Repair | None:
    return session.execute(
        select(Repair)
        .where(Repair.organisation_id == organisation_id, Repair.id == repair_id)
        .with_for_update(of=Repair)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
