"""The rules with one part switched off, each by composing the product's own functions otherwise.

Each variant takes what was given, date by date, and returns the problem it poses to a reader. `as_it_is` poses the
product's. Nothing here is part of the product.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from itertools import chain

from handclasp.policy.models import Breakdown
from handclasp.ratings.models import Cause, Direction, Verdict
from handclasp.releases.decision import (
    Ballot,
    Published,
    about_a_team,
    enough_raters,
    grouped,
    large_causes,
    name_causes,
    one_each,
    publish,
    split,
)
from handclasp.releases.models import Form

from .cells import Promise, as_seen
from .company import START, Colleague, Company, Rules
from .knowledge import PLAIN, WITH_CAUSES, Counts, Key, Part, Problem, Telling, Unit, Voter

Tell = Callable[[Sequence[Ballot]], Hashable]
TEAM, OTHER_TEAM = uuid.UUID(int=1000), uuid.UUID(int=1001)


@dataclass(frozen=True)
class Act:
    """Somebody rates somebody."""

    rater: int
    subject: int
    verdict: Verdict
    cause: Cause | None = None
    tool: str = "trac"
    moved: bool = False

    def __str__(self) -> str:
        said = f"{self.verdict}" + (f" ({self.cause})" if self.cause else "")
        return f"{self.rater} said {said} about {self.subject}" + (f" in {self.tool}" if self.tool != "trac" else "")


@dataclass(frozen=True)
class Story:
    """What was given before each date, under a promise."""

    promise: Promise
    dates: tuple[tuple[Act, ...], ...]

    def ballots(self) -> list[list[Ballot]]:
        """As ballots, by date."""
        made: list[list[Ballot]] = []
        for number, acts in enumerate(self.dates):
            given = START + timedelta(days=31 * number)
            made.append(
                [
                    Ballot(
                        key=hashlib.sha256(f"{number} {place}".encode()).digest(),
                        rater=uuid.UUID(int=100 + act.rater),
                        subject=uuid.UUID(int=1 + act.subject),
                        rater_team=None,
                        subject_team=TEAM,
                        direction=Direction.SERVICE,
                        verdict=act.verdict,
                        cause=act.cause,
                        tool=act.tool,
                        k=self.promise[0],
                        colluders=self.promise[1],
                        breakdown=Breakdown.NONE,
                        given_at=given,
                        changed_at=given + timedelta(seconds=place),
                    )
                    for place, act in enumerate(acts)
                ]
            )
        return made

    def all(self) -> list[Ballot]:
        """All ballots."""
        return list(chain(*self.ballots()))

    def __str__(self) -> str:
        lines = [f"(k, C) = {self.promise}"]
        lines += [f"before date {number + 1}: " + "; ".join(map(str, acts)) for number, acts in enumerate(self.dates)]
        return "\n".join(lines)


# --- what is told -------------------------------------------------------------------------------------------------


def part(ballots: Sequence[Ballot], tell: Tell, kind: Callable[[Ballot], Hashable] = lambda _: None) -> Part:
    """What `tell` tells of these ballots, whoever of each kind said what."""
    examples: dict[Hashable, list[Ballot]] = grouped(ballots, kind)
    voices = voices_of(ballots)

    @cache
    def told(counts: tuple[tuple[Hashable, Counts], ...]) -> tuple[Hashable, ...]:
        said: list[Ballot] = []
        for which, numbers in counts:
            spoken = [voice for voice, number in zip(voices, numbers, strict=True) for _ in range(number)]
            said += [
                replace(each, verdict=verdict, cause=cause)
                for each, (verdict, cause) in zip(examples[which], spoken, strict=True)
            ]
        value = tell(said)
        return value if isinstance(value, tuple) else (value,)

    return Part(
        {each.key: kind(each) for each in ballots}, lambda by_kind: told(tuple(sorted(by_kind.items(), key=str)))
    )


def voices_of(ballots: Iterable[Ballot]) -> tuple[tuple[Verdict, Cause | None], ...]:
    """Causes only where one is named: they blow up the number of worlds."""
    return WITH_CAUSES if any(each.cause for each in ballots) else PLAIN


def cell(ballots: Sequence[Ballot]) -> Hashable:
    """The product's way."""
    return as_seen(publish(ballots))


