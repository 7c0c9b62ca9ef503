"""How likely a project is late or over budget, from the district's own completed projects (domain.md §4.12). Pure.

A number is told only when it may be: at least 50 completed projects, both outcomes among them, and on projects that
were completed after those it was trained on a Brier score below the base rate's by more than luck makes (a one-sided
90 % bound). Of 400 simulated districts of nothing but noise one passed; without the bound one in ten did. Where delay
had reasons all passed.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

from central.domain import Text
from central.insight.calibration import Bin, BrierScores, Told, brier_scores, reliability
from central.insight.logistic import Logistic, fit
from central.insight.situation import COLUMNS, FEATURES, Situation, columns_of

Target = Literal["late", "over"]
TARGETS: tuple[Target, ...] = ("late", "over")
CLOSED_MIN = 50
OF_EACH_MIN = 8
L2 = 4.0
BLOCKS = 5
_FIRST_SHARE = (2, 5)  # of the projects, oldest first, before the first block that is forecast
_BOUND = 1.2816  # one-sided 90 %
FACTORS_MAX = 3
RECIPE = "logistic/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A completed project as it stood on a day of its life, and what became of it; None = the outcome is not known."""

    situation: Situation
    closed_on: date
    late: bool | None
    over: bool | None

    def outcome(self, target: Target) -> bool | None:
        """What is to be forecast."""
        return self.late if target == "late" else self.over


@dataclass(frozen=True, slots=True, kw_only=True)
class DelayModel:
    """A trained model with its test. `shown` = numbers of it are told; `why` = why, or why not.

    `n` completed projects, `events` of them late (over budget); `digest` = SHA-256 of all it was trained on.
    `logistic` is None where nothing could be trained.
    """

    target: Target
    n: int
    events: int
    digest: str
    tested: BrierScores
    reliability: tuple[Bin, ...]
    shown: bool
    why: Text
    logistic: Logistic | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """What moved a probability most: a feature, its value here and usually, and what it adds to the log odds."""

    code: str
    name: Text
    value: str
    usual: float | None
    log_odds: float

    @property
    def raises(self) -> bool:
        """Whether it makes the outcome likelier."""
        return self.log_odds > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """A probability in bp with its top factors; `n` = completed projects behind it."""

    target: Target
    probability_bp: int
    factors: tuple[Factor, ...]
    n: int


def train(examples: Sequence[Example], target: Target) -> DelayModel:
    """The model of all examples whose outcome is known, and its test on projects completed later than it knew."""
    known = _known(examples, target)
    outcomes = {one.situation.project: bool(one.outcome(target)) for one in known}
    n, events = len(outcomes), sum(outcomes.values())
    enough = n >= CLOSED_MIN and min(events, n - events) >= OF_EACH_MIN
    told = hold_out(known, target) if enough else ()
    result = brier_scores(told)
    shown = enough and _better(result)
    return DelayModel(
        target=target,
        n=n,
        events=events,
        digest=digest_of(known, target),
        tested=result,
        reliability=reliability(told),
        shown=shown,
        why=_why(n, events, result, shown=shown),
        logistic=_fitted(known, target) if enough else None,
    )


