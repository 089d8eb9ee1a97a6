"""The solver itself, held against worlds rating by rating and groups one by one, without any argument by exchange."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Hashable, Mapping, Sequence

import pytest

from handclasp.ratings.models import Verdict

from . import variants
from .knowledge import Key, Problem, Telling, Voice, coalitions
from .variants import Act, Story

Pose = Callable[[Story], Problem]
SHAPES: list[tuple[Pose, list[list[tuple[int, int, str]]]]] = [
    (variants.as_it_is, [[(rater, 0, "trac") for rater in range(4)], [(4, 0, "trac"), (5, 0, "trac"), (0, 0, "trac")]]),
    (variants.own_and_team_overlap, [[(0, 0, ""), (1, 0, ""), (2, 0, ""), (3, 1, ""), (4, 1, ""), (5, 2, "")]]),
    (variants.on_reaching_k, [[(rater, 0, "") for rater in range(5)]]),
    (variants.hold_what_is_all_alike, [[(0, 0, ""), (1, 0, ""), (2, 0, "")], [(3, 0, ""), (4, 0, "")]]),
    (variants.never_nearly_all, [[(rater, 0, "") for rater in range(5)]]),
    (variants.nearly_all_without_colluders, [[(rater, 0, "") for rater in range(5)]]),
    (variants.breakdown_beside_total, [[(rater, 0, "trac" if rater < 3 else "jira") for rater in range(6)]]),
    (variants.mover_counts_twice, [[(r, r % 4, ("old", "moved", "new")[r % 3]) for r in range(6)]]),
    (variants.dominance_among_missed, [[(0, 0, ""), (1, 0, ""), (2, 1, ""), (3, 2, ""), (4, 1, "")]]),
]


@pytest.mark.parametrize("shape", range(len(SHAPES)))
def test_the_solver_finds_what_there_is_and_no_more(shape: int) -> None:
    """Some of these break and some do not; both ways agree on which, for every unit and coalition."""
    pose, dates = SHAPES[shape]
    chance = random.Random(shape)
    for _ in range(12):
        bias = chance.choice(list(Verdict))
        acts = tuple(
            tuple(
                Act(rater, subject, chance.choice([*Verdict, bias, bias]), tool=tool or "trac")
                for rater, subject, tool in date
            )
            for date in dates
        )
        posed = pose(Story((3, 1), acts))
        for coalition in coalitions({voter.rater for voter in posed.voters.values()}, 1):
            solved = posed.worlds(coalition, posed.tellings)
            worlds = one_by_one(posed, coalition, posed.tellings)
            for unit in posed.units:
                found = posed._fixed_group(unit, coalition, solved) is not None
                assert found is certain(posed, worlds, unit.keys, unit.at_stake, coalition)


def test_the_solver_knows_which_sums_give_a_figure_away() -> None:
    """Figures that are told apart but summed up, too: what each can be, world by world."""
    dates = [[(0, 0, ""), (1, 0, ""), (2, 0, ""), (3, 1, ""), (4, 2, ""), (5, 3, "")]]
    chance, certain_ones = random.Random(7), 0
    for _ in range(20):
        acts = tuple(Act(rater, subject, chance.choice(list(Verdict))) for rater, subject, _ in dates[0])
        posed = variants.team_release_beside_sum(Story((3, 1), (acts,)))
        figure = next(telling for telling in posed.tellings if telling.subject)
        for_leads = [telling for telling in posed.tellings if not telling.subject]
        for told in ([], for_leads[:1], for_leads[1:], for_leads):
            for coalition in coalitions({voter.rater for voter in posed.voters.values()}, 1):
                solved = posed.worlds(coalition, told).values(figure)
                plain = {value(posed, figure, world) for world in one_by_one(posed, coalition, told)}
                assert solved == plain
                certain_ones += len(solved) == 1
    assert certain_ones


def value(posed: Problem, telling: Telling, world: dict[Key, Voice]) -> Hashable:
    """What is told in a world."""
    return telling.value([part.tell(counted(posed, part.kinds, world)) for part in telling.parts])


def one_by_one(posed: Problem, coalition: frozenset[Hashable], tellings: Sequence[Telling]) -> list[dict[Key, Voice]]:
    """Every world in which everything told is what was told, rating by rating."""
    keys = list(posed.voters)
    knows = [posed.voters[key].rater in coalition for key in keys]
    found: list[dict[Key, Voice]] = []
    for said in itertools.product(
        *([posed.voters[key].voice] if known else posed.voices for key, known in zip(keys, knows, strict=True))
    ):
        world = dict(zip(keys, said, strict=True))
        if all(value(posed, telling, world) == posed.seen[telling] for telling in tellings):
            found.append(world)
    return found


def counted(posed: Problem, kinds: Mapping[Key, Hashable], world: dict[Key, Voice]) -> dict[Hashable, tuple[int, ...]]:
    """How many of each kind say what."""
    return {
        kind: tuple(
            sum(1 for key, its in kinds.items() if its == kind and world[key] == voice) for voice in posed.voices
        )
        for kind in set(kinds.values())
    }


def certain(
    posed: Problem,
    worlds: list[dict[Key, Voice]],
    unit: frozenset[Key],
    at_stake: frozenset[Key],
    coalition: frozenset[Hashable],
) -> bool:
    """True when some group of the unit's others, not all of them, has the same counts in every world."""
    others = [key for key in unit if posed.voters[key].rater not in coalition]
    raters = len({posed.voters[key].rater for key in others})
    if not any(key in at_stake and raters >= posed.voters[key].k for key in others):
        return False
    return any(
        len({tuple(sorted(world[key][0] for key in group)) for world in worlds}) == 1
        for size in range(1, len(others))
        for group in itertools.combinations(others, size)
        if at_stake.intersection(group)
    )
