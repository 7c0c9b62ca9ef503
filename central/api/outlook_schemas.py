"""What the API takes and answers about the outlook: risk, advice, what-if, allocation, effect of policies."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from central.api.acting import Day, Fen, Id
from central.api.lives_schemas import Asked
from central.api.schemas import Answer, Bp, Named, Sha256, Text

Target = Literal["late", "over"]
ModelTarget = Literal["late", "over", "finish"]
Word = Literal["high", "raised", "low", "unknown"]
SeriesCode = Literal["warnings", "mending_days", "data_quality", "score"]
OptionId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]


class RiskFactorShown(Answer):
    """What moved a probability: its value here, what it usually is (null where that says nothing), and which way."""

    code: str
    name: Text
    value: str
    usual: float | None
    raises: bool


class ProbabilityShown(Answer):
    """A probability told on `day` by a model of `n` completed projects, beside `base_bp`, the share of all of them."""

    probability_bp: Bp
    base_bp: Bp
    n: int
    day: date
    factors: list[RiskFactorShown]


class SignShown(Answer):
    """A sign of risk that anybody can check; weight 2 alone makes the strongest word."""

    code: str
    weight: Literal[1, 2]
    text: Text


class RiskShown(Answer):
    """Risk of being late or over budget: a probability only where it may be told (`why` says so, or why not), and a
    word by rules with its signs. `thin` = the word was capped, because too little was observed."""

    target: Target
    told: ProbabilityShown | None
    why: Text
    word: Word
    word_text: Text
    signs: list[SignShown]
    thin: bool


class SpanShown(Answer):
    """A day with its earliest and latest; null where there is no pace to go by."""

    day: date | None
    low: date | None
    high: date | None


class FinishShown(Answer):
    """When it ends: by the plan in force, by its pace so far, and as `n` completed projects went (`learnt`)."""

    planned: date
    by_pace: SpanShown
    learnt: SpanShown | None
    n: int | None
    why: Text


class SuggestionShown(Answer):
    """Advice, not an order: cause, measure, owner role and date. `measured` = its days are the median of `n` cases."""

    cause: str
    cause_name: Text
    basis: Literal["case", "sign", "rule"]
    case: str | None
    measure: Text
    seat: str
    owner: Text
    department: str
    days: int
    by: date
    measured: bool
    n: int
    precedents: list[str]
    sentence: Text


class ProjectOutlook(Answer):
    """What may become of a running project. `as_of` = the newest judgement; null = never judged."""

    project: str
    as_of: datetime | None
    completed_on: date | None
    late: RiskShown
    over: RiskShown
    finish: FinishShown
    label: Text
    advice: list[SuggestionShown]


class CrewsGiven(Asked):
    """So many crews more than the present ones from a day on (until the end where `last` is null)."""

    kind: Literal["crews"]
    first: Day
    last: Day | None
    now: Annotated[int, Field(ge=1, le=1000)]
    added: Annotated[int, Field(ge=1, le=1000)]


class StopGiven(Asked):
    """No work from the first to the last day."""

    kind: Literal["stop"]
    first: Day
    last: Day


class MoveGiven(Asked):
    """A work item that has not begun, so many calendar days later; negative = earlier."""

    kind: Literal["move"]
    item: Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\x00]*$")]
    days: Annotated[int, Field(ge=-366, le=366)]


ChangeGiven = Annotated[CrewsGiven | StopGiven | MoveGiven, Field(discriminator="kind")]


class WhatIfGiven(Asked):
    """Changes that are tried together."""

    changes: Annotated[list[ChangeGiven], Field(min_length=1, max_length=20)]


class MovedShown(Answer):
    """An item and by how many days it is planned later with the changes."""

    item: str
    days: int


class WhatIfShown(Answer):
    """The forecast as it is and with the changes; `days` negative = earlier, null = it cannot be said."""

    project: str
    as_of: datetime
    planned: date
    before: SpanShown
    after: SpanShown
    days: int | None
    moved: list[MovedShown]
    assumptions: list[Text]


class LikelyProject(Answer):
    """A running project with what is told of it."""

    project: Named
    due: date
    told: ProbabilityShown


class OutlookList(Answer):
    """Running projects, the likeliest first; none and why, where nothing may be told."""

    target: Target
    shown: bool
    why: Text
    projects: list[LikelyProject]


class BinShown(Answer):
    """Forecasts within a span of probability: what they said on average and how often it came."""

    low_bp: int
    high_bp: int
    n: int
    said: float | None
    came: float | None


class ModelShown(Answer):
    """A trained model and its test on projects that were completed after those it knew.

    Brier scores (0 best) for late and over, mean size of log errors for finish; `base` = without the model.
    """

    target: ModelTarget
    number: int
    day: date
    n: int
    events: int
    examples_sha256: Sha256
    shown: bool
    why: Text
    tested: int | None
    score: float | None
    base: float | None
    reliability: list[BinShown]


class ModelList(Answer):
    """Models of a target, the newest first; `next` continues as `before`, null at the end."""

    models: list[ModelShown]
    next: int | None


class BrierMonth(Answer):
    """Brier score of the projects whose outcome became known in a month, beside that of the base rate."""

    month: date
    n: int
    brier: float
    base: float


class Calibration(Answer):
    """Every probability that was told of projects of the caller, held against what became of them."""

    target: Target
    forecasts: int
    projects: int
    brier: float | None
    base: float | None
    reliability: list[BinShown]
    months: list[BrierMonth]


class OptionGiven(Asked):
    """What may be paid for in a project. Without `gain` for any: the value of its work that is behind the plan, fen."""

    project: Id
    id: OptionId
    cost_fen: Fen
    gain: Annotated[int, Field(ge=0, le=10**15)] | None


class AllocationGiven(Asked):
    """A budget and the options that it may pay for, at most one of each project."""

    budget_fen: Fen
    options: Annotated[list[OptionGiven], Field(min_length=1, max_length=300)]


class OptionShown(Answer):
    """An option with the gain that was counted."""

    project: str
    id: str
    cost_fen: int
    gain: int


class AllocationShown(Answer):
    """The advised choice. `gain` is the objective reached; no choice whatever gains more than `bound`.

    `exact` = no choice gains more than this one; else money was counted in steps of `step_fen`, costs rounded up.
    """

    label: Text
    objective: Text
    budget_fen: int
    cost_fen: int
    gain: int
    bound: int
    exact: bool
    step_fen: int
    chosen: list[OptionShown]
    left_out: list[OptionShown]


class EstimateShown(Answer):
    """An estimate with its standard error and 95 % interval; `clear` = the interval leaves out 0."""

    value: float
    se: float
    low: float
    high: float
    clear: bool


class EffectPoint(Answer):
    """A month: its value of n things, the line that was fitted, and the former trend carried on."""

    month: date
    value: float
    n: int
    line: float | None
    former: float | None


class EffectShown(Answer):
    """An estimate of what changed from a month on; null and `why` with fewer than eight months on either side.

    `step` at once, `bend` for each month, `mean` over all months since, each against the former trend.
    """

    series: SeriesCode
    name: Text
    unit: Text
    better: Literal["lower", "higher"]
    since: date
    before: int
    after: int
    step: EstimateShown | None
    bend: EstimateShown | None
    mean: EstimateShown | None
    alike: float
    label: Text
    why: Text
    points: list[EffectPoint]
