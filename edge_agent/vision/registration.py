"""Is the camera still looking where it was commissioned? VERIFIED, UNVERIFIED or MOVED, and by how much.

Three witnesses look at what does not change (anchors, and all that is off the building): gradient correlation, which
holds in rain and over seasons; local shifts, which tell a turn or zoom; and matched ORB features, which measure large
movements. Few matches is never movement.
"""

from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.landmarks import (
    Landmarks,
    Match,
    correlate,
    likeness,
    match_features,
    remembered_gradient,
    remembered_grey,
    search,
)
from edge_agent.vision.quality import Quality
from edge_agent.vision.rectify import NO_SHIFT, Shift
from edge_agent.vision.turn import beyond_shift_px, find_turn

Status = Literal["VERIFIED", "UNVERIFIED", "MOVED"]

MOVED_FROM_PX = 12.0
SUSPECT_FRAMES = 2  # consecutive usable frames that must agree before a camera counts as moved
AGREES = 0.45  # gradient correlation at which the content is the commissioned one, wherever it peaks
RESTS = 0.36  # … enough when it peaks at rest; two other cameras of one district reached 0.35 in fog
REST_PX = 2.0  # native pixels within which a peak counts as at rest
CONFIRMED = 3  # verified frames before foreign content may accuse a camera: the first reference may be a bad night
FOREIGN = 0.22  # … under which, in a sharp and well-lit frame, it is another view
LEARN_UNDER = 0.72  # … under which a verified frame teaches the bank a new look
MOVED_INLIERS, MOVED_SPREAD = 20, 5  # features that moved together, and squares of the frame they are in
BANK_SIZE = 8
DOUBTFUL = 0.65  # agreement under which a shift may be the middle of a turn, and features are asked too
TURN_UNDER = 0.9  # agreement under which the patches are asked whether the view has turned
TURN_PX, TURN_ANALYSIS_PX = 4.0, 1.2  # native and analysis pixels at the building that no shift can correct


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Verdict on one frame. `shift` maps commissioned to native pixels; `residual_px` is its size at the face.

    `may_update` is False when cells read through this frame could belong to another view.
    """

    status: Status
    shift: Shift
    residual_px: float
    may_update: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A remembered look of the commissioned view: JPEG of its analysis grey image, and its own shift in native px."""

    jpeg: bytes
    dx_px: float
    dy_px: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceBank:
    """References over hours and weather, the latest verified look, and the running suspicion."""

    references: tuple[Reference, ...] = ()
    latest: Reference | None = None
    suspect_frames: int = 0
    moved: bool = False
    confirmations: int = 0
    verified_at_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A verdict and the bank after it."""

    registration: Registration
    bank: ReferenceBank


@dataclass(frozen=True, slots=True, kw_only=True)
class _Evidence:
    """The best that any reference says: correlation, the shift it implies, and the best feature match.

    `turned_px` is what a turn or zoom moves at the building beyond that shift, native pixels; 0 where there is none.
    """

    agreement: float
    dx_px: float
    dy_px: float
    match: Match | None = None
    turned_px: float = 0.0

    @property
    def shift_px(self) -> float:
        return float(np.hypot(self.dx_px, self.dy_px))


def register(marks: Landmarks, quality: Quality, bank: ReferenceBank, *, captured_s: float) -> Registered:
    """Compare a frame's landmarks with the bank. The first usable frame becomes the reference."""
    if not quality.usable:
        return _unverified(bank, may_update=False)
    if not bank.references:
        look = _reference(marks, 0.0, 0.0)
        learned = replace(bank, references=(look,), latest=look, verified_at_s=captured_s)
        return Registered(registration=_steady(NO_SHIFT, 0.0), bank=learned)
    evidence = _weigh(marks, bank)
    if _is_steady(evidence):
        return _verified(marks, evidence, bank, captured_s=captured_s)
    if _is_elsewhere(evidence, marks, quality, bank):
        return _suspect(evidence, bank)
    if bank.confirmations < CONFIRMED and not bank.moved:  # a bank this young takes every look for its own
        bank = _with_reference(bank, marks, 0.0, 0.0)
    young = bank.confirmations < CONFIRMED and bank.suspect_frames == 0
    return _unverified(bank, may_update=young and not bank.moved)


def _weigh(marks: Landmarks, bank: ReferenceBank) -> _Evidence:
    """Look through the references until one agrees; turns and features are only asked when none does clearly."""
    best, by = _Evidence(agreement=-1.0, dx_px=0.0, dy_px=0.0), bank.references[0]
    seen = search(marks)
    for ref in bank.references:
        found = correlate(remembered_gradient(ref.jpeg), seen)
        if found.agreement > best.agreement:
            dx, dy = found.dx_px + ref.dx_px, found.dy_px + ref.dy_px
            best, by = _Evidence(agreement=found.agreement, dx_px=dx, dy_px=dy), ref
        if best.agreement >= LEARN_UNDER:
            break
    if best.agreement < TURN_UNDER:
        best = replace(best, turned_px=_turned_px(marks, best, by))
    doubtful = best.agreement < DOUBTFUL and best.shift_px >= REST_PX
    if bank.latest is None or best.turned_px > 0 or (_is_steady(best) and not doubtful):
        return best
    # The latest verified look is the likest in light and in how far the building was: even its facade may testify.
    match = match_features(remembered_grey(bank.latest.jpeg), marks)
    return replace(best, match=match, turned_px=_matched_turn_px(marks, match, best, bank.latest) if doubtful else 0.0)


def _turned_px(marks: Landmarks, best: _Evidence, by: Reference) -> float:
    """What a turn against the best reference moves at the building; 0 when it is too little to be told."""
    dx, dy = _analysis_shift(marks, best, by)
    turn = find_turn(remembered_gradient(by.jpeg), marks, dx=dx, dy=dy)
    return 0.0 if turn is None else _beyond_px(turn.transform, marks, dx=dx, dy=dy)


