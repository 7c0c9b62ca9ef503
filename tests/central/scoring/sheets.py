"""Builders of indicators, sets, values and sheets for the tests of scoring. Plain functions with defaults."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from central.domain import Subject, Text
from central.scoring.indicator import Indicator, IndicatorKind, IndicatorSet, Value, ValueState, WeighedLeaf
from central.scoring.period import period_of
from central.scoring.sheet import Sheet, SheetKind

PROJECT = Subject(kind="project", id="p1")


def an_indicator(
    name: str = "i1",
    *,
    kind: IndicatorKind = "higher",
    target: float = 100.0,
    unit: str = "%",
    digits: int = 2,
    source: str = "",
) -> Indicator:
    """An indicator in percent that is the better the higher, unless told otherwise."""
    return Indicator(
        id=name,
        version=1,
        name=Text(zh=name, en=name),
        kind=kind,
        target=target,
        unit=unit,
        digits=digits,
        formula=Text(zh="f", en="f"),
        source=source,
        frames={"IPOR": "output", "IOI": "output", "MOF": "output"},
    )


def a_set(*leaves: tuple[Indicator, float], name: str = "project/p1", version: int = 1) -> IndicatorSet:
    """A set of these indicators with their weights."""
    return IndicatorSet(
        id=name,
        version=version,
        name=Text(zh="set", en="set"),
        sector="infrastructure",
        frame="IPOR",
        leaves=tuple(WeighedLeaf(indicator=one, weight=weight, reason="given") for one, weight in leaves),
    )


def a_value(name: str = "i1", value: float | None = 100.0, *, state: ValueState | None = None) -> Value:
    """A measured value, or a missing one."""
    return Value(indicator=name, value=value, state=state or ("missing" if value is None else "measured"))


def a_sheet(
    *leaves: tuple[Indicator, float, Value],
    subject: Subject = PROJECT,
    period: str = "2026-03",
    kind: SheetKind = "objective",
    data_quality: float | None = None,
    author: str = "system:scoring",
) -> Sheet:
    """A sheet of these leaves."""
    return Sheet(
        subject=subject,
        period=period_of(period),
        kind=kind,
        set=a_set(*((indicator, weight) for indicator, weight, _ in leaves)),
        values=tuple(value for _, _, value in leaves),
        taken_at=datetime(2026, 3, 31, 16, tzinfo=UTC),
        author=author,
        data_quality=data_quality,
    )


def a_plain_sheet(*totals: float, weights: Sequence[float] | None = None) -> Sheet:
    """Qualitative leaves with these points, equal weights unless told."""
    shares = weights or [1 / len(totals)] * len(totals)
    return a_sheet(
        *(
            (an_indicator(f"i{at}", kind="qualitative"), share, a_value(f"i{at}", total))
            for at, (total, share) in enumerate(zip(totals, shares, strict=True))
        )
    )
