"""How agreements ended, by provider team and month (rules 5, 7 and 9): counts only, never of fewer than k people.

An agreement counts once, in the month in which it was declined or done. So the figures of a closed month never change,
and nothing can be learned from how they would move.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select

from ..db import reading, utc_now
from ..people.models import Team
from ..policy.service import policy_history
from .models import Expectation, ExpectationState
from .service import is_honest


@dataclass(frozen=True, slots=True)
class AgreementCount:
    """One team's agreements of one month. `done` and `kept` are None where too few people stand behind them."""

    team: Team | None
    month: str
    answered: int
    clear_no: int
    done: int | None
    kept: int | None


def agreements(organisation_id: UUID) -> Sequence[AgreementCount]:
    """All closed months, latest first; only cells of at least k customers and k providers.

    k is the most that the policy has promised any of the cell since it was asked for.
    """
    now = utc_now()
    month_begins = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    with reading(organisation_id) as session:
        history = policy_history(session, organisation_id)
        teams = {
            team.id: team
            for team in session.execute(select(Team).where(Team.organisation_id == organisation_id)).scalars()
        }
        ended = (
            session.execute(
                select(Expectation).where(
                    Expectation.organisation_id == organisation_id,
                    Expectation.state.in_((ExpectationState.DECLINED, ExpectationState.DONE)),
                    Expectation.changed_at < month_begins,
                )
            )
            .scalars()
            .all()
        )
    cells: defaultdict[tuple[str, UUID | None], list[Expectation]] = defaultdict(list)
    for expectation in ended:
        cells[_month(expectation.changed_at), expectation.provider_team_id].append(expectation)
    counts: list[AgreementCount] = []
    for (month, team_id), cell in cells.items():
        k = max(history.at(moment).k for moment in (now, *(expectation.proposed_at for expectation in cell)))
        if _is_large(cell, k):
            counts.append(_count(month, teams.get(team_id) if team_id else None, cell, k))
    counts.sort(key=lambda count: count.team.name if count.team else "")
    counts.sort(key=lambda count: count.month, reverse=True)
    return counts


def _count(month: str, team: Team | None, cell: Sequence[Expectation], k: int) -> AgreementCount:
    done = [expectation for expectation in cell if expectation.state is ExpectationState.DONE]
    # A figure about a few within a larger cell would be theirs: it has to be large enough itself.
    large = _is_large(done, k)
    return AgreementCount(
        team=team,
        month=month,
        answered=len(cell),
        clear_no=sum(map(is_honest, cell)),
        done=len(done) if large else None,
        kept=sum(expectation.kept is True for expectation in done) if large else None,
    )


def _is_large(cell: Iterable[Expectation], k: int) -> bool:
    sides = [(expectation.customer_id, expectation.provider_id) for expectation in cell]
    return all(len({side[which] for side in sides}) >= k for which in (0, 1))


def _month(moment: datetime) -> str:
    return f"{moment:%Y-%m}"
