"""Old blocks under renovation: a pure function of the number, stages in order and all common, splits disjoint."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from edge_agent.vision.stages import RENOVATION
from tests.training.scenes.counting import stage_shares
from training.scenes.compose import site_hulls, site_looks, site_truth, stand
from training.scenes.renovation.assets import BLOCKS, BY_NAME, estate_of
from training.scenes.renovation.looks import old_finish
from training.scenes.renovation.schedule import ORDERS, Campaign, make_schedule, still, way
from training.scenes.renovation.stencil import off_holes
from training.scenes.schedule import stage_at
from training.scenes.shapes.covers import cover_table
from training.scenes.site import Site
from training.scenes.sites import make_site, without_occluders


def a_site(number: int, *, split: str = "train", frames: int = 2) -> Site:
    return make_site(split, number, frames=frames, work_type="renovation")


def a_campaign(order: str = "lift", *, irregular: float = 0.5) -> Campaign:
    return Campaign(
        order=order,
        start_day=3.0,
        span_days=20.0,
        lag_days=(0.0, 8.0, 6.0, 9.0),
        downwards=(True, False, True, True),
        unit_cols=5,
        backwards=False,
        irregular=irregular,
    )


def test_the_same_number_gives_the_same_site_and_picture() -> None:
    first, again, other = (a_site(number) for number in (7, 7, 8))
    assert repr(first) == repr(again) != repr(other)
    one, two = (stand(site, site.moments[0]) for site in (first, again))
    assert list(one) == list(two)
    assert all(np.array_equal(one[name].vertices, two[name].vertices) for name in one)


@pytest.mark.parametrize(("one", "two"), list(combinations(BLOCKS, 2)))
def test_splits_share_no_block(one: str, two: str) -> None:
    a, b = estate_of(one), estate_of(two)
    for part in ("name", "unit", "wide", "narrow"):
        assert not {getattr(block, part) for block in a.blocks} & {getattr(block, part) for block in b.blocks}
    assert not set(range(*a.palettes)) & set(range(*b.palettes))
    assert not set(a.vehicle_colours) & set(b.vehicle_colours)


def test_families_are_many_and_well_formed() -> None:
    assert len(BLOCKS["train"]) >= 8 and len(BLOCKS["holdout"]) >= 4
    rng = np.random.default_rng(1)
    for block in BY_NAME.values():
        assert set(block.unit) <= set("WPNDBLGSV") and block.roof in ("flat", "pitched", "eaves")
        assert all(0 <= u0 < u1 <= 1 and 0 <= z0 < z1 <= 1 for u0, u1, z0, z1 in (*block.wide, *block.narrow))
        assert all(old_finish(kind, rng).kind for kind in block.finishes)


def test_an_old_finish_that_no_block_has_is_refused() -> None:
    with pytest.raises(ValueError, match="old finish 'gold', expected brick, render"):
        old_finish("gold", np.random.default_rng(0))


def test_all_stages_are_common_in_training() -> None:
    shares = stage_shares("renovation", sites=60)
    assert (shares > 0.08).all(), shares


@pytest.mark.parametrize("order", ORDERS)
def test_no_cell_skips_or_reverses_a_stage(order: str) -> None:
    schedule = make_schedule(a_campaign(order), 6, 10, rng=np.random.default_rng(2))
    assert all((later > earlier).all() for earlier, later in pairwise(schedule.entered))
    seen = [stage_at(schedule, day) for day in np.arange(-10.0, 120.0, 0.5)]
    assert (seen[0] == 0).all() and (seen[-1] == len(RENOVATION.names) - 1).all()
    assert all((after >= before).all() for before, after in pairwise(seen))


def test_the_trades_go_their_own_ways() -> None:
    rng = np.random.default_rng(0)
    down, up = (way(a_campaign(irregular=0.1), trade, 6, 4, rng=rng) for trade in (0, 1))
    assert (np.diff(down, axis=0) < 0).all() and (np.diff(up, axis=0) > 0).all()
    unit_by_unit = way(a_campaign("units"), 1, 6, 10, rng=rng)
    assert unit_by_unit[:, :5].max() <= unit_by_unit[:, 5:].min()


def test_an_unknown_order_is_refused() -> None:
    with pytest.raises(ValueError, match="order 'spiral', expected one of lift, units"):
        way(a_campaign("spiral"), 0, 3, 3, rng=np.random.default_rng(0))


@pytest.mark.parametrize(("done", "index"), [(True, 4), (False, 0)])
def test_a_still_block_stays_as_it_is(done: bool, index: int) -> None:
    assert (stage_at(still(3, 4, done=done), 100.0) == index).all()


@pytest.mark.parametrize(
    ("holes", "area"),
    [
        ((), 12.0),
        (((1.0, 2.0, 1.0, 2.0),), 11.0),
        (((-1.0, 1.0, -1.0, 9.0),), 9.0),
        (((1.0, 2.0, 0.0, 1.0), (1.0, 2.0, 2.0, 3.0)), 10.0),
        (((1.0, 2.0, 1.0, 2.0), (1.5, 2.5, 1.5, 2.5)), 10.25),
        (((0.0, 4.0, 0.0, 3.0),), 0.0),
    ],
)
def test_what_is_left_of_a_wall_round_its_holes(holes: tuple[tuple[float, ...], ...], area: float) -> None:
    parts = off_holes((0.0, 4.0), (0.0, 3.0), [(h[0], h[1], h[2], h[3]) for h in holes])
    assert sum((u1 - u0) * (z1 - z0) for u0, u1, z0, z1 in parts) == pytest.approx(area)


@pytest.mark.parametrize("number", range(1, 11, 2))
def test_everything_that_stands_has_a_material(number: int) -> None:
    site = a_site(number)
    meshes = stand(site, site.moments[-1])
    assert set(meshes) <= set(site_looks(site))
    assert all(np.isfinite(mesh.vertices).all() for mesh in meshes.values())


@pytest.mark.parametrize("split", ["train", "holdout"])
def test_the_truth_names_stages_covers_and_occluders_of_this_work(split: str) -> None:
    site = a_site(5, split=split)
    found = site_truth(site, site.moments[0])
    assert found
    for truth in found.values():
        assert {name for row in truth.stage for name in row} <= {*RENOVATION.names, None}
        assert {word for row in truth.cover for word in row} <= {"", "scaffold", "net_opaque", "net_seethrough"}
        assert {word for row in truth.occluder for word in row} <= {
            "", "vehicle_person", "vegetation", "other_building"
        }  # fmt: skip


def test_scaffold_stands_before_the_whole_wall_before_work_begins() -> None:
    for number in range(40):
        for building in a_site(number).buildings:
            for face in building.faces:
                whole = [cover for cover in face.covers if cover.kind == "scaffold" and cover.days[0] > -1e5]
                if whole and whole[0].cols == (0, len(face.u_m) - 1) and whole[0].rows == (0, building.rows):
                    day = whole[0].days[0] + 0.1
                    assert (stage_at(face.schedule, day) == 0).all()
                    assert {word for row in cover_table(face, day) for word in row} == {"scaffold"}
                    return
    pytest.fail("no site of 40 has a scaffold before a whole face")


def test_the_twin_without_occluders_hides_nothing_but_by_buildings() -> None:
    site = without_occluders(a_site(3))
    for building in site.buildings:
        assert set(site_hulls(site, site.moments[0], besides=building)) <= {
            "other_building",
            "screen",
            "vehicle_person",
        }
        assert not any(face.covers for face in building.faces)
