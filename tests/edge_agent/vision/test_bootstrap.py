"""Whole buildings are resampled; statistics of weighted groups are what they would be of the items."""

import numpy as np
import pytest

from edge_agent.vision.bootstrap import (
    RESAMPLES,
    group_index,
    group_sums,
    interval,
    once,
    ratio,
    resamples,
    weighted_quantile,
)


def test_groups_are_numbered_as_they_come() -> None:
    assert group_index(["b", "a", "b"]).tolist() == [0, 1, 0]
    assert group_sums([[1, 2], [3, 4], [5, 6]], group_index(["b", "a", "b"]), groups=2).tolist() == [[6, 8], [3, 4]]


def test_every_resample_draws_as_many_buildings_as_there_are_and_can_be_repeated() -> None:
    drawn = resamples(7, seed=3)
    assert drawn.shape == (RESAMPLES, 7)
    assert (drawn.sum(axis=1) == 7).all()
    assert np.array_equal(drawn, resamples(7, seed=3))
    assert not np.array_equal(drawn, resamples(7, seed=4))


def test_an_interval_over_buildings_is_wider_than_over_frames() -> None:
    rng = np.random.default_rng(0)
    per_building = rng.normal(5, 2, 8)
    errors = np.repeat(per_building, 50) + rng.normal(0, 0.1, 400)

    def spread(keys: list[int]) -> float:
        index = group_index(keys)
        groups = int(index.max()) + 1
        weights = resamples(groups)
        total, count = (group_sums(v, index, groups=groups) for v in (errors, np.ones(400)))
        found = interval(ratio(weights @ total, weights @ count))
        assert found is not None
        return found[1] - found[0]

    assert spread([i // 50 for i in range(400)]) > 3 * spread(list(range(400)))


@pytest.mark.parametrize(("share", "expected"), [(0.5, 2.0), (0.95, 4.0), (0.25, 1.0)])
def test_weighted_quantile(share: float, expected: float) -> None:
    values = np.array([4.0, 1.0, 3.0, 2.0])
    index = np.array([0, 1, 2, 3])
    assert weighted_quantile(values, index, once(4), share=share).tolist() == [expected]
    assert weighted_quantile(values, index, np.array([[0.0, 1, 0, 0]]), share=share).tolist() == [1.0]
    assert np.isnan(weighted_quantile(values, index, np.zeros((1, 4)), share=share)).all()


def test_nothing_below_is_no_ratio_and_no_interval() -> None:
    assert np.isnan(ratio(np.array([1.0]), np.array([0.0]))).all()
    assert interval(np.array([np.nan])) is None
