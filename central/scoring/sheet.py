"""A score sheet: what a subject was scored by in a period, frozen. Its digest is its id. Pure.

A sheet holds all that its score is made of, so that the same bytes give the same score for ever: the set of indicators
with the weights and targets then in force, and every value with what is behind it. Times are aware UTC datetimes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import fsum, isclose, isfinite
from typing import Any, Literal, get_args

import msgspec

from central.domain import Contribution, Score, Subject, SubjectKind, Text
from central.scoring.indicator import FrameName, Indicator, IndicatorKind, IndicatorSet, Value, ValueState, WeighedLeaf
from central.scoring.leaf import COUNTED, LeafScore, band, check_target, formula, grade, scored_value
from central.scoring.period import Period, period_of
from central.scoring.sets import set_of

SheetKind = Literal["objective", "self", "peer", "dept", "finance", "third", "annual", "health"]
RULES = "sheet-1"
POOR_DATA = 60.0  # below this total of its unit's data, a score carries the mark (domain.md §4.8)
_SUM_TOLERANCE = 1e-9
_SHOWN_DIGITS = 6  # how many digits of a target are written in a formula


class SheetError(ValueError):
    """A sheet that cannot be scored or read; the message names the place and what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjusted:
    """A target that an approved adjustment had changed when the sheet was taken: what the set says, and what counts."""

    indicator: str
    before: float
    target: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a reader of the score has to know besides it; `indicator` '' = of the whole."""

    code: Literal["poor_data", "target_too_low", "too_few", "overridden", "disputed"]
    text: Text
    indicator: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One value for each leaf of the set, in the set's order. `taken_at`: the instant up to which facts count (the end
    of a period that is over). `data_quality`: total of the unit's data 0-100, None where it is not known.
    `adjusted` names the leaves whose target in `set` is not the one the set was made with; `disputes` what people said
    otherwise than devices and nobody had decided: the value that devices and people together gave stays (E31)."""

    subject: Subject
    period: Period
    kind: SheetKind
    set: IndicatorSet
    values: tuple[Value, ...]
    taken_at: datetime
    author: str
    data_quality: float | None = None
    adjusted: tuple[Adjusted, ...] = ()
    disputes: tuple[str, ...] = ()
    rules: str = RULES


def checked(sheet: Sheet) -> Sheet:
    """The sheet; SheetError unless there are leaves, weights sum to 1 and each leaf has its one value."""
    leaves = sheet.set.leaves
    where = f"sheet of {sheet.subject.kind}/{sheet.subject.id} for {sheet.period.name}"
    wanted = [leaf.indicator.id for leaf in leaves]
    if not wanted or len(set(wanted)) != len(wanted):
        raise SheetError(f"{where}: leaves {wanted}; expected one or more, each once")
    if any(not isfinite(leaf.weight) or leaf.weight < 0 for leaf in leaves):
        raise SheetError(f"{where}: weights {[leaf.weight for leaf in leaves]}; expected finite numbers, 0 or more")
    total = fsum(leaf.weight for leaf in leaves)
    if not isclose(total, 1.0, abs_tol=_SUM_TOLERANCE):
        raise SheetError(f"{where}: weights sum to {total}; expected 1")
    given = [value.indicator for value in sheet.values]
    if given != wanted:
        raise SheetError(f"{where}: values of {given}; expected those of {wanted} in this order")
    for leaf, value in zip(leaves, sheet.values, strict=True):
        check_target(leaf.indicator.kind, leaf.indicator.target)
        _check_value(value, where)
    return sheet


