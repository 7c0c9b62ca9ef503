"""Month after month of yellow is red; what a rule remembers when it cannot judge; no flapping within a band."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain import Finding, Level, RuleState, WarningChange
from central.rules.facts import RuleInput
from central.rules.judge import kept
from central.rules.ladder import DEFAULT, LadderProfile, rank
from central.rules.reconcile import StateKey, reconcile
from central.rules.rules import RULES, evaluate
from tests.central.build import at
from tests.central.rules.build import PROJECT, a_deviation, at_midnight, found

N, B, Y, R = None, "blue", "yellow", "red"
KEY = ("schedule_gap", PROJECT)


class Memory:
    """A rule's memory, fed with one input after the other."""

    def __init__(self) -> None:
        self.states: dict[StateKey, RuleState] = {}
        self.changes: list[WarningChange] = []

    def take(self, *findings: Finding) -> RuleState:
        after = reconcile(findings, self.states, DEFAULT)
        self.states = dict(after.states)
        self.changes += after.changes
        return self.states[findings[-1].rule, findings[-1].subject]

    def see(self, points: float, *, month_end: bool = False, fresh: bool = True, **facts: Any) -> RuleState:
        gap = round(points * 100)
        facts = {"tick": not fresh, "fresh": fresh, "month_end": month_end, **facts}
        seen = at_midnight(deviation=a_deviation(plan=6000, actual=6000 - gap), **facts)
        finding = found("schedule_gap", seen)
        assert finding is not None
        return self.take(finding)


def levels(*steps: tuple[float, bool] | float) -> list[Level | None]:
    """Levels after looks (points) and month ends (points, True), at which nothing new is seen."""
    memory = Memory()
    return [
        (memory.see(step[0], month_end=True, fresh=False) if isinstance(step, tuple) else memory.see(step)).level
        for step in steps
    ]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((16, (16, True), 16, (16, True)), [Y, Y, Y, R]),
        ((16, (16, True), 16, (16, True), (16, True)), [Y, Y, Y, R, R]),
        ((6, (6, True), 6, (6, True)), [B, B, B, B]),  # blue goes on as blue
        ((31, (31, True), (31, True)), [R, R, R]),
        ((16, (16, True), 3, 3, 2.9, 2, 2, 2, (2, True), 16, (16, True)), [Y, Y, Y, Y, B, B, B, N, N, Y, Y]),
        ((16, (16, True), 16, (16, True), 14, 14, 14, 14), [Y, Y, Y, R, R, R, R, R]),  # yellow is held, and red with it
        ((16, (16, True), 16, (16, True), 12, 12, 12), [Y, Y, Y, R, R, R, B]),  # left as yellow is left
    ],
)
def test_two_month_ends_at_yellow_are_red(
    steps: tuple[tuple[float, bool] | float, ...], expected: list[Level | None]
) -> None:
    assert levels(*steps) == expected


def test_the_escalation_says_that_it_went_on_and_not_that_the_red_line_was_reached() -> None:
    memory = Memory()
    memory.see(16)
    memory.see(16, month_end=True, fresh=False)
    memory.see(16, month_end=True, fresh=False)
    last = memory.changes[-1]
    assert (last.event, last.level, last.basis, last.threshold, last.value) == ("escalated", R, "months", 1500, 1600)


def test_a_month_of_thin_evidence_a_paused_one_and_one_without_data_make_no_red() -> None:
    for facts in ({"insufficient_h": 5}, {"on_pause": True}, {"silent_h": 24}):
        memory = Memory()
        memory.see(16)
        for _ in range(3):
            state = memory.see(16, month_end=True, fresh=False, **facts)
        assert state.level == Y, facts
        memory.see(16, month_end=True, fresh=False)
        assert memory.see(16, month_end=True, fresh=False).level == R


def test_not_started_takes_three_months() -> None:
    assert {rule: ladder.months for rule, ladder in DEFAULT.ladders.items() if ladder.months} == {
        "schedule_gap": 2,
        "time_lag": 2,
        "overspend": 2,
        "underspend": 2,
        "paid_ahead": 2,
        "report_vs_seen": 2,
        "not_started": 3,
    }


