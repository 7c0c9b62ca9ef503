"""What the platform measures by itself: the codes that an indicator may name as its `source`. Pure.

Rates are in percent (95.0, not 0.95), money in 万元, spans in days, so that a target is written as people say it. A
source measures subjects of some kinds; a unit's value is that of all its projects together (sums over sums, never a
mean of rates), a district's that of all units.
"""

from __future__ import annotations

from dataclasses import dataclass

from central.domain import SubjectKind, Text

PERCENT, POINTS, DAYS, COUNT, RATIO, OF_100 = "%", "pp", "d", "", "", ""
_WORKS: tuple[SubjectKind, ...] = ("project", "unit", "district")
_GROUPS: tuple[SubjectKind, ...] = ("unit", "district")
_PEOPLE: tuple[SubjectKind, ...] = ("project", "unit", "district", "person")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A measure: `better` says which way is good, `formula` what is divided by what, with the period's bounds."""

    code: str
    name: Text
    unit: str
    kinds: tuple[SubjectKind, ...]
    better: str
    formula: Text
    version: str = "1"


def _source(code: str, unit: str, kinds: tuple[SubjectKind, ...], better: str, *words: str) -> Source:
    name_zh, name_en, zh, en = words
    return Source(
        code=code,
        name=Text(zh=name_zh, en=name_en),
        unit=unit,
        kinds=kinds,
        better=better,
        formula=Text(zh=zh, en=en),
    )


