"""What is done to a canvas before it is learnt: windows, jitter, variety, things in front, paints, screens."""

import numpy as np
import numpy.typing as npt
import pytest

torch = pytest.importorskip("torch", reason="training has an environment of its own (training/requirements-train.txt)")


from edge_agent.vision.dataset import UNKNOWN, FaceTruth  # noqa: E402
from edge_agent.vision.rectify import (  # noqa: E402
    CELL_PX,
    MARGIN_ABOVE_PX,
    MARGIN_BELOW_PX,
    MARGIN_SIDE_PX,
    canvas_size,
    rectify,
)
from edge_agent.vision.stages import COVERS, OCCLUDERS  # noqa: E402
from tests.edge_agent.vision.drawing import a_frame, a_scene, draw, stages_on  # noqa: E402
from training.augment import VARIATIONS, vary  # noqa: E402
from training.cut import cut, jittered, window_nodes  # noqa: E402
from training.paste import THINGS, paste  # noqa: E402
from training.repaint import Paint, paints, repainted  # noqa: E402
from training.screen import screen  # noqa: E402
from training.veil import veil  # noqa: E402
from wire.scene.grid import node_grid  # noqa: E402


def test_a_whole_window_is_what_the_agent_rectifies() -> None:
    scene = a_scene()
    image = draw(stages_on(12))
    nodes = window_nodes(node_grid(scene.faces[0]).points, rows=(0, 5), cols=(0, 4))
    wanted = rectify(a_frame(image), scene, scene.faces[0]).image
    assert np.abs(cut(image, nodes).astype(int) - wanted).max() <= 1


@pytest.mark.parametrize(("rows", "cols"), [((1, 4), (0, 2)), ((0, 2), (2, 4)), ((3, 5), (1, 3))])
def test_a_window_shows_its_cells(rows: tuple[int, int], cols: tuple[int, int]) -> None:
    scene = a_scene()
    image = draw(stages_on(12))
    nodes = node_grid(scene.faces[0]).points
    whole, part = cut(image, nodes), cut(image, window_nodes(nodes, rows=rows, cols=cols))
    top, left = 48 + (5 - rows[1]) * 48, 24 + cols[0] * 48
    height, width = (rows[1] - rows[0]) * 48, (cols[1] - cols[0]) * 48
    inside = part[48 : 48 + height, 24 : 24 + width].astype(int)
    assert np.abs(inside - whole[top : top + height, left : left + width]).mean() < 0.5


def test_jitter_stays_within_a_quarter_storey_and_the_corner_error() -> None:
    nodes = node_grid(a_scene().faces[0]).points
    rng = np.random.default_rng(0)
    worst = max(float(np.abs(jittered(nodes, rng) - nodes).max()) for _ in range(200))
    assert 4 < worst < 0.35 * 60 + 5


@pytest.mark.parametrize("variation", VARIATIONS, ids=lambda variation: variation.step.__name__)
def test_every_variation_keeps_an_image_an_image(variation: object) -> None:
    image = draw(stages_on(12))[:312, :288]
    for seed in range(5):
        varied = variation.step(image, np.random.default_rng(seed))  # type: ignore[attr-defined]
        assert varied.shape == image.shape
        assert varied.dtype == np.uint8
        assert varied.std() > 1.5


def test_variety_is_a_pure_function_tells_its_weather_and_adds_no_second() -> None:
    image = draw(stages_on(12))[:312, :288]
    told = [vary(image, np.random.default_rng(seed)) for seed in range(240)]
    assert np.array_equal(told[3].image, vary(image, np.random.default_rng(3)).image)
    assert {name for each in told for name in each.weather} == {"fog", "night", "rain", "snow"}
    assert max(len(each.weather) for each in told) == 1
    in_fog = [vary(image, np.random.default_rng(seed), weather=frozenset({"fog"})) for seed in range(120)]
    assert not any(each.weather for each in in_fog)
    unlit = [vary(image, np.random.default_rng(seed), light=False) for seed in range(120)]
    assert not any("night" in each.weather for each in unlit)


def test_what_is_pasted_in_front_is_counted_per_cell_and_named() -> None:
    image = np.full((*canvas_size(4, 4), 3), 100, np.uint8)
    kinds = set()
    for seed in range(60):
        pasted = paste(image, np.random.default_rng(seed), other=np.full_like(image, 250))
        assert pasted.hidden.shape == (4, 4)
        assert 0 <= pasted.hidden.min() <= pasted.hidden.max() <= 1
        kinds.add(pasted.kind)
    assert kinds == {OCCLUDERS.index(name) if name else UNKNOWN for name, _ in THINGS}


