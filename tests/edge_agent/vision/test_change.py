"""What comparing two pictures of a wall tells: what was done to it, and nothing about the light."""

import numpy as np
import pytest

from edge_agent.vision.change import MOST, cell_box, change_evidence, shrunk
from edge_agent.vision.frame import Image
from edge_agent.vision.rectify import canvas_size
from training.sketch import estate

ROWS, COLS = 5, 6
EVERY = np.ones((ROWS, COLS), bool)


def wall(stage: np.ndarray, *, day: int, seed: int = 3) -> Image:
    """A drawn facade on a day with its own light, as a half-size canvas; stages rows x cols from the ground up."""
    table = np.pad(stage[::-1], 1, mode="edge")
    picture = estate.draw(table, seed=seed, light=np.random.default_rng(day))
    return shrunk(np.ascontiguousarray(picture[: canvas_size(ROWS, COLS)[0], 24:-24]))


def lit(picture: Image, day: int) -> Image:
    """In the light of another hour: brighter or darker, redder or bluer, from another side, with a sensor's noise."""
    rng = np.random.default_rng(day)
    gain = rng.uniform(0.55, 1.3) * rng.uniform(0.9, 1.1, 3)
    across = np.linspace(0.95, 1.05, picture.shape[1])[None, :: int(rng.choice((-1, 1))), None]
    return np.asarray(np.clip(picture * gain * across + rng.normal(0, 3, picture.shape), 0, 255), np.uint8)


@pytest.mark.parametrize("seed", range(6))
def test_cells_that_were_worked_on_are_found_whatever_the_light(seed: int) -> None:
    old, now = np.zeros((ROWS, COLS), np.int64), np.zeros((ROWS, COLS), np.int64)
    now[3:, 1:3] = 2  # boards where an old wall was
    evidence = change_evidence(lit(wall(old, day=1, seed=seed), 11), lit(wall(now, day=2, seed=seed), 12), EVERY)
    inside = np.zeros_like(EVERY)
    inside[3:, 1:3] = True
    assert evidence[inside].mean() > 0.4
    assert evidence[inside].mean() > evidence[~inside].mean() + 0.8


@pytest.mark.parametrize("day", range(6))
def test_the_same_wall_in_another_light_has_not_changed(day: int) -> None:
    stage = np.tile(np.array([0, 1, 2, 3, 4])[:, None], COLS)
    evidence = change_evidence(lit(wall(stage, day=1), 20), lit(wall(stage, day=1), 30 + day), EVERY)
    assert evidence.mean() < -1
    assert evidence.max() < 0.5


def test_cells_that_one_picture_does_not_show_say_nothing() -> None:
    old, now = np.zeros((ROWS, COLS), np.int64), np.full((ROWS, COLS), 2)
    both = EVERY.copy()
    both[:, 3:] = False
    evidence = change_evidence(wall(old, day=1), wall(now, day=1), both)
    assert (evidence[:, 3:] == 0).all()
    assert (change_evidence(wall(old, day=1), wall(now, day=1), ~EVERY) == 0).all()


def test_what_is_compared_is_the_cell_of_its_row_and_column() -> None:
    picture = wall(np.zeros((ROWS, COLS), np.int64), day=1)
    painted = picture.copy()
    painted[cell_box(1, 4, rows=ROWS)] = np.random.default_rng(0).integers(0, 255, (24, 24, 3))
    evidence = change_evidence(picture, painted, EVERY)
    assert np.argwhere(evidence > 1).tolist() == [[1, 4]]


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_shown_the_evidence_is_a_number_and_bounded(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, cols = int(rng.integers(1, 7)), int(rng.integers(1, 7))
    height, width = (side // 2 for side in canvas_size(rows, cols))
    noise = rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
    pictures = [np.zeros_like(noise), np.full_like(noise, 255), noise, noise[::-1]]
    for before in pictures:
        for now in pictures:
            both = rng.random((rows, cols)) < 0.7
            evidence = change_evidence(before, now, both)
            assert evidence.shape == (rows, cols)
            assert np.isfinite(evidence).all()
            assert (np.abs(evidence) <= MOST).all()
            assert (evidence[~both] == 0).all()
