"""The rasteriser draws what stands where it stands, lit by the sun, repeatably. Needs moderngl and EGL."""

import builtins
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from training.scenes.compose import lamp_places, site_looks, stand
from training.scenes.palette import Look
from training.scenes.raster.clip import ortho, perspective
from training.scenes.raster.light import evenness, spread
from training.scenes.raster.mesh import pile_up
from training.scenes.raster.style import Style, style_of
from training.scenes.shapes.solids import MeshArrays, Solids
from training.scenes.shot.exposure import exposure_ev
from training.scenes.shot.sky import SIZE, sky_image
from training.scenes.site import Moment, Site, Weather
from training.scenes.sites import make_site

SITE = make_site("train", 5, frames=2)
CLEAR = Weather(
    conditions=("clear",),
    sun_dir=(0.0, -0.8, 0.6),
    sun=5.0,
    sun_rgb=(1.0, 1.0, 1.0),
    sky=0.9,
    cloud=0.0,
    haze_m=1e6,
    lamps=False,
    infrared=False,
    rain=0.0,
    snow=0.0,
    wet_lens=0.0,
    exposure_ev=0.0,
)
LOOKS = {
    name: Look(kind="metal", colour=colour, rough=1.0)
    for name, colour in (
        ("b.red", (0.8, 0.02, 0.02)),
        ("b.green", (0.02, 0.8, 0.02)),
        ("b.grey", (0.5, 0.5, 0.5)),
    )
} | {"b.wall": Look(kind="speckle", colour=(0.5, 0.5, 0.5), colour2=(0.5, 0.5, 0.5))}

FULL = Style()


def a_moment(**weather: Any) -> Moment:
    """Looks along +y at the origin from 30 m, 160 × 120 px; a metre at the origin is 5 px."""
    view = replace(
        SITE.view,
        position=(0.0, -30.0, 0.0),
        target=(0.0, 0.0, 0.0),
        roll=0.0,
        focal_px=150.0,
        width=160,
        height=120,
        k1=0.0,
        k2=0.0,
    )
    return replace(SITE.moments[0], weather=replace(CLEAR, **weather), view=view)


def drawn(solids: Solids, moment: Moment, style: Style = FULL, looks: dict[str, Look] = LOOKS) -> Any:
    """(H, W, 3) RGB picture of a pile of boxes."""
    pytest.importorskip("moderngl", reason="moderngl is only in the training environments (requirements-scenes.txt)")
    from training.scenes.raster.device import RasterError
    from training.scenes.raster.raster import Raster

    try:
        raster = Raster(looks, style=style)
    except RasterError as error:
        pytest.skip(str(error))
    site = replace(SITE, camera_look="Standard")
    return raster.shoot(solids.mesh(), site=site, moment=moment, lamps=[])[..., ::-1].astype(int)


def shoot(site: Site, moment: Moment) -> Any:
    pytest.importorskip("moderngl", reason="moderngl is only in the training environments (requirements-scenes.txt)")
    from training.scenes.raster.raster import Raster

    return Raster(site_looks(site)).shoot(
        stand(site, moment), site=site, moment=moment, lamps=lamp_places(site, moment)
    )


def test_a_site_is_drawn_the_same_twice() -> None:
    first, second = (shoot(SITE, SITE.moments[1]) for _ in range(2))
    assert first.shape == (SITE.view.height, SITE.view.width, 3) and first.dtype == np.uint8
    assert (first == second).all() and first.std() > 5


