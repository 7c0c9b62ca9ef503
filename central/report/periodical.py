"""The monthly execution-deviation report and the quarterly evaluation as documents (D21). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from central.figures import percent
from central.report.document import Block, Cell, Document, Figure, Paragraph, Section, Words, facts, plain, table
from central.report.execution import (
    Executed,
    Summed,
    Thresholds,
    apart,
    behind,
    by_unit,
    over,
    summed,
    worst_first,
)
from central.scoring.health import WEIGHTS, Health, health, milli

DISTRICT = Words("全区", "District")
_METHOD = Words(
    "进度偏差率 =(实际进度 − 计划进度)/ 计划进度;资金偏差率 =(实际支出 − 计划支出)/ 计划支出,"
    "计划支出 = 预算 × 计划进度;"
    "时间进度执行率 =(当年支出 / 当年预算)/(已过月数 / 当年应执行月数)。单位与全区的进度偏差率按合同额加权,"
    "只计有实测的项目;资金只计有台账的项目。“—”表示无法得出,不等于零。",
    "Progress rate = (actual - planned) / planned. Money rate = (spent - planned spend) / planned spend, planned spend "
    "= budget x planned progress. Time-ratio execution = (paid / budget of the year) / (months elapsed / months due). "
    "Rates of units and the district are weighted by contract over projects that were observed; money over projects "
    "with a ledger. A dash means that it cannot be said; it is not zero.",
)
_HEALTH_METHOD = Words(
    "健康度 H = 0.35 进度 + 0.25 成本 + 0.15 质量 + 0.10 安全 + 0.15 数据;进度 = 100×clip((SPI(t)−0.5)/0.5),"
    "成本 = 100×clip(1−超支率/0.2)。缺项(—)的权重按比例分给其余各项。",
    "Health H = .35 schedule + .25 cost + .15 quality + .10 safety + .15 data; schedule = 100 clip((SPI(t) - .5) / .5)"
    ", cost = 100 clip(1 - overspending / .2). A part of which nothing is known (dash) leaves its weight to the "
    "others.",
)
_DRAFTED = Words(
    "下列项目已生成整改草稿,由责任单位补充措施后下达。",
    "A rectification was drafted for each of these; people complete and issue it.",
)
_PARTS = {
    "sched": Words("进度", "Schedule"),
    "cost": Words("成本", "Cost"),
    "quality": Words("质量", "Quality"),
    "safety": Words("安全", "Safety"),
    "data": Words("数据", "Data"),
}
_PROJECT, _UNIT = Words("项目", "Project"), Words("单位", "Unit")
_RATE, _MONEY_RATE = Words("进度偏差率", "Progress rate"), Words("资金偏差率", "Money rate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What a report is of: `about` '' = the district, else a unit; `as_of` the end of the last day."""

    about: str
    first: date
    last: date
    as_of: datetime
    raised: int
    closed: int
    open_at_end: int


def monthly(rows: Sequence[Executed], period: Period, *, thresholds: Thresholds) -> Document:
    """月报."""
    return Document(
        kind="monthly",
        about=period.about,
        title=Words(f"{period.first:%Y年%m月}执行偏差率月报", f"Execution deviation report {period.first:%Y-%m}"),
        subtitle=_who(period),
        as_of=period.as_of,
        sections=(
            _summary(rows, period),
            *_units(rows, period),
            _projects(rows),
            _over(rows, thresholds, then=_DRAFTED),
            _method(_METHOD),
        ),
    )


def quarterly(
    rows: Sequence[Executed], period: Period, *, thresholds: Thresholds, data: Mapping[str, Fraction | None]
) -> Document:
    """季评; `data` is the quality of each unit's data in the quarter, 0-100."""
    number = (period.first.month + 2) // 3
    return Document(
        kind="quarterly",
        about=period.about,
        title=Words(
            f"{period.first.year}年第{number}季度执行评价", f"Quarterly evaluation {period.first.year} Q{number}"
        ),
        subtitle=_who(period),
        as_of=period.as_of,
        sections=(
            _summary(rows, period),
            _healths(rows, data),
            *_units(rows, period),
            _projects(rows),
            _over(rows, thresholds),
            _method(_METHOD, _HEALTH_METHOD),
        ),
    )


def rates_in_words(one: Executed, thresholds: Thresholds) -> Words:
    """Why a row is over the threshold."""
    found = []
    if behind(one, thresholds):
        found.append(Words("进度滞后", "behind plan"))
    if apart(one, thresholds):
        ahead = (one.money_rate_bp or 0) > 0
        found.append(Words("支出超前", "spent ahead") if ahead else Words("支出滞后", "spent behind"))
    return Words("、".join(word.zh for word in found), ", ".join(word.en for word in found))


def _who(period: Period) -> Words:
    span = f"{period.first} – {period.last}"
    who = plain(period.about) if period.about else DISTRICT
    return Words(f"{who.zh} {span}", f"{who.en} {span}")


