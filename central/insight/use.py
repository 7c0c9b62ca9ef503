"""Whether a unit uses what it enters: pages looked at and decisions taken beside entries made (B36). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from central.domain import Text
from central.insight.spread import WHOLE_BP, share_bp

Kind = Literal["entry", "view", "decision"]
ENTRIES_MIN = 20
LITTLE_BP = 2_000
ENTERS_ONLY = Text(zh="重填报、轻应用", en="enters much, uses little")
METHOD = Text(
    zh="填报 = 上传、日报、录入等写入;应用 = 查看分析页面(每人每页每日计一次)与作出决定(审批、处置、核验等)。"
    f"填报不少于 {ENTRIES_MIN} 次而应用不足填报的 20% 时标注。",
    en="Entries: uploads, daily reports and other writing. Use: pages of analysis looked at (once a day for each "
    f"person and page) and decisions (approvals, measures, verifications). Marked from {ENTRIES_MIN} entries on when "
    "use is under 20 % of them.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """So many acts of a kind by one person of a unit; `what` is the action or page."""

    unit: str
    person: str
    kind: Kind
    what: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitUse:
    """A unit's use: counts, how many different people looked or decided, use per entry (None without entries)."""

    unit: str
    entries: int
    views: int
    decisions: int
    users: int
    use_bp: int | None
    mark: Text | None
    acts: tuple[tuple[str, int], ...]


def use_by_unit(acts: Sequence[Act]) -> tuple[UnitUse, ...]:
    """Every unit, marked ones first, then the least use per entry."""
    units = sorted({act.unit for act in acts})
    found = [_unit(unit, [act for act in acts if act.unit == unit]) for unit in units]
    return tuple(
        sorted(found, key=lambda one: (one.mark is None, WHOLE_BP**2 if one.use_bp is None else one.use_bp, one.unit))
    )


def _unit(unit: str, acts: Sequence[Act]) -> UnitUse:
    counts = {kind: sum(act.n for act in acts if act.kind == kind) for kind in ("entry", "view", "decision")}
    used = counts["view"] + counts["decision"]
    by_what: dict[str, int] = {}
    for act in acts:
        by_what[f"{act.kind}/{act.what}"] = by_what.get(f"{act.kind}/{act.what}", 0) + act.n
    enters_only = counts["entry"] >= ENTRIES_MIN and used * WHOLE_BP < LITTLE_BP * counts["entry"]
    return UnitUse(
        unit=unit,
        entries=counts["entry"],
        views=counts["view"],
        decisions=counts["decision"],
        users=len({act.person for act in acts if act.kind != "entry" and act.n > 0}),
        use_bp=share_bp(used, counts["entry"]),
        mark=ENTERS_ONLY if enters_only else None,
        acts=tuple(sorted(by_what.items())),
    )
