"""What hides a cell is found by rays; what hangs before a face is told by its covers."""

from dataclasses import replace

import numpy as np
import pytest

from training.scenes.compose import site_truth
from training.scenes.demo.district import CAMERAS
from training.scenes.demo.site import demo_site
from training.scenes.shapes.covers import cover_table, rows_of
from training.scenes.shapes.solids import Solids
from training.scenes.site import Cover, Facade, Floats, Site
from training.scenes.sites import make_site
from training.scenes.truth import hidden, triangles

SITE = demo_site(CAMERAS[2])


def screen(x: tuple[float, float], z: tuple[float, float], y: float) -> Floats:
    solids = Solids()
    solids.box("hull", x, (y, y + 0.2), z)
    return triangles(solids.mesh().values())


@pytest.mark.parametrize(
    ("point", "blocked"),
    [((0.0, 10.0, 0.0), True), ((3.0, 10.0, 0.0), False), ((0.0, 4.0, 0.0), False), ((0.0, 10.0, 9.0), False)],
)
def test_a_segment_is_hidden_only_by_what_lies_between(point: tuple[float, float, float], blocked: bool) -> None:
    hulls = screen((-1, 1), (-1, 1), 5.0)
    assert hidden(np.zeros(3), np.array([point]), hulls).tolist() == [blocked]


def test_without_hulls_nothing_is_hidden() -> None:
    assert not hidden(np.zeros(3), np.ones((4, 3)), np.zeros((0, 3, 3))).any()


def covered(*covers: Cover) -> Site:
    building = SITE.buildings[0]
    face = replace(building.faces[0], covers=covers)
    return replace(SITE, buildings=(replace(building, faces=(face,)),))


def hung(kind: str, *, climbing: int = 0, days: tuple[float, float] = (-99, 999)) -> Cover:
    return Cover(kind=kind, rows=(0, 5), cols=(1, 3), days=days, look="b0.net_opaque", climbing=climbing)


@pytest.mark.parametrize(
    ("kind", "word", "hides"),
    [
        ("scaffold", "scaffold", 0),
        ("net_seethrough", "net_seethrough", 0),
        ("net_opaque", "net_opaque", 1),
        ("sheet", "net_opaque", 1),
    ],
)
def test_a_cover_is_named_and_only_an_opaque_one_hides(kind: str, word: str, hides: int) -> None:
    site = covered(hung(kind))
    truth = site_truth(site, SITE.moments[100])["gt-b1-front"]
    assert truth.cover[1] == ("", word, word, "", "", "")
    assert truth.occluded[1] == (0, hides, hides, 0, 0, 0)
    assert truth.stage[1][1] is not None, "what is hidden is still known"


def face_of(site: Site) -> Facade:
    return site.buildings[0].faces[0]


@pytest.mark.parametrize(("day", "expected"), [(5.0, (0, 0)), (12.0, (0, 4)), (60.0, (0, 0))])
def test_a_cover_hangs_only_on_its_days_and_not_above_the_works(day: float, expected: tuple[int, int]) -> None:
    assert rows_of(hung("scaffold", days=(10, 50)), face_of(SITE), day) == expected


def test_a_climbing_cover_follows_the_top() -> None:
    low, high = rows_of(hung("net_opaque", climbing=1), face_of(SITE), 20.0)
    assert high - low == 2 and high <= 5


def test_the_cover_that_hides_more_is_told() -> None:
    site = covered(hung("scaffold"), hung("net_opaque"))
    assert cover_table(face_of(site), 30.0)[0][1] == "net_opaque"


def test_a_camera_that_looks_away_sees_no_cell() -> None:
    x, y, z = SITE.view.position
    view = replace(SITE.view, target=(2 * x - SITE.view.target[0], 2 * y - SITE.view.target[1], z))
    truth = site_truth(SITE, replace(SITE.moments[60], view=view))["gt-b1-front"]
    assert {stage for row in truth.stage for stage in row} == {None}
    assert {flag for row in truth.occluded for flag in row} == {1}


@pytest.mark.parametrize("number", range(4))
def test_every_measured_face_of_every_frame_has_a_full_table(number: int) -> None:
    site = make_site("train", number, frames=2)
    for moment in site.moments:
        truth = site_truth(site, moment)
        for building in site.buildings:
            for face in building.faces:
                assert (face.face_id in truth) == face.measured
                if face.measured:
                    table = truth[face.face_id]
                    for part in (table.stage, table.occluded, table.cover, table.occluder):
                        assert np.array(part, object).shape == (building.rows, len(face.u_m) - 1)
