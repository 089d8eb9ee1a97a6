"""How agreements ended, by provider team and month (rules 5, 7 and 9): counts only, never of fewer than k people.

An agreement counts once, in the month in which it was declined or done. So the figures of a closed month never change,
and nothing can be learned from how they would move.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
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
    """One team's agreements of one month.

    `clear_no`, `done` and `kept` are None where few people stand behind them, or behind all others: these would be
    the difference.
    """

    team: Team | None
    month: str
    answered: int
    clear_no: int | None
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
    done, declined = _split(cell, lambda expectation: expectation.state is ExpectationState.DONE)
    kept, broken = _split(done, lambda expectation: expectation.kept is True)
    honest, other = _split(cell, is_honest)
    tells_done = _hides_few(k, done, declined)
    tells_kept = tells_done and _hides_few(k, kept, broken)
    tells_honest = _hides_few(k, honest, other)
    if tells_done:
        # Beside `done`, the honest ones must not tell apart a few of the declined either.
        tells_honest = tells_honest and _hides_few(k, *_split(done, is_honest), *_split(declined, is_honest))
    return AgreementCount(
        team=team,
        month=month,
        answered=len(cell),
        clear_no=len(honest) if tells_honest else None,
        done=len(done) if tells_done else None,
        kept=len(kept) if tells_kept else None,
    )


def _split(
    cell: Sequence[Expectation], chosen: Callable[[Expectation], bool]
) -> tuple[Sequence[Expectation], Sequence[Expectation]]:
    """Those that are chosen, and all others."""
    return [one for one in cell if chosen(one)], [one for one in cell if not chosen(one)]


def _hides_few(k: int, *parts: Sequence[Expectation]) -> bool:
    """True when nobody, or at least k people on each side, stand behind each of these parts."""
    return all(not part or _is_large(part, k) for part in parts)


def _is_large(cell: Iterable[Expectation], k: int) -> bool:
    sides = [(expectation.customer_id, expectation.provider_id) for expectation in cell]
    return all(len({side[which] for side in sides}) >= k for which in (0, 1))


def _month(moment: datetime) -> str:
    return f"{moment:%Y-%m}"
