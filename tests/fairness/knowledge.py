"""What viewers can work out: exactly, from everything they see, the rules, and the verdicts of those who collude.

A *telling* is something somebody sees. It is told of *parts*: sets of ratings of which it tells a function of how many
said what. Who rated whom, when, where, and which rating is in which telling is known to everybody here; hidden is only
what each rating says. A *world* gives every rating a verdict; it is possible when everything told in it is what was
told. What is the same in all possible worlds is certain. Nothing is approximated: worlds are enumerated.

Ratings that are in the same parts, of the same kind, can exchange what they say without any telling changing. So
worlds are enumerated up to such exchanges, by counts (an *atom* is a set of ratings that can be exchanged), and
in a possible world in which an atom is not all alike, any two of its ratings can be made to exchange: a group that
holds a part of the atom then has no certain counts. `test_solver.py` holds this against worlds rating by rating.

Sums of published figures are solved over whole raters, by the sums that can be reached from either end. That is exact
where elimination and linear programming are not: they know fractions of raters, and miss what only whole ones fix.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from handclasp.ratings.models import Cause, Verdict

Key = bytes
Voice = tuple[Verdict, Cause | None]
Counts = tuple[int, ...]
"""How many said each voice, in the order of the problem's voices."""

PLAIN: tuple[Voice, ...] = tuple((verdict, None) for verdict in Verdict)
WITH_CAUSES: tuple[Voice, ...] = (*((Verdict.MISSED, cause) for cause in (None, *Cause)), *PLAIN[1:])
MOST_WORLDS = 3_000_000


@dataclass(frozen=True)
class Voter:
    """A rating: who gave it, what it says, and what it was promised."""

    key: Key
    rater: Hashable
    voice: Voice
    k: int
    colluders: int


@dataclass(frozen=True, eq=False)
class Part:
    """Some ratings, by kind, and what is told of them: a vector, from the counts of each kind."""

    kinds: Mapping[Key, Hashable]
    tell: Callable[[Mapping[Hashable, Counts]], tuple[Any, ...]]


@dataclass(frozen=True, eq=False)
class Telling:
    """What `subject` sees (None: every lead and admin): `finish` of the sum of what is told of the parts.

    With one part the sum is what is told of it, whatever it is made of.
    """

    what: str
    subject: Hashable | None
    parts: tuple[Part, ...]
    finish: Callable[[tuple[Any, ...]], Hashable] = field(default=lambda total: total)

    def value(self, told: Sequence[tuple[Any, ...]]) -> Hashable:
        """What is seen when this was told of the parts."""
        return self.finish(told[0] if len(told) == 1 else tuple(map(sum, zip(*told, strict=True))))


@dataclass(frozen=True)
class Break:
    """The promise, broken: how."""

    what: str
    how: str
    coalition: frozenset[Hashable] = frozenset()


@dataclass(frozen=True)
class Unit:
    """A release or a cell: within it the promise holds, for those whose `at_stake` verdicts are among `keys`."""

    keys: frozenset[Key]
    at_stake: frozenset[Key]


@cache
def shared_out(count: int, among: int) -> tuple[Counts, ...]:
    """Every way in which `count` ratings can be shared out among so many voices."""
    if among == 1:
        return ((count,),)
    return tuple((first, *rest) for first in range(count + 1) for rest in shared_out(count - first, among - 1))


@dataclass(frozen=True)
class Atom:
    """Ratings that can be exchanged, none of a colluder."""

    keys: tuple[Key, ...]


