"""Sites are a pure function of split and number; splits share no asset; all stages are common."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from edge_agent.vision.stages import stages_of
from tests.training.scenes.counting import stage_shares
from training.scenes.assets import FAMILIES
from training.scenes.compose import site_looks, stand
from training.scenes.holdout import holdout_text
from training.scenes.schedule import stage_at
from training.scenes.site import Site
from training.scenes.sites import make_site

HOLDOUT = Path(__file__).parents[3] / "training" / "HOLDOUT.txt"


def test_the_same_number_gives_the_same_site() -> None:
    first, again, other = (make_site("train", number, frames=3) for number in (7, 7, 8))
    assert repr(first) == repr(again) != repr(other)
    assert [moment.at for moment in first.moments] == sorted(moment.at for moment in first.moments)


@pytest.mark.parametrize(("one", "two"), list(combinations(FAMILIES, 2)))
def test_splits_share_no_asset(one: str, two: str) -> None:
    a, b = FAMILIES[one], FAMILIES[two]
    assert not {item.name for item in a.archetypes} & {item.name for item in b.archetypes}
    assert not {item.openings for item in a.archetypes if item.openings} & {item.openings for item in b.archetypes}
    assert not set(range(*a.palettes)) & set(range(*b.palettes))
    assert not set(range(*a.skies)) & set(range(*b.skies))
    assert not set(a.crane_colours) & set(b.crane_colours) and not set(a.vehicle_colours) & set(b.vehicle_colours)


def test_the_committed_holdout_list_is_the_generators() -> None:
    assert HOLDOUT.read_text(encoding="utf-8") == holdout_text()


@pytest.mark.parametrize("work_type", ["new_build", "renovation", "road"])
def test_all_stages_are_common_in_training(work_type: str) -> None:
    shares = stage_shares(work_type, sites=60)
    assert (shares > 0.06).all(), shares


@pytest.mark.parametrize("work_type", ["renovation", "road"])
def test_cameras_are_hung_before_the_works_and_at_any_time_of_them(work_type: str) -> None:
    """Of what has not changed since the first look some is untouched, some half done and some finished."""
    sites = [make_site("train", number, frames=3, work_type=work_type) for number in range(80)]
    begun = np.array([_credit_at(site, site.moments[0].day) for site in sites])
    assert (begun == 0).mean() > 0.3
    assert (begun > 0.2).mean() > 0.25
    assert (begun > 0.5).mean() > 0.05


def _credit_at(site: Site, day: float) -> float:
    """The share (0–1) of its works that a site's first building has behind it, by stages."""
    stage = stage_at(site.buildings[0].faces[0].schedule, day)
    return float(stage.mean()) / (len(stages_of(site.work_type).names) - 1)


def test_an_unknown_split_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="split 'test', expected one of train, holdout, demo"):
        make_site("test", 0, frames=1)


@pytest.mark.parametrize("number", range(0, 12, 2))
def test_everything_that_stands_has_a_material(number: int) -> None:
    site = make_site("train", number, frames=1)
    meshes = stand(site, site.moments[0])
    assert set(meshes) <= set(site_looks(site))
    assert all(np.isfinite(mesh.vertices).all() for mesh in meshes.values())
