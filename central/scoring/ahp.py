"""Analytic hierarchy process: weights, consistency, groups (domain.md §2.3), against the vectors of §5.2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import exp, log, sqrt

Matrix = tuple[tuple[float, ...], ...]

RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45)  # Saaty, n = 1..9
CR_MAX = 0.10
DISAGREEMENT_MAX = 2.0
_POWER_ROUNDS_MAX = 200
_NODA_ROUNDS_MAX = 50
_CONVERGED = 1e-14
_ENCLOSED = 1e-9  # of the root, once the weights stand still: small weights may stand still too early
_NODA_ENCLOSED = 1e-13
_PIVOT_MIN = 1e-15
_RECIPROCAL_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Priorities:
    """Weights (sum 1) of a comparison matrix and its consistency. `worst` are the three rows that contradict most."""

    weights: tuple[float, ...]
    lambda_max: float
    ci: float
    cr: float
    worst: tuple[int, int, int] | None

    @property
    def consistent(self) -> bool:
        """Whether CR < 0.10."""
        return self.cr < CR_MAX


class JudgementError(ValueError):
    """A matrix that is no comparison matrix, or one too inconsistent to use; the message names the cells."""


def priorities(matrix: Sequence[Sequence[float]]) -> Priorities:
    """Principal eigenvector (domain.md §2.3: power iteration); CI = (lambda - n)/(n - 1), CR = CI / RI(n).

    JudgementError when the matrix is not reciprocal. An inconsistent one is returned, its `consistent` is False.
    """
    judged = checked(matrix)
    size = len(judged)
    weights = _eigenvector(judged)
    image = _apply(judged, weights)
    lambda_max = sum(y / w for y, w in zip(image, weights, strict=True)) / size
    ci = max(0.0, (lambda_max - size) / (size - 1)) if size > 2 else 0.0
    return Priorities(
        weights=weights,
        lambda_max=lambda_max,
        ci=ci,
        cr=ci / RANDOM_INDEX[size - 1] if size > 2 else 0.0,
        worst=worst_triple(judged),
    )


def accepted(matrix: Sequence[Sequence[float]]) -> Priorities:
    """Priorities of a matrix that is consistent enough; JudgementError names the worst triple otherwise."""
    found = priorities(matrix)
    if found.consistent:
        return found
    raise JudgementError(
        f"CR {found.cr:.4f}: expected < {CR_MAX}; rows {found.worst} contradict each other most (counted from 0)"
    )


def checked(matrix: Sequence[Sequence[float]]) -> Matrix:
    """The matrix as floats; JudgementError unless square of 1..9, positive, diagonal 1 and reciprocal."""
    size = len(matrix)
    if not 1 <= size <= len(RANDOM_INDEX) or any(len(row) != size for row in matrix):
        raise JudgementError(f"matrix of {size} rows: expected square, 1 to {len(RANDOM_INDEX)} a side")
    for i in range(size):
        for j in range(size):
            if not matrix[i][j] > 0:
                raise JudgementError(f"cell ({i}, {j}) is {matrix[i][j]}: expected a positive judgement")
            if abs(matrix[i][j] * matrix[j][i] - 1) > _RECIPROCAL_TOLERANCE:
                raise JudgementError(f"cell ({i}, {j}) is {matrix[i][j]}: expected 1 / {matrix[j][i]} as opposite cell")
    return tuple(tuple(float(cell) for cell in row) for row in matrix)


def worst_triple(matrix: Matrix) -> tuple[int, int, int] | None:
    """Rows i, j, k with the largest |log(a_ij a_jk a_ki)|; None under three rows or when all agree."""
    triples = combinations(range(len(matrix)), 3)
    scored = [(abs(log(matrix[i][j] * matrix[j][k] * matrix[k][i])), (i, j, k)) for i, j, k in triples]
    off = [pair for pair in scored if pair[0] > _RECIPROCAL_TOLERANCE]
    return max(off, key=lambda pair: pair[0])[1] if off else None


def aggregate(matrices: Sequence[Sequence[Sequence[float]]], expert_weights: Sequence[float] | None = None) -> Matrix:
    """AIJ: weighted geometric mean of the judgements, cell by cell; the group judges as one and stays reciprocal."""
    judged = [checked(matrix) for matrix in matrices]
    shares = _shares(len(judged), expert_weights)
    size = len(judged[0])
    return tuple(
        tuple(exp(sum(share * log(m[i][j]) for m, share in zip(judged, shares, strict=True))) for j in range(size))
        for i in range(size)
    )


def distance(matrix: Sequence[Sequence[float]], group: Sequence[Sequence[float]]) -> float:
    """How far one judge is from the group: geometric standard deviation of his judgements around the group's over the
    pairs, 1 = the same."""
    one, other = checked(matrix), checked(group)
    pairs = list(combinations(range(len(one)), 2))
    if not pairs:
        return 1.0
    return exp(sqrt(sum(log(one[i][j] / other[i][j]) ** 2 for i, j in pairs) / len(pairs)))


def disagreement(matrices: Sequence[Sequence[Sequence[float]]]) -> tuple[float, tuple[int, int]]:
    """Largest geometric standard deviation over the cells (1 = all alike), and its cell; above 2.0 experts must talk.

    Population form over experts. A consistent group can still disagree, which its CR does not show.
    """
    judged = [checked(matrix) for matrix in matrices]
    size = len(judged[0])
    cells = [(i, j) for i in range(size) for j in range(i + 1, size)] or [(0, 0)]
    return max((_geometric_deviation([m[i][j] for m in judged]), (i, j)) for i, j in cells)


def _geometric_deviation(values: Sequence[float]) -> float:
    logs = [log(value) for value in values]
    mean = sum(logs) / len(logs)
    return exp(sqrt(sum((x - mean) ** 2 for x in logs) / len(logs)))


def _shares(count: int, expert_weights: Sequence[float] | None) -> list[float]:
    raw = list(expert_weights) if expert_weights is not None else [1.0] * count
    if len(raw) != count or count == 0 or any(weight <= 0 for weight in raw):
        raise JudgementError(f"expert weights {raw}: expected {count} positive numbers, at least one")
    return [weight / sum(raw) for weight in raw]


def _eigenvector(matrix: Matrix) -> tuple[float, ...]:
    """Power iteration; where it is not done within its rounds (two eigenvalues near in size), Noda's takes over."""
    weights = tuple(1.0 / len(matrix) for _ in matrix)
    for _ in range(_POWER_ROUNDS_MAX):
        following = _shared(_apply(matrix, weights))
        moved = max(abs(a - b) for a, b in zip(following, weights, strict=True))
        weights = following
        if moved < _CONVERGED and _enclosed(matrix, weights) <= _ENCLOSED:
            return weights
    return _noda(matrix, weights)