class Problem:
    """Ratings, everything told of them, and the groups within which the promise holds."""

    def __init__(
        self,
        voters: Iterable[Voter],
        tellings: Sequence[Telling],
        units: Sequence[Unit],
        voices: tuple[Voice, ...] = PLAIN,
    ) -> None:
        self.voters = {voter.key: voter for voter in voters}
        self.tellings = tellings
        self.units = units
        self.voices = voices
        self._verdicts = [verdict for verdict, _ in voices]
        self.seen = {telling: self._told(telling) for telling in tellings}
        self.parts = list({part: None for telling in tellings for part in telling.parts})
        self.place = {
            key: (
                *((number, part.kinds[key]) for number, part in enumerate(self.parts) if key in part.kinds),
                *(number for number, unit in enumerate(units) if key in unit.keys),
            )
            for key in self.voters
        }
        self.of_rater: defaultdict[Hashable, list[Key]] = defaultdict(list)
        for voter in self.voters.values():
            self.of_rater[voter.rater].append(voter.key)

    def _told(self, telling: Telling) -> Hashable:
        everything = {key: self._counts_of([key]) for part in telling.parts for key in part.kinds}
        return telling.value([_tell(part, everything.items()) for part in telling.parts])

    def _counts_of(self, keys: Iterable[Key]) -> Counts:
        counts = [0] * len(self.voices)
        for key in keys:
            counts[self.voices.index(self.voters[key].voice)] += 1
        return tuple(counts)

    # --- worlds --------------------------------------------------------------------------------------------------

    def worlds(self, coalition: Collection[Hashable], tellings: Sequence[Telling]) -> Worlds:
        """All worlds that are possible for somebody who sees `tellings` and knows what the coalition said."""
        return Worlds(self, frozenset(coalition), tellings)

    # --- the promise ---------------------------------------------------------------------------------------------

    def breaks(self, most: int) -> Iterator[Break]:
        """Every break of the promise by coalitions of at most `most` raters and by leads with `most` + 1 subjects."""
        tried: set[Hashable] = set()
        for coalition in coalitions({voter.rater for voter in self.voters.values()}, most):
            known = self._known_to(coalition)
            if known in tried:
                continue
            tried.add(known)
            worlds = self.worlds(coalition, self.tellings)
            for unit in self.units:
                found = self._fixed_group(unit, coalition, worlds)
                if found:
                    yield found
            yield from self.figures(coalition, most + 1)

    def _known_to(self, coalition: frozenset[Hashable]) -> Hashable:
        """The same for coalitions that differ only in who of those that can be exchanged is in them."""
        known = [
            sorted((str(self.place[key]), str(self.voters[key].voice)) for key in keys)
            for rater, keys in self.of_rater.items()
            if rater in coalition
        ]
        return str(sorted(known))

    def _fixed_group(self, unit: Unit, coalition: frozenset[Hashable], worlds: Worlds) -> Break | None:
        """A group that is not the whole of the unit's other raters, and whose counts are certain. One is a group."""
        others = frozenset(key for key in unit.keys if self.voters[key].rater not in coalition)
        raters = len({self.voters[key].rater for key in others})
        owed = {
            key
            for key in others & unit.at_stake
            if raters >= self.voters[key].k and len(coalition) <= self.voters[key].colluders
        }
        if not owed:
            return None
        atoms, possible = worlds.within(others)
        verdicts = [[self._by_verdict(counts) for counts in world] for world in possible]
        choices = [self._choices(index, atom, verdicts) for index, atom in enumerate(atoms)]
        for chosen in itertools.product(*choices):
            taken = sum(chosen)
            if not 0 < taken < len(others):
                continue
            sums = {
                tuple(
                    sum(self._share(world[i][v], len(atoms[i].keys), chosen[i]) for i in range(len(atoms)))
                    for v in range(len(Verdict))
                )
                for world in verdicts
            }
            if len(sums) == 1 and any(set(atoms[i].keys) & owed for i in range(len(atoms)) if chosen[i]):
                return Break(
                    self._what_holds(unit),
                    f"certain of {taken} of the {raters} other raters: {_words(next(iter(sums)))}",
                    coalition,
                )
        return None

    def _choices(self, index: int, atom: Atom, worlds: Sequence[Sequence[Counts]]) -> Sequence[int]:
        """How many of an atom a group with certain counts can hold: all or none, unless it is always all alike."""
        size = len(atom.keys)
        if all(max(world[index]) == size for world in worlds):
            return range(size + 1)
        return (0, size)

    @staticmethod
    def _share(count: int, size: int, chosen: int) -> int:
        """What `chosen` of `size` add when `count` of all say it: all or none, unless all are alike."""
        return count if chosen == size else chosen * (count == size)

    def _by_verdict(self, counts: Counts) -> Counts:
        told = dict.fromkeys(Verdict, 0)
        for verdict, count in zip(self._verdicts, counts, strict=True):
            told[verdict] += count
        return tuple(told.values())

    def _what_holds(self, unit: Unit) -> str:
        return "; ".join(
            telling.what for telling in self.tellings if any(unit.keys & part.kinds.keys() for part in telling.parts)
        )

    def figures(self, coalition: frozenset[Hashable], most_subjects: int) -> Iterator[Break]:
        """Figures that become certain for a lead, at most so many other subjects, and the coalition of raters."""
        figures = [telling for telling in self.tellings if telling.subject is not None]
        for_leads = [telling for telling in self.tellings if telling.subject is None]
        subjects = sorted({telling.subject for telling in figures}, key=str)
        if not for_leads or not subjects:
            return
        before = self.worlds(coalition, [])
        for size in range(min(most_subjects, len(subjects) - 1) + 1):
            for together in itertools.combinations(subjects, size):
                known = [telling for telling in figures if telling.subject in together]
                worlds = self.worlds(coalition, [*for_leads, *known])
                for figure in figures:
                    if figure.subject in together or len(worlds.values(figure)) > 1:
                        continue
                    if len(before.values(figure)) > 1:
                        yield Break(figure.what, f"certain for leads with {size} other subjects", coalition)


