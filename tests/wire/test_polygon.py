"""Polygons filled without OpenCV: the even-odd rule at pixel places, cut at the frame."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wire.scene.polygon import filled
from wire.scene.projection import projected, projection

SHAPES: dict[str, tuple[list[Any], int]] = {
    "a box": ([[(2, 1), (5, 1), (5, 4), (2, 4)]], 9),
    "two boxes": ([[(0, 0), (2, 0), (2, 2), (0, 2)], [(1, 1), (3, 1), (3, 3), (1, 3)]], 7),
    "a box half out of the frame": ([[(-5, -5), (2, -5), (2, 2), (-5, 2)]], 4),
    "a box beyond it": ([[(20, 20), (30, 20), (30, 30)]], 0),
    "all of it": ([[(-9, -9), (99, -9), (99, 99), (-9, 99)]], 80),
    "a triangle": ([[(0, 0), (8, 0), (0, 8)]], 36),
    "no height": ([[(1, 3), (5, 3), (7, 3)]], 0),
    "nothing": ([], 0),
}


@pytest.mark.parametrize(("polygons", "inside"), SHAPES.values(), ids=SHAPES.keys())
def test_filled(polygons: list[Any], inside: int) -> None:
    mask = filled(polygons, width=10, height=8)
    assert mask.shape == (8, 10)
    assert mask.sum() == inside


def test_where_it_is_filled() -> None:
    mask = filled([[(2, 1), (5, 1), (5, 4), (2, 4)]], width=10, height=8)
    assert mask[1:4, 2:5].all()
    assert not mask[4:].any()


def test_many_edges_turn_a_pixel_over_as_often_as_they_should() -> None:
    zigzag = [(x, 0 if x % 2 else 40) for x in range(400)] + [(400, 50), (0, 50)]
    assert filled([zigzag], width=401, height=51)[45, 5:395].all()


def test_four_points_go_where_they_should_and_back() -> None:
    there = projection([(0, 0), (1, 0), (1, 1), (0, 1)], [(10, 90), (80, 80), (70, 10), (20, 20)])
    assert projected([(0, 0), (1, 1)], there) == pytest.approx(np.array([[10, 90], [70, 10]]))
    back = projection([(10, 90), (80, 80), (70, 10), (20, 20)], [(0, 0), (1, 0), (1, 1), (0, 1)])
    assert projected(projected([(0.3, 0.6)], there), back) == pytest.approx(np.array([[0.3, 0.6]]))
