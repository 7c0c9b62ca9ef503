"""People and machines on a site as counts: which kinds there are, what is counted, and the newest of several. Pure.

Counts alone are kept (A11, domain.md §5.7): no name, no face, no number plate, and no field that could carry one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from central.domain import Text

MachineKind = Literal[
    "excavator", "loader", "bulldozer", "roller", "tower_crane", "mobile_crane", "hoist", "pile_driver",
    "concrete_pump", "mixer", "truck", "grader", "paver", "other",
]  # fmt: skip
CountSource = Literal["manual", "gate", "machine_log", "daily_report"]
MACHINES: tuple[str, ...] = get_args(MachineKind)
COUNT_MAX = 10_000
NAMES: Mapping[str, Text] = {
    "excavator": Text(zh="挖掘机", en="excavator"),
    "loader": Text(zh="装载机", en="loader"),
    "bulldozer": Text(zh="推土机", en="bulldozer"),
    "roller": Text(zh="压路机", en="roller"),
    "tower_crane": Text(zh="塔式起重机", en="tower crane"),
    "mobile_crane": Text(zh="汽车起重机", en="mobile crane"),
    "hoist": Text(zh="施工升降机", en="hoist"),
    "pile_driver": Text(zh="桩机", en="pile driver"),
    "concrete_pump": Text(zh="混凝土泵", en="concrete pump"),
    "mixer": Text(zh="搅拌车", en="mixer"),
    "truck": Text(zh="自卸车", en="truck"),
    "grader": Text(zh="平地机", en="grader"),
    "paver": Text(zh="摊铺机", en="paver"),
    "other": Text(zh="其他机械", en="other machine"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """One count: `persons` None = people were not counted, `machines` None = machines were not (an empty mapping = none
    was there)."""

    observed_at: datetime
    source: CountSource
    persons: int | None
    machines: Mapping[str, int] | None


def newest_persons(counts: Iterable[Presence]) -> Presence | None:
    """The newest count of people; of several at one instant the one whose source comes first in `CountSource`."""
    return _newest(one for one in counts if one.persons is not None)


def newest_machines(counts: Iterable[Presence]) -> Presence | None:
    """The newest count of machines, likewise."""
    return _newest(one for one in counts if one.machines is not None)


def _newest(counts: Iterable[Presence]) -> Presence | None:
    ranks = {source: -rank for rank, source in enumerate(get_args(CountSource))}
    return max(counts, key=lambda one: (one.observed_at, ranks[one.source]), default=None)
