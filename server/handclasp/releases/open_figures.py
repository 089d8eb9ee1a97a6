"""Team figures of open ratings: made once for each month, kept when the ratings themselves have expired.

Each open rating is known to its subject by name, so nothing is hidden from them; what is guarded here is that nobody
else reads a single person's ratings in a team's counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from ..policy.models import Breakdown
from ..ratings.models import Verdict
from .decision import (
    FEWEST_SUBJECTS,
    Ballot,
    Batch,
    Cell,
    Published,
    grouped,
    large_causes,
    make_batch,
    promised_breakdown,
    split,
)
from .models import Form


def team_figures(ballots: Iterable[Ballot], *, repaired: frozenset[bytes]) -> list[Batch]:
    """One figure for each team and direction with at least k raters and three subjects, none of them over half.

    `repaired` holds the keys of missed ones whose repair thread ended as repaired (rule 13).
    """
    in_teams = [ballot for ballot in ballots if ballot.subject_team is not None]
    return [
        make_batch(about, _cells(about, repaired), direction, team=team)
        for (team, direction), about in grouped(
            in_teams, lambda ballot: (ballot.subject_team, ballot.direction)
        ).items()
        if _about_many(about)
    ]


def _about_many(ballots: Sequence[Ballot]) -> bool:
    subjects = Counter(ballot.subject for ballot in ballots)
    return (
        _raters(ballots) >= max(ballot.k for ballot in ballots)
        and len(subjects) >= FEWEST_SUBJECTS
        and 2 * max(subjects.values()) <= len(ballots)
    )


def _raters(ballots: Iterable[Ballot]) -> int:
    return len({ballot.rater for ballot in ballots})


def _cells(about: Sequence[Ballot], repaired: frozenset[bytes]) -> list[Cell]:
    by = promised_breakdown(about)
    return [
        _cell(label, group, repaired, with_causes=by is Breakdown.CAUSE)
        for label, group in split(about, by, _about_many)
    ]


def _cell(label: str | None, group: Sequence[Ballot], repaired: frozenset[bytes], *, with_causes: bool) -> Cell:
    counts = Counter(ballot.verdict for ballot in group)
    missed = [ballot for ballot in group if ballot.verdict is Verdict.MISSED]
    return Cell(
        label=label,
        raters=_raters(group),
        published=Published(Form.EXACT, None, {verdict: counts[verdict] for verdict in Verdict}),
        causes=large_causes(missed, max(ballot.k for ballot in group)) if with_causes else {},
        repaired=sum(ballot.key in repaired for ballot in missed),
    )