class Worlds:
    """The possible worlds. Apart where what is told of ratings never touches what is told of others; together else."""

    def __init__(self, problem: Problem, coalition: frozenset[Hashable], tellings: Sequence[Telling]) -> None:
        self.problem = problem
        self.tellings = tellings
        self.parts = problem.parts
        by_place: defaultdict[Hashable, list[Key]] = defaultdict(list)
        self.fixed: dict[Key, Counts] = {}
        for key, voter in problem.voters.items():
            if voter.rater in coalition:
                self.fixed[key] = problem._counts_of([key])
            else:
                by_place[problem.place[key]].append(key)
        self.atoms = [Atom(tuple(keys)) for keys in by_place.values()]
        self._joint: list[tuple[Counts, ...]] | None = None
        self._apart: dict[Part, list[tuple[dict[Atom, Counts], tuple[Any, ...]]]] | None = None
        if all(sum(key in part.kinds for part in self.parts) == 1 for key in problem.voters):
            self._apart = self._solve_apart()
        else:
            self._joint = self._solve_together()

    def within(self, keys: frozenset[Key]) -> tuple[list[Atom], list[tuple[Counts, ...]]]:
        """The atoms that make up `keys`, and what they can say together."""
        atoms = [atom for atom in self.atoms if keys.issuperset(atom.keys)]
        if sum(len(atom.keys) for atom in atoms) != len(keys):
            raise AssertionError("a unit is made of whole atoms")
        if self._joint is not None:
            places = [self.atoms.index(atom) for atom in atoms]
            return atoms, list({tuple(world[place] for place in places) for world in self._joint})
        return atoms, list({tuple(world[atom] for atom in atoms) for world in self._apart_worlds(atoms)})

    def _apart_worlds(self, atoms: Sequence[Atom]) -> Iterator[dict[Atom, Counts]]:
        assert self._apart is not None
        parts = [part for part in self.parts if any(atom.keys[0] in part.kinds for atom in atoms)]
        if len(parts) > 1 and any(len(telling.parts) > 1 for telling in self.tellings):
            raise AssertionError("a unit lies within one part, or its parts are told apart")
        for worlds in itertools.product(*(self._apart[part] for part in parts)):
            yield {atom: counts for world, _ in worlds for atom, counts in world.items()}

    def values(self, telling: Telling) -> set[Hashable]:
        """What a telling that is perhaps not seen can say."""
        if self._apart is not None:
            told = [{value for _, value in self._apart[part]} for part in telling.parts]
            if len(told) > 1 and any(len(seen.parts) > 1 for seen in self.tellings):
                raise AssertionError("figures of one part each")
            return {telling.value(values) for values in itertools.product(*told)}
        assert self._joint is not None
        return {telling.value([self._tell(part, world) for part in telling.parts]) for world in self._joint}

    def _tell(self, part: Part, world: tuple[Counts, ...]) -> tuple[Any, ...]:
        said = [(atom.keys[0], counts) for atom, counts in zip(self.atoms, world, strict=True)]
        return _tell(part, itertools.chain(self.fixed.items(), said))

    def _solve_together(self) -> list[tuple[Counts, ...]]:
        voices = len(self.problem.voices)
        ways = [shared_out(len(atom.keys), voices) for atom in self.atoms]
        if math.prod(map(len, ways)) > MOST_WORLDS:
            raise AssertionError("too many worlds for this solver")
        found: list[tuple[Counts, ...]] = []
        for world in itertools.product(*ways):
            told = {part: self._tell(part, world) for telling in self.tellings for part in telling.parts}
            if all(
                telling.value([told[part] for part in telling.parts]) == self.problem.seen[telling]
                for telling in self.tellings
            ):
                found.append(world)
        return found

    def _solve_apart(self) -> dict[Part, list[tuple[dict[Atom, Counts], tuple[Any, ...]]]]:
        """What each part can say. Parts are joined by sums only: the sums that can be reached from both ends."""
        possible = {part: self._alone(part) for part in self.parts}
        for telling in self.tellings:
            if len(telling.parts) == 1:
                part = telling.parts[0]
                possible[part] = [
                    way for way in possible[part] if telling.value([way[1]]) == self.problem.seen[telling]
                ]
        sums = [telling for telling in self.tellings if len(telling.parts) > 1]
        if not sums:
            return possible
        joined = [part for part in self.parts if any(part in telling.parts for telling in sums)]
        adds = [
            {value: tuple(value if part in telling.parts else None for telling in sums) for _, value in possible[part]}
            for part in joined
        ]
        ahead: list[set[tuple[Any, ...]]] = [{(None,) * len(sums)}]
        for values in adds:
            ahead.append({_plus(total, value) for total in ahead[-1] for value in values.values()})
        right = {
            total
            for total in ahead[-1]
            if all(
                telling.finish(part_total) == self.problem.seen[telling]
                for telling, part_total in zip(sums, total, strict=True)
            )
        }
        for index in range(len(joined) - 1, -1, -1):
            leads = {
                (before, value)
                for before in ahead[index]
                for value, added in adds[index].items()
                if _plus(before, added) in right
            }
            fitting = {value for _, value in leads}
            possible[joined[index]] = [way for way in possible[joined[index]] if way[1] in fitting]
            right = {before for before, _ in leads}
        return possible

    def _alone(self, part: Part) -> list[tuple[dict[Atom, Counts], tuple[Any, ...]]]:
        atoms = [atom for atom in self.atoms if atom.keys[0] in part.kinds]
        ways = [shared_out(len(atom.keys), len(self.problem.voices)) for atom in atoms]
        fixed = [(key, counts) for key, counts in self.fixed.items() if key in part.kinds]
        found: list[tuple[dict[Atom, Counts], tuple[Any, ...]]] = []
        for world in itertools.product(*ways):
            said = [(atom.keys[0], counts) for atom, counts in zip(atoms, world, strict=True)]
            found.append((dict(zip(atoms, world, strict=True)), _tell(part, [*fixed, *said])))
        return found


def _plus(total: tuple[Any, ...], added: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(
        old if new is None else (new if old is None else tuple(map(sum, zip(old, new, strict=True))))
        for old, new in zip(total, added, strict=True)
    )


def _tell(part: Part, said: Iterable[tuple[Key, Counts]]) -> tuple[Any, ...]:
    by_kind: dict[Hashable, Counts] = {}
    for key, counts in said:
        if key in part.kinds:
            kind = part.kinds[key]
            before = by_kind.get(kind)
            by_kind[kind] = counts if before is None else tuple(map(sum, zip(before, counts, strict=True)))
    return part.tell(by_kind)


def coalitions(raters: Collection[Hashable], most: int) -> Iterator[frozenset[Hashable]]:
    """Every coalition of at most `most` raters, nobody first."""
    ordered = sorted(raters, key=str)
    for size in range(most + 1):
        yield from map(frozenset, itertools.combinations(ordered, size))


def _words(counts: Counts) -> str:
    return ", ".join(f"{verdict.value} {count}" for verdict, count in zip(Verdict, counts, strict=True) if count)
