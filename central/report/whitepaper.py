"""《重点项目绩效白皮书》: what a district's projects of a year and of all years before it tell (A47, B05). Pure.

Findings come from `central.insight`; here they become words and tables. Every figure stands with its n; those of single
projects are in the last table, so that each sum can be followed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from central.domain import Text
from central.figures import hundredths
from central.insight import correlation, horizontal, returns
from central.insight.approval import StepTime
from central.insight.bottleneck import Bottleneck
from central.insight.causes import CauseGroup
from central.insight.cohort import Cohort
from central.insight.correlation import Coefficient, Correlated
from central.insight.horizontal import Beside
from central.insight.pivot import Pivot
from central.insight.project import MEASURES, Measure, ProjectRow, kind_name
from central.insight.returns import Returns
from central.insight.spread import TOO_FEW, Spread, half_up
from central.lifecycle.stages import STAGE_NAMES
from central.report.document import Block, Cell, Document, Figure, Paragraph, Section, Words, facts, plain, table, words

_N, _PROJECTS = Words("n", "n"), Words("项目数", "Projects")
_PROJECT, _UNIT, _KIND, _SECTOR = (
    Words("项目", "Project"),
    Words("单位", "Unit"),
    Words("类型", "Kind"),
    Words("领域", "Sector"),
)
_MEAN, _MEDIAN, _SHARE = Words("均值", "Mean"), Words("中位数", "Median"), Words("占比", "Share")
_STAGE, _NOTHING = Words("环节", "Stage"), Words("—", "—")


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Two measures and how they go together."""

    x: Measure
    y: Measure
    found: Correlated


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFacts:
    """What a year's paper is made of. `rows`: projects under way in the year; `summary` and `units` their pivots.

    Everything else looks back over all years to the year's end; `sectors` names codes."""

    year: int
    as_of: datetime
    rows: tuple[ProjectRow, ...]
    units: Pivot
    returns: Returns
    cohorts: tuple[Cohort, ...]
    bottlenecks: tuple[Bottleneck, ...]
    approvals: tuple[StepTime, ...]
    causes: CauseGroup
    places: tuple[Beside, ...]
    related: tuple[Related, ...]
    sectors: Mapping[str, Text]


def whitepaper(known: PaperFacts) -> Document:
    """The whole paper."""
    return Document(
        kind="whitepaper",
        about="",
        title=Words(
            f"{known.year}年重点项目绩效白皮书", f"White paper on the performance of key projects, {known.year}"
        ),
        subtitle=Words(f"全区 {known.year}年", f"District, {known.year}"),
        as_of=known.as_of,
        sections=(
            _summary(known),
            _returns(known),
            _cohorts(known),
            _stages(known),
            _approvals(known),
            _causes(known),
            _places(known),
            _related(known),
            _list(known),
            _method(),
        ),
    )


def _summary(known: PaperFacts) -> Section:
    year = known.year
    done = [row for row in known.rows if row.completed is not None and row.completed.year == year]
    in_time = sum(row.completed is not None and row.completed <= row.planned_finish for row in done)
    figures = dict(zip((one.code for one in known.units.figures), known.units.total.figures, strict=True))
    lines: tuple[tuple[Words, Cell], ...] = (
        (Words("在建与竣工项目", "Projects under way"), Figure(figures["projects"], "int")),
        (Words("本年竣工", "Completed in the year"), Figure(len(done), "int")),
        (Words("其中按首版计划按期竣工", "Of them by the first plan's day"), Figure(in_time, "int")),
        (Words("合同额", "Contracts"), Figure(figures["contract_fen"], "fen")),
        (Words("本年支出", "Paid in the year"), Figure(figures["paid_fen"], "fen")),
        (Words("年末进度偏差(计划−实际)", "Gap at the year's end"), Figure(figures["gap_bp"], "points_bp")),
        (Words("本年新增预警", "Warnings raised"), Figure(figures["raised"], "int")),
        (Words("其中红色", "Of them red"), Figure(figures["red"], "int")),
    )
    heads = (_UNIT, _PROJECTS, Words("合同额", "Contracts"), Words("本年支出", "Paid"), Words("偏差", "Gap"),
             Words("新增预警", "Warnings"))  # fmt: skip
    at = [one.code for one in known.units.figures]

    def unit(keys: tuple[str, ...], found: tuple[int | None, ...]) -> tuple[Cell, ...]:
        told = dict(zip(at, found, strict=True))
        return (
            plain(keys[0]), Figure(told["projects"], "int"), Figure(told["contract_fen"], "fen"),
            Figure(told["paid_fen"], "fen"), Figure(told["gap_bp"], "points_bp"), Figure(told["raised"], "int"),
        )  # fmt: skip

    rows = [unit(line.keys, line.figures) for line in known.units.lines]
    return _section(Words("总体情况", "Summary"), facts(*lines), _table(heads, rows))


