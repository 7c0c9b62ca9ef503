"""Places the lines of a known number of storeys or bays: each part is matched with its neighbour, ends by the quad."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edge_agent.commission.rhythm import Strips, likenesses

Array = npt.NDArray[np.float64]

NEIGHBOUR_FLEX = 0.2  # of a period by which neighbouring parts may differ in size
END_WEIGHT = 1.0
EVEN_WEIGHT = 0.15  # equal spacing, where the picture says nothing
PERIOD_FLEX = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Positions of the lines along the axis, rectified pixels, ascending; and how sure each is, 0 … 1."""

    at_px: tuple[float, ...]
    confidence: tuple[float, ...]


def places(strips: Strips, number: int) -> Places:
    """Lines 0 … number of a straightened face. The first and last stay where the quad has them, within the noise."""
    length = float(strips.length_px)
    period = _period(strips, number)
    first = _start(length, number, period)
    lags, trust = _neighbour_lags(strips, first)
    solved = _solve(lags, trust, first)
    own = np.concatenate([[0.0], trust])
    confidence = np.maximum(own, np.concatenate([trust, [0.0]]))
    confidence[[0, -1]] = 1.0
    return Places(
        at_px=tuple(float(v) for v in solved), confidence=tuple(round(float(v), 3) for v in confidence.clip(0, 1))
    )


def _period(strips: Strips, number: int) -> float:
    """The repetition near length / number, at its likeliest; length / number itself when the face shows none."""
    even = strips.length_px / number
    low, high = max(2, int(even * (1 - PERIOD_FLEX))), int(even * (1 + PERIOD_FLEX / 2)) + 2
    if high >= strips.length_px - 1 or number < 3:
        return even
    likeness = likenesses(strips, until_px=high + 1)[low : high + 1]
    best = int(likeness.argmax())
    return float(low + best) if 0 < best < len(likeness) - 1 and likeness[best] > 0.1 else even


def _start(length: float, number: int, period: float) -> Array:
    """Even lines, save that the lowest part takes what the others leave over (ground storeys are often higher)."""
    even = length / number
    if not 0.75 * period <= length - (number - 1) * period <= 1.8 * period:
        period = even
    return np.array([0.0, *(length - (number - k) * period for k in range(1, number + 1))])


def _neighbour_lags(strips: Strips, first: Array) -> tuple[Array, Array]:
    """For each part but the last: distance to where the next part looks alike, and the likeness as trust 0 … 1."""
    lags, trust = np.diff(first), np.zeros(len(first) - 1)
    for k in range(len(first) - 2):
        start, stop = round(first[k]), round(first[k + 1])
        size = first[k + 2] - first[k + 1]
        tried = range(max(1, round(size * (1 - NEIGHBOUR_FLEX))), round(size * (1 + NEIGHBOUR_FLEX)) + 1)
        found = [(_likeness(strips, start, stop, lag), lag) for lag in tried]
        if found:
            best, lag = max(found)
            lags[k], trust[k] = float(lag), max(0.0, best)
    return lags, trust


def _likeness(strips: Strips, start: int, stop: int, lag: int) -> float:
    low, high = strips.profile[:, start:stop], strips.profile[:, start + lag : stop + lag]
    if high.shape[1] < low.shape[1] or low.shape[1] < 3:
        return -1.0
    low, high = low - low.mean(axis=1, keepdims=True), high - high.mean(axis=1, keepdims=True)
    norm = float(np.sqrt((low * low).sum() * (high * high).sum()))
    return float((low * high).sum()) / max(norm, 1e-6)


def _solve(lags: Array, trust: Array, first: Array) -> Array:
    """Weighted least squares: ends, neighbour distances, even spacing."""
    number = len(first) - 1
    rows, rhs, weights = [], [], []

    def demand(coefficients: dict[int, float], value: float, weight: float) -> None:
        row = np.zeros(number + 1)
        for index, factor in coefficients.items():
            row[index] = factor
        rows.append(row)
        rhs.append(value)
        weights.append(np.sqrt(weight))

    demand({0: 1.0}, first[0], END_WEIGHT)
    demand({number: 1.0}, first[-1], END_WEIGHT)
    for k in range(number):
        demand({k: -1.0, k + 1: 1.0}, first[k + 1] - first[k], EVEN_WEIGHT)
        if trust[k] > 0:
            demand({k: -1.0, k + 1: 1.0}, lags[k], float(trust[k]) ** 2)
    scale = np.array(weights)
    return np.asarray(np.linalg.lstsq(np.array(rows) * scale[:, None], np.array(rhs) * scale, rcond=None)[0])