_ALL = (
    _source(
        "progress.spi_t", RATIO, _WORKS, "higher", "工期绩效 SPI(t)", "Schedule performance SPI(t)",
        "期末 ES / AT; 单位按预算加权平均",
        "ES / AT at the end of the period; of a unit, mean weighted by budget",
    ),
    _source(
        "progress.completion", PERCENT, _WORKS, "higher", "完成率", "Completion",
        "期末形象进度(占项目全部工程量); 单位按预算加权平均",
        "physical progress of the whole work at the end of the period; of a unit, mean weighted by budget",
    ),
    _source(
        "progress.planned_completion", PERCENT, _WORKS, "higher", "计划完成率", "Planned work done",
        "期末 实际进度 / 计划进度",
        "actual progress / planned progress at the end of the period; of a unit, both weighted by budget",
    ),
    _source(
        "progress.on_time", PERCENT, _WORKS, "higher", "按时完成率", "Finished on time",
        "期内应完工项目中按期(含经批准的顺延)完工的项目数 / 期内应完工项目数",
        "projects finished by their planned day (approved revisions included) / projects whose planned day is in it",
    ),
    _source(
        "progress.warning_days", PERCENT, _WORKS, "lower", "进度预警时长占比", "Time under schedule warning",
        "期内有进度类预警的天数 / 期内在建天数",
        "days of the period under an open schedule warning / days on which the project ran",
    ),
    _source(
        "progress.evidence", PERCENT, _WORKS, "higher", "实测证据充分率", "Time with sufficient evidence",
        "期内观测覆盖率 ≥ 60% 且 σ ≤ 5pp 的评估天数 / 期内评估天数",
        "judged days of the period with coverage ≥ 60 % and σ ≤ 5 pp / judged days of the period",
    ),
    _source(
        "progress.delay_days", DAYS, _WORKS, "lower", "进度滞后天数", "Days behind plan",
        "期末滞后的有效工作日(提前为 0); 单位为各项目平均",
        "effective days behind at the end of the period, 0 when ahead; of a unit, mean of its projects",
    ),
    _source(
        "money.execution_rate", PERCENT, _WORKS, "higher", "预算执行率", "Budget spent",
        "截至期末当年已支付 / 当年预算; 台账无当年预算时为累计支付 / 项目预算",
        "paid in the year up to the end of the period / budget of the year; without one, paid in all / project budget",
    ),
    _source(
        "money.in_place_rate", PERCENT, _WORKS, "higher", "资金到位率", "Funds in place",
        "截至期末累计拨付 / 预算", "released up to the end of the period / budget",
    ),
    _source(
        "money.saving_rate", PERCENT, _WORKS, "higher", "投资额节约率", "Saving on the budget",
        "(预算 − 实际支付) / 预算; 项目完工后计算",
        "(budget − paid) / budget, once the project is completed",
    ),
    _source(
        "money.compliance_rate", PERCENT, _WORKS, "higher", "支出合规率", "Compliant spending",
        "期内无违规标记且未冲销的支付额 / 期内支付额",
        "amount of the period's payments with no flag and not reversed / amount of the period's payments",
    ),
    _source(
        "money.correct_payment_rate", PERCENT, _WORKS, "higher", "拨付准确率", "Payments without correction",
        "1 − 期内更正笔数 / 期内支付笔数",
        "1 − corrections made in the period / payments of the period",
    ),
    _source(
        "money.paid_ahead", POINTS, _WORKS, "lower", "支付超前进度", "Paid ahead of the work",
        "期末 已付/合同额 − 形象进度 (不超前为 0); 单位为各项目最大值",
        "paid / contract − physical progress at the end of the period, 0 when not ahead; of a unit, the largest",
    ),
    _source(
        "quality.pass_rate", PERCENT, _WORKS, "higher", "质量达标率", "Lots that passed",
        "期内合格检验批 / 期内检验批", "lots passed / lots inspected in the period",
    ),
    _source(
        "safety.serious_findings", COUNT, _WORKS, "lower", "重大安全隐患数", "Serious safety findings",
        "期内重大安全隐患件数", "serious safety findings of the period",
    ),
    _source(
        "data.quality", OF_100, _WORKS, "higher", "数据质量得分", "Data quality",
        "期内各月 100(.30C+.30A+.25T+.15S), 以计数相加后计算",
        "100(.30C + .30A + .25T + .15S) of the period's months, counts added before anything is divided",
    ),
    _source(
        "mending.on_time_rate", PERCENT, _PEOPLE, "higher", "整改按期办结率", "Mended on time",
        "期内到期整改中按期提交并验收通过的件数 / 期内到期整改件数",
        "measures due in the period whose evidence came by the day and was verified / measures due in the period",
    ),
    _source(
        "mending.mean_days", DAYS, _PEOPLE, "lower", "整改平均办结天数", "Mean days to mend",
        "期内验收通过的整改自下达至验收的平均天数",
        "mean days from order to verification of measures verified in the period",
    ),
    _source(
        "mending.overdue_unhandled", COUNT, _PEOPLE, "lower", "超期未处理整改数", "Overdue and not handled",
        "期末已过期且未提交整改证据的件数", "measures past their day without evidence at the end of the period",
    ),
    _source(
        "warnings.red_count", COUNT, _WORKS, "lower", "红色预警次数", "Red warnings",
        "期内升至红色的预警件数", "warnings that became red in the period",
    ),
    _source(
        "warnings.ack_rate", PERCENT, _PEOPLE, "higher", "预警按时确认率", "Warnings acknowledged in time",
        "期内确认时限届满的预警中按时确认的件数 / 期内确认时限届满的件数",
        "calls acknowledged within the time of their level / calls whose time ended in the period",
    ),
    _source(
        "warnings.report_lead", DAYS, _WORKS, "higher", "预警早于填报天数", "Warned before anybody reported",
        "期内收到的首次人工填报距其所报项目(楼栋)进度预警发出的平均天数",
        "mean days from a schedule warning to the next report by a person of the same project or building, of the "
        "reports that came in the period",
    ),
    _source(
        "warnings.finish_lead", DAYS, _WORKS, "higher", "首次预警早于计划完工天数", "Warned before the planned finish",
        "计划完工日在期内的项目, 首次进度预警距计划完工日的平均天数(晚于完工日为负)",
        "mean days from a project's first schedule warning to its planned finish, of those planned to finish in the "
        "period; less than 0 where the warning came after it",
    ),
    _source(
        "use.on_time_uploads", PERCENT, _WORKS, "higher", "数据按时报送率", "Uploads in time",
        "期内按时报送数 / 应报送数", "deliveries in time / deliveries expected in the period",
    ),
    _source(
        "use.automatic_share", PERCENT, _WORKS, "higher", "自动采集占比", "Collected, not typed",
        "期内设备采集的观测数 / 期内全部观测数", "observations by devices / all observations of the period",
    ),
    _source(
        "cycle.mean_days", DAYS, _WORKS, "lower", "项目平均执行周期", "Mean project cycle",
        "期内完工项目自开工至完工的平均天数",
        "mean days from start to completion of projects completed in the period",
    ),
    _source(
        "cycle.payment_days", DAYS, _WORKS, "lower", "资金拨付响应天数", "Days to pay",
        "期内支付额自拨付到位至支付的平均天数(按金额加权, 先拨先付)",
        "mean days from release to payment of the period's payments, weighted by amount, first released first paid",
    ),
    _source(
        "complaint.handled_rate", PERCENT, _GROUPS, "higher", "投诉处理率", "Complaints handled",
        "期内办结投诉 / 期内受理投诉", "complaints closed / complaints received in the period",
    ),
    _source(
        "goals.completed", PERCENT, (*_WORKS, "person"), "higher", "目标完成率", "Goals reached",
        "期内到期目标中已达成的权重 / 到期目标权重",
        "weight of the goals due in the period that were reached / weight of those due",
    ),
)  # fmt: skip

SOURCES: dict[str, Source] = {source.code: source for source in _ALL}


def percent(part: int, whole: int) -> float | None:
    """100 part / whole, divided once, so that 38 of 40 is 95.0 and not a bit less; None when there is no whole."""
    return 100 * part / whole if whole > 0 else None


def is_measured(code: str, kind: SubjectKind) -> bool:
    """Whether the platform fills this source for subjects of this kind; what it fills nobody types (A40)."""
    return code in SOURCES and kind in SOURCES[code].kinds
