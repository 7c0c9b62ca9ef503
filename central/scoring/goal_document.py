"""A goal as plain JSON and back, and what was noted of it. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from central.domain import Subject, Text
from central.scoring.goal import Goal
from central.scoring.indicator import Value

PROPOSED, APPROVED, RETURNED, WITHDRAWN, DRAFT = "proposed", "approved", "returned", "withdrawn", "draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalVersion:
    """A version of a goal with its author and what became of it; `since` the day from which it is in force."""

    goal: Goal
    author: str
    state: str
    by: str = ""
    remark: str = ""
    since: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalRecord:
    """What a goal had reached in a period, who noted it and when."""

    id: int
    goal: str
    version: int
    period: str
    value: Value
    noted_by: str
    noted_at: datetime


def spelled_goal(goal: Goal) -> str:
    """The goal as canonical JSON."""
    plain = {**asdict(goal), "start": goal.start.isoformat(), "due": goal.due.isoformat()}
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def goal_of(plain: Mapping[str, Any]) -> Goal:
    """The goal that `spelled_goal` wrote."""
    nouns = {
        "subject": Subject(**plain["subject"]),
        "text": Text(**plain["text"]),
        "start": date.fromisoformat(plain["start"]),
        "due": date.fromisoformat(plain["due"]),
        "ladder_bp": tuple(plain["ladder_bp"]),
    }
    return Goal(**{**plain, **nouns})


def spelled_value(value: Value) -> str:
    """A value as canonical JSON."""
    return json.dumps(asdict(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def value_of(plain: Mapping[str, Any]) -> Value:
    """The value that `spelled_value` wrote."""
    note = None if plain["note"] is None else Text(**plain["note"])
    return Value(**{**plain, "refs": tuple(plain["refs"]), "note": note})