def as_counts(ballots: Sequence[Ballot]) -> Hashable:
    """The published counts, which can be added up. (Exact counts are never all alike, so these tell the form, too.)"""
    counts = publish(ballots).counts
    return tuple(counts[verdict] for verdict in Verdict)


def exactly(ballots: Sequence[Ballot]) -> Hashable:
    """Without "nearly all"."""
    return as_seen(
        Published(Form.EXACT, None, {verdict: sum(b.verdict is verdict for b in ballots) for verdict in Verdict})
    )


def problem(story: Story, tellings: Sequence[Telling], units: Iterable[Unit]) -> Problem:
    """The problem that `tellings` pose. What nothing is told of does not matter."""
    told = {key for telling in tellings for each in telling.parts for key in each.kinds}
    ballots = [each for each in story.all() if each.key in told]
    return Problem(
        (Voter(b.key, b.rater, (b.verdict, b.cause), b.k, b.colluders) for b in ballots),
        tellings,
        list(units),
        voices_of(ballots),
    )


def unit(ballots: Iterable[Ballot], at_stake: Iterable[Ballot] | None = None) -> Unit:
    """A release or a cell."""
    keys = frozenset(each.key for each in ballots)
    return Unit(keys, keys if at_stake is None else frozenset(each.key for each in at_stake))


def own(ballots: Sequence[Ballot], tell: Tell = cell, on: int = 1) -> Telling:
    """Told to the subject of all these."""
    return Telling(
        f"own release of {ballots[0].subject.int - 1}, date {on}", ballots[0].subject, (part(ballots, tell),)
    )


def to_leads(what: str, ballots: Sequence[Ballot], tell: Tell = cell) -> Telling:
    """Told to leads and admins."""
    return Telling(what, None, (part(ballots, tell),))


def by_subject(ballots: Iterable[Ballot]) -> list[list[Ballot]]:
    """The ballots about each."""
    return list(grouped(ballots, lambda each: each.subject).values())


# --- the product --------------------------------------------------------------------------------------------------


def as_it_is(story: Story, breakdown: Breakdown = Breakdown.NONE) -> Problem:
    """What the product tells, by its own decision."""
    company = Company(Rules(*story.promise, breakdown))
    company.teams = [TEAM]
    people: dict[int, Colleague] = {}
    for acts in story.dates:
        for place, act in enumerate(acts):
            rater, subject = (
                people.setdefault(number, Colleague(uuid.UUID(int=number), team))
                for number, team in ((100 + act.rater, None), (1 + act.subject, TEAM))
            )
            company.members = list(people.values())
            company.rate(rater, subject, act.verdict, act.cause, act.tool, item=place)
        company.date_comes()
    tellings: list[Telling] = []
    units: list[Unit] = []
    voters: dict[Key, Voter] = {}
    for date_seen in company.seen:
        for release in date_seen.releases:
            for seen in release.cells:
                tell = cell_with_causes if breakdown is Breakdown.CAUSE and release.batch.team else cell
                tellings.append(Telling(release.what, release.batch.subject, (part(seen.ballots, tell),)))
                units.append(unit(seen.ballots))
                voters |= {b.key: Voter(b.key, b.rater, (b.verdict, b.cause), b.k, b.colluders) for b in seen.ballots}
    return Problem(voters.values(), tellings, units, voices_of(story.all()))


def cell_with_causes(ballots: Sequence[Ballot]) -> Hashable:
    """The product's way to name causes."""
    return (cell(ballots), tuple(sorted(name_causes(ballots).items())))


# --- one part switched off ----------------------------------------------------------------------------------------


def own_and_team_overlap(story: Story) -> Problem:
    """What is in a member's release is in the team's, too."""
    ballots = story.all()
    tellings = [own(about) for about in by_subject(ballots) if enough_raters(about)]
    units = [unit(about) for about in by_subject(ballots) if enough_raters(about)]
    if about_a_team(one_each(ballots)):
        tellings.append(to_leads("team release", one_each(ballots)))
        units.append(unit(one_each(ballots)))
    return problem(story, tellings, units)


