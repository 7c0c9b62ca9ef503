"""Lens, quads, anchors and the preview: what is proposed fits what was drawn."""

import cv2
import numpy as np
import pytest

from edge_agent.commission.anchors import guess_anchors
from edge_agent.commission.lens import fit_lens, to_ideal, to_native
from edge_agent.commission.preview import draw_preview
from edge_agent.commission.quad import guess_quad
from edge_agent.vision.frame import Image
from edge_agent.vision.mask import filled
from edge_agent.vision.scene import Camera
from tests.edge_agent.commission.drawing import CORNERS, HEIGHT, WIDTH, facade
from tests.edge_agent.vision.drawing import a_scene, backdrop
from wire.scene.grid import node_grid
from wire.scene.sight import cell_sight, hidden_reasons


def camera(k1: float = 0.0, k2: float = 0.0) -> Camera:
    return Camera(camera_id="c", width_px=1920, height_px=1080, k1=k1, k2=k2)


@pytest.mark.parametrize(("k1", "k2"), [(-0.25, 0.0), (-0.08, 0.0), (0.05, 0.0), (-0.2, 0.05)])
def test_the_lens_is_found_from_straight_lines(k1: float, k2: float) -> None:
    x = np.linspace(50, 1870, 9)
    straight = [np.stack([x, np.full_like(x, y)], axis=-1) for y in (60.0, 200.0, 1000.0)]
    bent = [to_native(line, camera(k1, k2)) for line in straight]
    found = fit_lens([tuple((float(a), float(b)) for a, b in line) for line in bent], camera())
    assert found.after_px < 0.3 < found.before_px
    again = to_ideal(bent[0], camera(found.k1, found.k2))
    assert np.ptp(again[:, 1]) < 1.5


def test_there_and_back_through_the_lens() -> None:
    points = np.random.default_rng(1).uniform(0, 1000, (50, 2))
    np.testing.assert_allclose(to_ideal(to_native(points, camera(-0.2)), camera(-0.2)), points, atol=0.01)


def test_lines_of_two_points_say_nothing_of_a_lens() -> None:
    with pytest.raises(ValueError, match="3 points or more"):
        fit_lens([((0.0, 0.0), (5.0, 5.0))], camera())


def test_a_facade_that_stands_alone_is_proposed() -> None:
    image = facade(rows=9, cols=6)
    guess = guess_quad(image, near=(330.0, 240.0))
    assert guess is not None and guess.confidence <= 0.4
    true, found = (filled([c], width=WIDTH, height=HEIGHT) > 0 for c in (CORNERS, guess.quad.corners))
    assert (true & found).sum() / (true | found).sum() > 0.7


def test_nothing_is_proposed_in_fog() -> None:
    fog: Image = np.full((HEIGHT, WIDTH, 3), 180, np.uint8)
    assert guess_quad(fog) is None


def test_anchors_are_rich_and_off_the_face() -> None:
    scene = a_scene()
    anchors = guess_anchors(backdrop(), scene.faces)
    assert anchors
    face = filled([cv2.convexHull(node_grid(scene.faces[0]).inner.reshape(-1, 2).astype(np.float32))[:, 0]],
                  width=512, height=384)  # fmt: skip
    for anchor in anchors:
        assert face[filled([anchor.polygon], width=512, height=384) > 0].mean() < 0.02
    assert guess_anchors(np.full((384, 512, 3), 128, np.uint8), scene.faces) == ()


def test_hidden_cells_tell_why() -> None:
    scene = a_scene(privacy_masks=[[[0, 0], [512, 0], [512, 140], [0, 140]]])
    sight = cell_sight(node_grid(scene.faces[0]), scene.camera, scene.privacy_masks)
    reasons = hidden_reasons(sight)
    assert set(reasons[-1]) == {"masked"} and set(reasons[0]) == {""}


def test_the_preview_shows_the_grid_and_the_canvas() -> None:
    scene, image = a_scene(), backdrop()
    alone, beside = draw_preview(image, scene, canvases=False), draw_preview(image, scene)
    assert alone.shape[0] == beside.shape[0] and beside.shape[1] > alone.shape[1]
    plain = cv2.resize(image, (alone.shape[1], alone.shape[0]), interpolation=cv2.INTER_CUBIC)
    assert np.abs(alone.astype(int) - plain).max() > 50
    with pytest.raises(ValueError, match="expected 512 x 384 px"):
        draw_preview(image[:100], scene)
