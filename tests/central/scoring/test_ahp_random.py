"""AHP against an independent eigen-solver (numpy.linalg.eig), over matrices that experts say and that none would."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np
import pytest

from central.scoring.ahp import RANDOM_INDEX, Matrix, aggregate, priorities

SAATY = (1 / 9, 1 / 8, 1 / 7, 1 / 6, 1 / 5, 1 / 4, 1 / 3, 1 / 2, 1, 2, 3, 4, 5, 6, 7, 8, 9)


def reciprocal(size: int, upper: dict[tuple[int, int], float]) -> Matrix:
    """The comparison matrix of these judgements (i < j)."""
    return tuple(
        tuple(1.0 if i == j else upper[i, j] if i < j else 1 / upper[j, i] for j in range(size)) for i in range(size)
    )


def perturbed(random: Random, size: int) -> Matrix:
    """A consistent matrix whose judgements are each off by up to a third."""
    weights = [random.uniform(1, 9) for _ in range(size)]
    pairs = [(i, j) for i in range(size) for j in range(i + 1, size)]
    return reciprocal(size, {(i, j): weights[i] / weights[j] * random.uniform(0.75, 1.33) for i, j in pairs})


def anything(random: Random, size: int) -> Matrix:
    """Judgements of somebody who throws dice."""
    return reciprocal(size, {(i, j): random.choice(SAATY) for i in range(size) for j in range(i + 1, size)})


def solved(matrix: Sequence[Sequence[float]]) -> tuple[list[float], float]:
    """Weights and root by LAPACK."""
    roots, vectors = np.linalg.eig(np.array(matrix, dtype=float))
    first = int(np.argmax(roots.real))
    vector = np.abs(vectors[:, first].real)
    return list(vector / vector.sum()), float(roots[first].real)


def agrees(matrix: Matrix) -> None:
    found, (weights, root) = priorities(matrix), solved(matrix)
    size = len(matrix)
    assert found.weights == pytest.approx(weights, rel=1e-8, abs=1e-12)
    assert found.lambda_max == pytest.approx(root, rel=1e-9)
    ci = max(0.0, (root - size) / (size - 1))
    assert found.cr == pytest.approx(ci / RANDOM_INDEX[size - 1], abs=1e-7)
    assert sum(found.weights) == pytest.approx(1, abs=1e-12)


@pytest.mark.requirement("A24")
@pytest.mark.parametrize("size", range(3, 10))
def test_twenty_nearly_consistent_and_twenty_thrown_matrices_of_each_size(size: int) -> None:
    """280 matrices in all."""
    random = Random(size)
    for _ in range(20):
        agrees(perturbed(random, size))
        agrees(anything(random, size))


@pytest.mark.parametrize("strength", [9.0, 1e3, 1e6])
def test_a_circle_of_contradictions_has_no_weights_but_equal_ones(strength: float) -> None:
    """a > b > c > a: the two other eigenvalues are nearly as large, so that plain power iteration crawls."""
    circle = ((1.0, strength, 1 / strength), (1 / strength, 1.0, strength), (strength, 1 / strength, 1.0))
    found = priorities(circle)
    assert found.weights == pytest.approx([1 / 3] * 3, abs=1e-12)
    assert found.lambda_max == pytest.approx(1 + strength + 1 / strength)


@pytest.mark.parametrize("size", [4, 6, 8, 9])
@pytest.mark.parametrize("gap", [1e2, 1e4, 1e6])
def test_two_camps_that_hardly_touch(size: int, gap: float) -> None:
    """Near-reducible: one half of the criteria is `gap` times the other, and each half runs in circles."""
    half = size // 2
    upper = {
        (i, j): gap if i < half <= j else 9.0 if (j - i) % 2 else 1 / 9 for i in range(size) for j in range(i + 1, size)
    }
    agrees(reciprocal(size, upper))


def test_an_aggregate_of_fifteen_dice_throwers_is_as_right() -> None:
    random = Random(15)
    agrees(aggregate([anything(random, 9) for _ in range(15)], [random.uniform(0.5, 3) for _ in range(15)]))
