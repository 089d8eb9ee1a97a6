"""The steps an agreement may take: one table, and the day until which a no comes in time (rule 7)."""

from __future__ import annotations

import enum
from datetime import date, timedelta

from .models import ExpectationState

_SATURDAY = 5


class Side(enum.StrEnum):
    """Which of the two somebody is."""

    CUSTOMER = "customer"
    PROVIDER = "provider"


class Action(enum.StrEnum):
    """What can be done with an agreement. `change` is the customer's PUT; the others are responses."""

    ACCEPT = "accept"
    COUNTER = "counter"
    DECLINE = "decline"
    ACCEPT_COUNTER = "accept_counter"
    DONE = "done"
    WITHDRAW = "withdraw"
    CHANGE = "change"


_S = ExpectationState

STEPS: dict[tuple[ExpectationState, Side], dict[Action, ExpectationState]] = {
    (_S.PROPOSED, Side.CUSTOMER): {Action.CHANGE: _S.PROPOSED, Action.WITHDRAW: _S.WITHDRAWN},
    (_S.PROPOSED, Side.PROVIDER): {
        Action.ACCEPT: _S.ACCEPTED,
        Action.COUNTER: _S.COUNTERED,
        Action.DECLINE: _S.DECLINED,
    },
    (_S.COUNTERED, Side.CUSTOMER): {Action.ACCEPT_COUNTER: _S.ACCEPTED, Action.WITHDRAW: _S.WITHDRAWN},
    # No second counter: the customer would take up another one than they read.
    (_S.COUNTERED, Side.PROVIDER): {Action.ACCEPT: _S.ACCEPTED, Action.DECLINE: _S.DECLINED},
    (_S.ACCEPTED, Side.CUSTOMER): {Action.DONE: _S.DONE, Action.WITHDRAW: _S.WITHDRAWN},
    (_S.ACCEPTED, Side.PROVIDER): {Action.DECLINE: _S.DECLINED},
}
"""What each may do where. A state that is missing here is an end."""

OPEN = frozenset(state for state, _ in STEPS)
"""The states that wait for somebody."""

_SAYING = {
    Action.ACCEPT: "accept it",
    Action.COUNTER: "propose another way",
    Action.DECLINE: "decline it",
    Action.ACCEPT_COUNTER: "accept the other way",
    Action.DONE: "say that it is done",
    Action.WITHDRAW: "withdraw it",
    Action.CHANGE: "change it",
}


def possible(state: ExpectationState, side: Side) -> dict[Action, ExpectationState]:
    """What this side may do now, and where each step leads."""
    return STEPS.get((state, side), {})


def what_is_possible(state: ExpectationState, side: Side) -> str:
    """The same as a sentence, for somebody who tried something else."""
    steps = [_SAYING[action] for action in possible(state, side)]
    if steps:
        return f"It is {state.value}: you can {' or '.join(steps)}."
    if state in OPEN:
        return f"It is {state.value}: the next step is your colleague's."
    return f"It is {state.value}, and stays so. Propose a new one if something is needed."


def last_honest_day(due: date) -> date:
    """The last day on which what was accepted is declined in time: one working day (Mon-Fri) before it is due."""
    day = due - timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day -= timedelta(days=1)
    return day