def scored(sheet: Sheet) -> Score:
    """Total = Σ weight x leaf score (domain.md §4.7), grade before rounding. Leaves that are not due or not applicable
    drop out and the others' weights are scaled to 1; with none left there is no total. LeafError names a value that
    cannot be scored."""
    leaves = checked(sheet).set.leaves
    found = [
        scored_value(leaf.indicator.kind, value.value, target=leaf.indicator.target, state=value.state)
        for leaf, value in zip(leaves, sheet.values, strict=True)
    ]
    live = fsum(leaf.weight for leaf, one in zip(leaves, found, strict=True) if one.state in COUNTED)
    contributions = tuple(
        _contribution(leaf, value, one, weight=leaf.weight / live if one.state in COUNTED and live > 0 else 0.0)
        for leaf, value, one in zip(leaves, sheet.values, found, strict=True)
    )
    total = fsum(one.points for one in contributions) if live > 0 else None
    return Score(
        subject=sheet.subject,
        as_of=sheet.taken_at,
        total=total,
        grade=None if total is None else grade(total),
        rule_version=f"{sheet.rules}/{sheet.set.id}/{sheet.set.version}",
        consistency_ratio=sheet.set.consistency_ratio,
        contributions=contributions,
    )


def marks(sheet: Sheet) -> tuple[Mark, ...]:
    """数据质量不足 for the whole, then by leaf: 指标值偏低, 样本不足, 人工改写."""
    return tuple(_marks(sheet))


def _marks(sheet: Sheet) -> Iterator[Mark]:
    if sheet.data_quality is not None and sheet.data_quality < POOR_DATA:
        yield Mark(code="poor_data", text=Text(zh="数据质量不足", en="data quality insufficient"))
    if sheet.disputes:
        many = len(sheet.disputes)
        text = Text(
            zh=f"{many} 项数据自动值与人工值不一致, 未结", en=f"{many} values disputed between devices and people"
        )
        yield Mark(code="disputed", text=text)
    for leaf, value in zip(sheet.set.leaves, sheet.values, strict=True):
        one = scored_value(leaf.indicator.kind, value.value, target=leaf.indicator.target, state=value.state)
        if one.review:
            text = Text(zh="指标值偏低, 请复核目标", en="target set too low, to be reviewed")
            yield Mark(code="target_too_low", text=text, indicator=leaf.indicator.id)
        if one.state == "too_few":
            text = Text(zh="样本不足, 不计达标", en="sample too small, not counted as met")
            yield Mark(code="too_few", text=text, indicator=leaf.indicator.id)
        if value.version == OVERRIDE:
            text = value.note or Text(zh="人工改写", en="overridden by hand")
            yield Mark(code="overridden", text=text, indicator=leaf.indicator.id)


OVERRIDE = "override"  # the version of a value that a person put in the place of a measured one


