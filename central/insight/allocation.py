"""Advisory allocation of a budget: the choice of options with the greatest expected gain that costs no more. Pure.

domain.md B32, D35: a 0/1 knapsack in which a project takes at most one of its options. Exact over all choices none of
which is both dearer and worse (Nemhauser and Ullmann); where these become too many, exact on money in whole steps,
every cost rounded up to a step and the budget down, so that the result never exceeds the budget in fen either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray

CHOICES_MAX = 1_500
STEPS = 10_000
OPTIONS_MAX = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """What may be paid for: `id` within its project, cost in fen, expected gain as an integer in one unit for all."""

    project: str
    id: str
    cost_fen: int
    gain: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """The advised choice, by (project, id). `gain` is the objective reached, `cost_fen` never above the budget.

    `step_fen` = money was counted in steps of so much (1 = to the fen, and no choice is better); `bound` = no choice
    whatever gains more than this.
    """

    chosen: tuple[Option, ...]
    left_out: tuple[Option, ...]
    budget_fen: int
    cost_fen: int
    gain: int
    bound: int
    step_fen: int

    @property
    def exact(self) -> bool:
        """Whether it is proved that no choice gains more."""
        return self.step_fen == 1 or self.gain == self.bound


@dataclass(frozen=True, slots=True)
class _Choice:
    cost: int
    gain: int
    picked: tuple[int, ...]  # option numbers, ascending


def allocate(options: Sequence[Option], *, budget_fen: int) -> Allocation:
    """The best choice within the budget; of equals the cheaper, then the one with the smaller ids.

    ValueError for a negative budget, cost or gain, for the same option twice, and for more than OPTIONS_MAX options.
    """
    ordered = sorted(options, key=lambda one: (one.project, one.id))
    _check(ordered, budget_fen)
    groups = [list(of) for _, of in groupby(range(len(ordered)), key=lambda number: ordered[number].project)]
    step, picked = 1, _exactly(ordered, groups, budget_fen)
    if picked is None:
        step = max(-(-budget_fen // STEPS), 1)
        picked = _in_steps(ordered, groups, budget_fen, step)
    chosen = tuple(ordered[number] for number in picked)
    gain = sum(one.gain for one in chosen)
    return Allocation(
        chosen=chosen,
        left_out=tuple(one for number, one in enumerate(ordered) if number not in set(picked)),
        budget_fen=budget_fen,
        cost_fen=sum(one.cost_fen for one in chosen),
        gain=gain,
        bound=gain if step == 1 else max(gain, _bound(ordered, groups, budget_fen)),
        step_fen=step,
    )


def _check(options: Sequence[Option], budget_fen: int) -> None:
    if budget_fen < 0:
        raise ValueError(f"budget {budget_fen} fen: expected 0 or more")
    if len(options) > OPTIONS_MAX:
        raise ValueError(f"{len(options)} options: expected at most {OPTIONS_MAX}")
    keys = [(one.project, one.id) for one in options]
    for one, before in zip(options[1:], keys, strict=False):
        if (one.project, one.id) == before:
            raise ValueError(f"option {one.id} of {one.project} twice: expected each once")
    for one in options:
        if one.cost_fen < 0 or one.gain < 0:
            what = f"option {one.id} of {one.project} costs {one.cost_fen} fen and gains {one.gain}"
            raise ValueError(f"{what}: expected 0 or more")


def _exactly(options: Sequence[Option], groups: Sequence[Sequence[int]], budget: int) -> tuple[int, ...] | None:
    """The best choice to the fen; None when there are too many to keep."""
    best = [_Choice(0, 0, ())]
    for group in groups:
        wider = list(best)
        for number in group:
            cost, gain = options[number].cost_fen, options[number].gain
            if gain:
                wider += [
                    _Choice(one.cost + cost, one.gain + gain, (*one.picked, number))
                    for one in best
                    if one.cost + cost <= budget
                ]
        best = _undominated(wider)
        if len(best) > CHOICES_MAX:
            return None
    return best[-1].picked


def _undominated(choices: list[_Choice]) -> list[_Choice]:
    """Choices by cost of which each gains more than all cheaper ones."""
    choices.sort(key=lambda one: (one.cost, -one.gain, one.picked))
    found: list[_Choice] = []
    for one in choices:
        if not found or one.gain > found[-1].gain:
            found.append(one)
    return found


def _in_steps(options: Sequence[Option], groups: Sequence[Sequence[int]], budget: int, step: int) -> tuple[int, ...]:
    """The best choice with costs in whole steps, rounded up: dynamic programming over the money spent."""
    room = budget // step
    gains = np.zeros(room + 1, dtype=object if _huge(options) else np.int64)
    taken: list[NDArray[np.int32]] = []
    for group in groups:
        new, choice = gains.copy(), np.full(room + 1, -1, dtype=np.int32)
        for number in group:
            cost = -(-options[number].cost_fen // step)
            if cost > room or not options[number].gain:
                continue
            offered = gains[: room + 1 - cost] + options[number].gain
            better = offered > new[cost:]
            new[cost:][better] = offered[better]
            choice[cost:][better] = number
        gains = new
        taken.append(choice)
    picked: list[int] = []
    at = int(np.argmax(gains))  # the first of equals: the cheapest
    for choice in reversed(taken):
        number = int(choice[at])
        if number >= 0:
            picked.append(number)
            at -= -(-options[number].cost_fen // step)
    return tuple(sorted(picked))


def _huge(options: Sequence[Option]) -> bool:
    return sum(one.gain for one in options) >= 2**62


def _bound(options: Sequence[Option], groups: Sequence[Sequence[int]], budget: int) -> int:
    """What no choice can exceed: the gain if a part of an option could be bought too, the most for the money first
    (each project by the upper hull of its options), rounded up."""
    pieces: list[tuple[int, int]] = []
    free = 0
    for group in groups:
        hull = [(0, 0)]
        for cost, gain in sorted((options[n].cost_fen, options[n].gain) for n in group):
            if gain <= hull[-1][1]:
                continue
            if cost == hull[-1][0]:
                hull.pop()
            while len(hull) > 1 and (gain - hull[-2][1]) * (hull[-1][0] - hull[-2][0]) >= (
                hull[-1][1] - hull[-2][1]
            ) * (cost - hull[-2][0]):
                hull.pop()
            hull.append((cost, gain))
        free += hull[0][1] if hull and hull[0][0] == 0 else 0
        pieces += [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(hull)]
    total, left = free, budget
    for cost, gain in sorted(pieces, key=lambda one: Fraction(one[1], one[0]), reverse=True):
        if cost > left:
            return total + -(-gain * left // cost)
        total, left = total + gain, left - cost
    return total