def _summary(rows: Sequence[Executed], period: Period) -> Section:
    whole = summed("", rows)
    lines: tuple[tuple[Words, Cell], ...] = (
        (Words("项目数", "Projects"), Figure(whole.projects, "int")),
        (Words("有实测项目数", "Projects observed"), Figure(whole.observed, "int")),
        (_RATE, Figure(whole.progress_rate_bp, "signed_bp")),
        (Words("计划支出", "Planned spend"), Figure(whole.planned_fen, "fen")),
        (Words("实际支出", "Spent"), Figure(whole.spent_fen, "fen")),
        (_MONEY_RATE, Figure(whole.money_rate_bp, "signed_bp")),
        (Words("本期新增预警", "Warnings raised"), Figure(period.raised, "int")),
        (Words("本期解除预警", "Warnings closed"), Figure(period.closed, "int")),
        (Words("期末未解除预警", "Warnings open at the end"), Figure(period.open_at_end, "int")),
    )
    return Section(Words("总体情况", "Summary"), (facts(*lines),))


def _units(rows: Sequence[Executed], period: Period) -> tuple[Section, ...]:
    if period.about:
        return ()
    heads = (
        _UNIT, Words("项目数", "Projects"), Words("有实测", "Observed"), _RATE, Words("计划支出", "Planned spend"),
        Words("实际支出", "Spent"), _MONEY_RATE,
    )  # fmt: skip
    return (Section(Words("各单位", "Units"), (table(heads, [_unit(one) for one in by_unit(rows)]),)),)


def _unit(one: Summed) -> tuple[Cell, ...]:
    return (
        plain(one.unit), Figure(one.projects, "int"), Figure(one.observed, "int"),
        Figure(one.progress_rate_bp, "signed_bp"), Figure(one.planned_fen, "fen"), Figure(one.spent_fen, "fen"),
        Figure(one.money_rate_bp, "signed_bp"),
    )  # fmt: skip


def _projects(rows: Sequence[Executed]) -> Section:
    heads = (
        _PROJECT, _UNIT, Words("计划进度", "Planned"), Words("实际进度", "Actual"), _RATE,
        Words("计划支出", "Planned spend"), Words("实际支出", "Spent"), _MONEY_RATE, Words("时间执行率", "Time ratio"),
    )  # fmt: skip
    if not rows:
        return Section(Words("各项目", "Projects"), (Paragraph(Words("本期没有在建项目。", "No project is running.")),))
    return Section(Words("各项目", "Projects"), (table(heads, [_project(one) for one in worst_first(rows)]),))


def _project(one: Executed) -> tuple[Cell, ...]:
    return (
        Words(one.zh, one.en), plain(one.unit), Figure(one.plan_bp, "bp"), Figure(one.actual_bp, "bp"),
        Figure(one.progress_rate_bp, "signed_bp"), Figure(one.planned_fen, "fen"), Figure(one.spent_fen, "fen"),
        Figure(one.money_rate_bp, "signed_bp"), Figure(one.time_ratio_bp, "bp"),
    )  # fmt: skip


def _over(rows: Sequence[Executed], thresholds: Thresholds, *, then: Words | None = None) -> Section:
    heading = Words("超过阈值的项目", "Projects over the threshold")
    progress, money = percent(thresholds.progress_bp), percent(thresholds.money_bp)
    after = then or Words("", "")
    line = Words(
        f"阈值:进度滞后 {progress} 及以上,或支出偏离计划 {money} 及以上。{after.zh}",
        f"Threshold: {progress} or more behind, or spending {money} or more off plan. {after.en}".strip(),
    )
    found = worst_first(over(rows, thresholds))
    if not found:
        return Section(heading, (Paragraph(Words("没有超过阈值的项目。", "No project is over the threshold.")),))
    heads = (_PROJECT, _UNIT, _RATE, _MONEY_RATE, Words("情形", "Why"))
    listed = [
        (
            Words(one.zh, one.en), plain(one.unit), Figure(one.progress_rate_bp, "signed_bp"),
            Figure(one.money_rate_bp, "signed_bp"), rates_in_words(one, thresholds),
        )
        for one in found
    ]  # fmt: skip
    return Section(heading, (Paragraph(line), table(heads, listed)))


def _healths(rows: Sequence[Executed], data: Mapping[str, Fraction | None]) -> Section:
    heads = (_PROJECT, _UNIT, Words("健康度", "Health"), *_PARTS.values())
    judged = [(one, _health(one, data)) for one in rows]
    judged.sort(key=lambda pair: (pair[1].total is None, pair[1].total or 0, pair[0].project))
    listed: list[tuple[Cell, ...]] = [
        (
            Words(one.zh, one.en), plain(one.unit), Figure(milli(found.total), "milli"),
            *(Figure(milli(found.parts[name]), "milli") for name in WEIGHTS),
        )
        for one, found in judged
    ]  # fmt: skip
    blocks: tuple[Block, ...] = (table(heads, listed),)
    return Section(Words("项目健康度", "Health of projects"), blocks)


def _health(one: Executed, data: Mapping[str, Fraction | None]) -> Health:
    observed = one.spi_t_bp if one.actual_bp is not None else None
    return health(spi_t_bp=observed, spent_fen=one.spent_fen, budget_fen=one.budget_fen, data=data.get(one.unit))


def _method(*said: Words) -> Section:
    return Section(Words("口径", "How it is reckoned"), tuple(Paragraph(one) for one in said))
