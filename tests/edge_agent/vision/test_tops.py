"""How high a building stands: rising with its looks, never shrinking, hidden and faint storeys told by what is seen."""

import numpy as np
import pytest

from edge_agent.vision.carry import held_probabilities
from edge_agent.vision.filter import FaceBelief, Observation, blank_belief, update
from edge_agent.vision.reading import storeys_begun
from edge_agent.vision.stages import NEW_BUILD
from edge_agent.vision.tops import blank_top, net_likelihood, risen, standing_probability, top_storey

DAY = 86400.0


def built_up_to(tops: list[int], rows: int = 6) -> np.ndarray:
    """Void probabilities of a look at bays of so many storeys."""
    r = np.arange(rows)[:, None]
    return np.where(r < np.array(tops)[None], 0.05, 0.92)


def a_look(
    tops: list[int],
    *,
    rows: int = 6,
    hidden: np.ndarray | None = None,
    faint: np.ndarray | None = None,
    outside: np.ndarray | None = None,
    netted: np.ndarray | None = None,
) -> Observation:
    """`hidden` cells say nothing; `faint` ones are too small for their stage, `outside` ones out of the picture. Nets
    hang before `netted` ones and hide them.
    """
    void = built_up_to(tops, rows)
    stage = np.concatenate([void[..., None], np.repeat((1 - void)[..., None] / 5, 5, axis=-1)], axis=-1)
    none = np.zeros(void.shape, bool)
    nets = none if netted is None else netted
    return Observation(
        stage=stage,
        occluded=np.where(nets if hidden is None else hidden | nets, 0.95, 0.0),
        netted=np.where(nets, 0.9, 0.02),
        observable=~(none if faint is None else faint),
        in_view=~(none if outside is None else outside),
    )


def follow(looks: list[tuple[float, Observation]]) -> FaceBelief:
    belief = blank_belief(*looks[0][1].occluded.shape, stages=NEW_BUILD)
    for day, look in looks:
        belief = update(belief, look, now_s=day * DAY, stages=NEW_BUILD)
    return belief


def above(storey: int, rows: int = 6, cols: int = 3) -> np.ndarray:
    """The cells of all storeys above one."""
    return np.repeat(np.arange(rows)[:, None] >= storey, cols, axis=1)


@pytest.mark.parametrize(("tops", "storey"), [([3, 3, 3], 3), ([2, 3, 4], 3), ([2, 3], 2), ([0, 0], 0), ([6, 6], 6)])
def test_top_storey_is_the_median_over_bays(tops: list[int], storey: int) -> None:
    assert top_storey(built_up_to(tops)) == storey
    assert storeys_begun(follow([(0, a_look(tops))]), stages=NEW_BUILD) == storey


def test_a_hole_in_a_bay_is_filled_and_a_floating_cell_doubted() -> None:
    void = built_up_to([4, 3, 4])
    void[1, 0], void[5, 1] = 0.92, 0.05
    standing = standing_probability(void)
    assert standing[1, 0] > 0.7 > 0.3 > standing[5, 1]


@pytest.mark.parametrize("storey", [1, 3, 5])
def test_a_storey_begun_is_told_at_its_second_look(storey: int) -> None:
    belief = follow([(2.0 * k, a_look([storey] * 3)) for k in range(5)] + [(10, a_look([storey + 1] * 3))])
    assert storeys_begun(
        update(belief, a_look([storey + 1] * 3), now_s=12 * DAY, stages=NEW_BUILD), stages=NEW_BUILD
    ) == (storey + 1)


def test_a_building_does_not_shrink_for_one_look() -> None:
    belief = follow([(2.0 * k, a_look([5] * 3)) for k in range(5)] + [(10, a_look([3] * 3))])
    assert belief.top.argmax() == 5
    assert storeys_begun(belief, stages=NEW_BUILD) == 5


def test_cells_too_small_for_their_stage_still_tell_the_top() -> None:
    belief = follow([(2.0 * k, a_look([6] * 3, faint=above(4))) for k in range(3)])
    assert not belief.known[4:].any()
    assert storeys_begun(belief, stages=NEW_BUILD) == 6


