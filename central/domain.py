"""The nouns of the centre. Frozen; integers where anything is compared: basis points (bp), hundredths of a day
(cdays), fen.

Nothing here reads a clock, a database or a network. Times are aware UTC datetimes; dates are calendar days of the
district (Asia/Shanghai).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from central.checkpoint import Checkpoint

Level = Literal["blue", "yellow", "red"]
LEVELS: tuple[Level, ...] = ("blue", "yellow", "red")
SourceKind = Literal["camera", "inspector", "supervisor", "self_report", "document"]
SubjectKind = Literal["project", "building", "line", "camera", "gateway", "unit", "person", "district"]
FundKind = Literal["budget", "release", "pay"]
Condition = Literal["ok", "no_data", "error"]
LifeKind = Literal["signed", "agreed_start", "started", "production", "completed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One sentence in the two languages of the interface."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Subject:
    """What a deviation, warning or score is about."""

    kind: SubjectKind
    id: str


# --- what is to be built, and when -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPoint:
    """Planned cumulative share of one work item at the end of a day."""

    day: date
    cum_bp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """A weighted part of a building (GB 50300 分部 name). Weights of one building sum to 10000.

    `credits` maps a facade stage to the share of this item that it proves, 0-10000; empty = no camera sees it.
    """

    id: str
    building: str
    name: Text
    weight_bp: int
    credits: tuple[tuple[str, int], ...]
    points: tuple[PlanPoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """A building of a project. Weights of one project sum to 10000."""

    id: str
    project: str
    name: Text
    storeys: int
    weight_bp: int
    items: tuple[WorkItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A public work with its buildings and its current plan. `code` is the national project code."""

    id: str
    code: str
    name: Text
    street: Text
    unit: Text
    work_type: str
    contract_fen: int
    budget_fen: int
    start: date
    finish: date
    pauses: tuple[tuple[date, date], ...]
    plan_version: int
    buildings: tuple[Building, ...]