def hold_out(examples: Sequence[Example], target: Target) -> tuple[Told, ...]:
    """Forecasts of projects by models that knew only projects completed before them, block by block."""
    order = sorted({(one.closed_on, one.situation.project) for one in examples})
    place = {project: number for number, (_, project) in enumerate(order)}
    first = len(order) * _FIRST_SHARE[0] // _FIRST_SHARE[1]
    edges = [first + (len(order) - first) * block // BLOCKS for block in range(BLOCKS + 1)]
    found: list[Told] = []
    for begin, end in pairwise(edges):
        before = order[begin][0] if begin < end else None
        past = [one for one in examples if before is not None and one.closed_on < before]
        if len({one.outcome(target) for one in past}) < 2:
            continue
        model = _fitted(past, target)
        found.extend(
            Told(
                project=one.situation.project,
                probability=model.probability(columns_of(one.situation)),
                outcome=bool(one.outcome(target)),
                base_rate=model.rate,
                day=one.closed_on,
            )
            for one in examples
            if begin <= place[one.situation.project] < end
        )
    return tuple(found)


def forecast(model: DelayModel, situation: Situation) -> Forecast | None:
    """The probability for a running project; None when the model is not to be shown."""
    if not model.shown or model.logistic is None:
        return None
    row = columns_of(situation)
    probability_bp = round(model.logistic.probability(row) * 10_000)
    return Forecast(
        target=model.target,
        probability_bp=min(max(probability_bp, 1), 9_999),  # nothing is certain
        factors=factors_of(model.logistic, situation),
        n=model.n,
    )


def factors_of(logistic: Logistic, situation: Situation, *, most: int = FACTORS_MAX) -> tuple[Factor, ...]:
    """The features that moved the probability most, the heaviest first; what is not known moves nothing."""
    parts, usual = logistic.parts(columns_of(situation)), logistic.means
    found: list[Factor] = []
    at = 0
    for feature in FEATURES:
        width = len(feature.columns(situation))
        value = sum(parts[at : at + width])
        mean = usual[at] if width == 1 else None
        found.append(
            Factor(
                code=feature.code,
                name=feature.name,
                value=feature.spelled(situation),
                usual=mean,
                log_odds=value,
            )
        )
        at += width
    found.sort(key=lambda factor: (-abs(factor.log_odds), factor.code))
    return tuple(factor for factor in found[:most] if abs(factor.log_odds) > 0.01)


def digest_of(examples: Sequence[Example], target: Target) -> str:
    """SHA-256 of what a model was trained on and how: the same examples give the same, in any order."""
    rows = sorted(
        [one.situation.project, str(one.situation.day), str(one.closed_on), one.outcome(target)]
        + [None if value is None else repr(round(value, 9)) for value in columns_of(one.situation)]
        for one in examples
    )
    spelled = json.dumps([RECIPE, target, L2, COLUMNS, rows], separators=(",", ":"))
    return hashlib.sha256(spelled.encode()).hexdigest()


def _known(examples: Sequence[Example], target: Target) -> list[Example]:
    known = [one for one in examples if one.outcome(target) is not None]
    return sorted(known, key=lambda one: (one.closed_on, one.situation.project, one.situation.day))


def _fitted(examples: Sequence[Example], target: Target) -> Logistic:
    each: dict[str, int] = defaultdict(int)
    for one in examples:
        each[one.situation.project] += 1
    return fit(
        [columns_of(one.situation) for one in examples],
        [bool(one.outcome(target)) for one in examples],
        [1 / each[one.situation.project] for one in examples],
        l2=L2,
    )


def _better(result: BrierScores) -> bool:
    return result.gain is not None and result.gain_se is not None and result.gain > _BOUND * result.gain_se


def _why(n: int, events: int, result: BrierScores, *, shown: bool) -> Text:
    if n < CLOSED_MIN:
        return Text(
            zh=f"已完工且结果已知的项目 {n} 个, 少于 {CLOSED_MIN} 个, 不给出概率",
            en=f"{n} completed projects with a known outcome, under {CLOSED_MIN}: no probability is told",
        )
    if min(events, n - events) < OF_EACH_MIN:
        return Text(
            zh=f"{n} 个已完工项目中发生 {events} 个, 两种结果各须至少 {OF_EACH_MIN} 个, 不给出概率",
            en=f"of {n} completed projects {events} were so; {OF_EACH_MIN} of each are needed: no probability is told",
        )
    if result.brier is None or result.base is None:
        return Text(zh="没有可供检验的项目, 不给出概率", en="no project to test it on: no probability is told")
    scores = f"Brier {result.brier:.4f} / {result.base:.4f}, n={result.projects}"
    if shown:
        return Text(
            zh=f"以 {n} 个已完工项目训练; 在其后完工的项目上优于基准 ({scores})",
            en=f"trained on {n} completed projects; on later ones better than the base rate ({scores})",
        )
    return Text(
        zh=f"在其后完工的项目上未明显优于基准 ({scores}), 不给出概率",
        en=f"on later projects not clearly better than the base rate ({scores}): no probability is told",
    )
