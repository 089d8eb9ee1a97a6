"""Try to break the promise with everything that was told over all time.

Each rating is in one cell at most, and each cell is told by itself: which is checked here, and makes it exact to
attack cell by cell, because what is told of other ratings says nothing of these. It is also why no lead obtains a
member's figure, with whatever subjects: what leads see is told of ratings that are in no member's own release.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from handclasp.releases.decision import publish
from handclasp.releases.models import Form

from .cells import Promise, as_seen, attack
from .company import Company, DateSeen, ReleaseSeen
from .knowledge import Break


@dataclass
class Tally:
    """How much was tried."""

    histories: int = 0
    releases: int = 0
    cells: int = 0
    hidden: int = 0
    of_teams: int = 0
    broken_down: int = 0
    coalitions: int = 0
    breaks: list[Break] = field(default_factory=list)

    def row(self, pair: Promise) -> str:
        """A row of the table."""
        counts = (
            self.histories,
            self.releases,
            self.of_teams,
            self.broken_down,
            self.cells,
            self.hidden,
            self.coalitions,
            len(self.breaks),
        )
        return f"| {pair} | " + " | ".join(f"{count:,}" for count in counts) + " |"


HEAD = """
| (k, C) | histories | releases | of teams | broken down | cells | not exact | coalitions | breaks |
|---|---|---|---|---|---|---|---|---|"""


def judge(company: Company, tally: Tally) -> list[Break]:
    """Every break of the promise in a company's history; counted in `tally`."""
    once(company.seen)
    found: list[Break] = []
    for seen in company.seen:
        for release in seen.releases:
            found.extend(judge_release(release, tally))
    tally.histories += 1
    tally.breaks.extend(found)
    return found


def once(dates: Iterable[DateSeen]) -> None:
    """Each rating is released once, in one cell, and each rater counts once in a release."""
    keys = Counter(key for seen in dates for release in seen.releases for key in release.batch.keys)
    if any(count > 1 for count in keys.values()):
        raise AssertionError("a rating was released twice")
    for seen in dates:
        for release in seen.releases:
            raters = [ballot.rater for cell in release.cells for ballot in cell.ballots]
            if len(set(raters)) != len(raters):
                raise AssertionError(f"somebody counts twice in {release.what}")


def judge_release(release: ReleaseSeen, tally: Tally) -> Iterator[Break]:
    """Attack each cell."""
    tally.releases += 1
    tally.of_teams += release.batch.team is not None
    tally.broken_down += len(release.cells) > 1
    for seen in release.cells:
        if as_seen(publish(seen.ballots)) != as_seen(seen.cell.published):
            raise AssertionError(f"{release.what} tells of others than its raters")
        if seen.cell.causes and seen.cell.published.form is not Form.EXACT:
            raise AssertionError(f"{release.what} names causes beside hidden counts")
        if len(seen.ballots) < max(ballot.k for ballot in seen.ballots):
            yield Break(release.what, f"a cell of {len(seen.ballots)}")
        tries, found = attack([((ballot.k, ballot.colluders), ballot.verdict) for ballot in seen.ballots])
        tally.cells += 1
        tally.hidden += seen.cell.published.form is not Form.EXACT
        tally.coalitions += tries
        yield from (
            Break(release.what, f"{each.coalition} of them know that all others said {each.verdict}") for each in found
        )
