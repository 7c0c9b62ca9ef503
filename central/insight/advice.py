"""Advice by cause: what usually helps, who should do it, by when, and the cases it is taken from (domain.md §4.12).

Advice, never an order: orders are given by people in a case. Always named: cause, measure, owner role, date. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from central.domain import Text
from central.insight.situation import Situation
from central.mending.causes import Advice, advice, cause_of, likely
from central.mending.words import SEAT_WORDS

Basis = Literal["case", "sign", "rule"]
LABEL = Text(zh="建议(供参考, 不是指令)", en="Advice, not an order")
PERMIT_CAUSES: Mapping[str, str] = {
    "eia": "permit_eia",
    "land": "permit_land",
    "planning": "permit_planning",
    "construction": "permit_construction",
    "fire": "permit_fire",
    "energy": "permit_energy",
}
_UNPAID_BP, _COVERAGE_MIN_BP = -2000, 6000
_GUESSES = 2  # causes to look into first where nobody has said one
_BASES: Mapping[Basis, Text] = {
    "case": Text(zh="已登记的原因", en="the cause on record"),
    "sign": Text(zh="数据显示", en="shown by the data"),
    "rule": Text(zh="可能的原因, 请先核实", en="a possible cause, to be confirmed first"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """A fault that people work on: its rule, the cause on record ('' = none yet) and its number."""

    number: int
    rule: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """A cause to be dealt with, how it is known, and the case it is about (None = none)."""

    cause: str
    basis: Basis
    case: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Cause, measure, owner role and date in words. `days` come from `n` closed cases of the cause when `measured`,
    else from the table; `precedents` are those cases, newest first."""

    cause: str
    cause_name: Text
    basis: Basis
    case: int | None
    measure: Text
    seat: str
    owner: Text
    department: str
    days: int
    by: date
    measured: bool
    n: int
    precedents: tuple[int, ...]
    sentence: Text


def matters_of(situation: Situation, cases: Sequence[OpenCase]) -> tuple[Matter, ...]:
    """What there is to advise on, each cause once: causes on record, then what the data show, then likely ones."""
    found = [Matter(cause=one.cause, basis="case", case=one.number) for one in cases if one.cause]
    found += [Matter(cause=code, basis="sign") for code in _signs(situation)]
    for one in cases:
        if not one.cause:
            found += [Matter(cause=cause.code, basis="rule", case=one.number) for cause in likely(one.rule)[:_GUESSES]]
    first: dict[str, Matter] = {}
    for matter in found:
        first.setdefault(matter.cause, matter)
    return tuple(first.values())


def suggest(
    matters: Sequence[Matter], *, today: date, precedents: Mapping[str, Sequence[tuple[int, int]]]
) -> tuple[Suggestion, ...]:
    """Advice on each matter; `precedents` by cause are (case, days it took), newest first."""
    return tuple(
        _suggestion(matter, advice(matter.cause, precedents.get(matter.cause, ())), today) for matter in matters
    )


def _signs(situation: Situation) -> list[str]:
    codes = [PERMIT_CAUSES.get(permit, "permit") for permit in situation.permits]
    if situation.pay_gap_bp is not None and situation.pay_gap_bp <= _UNPAID_BP:
        codes.append("money")
    if situation.coverage_bp is not None and situation.coverage_bp < _COVERAGE_MIN_BP:
        codes.append("device")
    return codes


def _suggestion(matter: Matter, found: Advice, today: date) -> Suggestion:
    cause = cause_of(matter.cause)
    owner, by = SEAT_WORDS[cause.seat], today + timedelta(days=found.days)
    n = len(found.precedents)
    return Suggestion(
        cause=cause.code,
        cause_name=cause.name,
        basis=matter.basis,
        case=matter.case,
        measure=cause.measure,
        seat=cause.seat,
        owner=owner,
        department=cause.department,
        days=found.days,
        by=by,
        measured=found.measured,
        n=n,
        precedents=found.precedents,
        sentence=_sentence(matter, found, owner=owner, by=by),
    )


def _sentence(matter: Matter, found: Advice, *, owner: Text, by: date) -> Text:
    cause, basis, n = found.cause, _BASES[matter.basis], len(found.precedents)
    source = (
        Text(zh=f"本区 {n} 件同类先例的中位数", en=f"the median of {n} cases of the district")
        if found.measured
        else Text(zh=f"经验值, 本区先例仅 {n} 件", en=f"by rule of thumb, only {n} cases of the district")
    )
    return Text(
        zh=f"{LABEL.zh}: 原因为{cause.name.zh}({basis.zh}); 措施: {cause.measure.zh}; 由{owner.zh}负责; "
        f"宜于 {by} 前完成(通常 {found.days} 天, {source.zh})",
        en=f"{LABEL.en}: cause {cause.name.en} ({basis.en}); measure: {cause.measure.en}; {owner.en}; "
        f"best by {by} (usually {found.days} days, {source.en})",
    )
