"""The quality gate: which frames are worth looking at."""

from datetime import timedelta

import cv2
import numpy as np
import pytest

from edge_agent.vision.frame import Frame, Image
from edge_agent.vision.landmarks import frame_landmarks
from edge_agent.vision.quality import Quality, QualityHistory, judge, remember
from tests.edge_agent.vision.drawing import START, a_frame, a_scene, daylight, draw, stages_on
from wire.scene.shapes import Place

CLEAR = draw(stages_on(14))
SCENE = a_scene()
SHANGHAI = Place(latitude=31.2, longitude=121.5)


def judged(frame: Frame, history: QualityHistory, *, place: Place | None = None) -> Quality:
    return judge(frame, history, marks=frame_landmarks(frame, SCENE), place=place)


def after(frames: list[Frame], *, history: QualityHistory | None = None) -> QualityHistory:
    held = history or QualityHistory()
    for frame in frames:
        held = remember(frame, judged(frame, held), held)
    return held


def daylit(day: float) -> Image:
    return daylight(CLEAR, day)


def after_clear_days(count: int) -> QualityHistory:
    return after([a_frame(daylit(day), day=day) for day in range(count)])


def blended(share: float, level: int = 200) -> Image:
    return np.asarray(CLEAR * (1 - share) + level * share, np.uint8)


def blurred(sigma: float) -> Image:
    return np.asarray(cv2.GaussianBlur(CLEAR, (0, 0), sigma), np.uint8)


def hand() -> Image:
    """A hand over the lens: light at one side, no edges, nothing of the layout."""
    return np.asarray(np.repeat(np.linspace(30, 90, 512)[None, :, None], 384, 0).repeat(3, 2), np.uint8)


def grainy(seed: int) -> Image:
    noise = np.random.default_rng(seed).normal(0, 2, CLEAR.shape)
    return np.asarray(np.clip(CLEAR + noise, 0, 255), np.uint8)


