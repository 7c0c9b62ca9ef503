"""The quality gate: is this frame worth looking at, and is it what it claims to be? Classical and cheap.

The evidence for every threshold is in docs/decisions/0012, the rates of detection in the table `bench/trust.py` prints.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import numpy as np

from edge_agent.vision.fingerprint import Measures, measure
from edge_agent.vision.frame import Frame
from edge_agent.vision.landmarks import Landmarks
from edge_agent.vision.replay import Past, remembering, stands_still, was_seen_before
from edge_agent.vision.sun import LightByHour, elevation_deg
from edge_agent.vision.timeline import Timeline
from wire.scene.shapes import Place

QualityCode = Literal[
    "dark",
    "overexposed",
    "blur",
    "low_contrast",
    "fog",
    "covered",
    "frozen",
    "replayed",
    "clock_backwards",
    "clock_sun",
]

DARK_LEVEL = 28.0  # mean grey level (0–255) under which stages cannot be told
COVERED_SPREAD = 2.5  # grey standard deviation of a lens behind a bag or a hand
COVERED_LIKENESS = 0.5  # correlation with the latest clear look under which a picture without edges is no defocus
FOG_CONTRAST = 0.20  # Michelson contrast of the 5 % and 95 % grey levels under which a frame counts as foggy
LOW_CONTRAST = 0.05  # … and under which nothing can be read
WHITE_SHARE = 0.4  # of the building burnt out (hold-out renders, back-lit and at night: at most 0.11 of a frame)
BLUR_SHARE = 0.22  # sharpness under this share of the camera's own median
HISTORY = 48
HISTORY_MIN = 5
NIGHT_SUN_DEG = -10.0  # sun this low: no daylight, whatever the weather, half an hour's clock error allowed
DAY_SUN_DEG = 15.0
DAY_SKY = 70.0  # lower quartile of the sky's brightest channel from which a picture can be a day
DAY_SKY_ALONE = 90.0  # … when the camera has no days of its own to compare with: reached by none of 65 rendered nights
OWN_DAY = 0.75  # share of the camera's own brightest hour
COLOUR = 4.0  # channel spread under which a picture is infrared and tells nothing of daylight
UNUSABLE: frozenset[QualityCode] = frozenset(
    {"dark", "overexposed", "blur", "low_contrast", "covered", "frozen", "replayed", "clock_backwards", "clock_sun"}
)
# Codes that say the frame is not what it claims to be: it must teach the gate nothing.
FALSE_CODES: frozenset[QualityCode] = frozenset({"covered", "frozen", "replayed", "clock_backwards", "clock_sun"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Verdict on a frame: reason codes, whether cells may be read, and what was measured."""

    codes: tuple[QualityCode, ...]
    usable: bool
    measures: Measures


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityHistory:
    """What the gate remembers of a camera. The default knows nothing, and then accuses of nothing."""

    sharpness: tuple[float, ...] = ()
    clear_thumbnail: bytes = b""
    timeline: Timeline = field(default_factory=Timeline)
    light: LightByHour = field(default_factory=LightByHour)
    past: Past = field(default_factory=Past)


def judge(frame: Frame, history: QualityHistory, *, marks: Landmarks, place: Place | None) -> Quality:
    """Judge one frame against its camera's own history, and against the sun where the camera's place is known."""
    seen = measure(frame, marks)
    found = _claim_codes(seen, history, at=frame.captured_at, place=place)
    found += _light_codes(seen, history, at=frame.captured_at, place=place)
    if found in ([], ["fog"]):
        found += _lens_codes(seen, history, foggy="fog" in found)
    return Quality(codes=tuple(found), usable=not UNUSABLE.intersection(found), measures=seen)


