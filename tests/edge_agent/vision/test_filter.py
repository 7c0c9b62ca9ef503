"""The temporal filter and the bay constraint: lag, stubbornness, carrying, memory."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from edge_agent.vision.carry import held_probabilities
from edge_agent.vision.change import MOST, Change
from edge_agent.vision.filter import (
    FaceBelief,
    Observation,
    adopted,
    aged_probabilities,
    blank_belief,
    stage_probabilities,
    update,
)
from edge_agent.vision.reading import storeys_begun
from edge_agent.vision.stages import NEW_BUILD, RENOVATION, ROAD, STAGE_LISTS, StageList
from edge_agent.vision.tops import blank_top

DAY = 86400.0
CREDIT = np.array(NEW_BUILD.credit_bp, float)


def an_observation(stage: np.ndarray, occluded: np.ndarray) -> Observation:
    """A look at cells that can all be read."""
    every = np.ones(occluded.shape, bool)
    return Observation(stage=stage, occluded=occluded, netted=np.zeros(every.shape), observable=every, in_view=every)


def saw(stage: int, *, certainty: float = 0.9, occluded: float = 0.02) -> Observation:
    probabilities = np.full((1, 1, 6), (1 - certainty) / 5)
    probabilities[..., stage] = certainty
    return an_observation(probabilities, np.full((1, 1), occluded))


def follow(days: Sequence[tuple[float, Observation]]) -> FaceBelief:
    belief = blank_belief(1, 1, stages=NEW_BUILD)
    for day, look in days:
        belief = update(belief, look, now_s=day * DAY, stages=NEW_BUILD)
    return belief


def probability(belief: FaceBelief, stage: int) -> float:
    return float(stage_probabilities(belief, stages=NEW_BUILD)[0, 0, stage])


@pytest.mark.parametrize("stage", range(6))
def test_one_look_is_believed_but_not_for_certain(stage: int) -> None:
    assert 0.75 < probability(follow([(0, saw(stage))]), stage) < 0.95


@pytest.mark.parametrize("stage", range(5))
def test_two_days_of_the_next_stage_dominate_ten_of_the_last(stage: int) -> None:
    days = [(d, saw(stage)) for d in range(10)] + [(10, saw(stage + 1)), (11, saw(stage + 1))]
    assert probability(follow(days), stage + 1) > 0.85


@pytest.mark.parametrize("stage", range(5))
def test_a_look_that_was_hard_to_see_moves_less(stage: int) -> None:
    seen = [(float(d), saw(stage)) for d in range(4)]
    clear, foggy = ((5.0, replace(saw(stage + 1), counts=counts)) for counts in (1.0, 0.2))
    before, after_fog, after = (follow([*seen, *more]) for more in ([], [foggy], [clear]))
    moved_by_fog, moved = (probability(b, stage + 1) - probability(before, stage + 1) for b in (after_fog, after))
    assert 0 < moved_by_fog < 0.5 * moved
    assert float(after_fog.looks[0, 0]) < float(after.looks[0, 0])


@pytest.mark.parametrize("stage", range(6))
def test_nothing_changes_nothing_drifts(stage: int) -> None:
    belief = follow([(d, saw(stage)) for d in range(40)])
    expected = float(stage_probabilities(belief, stages=NEW_BUILD)[0, 0] @ CREDIT)
    assert expected == pytest.approx(CREDIT[stage], abs=260)


def test_a_month_of_the_same_answer_does_not_add_up_to_certainty() -> None:
    """A network wrong about a wall is wrong every day: the belief stays near what one such answer is worth."""
    after = [probability(follow([(d, saw(3)) for d in range(n)]), 3) for n in (10, 30)]
    assert after[0] < 0.95
    assert after[1] < 0.97


@pytest.mark.parametrize("share", [0.4, 0.6])
def test_a_network_torn_every_day_leaves_the_belief_torn(share: float) -> None:
    """Answers of 40 or 60 % for structure and the rest for infill: a week later it is still not much more than that."""
    torn = np.full((1, 1, 6), 0.02)
    torn[..., 2:4] = 0.92 * share, 0.92 * (1 - share)
    look = an_observation(torn, np.zeros((1, 1)))
    belief = follow([(float(d), look) for d in range(8)])
    assert probability(belief, 2) == pytest.approx(share, abs=0.15)
    assert probability(belief, 3) == pytest.approx(1 - share, abs=0.15)


def test_one_false_finished_does_not_stay() -> None:
    days = [(float(d), saw(2)) for d in range(8)] + [(8, saw(5))] + [(float(d), saw(2)) for d in range(9, 12)]
    assert probability(follow(days), 2) > 0.8


def test_rework_is_believed_in_the_end() -> None:
    assert probability(follow([(d, saw(4)) for d in range(8)] + [(8 + d, saw(3)) for d in range(10)]), 3) > 0.6


def test_many_frames_of_a_day_weigh_no_more_than_two() -> None:
    """Sixty agreeing wrong frames on one day are undone by as few days as one or two would be."""
    burst = [(8 + i / 144, saw(5)) for i in range(60)]
    days = [(float(d), saw(2)) for d in range(8)] + burst + [(float(d), saw(2)) for d in range(9, 13)]
    assert probability(follow(days), 2) > 0.8


@pytest.mark.parametrize("every_s", [3600.0, 420.0, 60.0])
def test_how_often_a_camera_looks_does_not_change_what_is_held(every_s: float) -> None:
    """Six days of one stage and three of the next: an hour, minutes or one minute apart, the belief is the same."""
    often = [(t * every_s / DAY, saw(2 if t * every_s < 6 * DAY else 3)) for t in range(int(9 * DAY / every_s))]
    hourly = [(t / 24, saw(2 if t < 144 else 3)) for t in range(216)]
    found, expected = (stage_probabilities(follow(looks), stages=NEW_BUILD)[0, 0] for looks in (often, hourly))
    assert found == pytest.approx(expected, abs=0.02)


def test_a_clock_that_was_ahead_leaves_no_cell_seen_in_the_future() -> None:
    """A cell seen by the frame of the wrong year and hidden since must not make its neighbours look long hidden."""
    hidden = np.array([[True, False]])
    belief = blank_belief(1, 2, stages=NEW_BUILD)
    for day in range(4):
        belief = update(belief, patch(1, 2, stage=2), now_s=day * DAY, stages=NEW_BUILD)
    belief = update(belief, patch(1, 2, stage=2), now_s=400 * DAY, stages=NEW_BUILD)
    belief = update(belief, patch(1, 2, stage=2, hidden=hidden), now_s=4 * DAY, stages=NEW_BUILD)
    assert belief.seen_s.max() == 4 * DAY
    own, held = stage_probabilities(belief, stages=NEW_BUILD), held_probabilities(belief, stages=NEW_BUILD)
    assert np.array_equal(own, held)


def test_a_hidden_cell_is_carried_exactly() -> None:
    before = follow([(float(d), saw(3)) for d in range(5)])
    after = update(before, saw(0, occluded=0.9), now_s=40 * DAY, stages=NEW_BUILD)
    assert np.array_equal(before.phases, after.phases)
    assert np.array_equal(before.seen_s, after.seen_s)


def saw_wall(stage: int, *, occluded: float) -> Observation:
    said = np.full((1, 1, len(RENOVATION.names)), 0.1 / (len(RENOVATION.names) - 1))
    said[..., stage] = 0.9
    return an_observation(said, np.full((1, 1), occluded))


def wall_after(looks: Sequence[Observation]) -> FaceBelief:
    """A cell of an estate after a look a day."""
    belief = blank_belief(1, 1, stages=RENOVATION)
    for day, look in enumerate(looks):
        belief = update(belief, look, now_s=day * DAY, stages=RENOVATION)
    return belief


def test_a_wall_never_seen_is_guessed_anew_with_each_look_and_stays_unseen() -> None:
    def likely(belief: FaceBelief, stage: int) -> float:
        return float(stage_probabilities(belief, stages=RENOVATION)[0, 0, stage])

    blank = blank_belief(1, 1, stages=RENOVATION)
    once, often = (wall_after([saw_wall(3, occluded=0.9)] * looks) for looks in (1, 30))
    assert likely(blank, 3) + 0.02 < likely(once, 3) < 0.7
    assert likely(often, 3) == pytest.approx(likely(once, 3))
    assert not often.known.any()
    assert likely(wall_after([saw_wall(3, occluded=0.9), saw_wall(1, occluded=0.9)]), 1) > likely(blank, 1)
    in_sight = wall_after([saw_wall(4, occluded=0.02)])
    assert likely(wall_after([saw_wall(1, occluded=0.9), saw_wall(4, occluded=0.02)]), 4) > 0.6 * likely(in_sight, 4)


def test_of_what_rises_the_top_tells_what_stands_behind() -> None:
    blank = blank_belief(1, 1, stages=NEW_BUILD)
    assert np.array_equal(follow([(0.0, saw(3, occluded=0.9))]).phases, blank.phases)


def test_a_carried_cell_grows_less_certain() -> None:
    belief = follow([(float(d), saw(3)) for d in range(5)])
    spread = [
        float(p @ CREDIT**2 - (p @ CREDIT) ** 2)
        for p in (aged_probabilities(belief, now_s=d * DAY, stages=NEW_BUILD)[0, 0] for d in (4, 8, 14))
    ]
    assert spread[0] < spread[1] < spread[2]


def test_reappearing_after_weeks_the_new_stage_is_taken_at_once() -> None:
    belief = follow([(float(d), saw(2)) for d in range(5)] + [(35.0, saw(4))])
    assert probability(belief, 4) > 0.7


def test_beliefs_stay_probabilities() -> None:
    belief = follow([(float(d), saw(d % 6, certainty=0.999)) for d in range(50)])
    assert belief.phases.sum() == pytest.approx(1.0)
    assert (belief.phases > 0).all()


@pytest.mark.parametrize("stages", STAGE_LISTS.values(), ids=STAGE_LISTS)
def test_every_kind_of_work_is_followed_to_its_end(stages: StageList) -> None:
    """Each stage for twelve days, one look a day: the filter is in the right stage nearly always, and never far off."""
    belief, right, off = blank_belief(1, 1, stages=stages), [], []
    credit = np.array(stages.credit_bp, float)
    for day in range(12 * len(stages.names)):
        probabilities = np.full((1, 1, len(stages.names)), 0.1 / (len(stages.names) - 1))
        probabilities[..., day // 12] = 0.9
        look = an_observation(probabilities, np.zeros((1, 1)))
        belief = update(belief, look, now_s=day * DAY, stages=stages)
        found = stage_probabilities(belief, stages=stages)[0, 0]
        right.append(int(found.argmax()) == day // 12)
        off.append(float(found @ credit) - credit[day // 12])
    assert np.mean(right) > 0.9
    assert abs(np.mean(off)) < 200


@pytest.mark.parametrize("stages", [RENOVATION, ROAD], ids=lambda s: s.work_type)
def test_only_a_new_building_stands_on_itself(stages: StageList) -> None:
    """An old facade clad from the top, a road laid from the far end: nothing is overruled, and there is no top."""
    stage = np.full((4, 2, len(stages.names)), 0.02)
    stage[:2, :, 0] = stage[2:, :, -1] = 0.9
    look = an_observation(stage, np.zeros((4, 2)))
    belief = update(blank_belief(4, 2, stages=stages), look, now_s=0, stages=stages)
    held = held_probabilities(belief, stages=stages).argmax(axis=-1)
    assert held.tolist() == [[0, 0], [0, 0], [len(stages.names) - 1] * 2, [len(stages.names) - 1] * 2]
    assert storeys_begun(belief, stages=stages) is None


def patch(rows: int, cols: int, *, stage: int, hidden: np.ndarray | None = None) -> Observation:
    probabilities = np.full((rows, cols, 6), 0.02)
    probabilities[..., stage] = 0.9
    occluded = np.zeros((rows, cols)) if hidden is None else np.where(hidden, 0.95, 0.0)
    return an_observation(probabilities, occluded)


def test_a_cell_hidden_for_an_hour_is_held_as_it_was_one_hidden_for_weeks_goes_with_its_neighbours() -> None:
    hidden = np.zeros((3, 5), bool)
    hidden[1, 2] = True
    belief = blank_belief(3, 5, stages=NEW_BUILD)
    for day in range(5):
        belief = update(belief, patch(3, 5, stage=2), now_s=day * DAY, stages=NEW_BUILD)
    before = stage_probabilities(belief, stages=NEW_BUILD)[1, 2]
    soon = update(belief, patch(3, 5, stage=2, hidden=hidden), now_s=5 * DAY, stages=NEW_BUILD)
    assert np.array_equal(held_probabilities(soon, stages=NEW_BUILD)[1, 2], before)
    for day in range(5, 26):
        belief = update(belief, patch(3, 5, stage=3, hidden=hidden), now_s=day * DAY, stages=NEW_BUILD)
    assert held_probabilities(belief, stages=NEW_BUILD)[1, 2].argmax() == 3
    assert stage_probabilities(belief, stages=NEW_BUILD)[1, 2] == pytest.approx(before)


def test_a_cell_never_seen_is_held_like_its_neighbours_but_not_known() -> None:
    hidden = np.zeros((3, 5), bool)
    hidden[0, 0] = True
    belief = update(
        blank_belief(3, 5, stages=NEW_BUILD), patch(3, 5, stage=4, hidden=hidden), now_s=0, stages=NEW_BUILD
    )
    assert held_probabilities(belief, stages=NEW_BUILD)[0, 0].argmax() == 4
    assert not belief.known[0, 0]


@pytest.mark.parametrize(
    ("shape", "structure"),
    [((10,), [3, 4]), ((15, 6), ([5, 6], [2, 3])), ((15, 22), ([5, 6], [2, 14]))],
    ids=["two phases a stage", "a look for each stage", "no vague looks"],
)
def test_a_belief_of_an_older_memory_is_taken_over_stage_by_stage(shape: tuple[int, ...], structure: list[int]) -> None:
    old = np.zeros((1, 1, *shape))
    old[0, 0][structure] = 0.5
    kept = FaceBelief(
        phases=old.astype(np.float32), seen_s=np.full((1, 1), 7.0), looks=np.ones((1, 1)), top=blank_top(1)
    )
    taken = adopted(kept, 1, 1, stages=NEW_BUILD)
    assert stage_probabilities(taken, stages=NEW_BUILD)[0, 0] == pytest.approx([0, 0, 1, 0, 0, 0])
    assert taken.seen_s[0, 0] == 7.0


@pytest.mark.parametrize(("rows", "cols", "phases"), [(2, 1, (1, 1, 10)), (1, 1, (1, 1, 7)), (1, 1, (1, 1, 4, 2))])
def test_a_belief_that_fits_nothing_known_is_begun_anew(rows: int, cols: int, phases: tuple[int, ...]) -> None:
    kept = FaceBelief(
        phases=np.ones(phases, np.float32), seen_s=np.zeros((1, 1)), looks=np.ones((1, 1)), top=blank_top(1)
    )
    taken = adopted(kept, rows, cols, stages=NEW_BUILD)
    assert not taken.known.any()
    assert taken.seen_s.shape == (rows, cols)


def face_of(stages: StageList, stage: np.ndarray, *, certainty: float = 0.7) -> Observation:
    """A look at a face (rows x cols of stage indices) whose every cell is told with some certainty."""
    count = len(stages.names)
    answer = np.full((*stage.shape, count), (1 - certainty) / (count - 1))
    np.put_along_axis(answer, stage[..., None], certainty, axis=-1)
    return an_observation(answer, np.zeros(stage.shape))


def watched(stages: StageList, looks: Sequence[tuple[float, Observation]]) -> list[tuple[float, FaceBelief]]:
    """Held completion (points) of the whole face and the belief after each look, at so many days."""
    belief, held = blank_belief(*looks[0][1].occluded.shape, stages=stages), []
    for day, look in looks:
        belief = update(belief, look, now_s=day * DAY, stages=stages)
        found = held_probabilities(belief, stages=stages) @ np.array(stages.credit_bp, float) / 100
        held.append((float(found.mean()), belief))
    return held


def whole(stage: int) -> np.ndarray:
    return np.full((6, 6), stage)


@pytest.mark.parametrize("stages", STAGE_LISTS.values(), ids=STAGE_LISTS)
@pytest.mark.parametrize("misread", [-1, -2], ids=["as finished", "as nearly finished"])
def test_one_look_that_is_misread_as_a_whole_does_not_carry_a_face_away(stages: StageList, misread: int) -> None:
    """Light, tint or net: all cells of a wall that has hardly begun are read as done, in one look."""
    seen = len(stages.names) + misread
    looks = [(2.0 * k, face_of(stages, whole(seen if k == 6 else 1), certainty=0.85)) for k in range(12)]
    held = [points for points, _ in watched(stages, looks)]
    assert held[6] - held[5] <= 2 * stages.fastest_bp_per_day / 100 + 0.1
    assert held[-1] == pytest.approx(held[5], abs=4)


def test_misread_looks_now_and_then_do_not_add_up() -> None:
    """Every third look says finished: what is held stays near what the others say, it is not the most ever said."""
    looks = [(2.0 * k, face_of(RENOVATION, whole(4 if k % 3 == 2 else 1))) for k in range(18)]
    assert watched(RENOVATION, looks)[-1][0] < 45


@pytest.mark.parametrize("every_days", [1.0, 0.25])
def test_a_crew_that_strips_a_side_in_two_days_is_followed_within_two_more(every_days: float) -> None:
    """Old for two weeks, half of the side stripped on one day, all of it on the next."""
    half = np.repeat([[1] * 6, [0] * 6], 3, axis=0)
    days = np.arange(0, 18.01, every_days)
    looks = [
        (d, face_of(RENOVATION, whole(0) if d < 14 else half if d < 15 else whole(1), certainty=0.9)) for d in days
    ]
    held = dict(zip(days, watched(RENOVATION, looks), strict=True))
    assert held[13.0][0] < 5
    assert held[17.0][0] == pytest.approx(20, abs=5)


def test_a_storey_of_formwork_that_appears_at_once_is_held_a_day_later() -> None:
    begun = np.repeat([[2] * 5, [2] * 5, [2] * 5, [1] * 5, [0] * 5, [0] * 5], 1, axis=0)
    before = np.where(begun == 1, 0, begun)
    looks = [(float(d), face_of(NEW_BUILD, before if d < 10 else begun, certainty=0.9)) for d in range(12)]
    held = held_probabilities(watched(NEW_BUILD, looks)[-1][1], stages=NEW_BUILD)
    assert (held[3].argmax(axis=-1) == 1).all()


# What the network said of one cell of an estate, two days apart, in per cent: it does not see what stage it is in.
VAGUE = [
    (3, 7, 24, 33, 33), (4, 12, 31, 40, 13), (11, 16, 32, 15, 26), (3, 9, 13, 31, 44), (6, 16, 16, 27, 35),
    (4, 13, 23, 32, 28), (2, 5, 22, 47, 24), (4, 9, 12, 27, 48), (2, 4, 28, 40, 26), (2, 14, 20, 49, 15),
    (4, 12, 33, 31, 20), (2, 7, 14, 57, 20), (3, 11, 20, 46, 20), (3, 9, 11, 38, 39),
]  # fmt: skip


def test_vague_answers_leave_the_belief_vague() -> None:
    """Four weeks of answers of which none is sure: the calendar does not make the last stage certain."""
    belief = blank_belief(1, 1, stages=RENOVATION)
    for k, answer in enumerate(VAGUE):
        look = an_observation(np.array(answer, float).reshape(1, 1, 5) / 100, np.zeros((1, 1)))
        belief = update(belief, look, now_s=2 * k * DAY, stages=RENOVATION)
    assert stage_probabilities(belief, stages=RENOVATION).max() < 0.6


def test_before_anything_is_seen_the_first_stage_is_the_likeliest_but_a_look_decides() -> None:
    blank = stage_probabilities(blank_belief(6, 6, stages=RENOVATION), stages=RENOVATION)[0, 0]
    assert blank == pytest.approx(np.array([2, 1, 1, 1, 0.25]) / 5.25)
    finished = watched(RENOVATION, [(0.0, face_of(RENOVATION, whole(4), certainty=0.8))])[0][0]
    assert 60 < finished < 80  # what looks new may be what has not been begun
    coated = watched(RENOVATION, [(0.0, face_of(RENOVATION, whole(3), certainty=0.8))])[0][0]
    assert coated > 60


@pytest.mark.parametrize("stages", [RENOVATION, ROAD], ids=lambda each: each.work_type)
def test_what_looked_new_at_first_and_is_then_torn_up_had_not_been_begun(stages: StageList) -> None:
    last = len(stages.names) - 1
    new = [(2.0 * k, face_of(stages, whole(last), certainty=0.95)) for k in range(5)]
    torn_up = [(2.0 * k, face_of(stages, whole(1), certainty=0.9)) for k in range(5, 12)]
    values = [value for value, _ in watched(stages, new + torn_up)]
    assert values[4] > 80
    assert values[-1] < 55


@pytest.mark.parametrize("stages", [RENOVATION, ROAD], ids=lambda each: each.work_type)
def test_what_was_seen_to_be_finished_stays_so(stages: StageList) -> None:
    """Ten days of each stage, then two looks that take it for old again."""
    last = len(stages.names) - 1
    works = [(5.0 * k, face_of(stages, whole(k // 2), certainty=0.9)) for k in range(2 * last + 2)]
    taken_for_old = [(5.0 * (2 * last + 2 + k), face_of(stages, whole(0), certainty=0.9)) for k in range(2)]
    assert watched(stages, works + taken_for_old)[-1][0] > 90


def changed(look: Observation, evidence: float, *, days: float = 1.0) -> Observation:
    """The same look, beside one of some days ago."""
    return replace(look, change=Change(evidence=np.full((1, 1), evidence), days=np.full((1, 1), days)))


@pytest.mark.parametrize("stage", range(5))
def test_what_is_seen_to_have_changed_is_followed_at_the_first_look(stage: int) -> None:
    days = [(d, saw(stage)) for d in range(10)]
    vague = saw(stage + 1, certainty=0.4)
    alone, compared = follow([*days, (10, vague)]), follow([*days, (10, changed(vague, MOST))])
    assert probability(alone, stage + 1) < 0.5
    assert probability(compared, stage + 1) > 0.8


@pytest.mark.parametrize(("stages", "held"), [(NEW_BUILD, True), (RENOVATION, False), (ROAD, False)])
def test_a_building_that_looks_as_it_did_stands_still_what_is_renewed_need_not(
    stages: StageList, *, held: bool
) -> None:
    """A coat more may look much the same; formwork that is gone does not."""

    def followed(evidence: float) -> float:
        answer = np.full((1, 1, len(stages.names)), 0.1)
        answer[..., 1:3] = 0.5
        look = an_observation(answer / answer.sum(), np.zeros((1, 1)))
        belief = blank_belief(1, 1, stages=stages)
        for day in range(20):
            seen = changed(look, evidence) if day else look
            belief = update(belief, seen, now_s=day * DAY, stages=stages)
        return float(stage_probabilities(belief, stages=stages)[0, 0] @ np.array(stages.credit_bp))

    apart_bp = followed(0.0) - followed(-MOST)
    assert apart_bp > 50 if held else apart_bp == 0


def test_what_looks_as_it_did_is_held_as_if_nothing_had_been_compared() -> None:
    days = [(d, saw(2 if d < 6 else 3, certainty=0.7)) for d in range(12)]
    plain, compared = follow(days), follow([(d, changed(look, 0.0)) for d, look in days])
    assert np.array_equal(plain.phases, compared.phases)


@pytest.mark.parametrize("looks_a_day", [4, 24])
def test_a_change_counts_by_the_days_compared_however_often_the_camera_looks(looks_a_day: int) -> None:
    found = []
    for often in (1, looks_a_day):
        before = [(t / often, saw(2)) for t in range(8 * often)]
        after = [(8 + t / often, saw(3, certainty=0.6)) for t in range(1, often + 1)]
        found.append(probability(follow([*before, (8.0, changed(saw(3, certainty=0.6), 3.0)), *after]), 3))
    assert found[0] == pytest.approx(found[1], abs=0.06)
    assert min(found) > 0.9


def test_what_is_torn_down_falls_though_it_is_seen_to_have_changed() -> None:
    """Works go forward: what has changed has mostly done so, but not a wall that is gone."""
    days = [(d, saw(4)) for d in range(10)]
    gone = [(10 + d, saw(0)) for d in range(3)]
    compared = follow([*days, (10, changed(saw(0), MOST)), *gone[1:]])
    assert probability(compared, 0) == pytest.approx(probability(follow([*days, *gone]), 0), abs=0.2)