@pytest.mark.parametrize("storey", [2, 4, 6])
def test_a_bay_whose_storeys_are_hidden_is_as_high_as_the_others(storey: int) -> None:
    """The first bay stands behind a tree from its second storey on: it is neither left there nor built to the roof."""
    hidden = np.zeros((6, 3), bool)
    hidden[1:, 0] = True
    belief = follow([(2.0 * k, a_look([storey] * 3, hidden=hidden)) for k in range(5)])
    void = held_probabilities(belief, stages=NEW_BUILD)[:, 0, 0]
    assert (void[:storey] < 0.5).all()
    assert (void[storey:] > 0.5).all()


def before(low: int, high: int, rows: int = 10, cols: int = 3) -> np.ndarray:
    """The cells from one storey (counted from 0) to below another."""
    r = np.arange(rows)[:, None]
    return np.repeat((r >= low) & (r < high), cols, axis=1)


def test_behind_a_climbing_screen_the_top_is_told_by_the_screen() -> None:
    """It climbs with the work, one storey above it, and hides all of the four storeys below: for six weeks."""
    belief, followed = blank_belief(10, 3, stages=NEW_BUILD), []
    for week in range(6):
        top = 4 + week
        look = a_look([top] * 3, rows=10, netted=before(top - 3, top + 1))
        belief = update(belief, look, now_s=7 * week * DAY, stages=NEW_BUILD)
        followed.append(storeys_begun(belief, stages=NEW_BUILD))
    assert followed == [4, 5, 6, 7, 8, 9]


@pytest.mark.parametrize("top", [2, 5, 10])
def test_a_sheet_low_on_the_building_does_not_make_it_lower(top: int) -> None:
    netted = before(0, 1)
    belief = follow([(2.0 * k, a_look([top] * 3, rows=10, netted=netted)) for k in range(4)])
    assert storeys_begun(belief, stages=NEW_BUILD) == top


def test_nets_before_a_whole_finished_height_leave_it_whole() -> None:
    risen_up = [(3.0 * k, a_look([min(10, k + 1)] * 3, rows=10)) for k in range(11)]
    netted = [(33 + 3.0 * k, a_look([10] * 3, rows=10, netted=before(0, 10))) for k in range(5)]
    belief = follow([*risen_up, *netted])
    assert storeys_begun(follow(risen_up), stages=NEW_BUILD) == storeys_begun(belief, stages=NEW_BUILD) == 10
    assert belief.top[10] > 0.95


def test_without_nets_their_evidence_says_nothing() -> None:
    assert np.ptp(net_likelihood(np.zeros((6, 3))), axis=1) == pytest.approx(np.zeros(3))


def test_where_a_net_ends_is_weighed_against_every_height() -> None:
    """A net whose highest cell is the fourth: three storeys stand most likely, four next, hardly fewer."""
    fits = net_likelihood(np.repeat(np.array([0, 0, 1.0, 1, 0, 0])[:, None], 2, axis=1))[0]
    assert fits.argmax() == 3
    assert fits[4] > 10 * fits[:3].max()
    assert fits[5] < fits[4] < fits[3]


@pytest.mark.parametrize(("top", "seen", "storey"), [(3, 4, 3), (4, 4, 4), (0, 1, 0), (6, 6, 6)])
def test_no_storey_stands_that_nobody_saw(top: int, seen: int, storey: int) -> None:
    """The upper rows are out of the picture, for two months: an even guess there is no building."""
    belief = follow([(3.0 * k, a_look([top] * 3, outside=above(seen), faint=above(seen))) for k in range(20)])
    assert storeys_begun(belief, stages=NEW_BUILD) == storey


def test_how_often_a_camera_looks_does_not_change_the_top() -> None:
    void = np.full((6, 3), 0.5)
    once = risen(blank_top(6), void, days=6.0, weight=1.0)
    often = blank_top(6)
    for _ in range(600):
        often = risen(often, void, days=0.01, weight=0.01)
    assert often == pytest.approx(once, abs=0.02)


def test_looks_of_one_minute_rise_no_faster_than_looks_of_one_day() -> None:
    assert risen(blank_top(6), np.full((6, 3), 0.5), days=0.0, weight=0.0) == pytest.approx(blank_top(6))
