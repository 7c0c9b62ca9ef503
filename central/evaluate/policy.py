"""The policy of evaluating as data with a version: parts and weights, who approves, how long is published. Pure.

An evaluation is judged to its end by the version in force when it was opened: a new one never reaches back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from central.domain import SubjectKind, Text
from central.evaluate.approval import SEAT_WORDS, ApprovalLevel, Need
from central.evaluate.composite import FULL_BP
from central.evaluate.publication import PUBLICATION_WORKING_DAYS
from central.model_words import in_chinese
from central.scoring.period import PeriodKind
from central.scoring.refused import ScoringRefused
from central.scoring.sheet import SheetKind

Evaluated = tuple[PeriodKind, SubjectKind]
FORM_KINDS: frozenset[SheetKind] = frozenset({"self", "peer", "dept", "finance", "third"})
_KINDS: frozenset[SheetKind] = FORM_KINDS | {"objective"}
_SUBJECTS: tuple[SubjectKind, ...] = ("unit", "project", "person")
_NUMBERS = {"peers": (1, 12), "publication_working_days": (1, 60), "discrepancy_points": (1, 100)}


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationPolicy:
    """`weights_bp` says for a period and kind of subject which parts count how much (sum 10000); what it does not name
    is not evaluated. `chains`: who approves. `remedy_grades`: results that ask the unit to mend within a time."""

    version: int
    weights_bp: Mapping[Evaluated, Mapping[SheetKind, int]]
    chains: Mapping[PeriodKind, tuple[ApprovalLevel, ...]]
    peers: int = 3
    publication_working_days: int = PUBLICATION_WORKING_DAYS
    discrepancy_points: int = 10
    remedy_grades: frozenset[str] = field(default_factory=lambda: frozenset({"差"}))


DEFAULT_POLICY = EvaluationPolicy(
    version=0,
    weights_bp={
        ("quarter", "unit"): {"objective": 7000, "self": 1000, "peer": 2000},
        ("year", "unit"): {"objective": 6000, "self": 1000, "peer": 2000, "finance": 1000},
        ("year", "project"): {"objective": 5000, "self": 1000, "dept": 1500, "finance": 1500, "third": 1000},
        ("year", "person"): {"objective": 8000, "self": 2000},
    },
    chains={
        "quarter": (ApprovalLevel(seats=("section", "finance")), ApprovalLevel(seats=("leader",))),
        "year": (
            ApprovalLevel(seats=("section",)),
            ApprovalLevel(seats=("finance", "dept_head")),
            ApprovalLevel(seats=("leader",)),
        ),
    },
)
"""What counts until the district sets its own: the objective part is always the largest."""


def spelled(policy: EvaluationPolicy) -> dict[str, Any]:
    """The policy as a JSON document, without its version."""
    return {
        "weights_bp": {f"{period}/{kind}": dict(parts) for (period, kind), parts in policy.weights_bp.items()},
        "chains": {
            period: [{"seats": list(level.seats), "need": level.need} for level in chain]
            for period, chain in policy.chains.items()
        },
        "peers": policy.peers,
        "publication_working_days": policy.publication_working_days,
        "discrepancy_points": policy.discrepancy_points,
        "remedy_grades": sorted(policy.remedy_grades),
    }


def read_policy(document: Mapping[str, Any], *, version: int) -> EvaluationPolicy:
    """The policy of a document; ScoringRefused names the first field that is wrong and what was expected there."""
    weights = {_evaluated(name): _weights(name, parts) for name, parts in _mapping(document, "weights_bp").items()}
    chains = {_period(name): _chain(name, levels) for name, levels in _mapping(document, "chains").items()}
    for period, _ in weights:
        if period not in chains:
            raise _wrong("chains", f"{period!r} is lacking", "a chain for every period that is weighed")
    numbers = {name: _number(document, name) for name in _NUMBERS}
    grades = document.get("remedy_grades", [])
    if not isinstance(grades, list) or not set(grades) <= {"优", "良", "中", "差"}:
        raise _wrong("remedy_grades", repr(grades)[:60], "some of 优 良 中 差")
    return EvaluationPolicy(
        version=version, weights_bp=weights, chains=chains, remedy_grades=frozenset(grades), **numbers
    )


def _evaluated(name: str) -> Evaluated:
    period, _, kind = name.partition("/")
    if kind not in _SUBJECTS:
        raise _wrong(f"weights_bp.{name[:40]}", repr(name)[:60], "PERIOD/KIND with unit, project or person")
    return _period(period), kind


def _period(name: str) -> PeriodKind:
    periods: dict[str, PeriodKind] = {"quarter": "quarter", "year": "year"}
    if name not in periods:
        raise _wrong("period", repr(name)[:60], "quarter or year")
    return periods[name]


def _weights(name: str, parts: Any) -> dict[SheetKind, int]:
    where = f"weights_bp.{name}"
    if not isinstance(parts, dict) or not set(parts) <= _KINDS:
        raise _wrong(where, repr(parts)[:80], f"weights of {', '.join(sorted(_KINDS))}")
    whole = all(type(weight) is int and weight >= 0 for weight in parts.values())
    if not whole or sum(parts.values()) != FULL_BP:
        raise _wrong(where, repr(parts)[:80], f"whole basis points >= 0 that sum to {FULL_BP}")
    return parts


def _chain(name: str, levels: Any) -> tuple[ApprovalLevel, ...]:
    where = f"chains.{name}"
    if not isinstance(levels, list) or not levels:
        raise _wrong(where, repr(levels)[:80], "one level or more")
    return tuple(_level(f"{where}.{at}", level) for at, level in enumerate(levels, 1))


def _level(where: str, level: Any) -> ApprovalLevel:
    if not isinstance(level, dict) or not set(level) <= {"seats", "need"}:
        raise _wrong(where, repr(level)[:80], "seats, and need: any or all")
    seats, need = level.get("seats"), level.get("need", "any")
    if not isinstance(seats, list) or not seats or not set(seats) <= set(SEAT_WORDS):
        raise _wrong(f"{where}.seats", repr(seats)[:80], f"some of {', '.join(SEAT_WORDS)}")
    if need not in get_args(Need):
        raise _wrong(f"{where}.need", repr(need)[:40], "any or all")
    checked: Literal["any", "all"] = "all" if need == "all" else "any"
    return ApprovalLevel(seats=tuple(dict.fromkeys(seats)), need=checked)


def _number(document: Mapping[str, Any], name: str) -> int:
    low, high = _NUMBERS[name]
    given = document.get(name)
    if type(given) is not int or not low <= given <= high:
        raise _wrong(name, repr(given)[:40], f"a whole number from {low} to {high}")
    return given


def _mapping(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    given = document.get(name)
    if not isinstance(given, dict) or not given:
        raise _wrong(name, repr(given)[:60], "an object that is not empty")
    return given


_OWN = (  # what is expected of this document, in Chinese
    (r"a chain for every period that is weighed", "每种评价周期各有一条审批链"),
    (r"some of (.+)", "以下几个: {0}"),
    (r"PERIOD/KIND with unit, project or person", "周期/对象, 对象为 unit、project 或 person"),
    (r"quarter or year", "quarter(季度)或 year(年度)"),
    (r"weights of (.+)", "以下各项的权重: {0}"),
    (r"whole basis points >= 0 that sum to (\d+)", "不小于 0 的整数(万分数), 合计 {0}"),
    (r"one level or more", "至少一级"),
    (r"seats, and need: any or all", "seats, 以及 need: any(任一)或 all(全部)"),
    (r"any or all", "any(任一)或 all(全部)"),
    (r"a whole number from (\d+) to (\d+)", "{0} 到 {1} 的整数"),
    (r"an object that is not empty", "非空的一组内容"),
)


def _wrong(where: str, what: str, expected: str) -> ScoringRefused:
    return ScoringRefused(
        "unknown",
        Text(zh=f"评价办法 {where}: {what}", en=f"policy {where}: {what}"),
        where=f"policy.{where}",
        expected=Text(zh=in_chinese(expected, own=_OWN), en=expected),
    )
