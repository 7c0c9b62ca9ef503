"""Data quality against the vector of domain.md §5.6 and at the edges of the grades."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from central.quality.score import Counted, quality_score

MONTH = Counted(
    expected=30, received=28, on_time=25, required=280, filled=270, checked=28, valid=26, pairs=20, agreeing=18
)


@pytest.mark.requirement("A48")
def test_the_vector() -> None:
    found = quality_score(MONTH)
    assert [round(float(share), 4) for share in found.shares.values() if share is not None] == [
        0.9,
        0.9286,
        0.8333,
        0.9,
    ]
    assert found.total is not None
    assert (round(float(found.total), 2), found.grade) == (89.19, "C")


@pytest.mark.parametrize(
    ("valid", "grade", "training"), [(950, "A", False), (949, "B", False), (900, "B", False), (899, "C", False),
     (800, "C", False), (799, "D", True), (600, "D", True), (599, "E", True), (0, "E", True)],
)  # fmt: skip
def test_grades_at_their_edges(valid: int, grade: str, training: bool) -> None:
    only_accuracy = Counted(
        expected=0, received=0, on_time=0, required=0, filled=0, checked=1000, valid=valid, pairs=0, agreeing=0
    )
    found = quality_score(only_accuracy)
    assert (found.total, found.grade, found.needs_training) == (Fraction(valid, 10), grade, training)
    assert found.insufficient is (valid < 600)


def test_a_dimension_with_nothing_to_count_leaves_its_weight_to_the_others() -> None:
    alone = quality_score(replace(MONTH, pairs=0, agreeing=0))
    assert alone.shares["consistency"] is None
    assert alone.total is not None
    assert round(float(alone.total), 2) == round((30 * 0.9 + 30 * 26 / 28 + 25 * 25 / 30) / 0.85, 2)


def test_nothing_at_all_has_no_score() -> None:
    nothing = Counted(expected=0, received=0, on_time=0, required=0, filled=0, checked=0, valid=0, pairs=0, agreeing=0)
    assert (quality_score(nothing).total, quality_score(nothing).grade) == (None, None)


def test_what_did_not_come_counts() -> None:
    silent = replace(MONTH, received=0, on_time=0, required=0, filled=0, checked=0, valid=0, pairs=0, agreeing=0)
    assert quality_score(silent).total == 0


@pytest.mark.parametrize(("field", "value"), [("received", 31), ("on_time", -1), ("valid", 29), ("agreeing", 21)])
def test_more_than_there_is_cannot_be(field: str, value: int) -> None:
    with pytest.raises(ValueError, match=field):
        replace(MONTH, **{field: value})
