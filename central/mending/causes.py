"""Why things go wrong: the coded taxonomy of causes, and what usually helps (domain.md §4.12). Data and pure functions.

`usual_days` is what the measure takes by rule of thumb; what cases of the district took goes before it as soon as there
are enough of them. `department` is who must be spoken to outside the project, '' = nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from central.domain import Text
from central.mending.refused import MendingRefused

PRECEDENTS_MIN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A code of the taxonomy; `parent` is the wider code or ''."""

    code: str
    name: Text
    measure: Text
    seat: str
    usual_days: int
    parent: str = ""
    department: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What to do about a cause, who should, how long it takes; `precedents` are cases in which it was the cause."""

    cause: Cause
    days: int
    measured: bool
    precedents: tuple[int, ...]


CAUSES: tuple[Cause, ...] = (
    Cause(
        code="material",
        name=Text(zh="材料延误", en="material late"),
        measure=Text(
            zh="协调供应商补货或启用备用供应商, 复核到货计划, 到货后增加班组赶工",
            en="press the supplier or take a second one, check the delivery plan, add a crew once it is there",
        ),
        seat="project_owner",
        usual_days=10,
    ),
    Cause(
        code="labour",
        name=Text(zh="劳动力不足", en="labour short"),
        measure=Text(
            zh="增调班组, 核实工资发放, 调整作业面安排", en="bring in crews, check that wages are paid, re-plan"
        ),
        seat="contractor",
        usual_days=7,
    ),
    Cause(
        code="design_change",
        name=Text(zh="设计变更", en="design change"),
        measure=Text(
            zh="设计单位限期出图, 变更按程序审批, 未受影响部位先行施工",
            en="a date for the drawings, approve the change by the rules, go on where it does not matter",
        ),
        seat="project_owner",
        usual_days=15,
    ),
    Cause(
        code="permit",
        name=Text(zh="手续未完成", en="permit missing"),
        measure=Text(
            zh="列出缺件, 由主管部门协调并联办理", en="list what is missing; the department has it handled in parallel"
        ),
        seat="dept_head",
        usual_days=20,
    ),
    Cause(
        code="permit_eia",
        parent="permit",
        name=Text(zh="环评手续未通过", en="environmental assessment not passed"),
        measure=Text(
            zh="生态环境部门提前介入, 一次性告知补正内容, 补正后限期审批",
            en="the ecology bureau steps in early, says all at once what is to be put right, and decides by a date",
        ),
        seat="dept_head",
        usual_days=30,
        department="区生态环境局",
    ),
    Cause(
        code="permit_construction",
        parent="permit",
        name=Text(zh="施工许可未取得", en="building permit missing"),
        measure=Text(
            zh="住建部门核对要件, 容缺受理, 补齐后发证", en="the housing bureau checks the papers and takes them early"
        ),
        seat="dept_head",
        usual_days=15,
        department="区住建局",
    ),
    Cause(
        code="permit_land",
        parent="permit",
        name=Text(zh="用地手续未完成", en="land papers missing"),
        measure=Text(
            zh="自然资源部门核查用地批复, 明确完成时限", en="the land bureau checks the grant and names a date"
        ),
        seat="dept_head",
        usual_days=30,
        department="区自然资源局",
    ),
    Cause(
        code="permit_planning",
        parent="permit",
        name=Text(zh="规划许可未取得", en="planning permit missing"),
        measure=Text(
            zh="自然资源部门核对规划条件, 明确发证时限",
            en="the natural resources bureau checks the conditions and names a date",
        ),
        seat="dept_head",
        usual_days=20,
        department="区自然资源局",
    ),
    Cause(
        code="permit_fire",
        parent="permit",
        name=Text(zh="消防审查未通过", en="fire review not passed"),
        measure=Text(
            zh="住建部门组织复核, 一次性告知整改项",
            en="the housing bureau reviews again and says all at once what is to be changed",
        ),
        seat="dept_head",
        usual_days=15,
        department="区住建局",
    ),
    Cause(
        code="permit_energy",
        parent="permit",
        name=Text(zh="节能审查未完成", en="energy review missing"),
        measure=Text(
            zh="发改部门提前介入, 补正后限期审查",
            en="the development commission steps in early and decides by a date",
        ),
        seat="dept_head",
        usual_days=15,
        department="区发改委",
    ),
    Cause(
        code="money",
        name=Text(zh="资金未到位", en="money not there"),
        measure=Text(
            zh="财政核对下达与支付, 工资性款项先行, 按可信进度拨付",
            en="finance checks releases and payments, wages first, pays by credible progress",
        ),
        seat="finance",
        usual_days=10,
        department="区财政局",
    ),
    Cause(
        code="weather",
        name=Text(zh="天气影响", en="weather"),
        measure=Text(
            zh="核实停工天数, 符合条件的办理停工审批, 天气转好后加班赶工",
            en="count the days lost, have a pause approved where it is due, catch up afterwards",
        ),
        seat="project_owner",
        usual_days=5,
    ),
    Cause(
        code="quality_rework",
        name=Text(zh="质量返工", en="quality rework"),
        measure=Text(
            zh="监理确定返工范围与标准, 返工后复验", en="the supervisor sets scope and standard, and inspects again"
        ),
        seat="supervisor",
        usual_days=12,
    ),
    Cause(
        code="access",
        name=Text(zh="场地或搬迁受阻", en="access or relocation"),
        measure=Text(
            zh="街道协调搬迁与交通疏解, 明确交地时间", en="the street settles relocation and traffic, with a date"
        ),
        seat="clerk",
        usual_days=20,
    ),
    Cause(
        code="device",
        name=Text(zh="设备或观测异常", en="device or observation fault"),
        measure=Text(
            zh="检查摄像头与网关, 重新标定, 其间安排现场核查", en="check camera and gateway, commission again, inspect"
        ),
        seat="inspector",
        usual_days=3,
    ),
    Cause(
        code="other",
        name=Text(zh="其他", en="other"),
        measure=Text(zh="说明原因并提出措施", en="say what it is and what is to be done"),
        seat="project_owner",
        usual_days=10,
    ),
)
_BY_CODE: Mapping[str, Cause] = {cause.code: cause for cause in CAUSES}

LIKELY: Mapping[str, tuple[str, ...]] = {
    "schedule_gap": ("material", "labour", "design_change", "weather", "access", "money"),
    "time_lag": ("material", "labour", "weather", "design_change", "access", "money"),
    "not_started": ("permit", "permit_eia", "permit_land", "access", "money"),
    "overspend": ("design_change", "material", "quality_rework"),
    "underspend": ("material", "labour", "permit", "money"),
    "paid_ahead": ("material", "labour", "quality_rework"),
    "abnormal_spend": ("design_change", "material", "other"),
    "report_vs_seen": ("device", "quality_rework", "other"),
    "effect": ("quality_rework", "design_change", "money", "other"),
    "evidence": ("device", "weather"),
    "device_moved": ("device",),
    "device_offline": ("device", "weather"),
    "device_blind": ("device", "weather"),
}
"""Which causes people look for first, by rule. An order to ask in, not a probability."""


def cause_of(code: str) -> Cause:
    """The cause of a code; MendingRefused names the codes there are."""
    found = _BY_CODE.get(code)
    if found is None:
        raise MendingRefused(
            "unknown",
            Text(zh=f"没有原因代码 {code[:64]!r}", en=f"no cause {code[:64]!r}"),
            where="cause",
            expected=Text(zh="、".join(_BY_CODE), en=", ".join(_BY_CODE)),
        )
    return found


def likely(rule: str) -> tuple[Cause, ...]:
    """Causes to ask about first when this rule warns, then all others."""
    first = [_BY_CODE[code] for code in LIKELY.get(rule, ())]
    return (*first, *(cause for cause in CAUSES if cause not in first))


def advice(code: str, precedents: Sequence[tuple[int, int]]) -> Advice:
    """Advice on a cause; `precedents` are (case, days it took), newest first. From five on their median counts."""
    cause = cause_of(code)
    measured = len(precedents) >= PRECEDENTS_MIN
    days = round(median(days for _, days in precedents)) if measured else cause.usual_days
    return Advice(cause=cause, days=days, measured=measured, precedents=tuple(case for case, _ in precedents))