def on_reaching_k(story: Story) -> Problem:
    """A figure appears as soon as there are k raters, and is kept current."""
    ballots, k = story.all(), story.promise[0]
    steps = [ballots[:number] for number in range(k, len(ballots) + 1)]
    return problem(story, [own(step) for step in steps], [unit(step) for step in steps])


def hold_what_is_all_alike(story: Story) -> Problem:
    """A release in which all say the same is kept back, to protect them, and comes with the next."""
    dates = story.ballots()
    when = {each.key: number for number, ballots in enumerate(dates) for each in ballots}

    def told(ballots: Sequence[Ballot]) -> Hashable:
        return tuple((number, cell(released)) for number, released in held(ballots))

    def held(ballots: Sequence[Ballot]) -> Iterable[tuple[int, list[Ballot]]]:
        waiting: list[Ballot] = []
        for number in range(len(dates)):
            waiting += [each for each in ballots if when[each.key] == number]
            if waiting and enough_raters(waiting) and len({each.verdict for each in waiting}) > 1:
                yield number, waiting
                waiting = []

    ballots = story.all()
    telling = Telling("own releases", ballots[0].subject, (part(ballots, told, lambda each: when[each.key]),))
    return problem(story, [telling], [unit(released) for _, released in held(ballots)])


def never_nearly_all(story: Story) -> Problem:
    """Counts are always exact."""
    return problem(story, [own(story.all(), exactly)], [unit(story.all())])


def nearly_all_without_colluders(story: Story) -> Problem:
    """At most one who differs is hidden, as if nobody colluded."""
    return problem(
        story,
        [own(story.all(), lambda ballots: cell([replace(each, colluders=0) for each in ballots]))],
        [unit(story.all())],
    )


def all_ratings_of_a_rater(story: Story) -> Problem:
    """Somebody who rated three handoffs counts three times."""
    return problem(story, [own(story.all())], [unit(story.all())])


def small_cells(story: Story) -> Problem:
    """Every tool is a cell, however few its raters. They were promised the company of the release."""
    ballots = story.all()
    groups = [group for _, group in split(ballots, Breakdown.TOOL, lambda _: True)]
    return problem(
        story,
        [own(group) for group in groups],
        [unit(group) if enough_raters(group) else unit(ballots, group) for group in groups],
    )


def breakdown_beside_total(story: Story) -> Problem:
    """The whole release is told, and its cells, too."""
    ballots = story.all()
    groups = [group for _, group in split(ballots, Breakdown.TOOL, enough_raters)]
    return problem(story, [own(each) for each in (ballots, *groups)], [unit(group) for group in groups])


def hidden_other(story: Story) -> Problem:
    """Cells that are too small are left out, not merged; the total is of all."""
    ballots = story.all()
    groups = list(grouped(ballots, lambda each: each.tool).values())
    shown = [group for group in groups if enough_raters(group)]
    hidden = [each for group in groups if not enough_raters(group) for each in group]
    units = [unit(group) for group in shown] + [unit(ballots, hidden)]
    return problem(story, [own(ballots), *(own(group) for group in shown)], units)


def sum_of(what: str, releases: Iterable[Part]) -> Telling:
    """The published counts, added up, for leads."""
    return Telling(what, None, tuple(releases))


def own_parts(story: Story) -> list[list[tuple[Telling, list[Ballot]]]]:
    """Own releases by date, as counts."""
    return [
        [(own(about, as_counts, number), about) for about in by_subject(ballots) if enough_raters(about)]
        for number, ballots in enumerate(story.ballots(), 1)
    ]


def team_release_beside_sum(story: Story) -> Problem:
    """The team's release is told apart, and the sum of it and the members' own."""
    ballots = story.all()
    alone = [own(about, as_counts) for about in by_subject(ballots) if enough_raters(about)]
    rest = [each for about in by_subject(ballots) if not enough_raters(about) for each in about]
    team = to_leads("team release", rest, as_counts)
    together = sum_of("team release and own releases", [team.parts[0], *(each.parts[0] for each in alone)])
    return problem(story, [*alone, team, together], [])


def sum_over_dates(story: Story) -> Problem:
    """The own releases of all dates so far, added up, once they are 3 + C."""
    return _sums(story, lambda dates: [dates[: number + 1] for number in range(len(dates))])


def sum_of_first_date(story: Story) -> Problem:
    """The own releases of the first date alone."""
    return _sums(story, lambda dates: [dates[:1]])


