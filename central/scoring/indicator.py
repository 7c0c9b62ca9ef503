"""What is scored: indicators, the sets that weigh them, the values they were given (domain.md §4.1, §4.7). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from central.domain import Text

IndicatorKind = Literal["higher", "lower", "binary", "qualitative", "survey", "panel"]
FrameName = Literal["IOI", "IPOR", "MOF"]
"""Input-output-impact (A21); input-process-output-result (B10); the ministry's decision-process-output-benefit."""

ValueState = Literal["measured", "entered", "missing", "not_due", "too_few", "not_applicable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One version of an indicator. `source` is the code of the measure that fills it by itself (`central.scoring.
    sources`), or '' when a person enters it. `frames` says under which node it stands in each frame. `basis` is the
    legal text it rests on, `verification` what proves a value. A version that a period has used never changes."""

    id: str
    version: int
    name: Text
    kind: IndicatorKind
    target: float
    unit: str
    digits: int
    formula: Text
    source: str = ""
    level: int = 2
    sector: str = ""
    frames: Mapping[FrameName, str] = field(default_factory=dict)
    basis: str = ""
    verification: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighedLeaf:
    """An indicator in a set with its weight; weights of a set's leaves sum to 1. `judged` names the AHP node and
    version that the weight is from, '' when it was set by a rule (which `reason` tells)."""

    indicator: Indicator
    weight: float
    judged: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorSet:
    """A version of the leaves that a subject is scored by, in order, cloned from the library and then its own.

    `consistency_ratio` is the largest CR of the nodes its weights are from, 0 without any."""

    id: str
    version: int
    name: Text
    sector: str
    frame: FrameName
    leaves: tuple[WeighedLeaf, ...]
    consistency_ratio: float = 0.0
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What an indicator's value was in a period and where it is from; None = nothing known, `state` says why.

    `refs` are the records, ledger entries, reports and entries behind it, newest last. `n`, `low`, `high` belong to
    samples (survey: Wilson 95 %; panel: spread). `source` is the measure's code or the entry's id, `version` its rule.
    """

    indicator: str
    value: float | None
    state: ValueState
    refs: tuple[str, ...] = ()
    source: str = ""
    version: str = ""
    n: int | None = None
    low: float | None = None
    high: float | None = None
    note: Text | None = None
