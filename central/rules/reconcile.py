"""Findings against what is open: hysteresis and duration, so that a value trembling at a threshold does not flap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from central.domain import Finding, Level, RuleState, Subject, WarningChange
from central.rules.ladder import Ladder, LadderProfile, lower, rank

StateKey = tuple[str, Subject]
Event = Literal["raised", "escalated", "downgraded", "cleared"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """The memory after an evaluation and what changed by it."""

    states: Mapping[StateKey, RuleState]
    changes: tuple[WarningChange, ...]


def reconcile(findings: Iterable[Finding], states: Mapping[StateKey, RuleState], profile: LadderProfile) -> Reconciled:
    """Take the findings of one instant in; states of other subjects stay as they are."""
    after = dict(states)
    changes: list[WarningChange] = []
    for finding in findings:
        key = (finding.rule, finding.subject)
        before = after.get(key) or RuleState(rule=finding.rule, subject=finding.subject)
        after[key] = step(before, finding, ladder=profile.ladder(finding.rule))
        if after[key].level != before.level:
            changes.append(_change(finding, before.level, after[key].level, profile))
    return Reconciled(states=after, changes=tuple(changes))


def step(state: RuleState, finding: Finding, *, ladder: Ladder) -> RuleState:
    """One evaluation of one rule on one subject.

    Up: a run of findings above the open level raises to the lowest of the run, after `up` of them or at once when
    confirmed. Down: a run of findings that no longer hold the level lowers to the highest of the run after `down`.
    Anything else ends both runs. `candidate` is the level the running run leads to.
    """
    if rank(finding.level) > rank(state.level):
        return _rise(state, finding, need=1 if finding.confirmed else ladder.up)
    if rank(finding.held) < rank(state.level):
        return _sink(state, finding, need=ladder.down)
    if state.up == state.down == 0:
        return state
    return replace(state, candidate=None, up=0, down=0)


def _rise(state: RuleState, finding: Finding, *, need: int) -> RuleState:
    run = state.up + 1
    target = finding.level if state.up == 0 else lower(state.candidate, finding.level)
    if run < need:
        return replace(state, candidate=target, up=run, down=0)
    if need == 1:
        return replace(state, level=finding.level, candidate=None, up=0, down=0)
    higher = rank(finding.level) > rank(target)  # this finding is the first of a run to a higher level
    return replace(state, level=target, candidate=finding.level if higher else None, up=1 if higher else 0, down=0)


def _sink(state: RuleState, finding: Finding, *, need: int) -> RuleState:
    run = state.down + 1
    target = finding.held
    if state.down and rank(state.candidate) > rank(target):
        target = state.candidate
    if run < need:
        return replace(state, candidate=target, up=0, down=run)
    return replace(state, level=target, candidate=None, up=0, down=0)


def _change(finding: Finding, previous: Level | None, level: Level | None, profile: LadderProfile) -> WarningChange:
    return WarningChange(
        rule=finding.rule,
        rule_version=finding.rule_version,
        subject=finding.subject,
        at=finding.as_of,
        event=_event(previous, level),
        level=level,
        previous=previous,
        value=finding.value,
        threshold=profile.ladder(finding.rule).threshold(level or previous),
        unit=finding.unit,
        capped=finding.capped,
        refs=finding.refs,
    )


def _event(previous: Level | None, level: Level | None) -> Event:
    if previous is None:
        return "raised"
    if level is None:
        return "cleared"
    return "escalated" if rank(level) > rank(previous) else "downgraded"
