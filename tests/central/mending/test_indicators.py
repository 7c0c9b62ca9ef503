"""How mending goes: days to close, what is overdue or beyond its time, how often rules were right."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, update

from central.api.access import Access
from central.api.mending_schemas import Indicators
from central.api.policy import Grant
from central.api.views.mending import indicators_shown
from central.mending.order import Piece
from central.mending.refused import MendingRefused
from central.store import act_mended, order_mended, tables
from central.store.engine import reading, writing
from central.store.order_mended import draft_measure
from central.store.remind_mended import remind
from central.store.upsert import table_of
from tests.central.mending.build import (
    DAY_MS,
    NOW_MS,
    TODAY,
    a_photo,
    actor,
    an_order,
    case_with,
    change,
    fill,
    warn,
)

LEADER = Access(
    username="chief", name="chief", grants=(Grant(role="leader", kind="district", scope=""),), expires_at=None
)


def indicators(engine: Engine, *, now_ms: int) -> Indicators:
    """Of the whole year."""
    with reading(engine) as connection:
        return indicators_shown(connection, LEADER, since=date(2026, 1, 1), until=date(2026, 12, 31), now_ms=now_ms)


def mend(engine: Engine, warning: int, *, days: int) -> None:
    """A measure is ordered and verified, and the facts clear, so many days after the warning."""
    case, end_ms = case_with(engine, warning).id, NOW_MS + days * DAY_MS
    piece = Piece(kind="photo", sha256=a_photo(engine, digest=f"{warning:064x}"))
    with writing(engine) as connection:
        (moved,) = act_mended.assign(
            connection, [case], an_order(), actor("owner"), cause="labour", wall_ms=NOW_MS, today=TODAY
        )
        assert moved.rectification is not None
        order_mended.submit(connection, moved.rectification.id, [piece], actor("builder"), note="", wall_ms=end_ms)
        act_mended.verify_case(connection, case, actor("watcher"), note="", wall_ms=end_ms)
    change(engine, warning, state="closed", at_ms=end_ms)


def test_orders_to_a_unit_as_a_whole_count_for_who_sees_the_unit(any_store: Engine) -> None:
    fill(any_store)
    head, clerk = (
        Access(username=name, name=name, grants=(Grant(role="section", kind=kind, scope=scope),), expires_at=None)
        for name, kind, scope in (("head", "unit", "区住建局"), ("clerk", "street", "青坪街道"))
    )
    measure = table_of(tables.Rectification)
    with writing(any_store) as connection:
        for number in range(2):
            draft_measure(
                connection, origin=f"report/{number}", project="", unit="区住建局", title="x", by="head", wall_ms=NOW_MS
            )
        connection.execute(update(measure).values(state="rectifying", due=TODAY - timedelta(days=1)))
        verified = {"state": "verified", "due": TODAY, "submitted_at": NOW_MS, "verified_at": NOW_MS}
        connection.execute(update(measure).where(measure.c.origin == "report/1").values(**verified))
    with reading(any_store) as connection:
        found = [
            indicators_shown(connection, who, since=TODAY, until=TODAY, now_ms=NOW_MS) for who in (LEADER, head, clerk)
        ]
    assert [(one.overdue_unhandled, one.verified_measures) for one in found] == [(1, 1), (1, 1), (0, 0)]


@pytest.mark.parametrize("act", [order_mended.give_back, order_mended.cancel])
def test_an_act_on_a_measure_that_has_changed_since_is_refused(any_store: Engine, act: Any) -> None:
    fill(any_store)
    with writing(any_store) as connection:
        measure = draft_measure(
            connection, origin="report/0", project="qp", unit="区住建局", title="x", by="head", wall_ms=NOW_MS
        )
        connection.execute(update(table_of(tables.Rectification)).values(version=3, state="evidence", person="builder"))
    with pytest.raises(MendingRefused, match="changed since version 2") as refused, writing(any_store) as connection:
        act(connection, measure, actor("watcher"), reason="r", wall_ms=NOW_MS, version=2)
    assert (refused.value.code, refused.value.text.zh) == ("conflict", "整改单已变更, 所见版本 2; 应为: 版本 3")


@pytest.mark.requirement("C22")
def test_mean_days_to_close_and_nothing_overdue_and_unhandled(any_store: Engine) -> None:
    fill(any_store)
    for rule, days in (("schedule_gap", 10), ("time_lag", 30)):
        mend(any_store, warn(any_store, rule=rule), days=days)
    said = indicators(any_store, now_ms=NOW_MS + 31 * DAY_MS)
    assert (said.closed, said.mean_closing_cdays, said.median_closing_cdays) == (2, 2000, 2000)
    assert (said.verified_measures, said.on_time_bp, said.overdue_unhandled) == (2, 5000, 0)


@pytest.mark.requirement("A05")
def test_what_is_past_its_time_without_a_measure_is_counted_until_it_has_one(any_store: Engine) -> None:
    fill(any_store)
    case = case_with(any_store, warn(any_store)).id
    assert indicators(any_store, now_ms=NOW_MS + DAY_MS).beyond_sla == 0
    late_ms = NOW_MS + DAY_MS + 1
    assert indicators(any_store, now_ms=late_ms).beyond_sla == 1
    with writing(any_store) as connection:
        act_mended.assign(connection, [case], an_order(), actor("owner"), cause="labour", wall_ms=late_ms, today=TODAY)
    assert indicators(any_store, now_ms=late_ms).beyond_sla == 0
    after_due_ms = NOW_MS + 22 * DAY_MS
    with writing(any_store) as connection:
        remind(connection, wall_ms=after_due_ms)
    assert indicators(any_store, now_ms=after_due_ms).overdue_unhandled == 1


def test_false_alarms_count_against_their_rule_only(any_store: Engine) -> None:
    fill(any_store)
    right, wrong = warn(any_store), warn(any_store, rule="time_lag")
    mend(any_store, right, days=1)
    with writing(any_store) as connection:
        act_mended.deny(connection, case_with(any_store, wrong).id, actor("boss"), reason="r", wall_ms=NOW_MS)
    found = {one.rule: one.precision_bp for one in indicators(any_store, now_ms=NOW_MS).rules}
    assert found == {"schedule_gap": 10_000, "time_lag": 0}
