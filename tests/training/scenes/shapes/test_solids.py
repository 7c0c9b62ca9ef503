"""Boxes and beams become the right vertices, and placing turns before it moves."""

import numpy as np
import pytest

from training.scenes.shapes.solids import Solids, join, place


def test_a_box_has_its_corners_whichever_way_its_ends_come() -> None:
    solids = Solids()
    solids.box("a", (2, 0), (0, 3), (1, 5), tint=0.25)
    mesh = solids.mesh()["a"]
    assert mesh.vertices.shape == (8, 3) and mesh.quads.shape == (6, 4)
    assert mesh.vertices.min(axis=0).tolist() == [0, 0, 1] and mesh.vertices.max(axis=0).tolist() == [2, 3, 5]
    assert set(mesh.tint.tolist()) == {0.25}


def test_an_empty_box_is_left_out() -> None:
    solids = Solids()
    solids.box("a", (1, 1), (0, 1), (0, 1))
    assert solids.mesh() == {}


@pytest.mark.parametrize("end", [(0.0, 0.0, 4.0), (4.0, 0.0, 0.0), (1.0, 2.0, 2.0)])
def test_a_beam_runs_from_start_to_end(end: tuple[float, float, float]) -> None:
    solids = Solids()
    solids.beam("a", (0.0, 0.0, 0.0), end, thick=0.2)
    vertices = solids.mesh()["a"].vertices
    assert vertices.mean(axis=0) == pytest.approx(np.asarray(end) / 2)
    along = np.asarray(end) / np.linalg.norm(end)
    across = vertices - np.outer(vertices @ along, along)
    assert np.linalg.norm(across, axis=1) == pytest.approx(np.full(8, 0.1 * np.sqrt(2)))


def test_uv_of_a_wall_is_in_metres() -> None:
    solids = Solids()
    solids.box("a", (0, 6), (0, 0.2), (0, 3))
    uv = solids.mesh()["a"].uv.reshape(-1, 2)
    assert uv.max(axis=0).tolist() == [6, 3]


def test_place_turns_about_z_then_moves() -> None:
    assert place(np.array([[1.0, 0.0, 2.0]]), origin=(10, 0, 0), yaw=np.pi / 2)[0] == pytest.approx([10, 1, 2])


def test_join_shifts_indices() -> None:
    solids = Solids()
    solids.box("a", (0, 1), (0, 1), (0, 1))
    part = solids.mesh()["a"]
    both = join([part, part])
    assert both.quads[6:].min() == 8 and both.vertices.shape == (16, 3)
