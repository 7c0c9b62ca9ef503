"""A project as insight sees it: one plain row, and what can be measured of it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from central.domain import Level, Text
from central.insight.spread import WHOLE_BP

Better = Literal["lower", "higher", ""]
BEGINNINGS = ("declared", "reviewed", "approved")
"""Stages that a project's way begins with; the earliest day of them is its first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageDay:
    """When a stage was to be passed and when it was; None = not said."""

    stage: str
    planned_on: date | None
    actual_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRow:
    """A project at an instant. `unit` and `street` are names; `kind` what it is in particular (e.g. 老旧小区加装电梯),
    the work type where nobody said; `planned_finish` that of the first plan; `finish` that of the plan in force.

    `stages` in the order of its life. `spent_fen` None = no ledger. Figures of progress None = never observed.
    `level` is the highest of its open warnings. `benefit_fen` what it brought so far, None = nobody assessed it.
    """

    id: str
    name: Text
    work_type: str
    kind: str
    sector: str
    unit: str
    street: str
    contract_fen: int
    budget_fen: int
    start: date
    planned_finish: date
    finish: date
    stages: tuple[StageDay, ...] = ()
    started: date | None = None
    completed: date | None = None
    spent_fen: int | None = None
    plan_bp: int | None = None
    actual_bp: int | None = None
    gap_bp: int | None = None
    lag_cdays: int | None = None
    spi_t_bp: int | None = None
    score_milli: int | None = None
    level: Level | None = None
    benefit_fen: int | None = None

    @property
    def first_day(self) -> date | None:
        """When its way began: the first stage passed, else the start of work."""
        days = [one.actual_on for one in self.stages if one.stage in BEGINNINGS and one.actual_on is not None]
        return min(days) if days else self.started


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Something that is measured of projects: an integer in `unit`, told divided by `scale`; None where it cannot be
    said. `better` says which way is good, '' neither."""

    code: str
    name: Text
    unit: Text
    better: Better
    of: Callable[[ProjectRow], int | None]
    scale: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A band of scale: contracts from `least_fen` (included) to the next band's."""

    code: str
    name: Text
    least_fen: int


_KINDS: Mapping[str, Text] = {
    "new_build": Text(zh="新建", en="new building"),
    "renovation": Text(zh="改造", en="renovation"),
    "road": Text(zh="道路", en="road"),
    "industry": Text(zh="产业", en="industry"),
    "service": Text(zh="服务", en="service"),
    "technology": Text(zh="信息化", en="technology"),
    "equipment": Text(zh="设备购置", en="equipment"),
}


def kind_name(kind: str) -> Text:
    """A work type by its name; a kind that people named is its own name."""
    return _KINDS.get(kind, Text(zh=kind, en=kind))


_WAN_FEN = 1_000_000
BANDS: tuple[Band, ...] = (
    Band(code="under_400", name=Text(zh="400万元以下", en="under 4 m CNY"), least_fen=0),
    Band(code="400_1000", name=Text(zh="400万–1000万元", en="4-10 m CNY"), least_fen=400 * _WAN_FEN),
    Band(code="1000_5000", name=Text(zh="1000万–5000万元", en="10-50 m CNY"), least_fen=1_000 * _WAN_FEN),
    Band(code="5000_10000", name=Text(zh="5000万–1亿元", en="50-100 m CNY"), least_fen=5_000 * _WAN_FEN),
    Band(code="over_10000", name=Text(zh="1亿元及以上", en="100 m CNY and over"), least_fen=10_000 * _WAN_FEN),
)
"""400 万元 is where 必须招标的工程项目规定 (发改委令第16号) begins for works; the others are round."""


def band_of(contract_fen: int) -> Band:
    """The band that a contract is in."""
    return next(band for band in reversed(BANDS) if contract_fen >= band.least_fen)


def _cycle_days(row: ProjectRow) -> int | None:
    first = row.first_day
    return (row.completed - first).days if row.completed and first and row.completed >= first else None


def _build_days(row: ProjectRow) -> int | None:
    done, begun = row.completed, row.started
    return (done - begun).days if done and begun and done >= begun else None


def _delay_days(row: ProjectRow) -> int | None:
    return (row.completed - row.planned_finish).days if row.completed else None


def _overspend_bp(row: ProjectRow) -> int | None:
    if row.completed is None or row.spent_fen is None or row.budget_fen <= 0:
        return None
    return (row.spent_fen - row.budget_fen) * WHOLE_BP // row.budget_fen


def _paid_bp(row: ProjectRow) -> int | None:
    return row.spent_fen * WHOLE_BP // row.budget_fen if row.spent_fen is not None and row.budget_fen > 0 else None


def _intensity(row: ProjectRow) -> int | None:
    """Fen spent per day of building."""
    days = _build_days(row)
    return row.spent_fen // days if row.spent_fen is not None and days else None


def _return_milli(row: ProjectRow) -> int | None:
    if row.benefit_fen is None or row.spent_fen is None or row.spent_fen <= 0:
        return None
    return row.benefit_fen * 1000 // row.spent_fen


_DAYS, _PERCENT = Text(zh="天", en="days"), Text(zh="%", en="%")
_MEASURES = (
    Measure(code="cycle_days", name=Text(zh="全周期", en="whole cycle"), unit=_DAYS, better="lower", of=_cycle_days),
    Measure(code="build_days", name=Text(zh="施工周期", en="works"), unit=_DAYS, better="lower", of=_build_days),
    Measure(
        code="delay_days", name=Text(zh="较首版计划延误", en="delay on the first plan"), unit=_DAYS, better="lower",
        of=_delay_days,
    ),
    Measure(
        code="overspend_bp", name=Text(zh="超支率", en="overspending"), unit=_PERCENT, better="lower", scale=100,
        of=_overspend_bp,
    ),
    Measure(
        code="gap_bp", name=Text(zh="进度偏差", en="gap to plan"), unit=Text(zh="个百分点", en="pp"), better="lower",
        scale=100, of=lambda row: row.gap_bp,
    ),
    Measure(
        code="spi_t_bp", name=Text(zh="进度绩效指数 SPI(t)", en="SPI(t)"), unit=Text(zh="", en=""), better="higher",
        scale=WHOLE_BP, of=lambda row: row.spi_t_bp,
    ),
    Measure(
        code="score_milli", name=Text(zh="绩效得分", en="score"), unit=Text(zh="分", en="points"), better="higher",
        scale=1000, of=lambda row: row.score_milli,
    ),
    Measure(
        code="return_milli", name=Text(zh="回报率", en="return"), unit=Text(zh="", en=""), better="higher", scale=1000,
        of=_return_milli,
    ),
    Measure(
        code="contract_fen", name=Text(zh="合同额", en="contract"), unit=Text(zh="元", en="CNY"), better="", scale=100,
        of=lambda row: row.contract_fen,
    ),
    Measure(
        code="paid_bp", name=Text(zh="支出占预算", en="spent of the budget"), unit=_PERCENT, better="", scale=100,
        of=_paid_bp,
    ),
    Measure(
        code="intensity_fen", name=Text(zh="投入强度(日均支出)", en="intensity of spending, a day"),
        unit=Text(zh="元/天", en="CNY/day"), better="", scale=100, of=_intensity,
    ),
)  # fmt: skip
MEASURES: Mapping[str, Measure] = {measure.code: measure for measure in _MEASURES}