def remember(frame: Frame, quality: Quality, history: QualityHistory) -> QualityHistory:
    """History after a frame; only usable clear frames teach what sharp means for this camera."""
    seen, captured_s = quality.measures, frame.captured_at.timestamp()
    clear = quality.usable and not quality.codes
    honest = not FALSE_CODES.intersection(quality.codes)
    # Black frames of a night may well be equal.
    has_picture = seen.spread >= COVERED_SPREAD and seen.mean >= DARK_LEVEL
    past = history.past
    return QualityHistory(
        sharpness=(*history.sharpness, seen.sharpness)[-HISTORY:] if clear else history.sharpness,
        clear_thumbnail=seen.picture.thumbnail if clear else history.clear_thumbnail,
        timeline=history.timeline.after(captured_s),
        light=history.light.after(frame.captured_at, seen.sky) if honest else history.light,
        past=remembering(seen.picture, past, captured_s=captured_s, is_new=honest) if has_picture else past,
    )


def _claim_codes(seen: Measures, history: QualityHistory, *, at: datetime, place: Place | None) -> list[QualityCode]:
    """Is it a new picture, and of the time it says?"""
    found: list[QualityCode] = []
    captured_s, by_day = at.timestamp(), _is_daylight(seen, history.light)
    if seen.spread >= COVERED_SPREAD and seen.mean >= DARK_LEVEL:
        if stands_still(seen.picture, history.past, captured_s=captured_s, by_day=by_day):
            found.append("frozen")
        elif was_seen_before(seen.picture, history.past, captured_s=captured_s, by_day=by_day):
            found.append("replayed")
    if history.timeline.is_backwards(captured_s):
        found.append("clock_backwards")
    elif _contradicts_sun(seen, history.light, at=at, place=place):
        found.append("clock_sun")
    return found


def _is_daylight(seen: Measures, light: LightByHour) -> bool:
    """A sky as bright as days are, in colour: light that changes from hour to hour, as lamps do not."""
    own = light.brightest
    return seen.chroma >= COLOUR and seen.sky >= (DAY_SKY if own is None else min(DAY_SKY, OWN_DAY * own))


def _contradicts_sun(seen: Measures, light: LightByHour, *, at: datetime, place: Place | None) -> bool:
    """A bright coloured sky at an hour that is night: by the sun if the place is known, else by the camera's own days.

    The reverse, darkness at noon, has honest reasons (a bag, a power cut) and is published as what it is.
    """
    own = light.brightest
    if seen.chroma < COLOUR or seen.sky < (DAY_SKY_ALONE if own is None else max(DAY_SKY, OWN_DAY * own)):
        return False
    return light.is_night(at) if place is None else elevation_deg(at, place) < NIGHT_SUN_DEG


def _light_codes(seen: Measures, history: QualityHistory, *, at: datetime, place: Place | None) -> list[QualityCode]:
    if seen.spread < COVERED_SPREAD:
        dark = seen.mean < DARK_LEVEL
        return ["dark"] if dark and not _should_be_day(history.light, at=at, place=place) else ["covered"]
    if seen.mean < DARK_LEVEL:
        return ["dark"]
    if seen.white > WHITE_SHARE:
        return ["overexposed"]
    if seen.contrast < LOW_CONTRAST:
        return ["low_contrast"]
    return ["fog"] if seen.contrast < FOG_CONTRAST else []


def _should_be_day(light: LightByHour, *, at: datetime, place: Place | None) -> bool:
    return light.is_day(at) if place is None else elevation_deg(at, place) > DAY_SUN_DEG


def _lens_codes(seen: Measures, history: QualityHistory, *, foggy: bool) -> list[QualityCode]:
    """Blur softens and keeps the layout, a cover softens and loses it. Fog softens too: under it half the share is
    asked, and less is fog too dense to read through.
    """
    if len(history.sharpness) < HISTORY_MIN:
        return []
    share = BLUR_SHARE / 2 if foggy else BLUR_SHARE
    if seen.sharpness >= share * float(np.median(history.sharpness)):
        return []
    if foggy:
        return ["low_contrast"]
    return ["blur" if _likeness(seen.picture.thumbnail, history.clear_thumbnail) > COVERED_LIKENESS else "covered"]


def _likeness(one: bytes, other: bytes) -> float:
    """Correlation of two thumbnails."""
    a, b = (np.frombuffer(data, np.uint8).astype(float) for data in (one, other))
    if a.std() < 1 or b.std() < 1:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])
