"""The set that a project is measured by until its own is agreed: what the platform measures of every works project.

It says so in its name and basis: a district that cares sets its own (`central.scoring.sets`).
"""

from __future__ import annotations

from central.domain import Text
from central.scoring.indicator import Indicator, IndicatorKind, IndicatorSet, WeighedLeaf
from central.scoring.sources import SOURCES

_REASON = "系统缺省权重"
_LEAVES: tuple[tuple[str, IndicatorKind, float, float], ...] = (  # source, kind, target, weight
    ("progress.planned_completion", "higher", 100.0, 0.30),
    ("progress.spi_t", "higher", 1.0, 0.20),
    ("progress.warning_days", "lower", 5.0, 0.10),
    ("progress.evidence", "higher", 95.0, 0.10),
    ("money.execution_rate", "higher", 90.0, 0.15),
    ("mending.on_time_rate", "higher", 100.0, 0.15),
)


def _leaf(source: str, kind: IndicatorKind, target: float, weight: float) -> WeighedLeaf:
    known = SOURCES[source]
    indicator = Indicator(
        id=f"default.{source}", version=1, name=known.name, kind=kind, target=target, unit=known.unit, digits=3,
        formula=known.formula, source=source, level=3, verification="系统实测",
    )  # fmt: skip
    return WeighedLeaf(indicator=indicator, weight=weight, reason=_REASON)


PROJECT_SET = IndicatorSet(
    id="default.project",
    version=1,
    name=Text(zh="项目缺省指标(尚未设定)", en="Default indicators of a project (none agreed yet)"),
    sector="",
    frame="IPOR",
    leaves=tuple(_leaf(*leaf) for leaf in _LEAVES),
    basis=_REASON,
)