def stamped(minute: int) -> Image:
    """One picture of a hanging source with the time written into its corner."""
    image = grainy(7)
    cv2.putText(image, f"10:{minute:02d}", (8, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (255, 255, 255), 1)
    return image


def dimmed(image: Image, share: float) -> Image:
    return np.asarray(image * share, np.uint8)


def light_at(hour: int) -> float:
    """Light of an hour after START (10:00 on the spot), as a share."""
    return 0.15 if 10 <= hour <= 20 else 1.0


@pytest.mark.parametrize(
    ("image", "codes", "usable"),
    [
        (CLEAR, (), True),
        (np.asarray(CLEAR * 0.6, np.uint8), (), True),
        (np.asarray(CLEAR * 0.12, np.uint8), ("dark",), False),
        (blended(0.6), ("fog",), True),
        (blended(0.85), ("low_contrast",), False),
        (np.full_like(CLEAR, 140), ("covered",), False),
        (blurred(6.0), ("blur",), False),
        (hand(), ("covered",), False),
        (np.asarray(np.clip(CLEAR * 3.0, 0, 255), np.uint8), ("overexposed",), False),
    ],
)
def test_codes(image: Image, codes: tuple[str, ...], usable: bool) -> None:
    quality = judged(a_frame(image, day=30), after_clear_days(8))
    assert (quality.codes, quality.usable) == (codes, usable)


def test_blur_is_judged_only_against_a_history() -> None:
    assert judged(a_frame(blurred(6.0)), QualityHistory()).usable


def test_the_same_bytes_again_are_frozen() -> None:
    frame = a_frame(CLEAR, day=1)
    later = Frame(image=CLEAR, captured_at=START + timedelta(days=2), sha256=frame.sha256)
    assert judged(later, after([frame])).codes == ("frozen",)


def test_a_black_night_twice_is_dark_not_frozen() -> None:
    black = np.zeros_like(CLEAR)
    frame = Frame(image=black, captured_at=START, sha256="0" * 64)
    later = Frame(image=black, captured_at=START + timedelta(hours=1), sha256="0" * 64)
    assert judged(later, after([frame])).codes == ("dark",)


@pytest.mark.parametrize(("minutes", "codes"), [(1, ()), (20, ("frozen",))])
def test_a_still_picture_under_a_running_clock_is_frozen(minutes: int, codes: tuple[str, ...]) -> None:
    """Neither bytes nor on-screen clock repeat, the sensor's noise does; for a minute a quiet picture may."""
    history = after([a_frame(stamped(0), day=0.0)])
    later = a_frame(stamped(minutes), day=minutes / 1440)
    assert judged(later, history).codes == codes


def test_a_live_camera_that_looks_at_nothing_new_is_not_frozen() -> None:
    history = after([a_frame(grainy(0), day=0.0)])
    assert judged(a_frame(grainy(1), day=0.02), history).codes == ()


def test_a_recording_of_yesterday_is_replayed() -> None:
    days = [a_frame(daylit(day / 3), day=day / 3) for day in range(12)]
    again = np.asarray(cv2.imdecode(cv2.imencode(".jpg", days[8].image, [1, 60])[1], 1), np.uint8)
    history = after(days)
    quality = judged(a_frame(again, day=4.0), history)
    assert (quality.codes, quality.usable) == (("replayed",), False)


def test_a_scene_where_nothing_happens_is_no_replay() -> None:
    """The view of one hour is like all the others: that is a quiet scene under a steady lamp."""
    history = after([a_frame(grainy(k), day=k) for k in range(8)])
    assert judged(a_frame(grainy(9), day=8.5), history).codes == ()


def test_a_clock_set_back_is_refused_for_two_days_not_for_ever() -> None:
    history = after_clear_days(8)
    codes = []
    for day in (2.0, 3.0, 4.5, 5.0):
        frame = a_frame(daylit(day + 0.4), day=day)
        codes.append(judged(frame, history).codes)
        history = after([frame], history=history)
    assert codes == [("clock_backwards",), ("clock_backwards",), (), ()]


def test_a_clock_set_back_a_day_is_refused_until_the_old_time_is_reached() -> None:
    history = after_clear_days(8)
    codes = []
    for day in (6.3, 6.9, 7.1, 7.5):
        frame = a_frame(daylit(day + 0.4), day=day)
        codes.append(judged(frame, history).codes)
        history = after([frame], history=history)
    assert codes == [("clock_backwards",), ("clock_backwards",), (), ()]


def test_one_frame_of_a_far_future_closes_nothing() -> None:
    history = after([a_frame(daylit(0.3), day=25000)], history=after_clear_days(8))
    codes = []
    for day in (9.3, 10.3):
        frame = a_frame(daylit(day), day=day)
        codes.append(judged(frame, history).codes)
        history = after([frame], history=history)
    assert codes == [("clock_backwards",), ()]


@pytest.mark.parametrize(
    ("hours", "place", "codes"),
    [
        (0, SHANGHAI, ()),  # 10:00 on the spot
        (15, SHANGHAI, ("clock_sun",)),  # bright at one at night
        (15, Place(latitude=40.7, longitude=-74.0), ()),  # … which is noon in New York
        (15, None, ()),  # nobody knows where it is, and the camera has no nights yet
    ],
)
def test_daylight_at_night_contradicts_the_sun(hours: float, place: Place | None, codes: tuple[str, ...]) -> None:
    frame = a_frame(np.asarray(CLEAR, np.uint8), day=20 + hours / 24)
    assert judged(frame, after_clear_days(8), place=place).codes == codes


@pytest.mark.parametrize(("image", "codes"), [(dimmed(CLEAR, 0.97), ("clock_sun",)), (dimmed(CLEAR, 0.5), ())])
def test_daylight_at_night_contradicts_the_camera_s_own_days(image: Image, codes: tuple[str, ...]) -> None:
    hours = [a_frame(dimmed(daylit(d + h / 24), light_at(h)), day=d + h / 24) for d in range(4) for h in range(24)]
    assert judged(a_frame(image, day=5 + 15 / 24), after(hours)).codes == codes


def test_an_infrared_night_says_nothing_of_daylight() -> None:
    grey = np.asarray(np.repeat(cv2.cvtColor(CLEAR, cv2.COLOR_BGR2GRAY)[..., None], 3, axis=2), np.uint8)
    assert judged(a_frame(grey, day=15 / 24), QualityHistory(), place=SHANGHAI).codes == ()


def test_a_bag_at_noon_is_covered_and_at_night_dark() -> None:
    bag = np.zeros_like(CLEAR)
    noon = a_frame(bag, day=9 + 2 / 24)
    night = a_frame(bag, day=9 + 15 / 24)
    assert judged(noon, QualityHistory(), place=SHANGHAI).codes == ("covered",)
    assert judged(night, QualityHistory(), place=SHANGHAI).codes == ("dark",)
