"""Random facts and acts: no case is ever in a state that it may not be in, and nobody verifies his own work."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import event, select, update

from central.domain import LEVELS, Level
from central.mending.case import ENDED, Case, rank
from central.mending.moves import CASE_MOVES
from central.mending.order import Piece
from central.mending.refused import MendingRefused
from central.store import act_mended, order_mended, tables
from central.store.engine import open_engine, reading, writing
from central.store.read_mended import case_events, load_case
from central.store.remind_mended import remind
from central.store.save_mended import follow
from central.store.upsert import table_of
from tests.central.mending.build import HOUR_MS, NOW_MS, TODAY, a_photo, actor, an_order, fill, warn

WHO = st.sampled_from(["owner", "boss", "chief", "head", "builder", "watcher", "clerk", "green"])
RULES = st.sampled_from(["schedule_gap", "time_lag"])
CASES, WARNINGS = table_of(tables.MendingCase), table_of(tables.PlanWarning)
DUE = TODAY + timedelta(days=400)
STEPS = {
    (before, after)
    for moves in CASE_MOVES.values()
    for source, path in moves.items()
    for before, after in zip((source, *path), path, strict=False)
} | {("recovered", state) for state in ("assigned", "rectifying", "evidence")}  # a relapse while somebody works on it


class Desk(RuleBasedStateMachine):
    """One project, two rules about one building, eight people, a wall clock that only goes on."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp(prefix="siteprogress-desk-"))
        shutil.copy(self.template, self.folder / "centre.db")
        self.engine = open_engine(f"sqlite:///{self.folder / 'centre.db'}")
        event.listen(self.engine, "connect", _unsynced)
        self.now_ms = NOW_MS

    def teardown(self) -> None:
        self.engine.dispose()
        shutil.rmtree(self.folder)

    @initialize()
    def people(self) -> None:
        fill(self.engine)
        self.photo = a_photo(self.engine)

    # --- facts --------------------------------------------------------------------------------------------------------

    @rule(name=RULES, level=st.sampled_from(LEVELS), historical=st.sampled_from([False, False, False, True]))
    def facts_raise(self, name: str, level: Level, historical: bool) -> None:
        if self._open_warning(name) is None:
            self.now_ms += 1
            warn(self.engine, level, rule=name, at_ms=self.now_ms, historical=historical)

    @rule(name=RULES, change=st.sampled_from([*LEVELS, "closed", "withdrawn"]))
    def facts_change(self, name: str, change: str) -> None:
        found = self._open_warning(name)
        if found is None:
            return
        values = {"level": change} if change in LEVELS else {"state": change}
        with writing(self.engine) as connection:
            connection.execute(update(WARNINGS).where(WARNINGS.c.id == found).values(**values))
            follow(connection, project="qp", wall_ms=self.now_ms)

    @rule(hours=st.sampled_from([1, 5, 30, 24 * 8, 24 * 31]))
    def time_passes(self, hours: int) -> None:
        self.now_ms += hours * HOUR_MS
        with writing(self.engine) as connection:
            remind(connection, wall_ms=self.now_ms)

    # --- acts ---------------------------------------------------------------------------------------------------------

    @rule(who=WHO, name=RULES)
    def acknowledge(self, who: str, name: str) -> None:
        self._act(act_mended.acknowledge, name, actor(who))

    @rule(who=WHO, person=st.sampled_from(["builder", "owner", "watcher"]), both=st.booleans())
    def assign(self, who: str, person: str, both: bool) -> None:
        cases = [case.id for case in self._cases() if not case.ended][: 2 if both else 1]
        if cases:
            order = an_order(person=person, due=DUE)
            self._try(act_mended.assign, cases, order, actor(who), cause="labour", today=TODAY)

    @rule(who=WHO, name=RULES)
    def start(self, who: str, name: str) -> None:
        self._measure(order_mended.start, name, actor(who))

    @rule(who=WHO, name=RULES)
    def submit(self, who: str, name: str) -> None:
        case = self._newest(name)
        if case is not None and case.rectification is not None:
            pieces = [Piece(kind="photo", sha256=self.photo)]
            self._try(order_mended.submit, case.rectification.id, pieces, actor(who), note="")

    @rule(who=WHO, name=RULES, of_case=st.booleans())
    def verify(self, who: str, name: str, of_case: bool) -> None:
        case = self._newest(name)
        if case is None:
            return
        measure = case.rectification
        if of_case:
            done = self._try(act_mended.verify_case, case.id, actor(who), note="", cause="labour")
        else:
            done = measure is not None and self._try(order_mended.verify, measure.id, actor(who), note="")
        if done and measure is not None:
            assert who not in (measure.person, measure.submitted_by)
            assert who != "builder"

    @rule(who=WHO, name=RULES)
    def give_back(self, who: str, name: str) -> None:
        self._measure(order_mended.give_back, name, actor(who), reason="no")

    @rule(who=WHO, name=RULES, act=st.sampled_from([act_mended.waive, act_mended.deny]))
    def end(self, who: str, name: str, act: Callable[..., Any]) -> None:
        self._act(act, name, actor(who), reason="r")

    # --- what always holds --------------------------------------------------------------------------------------------

    @invariant()
    def at_most_one_active_case_per_rule_and_subject(self) -> None:
        active = [(case.rule, case.subject) for case in self._cases() if not case.ended]
        assert len(active) == len(set(active))

    @invariant()
    def rows_agree_with_themselves_and_with_their_measures(self) -> None:
        for case in self._cases():
            assert (case.ended_ms is not None) == (case.state in ENDED)
            assert rank(case.peak) >= rank(case.level)
            if case.state in ("assigned", "rectifying", "evidence"):
                assert case.rectification is not None
                assert case.rectification.state == case.state
                assert case.assigned_ms is not None
                assert case.acknowledged_ms is not None
            if case.state in ("recovered", "closed"):
                assert case.facts != "standing"
            if case.ended and case.rectification is not None and case.mending:
                others = [one for one in self._cases() if not one.ended and one.rectification == case.rectification]
                assert others

    @invariant()
    def every_step_of_every_timeline_is_one_that_may_be_taken(self) -> None:
        with reading(self.engine) as connection:
            for case in self._cases():
                events = case_events(connection, case.id)
                assert events[0].event == "raised"
                for before, after in pairwise(events):
                    assert after.before == before.after, (before.event, after.event)
                    same = after.before == after.after
                    assert same or (after.before, after.after) in STEPS, (after.event, after.before, after.after)
                assert events[-1].after == case.state

    @invariant()
    def what_was_yellow_or_red_is_closed_only_after_somebody_verified_it(self) -> None:
        with reading(self.engine) as connection:
            for case in self._cases():
                if case.state == "closed" and case.peak != "blue":
                    names = [one.event for one in case_events(connection, case.id)]
                    assert names[-1] in ("closed", "cleared", "redated", "noted")
                    assert "verified" in names

    # --- how ----------------------------------------------------------------------------------------------------------

    def _act(self, act: Callable[..., Any], name: str, *args: Any, **more: Any) -> None:
        case = self._newest(name)
        if case is not None:
            self._try(act, case.id, *args, **more)

    def _measure(self, act: Callable[..., Any], name: str, *args: Any, **more: Any) -> None:
        case = self._newest(name)
        if case is not None and case.rectification is not None:
            self._try(act, case.rectification.id, *args, **more)

    def _try(self, act: Callable[..., Any], *args: Any, **more: Any) -> bool:
        self.now_ms += 1
        with suppress(MendingRefused), writing(self.engine) as connection:
            act(connection, *args, wall_ms=self.now_ms, **more)
            return True
        return False

    def _open_warning(self, name: str) -> int | None:
        wanted = select(WARNINGS.c.id).where(WARNINGS.c.rule == name, WARNINGS.c.state == "open")
        with reading(self.engine) as connection:
            return connection.execute(wanted).scalar()

    def _newest(self, name: str) -> Case | None:
        found = [case for case in self._cases() if case.rule == name]
        return found[-1] if found else None

    def _cases(self) -> list[Case]:
        with reading(self.engine) as connection:
            ids = connection.execute(select(CASES.c.id).order_by(CASES.c.id)).scalars().all()
            return [case for number in ids if (case := load_case(connection, number)) is not None]


def _unsynced(driver: Any, _record: Any) -> None:
    """Thousands of small transactions of a database that nobody needs after the test."""
    driver.execute("PRAGMA synchronous=OFF")


def test_no_history_of_facts_and_acts_breaks_a_case(migrated_sqlite: Path) -> None:
    class OnDisk(Desk):
        template = migrated_sqlite

    run_state_machine_as_test(
        OnDisk,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
