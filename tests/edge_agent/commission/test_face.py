"""Guessing a face: storeys and bays counted, lines where they are, bowed ones bowed, unbuilt ones left open."""

import json

import numpy as np
import pytest

from edge_agent.commission.face import guess_face
from edge_agent.commission.shapes import Quad
from edge_agent.vision.frame import Image
from tests.edge_agent.commission.drawing import CORNERS, HEIGHT, QUAD, WIDTH, facade, true_row


def off_by(pixels: float, seed: int = 1) -> Quad:
    """The quad as a hand draws it."""
    moved = np.asarray(CORNERS) + np.random.default_rng(seed).uniform(-pixels, pixels, (4, 2))
    corners = [(float(x), float(y)) for x, y in moved]
    return Quad(corners=(corners[0], corners[1], corners[2], corners[3]))


def blank() -> Image:
    return np.full((HEIGHT, WIDTH, 3), 128, np.uint8)


@pytest.mark.parametrize(("rows", "cols"), [(5, 4), (9, 6), (12, 5)])
def test_storeys_and_bays_are_counted_and_their_lines_found(rows: int, cols: int) -> None:
    guess = guess_face(facade(rows=rows, cols=cols), off_by(4))
    assert (guess.rows.number, guess.cols.number) == (rows, cols)
    assert guess.rows.origin == "counted"
    storey_px = 330 / rows
    for row in range(1, rows):
        line = guess.row_lines[row]
        assert line.points is not None and line.origin == "seen"
        away = np.abs(np.asarray(line.points)[[0, -1], 1] - true_row(row, rows=rows, cols=cols)[:, 1])
        assert away.max() < 0.25 * storey_px


def test_lines_that_bow_are_drawn_bowed() -> None:
    guess = guess_face(facade(rows=8, cols=5, bow_px=9.0), QUAD, rows=8, cols=5)
    middle = guess.row_lines[4]
    assert middle.points is not None and len(middle.points) == 3
    ends_y = (middle.points[0][1] + middle.points[2][1]) / 2
    assert 5.0 < ends_y - middle.points[1][1] < 13.0


def test_storeys_not_built_yet_are_left_open() -> None:
    guess = guess_face(facade(rows=10, cols=5, standing=6, noise=0.0), QUAD, rows=10, cols=5)
    open_lines = [row for row, line in enumerate(guess.row_lines) if line.points is None]
    assert open_lines and min(open_lines) >= 6 and 10 not in open_lines


def test_storeys_above_the_quad_are_left_open() -> None:
    guess = guess_face(facade(rows=6, cols=4), QUAD, rows=9, cols=4, above=3)
    assert guess.rows.number == 9
    assert [line.points is None for line in guess.row_lines] == [False] * 7 + [True] * 3


def test_a_blank_wall_gives_a_guess_that_says_it_is_none() -> None:
    guess = guess_face(blank(), QUAD)
    assert guess.rows.origin == guess.cols.origin == "assumed"
    assert guess.rows.confidence == guess.cols.confidence == 0.0


def test_a_road_has_even_sections_and_says_that_they_are_assumed() -> None:
    strip = Quad(corners=((100, 460), (560, 460), (360, 150), (300, 150)))
    guess = guess_face(blank(), strip, rows=4, work_type="road")
    assert (guess.rows.origin, guess.cols.origin, guess.cols.number) == ("person", "assumed", 2)
    heights = [line.points[0][1] for line in guess.row_lines if line.points]
    steps = -np.diff(heights)
    assert (steps > 0).all() and (np.diff(steps) < 0).all()  # near sections are longer in the picture


def test_a_guess_goes_to_json() -> None:
    raw = json.loads(json.dumps(guess_face(facade(rows=5, cols=4), QUAD).to_json()))
    assert raw["rows"]["number"] == 5
    assert {"points", "origin", "confidence"} == set(raw["row_lines"][0])


@pytest.mark.parametrize(
    ("corners", "given", "says"),
    [
        ((CORNERS[3], CORNERS[2], CORNERS[1], CORNERS[0]), {}, "lower left, lower right"),
        ((CORNERS[0], CORNERS[2], CORNERS[1], CORNERS[3]), {}, "crossed"),
        ((CORNERS[0], CORNERS[1], (float("nan"), 3.0), CORNERS[3]), {}, "no number"),
        (CORNERS, {"rows": 0}, "rows = 0, expected 1 to 120"),
        (CORNERS, {"rows": 3, "above": 3}, "at least one inside"),
    ],
)
def test_what_is_no_face_is_refused(corners: tuple[tuple[float, float], ...], given: dict[str, int], says: str) -> None:
    quad = Quad(corners=(corners[0], corners[1], corners[2], corners[3]))
    with pytest.raises(ValueError, match=says):
        guess_face(blank(), quad, rows=given.get("rows"), above=given.get("above", 0))
