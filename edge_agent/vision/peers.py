"""What the eye is compared with: what can be said of a face without a filter, without a network, or without looking."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
import numpy.typing as npt

from edge_agent.vision.metrics import REGRESSION_PP

Floats = npt.NDArray[np.float64]
Stages = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

# What stands in the table, and what it is.
ESTIMATORS = {
    "filtered": "what the agent holds: network and temporal filter, hidden cells carried",
    "published": "the same, where the agent does not abstain",
    "network": "the network on this frame alone, all observable cells",
    "visible_mean": "the network on this frame, mean over the cells that are not hidden",
    "carry_forward_max": "per cell the furthest stage the network ever said while the cell was visible",
    "yesterday": "the network's value of the newest look of an earlier day (UTC)",
    "yesterday_true": "the truth of the newest scored frame of an earlier day: a person who counted yesterday",
    "schedule": "a straight line in time between the truth of the face's first and last scored frame (a plan that is "
    "right about both ends); scored strictly between them",
    "features": "colour, edge and texture features with logistic regression on the same cells, this frame alone",
    "features_filtered": "the same through the agent's filter",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The straight schedule of a face: truth in points at its first and last scored frame."""

    start: datetime
    start_pp: float
    end: datetime
    end_pp: float

    def at(self, when: datetime) -> float | None:
        """Points planned strictly between the ends; None elsewhere."""
        if not self.start < when < self.end:
            return None
        return self.start_pp + (self.end_pp - self.start_pp) * ((when - self.start) / (self.end - self.start))


def line_through(told: Iterable[tuple[datetime, float]]) -> Line | None:
    """The schedule through the first and the last (time, points) of a face; None with fewer than two times."""
    scored = sorted(told)
    if len(scored) < 2 or scored[0][0] == scored[-1][0]:
        return None
    (start, start_pp), (end, end_pp) = scored[0], scored[-1]
    return Line(start=start, start_pp=start_pp, end=end, end_pp=end_pp)


@dataclass(slots=True)
class Daily:
    """The newest value of an earlier day than today's."""

    day: date | None = None
    today: float | None = None
    earlier: float | None = None

    def before(self, when: datetime) -> float | None:
        """The newest value put in on a day before `when`."""
        return self.earlier if self.day == when.date() else self.today

    def put(self, when: datetime, value: float | None) -> None:
        """Note a value; None is no value and changes nothing."""
        if value is None:
            return
        if self.day != when.date():
            self.earlier = self.today
        self.day, self.today = when.date(), value


@dataclass(slots=True)
class FacePast:
    """What the peers remember of one face."""

    schedule: Line | None = None
    furthest: Stages | None = None
    network: Daily = field(default_factory=Daily)
    truth: Daily = field(default_factory=Daily)
    values: dict[str, float] = field(default_factory=dict)
    truth_pp: float | None = None
    said: dict[str, Stages] = field(default_factory=dict)
    stage: Stages | None = None

    def carry_forward(self, stage: Floats, visible: Mask) -> Stages:
        """Per cell the furthest stage said so far (rows x cols, -1 never visible), this look included."""
        said = np.where(visible, stage.argmax(axis=-1), -1)
        self.furthest = said if self.furthest is None else np.maximum(self.furthest, said)
        return self.furthest

    def falls(self, values: dict[str, float | None], *, truth_pp: float) -> dict[str, bool]:
        """By estimator: did its value fall by more than REGRESSION_PP since the last scored look while the truth did
        not? Only for estimators that gave a value before. Remembers this look.
        """
        told = {name: value for name, value in values.items() if value is not None}
        stood = self.truth_pp is not None and truth_pp >= self.truth_pp
        fell = {n: stood and v < self.values[n] - REGRESSION_PP for n, v in told.items() if n in self.values}
        self.values |= told
        self.truth_pp = truth_pp
        return fell

    def cell_falls(self, said: dict[str, Stages], *, truth: Stages, shown: Mask) -> dict[str, tuple[int, int]]:
        """By estimator: how many `shown` cells it says to be in an earlier stage than at the last scored look while the
        truth did not go back, and of how many. Cells of unknown truth are not among `shown`. Remembers this look.
        """
        fell: dict[str, tuple[int, int]] = {}
        if self.stage is not None:
            watched = shown & (self.stage >= 0) & (truth >= self.stage)
            fell = {
                name: (int((now < self.said[name])[watched].sum()), int(watched.sum()))
                for name, now in said.items()
                if name in self.said
            }
        self.said |= said
        self.stage = np.where(shown, truth, -1)
        return fell
