"""What money brought by sector, and what that would advise for next year's shares (A47, B05). Advice only. Pure.

A project's return is its assessed benefit over what was spent on it, in thousandths. A sector's is the mean of its
projects' with Student's interval; the ratio of sums stands beside it, for one large project may outweigh many.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from central.domain import Text
from central.insight.project import ProjectRow
from central.insight.spread import ENOUGH, WHOLE_BP, Spread, half_up, share_bp, spread

MOVE_MAX_BP = 500
ADVICE = Text(
    zh="建议,仅供参考;预算调整须按法定程序由有权机关决定",
    en="Advice only: budgets are changed by those entitled to, by due process",
)
METHOD = Text(
    zh="项目回报率 = 已评估效益 / 实际支出;领域回报率为项目回报率的均值,附标准差、四分位数与 95% 区间(t 分布);"
    "少于 5 个项目不给出数字。仅当某领域的区间整体高于(低于)全部项目均值时才建议增加(减少)占比,"
    "按差距的一半计,单个领域不超过 5 个百分点,增减相抵。回报率不含不可货币化的社会效益。",
    en="Return of a project = assessed benefit / spent. A sector's is the mean of its projects', with standard "
    "deviation, quartiles and 95 % interval (Student's t); nothing under five projects. A larger (smaller) share is "
    "advised only where the whole interval lies above (below) the mean of all, by half of the relative distance, at "
    "most 5 pp for a sector, gains equal to losses. Benefits that have no price are not in it.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """One assessed project."""

    project: str
    sector: str
    benefit_fen: int
    spent_fen: int

    @property
    def milli(self) -> int:
        """Benefit over spending, thousandths, half up."""
        return half_up(Fraction(self.benefit_fen * 1000, self.spent_fen))


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorReturn:
    """A sector's projects: mean and spread in thousandths (None under five), ratio of sums, share of all that was
    spent, and the advised change of that share in basis points (0 = none advised)."""

    sector: str
    n: int
    spread: Spread | None
    whole_milli: int
    spent_fen: int
    share_bp: int
    advised_bp: int
    projects: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Returns:
    """Sectors, highest mean first and those that are too few last. `mean_milli` is the mean over the projects of all
    sectors with enough, None without any. `label` goes with every advised figure."""

    sectors: tuple[SectorReturn, ...]
    mean_milli: int | None
    label: Text = ADVICE


def returned(rows: Sequence[ProjectRow]) -> tuple[Returned, ...]:
    """Projects whose benefit was assessed and that money was spent on."""
    return tuple(
        Returned(project=row.id, sector=row.sector, benefit_fen=row.benefit_fen, spent_fen=row.spent_fen)
        for row in rows
        if row.benefit_fen is not None and row.spent_fen is not None and row.spent_fen > 0
    )


def returns_by_sector(rows: Sequence[Returned]) -> Returns:
    """What each sector brought; rows with nothing spent are no returns and must be left out before."""
    for row in rows:
        if row.spent_fen <= 0:
            raise ValueError(f"project {row.project}: spent {row.spent_fen} fen, expected more than 0")
    groups = {name: [row for row in rows if row.sector == name] for name in sorted({row.sector for row in rows})}
    spreads = {name: spread([row.milli for row in group]) for name, group in groups.items()}
    enough = [row.milli for name, group in groups.items() if spreads[name] is not None for row in group]
    mean = Fraction(sum(enough), len(enough)) if enough else None
    total = sum(row.spent_fen for row in rows)
    shares = {name: share_bp(sum(row.spent_fen for row in group), total) or 0 for name, group in groups.items()}
    advised = advised_moves(spreads, shares, mean)
    found = [_sector(name, groups[name], spreads[name], shares[name], advised.get(name, 0)) for name in groups]
    found.sort(key=lambda one: (one.spread is None, -(one.spread.mean if one.spread else Fraction(0)), one.sector))
    return Returns(sectors=tuple(found), mean_milli=None if mean is None else half_up(mean))


def advised_moves(
    spreads: Mapping[str, Spread | None], shares: Mapping[str, int], mean: Fraction | None
) -> dict[str, int]:
    """Changes of shares in basis points that sum to zero; none where there is nobody to take from or to give to."""
    if mean is None or mean <= 0:
        return {}
    wished = {name: _wish(found, shares[name], mean) for name, found in spreads.items() if found is not None}
    gains = {name: move for name, move in wished.items() if move > 0}
    losses = {name: -move for name, move in wished.items() if move < 0}
    pot = min(sum(gains.values()), sum(losses.values()))
    if pot == 0:
        return {}
    return {**_portions(gains, pot), **{name: -part for name, part in _portions(losses, pot).items()}}


def _wish(found: Spread, share: int, mean: Fraction) -> int:
    """Half of the relative distance from the mean, of the present share; 0 while the interval holds the mean."""
    if found.low <= mean <= found.high:
        return 0
    move = half_up(share * (found.mean - mean) / mean / 2)
    return max(-MOVE_MAX_BP, -share, min(MOVE_MAX_BP, WHOLE_BP - share, move))


def _portions(parts: Mapping[str, int], pot: int) -> dict[str, int]:
    """The pot by these proportions in whole basis points; what is left over goes to the largest remainders, by name."""
    total = sum(parts.values())
    found = {name: part * pot // total for name, part in parts.items()}
    rest = pot - sum(found.values())
    for name in sorted(parts, key=lambda name: (-(parts[name] * pot % total), name))[:rest]:
        found[name] += 1
    return found


def _sector(name: str, rows: Sequence[Returned], found: Spread | None, share: int, advised: int) -> SectorReturn:
    spent = sum(row.spent_fen for row in rows)
    return SectorReturn(
        sector=name,
        n=len(rows),
        spread=found,
        whole_milli=half_up(Fraction(sum(row.benefit_fen for row in rows) * 1000, spent)),
        spent_fen=spent,
        share_bp=share,
        advised_bp=advised if len(rows) >= ENOUGH else 0,
        projects=tuple(sorted(row.project for row in rows)),
    )
