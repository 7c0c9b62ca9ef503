"""Ways around the rules of mending, through the store, on both databases: each is closed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from central.mending.order import Order, Piece
from central.mending.refused import MendingRefused
from central.store import act_mended, order_mended
from central.store.engine import reading, writing
from central.store.read_inbox import InboxFilter, inbox_count
from tests.central.mending.build import (
    DAY_MS,
    ECOLOGY,
    HOUR_MS,
    NOW_MS,
    TODAY,
    a_photo,
    actor,
    an_order,
    case_with,
    change,
    fill,
    messages,
    warn,
)
from tests.central.mending.test_indicators import indicators


@pytest.fixture
def store(any_store: Engine) -> Engine:
    fill(any_store)
    return any_store


def act(engine: Engine, function: Callable[..., Any], *args: Any, at_ms: int = NOW_MS, **more: Any) -> Any:
    """One act in its transaction."""
    with writing(engine) as connection:
        return function(connection, *args, wall_ms=at_ms, **more)


def ordered(engine: Engine, case: int, **more: Any) -> int:
    """The owner orders a measure; its number."""
    order = an_order(**more)
    (moved,) = act(engine, act_mended.assign, [case], order, actor("owner"), cause="material", today=TODAY)
    return int(moved.rectification.id)


def waiting(engine: Engine, person: str, *, mine: str) -> int:
    """How many cases wait for the person."""
    wanted = InboxFilter(person=person, now_ms=NOW_MS, mine=mine)
    with reading(engine) as connection:
        return inbox_count(connection, wanted)


def test_who_handed_in_a_piece_verifies_nothing_though_another_handed_in_the_last(store: Engine) -> None:
    case = case_with(store, warn(store)).id
    measure = ordered(store, case)
    for person, digest in (("watcher", "a" * 64), ("builder", "b" * 64)):
        pieces = [Piece(kind="photo", sha256=a_photo(store, digest=digest))]
        act(store, order_mended.submit, measure, pieces, actor(person), note="")
    for function, number in ((order_mended.verify, measure), (act_mended.verify_case, case)):
        with pytest.raises(MendingRefused, match="who handed in evidence"):
            act(store, function, number, actor("watcher"), note="mine")
    assert waiting(store, "watcher", mine="verify") == 0
    act(store, order_mended.verify, measure, actor("head"), note="seen")


def test_after_a_return_the_first_piece_binds_still(store: Engine) -> None:
    case = case_with(store, warn(store)).id
    measure = ordered(store, case)
    act(store, order_mended.submit, measure, [Piece(kind="photo", sha256=a_photo(store))], actor("watcher"), note="")
    act(store, order_mended.give_back, measure, actor("head"), reason="blurred")
    other = [Piece(kind="photo", sha256=a_photo(store, digest="b" * 64))]
    act(store, order_mended.submit, measure, other, actor("builder"), note="", at_ms=NOW_MS + 1)
    with pytest.raises(MendingRefused, match="who handed in evidence"):
        act(store, order_mended.verify, measure, actor("watcher"), note="mine")


def test_what_eases_before_anybody_read_it_still_waits_for_those_who_were_told(store: Engine) -> None:
    warning = warn(store, "red")
    change(store, warning, level="yellow", at_ms=NOW_MS + 1)
    assert case_with(store, warning).state == "pushed"
    assert waiting(store, "owner", mine="ack") == 1


def test_what_rises_to_a_level_again_waits_again_for_those_who_had_read_it(store: Engine) -> None:
    warning = warn(store, "red")
    case = case_with(store, warning).id
    act(store, act_mended.acknowledge, case, actor("owner"))
    change(store, warning, level="yellow", at_ms=NOW_MS + 1)
    change(store, warning, level="red", at_ms=NOW_MS + HOUR_MS)
    assert case_with(store, warning).state == "pushed"
    assert waiting(store, "owner", mine="ack") == 1
    assert len(messages(store, kind="warning")) == 5  # and nobody gets a second message of the same level


@pytest.mark.parametrize("due", [date(9999, 12, 31), date(2036, 6, 1)])
def test_a_due_day_nobody_here_will_see_is_refused_by_name(store: Engine, due: date) -> None:
    case = case_with(store, warn(store)).id
    with pytest.raises(MendingRefused, match="due") as refused:
        ordered(store, case, due=due)
    assert refused.value.where == "due"


def test_an_order_to_a_unit_stays_with_the_unit(store: Engine) -> None:
    with writing(store) as connection:
        draft = order_mended.draft_measure(
            connection, origin="report/x", project="", unit="区住建局", title="t", by="boss", wall_ms=NOW_MS
        )
    order = Order(person="green", measure="m", due=TODAY, acceptance_standard="s", unit=ECOLOGY)
    with pytest.raises(MendingRefused) as refused:
        act(store, order_mended.issue, draft, order, actor("head"), today=TODAY)
    assert refused.value.where == "unit"


def test_a_department_that_is_asked_about_another_cause_is_told_of_it(store: Engine) -> None:
    case = case_with(store, warn(store)).id
    act(store, act_mended.set_cause, case, actor("owner"), cause="permit_eia", department=ECOLOGY)
    act(store, act_mended.coordinate, case, "green", note="granted", ref="7")
    act(store, act_mended.set_cause, case, actor("owner"), cause="access", department=ECOLOGY)
    assert [who for who, *_ in messages(store, kind="coordination")] == ["green", "green"]


def test_days_to_close_count_from_the_beginning_not_from_the_last_escalation(store: Engine) -> None:
    warning = warn(store)
    case = case_with(store, warning).id
    change(store, warning, level="red", at_ms=NOW_MS + 9 * DAY_MS)
    measure = ordered(store, case)
    end_ms = NOW_MS + 10 * DAY_MS
    piece = Piece(kind="photo", sha256=a_photo(store))
    act(store, order_mended.submit, measure, [piece], actor("builder"), note="", at_ms=end_ms)
    act(store, act_mended.verify_case, case, actor("watcher"), note="", at_ms=end_ms)
    change(store, warning, state="closed", at_ms=end_ms)
    assert indicators(store, now_ms=end_ms).mean_closing_cdays == 1000
    again = warn(store, at_ms=NOW_MS + 20 * DAY_MS)
    case = case_with(store, again).id
    end_ms = NOW_MS + 22 * DAY_MS
    change(store, again, state="closed", at_ms=end_ms)
    act(store, act_mended.verify_case, case, actor("head"), note="", at_ms=end_ms)
    assert indicators(store, now_ms=end_ms).mean_closing_cdays == 200  # of its second round, two days


def test_a_department_nobody_sits_in_is_not_asked(store: Engine) -> None:
    case = case_with(store, warn(store)).id
    with pytest.raises(MendingRefused) as refused:
        act(store, act_mended.set_cause, case, actor("owner"), cause="permit_eia", department="环保局")
    assert (refused.value.where, refused.value.code) == ("department", "unknown")
    assert "没有在任人员" in refused.value.text.zh
    act(
        store, act_mended.set_cause, case, actor("owner"), cause="permit_planning"
    )  # its own department: asked all the same
    assert messages(store, kind="coordination") == []
