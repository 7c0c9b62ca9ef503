"""Guesses a face from one frame and a quad: how many storeys and bays, and where their lines run."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.commission.bend import NO_BEND, Bend, find_bend, offsets_px
from edge_agent.commission.lens import straight_image, to_ideal, to_native
from edge_agent.commission.rhythm import STRIPS, Count, Strips, col_strips, counts, row_strips, straightened
from edge_agent.commission.shapes import CountGuess, FaceGuess, LineGuess, Origin, Quad
from edge_agent.commission.spacing import Places, places
from edge_agent.vision.frame import Image
from edge_agent.vision.scene import Camera, Point, Polyline

Array = npt.NDArray[np.float64]

SIDE_PX = (200, 900)  # the rectified face is enlarged or reduced to sides within these
SCALE_MAX = 3.0
BAY_OVER_STOREY = (0.6, 2.6)  # a bay's width over a storey's height, as they appear in the picture
GROUND_EXCESS = 0.15  # storeys by which the ground storey is higher on average, in 127 rendered facades
ASSUMED_STOREYS, ASSUMED_BAYS, ASSUMED_SECTIONS, ASSUMED_LANES = 6, 4, 8, 2
SEEN_FROM = 0.10  # likeness to its neighbour from which a line is seen and not only assumed
# Share of right counts by likeness: 183 rendered facades, quads off by up to 6 px (docs/commissioning.md).
LIKENESS = (0.0, 0.15, 0.25, 0.35, 0.45, 0.6)
ROWS_RIGHT, COLS_RIGHT = (0.1, 0.4, 0.65, 0.7, 0.85, 0.9), (0.05, 0.3, 0.3, 0.4, 0.65, 0.83)
SURE = 0.6
BOWED_PX = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rectified:
    """The face seen square on: its picture, the way back to (lens-free) native pixels, pixels per native pixel."""

    image: Image
    to_native: Array
    scale: float

    @property
    def height(self) -> int:
        return int(self.image.shape[0])

    @property
    def width(self) -> int:
        return int(self.image.shape[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lines:
    """Lines along one axis: how many, where, and how they bend."""

    count: CountGuess
    places: Places
    bend: Bend


def guess_face(
    image: Image,
    quad: Quad,
    *,
    rows: int | None = None,
    cols: int | None = None,
    work_type: str = "new_build",
    above: int = 0,
    camera: Camera | None = None,
) -> FaceGuess:
    """Guess the lines of a face inside a quad (native pixels). Deterministic.

    `rows` is the number in all; the quad shows all but the `above` top ones, which are not built yet (null lines).
    `camera` brings lens terms, so that straight lines come back as the curves they are in the frame.
    ValueError when the quad is no quad or `rows`, `cols` and `above` do not fit each other.
    """
    _check(quad, rows=rows, cols=cols, above=above)
    face = _rectified(image, quad, camera=camera)
    shown = None if rows is None else rows - above
    if work_type == "road":
        up = _even(face.height, _given(shown, assumed=ASSUMED_SECTIONS))
        across = _even(face.width, _given(cols, assumed=ASSUMED_LANES))
    else:
        up = _along(row_strips(face.image), number=shown, scale=face.scale, storeys=True, limits=None)
        storey_px = face.height / up.count.number
        limits = (round(face.width / storey_px / BAY_OVER_STOREY[1]), int(face.width / storey_px / BAY_OVER_STOREY[0]))
        across = _along(col_strips(face.image), number=cols, scale=face.scale, storeys=False, limits=limits)
    row_lines = _row_lines(face, up, camera=camera)
    unbuilt = tuple(LineGuess(points=None, origin="assumed", confidence=0.0) for _ in range(above))
    counted = up.count
    total = CountGuess(
        number=counted.number + above,
        origin=counted.origin,
        confidence=counted.confidence,
        others=tuple(number + above for number in counted.others),
    )
    return FaceGuess(
        quad=quad,
        rows=total,
        cols=across.count,
        row_lines=row_lines + unbuilt,
        col_lines=_col_lines(face, across, feet=up.bend, camera=camera),
    )


def _check(quad: Quad, *, rows: int | None, cols: int | None, above: int) -> None:
    corners = np.asarray(quad.corners, float)
    if not np.isfinite(corners).all():
        raise ValueError(f"quad {quad.to_json()} has a point that is no number, expected four points x,y")
    turns = [_turn(corners[k], corners[(k + 1) % 4], corners[(k + 2) % 4]) for k in range(4)]
    if not all(turn < -1 for turn in turns):
        msg = f"quad {quad.to_json()} is crossed, dented or in another order, expected lower left, lower right,"
        raise ValueError(f"{msg} upper right, upper left")
    for name, number in (("rows", rows), ("cols", cols)):
        if number is not None and not 1 <= number <= 120:
            raise ValueError(f"{name} = {number}, expected 1 to 120")
    if above < 0 or (rows is not None and above >= rows):
        raise ValueError(f"{above} storeys above the quad of {rows} in all, expected at least one inside the quad")


def _turn(a: Array, b: Array, c: Array) -> float:
    return float((b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0]))


def _rectified(image: Image, quad: Quad, *, camera: Camera | None) -> _Rectified:
    corners = np.asarray(quad.corners, float)
    if camera is not None and (camera.k1 or camera.k2):
        image, corners = straight_image(image, camera), to_ideal(corners, camera)
    edges = [float(np.linalg.norm(corners[k] - corners[(k + 1) % 4])) for k in range(4)]
    height, width = max(edges[1], edges[3]), max(edges[0], edges[2])
    scale = min(SCALE_MAX, max(1.0, SIDE_PX[0] / min(height, width)), SIDE_PX[1] / max(height, width))
    h, w = max(8, round(height * scale)), max(8, round(width * scale))
    target = np.array([[0, h], [w, h], [w, 0], [0, 0]], np.float32)
    there = np.asarray(cv2.getPerspectiveTransform(corners.astype(np.float32), target), float)
    flat = cv2.warpPerspective(image, there, (w, h), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    return _Rectified(image=np.asarray(flat, np.uint8), to_native=np.linalg.inv(there), scale=h / height)


def _given(number: int | None, *, assumed: int) -> CountGuess:
    if number is None:
        return CountGuess(number=assumed, origin="assumed", confidence=0.0)
    return CountGuess(number=number, origin="person", confidence=1.0)


def _even(length_px: int, count: CountGuess) -> _Lines:
    """Evenly spaced lines: layers of a road have no rhythm that tells chainage."""
    at = tuple(length_px * k / count.number for k in range(count.number + 1))
    confidence = (1.0, *(0.0 for _ in at[1:-1]), 1.0)
    return _Lines(count=count, places=Places(at_px=at, confidence=confidence), bend=NO_BEND)


def _along(
    strips: Strips, *, number: int | None, scale: float, storeys: bool, limits: tuple[int, int] | None
) -> _Lines:
    bend = find_bend(strips, scale=scale)
    offsets = offsets_px(bend, strips=STRIPS, length_px=strips.length_px)
    straight = straightened(strips, offsets)
    if number is not None:
        count = CountGuess(number=number, origin="person", confidence=1.0)
    else:
        count = _counted(straight, storeys=storeys, limits=limits)
    return _Lines(count=count, places=places(straight, count.number), bend=bend)


def _counted(strips: Strips, *, storeys: bool, limits: tuple[int, int] | None) -> CountGuess:
    least, most = (2, 40) if limits is None else (max(2, limits[0]), max(2, limits[1]))
    found = counts(strips, least=least, most=most, excess=GROUND_EXCESS if storeys else 0.0)
    if not found:
        return CountGuess(number=ASSUMED_STOREYS if storeys else ASSUMED_BAYS, origin="assumed", confidence=0.0)
    best = found[0]
    right = float(np.interp(best.likeness, LIKENESS, ROWS_RIGHT if storeys else COLS_RIGHT))
    origin: Origin = "counted" if right >= SURE else "assumed"
    return CountGuess(number=best.number, origin=origin, confidence=round(right, 2), others=_others(found))


def _others(found: tuple[Count, ...]) -> tuple[int, ...]:
    return tuple(count.number for count in found[1:4])


def _row_lines(face: _Rectified, lines: _Lines, *, camera: Camera | None) -> tuple[LineGuess, ...]:
    made = []
    for index, y in enumerate(lines.places.at_px):
        across = _across(lines.bend, y / face.height, camera=camera)
        points = [((x + 1) / 2 * face.width, face.height - y - lines.bend.at(x, y / face.height)) for x in across]
        made.append(_line(face, lines, index=index, points=points, camera=camera))
    return _open_above(tuple(made))


def _open_above(lines: tuple[LineGuess, ...]) -> tuple[LineGuess, ...]:
    """Lines directly under the top one that the picture does not show are left open: nothing stands there yet."""
    last = len(lines) - 1
    seen = max((k for k in range(1, last) if lines[k].confidence >= SEEN_FROM), default=0)
    return tuple(replace(line, points=None) if seen < k < last else line for k, line in enumerate(lines))


def _col_lines(face: _Rectified, lines: _Lines, *, feet: Bend, camera: Camera | None) -> tuple[LineGuess, ...]:
    """Bay lines from the lowest storey line to the highest, which may bow: `feet` is their bend."""
    made = []
    for index, x in enumerate(lines.places.at_px):
        along = _across(lines.bend, x / face.width, camera=camera)
        side = x / face.width * 2 - 1
        low, high = face.height - feet.at(side, 0.0), -feet.at(side, 1.0)
        points = [(x + lines.bend.at(-y, x / face.width), low + (high - low) * (y + 1) / 2) for y in along]
        made.append(_line(face, lines, index=index, points=points, camera=camera))
    return tuple(made)


def _across(bend: Bend, along: float, *, camera: Camera | None) -> tuple[float, ...]:
    """Where along a line its points stand, −1 … 1: two when it is straight, three when it bows, five under a lens."""
    if camera is not None and (camera.k1 or camera.k2):
        return (-1.0, -0.5, 0.0, 0.5, 1.0)
    bow = (1 - along) * bend.bow_low_px + along * bend.bow_high_px
    return (-1.0, 0.0, 1.0) if abs(bow) >= BOWED_PX else (-1.0, 1.0)


def _line(face: _Rectified, lines: _Lines, *, index: int, points: list[Point], camera: Camera | None) -> LineGuess:
    end = index in (0, lines.count.number)
    confidence = lines.places.confidence[index]
    origin: Origin = "seen" if confidence >= SEEN_FROM else "assumed"
    if end:
        origin = "person" if lines.bend == NO_BEND else "seen"
    return LineGuess(points=_native(face, points, camera=camera), origin=origin, confidence=confidence)


def _native(face: _Rectified, points: list[Point], *, camera: Camera | None) -> Polyline:
    ideal = cv2.perspectiveTransform(np.asarray(points, float)[None], face.to_native)[0]
    native = to_native(ideal, camera) if camera is not None and (camera.k1 or camera.k2) else ideal
    return tuple((round(float(x), 1), round(float(y), 1)) for x, y in native)