def _returns(known: PaperFacts) -> Section:
    heading = Words("分领域回报与预算建议", "Return by sector, and what it would advise")
    found = known.returns
    heads = (
        _SECTOR, _N, _MEAN, Words("标准差", "SD"), Words("下四分位", "Q1"), _MEDIAN, Words("上四分位", "Q3"),
        Words("95%区间下限", "95 % low"), Words("95%区间上限", "95 % high"), Words("支出占比", "Share of spending"),
        Words("建议调整", "Advised change"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for one in found.sectors:
        lies = one.spread
        numbers = (lies.mean, lies.sd, lies.q1, lies.median, lies.q3, lies.low, lies.high) if lies else (None,) * 7
        rows.append((
            words(known.sectors.get(one.sector, Text(zh=one.sector or "未归类", en=one.sector or "unclassed"))),
            Figure(one.n, "int"), *(_milli(value) for value in numbers), Figure(one.share_bp, "bp"),
            Figure(one.advised_bp if lies else None, "points_bp"),
        ))  # fmt: skip
    label = Paragraph(words(found.label), strong=True)
    return _section(heading, label, *_order(known), _table(heads, rows), Paragraph(words(returns.METHOD)))


def _order(known: PaperFacts) -> tuple[Paragraph, ...]:
    """The order of the sectors in words, with n and interval."""
    enough = [(one, one.spread) for one in known.returns.sectors if one.spread is not None]
    if not enough:
        return (Paragraph(Words(f"{TOO_FEW.zh}。", f"{TOO_FEW.en.capitalize()}.")),)

    def told(language: str) -> str:
        parts = []
        for one, lies in enough:
            name = known.sectors.get(one.sector, Text(zh=one.sector or "未归类", en=one.sector or "unclassed"))
            zh_en = name.zh if language == "zh" else name.en
            span = f"{_thousandths(lies.low)} – {_thousandths(lies.high)}"
            parts.append(f"{zh_en} {_thousandths(lies.mean)}(n={one.n},{span})" if language == "zh"
                         else f"{zh_en} {_thousandths(lies.mean)} (n={one.n}, {span})")  # fmt: skip
        return " > ".join(parts)

    return (Paragraph(Words(f"回报率由高到低:{told('zh')}。", f"Returns, highest first: {told('en')}.")),)


def _cohorts(known: PaperFacts) -> Section:
    heads = (
        _KIND, _PROJECTS, Words("已竣工", "Completed"), Words("施工周期中位数", "Works, median"),
        Words("全周期中位数", "Whole cycle, median"), Words("延误中位数", "Delay, median"),
    )  # fmt: skip
    rows = [
        (
            words(kind_name(one.kind)), Figure(len(one.projects), "int"), Figure(len(one.completed), "int"),
            _median_days(one.works), _median_days(one.cycle), _median_days(one.delay),
        )
        for one in known.cohorts
    ]  # fmt: skip
    said = tuple(Paragraph(words(one.sentence)) for one in known.cohorts)
    split_heads = (_KIND, _STAGE, _N, Words("平均天数", "Mean days"), Words("计划平均", "Planned"), _SHARE)
    split: list[tuple[Cell, ...]] = [
        (
            words(kind_name(one.kind)), _stage(part.stage), Figure(part.n, "int"), Figure(part.mean_cdays, "cdays"),
            Figure(part.planned_mean_cdays, "cdays"), Figure(part.share_bp, "bp"),
        )
        for one in known.cohorts
        for part in one.parts
    ]  # fmt: skip
    return _section(
        Words("按项目类型与环节", "By kind of project and stage"),
        _table(heads, rows),
        *said,
        _table(split_heads, split),
    )


def _stages(known: PaperFacts) -> Section:
    heads = (
        Words("年份", "Year"), _STAGE, _N, Words("中位天数", "Median days"), Words("有计划的", "With a plan"),
        Words("超计划天数", "Excess days"), _SHARE,
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            plain(found.when), _stage(one.stage), Figure(one.n, "int"), _median_days(one.days),
            Figure(one.planned, "int"), Figure(one.excess_days, "int"), Figure(one.share_bp, "bp"),
        )
        for found in known.bottlenecks
        for one in found.stages
    ]  # fmt: skip
    said = tuple(Paragraph(_bottleneck(found)) for found in known.bottlenecks)
    return _section(Words("流程瓶颈", "Bottlenecks"), *said, _table(heads, rows))


def _bottleneck(found: Bottleneck) -> Words:
    stage = next((one for one in found.stages if one.stage == found.stage), None)
    if stage is None:
        return Words(
            f"{found.when}:没有可指出的瓶颈(有计划的项目 {found.projects} 个)。",
            f"{found.when}: no bottleneck to be named ({found.projects} projects with a plan).",
        )
    name, share = STAGE_NAMES[stage.stage], hundredths(stage.share_bp or 0)
    return Words(
        f"{found.when}:超计划天数最多的环节是{name.zh},占 {share}%({stage.excess_days}/{found.excess_days} 天)。",
        f"{found.when}: {name.en} has the largest share of excess days, {share} % "
        f"({stage.excess_days} of {found.excess_days}).",
    )


def _approvals(known: PaperFacts) -> Section:
    heads = (
        Words("事项", "Step"), _N, Words("中位小时", "Median hours"), Words("下四分位", "Q1"), Words("上四分位", "Q3"),
        Words("最长", "Longest"), Words("未办结", "Waiting"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            words(one.name), Figure(one.n, "int"), _hours(one.median_chours), _hours(one.q1_chours),
            _hours(one.q3_chours), _hours(one.longest_chours), Figure(one.waiting, "int"),
        )
        for one in known.approvals
    ]  # fmt: skip
    return _section(Words("审批时长", "Time of approvals"), _table(heads, rows))


def _causes(known: PaperFacts) -> Section:
    heads = (
        Words("原因", "Cause"), Words("件数", "Cases"), _SHARE, Words("已办结", "Ended"),
        Words("平均用时", "Mean time"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            words(one.name), Figure(one.n, "int"), Figure(one.share_bp, "bp"), Figure(one.ended, "int"),
            Figure(one.mean_cdays, "cdays"),
        )
        for one in known.causes.causes
    ]  # fmt: skip
    return _section(Words("问题原因", "Causes"), _table(heads, rows))


def _places(known: PaperFacts) -> Section:
    shown = [one for one in known.places if one.difference is not None and one.difference.shown]
    heads = (
        Words("街道", "Street"), _KIND, _N, Words("其他 n", "Others n"), Words("均值差", "Difference"),
        Words("区间下限", "Low"), Words("区间上限", "High"), Words("登记的做法", "Practice"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            plain(one.place), words(kind_name(one.kind)), Figure(one.difference.n, "int"),
            Figure(one.difference.n_others, "int"), *(
                Figure(half_up(Fraction(value) * 100), "cdays")
                for value in (one.difference.value, one.difference.low, one.difference.high)
            ),
            words(one.practice) if one.practice else _NOTHING,
        )
        for one in known.places
        if one.difference is not None
    ]  # fmt: skip
    said = tuple(Paragraph(words(one.sentence)) for one in shown)
    return _section(
        Words("街道之间(施工周期)", "Streets beside each other (time of works)"),
        *said,
        _table(heads, rows),
        Paragraph(words(horizontal.METHOD)),
    )


def _related(known: PaperFacts) -> Section:
    heads = (
        Words("投入", "Input"), Words("产出", "Output"), _N, Words("皮尔逊 r", "Pearson"), Words("r 的 p", "p"),
        Words("斯皮尔曼 ρ", "Spearman"), Words("ρ 的 p", "p"), Words("ρ 下限", "Low"), Words("ρ 上限", "High"),
        Words("说明", "Note"),
    )  # fmt: skip

    def pair(one: Coefficient | None, *which: Callable[[Coefficient], float]) -> tuple[Cell, ...]:
        return tuple(_milli(of(one) * 1000 if one else None) for of in which)

    rows = [
        (
            words(one.x.name), words(one.y.name), Figure(one.found.n, "int"),
            *pair(one.found.pearson, lambda c: c.value, lambda c: c.p),
            *pair(one.found.spearman, lambda c: c.value, lambda c: c.p, lambda c: c.low, lambda c: c.high),
            words(one.found.refused) if one.found.refused else _NOTHING,
        )
        for one in known.related
    ]  # fmt: skip
    return _section(
        Words("投入与产出", "Input and output"),
        Paragraph(words(correlation.NOT_CAUSE), strong=True),
        _table(heads, rows),
        Paragraph(words(correlation.METHOD)),
    )


def _list(known: PaperFacts) -> Section:
    heads = (
        _PROJECT, _UNIT, _KIND, _SECTOR, Words("合同额", "Contract"), Words("累计支出", "Spent"),
        Words("施工天数", "Days of works"), Words("延误", "Delay"), Words("回报率", "Return"), Words("得分", "Score"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            words(row.name), plain(row.unit), words(kind_name(row.kind)),
            words(known.sectors.get(row.sector, Text(zh=row.sector or "—", en=row.sector or "—"))),
            Figure(row.contract_fen, "fen"), Figure(row.spent_fen, "fen"),
            Figure(MEASURES["build_days"].of(row), "int"), Figure(MEASURES["delay_days"].of(row), "int"),
            Figure(MEASURES["return_milli"].of(row), "milli"), Figure(row.score_milli, "milli"),
        )
        for row in known.rows
    ]  # fmt: skip
    return _section(Words("项目清单", "List of projects"), _table(heads, rows))


def _method() -> Section:
    said = Words(
        "本年数据取自本年在建或竣工的项目;回报、类型、环节、横向比较与相关性取自截至年末的历年项目。"
        "不足 5 个(相关性不足 8 个)不给出数字。“—”表示无法得出,不等于零。",
        "The year's figures are of projects under way in it; returns, kinds, stages, streets and correlations look "
        "back over all years to its end. Nothing is said under five (correlations: eight). A dash is not zero.",
    )
    return Section(Words("口径", "How it is reckoned"), (Paragraph(said),))


def _section(heading: Words, *blocks: Block) -> Section:
    return Section(heading, blocks)


def _table(heads: Sequence[Words], rows: Sequence[Sequence[Cell]]) -> Block:
    """A table, or a sentence where there is nothing in it."""
    return table(heads, rows) if rows else Paragraph(Words("没有数据。", "Nothing to show."))


def _stage(stage: str) -> Words:
    return words(STAGE_NAMES.get(stage, Text(zh=stage, en=stage)))


def _milli(value: Fraction | float | None) -> Figure:
    return Figure(None if value is None else half_up(Fraction(value)), "milli")


def _median_days(found: Spread | None) -> Figure:
    return Figure(None if found is None else half_up(found.median * 100), "cdays")


def _hours(chours: int | None) -> Figure:
    return Figure(None if chours is None else chours * 10, "milli")


def _thousandths(value: Fraction | float) -> str:
    """Thousandths with two places."""
    return hundredths(half_up(Fraction(value) / 10))