def _matched_turn_px(marks: Landmarks, match: Match, best: _Evidence, by: Reference) -> float:
    """The same by features: a doubtful shift is often the middle of a turn."""
    if match.transform is None or match.inliers < MOVED_INLIERS or match.spread < MOVED_SPREAD:
        return 0.0
    dx, dy = _analysis_shift(marks, best, by)
    return _beyond_px(match.transform, marks, dx=dx, dy=dy)


def _analysis_shift(marks: Landmarks, best: _Evidence, by: Reference) -> tuple[float, float]:
    return (best.dx_px - by.dx_px) / marks.native_per_px, (best.dy_px - by.dy_px) / marks.native_per_px


def _beyond_px(transform: npt.NDArray[np.float64], marks: Landmarks, *, dx: float, dy: float) -> float:
    beyond = beyond_shift_px(transform, marks.building, dx=dx, dy=dy)
    told = beyond >= TURN_ANALYSIS_PX and beyond * marks.native_per_px >= TURN_PX
    return beyond * marks.native_per_px if told else 0.0


def _is_steady(evidence: _Evidence) -> bool:
    size_px = evidence.shift_px
    if evidence.turned_px > 0:
        return False
    if evidence.agreement >= AGREES:
        return size_px < MOVED_FROM_PX
    return evidence.agreement >= RESTS and size_px < REST_PX


def _is_elsewhere(evidence: _Evidence, marks: Landmarks, quality: Quality, bank: ReferenceBank) -> bool:
    """Positive evidence of another view: one large consistent movement, or foreign content in a clear frame."""
    match = evidence.match
    if match is not None and _moved_together(match):
        return True
    if evidence.agreement >= AGREES:  # the same content, turned or further away than the small shifts we correct
        return True
    if evidence.turned_px > 0:
        return True
    if quality.codes or bank.confirmations < CONFIRMED:
        return False
    return evidence.agreement < FOREIGN and marks.is_rich


def _moved_together(match: Match) -> bool:
    wide = match.inliers >= MOVED_INLIERS and match.spread >= MOVED_SPREAD
    return wide and match.corner_shift_px >= MOVED_FROM_PX


def _verified(marks: Landmarks, evidence: _Evidence, bank: ReferenceBank, *, captured_s: float) -> Registered:
    shift, residual_px = _shift_of(evidence)
    if evidence.agreement < LEARN_UNDER and residual_px < REST_PX:
        bank = _with_reference(bank, marks, shift.dx_px, shift.dy_px)
    after = replace(
        bank,
        latest=_reference(marks, shift.dx_px, shift.dy_px),
        suspect_frames=0,
        moved=False,
        confirmations=bank.confirmations + 1,
        verified_at_s=captured_s,
    )
    return Registered(registration=_steady(shift, residual_px), bank=after)


def _with_reference(bank: ReferenceBank, marks: Landmarks, dx_px: float, dy_px: float) -> ReferenceBank:
    """A bank that knows one more look. When it is full, the one likest to another goes, so that hours and weathers stay
    apart; the first reference is the commissioning itself and is never given up.
    """
    new = _reference(marks, dx_px, dy_px)
    kept = [*bank.references, new]
    if len(kept) > BANK_SIZE:
        looks = [remembered_gradient(ref.jpeg) for ref in kept]
        # Only the newcomer's likenesses are asked: the others were far enough apart when they came.
        alike = [likeness(look, looks[-1], marks.ground) for look in looks[1:-1]]
        del kept[1 + int(np.argmax(alike))]
    return replace(bank, references=tuple(kept))


def _shift_of(evidence: _Evidence) -> tuple[Shift, float]:
    """The correction to apply, a translation; below half a pixel none is worth it."""
    size_px = evidence.shift_px
    return (Shift(dx_px=evidence.dx_px, dy_px=evidence.dy_px) if size_px >= 0.5 else NO_SHIFT), size_px


def _suspect(evidence: _Evidence, bank: ReferenceBank) -> Registered:
    """Count a frame against the camera; at the second in a row it has moved."""
    count = bank.suspect_frames + 1
    moved = bank.moved or count >= SUSPECT_FRAMES
    match = evidence.match
    size_px = match.corner_shift_px if match is not None and _moved_together(match) else evidence.turned_px
    if evidence.agreement >= AGREES:
        size_px = max(size_px, evidence.shift_px)
    verdict = Registration(
        status="MOVED" if moved else "UNVERIFIED", shift=NO_SHIFT, residual_px=size_px, may_update=False
    )
    return Registered(registration=verdict, bank=replace(bank, suspect_frames=count, moved=moved))


def _unverified(bank: ReferenceBank, *, may_update: bool) -> Registered:
    """No verdict from this frame: a moved camera stays moved, a steady one holds what it knew."""
    status: Status = "MOVED" if bank.moved else "UNVERIFIED"
    verdict = Registration(status=status, shift=NO_SHIFT, residual_px=0.0, may_update=may_update)
    return Registered(registration=verdict, bank=bank)


def _steady(shift: Shift, residual_px: float) -> Registration:
    return Registration(status="VERIFIED", shift=shift, residual_px=residual_px, may_update=True)


def _reference(marks: Landmarks, dx_px: float, dy_px: float) -> Reference:
    done, jpeg = cv2.imencode(".jpg", marks.grey, [cv2.IMWRITE_JPEG_QUALITY, 85])
    assert done, "OpenCV cannot encode a grey image"
    return Reference(jpeg=jpeg.tobytes(), dx_px=dx_px, dy_px=dy_px)
