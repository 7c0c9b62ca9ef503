"""Which projects to help first: risk x value x reversibility, each factor shown (A28). Advice, never an order. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from central.domain import Level, Text
from central.figures import hundredths
from central.insight.project import ProjectRow
from central.insight.spread import WHOLE_BP

RED_GAP_BP = 3_000
_OF_LEVEL: Mapping[Level | None, int] = {None: 0, "blue": 2_500, "yellow": 5_000, "red": 10_000}
_REVERSIBLE_MIN_BP = 1_000
METHOD = Text(
    zh="优先度 = 风险 × 金额 × 可逆性。风险取进度偏差占红色阈值(30 个百分点)的比例与当前最高预警等级"
    "(蓝 25%、黄 50%、红 100%)中的较大者;金额为合同额;可逆性为距计划完工的剩余工期占比,不低于 10%:"
    "剩余时间越多,介入越可能挽回。",
    en="Priority = risk x value x reversibility. Risk: the gap as a share of the red threshold (30 pp), or that of the "
    "highest open warning (blue 25 %, yellow 50 %, red 100 %), whichever is more. Value: the contract. Reversibility: "
    "the share of the planned time that is left, at least 10 %: the more time, the more can still be turned.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Priority:
    """A project's place in the list; `weight` is the product as an integer, `share_bp` of the first one's weight."""

    project: str
    risk_bp: int
    value_fen: int
    reversible_bp: int
    weight: int
    share_bp: int
    why: Text


def priorities(rows: Sequence[ProjectRow], *, today: date) -> tuple[Priority, ...]:
    """Projects under way that something is wrong with, heaviest first, equal ones by id; no completed ones."""
    found = [_weighed(row, today) for row in rows if row.completed is None]
    heavy = sorted((one for one in found if one.weight > 0), key=lambda one: (-one.weight, one.project))
    first = heavy[0].weight if heavy else 0
    return tuple(
        Priority(
            project=one.project,
            risk_bp=one.risk_bp,
            value_fen=one.value_fen,
            reversible_bp=one.reversible_bp,
            weight=one.weight,
            share_bp=one.weight * WHOLE_BP // first,
            why=one.why,
        )
        for one in heavy
    )


def risk_bp(row: ProjectRow) -> int:
    """How much is wrong: 0 to 10000."""
    of_gap = max(row.gap_bp or 0, 0) * WHOLE_BP // RED_GAP_BP
    return min(max(of_gap, _OF_LEVEL[row.level]), WHOLE_BP)


def reversible_bp(row: ProjectRow, today: date) -> int:
    """Share of the planned time that is left."""
    whole = max((row.finish - row.start).days + 1, 1)
    left = min(max((row.finish - today).days, 0), whole)
    return max(left * WHOLE_BP // whole, _REVERSIBLE_MIN_BP)


def _weighed(row: ProjectRow, today: date) -> Priority:
    risk, left = risk_bp(row), reversible_bp(row, today)
    return Priority(
        project=row.id,
        risk_bp=risk,
        value_fen=row.contract_fen,
        reversible_bp=left,
        weight=risk * row.contract_fen * left,
        share_bp=0,
        why=_why(row, risk, left),
    )


def _why(row: ProjectRow, risk: int, left: int) -> Text:
    gap = Text(zh="偏差未知", en="gap unknown")
    if row.gap_bp is not None:
        gap = Text(zh=f"偏差 {hundredths(row.gap_bp)} 个百分点", en=f"gap {hundredths(row.gap_bp)} pp")
    wan = f"{row.contract_fen // 1_000_000:,}"
    level = {None: "无预警", "blue": "蓝色预警", "yellow": "黄色预警", "red": "红色预警"}[row.level]
    return Text(
        zh=f"风险 {hundredths(risk)}%({gap.zh},{level})× 合同额 {wan} 万元 × 可逆性 {hundredths(left)}%"
        f"(计划 {row.finish} 完工)",
        en=f"risk {hundredths(risk)} % ({gap.en}, {row.level or 'no'} warning) x contract CNY "
        f"{row.contract_fen // 100:,} x reversibility {hundredths(left)} % (planned finish {row.finish})",
    )
