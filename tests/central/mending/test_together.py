"""Several people and the facts act at once: each act is whole, one is first, nobody waits for ever."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from central.audit.chain import first_fault
from central.mending.refused import MendingRefused
from central.store import act_mended
from central.store.engine import reading, writing
from central.store.remind_mended import remind
from central.store.save_audit import entries
from tests.central.mending.build import (
    NOW_MS,
    TODAY,
    actor,
    an_order,
    case_with,
    change,
    events,
    fill,
    messages,
    warn,
)

ROUNDS = 4


def test_acts_and_facts_at_the_same_time_leave_one_history(any_store: Engine) -> None:
    fill(any_store)
    warning = warn(any_store)
    case = case_with(any_store, warning).id

    def acknowledge(turn: int) -> str:
        with writing(any_store) as connection:
            act_mended.acknowledge(connection, case, actor("owner"), wall_ms=NOW_MS + turn)
        return "acknowledged"

    def assign(turn: int) -> str:
        with writing(any_store) as connection:
            act_mended.assign(
                connection, [case], an_order(), actor("head"), cause="labour", wall_ms=NOW_MS + turn, today=TODAY
            )
        return "assigned"

    def facts(turn: int) -> str:
        change(any_store, warning, level="red" if turn % 2 else "yellow", at_ms=NOW_MS + turn)
        return "facts"

    def clock(turn: int) -> str:
        with writing(any_store) as connection:
            remind(connection, wall_ms=NOW_MS + turn)
        return "clock"

    acts = [act for _ in range(ROUNDS) for act in (acknowledge, assign, facts, clock)]

    def tried(turn: int) -> str:
        try:
            return acts[turn](turn)
        except MendingRefused as refused:
            return refused.code

    with ThreadPoolExecutor(max_workers=8) as pool:
        said = Counter(pool.map(tried, range(len(acts))))
    assert set(said) <= {"acknowledged", "assigned", "facts", "clock", "wrong_state"}
    assert (said["facts"], said["clock"], said["assigned"]) == (ROUNDS, ROUNDS, ROUNDS)
    found = case_with(any_store, warning)
    assert found.state == "assigned"
    assert found.version == len(events(any_store, case))
    assert len(set(messages(any_store, kind="warning"))) == len(messages(any_store, kind="warning"))
    with reading(any_store) as connection:
        assert first_fault(entries(connection)) is None


def test_of_two_who_saw_the_same_version_one_is_told_that_the_other_was_first(any_store: Engine) -> None:
    fill(any_store)
    case = case_with(any_store, warn(any_store))

    def waive(person: str) -> str:
        try:
            with writing(any_store) as connection:
                act_mended.waive(connection, case.id, actor(person), reason="r", wall_ms=NOW_MS, version=case.version)
        except MendingRefused as refused:
            return refused.code
        return "waived"

    with ThreadPoolExecutor(max_workers=2) as pool:
        assert sorted(pool.map(waive, ("boss", "chief"))) == ["conflict", "waived"]


@pytest.mark.parametrize("writers", [8])
def test_the_same_facts_from_many_writers_open_one_case(any_store: Engine, writers: int) -> None:
    fill(any_store)
    warning = warn(any_store, historical=True)
    with ThreadPoolExecutor(max_workers=writers) as pool:
        list(pool.map(lambda turn: change(any_store, warning, level="red", at_ms=NOW_MS + 1 + turn), range(writers)))
    assert [event for event, _ in events(any_store, case_with(any_store, warning).id)] == ["raised", "pushed"]