def _noda(matrix: Matrix, weights: tuple[float, ...]) -> tuple[float, ...]:
    """Inverse iteration with the largest ratio (Ax)_i / x_i as shift (Noda 1971): for positive matrices it stays
    positive and converges quadratically from anywhere, however near the second eigenvalue is."""
    for _ in range(_NODA_ROUNDS_MAX):
        if _enclosed(matrix, weights) <= _NODA_ENCLOSED:
            break
        shift = max(_ratios(matrix, weights))
        weights = _shared(_solved(matrix, weights, shift=shift))
    return weights


def _solved(matrix: Matrix, right: Sequence[float], *, shift: float) -> tuple[float, ...]:
    """x of (shift I - A) x = right by elimination; for an M-matrix it needs no pivoting, and all of x is positive."""
    size = len(matrix)
    rows = [[(shift if i == j else 0.0) - matrix[i][j] for j in range(size)] + [right[i]] for i in range(size)]
    for k in range(size):
        rows[k][k] = max(rows[k][k], shift * _PIVOT_MIN)  # rounding may eat the last one, when the shift is the root
        for i in range(k + 1, size):
            share = rows[i][k] / rows[k][k]
            rows[i] = [value - share * above for value, above in zip(rows[i], rows[k], strict=True)]
    found = [0.0] * size
    for k in reversed(range(size)):
        known = sum(rows[k][j] * found[j] for j in range(k + 1, size))
        found[k] = (rows[k][size] - known) / rows[k][k]
    return tuple(found)


def _enclosed(matrix: Matrix, weights: Sequence[float]) -> float:
    """Relative width of the interval that the root lies in (Collatz-Wielandt)."""
    ratios = _ratios(matrix, weights)
    return (max(ratios) - min(ratios)) / max(ratios)


def _ratios(matrix: Matrix, weights: Sequence[float]) -> list[float]:
    return [y / w for y, w in zip(_apply(matrix, weights), weights, strict=True)]


def _shared(values: Sequence[float]) -> tuple[float, ...]:
    total = sum(values)
    return tuple(value / total for value in values)


def _apply(matrix: Matrix, vector: Sequence[float]) -> tuple[float, ...]:
    return tuple(sum(a * w for a, w in zip(row, vector, strict=True)) for row in matrix)
