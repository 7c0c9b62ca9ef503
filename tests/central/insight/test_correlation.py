"""Correlation against exact data; what it refuses; no word about causes anywhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import central.insight
from central.insight.correlation import NOT_CAUSE, Point, correlated

CAUSAL = re.compile(
    r"因为|由于|导致|致使|引起|造成|促使|使得|归因|because|caus(?:e|ed|es)\b|due to|leads? to|thanks to|owing to", re.I
)


def points(xs: list[int], ys: list[int]) -> list[Point]:
    """A scatter."""
    return [Point(id=f"p{at:02}", x=x, y=y) for at, (x, y) in enumerate(zip(xs, ys, strict=True))]


@pytest.mark.requirement("B29")
def test_known_data_have_a_correlation_of_0_8() -> None:
    """y = 4 x + 3 e with e orthogonal to x and of the same length: r = 4/5 exactly."""
    xs, es = [3, -3, 3, -3, 1, -1, 1, -1], [3, -3, -3, 3, 1, -1, -1, 1]
    assert sum(x * e for x, e in zip(xs, es, strict=True)) == 0
    assert sum(x * x for x in xs) == sum(e * e for e in es)
    found = correlated(points(xs, [4 * x + 3 * e for x, e in zip(xs, es, strict=True)]))
    assert found.pearson is not None
    assert found.pearson.value == pytest.approx(0.8, abs=1e-6)
    assert found.pearson.p == pytest.approx(0.01712, abs=1e-9)
    assert (found.pearson.low, found.pearson.high) == pytest.approx((0.2185089, 0.9622281), abs=1e-6)
    assert (found.n, found.label) == (8, NOT_CAUSE)


@pytest.mark.requirement("B29")
def test_known_ranks_have_a_spearman_of_0_8() -> None:
    """1 - 6 Σd² / (n (n² - 1)) with Σd² = 24 and n = 9 is 0.8."""
    ys = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    for one, other in ((0, 2), (3, 5), (6, 8)):  # each pair of places apart by two: d² = 4 + 4
        ys[one], ys[other] = ys[other], ys[one]
    found = correlated(points([value**3 for value in range(1, 10)], ys))
    assert found.spearman is not None
    assert found.spearman.value == pytest.approx(0.8, abs=1e-6)
    assert found.spearman.low < 0.8 < found.spearman.high


def test_ties_take_their_mean_rank() -> None:
    found = correlated(points([1, 1, 2, 2, 3, 3, 4, 4], [1, 2, 3, 4, 5, 6, 7, 8]))
    assert found.spearman is not None
    assert found.spearman.value == pytest.approx(0.9759000729, abs=1e-9)


@pytest.mark.requirement("B29")
def test_under_eight_it_is_refused() -> None:
    found = correlated(points(list(range(7)), list(range(7))))
    assert (found.pearson, found.spearman, found.n) == (None, None, 7)
    assert found.refused is not None
    assert "样本不足" in found.refused.zh


def test_what_never_changes_has_no_correlation() -> None:
    found = correlated(points([5] * 9, list(range(9))))
    assert found.pearson is None
    assert found.refused is not None


def test_a_perfect_line_is_one() -> None:
    found = correlated(points(list(range(9)), [7 - 3 * at for at in range(9)]))
    assert found.pearson is not None
    assert (found.pearson.value, found.pearson.p, found.pearson.low) == (-1.0, 0.0, -1.0)


@pytest.mark.requirement("B29")
@pytest.mark.parametrize("name", ["correlation", "horizontal", "compare"])
def test_no_text_speaks_of_causes(name: str) -> None:
    """Every string of these files that people read; the label itself says that there is none."""
    source = (Path(central.insight.__file__).parent / f"{name}.py").read_text()
    spoken = "\n".join(re.findall(r'"[^"\n]*"', source.split('"""', 2)[2])).replace("Correlation is not causation", "")
    assert CAUSAL.findall(spoken) == []
    assert NOT_CAUSE.zh == "相关不等于因果"