def a_wall(*, nets: bool = False) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float64], FaceTruth]:
    """Two storeys of two bays, 40 px each, all of one grey: old below, coated above; the right bay is hidden above."""
    image = np.full((100, 120, 3), 120, np.uint8) + np.arange(120, dtype=np.uint8)[None, :, None] // 4
    x, y = np.meshgrid(np.array([20.0, 60, 100]), np.array([90.0, 50, 10]))
    cover = np.zeros((2, 2, len(COVERS)), bool)
    cover[0, 1, COVERS.index("net_seethrough")] = nets
    truth = FaceTruth(
        stage=np.array([[0, 0], [3, 3]]),
        occluded=np.array([[False, False], [False, True]]),
        cover=cover,
        occluder=np.zeros((2, 2), np.int64),
    )
    return image, np.stack([x, y], axis=-1), truth


def test_each_stage_has_one_paint_and_what_hides_a_cell_keeps_its_own() -> None:
    image, nodes, truth = a_wall(nets=True)
    red, blue = (Paint(mix=np.diag(mix)) for mix in ((0.2, 0.2, 1.5), (1.5, 0.2, 0.2)))
    after = repainted(image, nodes, truth, (red, red, red, blue, red))
    assert (after[70, 40] == (26, 26, 195)).all()  # 130 times the paint of old
    assert (after[30, 40] == (195, 26, 26)).all()
    for y, x in ((70, 80), (30, 80), (5, 40), (70, 10)):  # netted, hidden, above and beside the face
        assert (after[y, x] == image[y, x]).all()
    assert (image[70, 40] == 130).all()


def test_paints_keep_greys_grey_and_differ() -> None:
    rng = np.random.default_rng(5)
    many = [paint.mix for paint in paints(200, rng)]
    lightness = np.array([(mix @ np.ones(3)).mean() for mix in many])
    assert 0.6 < lightness.min() < 0.85
    assert 1.1 < lightness.max() < 1.6
    yellow = np.array([mix @ np.array([40.0, 200.0, 200.0]) for mix in many])
    assert {int(i) for i in yellow.argmin(axis=1)} == {0, 1, 2}  # any hue comes up


def test_a_scaffold_is_told_where_it_is_drawn() -> None:
    high, wide = canvas_size(3, 4)
    plain = np.full((high, wide, 3), 128, np.uint8)
    told = set()
    for seed in range(30):
        seen = veil(plain, np.random.default_rng(seed))
        changed = (seen.image != plain).any(axis=-1)
        behind = seen.cover.any(axis=-1)
        assert (behind == behind[0]).all()  # whole bays, from the ground to the roof
        for col in range(4):
            part = changed[:, MARGIN_SIDE_PX + col * CELL_PX : MARGIN_SIDE_PX + (col + 1) * CELL_PX]
            assert part.any() == behind[0, col]
        assert 0.1 < changed[:, MARGIN_SIDE_PX:-MARGIN_SIDE_PX].mean() <= behind.mean() + 0.01
        told |= {COVERS[index] for index in np.flatnonzero(seen.cover.any(axis=(0, 1)))}
    assert told == {"scaffold", "net_seethrough"}


@pytest.mark.parametrize("top", [1, 3])
def test_screens_guard_the_storey_in_work(top: int) -> None:
    """Over many draws the highest hidden row is mostly the one above the highest in work."""
    high, wide = canvas_size(6, 4)
    plain, highest = np.full((high, wide, 3), 128, np.uint8), []
    for seed in range(200):
        shown = screen(plain, np.random.default_rng(seed), top=top)
        highest.append(int(np.flatnonzero(shown.hidden.any(axis=1))[0]))
        cells = (slice(MARGIN_ABOVE_PX, -MARGIN_BELOW_PX), slice(MARGIN_SIDE_PX, -MARGIN_SIDE_PX))
        changed = (shown.image != plain).any(axis=-1)[cells]
        assert changed.mean() == pytest.approx(shown.hidden.mean(), abs=0.1)
    assert 0.5 < np.mean(np.array(highest) == top - 1) < 0.8
