"""A cell by itself: nothing is certain in it, for every size, everything its raters may say, and every coalition."""

from __future__ import annotations

import itertools
import os
from collections.abc import Hashable, Iterable

import pytest

from handclasp.ratings.models import Verdict
from handclasp.releases import decision

from .cells import Found, Promise, Telling, as_seen, attack_all, ballot, cast, owed, telling
from .knowledge import Counts, shared_out

FULL = os.environ.get("HANDCLASP_FAIRNESS") == "full"
PAIRS: tuple[Promise, ...] = ((5, 1), (5, 2), (5, 3), (3, 1))
LARGEST = 16


@pytest.mark.parametrize("pair", PAIRS)
def test_rule_04_no_cell_breaks(pair: Promise) -> None:
    cells = tries = 0
    for size in range(pair[0], LARGEST + 1):
        for counts in shared_out(size, len(Verdict)):
            tried, found = attack_all(telling((pair,) * size), counts)
            assert not broken((pair,), size, found), (size, counts)
            cells, tries = cells + 1, tries + tried
    print(f"(k, C) = {pair}: {cells} cells of up to {LARGEST} raters, {tries} coalitions, 0 breaks")


@pytest.mark.parametrize("pair", PAIRS)
def test_rule_04_one_fewer_hidden_breaks_at_every_size(pair: Promise, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound 1 + min(n - k, C) is tight: with one less, every size of cell can be broken."""
    hidden = decision._differing_hidden
    monkeypatch.setattr(decision, "_differing_hidden", lambda counted: hidden(counted) - 1)
    for size in range(pair[0], LARGEST + 1):
        told = Telling((pair,) * size)
        assert any(broken((pair,), size, attack_all(told, counts)[1]) for counts in told.told), size


def test_rule_12_promises_of_several_policies_hold_in_one_cell() -> None:
    """Every mix of two promises, also with other k and C than the four pairs have."""
    several = (*PAIRS, (4, 2), (6, 1), (7, 5))
    cells = tries = 0
    for one, other in itertools.combinations(several, 2):
        for size in range(max(one[0], other[0]), 14 if FULL else 10):
            for of_one in range(1, size):
                promises = tuple(sorted((one,) * of_one + (other,) * (size - of_one)))
                for counts in shared_out(size, len(Verdict)):
                    # Who is found out could be any of them: take it that everybody's promise is at stake.
                    tried, found = attack_all(telling(promises), counts)
                    assert not broken((one, other), size, found), (promises, counts)
                    cells, tries = cells + 1, tries + tried
    print(f"mixed promises: {cells} cells, {tries} coalitions, 0 breaks")


def broken(promises: Iterable[Promise], raters: int, found: Iterable[Found]) -> list[Found]:
    """Those of `found` that break one of the promises."""
    return [each for each in found if owed(promises, raters, each)]


def test_rule_04_what_a_cell_tells_depends_on_counts_alone() -> None:
    """Rating by rating: who of them said it, and to whom which promise was made, changes nothing that is seen."""
    promises: tuple[Promise, ...] = ((3, 1), (3, 1), (5, 2), (5, 3), (5, 1), (4, 2))
    seen: dict[Counts, set[tuple[Hashable, ...]]] = {}
    for said in itertools.product(Verdict, repeat=len(promises)):
        ballots = [ballot(number, verdict, promises[number]) for number, verdict in enumerate(said)]
        counts = tuple(said.count(verdict) for verdict in Verdict)
        for ordered in (ballots, ballots[::-1]):
            seen.setdefault(counts, set()).add(as_seen(decision.publish(ordered)))
    assert all(len(told) == 1 for told in seen.values())


def test_rule_04_certain_means_certain_rating_by_rating() -> None:
    """The argument by exchange, checked without it: worlds and groups rating by rating, for small cells."""
    k, _ = pair = (3, 1)
    for size in range(k, 7):
        told = telling((pair,) * size)
        for counts in told.told:
            ballots = cast((pair,) * size, counts)
            worlds = [
                said
                for said in itertools.product(Verdict, repeat=size)
                if told.told[tuple(said.count(verdict) for verdict in Verdict)] == told.told[counts]
            ]
            for coalition in [(), *((number,) for number in range(size))]:
                others = [number for number in range(size) if number not in coalition]
                left = [world for world in worlds if all(world[i] is ballots[i].verdict for i in coalition)]
                if len(others) >= k:
                    assert not certain_groups(left, others), (counts, coalition)


def certain_groups(worlds: list[tuple[Verdict, ...]], others: list[int]) -> list[tuple[int, ...]]:
    return [
        group
        for group_size in range(1, len(others))
        for group in itertools.combinations(others, group_size)
        if len({tuple(sorted(world[number] for number in group)) for world in worlds}) == 1
    ]
