"""Findings against what is open: hysteresis and duration, so that a value trembling at a threshold does not flap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from central.domain import Finding, Level, RuleState, Subject, WarningChange
from central.rules.ladder import Ladder, LadderProfile, lower, rank

StateKey = tuple[str, Subject]
Event = Literal["raised", "escalated", "downgraded", "cleared"]
MONTHS_BASIS = "months"  # red because yellow went on for month after month, not by the value


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
        after[key], found = _take(before, finding, profile)
        changes.extend(found)
    return Reconciled(states=after, changes=tuple(changes))


def _take(before: RuleState, finding: Finding, profile: LadderProfile) -> tuple[RuleState, tuple[WarningChange, ...]]:
    """The state after a finding, and what changed: at most once, by the value or else by the month's end."""
    state = _noted(before, finding)
    if finding.judged:
        state = step(state, finding, ladder=profile.ladder(finding.rule))
        if state.level != before.level and not finding.month_end:
            return state, (_change(finding, before.level, state.level, profile),)
    if not finding.month_end:
        return state, ()
    ended = at_month_end(state, finding, ladder=profile.ladder(finding.rule))
    if ended.level == before.level:
        return ended, ()
    change = _change(finding, before.level, ended.level, profile)
    if ended.level != state.level:  # not the value made it red, but that it went on
        threshold = profile.ladder(finding.rule).threshold("yellow")
        change = replace(change, threshold=threshold, basis=MONTHS_BASIS)
    return ended, (change,)


def _noted(state: RuleState, finding: Finding) -> RuleState:
    """Whether the rule can judge, and since when it is so."""
    if (finding.condition, finding.detail) == (state.condition, state.detail):
        return state
    since = state.since if finding.condition == state.condition else finding.as_of
    return replace(state, condition=finding.condition, detail=finding.detail, since=since)


def step(state: RuleState, finding: Finding, *, ladder: Ladder) -> RuleState:
    """One evaluation of one rule on one subject.

    Up: a run of findings above the open level raises to the lowest of the run, after `up` of them or at once when
    confirmed. Down: a run of findings that no longer hold the level lowers to the highest of the run after `down`.
    Anything else ends both runs. `candidate` is the level the running run leads to.
    """
    if rank(finding.level) > rank(state.level):
        return _rise(state, finding, need=1 if finding.confirmed else ladder.up)
    held = _held(state, finding, ladder)
    if rank(held) < rank(state.level):
        return _sink(state, held, need=ladder.down)
    if state.up == state.down == 0:
        return state
    return replace(state, candidate=None, up=0, down=0)


def at_month_end(state: RuleState, finding: Finding, *, ladder: Ladder) -> RuleState:
    """Count the month: yellow or above for `months` month ends in a row is red (domain.md §4.6), but not on thin
    evidence. It is left when yellow is left."""
    months = state.months + 1 if rank(state.level) >= rank("yellow") else 0
    if not _long(months, ladder) or state.level != "yellow" or finding.thin:
        return replace(state, months=months) if months != state.months else state
    return replace(state, level="red", candidate=None, up=0, down=0, months=months)


def _held(state: RuleState, finding: Finding, ladder: Ladder) -> Level | None:
    escalated = state.level == "red" and _long(state.months, ladder)
    return "red" if escalated and rank(finding.held) >= rank("yellow") else finding.held


def _long(months: int, ladder: Ladder) -> bool:
    return 0 < ladder.months <= months


def _rise(state: RuleState, finding: Finding, *, need: int) -> RuleState:
    run = state.up + 1
    target = finding.level if state.up == 0 else lower(state.candidate, finding.level)
    if run < need:
        return replace(state, candidate=target, up=run, down=0)
    if need == 1:
        return replace(state, level=finding.level, candidate=None, up=0, down=0)
    higher = rank(finding.level) > rank(target)  # this finding is the first of a run to a higher level
    return replace(state, level=target, candidate=finding.level if higher else None, up=1 if higher else 0, down=0)


def _sink(state: RuleState, held: Level | None, *, need: int) -> RuleState:
    run = state.down + 1
    target = held
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
        threshold=_line_of(finding, level or previous, profile),
        unit=finding.unit,
        capped=finding.capped,
        refs=finding.refs,
        basis=finding.basis,
    )


def _line_of(finding: Finding, level: Level | None, profile: LadderProfile) -> int | None:
    """Where the level begins: as the finding says when it is the finding's own, else by the ladder."""
    return finding.threshold if level == finding.level else profile.ladder(finding.rule).threshold(level)


def _event(previous: Level | None, level: Level | None) -> Event:
    if previous is None:
        return "raised"
    if level is None:
        return "cleared"
    return "escalated" if rank(level) > rank(previous) else "downgraded"
