"""The interval: what sigma is made of, and that it covers buildings it was not fitted to."""

import numpy as np
import pytest

from edge_agent.vision.interval import Doubt, HeldError, Spread, building_weights, covered_share, fit_spread


def held(buildings: int, *, seed: int, tail: float = 3.0) -> list[HeldError]:
    """Looks at buildings of which each has its own standing error besides what the cells tell."""
    rng = np.random.default_rng(seed)
    errors = []
    for building in range(buildings):
        standing = rng.normal(0, 150)
        for _ in range(int(rng.integers(1, 30))):
            cells = float(rng.uniform(50, 700))
            off = standing + 1.7 * cells * rng.standard_t(tail) / 2
            errors.append(HeldError(building=str(building), error_bp=off, doubt=a_doubt(cells_bp=cells)))
    return errors


def a_doubt(*, cells_bp: float = 300.0, looks: float = 2.0, unseen: float = 0.0) -> Doubt:
    return Doubt(cells_bp=cells_bp, looks=looks, unseen=unseen)


def test_covers_buildings_it_was_not_fitted_to() -> None:
    covered = [covered_share(held(150, seed=100 + seed), fit_spread(held(80, seed=seed))) for seed in range(4)]
    assert np.mean(covered) == pytest.approx(0.9, abs=0.03)


def test_a_building_looked_at_often_weighs_no_more() -> None:
    assert building_weights(["a", "b", "b", "b", "b"]) == pytest.approx([0.5, 0.125, 0.125, 0.125, 0.125])


def test_few_buildings_make_it_wider() -> None:
    """Of nine buildings no quantile above the worst can be promised: the worst error is covered."""
    few = held(9, seed=5)
    spread = fit_spread(few)
    assert covered_share(few, spread) > 0.97
    assert spread.buildings == 9


def test_no_errors_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one reading"):
        fit_spread([])


@pytest.mark.parametrize(
    ("sure", "unsure"),
    [
        (a_doubt(), a_doubt(cells_bp=900.0)),
        (a_doubt(looks=6.0), a_doubt(looks=1.0)),
        (a_doubt(), a_doubt(unseen=0.2)),
    ],
)
def test_what_makes_a_reading_unsure(sure: Doubt, unsure: Doubt) -> None:
    spread = Spread(floor_bp=200, scale=1.0)
    assert spread.sigma_bp(sure) < spread.sigma_bp(unsure)


def test_the_common_part_never_averages_out() -> None:
    assert Spread(floor_bp=200, scale=1.0).sigma_bp(a_doubt(cells_bp=0.0, looks=1e9)) == pytest.approx(200)
