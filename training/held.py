"""Which scenes are kept aside for calibration and model choice: a pure function of the site, whoever drew it."""

import hashlib
import re
from collections.abc import Iterable

from training.sample import WORK_TYPES, Sample

HELD_SHARE = 0.08
SITE = re.compile(r"^(?:train|bulk|cyc)-(?:(new_build|renovation|road)-)?(\d+)$")


def is_held(scene: str) -> bool:
    """True for scenes of the calibration part; the same site drawn by another renderer falls on the same side."""
    match = SITE.match(scene)
    site = f"{match[1] or 'new_build'}-{match[2]}" if match else scene
    return int(hashlib.sha256(site.encode()).hexdigest()[:8], 16) % 1000 < HELD_SHARE * 1000


def measured(samples: Iterable[Sample], *, most: int) -> list[Sample]:
    """Held samples to measure by: at most so many a work type, path-traced ones first, the rest by hash."""
    held = [sample for sample in samples if is_held(sample.scene)]
    chosen: list[Sample] = []
    for kind in WORK_TYPES:
        of_kind = [(order(sample, place), sample) for place, sample in enumerate(held) if sample.work_type == kind]
        chosen += [sample for _, sample in sorted(of_kind, key=lambda pair: pair[0])[:most]]
    return chosen


def order(sample: Sample, place: int) -> tuple[bool, str, int]:
    """Sorts rasterised scenes last, then by hash of the scene's name."""
    return sample.scene.startswith("bulk-"), hashlib.sha256(sample.scene.encode()).hexdigest(), place
