"""Figures of projects by department, time and type, in any combination (B06, B17). Pure.

A fact is one project in one stretch of time. What flows (paid, warnings) is summed; what stands (contract, progress) is
that of each project's newest stretch in the cell, once, so that a sum over months counts no contract twice.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Literal

from central.domain import Text
from central.insight.spread import WHOLE_BP

Dimension = Literal["unit", "street", "kind", "sector", "band", "period"]
DIMENSIONS: Mapping[Dimension, Text] = {
    "unit": Text(zh="单位", en="unit"),
    "street": Text(zh="街道", en="street"),
    "kind": Text(zh="项目类型", en="kind"),
    "sector": Text(zh="领域", en="sector"),
    "band": Text(zh="规模", en="scale"),
    "period": Text(zh="时间", en="time"),
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class PivotFact:
    """A project in a stretch of time (`period` sorts by its name); money of the stretch, standing at its end."""

    project: str
    unit: str
    street: str
    kind: str
    sector: str
    band: str
    period: str
    contract_fen: int
    budget_fen: int
    paid_fen: int
    raised: int
    red: int
    plan_bp: int | None
    actual_bp: int | None
    completed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A column: an integer, told divided by `scale`; None = it cannot be said."""

    code: str
    name: Text
    of: Callable[[Sequence[PivotFact], Sequence[PivotFact]], int | None]
    scale: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PivotLine:
    """A row: the values of the dimensions, the figures in order, and the projects they are of."""

    keys: tuple[str, ...]
    figures: tuple[int | None, ...]
    projects: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pivot:
    """Rows by their keys, and all together."""

    by: tuple[Dimension, ...]
    figures: tuple[Figure, ...]
    lines: tuple[PivotLine, ...]
    total: PivotLine


def _weighted(share: Callable[[PivotFact], int]) -> Callable[[Sequence[PivotFact], Sequence[PivotFact]], int | None]:
    """Mean over the projects that were observed, by contract."""

    def of(_every: Sequence[PivotFact], newest: Sequence[PivotFact]) -> int | None:
        seen = [one for one in newest if one.actual_bp is not None and one.plan_bp is not None]
        weight = sum(one.contract_fen for one in seen)
        return sum(one.contract_fen * share(one) for one in seen) // weight if weight > 0 else None

    return of


def _rate(_every: Sequence[PivotFact], newest: Sequence[PivotFact]) -> int | None:
    budget = sum(one.budget_fen for one in newest)
    return sum(one.paid_fen for one in _every) * WHOLE_BP // budget if budget > 0 else None


_FIGURES = (
    Figure(code="projects", name=Text(zh="项目数", en="projects"), of=lambda _, newest: len(newest)),
    Figure(
        code="completed",
        name=Text(zh="已竣工", en="completed"),
        of=lambda _, newest: sum(one.completed for one in newest),
    ),
    Figure(
        code="contract_fen",
        name=Text(zh="合同额(元)", en="contract (CNY)"),
        of=lambda _, newest: sum(one.contract_fen for one in newest),
        scale=100,
    ),
    Figure(
        code="paid_fen",
        name=Text(zh="期内支出(元)", en="paid in it (CNY)"),
        of=lambda every, _: sum(one.paid_fen for one in every),
        scale=100,
    ),
    Figure(code="paid_bp", name=Text(zh="期内支出占预算(%)", en="paid of the budget (%)"), of=_rate, scale=100),
    Figure(
        code="actual_bp",
        name=Text(zh="实际进度(%)", en="actual (%)"),
        of=_weighted(lambda one: one.actual_bp or 0),
        scale=100,
    ),
    Figure(
        code="gap_bp",
        name=Text(zh="进度偏差(个百分点)", en="gap (pp)"),
        of=_weighted(lambda one: (one.plan_bp or 0) - (one.actual_bp or 0)),
        scale=100,
    ),
    Figure(
        code="raised",
        name=Text(zh="新增预警", en="warnings raised"),
        of=lambda every, _: sum(one.raised for one in every),
    ),
    Figure(code="red", name=Text(zh="其中红色", en="of them red"), of=lambda every, _: sum(one.red for one in every)),
)
FIGURES: Mapping[str, Figure] = {figure.code: figure for figure in _FIGURES}


def pivot(facts: Sequence[PivotFact], *, by: Sequence[Dimension], figures: Sequence[str] = tuple(FIGURES)) -> Pivot:
    """The figures of every combination of these dimensions that has a project."""
    columns = tuple(FIGURES[code] for code in figures)
    groups: dict[tuple[str, ...], list[PivotFact]] = {}
    for fact in facts:
        groups.setdefault(tuple(str(getattr(fact, name)) for name in by), []).append(fact)
    return Pivot(
        by=tuple(by),
        figures=columns,
        lines=tuple(_line(keys, groups[keys], columns) for keys in sorted(groups)),
        total=_line(("",) * len(by), facts, columns),
    )


def csv_of(found: Pivot, language: Literal["zh", "en"], *, spelled: Callable[[Dimension, str], Text]) -> str:
    """The same rows and figures as comma-separated text for spreadsheets; `spelled` names the values of dimensions.

    A name that a spreadsheet would take for a formula gets an apostrophe before it."""
    to = StringIO()
    rows = csv.writer(to, lineterminator="\r\n")

    def said(words: Text) -> str:
        return words.zh if language == "zh" else words.en

    rows.writerow([*(said(DIMENSIONS[name]) for name in found.by), *(said(one.name) for one in found.figures)])
    for line in found.lines:
        keys = [_safe(said(spelled(name, key))) for name, key in zip(found.by, line.keys, strict=True)]
        rows.writerow([*keys, *_cells(found, line)])
    if found.by:
        whole = Text(zh="合计", en="all")
        rows.writerow([said(whole), *[""] * (len(found.by) - 1), *_cells(found, found.total)])
    return to.getvalue()


def decimal(value: int | None, scale: int) -> str:
    """An integer told in its scale, exactly: 1234 in hundredths is 12.34; '' when it cannot be said."""
    if value is None or scale == 1:
        return "" if value is None else str(value)
    places = len(str(scale)) - 1
    return f"{'-' if value < 0 else ''}{abs(value) // scale}.{abs(value) % scale:0{places}d}"


def _cells(found: Pivot, line: PivotLine) -> list[str]:
    return [decimal(value, one.scale) for value, one in zip(line.figures, found.figures, strict=True)]


def _safe(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


def _line(keys: tuple[str, ...], facts: Sequence[PivotFact], columns: Sequence[Figure]) -> PivotLine:
    newest: dict[str, PivotFact] = {}
    for fact in facts:
        if fact.project not in newest or fact.period >= newest[fact.project].period:
            newest[fact.project] = fact
    standing = list(newest.values())
    return PivotLine(
        keys=keys, figures=tuple(one.of(facts, standing) for one in columns), projects=tuple(sorted(newest))
    )
