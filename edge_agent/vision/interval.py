"""How far a reading may be off: a standard deviation from what is known of the cells, made to hold on unseen buildings.

Cells of a face err together (one light, one camera), and a network that does not know a building errs on it every day.
So a part of the error neither averages out over cells nor over days; another part does over days alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEVEL = 0.9
SIGMAS = 1.645  # half width of a 90 % interval in standard deviations
CELL_CORRELATION = 0.15  # what errors of the cells of a face share beyond the face's common part
ONE_LOOK = 2.0  # error of a single look of a face in terms of the part that stays for ever
UNSEEN_BP = 2000  # how far cells that were never seen may be from what is held of them
TAIL = 4.0  # degrees of freedom: errors have heavy tails, and one lost face must not set the width of all
FLOORS_BP = tuple(range(50, 1001, 25))
SCALES = tuple(round(0.2 * k, 1) for k in range(1, 21))


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What a reading rests on: common deviation of its cells (1/10000), independent looks of late, share never seen."""

    cells_bp: float
    looks: float
    unseen: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How unsure readings are beyond the posterior of their cells; measured on held-out buildings.

    `floor_bp` is the part of the error that neither cells nor days average out; `scale` multiplies the cells' own
    deviation; `factor_bp` (1/10000) is the conformal correction of the whole, from so many `buildings`.
    """

    floor_bp: int
    scale: float
    factor_bp: int = 10_000
    buildings: int = 0

    def sigma_bp(self, doubt: Doubt) -> float:
        """Standard deviation, 1/10000: SIGMAS times it is the half width of the 90 % interval."""
        common = self.floor_bp * np.sqrt(1 + ONE_LOOK**2 / max(doubt.looks, 0.1))
        parts = (self.scale * doubt.cells_bp, common, UNSEEN_BP * doubt.unseen)
        return float(np.sqrt(sum(part**2 for part in parts)) * self.factor_bp / 10_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldError:
    """One reading of a held-out building: what was held minus the truth (1/10000), and what it rested on."""

    building: str
    error_bp: float
    doubt: Doubt


def common_deviation_bp(share: Floats, variance: Floats) -> float:
    """Deviation of a weighted mean whose cells err together by CELL_CORRELATION; `share` sums to 1."""
    alone = float((share**2 * variance).sum())
    together = float((share * np.sqrt(variance)).sum()) ** 2
    return float(np.sqrt((1 - CELL_CORRELATION) * alone + CELL_CORRELATION * together))


def fit_spread(errors: Sequence[HeldError], *, level: float = LEVEL) -> Spread:
    """Floor and scale by likelihood, each building weighing the same; then the split-conformal factor over buildings.

    The factor makes SIGMAS deviations cover `level` of the errors of a building not seen yet: the quantile is taken at
    level (n + 1) / n of n buildings. ValueError when there are no errors.
    """
    if not errors:
        msg = "no errors to fit an interval to, expected at least one reading of a held-out building"
        raise ValueError(msg)
    weights = building_weights([e.building for e in errors])
    off = np.array([e.error_bp for e in errors])
    spreads = [Spread(floor_bp=floor, scale=scale) for floor in FLOORS_BP for scale in SCALES]
    costs = [_cost(off, _sigmas_bp(errors, spread), weights) for spread in spreads]
    best = spreads[int(np.argmin(costs))]
    buildings = len({e.building for e in errors})
    reach = _weighted_quantile(
        np.abs(off) / _sigmas_bp(errors, best), weights, at=min(1.0, level * (buildings + 1) / buildings)
    )
    return replace(best, factor_bp=max(1, round(10_000 * reach / SIGMAS)), buildings=buildings)


def covered_share(errors: Sequence[HeldError], spread: Spread) -> float:
    """Share of the errors within SIGMAS deviations, each building weighing the same."""
    inside = np.abs([e.error_bp for e in errors]) <= SIGMAS * _sigmas_bp(errors, spread)
    return float(inside @ building_weights([e.building for e in errors]))


def building_weights(buildings: Sequence[str]) -> Floats:
    """Weights that sum to 1 and are the same for each building, however often it was looked at."""
    names, index = np.unique(np.array(buildings), return_inverse=True)
    return np.asarray(1.0 / (len(names) * np.bincount(index)[index]))


def _sigmas_bp(errors: Sequence[HeldError], spread: Spread) -> Floats:
    return np.array([spread.sigma_bp(e.doubt) for e in errors])


def _cost(off: Floats, sigma: Floats, weights: Floats) -> float:
    """Negative log-likelihood of a Student t with TAIL degrees of freedom, constants left out."""
    return float(weights @ (np.log(sigma) + (TAIL + 1) / 2 * np.log1p((off / sigma) ** 2 / TAIL)))


def _weighted_quantile(values: Floats, weights: Floats, *, at: float) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(values[order][min(int(np.searchsorted(reached, at - 1e-12)), len(values) - 1)])
