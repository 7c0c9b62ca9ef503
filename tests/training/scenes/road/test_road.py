"""Road sites: a face on the ground, layers in their order, machines that hide, weather that lies on the works."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from edge_agent.vision.scene import parse_scene
from edge_agent.vision.stages import OCCLUDERS, ROAD
from tests.training.scenes.counting import stage_shares
from training.scenes.compose import lamp_places, site_looks, site_truth, stand
from training.scenes.layout import scene_json
from training.scenes.road.assets import ARCHETYPES, holdout_assets
from training.scenes.road.schedule import WORKS_DAYS, road_schedule
from training.scenes.road.site import MAX_BEND_PX, MIN_SECTION_PX, sides_px
from training.scenes.schedule import blend_at, stage_at
from training.scenes.shapes.facing import outward, to_world
from training.scenes.shot.camera import project
from training.scenes.site import Site
from training.scenes.sites import make_site, without_occluders
from wire.scene.grid import node_grid

DRAWN = 6


def road(number: int, *, split: str = "train", frames: int = 3) -> Site:
    return make_site(split, number, frames=frames, work_type="road")


def test_the_same_number_gives_the_same_site() -> None:
    first, again, other = (road(number) for number in (7, 7, 8))
    assert repr(first) == repr(again) != repr(other)
    assert first.scene_id == "train-road-00007"
    assert [moment.at for moment in first.moments] == sorted(moment.at for moment in first.moments)


def test_splits_share_no_layout() -> None:
    train, held = ARCHETYPES["train"], ARCHETYPES["holdout"]
    assert len(train) >= 6
    assert len(held) >= 3
    assert not {item.name for item in train} & {item.name for item in held}
    assert not {item.dash_m for item in train} & {item.dash_m for item in held}
    assert [item["name"] for item in holdout_assets()["archetypes"]] == [item.name for item in held]


def test_all_stages_are_common_in_training() -> None:
    shares = stage_shares("road", sites=60)
    assert (shares > 0.06).all(), shares


@pytest.mark.parametrize("seed", range(12))
def test_layers_come_in_their_order_with_time_between(seed: int) -> None:
    rng = np.random.default_rng(seed)
    schedule = road_schedule(int(rng.integers(4, 15)), int(rng.integers(1, 7)), forward=seed % 2 == 0, rng=rng)
    assert schedule.entered.shape[0] == len(ROAD.names) - 1
    gaps = np.diff(schedule.entered, axis=0)
    assert (gaps > schedule.blend_days).all(), "a cell would show three layers at once"
    assert schedule.entered.min() > -WORKS_DAYS[1]
    assert WORKS_DAYS[0] <= schedule.finished.max() <= WORKS_DAYS[1] + 1e-6


@pytest.mark.parametrize("number", range(16))
@pytest.mark.parametrize("split", ["train", "holdout"])
def test_sections_are_large_enough_and_run_from_near_to_far(split: str, number: int) -> None:
    site = road(number, split=split)
    building, view = site.buildings[0], site.view
    face = building.faces[0]
    assert 4 <= building.rows <= 14
    assert 1 <= len(face.u_m) - 1 <= 6
    assert sides_px(building, view) >= 0.7
    np.testing.assert_allclose(outward(building, face), [0, 0, 1], atol=1e-9)
    z, middle = np.asarray(building.row_z), (face.u_m[0] + face.u_m[-1]) / 2
    axis = to_world(building, face, np.stack([np.full_like(z, middle), np.zeros_like(z), z], axis=-1))
    distance = np.linalg.norm(axis - np.asarray(view.position), axis=1)
    assert (np.diff(distance) > 0).all(), "row 0 is the nearest"
    pixels, depth = project(view, axis)
    assert (depth > 0).all()
    assert (np.diff(pixels[:, 1]) < 0).all(), "and the lowest in the picture"
    assert np.linalg.norm(np.diff(pixels, axis=0), axis=1).min() > 0.9 * MIN_SECTION_PX


@pytest.mark.parametrize("number", range(16))
def test_the_commissioning_finds_the_cells_of_bent_roads_too(number: int) -> None:
    site = road(number)
    building, view = site.buildings[0], site.view
    face = building.faces[0]
    scene = parse_scene(scene_json(site, camera_id="cam"), file="scene.json")
    nodes = node_grid(scene.faces[0]).inner
    grid_u, grid_z = np.meshgrid(face.u_m, building.row_z)
    true, _ = project(view, to_world(building, face, np.stack([grid_u, np.zeros_like(grid_u), grid_z], axis=-1)))
    off = np.linalg.norm(nodes - true, axis=-1)
    assert off.max() < 1.5 * MAX_BEND_PX, "pixels"


@pytest.mark.parametrize("number", range(DRAWN))
def test_everything_that_stands_has_a_material(number: int) -> None:
    site = road(number, split="holdout" if number % 2 else "train")
    for moment in site.moments[::2]:
        meshes = stand(site, moment)
        assert set(meshes) <= set(site_looks(site))
        assert all(np.isfinite(mesh.vertices).all() for mesh in meshes.values())


@pytest.mark.parametrize("number", range(DRAWN))
def test_the_truth_is_the_schedule_and_tells_what_hides_a_cell(number: int) -> None:
    site = road(number)
    building = site.buildings[0]
    for moment in site.moments:
        truth = site_truth(site, moment)["r0-lanes"]
        now = stage_at(building.faces[0].schedule, moment.day)
        for row, col in np.ndindex(now.shape):
            assert truth.stage[row][col] in (None, ROAD.names[now[row, col]])
            assert truth.occluder[row][col] in ("", *OCCLUDERS)
            assert not truth.occluder[row][col] or truth.occluded[row][col]
            assert truth.cover[row][col] == ""


def test_the_twin_without_occluders_hides_nothing() -> None:
    site = next(made for made in map(road, range(40)) if made.vehicles > 5 and _hidden(made))
    bare = without_occluders(site)
    assert not _hidden(bare)
    assert lamp_places(bare, bare.moments[0])


def _hidden(site: Site) -> int:
    return sum(
        bool(name)
        for moment in site.moments
        for truth in site_truth(site, moment).values()
        for row in truth.occluder
        for name in row
    )


def test_rain_and_snow_lie_on_the_works() -> None:
    site = next(made for made in map(road, range(40)) if made.moments[0].weather.conditions[0] == "clear")
    dry = site.moments[0]
    wet = replace(dry, weather=replace(dry.weather, conditions=("rain",), rain=0.8))
    white = replace(dry, weather=replace(dry.weather, conditions=("snow",), snow=0.8))
    assert not any(name.endswith(".wet") for name in stand(site, dry) if not name.endswith("base.wet"))
    assert any(name.endswith(".wet") for name in stand(site, wet))
    assert "r0.snow" in stand(site, white)


def test_a_cell_in_change_shows_half_of_each_layer() -> None:
    schedule = road_schedule(6, 2, forward=True, rng=np.random.default_rng(3))
    day = float(schedule.entered[2, 3, 1])
    newest, share = blend_at(schedule, day)
    assert newest[3, 1] == 3
    assert share[3, 1] == pytest.approx(0.5)
    for before, after in pairwise(np.linspace(-2, WORKS_DAYS[1] + 2, 80)):
        assert (stage_at(schedule, float(after)) >= stage_at(schedule, float(before))).all()
