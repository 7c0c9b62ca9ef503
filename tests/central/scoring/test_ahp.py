"""AHP against the vectors of domain.md §5.2."""

from __future__ import annotations

from math import sqrt

import pytest

from central.scoring.ahp import (
    DISAGREEMENT_MAX,
    JudgementError,
    Matrix,
    accepted,
    aggregate,
    disagreement,
    priorities,
)

M1: Matrix = ((1, 1 / 3, 1 / 2), (3, 1, 2), (2, 1 / 2, 1))
M2: Matrix = ((1, 1 / 2, 1 / 4), (2, 1, 1 / 3), (4, 3, 1))
TORN: Matrix = ((1, 2, 1 / 4), (1 / 2, 1, 3), (4, 1 / 3, 1))
FOUR: Matrix = ((1, 1 / 2, 1 / 3, 1 / 4), (2, 1, 1 / 2, 1 / 3), (3, 2, 1, 1 / 2), (4, 3, 2, 1))


@pytest.mark.requirement("A24")
@pytest.mark.parametrize(
    ("matrix", "weights", "cr"),
    [
        (M1, (0.1634, 0.5396, 0.2970), 0.0079),
        (M2, (0.1365, 0.2385, 0.6250), 0.0158),
        (aggregate([M1, M2]), (0.1591, 0.3821, 0.4588), 0.0003),
        (FOUR, (0.0954, 0.1601, 0.2772, 0.4673), 0.0115),
        (((1, 9), (1 / 9, 1)), (0.9, 0.1), 0.0),
        (((1,),), (1.0,), 0.0),
    ],
)
def test_weights_and_ratio(matrix: Matrix, weights: tuple[float, ...], cr: float) -> None:
    found = priorities(matrix)
    assert tuple(round(w, 4) for w in found.weights) == weights
    assert round(found.cr, 4) == cr
    assert found.consistent
    assert sum(found.weights) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(
    ("matrix", "lam", "ci"), [(M1, 3.0092, 0.0046), (FOUR, 4.0310, 0.0103), (TORN, 4.2312, 0.6156)]
)
def test_lambda_and_index(matrix: Matrix, lam: float, ci: float) -> None:
    found = priorities(matrix)
    assert (round(found.lambda_max, 4), round(found.ci, 4)) == (lam, ci)


@pytest.mark.requirement("A24")
def test_an_inconsistent_matrix_is_refused_with_its_worst_triple() -> None:
    assert round(priorities(TORN).cr, 4) == 1.0614
    with pytest.raises(JudgementError, match=r"CR 1\.0614.*\(0, 1, 2\)"):
        accepted(TORN)


def test_the_worst_triple_of_a_larger_matrix() -> None:
    """Rows 0, 2, 3 run in a circle; everything else agrees that all are alike."""
    matrix = ((1, 1, 5, 1 / 5), (1, 1, 1, 1), (1 / 5, 1, 1, 5), (5, 1, 1 / 5, 1))
    assert priorities(matrix).worst == (0, 2, 3)
    assert priorities(((1, 2, 4), (1 / 2, 1, 2), (1 / 4, 1 / 2, 1))).worst is None


def test_group_priorities_are_those_of_the_group_judgement() -> None:
    means = [sqrt(one * other) for one, other in zip(priorities(M1).weights, priorities(M2).weights, strict=True)]
    geometric = [mean / sum(means) for mean in means]  # AIP, which the product does not use, says the same here
    assert geometric == pytest.approx(priorities(aggregate([M1, M2])).weights, abs=1e-4)


def test_an_aggregate_stays_reciprocal_whatever_the_experts_weigh() -> None:
    found = aggregate([M1, M2], [3, 1])
    for i in range(3):
        for j in range(3):
            assert found[i][j] * found[j][i] == pytest.approx(1)
    assert aggregate([M1], [7])[0] == pytest.approx(M1[0])


def test_two_consistent_experts_can_disagree() -> None:
    spread, cell = disagreement([M1, M2])
    assert spread > DISAGREEMENT_MAX
    assert cell == (1, 2)
    assert disagreement([M1, M1])[0] == pytest.approx(1)


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        (((1, 2), (2, 1)), r"cell \(0, 1\) is 2: expected 1 / 2"),
        (((1, 2), (0.5, 2)), r"cell \(1, 1\)"),
        (((1, -2), (-0.5, 1)), "expected a positive"),
        (((1, 2),), "expected square"),
        ((), "0 rows"),
        (tuple((1.0,) * 10 for _ in range(10)), "10 rows"),
    ],
)
def test_what_is_no_comparison_matrix(matrix: Matrix, words: str) -> None:
    with pytest.raises(JudgementError, match=words):
        priorities(matrix)


@pytest.mark.parametrize("weights", [[1.0], [1.0, 0.0], [1.0, -1.0]])
def test_expert_weights_must_fit(weights: list[float]) -> None:
    with pytest.raises(JudgementError, match="expert weights"):
        aggregate([M1, M2], weights)
