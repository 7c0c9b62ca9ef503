"""What a measure finds, and the arithmetic that all measures share. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from central.scoring.facts import Refs, Stretch
from central.scoring.indicator import ValueState
from central.scoring.sources import percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A value or why there is none; `n` = how many things it is made of, `lacking` projects had to be left out."""

    value: float | None
    state: ValueState = "measured"
    refs: Refs = ()
    n: int | None = None
    lacking: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The period, and the last day that is over (a running period is measured up to it)."""

    period: Stretch
    through: date


def share(part: int, whole: int, behind: Iterable[Any], *, n: int) -> Found:
    """A rate in percent; with nothing to divide by it does not apply."""
    if whole <= 0:
        return Found(value=None, state="not_applicable")
    return Found(value=percent(part, whole), refs=refs_of(one.refs for one in behind), n=n)


def refs_of(each: Iterable[Refs]) -> Refs:
    return tuple(dict.fromkeys(ref for refs in each for ref in refs))
