"""The quality gate: which frames are worth looking at."""

from datetime import timedelta

import cv2
import numpy as np
import pytest

from edge_agent.vision.frame import Frame, Image
from edge_agent.vision.quality import QualityHistory, judge, remember
from tests.edge_agent.vision.drawing import START, a_frame, draw, stages_on

CLEAR = draw(stages_on(14))


def after_clear_days(count: int) -> QualityHistory:
    history = QualityHistory()
    for day in range(count):
        frame = a_frame(CLEAR, day=day)
        history = remember(frame, judge(frame, history), history)
    return history


def blended(share: float, level: int = 200) -> Image:
    return np.asarray(CLEAR * (1 - share) + level * share, np.uint8)


def blurred(sigma: float) -> Image:
    return np.asarray(cv2.GaussianBlur(CLEAR, (0, 0), sigma), np.uint8)


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
    ],
)
def test_codes(image: Image, codes: tuple[str, ...], usable: bool) -> None:
    quality = judge(a_frame(image, day=30), after_clear_days(8))
    assert (quality.codes, quality.usable) == (codes, usable)


def test_blur_is_judged_only_against_a_history() -> None:
    assert judge(a_frame(blurred(6.0)), QualityHistory()).usable


def test_the_same_bytes_again_are_frozen() -> None:
    frame = a_frame(CLEAR, day=1)
    history = remember(frame, judge(frame, QualityHistory()), QualityHistory())
    later = Frame(image=CLEAR, captured_at=START + timedelta(days=2), sha256=frame.sha256)
    assert judge(later, history).codes == ("frozen",)


def test_a_clock_set_back_is_refused_once_not_for_ever() -> None:
    history = after_clear_days(8)
    early = a_frame(CLEAR, day=2)
    assert judge(early, history).codes == ("clock_backwards",)
    history = remember(early, judge(early, history), history)
    assert judge(a_frame(CLEAR, day=3), history).usable
