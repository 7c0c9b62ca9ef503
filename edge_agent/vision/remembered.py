"""The quality gate's history as plain values and arrays, and back. Older memories simply know less."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from edge_agent.vision.quality import QualityHistory
from edge_agent.vision.replay import THUMB_HEIGHT, THUMB_WIDTH, Past, PastLook
from edge_agent.vision.sun import LightByHour
from edge_agent.vision.timeline import Timeline

HASH_HEX = 16
Arrays = Mapping[str, npt.NDArray[np.generic]]


def history_header(history: QualityHistory) -> dict[str, object]:
    """The small values, for JSON."""
    timeline = history.timeline
    return {
        "sharpness": history.sharpness,
        "timeline": (timeline.last_s, timeline.believed_s, timeline.leap_s, timeline.behind_from_s),
        "still_since_s": history.past.still_since_s,
        "hour_looks": history.light.looks,
    }


def history_arrays(history: QualityHistory) -> dict[str, npt.NDArray[np.generic]]:
    """What is many numbers: hashes as unsigned 64 bit, thumbnails as grey levels."""
    past = history.past
    return {
        "quality_hour_light": np.array(history.light.level, float),
        "quality_clear": np.frombuffer(history.clear_thumbnail, np.uint8),
        "quality_still": np.frombuffer(past.still_samples, np.uint8),
        "quality_hashes": np.array([int(digest, 16) for digest in past.hashes], np.uint64),
        "quality_looks_s": np.array([look.captured_s for look in past.looks], float),
        "quality_looks": np.frombuffer(b"".join(look.thumbnail for look in past.looks), np.uint8),
    }


def history_of(header: Mapping[str, object], arrays: Arrays) -> QualityHistory:
    """Read what the two functions above gave."""
    told: dict[str, list[float]] = header["quality"]  # type: ignore[assignment]
    last_s, believed_s, leap_s, behind_from_s = told["timeline"]
    return QualityHistory(
        sharpness=tuple(told["sharpness"]),
        clear_thumbnail=arrays["quality_clear"].tobytes(),
        timeline=Timeline(last_s=last_s, believed_s=believed_s, leap_s=leap_s, behind_from_s=behind_from_s),
        light=LightByHour(level=tuple(arrays["quality_hour_light"].tolist()), looks=tuple(told["hour_looks"])),  # type: ignore[arg-type]
        past=_past(told, arrays),
    )


def older_history(header: Mapping[str, object]) -> QualityHistory:
    """The history of a memory written before the gate knew of replays, drops and the sun."""
    last_s: float = header["last_captured_s"]  # type: ignore[assignment]
    return QualityHistory(
        sharpness=tuple(header["sharpness"]),  # type: ignore[arg-type]
        timeline=Timeline(last_s=last_s, believed_s=last_s),
    )


def _past(told: Mapping[str, object], arrays: Arrays) -> Past:
    thumbnails = np.asarray(arrays["quality_looks"], np.uint8).reshape(-1, THUMB_WIDTH * THUMB_HEIGHT)
    times: list[float] = arrays["quality_looks_s"].tolist()
    return Past(
        hashes=tuple(f"{int(digest):0{HASH_HEX}x}" for digest in arrays["quality_hashes"]),
        looks=tuple(
            PastLook(captured_s=at, thumbnail=thumb.tobytes()) for at, thumb in zip(times, thumbnails, strict=True)
        ),
        still_samples=arrays["quality_still"].tobytes(),
        still_since_s=told["still_since_s"],  # type: ignore[arg-type]
    )
