"""Values that people enter: numbers, surveys, marks of a panel, and overrides of what was measured (A40, E08). Pure.

What the platform measures nobody types; who knows better says so with a reason, and both values stay visible.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from central.domain import Subject, Text
from central.scoring.indicator import Indicator, IndicatorKind, Value
from central.scoring.leaf import LeafError, check_actual
from central.scoring.panel import panel_of, paneled
from central.scoring.period import Period
from central.scoring.refused import RefusalCode, ScoringRefused
from central.scoring.sheet import OVERRIDE
from central.scoring.sources import SOURCES, is_measured
from central.scoring.survey import survey_of, surveyed

EntryKind = Literal["value", "survey", "panel", "override"]
EVIDENCE_MAX, POINTS_MAX, REASON_MAX = 20, 100, 2000
_DIGEST = re.compile(r"[0-9a-f]{64}")
_KIND_OF: Mapping[IndicatorKind, EntryKind] = {"survey": "survey", "panel": "panel", "qualitative": "panel"}
"""How values of an indicator are entered: `value` unless it is a sample."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a person gives: `value` alone, or `n` and `satisfied` of a survey, or the `points` of a panel. `evidence` =
    SHA-256 of the papers it rests on. An override is of the same shape and has `reason`."""

    subject: Subject
    period: Period
    indicator: str
    author: str
    value: float | None = None
    n: int | None = None
    satisfied: int | None = None
    points: tuple[float, ...] = ()
    evidence: tuple[str, ...] = ()
    reason: str = ""
    override: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An entry as it is kept: the value that counts, how it was entered, and what it overrides (None: nothing)."""

    kind: EntryKind
    value: Value
    detail: Mapping[str, Any] = field(default_factory=dict)


def made(entry: Entry, indicator: Indicator, *, measured: Value | None, today: date) -> Made:
    """The value of an entry; `measured` is what the platform itself says of it (None: it measures no such thing).

    ScoringRefused where it may not be entered, lacks evidence or a reason, or is no value of its kind.
    """
    _check_plain(entry, today=today)
    covered = measured is not None and measured.state != "not_applicable"
    if covered and not entry.override:
        raise _refused_cover(indicator, measured)
    if not covered and entry.override:
        what = Text(zh="没有可改写的自动值", en="no measured value to override")
        raise refused("wrong_state", what, "override", Text(zh="普通填报", en="a plain entry"))
    kind = _KIND_OF.get(indicator.kind, "value")
    value = replace(_value(entry, indicator, kind), refs=entry.evidence)
    if not covered or measured is None:
        return Made(kind=kind, value=value, detail=_detail(entry))
    if not entry.reason.strip():
        what = Text(zh="改写自动值没有理由", en="an override without a reason")
        raise refused("missing", what, "reason", Text(zh="写明理由", en="the reason in words"))
    original = {
        "value": measured.value,
        "state": measured.state,
        "source": measured.source,
        "version": measured.version,
        "refs": list(measured.refs),
    }
    overridden = replace(value, version=OVERRIDE)
    return Made(kind="override", value=overridden, detail={**_detail(entry), "measured": original})


def covered_by(indicator: Indicator, subject: Subject) -> str | None:
    """The code of the measure that fills an indicator for a subject, so that a form shows it read-only; else None."""
    return indicator.source if is_measured(indicator.source, subject.kind) else None


def refused(code: RefusalCode, what: Text, where: str, expected: Text) -> ScoringRefused:
    """A refusal about an entry."""
    return ScoringRefused(code, what, where=where, expected=expected)


def _check_plain(entry: Entry, *, today: date) -> None:
    if entry.period.first > today:
        what = Text(zh=f"期间 {entry.period.name} 尚未开始", en=f"period {entry.period.name} has not begun")
        raise refused("wrong_state", what, "period", Text(zh="已开始的期间", en="a period that has begun"))
    if not 1 <= len(entry.evidence) <= EVIDENCE_MAX or any(not _DIGEST.fullmatch(one) for one in entry.evidence):
        what = Text(zh=f"证据 {len(entry.evidence)} 件", en=f"{len(entry.evidence)} pieces of evidence")
        expected = Text(
            zh=f"1 至 {EVIDENCE_MAX} 个文件的 SHA-256", en=f"the SHA-256 (64 hex digits) of 1 to {EVIDENCE_MAX} papers"
        )
        raise refused("missing", what, "evidence", expected)
    if len(entry.reason) > REASON_MAX:
        what = Text(zh=f"理由 {len(entry.reason)} 字", en=f"a reason of {len(entry.reason)} characters")
        raise refused("missing", what, "reason", Text(zh=f"不超过 {REASON_MAX} 字", en=f"at most {REASON_MAX}"))


def _value(entry: Entry, indicator: Indicator, kind: EntryKind) -> Value:
    match kind:
        case "survey":
            if entry.n is None or entry.satisfied is None:
                raise _lacks(indicator, "survey", zh="答卷数 n 与满意数", en="n and satisfied of the survey")
            return surveyed(indicator.id, survey_of(n=entry.n, satisfied=entry.satisfied))
        case "panel":
            if not 1 <= len(entry.points) <= POINTS_MAX:
                raise _lacks(indicator, "points", zh="各专家打分", en=f"points of 1 to {POINTS_MAX} experts")
            return paneled(indicator.id, panel_of(entry.points))
    if entry.value is None:
        raise _lacks(indicator, "value", zh="数值", en="a number")
    try:
        check_actual(indicator.kind, entry.value)
    except LeafError as odd:
        what = Text(zh=f"数值 {entry.value!r}", en=str(odd))
        raise refused("missing", what, "value", Text(zh="不小于 0 的有限数值", en="a finite number")) from odd
    return Value(indicator=indicator.id, value=float(entry.value), state="entered", version="1")


def _lacks(indicator: Indicator, where: str, *, zh: str, en: str) -> ScoringRefused:
    what = Text(zh=f"指标 {indicator.name.zh} 没有 {zh}", en=f"{indicator.name.en}: nothing given")
    return refused("missing", what, where, Text(zh=zh, en=en))


def _refused_cover(indicator: Indicator, measured: Value | None) -> ScoringRefused:
    source = SOURCES[indicator.source].name
    shown = "-" if measured is None or measured.value is None else f"{measured.value:.{indicator.digits}f}"
    return refused(
        "not_yours",
        Text(
            zh=f"指标 {indicator.name.zh} 由系统自动采集({source.zh}, 现值 {shown})",
            en=f"{indicator.name.en} is measured by the platform ({source.en}, now {shown})",
        ),
        "indicator",
        Text(zh="无需填报; 如需改写, 注明理由", en="no entry; or an override with its reason"),
    )


def _detail(entry: Entry) -> dict[str, Any]:
    return {"points": list(entry.points)} if entry.points else {}