Released = list[tuple[Telling, list[Ballot]]]


def _sums(story: Story, windows: Callable[[list[Released]], list[list[Released]]]) -> Problem:
    dates = own_parts(story)
    tellings = [telling for date in dates for telling, _ in date]
    for window in windows(dates):
        releases = [telling.parts[0] for date in window for telling, _ in date]
        if len(releases) >= 3 + story.promise[1]:
            tellings.append(sum_of(f"sum of {len(window)} dates", releases))
    return problem(story, tellings, [])


def team_sum(story: Story) -> Problem:
    """Own releases added up, the largest left out until no subject is over half, at least 3 + C of them."""
    return _team_sum(story, leave_out=True)


def dominated_sum(story: Story) -> Problem:
    """The same, with the largest left in."""
    return _team_sum(story, leave_out=False)


def _team_sum(story: Story, *, leave_out: bool) -> Problem:
    released = [each for date in own_parts(story) for each in date]
    summed = sorted(released, key=lambda each: -len(each[1]))
    while leave_out and summed and 2 * len(summed[0][1]) > sum(len(about) for _, about in summed):
        summed = summed[1:]
    tellings = [telling for telling, _ in released]
    if len(summed) >= 3 + story.promise[1]:
        tellings.append(sum_of("team sum", [telling.parts[0] for telling, _ in summed]))
    return problem(story, tellings, [])


def mover_counts_twice(story: Story) -> Problem:
    """What is pending about somebody who moved counts in the old team and in the new one."""
    acts = [act for date in story.dates for act in date]
    ballots = story.all()
    teams = [
        [each for each, act in zip(ballots, acts, strict=True) if act.tool in (tool, "moved")]
        for tool in ("old", "new")
    ]
    return problem(story, [to_leads("team release", team) for team in teams], [unit(team) for team in teams])


def causes_beside_nearly_all(story: Story) -> Problem:
    """Causes are named of every release."""
    return problem(story, [to_leads("team release", story.all(), _with_all_causes)], [unit(story.all())])


def _with_all_causes(ballots: Sequence[Ballot]) -> Hashable:
    missed = [each for each in ballots if each.verdict is Verdict.MISSED]
    return (cell(ballots), tuple(sorted(large_causes(missed, max(each.k for each in ballots)).items())))


def causes_that_look_at_subjects(story: Story) -> Problem:
    """A cause is named if those who missed, and named it, are about three subjects, none over half."""

    def told(ballots: Sequence[Ballot]) -> Hashable:
        if publish(ballots).form is not Form.EXACT:
            return (cell(ballots), ())
        named = grouped((each for each in ballots if each.cause), lambda each: each.cause)
        return (cell(ballots), tuple(sorted((str(cause), len(by)) for cause, by in named.items() if about_a_team(by))))

    ballots = story.all()
    telling = Telling("team release", None, (part(ballots, told, lambda each: each.subject),))
    return problem(story, [telling], [unit(ballots)])


def dominance_among_missed(story: Story) -> Problem:
    """A team's release is held back when one subject makes up more than half of the missed."""

    def told(ballots: Sequence[Ballot]) -> Hashable:
        missed = grouped((each for each in ballots if each.verdict is Verdict.MISSED), lambda each: each.subject)
        largest = max(map(len, missed.values()), default=0)
        return ("held",) if 2 * largest > sum(map(len, missed.values())) else cell(ballots)

    ballots = story.all()
    telling = Telling("team release", None, (part(ballots, told, lambda each: each.subject),))
    return problem(story, [telling], [unit(ballots)] if told(ballots) != ("held",) else [])


def one_line_on_own_releases(story: Story) -> Problem:
    """Leads are told whether at most C + 2 of 2C + 5 or more own releases show any missed."""

    def served(ballots: Sequence[Ballot]) -> Hashable:
        return (int(publish(ballots).counts[Verdict.MISSED] == 0),)

    abouts = by_subject(story.all())
    alone = [own(about, served) for about in abouts]
    limit = len(abouts) - story.promise[1] - 2
    line = Telling("line", None, tuple(each.parts[0] for each in alone), lambda total: total[0] >= limit)
    return problem(story, [*alone, line], [])