def canonical(sheet: Sheet) -> bytes:
    """The sheet as canonical JSON: UTF-8, sorted keys, no spaces, shortest exact floats. The same sheet, same bytes."""
    return json.dumps(
        _plain(sheet), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def sheet_id(sheet: Sheet) -> str:
    """SHA-256 of the canonical bytes, hex."""
    return id_of(canonical(sheet))


def id_of(spelled: bytes) -> str:
    """The id of a sheet by its canonical bytes."""
    return hashlib.sha256(spelled).hexdigest()


def parse(spelled: bytes) -> Sheet:
    """The sheet of canonical bytes; SheetError where a field is lacking or is not what it should be."""
    try:
        plain = json.loads(spelled)
        return checked(
            Sheet(
                subject=Subject(kind=_one_of(SubjectKind, plain["subject"]["kind"]), id=plain["subject"]["id"]),
                period=period_of(plain["period"]),
                kind=_one_of(SheetKind, plain["kind"]),
                set=_set(plain["set"]),
                values=tuple(_value(one) for one in plain["values"]),
                taken_at=datetime.fromisoformat(plain["taken_at"]),
                author=plain["author"],
                data_quality=plain["data_quality"],
                adjusted=tuple(Adjusted(**one) for one in plain["adjusted"]),
                disputes=tuple(plain["disputes"]),
                rules=plain["rules"],
            )
        )
    except (KeyError, TypeError, json.JSONDecodeError, UnicodeDecodeError) as lacking:
        raise SheetError(f"bytes of a sheet: {lacking!r}; expected what `canonical` writes") from lacking


def _check_value(value: Value, where: str) -> None:
    known = value.state in ("measured", "entered", "too_few")
    if known != (value.value is not None):
        expected = "a number" if known else "none"
        raise SheetError(f"{where}: {value.indicator} is {value.state} with value {value.value}; expected {expected}")
    if any(one is not None and not isfinite(one) for one in (value.value, value.low, value.high)):
        raise SheetError(f"{where}: {value.indicator} is {value.value}; expected a finite number")


def _contribution(leaf: WeighedLeaf, value: Value, found: LeafScore, *, weight: float) -> Contribution:
    known = "" if value.value is None else f"{value.value:.{leaf.indicator.digits}f}"
    target = f"{leaf.indicator.target:.{_SHOWN_DIGITS}g}"
    return Contribution(
        indicator=leaf.indicator.id,
        name=leaf.indicator.name,
        weight=weight,
        value=_written(leaf.indicator, value, known),
        leaf_score=found.score,
        points=weight * found.score,
        formula=formula(leaf.indicator.kind, known, target, found=found),
        refs=value.refs,
    )


def _written(indicator: Indicator, value: Value, known: str) -> str:
    if value.value is None:
        return value.state
    shown = f"{known}{indicator.unit}"
    if indicator.kind == "qualitative":
        shown += f" ({band(value.value)})"
    if value.low is not None and value.high is not None:
        shown += f" [{value.low:.{indicator.digits}f}, {value.high:.{indicator.digits}f}]"
    return shown if value.n is None else f"{shown} n={value.n}"


# --- plain JSON and back ----------------------------------------------------------------------------------------------


def _plain(sheet: Sheet) -> dict[str, Any]:
    return {
        "subject": {"kind": sheet.subject.kind, "id": sheet.subject.id},
        "period": sheet.period.name,
        "kind": sheet.kind,
        "set": _plain_set(sheet.set),
        "values": [_plain_value(value) for value in sheet.values],
        "taken_at": sheet.taken_at.astimezone(UTC).isoformat(),
        "author": sheet.author,
        "data_quality": _float(sheet.data_quality),
        "adjusted": [
            {"indicator": one.indicator, "before": float(one.before), "target": float(one.target)}
            for one in sheet.adjusted
        ],
        "disputes": list(sheet.disputes),
        "rules": sheet.rules,
    }


def _plain_set(given: IndicatorSet) -> dict[str, Any]:
    """As `central.scoring.sets` writes a set, with floats where floats belong, be they whole or not."""
    plain: dict[str, Any] = msgspec.to_builtins(given)  # eight times as fast as `asdict`, of which a month needs 480
    for leaf in plain["leaves"]:
        leaf["weight"] = float(leaf["weight"])
        leaf["indicator"]["target"] = float(leaf["indicator"]["target"])
    return plain | {"consistency_ratio": float(given.consistency_ratio)}


def _plain_value(given: Value) -> dict[str, Any]:
    return {
        "indicator": given.indicator,
        "value": _float(given.value),
        "state": given.state,
        "refs": list(given.refs),
        "source": given.source,
        "version": given.version,
        "n": given.n,
        "low": _float(given.low),
        "high": _float(given.high),
        "note": None if given.note is None else _plain_text(given.note),
    }


def _plain_text(given: Text) -> dict[str, str]:
    return {"zh": given.zh, "en": given.en}


def _float(given: float | None) -> float | None:
    return None if given is None else float(given)


def _set(plain: Mapping[str, Any]) -> IndicatorSet:
    _one_of(FrameName, plain["frame"])
    for leaf in plain["leaves"]:
        _one_of(IndicatorKind, leaf["indicator"]["kind"])
    return set_of(plain)


def _value(plain: Mapping[str, Any]) -> Value:
    note = None if plain["note"] is None else _text(plain["note"])
    state = _one_of(ValueState, plain["state"])
    return Value(**{**plain, "refs": tuple(plain["refs"]), "note": note, "state": state})


def _text(plain: Mapping[str, str]) -> Text:
    return Text(zh=plain["zh"], en=plain["en"])


def _one_of(names: Any, given: Any) -> Any:
    if given not in get_args(names):
        raise SheetError(f"bytes of a sheet: {given!r}; expected one of {', '.join(get_args(names))}")
    return given