@pytest.mark.parametrize(
    ("silent_h", "inspected", "plan", "actual", "condition"),
    [
        (23, False, 6000, 4000, "ok"),
        (24, False, 6000, 4000, "no_data"),
        (None, False, 6000, 0, "no_data"),
        (None, True, 6000, 4000, "ok"),
        (None, False, 0, 0, "ok"),  # nothing to be seen yet
        (99, False, 10_000, 9_800, "ok"),  # nothing to be seen any more
    ],
)
def test_no_data_is_a_state_and_no_level(
    silent_h: int | None, inspected: bool, plan: int, actual: int, condition: str
) -> None:
    for rule in ("schedule_gap", "time_lag"):
        seen = at_midnight(deviation=a_deviation(plan=plan, actual=actual), silent_h=silent_h, inspected=inspected)
        finding = found(rule, seen)
        assert finding is not None
        assert (finding.judged, finding.condition) == (False, condition)


def test_silence_keeps_what_is_open_and_breaks_no_run() -> None:
    memory = Memory()
    memory.see(16)
    state = memory.see(3, fresh=False, silent_h=30)
    assert (state.level, state.condition, state.since) == (Y, "no_data", at(10))
    assert memory.see(16).condition == "ok"
    assert [change.event for change in memory.changes] == ["raised"]


def a_rule_that_breaks(seen: RuleInput, profile: LadderProfile) -> Finding | None:
    raise ZeroDivisionError(f"no days in {seen.subject.id}")


def test_a_rule_that_raises_is_an_error_of_its_own_and_stops_no_other() -> None:
    rules = (a_rule_that_breaks, *RULES)
    findings = evaluate(at_midnight(), DEFAULT, rules=rules)
    assert {f.rule for f in findings if f.judged} == set()
    assert len(findings) == len(evaluate(at_midnight(), DEFAULT)) + 1
    memory = Memory()
    state = memory.take(findings[0])
    assert (state.rule, state.condition, state.since) == ("a_rule_that_breaks", "error", at(10))
    assert state.detail == "ZeroDivisionError: no days in p1"
    assert memory.changes == []


def test_since_when_a_rule_fails_stays_while_its_words_change() -> None:
    finding = found("schedule_gap", at_midnight(tick=True))
    assert finding is not None
    memory = Memory()
    memory.take(kept(finding, condition="error", detail="one"))
    later = RuleState(rule="schedule_gap", subject=PROJECT, condition="error", detail="two", since=at(10))
    assert memory.take(kept(finding, condition="error", detail="two")) == later


gaps = st.integers(min_value=-500, max_value=4_000)


@given(st.lists(gaps, min_size=1, max_size=60), st.booleans())
def test_a_level_changes_only_by_a_value_beyond_the_band(values: list[int], confirmed: bool) -> None:
    """No level is entered by values below its line, none left by values that hold it."""
    ladder = DEFAULT.ladder("schedule_gap")
    memory = Memory()
    for place, value in enumerate(values):
        before = memory.states.get(KEY, RuleState(rule="schedule_gap", subject=PROJECT)).level
        state = memory.see(value / 100, inspected=confirmed)
        if rank(state.level) > rank(before):
            assert rank(ladder.level(value)) >= rank(state.level)
        if rank(state.level) < rank(before):
            run = values[place - ladder.down + 1 : place + 1]
            assert len(run) == ladder.down
            assert all(rank(ladder.held(one)) < rank(before) for one in run)


@pytest.mark.requirement("A17")
@given(st.sampled_from([500, 1500, 3000]), st.lists(st.integers(min_value=0, max_value=199), min_size=1, max_size=80))
def test_no_flapping_within_a_band(line: int, below: list[int]) -> None:
    """A value that trembles between the line and two points below it opens a level once and changes nothing more."""
    memory = Memory()
    memory.see(line / 100)
    memory.changes.clear()
    for step in below:
        memory.see((line - step) / 100)
        memory.see(line / 100)
    assert memory.changes == []


@given(st.lists(st.tuples(gaps, st.booleans()), min_size=1, max_size=40))
def test_states_are_a_function_of_the_findings(steps: list[tuple[int, bool]]) -> None:
    def run() -> Memory:
        memory = Memory()
        for value, month_end in steps:
            memory.see(value / 100, month_end=month_end, fresh=not month_end)
        return memory

    one, other = run(), run()
    assert (one.states, one.changes) == (other.states, other.changes)
    levels_seen: list[Level | None] = [None]
    for change in one.changes:
        assert change.previous == levels_seen[-1]
        levels_seen.append(change.level)
    assert levels_seen[-1] == one.states[KEY].level
