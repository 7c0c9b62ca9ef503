"""Sites are a pure function of split and number; splits share no asset; all stages are common."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from tests.training.scenes.counting import stage_shares
from training.scenes.assets import FAMILIES
from training.scenes.compose import site_looks, stand
from training.scenes.holdout import holdout_text
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


def test_all_stages_are_common_in_training() -> None:
    shares = stage_shares("new_build", sites=60)
    assert (shares > 0.06).all(), shares


def test_an_unknown_split_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="split 'test', expected one of train, holdout, demo"):
        make_site("test", 0, frames=1)


@pytest.mark.parametrize("number", range(0, 12, 2))
def test_everything_that_stands_has_a_material(number: int) -> None:
    site = make_site("train", number, frames=1)
    meshes = stand(site, site.moments[0])
    assert set(meshes) <= set(site_looks(site))
    assert all(np.isfinite(mesh.vertices).all() for mesh in meshes.values())
