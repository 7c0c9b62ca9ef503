"""The risk analysis report (A20) of a project or of one warning as a document, from what the API answers of them."""

from __future__ import annotations

from dataclasses import dataclass

from central.api.mending_schemas import CaseDetail, CauseShown
from central.api.money_schemas import Disbursement, ProjectMoney
from central.api.project_schemas import BuildingState, Curve, ProjectDetail
from central.api.quality_schemas import UnitQuality
from central.api.schemas import Still
from central.api.schemas import Text as Said
from central.api.warning_schemas import PlanWarning
from central.report.document import (
    Block,
    Cell,
    CurvePoint,
    Day,
    Document,
    Figure,
    Instant,
    Paragraph,
    Photo,
    Section,
    Words,
    facts,
    plain,
    table,
)
from central.report.document import Curve as Drawn
from central.report.spelling import local
from central.rules.sentence import LEVEL_NAMES
from central.scoring.leaf import GRADES_EN
from central.store.tables import DeviationRow

PHOTOS_MAX = 4
CAUSES_MAX = 6
_NONE = Paragraph(Words("无。", "None."))
_ADVICE = Words(
    "以下均为建议,由有权限的人员决定;农民工工资不因任何预警扣减。",
    "All of this is advice; people with the authority decide. Wages are never reduced, whatever is warned.",
)
_CONDITIONS = {
    "moved": Words("移位", "moved"),
    "frozen": Words("画面冻结", "frozen"),
    "covered": Words("遮挡", "covered"),
    "dark": Words("过暗", "dark"),
    "offline": Words("离线", "offline"),
}
_EVENTS = {
    "raised": Words("触发", "Raised"),
    "escalated": Words("升级", "Escalated"),
    "downgraded": Words("降级", "Downgraded"),
    "cleared": Words("解除", "Cleared"),
    "withdrawn": Words("撤回", "Withdrawn"),
    "restored": Words("恢复", "Restored"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskFacts:
    """What the API answers: `warnings` = the one of the report, or all that are open; `curve` of what it is about.

    `deviation` is the newest of that subject (None = never judged), `quality` the unit's last frozen month.
    """

    project: ProjectDetail
    warnings: tuple[PlanWarning, ...]
    one: PlanWarning | None
    case: CaseDetail | None
    causes: tuple[CauseShown, ...]
    curve: Curve
    deviation: DeviationRow | None
    money: ProjectMoney
    advice: Disbursement
    stills: tuple[Still, ...]
    quality: UnitQuality | None
    quality_month: str


def risk(found: RiskFacts) -> Document:
    """风险分析报告."""
    project, one = found.project, found.one
    return Document(
        kind="risk_warning" if one else "risk_project",
        about=one.id if one else project.id,
        title=Words("风险分析报告", "Risk analysis report"),
        subtitle=Words(f"{project.name.zh} {project.code}", f"{project.name.en} {project.code}"),
        as_of=project.as_of,
        sections=(
            Section(Words("结论", "Findings"), _findings(found)),
            Section(Words("事实", "Facts"), _facts(found)),
            Section(Words("计划与实际", "Plan against actual"), _curve(found)),
            Section(Words("完工预测", "Forecast"), _forecast(found)),
            Section(Words("资金影响", "Money"), _money(found)),
            Section(Words("可能原因", "Candidate causes"), _causes(found)),
            Section(Words("建议", "Advice"), _advice(found)),
            Section(Words("证据", "Evidence"), _evidence(found)),
            Section(Words("数据质量", "Data quality"), _quality(found)),
        ),
    )


def _findings(found: RiskFacts) -> tuple[Block, ...]:
    first = Paragraph(_words(found.project.headline), strong=True)
    if not found.warnings:
        return (first, Paragraph(Words("没有未解除的预警。", "No warning is open.")))
    heads = (Words("级别", "Level"), Words("规则", "Rule"), Words("对象", "Subject"), Words("说明", "What"),
             Words("触发时间", "Raised"))  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (_level(one.level), _words(one.rule_name), _words(one.subject.name), _words(one.text), Instant(one.raised_at))
        for one in found.warnings
    ]
    return (first, table(heads, rows))


def _facts(found: RiskFacts) -> tuple[Block, ...]:
    project = found.project
    score = None if project.score.total is None else int(project.score.total * 1000 + 0.5)
    grade = project.score.grade
    lines: list[tuple[Words, Cell]] = [
        (Words("项目代码", "Code"), plain(project.code)),
        (Words("责任单位", "Unit"), _words(project.unit)),
        (Words("街道", "Street"), _words(project.street)),
        (Words("合同额", "Contract"), Figure(project.contract_fen, "fen")),
        (Words("计划工期", "Planned"), plain(f"{project.start} – {project.finish}")),
        (Words("计划进度", "Planned progress"), Figure(project.plan_bp, "bp")),
        (Words("实际进度", "Actual progress"), Figure(project.actual_bp, "bp")),
        (Words("标准差", "Standard deviation"), Figure(project.sigma_bp, "bp")),
        (Words("落后(计划 − 实际)", "Behind (plan - actual)"), Figure(project.gap_bp, "points_bp")),
        (Words("滞后工日", "Lag, effective days"), Figure(project.lag_cdays, "cdays")),
        (Words("绩效得分", "Score"), Figure(score, "milli")),
        (Words("等级", "Grade"), Words(grade, GRADES_EN[grade]) if grade else plain("—")),
    ]
    if found.one is None:
        return (facts(*lines),)
    heads = (Words("时间", "When"), Words("事件", "Event"), Words("级别", "Level"), Words("数值", "Value"))
    life: list[tuple[Cell, ...]] = [
        (Instant(event.at), _EVENTS[event.event], _level(event.level), plain(f"{event.value} {found.one.unit}"))
        for event in found.one.history
    ]
    return (facts(*lines), table(heads, life))


def _curve(found: RiskFacts) -> tuple[Block, ...]:
    name = found.curve.subject.name
    drawn = Drawn(
        Words(f"{name.zh} 计划与实际", f"{name.en}: plan and actual"),
        tuple(CurvePoint(one.day, one.plan_bp, one.actual_bp, one.sigma_bp) for one in found.curve.points),
    )
    heads = (
        Words("楼栋", "Building"), Words("计划", "Planned"), Words("实际", "Actual"), Words("标准差", "Std. dev."),
        Words("落后", "Behind"), Words("滞后工日", "Lag"), Words("覆盖率", "Coverage"),
    )  # fmt: skip
    return (drawn, table(heads, [_building(one) for one in found.project.buildings]))


def _building(one: BuildingState) -> tuple[Cell, ...]:
    return (
        _words(one.name), Figure(one.plan_bp, "bp"), Figure(one.actual_bp, "bp"), Figure(one.sigma_bp, "bp"),
        Figure(one.gap_bp, "points_bp"), Figure(one.lag_cdays, "cdays"), Figure(one.coverage_bp, "bp"),
    )  # fmt: skip


def _forecast(found: RiskFacts) -> tuple[Block, ...]:
    judged = found.deviation
    planned = (Words("计划完工", "Planned finish"), Day(found.curve.finish))
    if judged is None:
        said = Words("尚无实测数据,无法预测。", "Nothing was measured yet: no forecast.")
        return (facts(planned), Paragraph(said))
    late = None if judged.forecast is None else (judged.forecast - found.curve.finish).days
    return (
        facts(
            planned,
            (Words("按现有速度完工", "Finish at the pace so far"), Day(judged.forecast)),
            (Words("最早(实际 + 标准差)", "Earliest (actual + sigma)"), Day(judged.forecast_low)),
            (Words("最迟(实际 − 标准差)", "Latest (actual - sigma)"), Day(judged.forecast_high)),
            (Words("较计划延误天数", "Days after the planned finish"), Figure(late, "int")),
            (Words("工期绩效 SPI(t)", "SPI(t)"), _ratio(judged.spi_t_bp)),
            (Words("进度绩效 SPI", "SPI"), _ratio(judged.spi_bp)),
        ),
    )


def _money(found: RiskFacts) -> tuple[Block, ...]:
    money, advice, judged = found.money, found.advice, found.deviation
    return (
        facts(
            (Words("统计日", "As of the end of"), Day(money.day)),
            (Words("预算", "Budget"), Figure(money.budget_fen, "fen")),
            (Words("已拨付", "Released"), Figure(money.released_fen, "fen")),
            (Words("已支付", "Paid"), Figure(money.paid_fen, "fen")),
            (Words("支付占合同", "Paid of contract"), Figure(money.paid_of_contract_bp, "bp")),
            (Words("付款超前(正)/滞后(负)", "Paid ahead (+) of work"), Figure(money.pay_gap_bp, "points_bp")),
            (Words("核实进度(实际 − 标准差)", "Verified (actual - sigma)"), Figure(advice.verified_bp, "bp")),
            (Words("累计支付上限", "Most that may be paid in all"), Figure(advice.cap_fen, "fen")),
            (Words("超过上限", "Paid above it"), Figure(advice.ahead_fen, "fen")),
            (Words("尚可支付", "May still be paid"), Figure(advice.release_up_to_fen, "fen")),
            (Words("成本绩效 CPI", "CPI"), _ratio(judged.cpi_bp if judged else None)),
            (Words("完工估算 EAC", "Estimate at completion"), Figure(judged.eac_fen if judged else None, "fen")),
        ),
    )


def _causes(found: RiskFacts) -> tuple[Block, ...]:
    recorded = found.case.case.cause if found.case else None
    heads = (
        Words("原因", "Cause"), Words("通常措施", "What usually helps"), Words("责任方", "By"),
        Words("约需天数", "Days"), Words("已认定", "On record"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            _words(one.name), _words(one.measure), _words(one.seat_word), Figure(one.days, "int"),
            Words("是", "yes") if one.code == recorded else plain("—"),
        )
        for one in found.causes[:CAUSES_MAX]
    ]  # fmt: skip
    return (table(heads, rows),) if rows else (_NONE,)


def _advice(found: RiskFacts) -> tuple[Block, ...]:
    blocks: list[Block] = [Paragraph(_ADVICE)]
    blocks += [Paragraph(_words(said)) for said in found.advice.said]
    measure = found.case.rectification if found.case else None
    if measure is not None:
        blocks.append(
            facts(
                (Words("整改编号", "Rectification"), plain(measure.number)),
                (Words("措施", "Measure"), plain(measure.measure)),
                (Words("责任人", "Responsible"), plain(measure.person_name or measure.person)),
                (Words("完成时限", "Due"), Day(measure.due)),
                (Words("验收标准", "Acceptance standard"), plain(measure.acceptance_standard)),
                (Words("状态", "State"), _words(measure.word)),
            )
        )
    return tuple(blocks)


def _evidence(found: RiskFacts) -> tuple[Block, ...]:
    stills = found.stills[:PHOTOS_MAX]
    if not stills:
        said = Words(
            "没有可用的照片;数值依据见引用的读数。", "No photo has arrived; figures rest on the readings named."
        )
        blocks: list[Block] = [Paragraph(said)]
    else:
        blocks = [Photo(one.sha256, _caption(one)) for one in stills]
    if found.one is not None and found.one.refs:
        newest = ", ".join(found.one.refs[-10:])
        more = len(found.one.refs) - 10
        zh, en = (f" 等 {more + 10} 条", f" of {more + 10} in all") if more > 0 else ("", "")
        blocks.append(Paragraph(Words(f"引用读数:{newest}{zh}", f"Readings: {newest}{en}")))
    return tuple(blocks)


def _caption(still: Still) -> Words:
    at = local(still.captured_at)
    return Words(f"{at},摘要 {still.sha256[:12]}", f"{at}, digest {still.sha256[:12]}")


def _quality(found: RiskFacts) -> tuple[Block, ...]:
    project, unit = found.project, found.quality
    faults = [(camera.id, one.code, one.since) for camera in project.cameras for one in camera.conditions]
    blocks: list[Block] = [
        facts(
            (Words("观测覆盖率", "Coverage"), Figure(project.coverage_bp, "bp")),
            (Words("单位数据质量月份", "Month of the unit's quality"), plain(found.quality_month or "—")),
            (
                Words("总分", "Total"),
                Figure(unit.total_bp * 10 if unit and unit.total_bp is not None else None, "milli"),
            ),
            (Words("等级", "Grade"), plain(unit.grade if unit and unit.grade else "—")),
        )
    ]
    if unit is not None and unit.insufficient:
        blocks.append(Paragraph(Words("数据质量不足。", "Data do not suffice."), strong=True))
    if faults:
        heads = (Words("摄像头", "Camera"), Words("状况", "Condition"), Words("开始", "Since"))
        blocks.append(
            table(heads, [(plain(camera), _condition(code), Instant(since)) for camera, code, since in faults])
        )
    if any(one.capped for one in found.warnings):
        said = Words("因证据不足,部分预警级别已被限为蓝色。", "For thin evidence a warning was capped at blue.")
        blocks.append(Paragraph(said))
    return tuple(blocks)


def _condition(code: str) -> Words:
    return _CONDITIONS.get(code, plain(code))


def _milli(unit: UnitQuality | None) -> int | None:
    return None if unit is None or unit.total_bp is None else unit.total_bp * 10


def _level(level: str | None) -> Words:
    found = next((text for name, text in LEVEL_NAMES.items() if name == level), None)
    return Words(found.zh, found.en) if found else plain("—")


def _ratio(bp: int | None) -> Figure:
    return Figure(None if bp is None else (bp + 5) // 10, "milli")


def _words(text: Said) -> Words:
    return Words(text.zh, text.en)