def test_nothing_standing_shows_the_sky() -> None:
    moment = a_moment()
    picture = drawn(Solids(), moment)
    sky = sky_image(moment.weather, rng=np.random.default_rng((moment.seed, 3)))
    ahead = sky[SIZE[0] // 2 - 12, SIZE[1] // 4]  # a little above the horizon, azimuth of +y
    light = np.clip(ahead * 2 ** exposure_ev("Standard", moment.weather), 0, 1)
    shown = np.where(light > 0.0031308, 1.055 * light ** (1 / 2.4) - 0.055, 12.92 * light)
    row = 60 - round(150 * np.tan(np.pi * 11.5 / SIZE[0]))
    assert np.abs(picture[row, 80] - 255 * shown).max() <= 3


def test_what_is_nearer_hides_what_is_behind_and_lies_where_the_camera_says() -> None:
    solids = Solids()
    solids.box("b.green", (-6, 6), (4, 5), (-6, 6))
    solids.box("b.red", (0, 2), (0, 1), (1, 3))
    picture = drawn(solids, a_moment())
    red = (picture[..., 0] > 2 * picture[..., 1]).nonzero()
    assert (red[0].min(), red[0].max()) == (45, 54) and (red[1].min(), red[1].max()) == (80, 89)
    assert picture[70, 70, 1] > 2 * picture[70, 70, 0]


@pytest.mark.parametrize("shadows", [True, False])
def test_a_wall_in_the_sun_is_brighter_than_one_in_shadow(shadows: bool) -> None:
    solids = Solids()
    solids.box("b.wall", (-10, 10), (0, 1), (-8, 8))
    solids.box("b.wall", (-10, 0), (-14, -12), (9, 24))  # above the picture, throws its shadow on the left half
    picture = drawn(solids, a_moment(), Style(shadows=shadows))
    left, right = picture[55:65, 40:60].mean(), picture[55:65, 100:120].mean()
    assert (right > left + 40) if shadows else abs(right - left) < 25


def test_a_room_is_darker_than_the_wall_around_it() -> None:
    solids = Solids()
    for x, z in (((-8, -2), (-8, 8)), ((2, 8), (-8, 8)), ((-2, 2), (2, 8)), ((-2, 2), (-8, -2))):
        solids.box("b.wall", x, (0, 0.3), z)
    for deep, high in (((8.0, 8.3), (-8.0, 8.0)), ((0.3, 8.0), (2.0, 2.3)), ((0.3, 8.0), (-2.3, -2.0))):
        solids.box("b.wall", (-8, 8), deep, high)
    for side in ((-8, -7.7), (7.7, 8)):
        solids.box("b.wall", side, (0.3, 8), (-8, 8))
    picture = drawn(solids, a_moment(sun=0.0, cloud=1.0))
    assert picture[60, 80].mean() < 0.6 * picture[60, 55].mean()


@pytest.mark.parametrize(("clear", "low", "high"), [(0.0, 0.0, 0.2), (0.9, 0.7, 1.0)])
def test_a_net_lets_its_share_through(clear: float, low: float, high: float) -> None:
    solids = Solids()
    solids.box("b.red", (-20, 20), (2, 3), (-15, 15))
    bare = drawn(solids, a_moment(sun=0.0), Style(enclosure=False))
    solids.sheet("b.net", np.array([[[-20, 0, -15], [20, 0, -15], [20, 0, 15], [-20, 0, 15]]]), np.array([0.5]))
    net = {"b.net": Look(kind="net", colour=(0.02, 0.02, 0.02), clear=clear)}
    covered = drawn(solids, a_moment(sun=0.0), Style(enclosure=False), LOOKS | net)
    assert low <= covered[60, 80, 0] / bare[60, 80, 0] <= high


def test_a_mesh_without_a_look_is_refused() -> None:
    solids = Solids()
    solids.box("b.pink", (0, 1), (0, 1), (0, 1))
    with pytest.raises(ValueError, match=r"meshes without a look: b\.pink"):
        pile_up(solids.mesh(), LOOKS, eye=np.zeros(3))


def test_without_moderngl_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from training.scenes.raster.device import RasterError, open_device

    real = builtins.__import__

    def refused(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "moderngl":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.delitem(sys.modules, "moderngl", raising=False)
    monkeypatch.setattr(builtins, "__import__", refused)
    with pytest.raises(RasterError, match="pip install"):
        open_device.__wrapped__()


def test_without_a_gl_library_the_error_names_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    moderngl = pytest.importorskip("moderngl", reason="moderngl is only in the training environments")
    from training.scenes.raster.device import RasterError, open_device

    def closed(**_: Any) -> None:
        raise OSError("libEGL.so: cannot open shared object file")

    monkeypatch.setattr(moderngl, "create_context", closed)
    with pytest.raises(RasterError, match=r"libEGL\.so.*libegl1 libgl1-mesa-dri"):
        open_device.__wrapped__()


def test_nets_come_last_and_from_far_to_near() -> None:
    solids = Solids()
    sheet = np.array([[[-1, 0, -1], [1, 0, -1], [1, 0, 1], [-1, 0, 1]]], float)
    solids.sheet(
        "a.net", np.concatenate([sheet + np.array([0, far, 0]) for far in (0, 9, 4)]), np.array([0.1, 0.9, 0.5])
    )
    solids.box("b.wall", (0, 1), (0, 1), (0, 1))
    looks = LOOKS | {"a.net": Look(kind="net", colour=(1, 1, 1))}
    pile = pile_up(solids.mesh(), looks, eye=np.array([0.0, -30.0, 0.0]))
    assert list(pile.spans) == ["b.wall", "a.net"] and pile.solid.count == pile.casters.every.count == 36
    assert pile.vertices[24::4, 8].tolist() == pytest.approx([0.9, 0.5, 0.1])


def test_an_empty_moment_gives_an_empty_pile() -> None:
    empty = MeshArrays(
        vertices=np.zeros((0, 3)), quads=np.zeros((0, 4), np.int32), uv=np.zeros((0, 4, 2)), tint=np.zeros(0)
    )
    pile = pile_up({"b.wall": empty}, LOOKS, eye=np.zeros(3))
    assert len(pile.vertices) == len(pile.indices) == 0 and not pile.spans


def test_light_clip_spaces_hold_the_box_and_put_what_faces_the_light_first() -> None:
    bounds = np.array([[-3.0, 2.0, 0.0], [5.0, 9.0, 12.0]])
    rng = np.random.default_rng(4)
    inside = np.c_[rng.uniform(bounds[0], bounds[1], (50, 3)), np.ones(50)]
    for way in spread():
        clip = inside @ ortho(way, bounds).T
        assert np.abs(clip[:, :3]).max() <= 1 + 1e-9
        assert np.argmin(clip[:, 2]) == np.argmax(inside[:, :3] @ way)


def test_the_directions_of_the_sky_are_even() -> None:
    way = spread()
    assert np.linalg.norm(way, axis=1) == pytest.approx(1.0)
    assert (way[:, 2] > 0).sum() == (way[:, 2] < 0).sum() == len(way) / 2
    wall, floor = evenness(way)
    assert 0.8 < wall / (16 / len(way)) < 1.3 and 0.6 < floor / (16 / len(way)) < 1.1


def test_the_camera_matrix_agrees_with_the_pinhole() -> None:
    moment = a_moment()
    centre, right = (perspective(moment) @ np.array(point) for point in ((0, 0, 0, 1), (16.0, 0, 0, 1)))
    assert centre[:2] / centre[3] == pytest.approx([0, 0]) and right[0] / right[3] == pytest.approx(1.0)


def test_styles_vary_by_site_and_most_are_full() -> None:
    styles = [style_of(replace(SITE, seed=seed)) for seed in range(600)]
    assert 0.74 < np.mean([style.shadows for style in styles]) < 0.86
    assert 0.04 < np.mean([not style.textures for style in styles]) < 0.12
    assert style_of(SITE) == style_of(SITE)