# --- what was seen ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One accepted value for one work item. `source` is the gateway for cameras, the person else; `ref` the record.

    Ordered by (observed_at, source, seq) before anything is computed, so that arrival order has no say.
    """

    item: str
    kind: SourceKind
    source: str
    seq: int
    observed_at: datetime
    value_bp: int
    conf_bp: int
    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Fused state of one item, building or project at one instant.

    `value` and `variance` are shares (0-1) kept unrounded for the fold; decisions use `value_bp` and `sigma_bp`.
    `coverage_bp` is the weight that was observed lately, is complete, or is not yet due. `quarantined` are the
    records set aside and not corroborated yet; `review` says what a person should look at ("fall", "jump").
    """

    subject: str
    as_of: datetime
    value: float
    variance: float
    coverage_bp: int
    last_seen: datetime | None
    refs: tuple[str, ...]
    quarantined: tuple[str, ...] = ()
    review: tuple[str, ...] = ()

    @property
    def value_bp(self) -> int:
        """Share in basis points, rounded half up."""
        return int(self.value * 10_000 + 0.5)

    @property
    def sigma_bp(self) -> int:
        """Standard deviation in basis points, rounded half up."""
        return int(self.variance**0.5 * 10_000 + 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """Actual against plan at one instant. Gap = plan - actual (positive = behind); lag in 1/100 effective days.

    What is None cannot be said: `rel_bp` = gap / plan below 5 % planned, `spi_bp` = EV / PV and `spi_t_bp` = ES / AT
    before the plan asks for anything, `cpi_bp` = EV / AC, `pay_gap_bp` = paid / contract - actual (positive = paid
    ahead) and `eac_fen` = BAC / CPI without money. `forecast` is the day on which the work ends at its pace so far,
    `forecast_low` and `forecast_high` the earliest and latest for actual + and - sigma.
    """

    subject: Subject
    as_of: datetime
    plan_bp: int
    actual_bp: int
    gap_bp: int
    lag_cdays: int
    sigma_bp: int
    coverage_bp: int
    refs: tuple[str, ...]
    rel_bp: int | None = None
    spi_bp: int | None = None
    spi_t_bp: int | None = None
    cpi_bp: int | None = None
    pay_gap_bp: int | None = None
    eac_fen: int | None = None
    forecast: date | None = None
    forecast_low: date | None = None
    forecast_high: date | None = None


# --- what was spent, and what became of the project -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FundEntry:
    """One entry of the append-only ledger: money granted (budget), released or paid on a day.

    `amount_fen` is positive; an entry that reverses another is of the same kind, has the negative amount and names the
    voucher in `reverses`. `line` is the budget line, `wage_fen` the part of the amount that is wages.
    """

    voucher: str
    project: str
    kind: FundKind
    day: date
    amount_fen: int
    line: str = ""
    contract: str = ""
    payee: str = ""
    wage_fen: int = 0
    reverses: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStanding:
    """What a budget line was granted and what was paid out of it, up to a day."""

    line: str
    budget_fen: int
    paid_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyStanding:
    """What the ledger says of a project at the end of a day.

    `budget_fen` is the sum of the ledger's grants, or the plan's budget where it has none; `estimate_fen` (概算) is 0
    when it is not known. `months` are (first day of the month, fen paid in it), oldest first, the running one last.
    """

    day: date
    budget_fen: int
    estimate_fen: int
    released_fen: int
    paid_fen: int
    year_budget_fen: int
    year_paid_fen: int
    lines: tuple[LineStanding, ...]
    months: tuple[tuple[date, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeEvent:
    """A dated fact of a project's life, e.g. the contract was signed. The newest of a kind is the one in force."""

    project: str
    kind: LifeKind
    day: date
    ref: str = ""


# --- what is judged --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule's raw verdict at one instant, before hysteresis. `level` None = below the lowest threshold.

    `value` and `threshold` are in `unit` (bp, ratio_bp, cdays, days, hours, centi_z), measured by `basis`; `held` is
    the highest level that would not be left at this value. `thin` = the evidence carries no more than blue; `capped` =
    the level was lowered for it. Not `judged` = the rule could not say anything new, for the reason in `condition` and
    `detail`: the level stays as it is. `month_end` = this one counts as the month's evaluation.
    """

    rule: str
    rule_version: str
    subject: Subject
    as_of: datetime
    level: Level | None
    held: Level | None
    value: int
    threshold: int | None
    unit: str
    confirmed: bool
    capped: bool
    refs: tuple[str, ...]
    basis: str = ""
    thin: bool = False
    judged: bool = True
    condition: Condition = "ok"
    detail: str = ""
    month_end: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleState:
    """Memory of one (rule, subject) between evaluations; lives in the database, never in a process.

    `months` counts consecutive month ends at yellow or above. `condition` says since when (`since`; None = from the
    start) the rule can judge, has no data to judge by, or fails with `detail`.
    """

    rule: str
    subject: Subject
    level: Level | None = None
    candidate: Level | None = None
    up: int = 0
    down: int = 0
    months: int = 0
    condition: Condition = "ok"
    since: datetime | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningChange:
    """One transition of a warning: raised, escalated, downgraded or cleared."""

    rule: str
    rule_version: str
    subject: Subject
    at: datetime
    event: Literal["raised", "escalated", "downgraded", "cleared"]
    level: Level | None
    previous: Level | None
    value: int
    threshold: int | None
    unit: str
    capped: bool
    refs: tuple[str, ...]
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """One leaf of a score: points = weight x leaf score, unrounded; weights of one score sum to 1."""

    indicator: str
    name: Text
    weight: float
    value: str
    leaf_score: float
    points: float
    formula: str
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A total 0-100 with the contributions it is made of; grade compared before rounding. None = nothing to score."""

    subject: Subject
    as_of: datetime
    total: float | None
    grade: str | None
    rule_version: str
    consistency_ratio: float
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraCondition:
    """A device fact (moved, frozen, covered, dark, offline) from `since` until `until`; None = it has not ended yet."""

    camera: str
    code: str
    since: datetime
    detail: str
    ref: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Everything one reassessment of a project says: a pure function of the set of accepted facts up to `as_of`.

    It says what is later than `since`, the checkpoint that it went on from; None = everything from the start.
    `deviations` and `progress` are series of the project and its buildings, ordered by (as_of, subject); `progress`
    ends with work items, each at the last instant at which its building was judged: with all of them when `whole`, else
    with those of buildings judged since (`items` names all there ever were, `left` those that a plan taken up since
    then let go). `changes` is the whole life of
    all warnings that were open at `since` or began later, in order of time; `states` the memory of the rules. `scores`
    has the last score of each day, the last of them `score`; none before anything was evaluated. `checkpoints` are what
    a later assessment may go on from.
    """

    project: str
    as_of: datetime
    progress: tuple[Progress, ...]
    deviations: tuple[Deviation, ...]
    changes: tuple[WarningChange, ...]
    states: tuple[RuleState, ...]
    score: Score
    scores: tuple[Score, ...] = ()
    items: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()
    whole: bool = True
    since: datetime | None = None
    checkpoints: tuple[Checkpoint, ...] = ()
