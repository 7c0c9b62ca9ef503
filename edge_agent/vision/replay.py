"""Pictures that were seen before: a source that stands still, and a recording played again."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

THUMB_WIDTH, THUMB_HEIGHT = 24, 16
HASHES = 1024  # exact hashes remembered
LOOKS = 288  # thumbnails remembered: three days at one a quarter of an hour, months at two a day
LOOK_EVERY_S = 900.0
# Mean grey levels between two thumbnails. The same picture encoded again at JPEG quality 60 or 85: at most 0.35; the
# likest two of 372 daily frames of a fixed camera: 1.7; of 90 frames of 30 other cameras: 10.7.
SAME_PICTURE = 0.6
SAME_SAMPLE, SAME_SHARE = 1, 0.97  # grey levels and share of point samples: sensor noise never repeats, a buffer does
STILL_S = 900.0  # a picture equal to the last noise grain for this long is a source that hangs
STATIC_S = 3 * 3600.0  # … and one without any change of daylight for this long is one too
# A replay is told from a scene where nothing happens by being like one instant only: every other time must differ by
# so many times more.
UNIQUE = 3.0
NEAR_S = 1800.0  # looks this near to the matched one may be like it
AGO_S = 3 * 3600.0  # what is younger is a quiet scene, not a replay


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What is remembered of a picture: hash of its bytes, thumbnail (grey means), point samples (with their noise)."""

    sha256: str
    thumbnail: bytes
    samples: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PastLook:
    """A remembered look."""

    captured_s: float
    thumbnail: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Hashes and thumbnails of earlier looks, oldest first, and the picture that may be standing still."""

    hashes: tuple[str, ...] = ()
    looks: tuple[PastLook, ...] = ()
    still_samples: bytes = b""
    still_since_s: float = 0.0


def stands_still(picture: Picture, past: Past, *, captured_s: float, by_day: bool) -> bool:
    """True when the source delivers one picture again and again, whatever it writes into the corner.

    Only daylight must change within hours: under a lamp a picture may rest all night.
    """
    if past.hashes and picture.sha256[:16] == past.hashes[-1]:
        return True
    if captured_s - past.still_since_s >= STILL_S and _same_grain(picture.samples, past.still_samples):
        return True
    since = [look for look in past.looks if captured_s - STATIC_S * 2 <= look.captured_s <= captured_s - NEAR_S]
    if not by_day or len(since) < 2 or captured_s - since[0].captured_s < STATIC_S:
        return False
    return bool((_distances(picture.thumbnail, tuple(since)) < SAME_PICTURE).all())


def was_seen_before(picture: Picture, past: Past, *, captured_s: float, by_day: bool) -> bool:
    """True when the very bytes, or by day a picture like one instant of the past and like no other, come again."""
    if picture.sha256[:16] in past.hashes[:-1]:
        return True
    old = tuple(look for look in past.looks if look.captured_s < captured_s - AGO_S)
    if not by_day or not old:
        return False
    distance = _distances(picture.thumbnail, old)
    best = int(distance.argmin())
    if distance[best] >= SAME_PICTURE:
        return False
    times = np.array([look.captured_s for look in past.looks])
    elsewhere = np.abs(times - old[best].captured_s) > NEAR_S
    if elsewhere.sum() < 2:
        return False
    others = _distances(picture.thumbnail, past.looks)[elsewhere]
    return float(others.min()) > max(UNIQUE * float(distance[best]), SAME_PICTURE)


def remembering(picture: Picture, past: Past, *, captured_s: float, is_new: bool) -> Past:
    """The past after a look; only what `is_new` (neither frozen nor replayed, of a right clock) leaves a thumbnail."""
    same = _same_grain(picture.samples, past.still_samples)
    after = replace(
        past,
        hashes=(*past.hashes, picture.sha256[:16])[-HASHES:] if is_new or not past.hashes else past.hashes,
        still_samples=past.still_samples if same else picture.samples,
        still_since_s=past.still_since_s if same else captured_s,
    )
    recent = past.looks and abs(captured_s - past.looks[-1].captured_s) < LOOK_EVERY_S
    if not is_new or recent:
        return after
    look = PastLook(captured_s=captured_s, thumbnail=picture.thumbnail)
    return replace(after, looks=(*past.looks, look)[-LOOKS:])


def _same_grain(samples: bytes, others: bytes) -> bool:
    if len(samples) != len(others) or not samples:
        return False
    one, two = np.frombuffer(samples, np.uint8).astype(np.int16), np.frombuffer(others, np.uint8)
    return float((np.abs(one - two) <= SAME_SAMPLE).mean()) >= SAME_SHARE


def _distances(thumbnail: bytes, looks: tuple[PastLook, ...]) -> npt.NDArray[np.float64]:
    """Mean absolute difference in grey levels to each look."""
    table = np.frombuffer(b"".join(look.thumbnail for look in looks), np.uint8).reshape(len(looks), -1)
    return np.asarray(np.abs(table.astype(np.int16) - np.frombuffer(thumbnail, np.uint8)).mean(axis=1), np.float64)
