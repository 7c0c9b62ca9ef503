"""From the raised warning to the closed case, through the store, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from central.audit.chain import first_fault
from central.lifecycle.permits import PermitEvent
from central.mending.order import Piece
from central.mending.refused import MendingRefused
from central.store import act_mended, order_mended, tables
from central.store.engine import reading, writing
from central.store.read_mended import told_of
from central.store.remind_mended import remind
from central.store.save_audit import entries
from central.store.save_lifecycle import note_permit
from central.store.upsert import table_of
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
    events,
    fill,
    messages,
    warn,
)


@pytest.fixture
def store(any_store: Engine) -> Engine:
    fill(any_store)
    return any_store


def act(engine: Engine, function: Callable[..., Any], *args: Any, at_ms: int = NOW_MS, **more: Any) -> Any:
    """One act in its transaction."""
    with writing(engine) as connection:
        return function(connection, *args, wall_ms=at_ms, **more)


def assign(engine: Engine, case: int, *, cause: str = "material", at_ms: int = NOW_MS, **more: Any) -> int:
    """The owner orders a measure; its number."""
    (moved,) = act(
        engine, act_mended.assign, [case], an_order(**more), actor("owner"), cause=cause, today=TODAY, at_ms=at_ms
    )
    return int(moved.rectification.id)


def submit(engine: Engine, measure: int, *, person: str = "builder", at_ms: int = NOW_MS) -> None:
    """Hand in a photo."""
    pieces = [Piece(kind="photo", sha256=a_photo(engine))]
    act(engine, order_mended.submit, measure, pieces, actor(person), note="done", at_ms=at_ms)


@pytest.mark.requirement("B19")
def test_a_warning_is_raised_told_acknowledged_mended_verified_and_closed_with_actors_and_times(store: Engine) -> None:
    warning = warn(store)
    case = case_with(store, warning).id
    act(store, act_mended.acknowledge, case, actor("owner"), at_ms=NOW_MS + 1)
    measure = assign(store, case, at_ms=NOW_MS + 2)
    act(store, order_mended.start, measure, actor("builder"), at_ms=NOW_MS + 3)
    submit(store, measure, at_ms=NOW_MS + 4)
    act(store, act_mended.verify_case, case, actor("watcher"), note="12 storeys stand", at_ms=NOW_MS + 5)
    assert case_with(store, warning).state == "verified"
    change(store, warning, state="closed", at_ms=NOW_MS + 6)
    assert events(store, case) == [
        ("raised", "system:mending"),
        ("pushed", "system:mending"),
        ("acknowledged", "owner"),
        ("assigned", "owner"),
        ("caused", "owner"),
        ("rectifying", "builder"),
        ("evidence", "builder"),
        ("verified", "watcher"),
        ("closed", "system:mending"),
    ]
    closed = case_with(store, warning)
    assert (closed.state, closed.ended_ms, closed.facts) == ("closed", NOW_MS + 6, "cleared")
    with reading(store) as connection:
        assert first_fault(entries(connection)) is None


@pytest.mark.requirement("A18")
def test_a_yellow_warning_is_told_to_owner_leader_and_head_each_once_with_their_acknowledgements(store: Engine) -> None:
    warning = warn(store)
    case = case_with(store, warning).id
    assert messages(store) == [(who, "warning", "yellow") for who in ("owner", "boss", "head")]
    act(store, act_mended.acknowledge, case, actor("owner"), at_ms=NOW_MS + 5)
    act(store, act_mended.acknowledge, case, actor("boss"), at_ms=NOW_MS + 9)
    with reading(store) as connection:
        told = {row.person: row.acknowledged_at for row in told_of(connection, case)}
    assert told == {"owner": NOW_MS + 5, "boss": NOW_MS + 9, "head": None}
    assert case_with(store, warning).acknowledged_ms == NOW_MS + 5
    with pytest.raises(MendingRefused, match="cannot acknowledge"):
        act(store, act_mended.acknowledge, case, actor("boss"))


def test_a_rising_level_tells_whom_it_concerns_now_and_asks_for_acknowledgement_again(store: Engine) -> None:
    warning = warn(store, "blue")
    case = case_with(store, warning).id
    act(store, act_mended.acknowledge, case, actor("owner"))
    change(store, warning, level="red", at_ms=NOW_MS + HOUR_MS)
    found = case_with(store, warning)
    assert (found.state, found.level, found.peak, found.acknowledged_ms) == ("pushed", "red", "red", None)
    red = {who for who, _, level in messages(store) if level == "red"}
    assert red == {"owner", "boss", "head", "chief", "purse"}
    change(store, warning, level="blue", at_ms=NOW_MS + 2 * HOUR_MS)
    found = case_with(store, warning)
    assert (found.level, found.peak) == ("blue", "red")
    assert len(messages(store)) == 6  # nobody is told of what eases


@pytest.mark.requirement("A19")
def test_red_that_nobody_acknowledges_in_four_hours_calls_the_next_seat_once(store: Engine) -> None:
    warning = warn(store, "red")
    case = case_with(store, warning).id
    act(store, remind, at_ms=NOW_MS + 4 * HOUR_MS)
    assert messages(store, kind="escalation") == []
    for late in range(1, 4):
        act(store, remind, at_ms=NOW_MS + 4 * HOUR_MS + late)
    assert messages(store, kind="escalation") == [("judge", "escalation", "red")]
    assert [event for event, _ in events(store, case)] == ["raised", "pushed", "ack_missed"]


@pytest.mark.parametrize(("level", "next_"), [("blue", "boss"), ("yellow", "chief")])
def test_each_level_has_its_next_seat(store: Engine, level: Any, next_: str) -> None:
    warn(store, level)
    act(store, remind, at_ms=NOW_MS + 73 * HOUR_MS)
    assert messages(store, kind="escalation")[0] == (next_, "escalation", level)


def test_a_measure_that_is_not_found_in_time_is_told_to_the_leader(store: Engine) -> None:
    case = case_with(store, warn(store)).id
    act(store, act_mended.acknowledge, case, actor("owner"))
    act(store, remind, at_ms=NOW_MS + 5 * DAY_MS)
    assert messages(store, kind="escalation") == []
    act(store, remind, at_ms=NOW_MS + 5 * DAY_MS + 1)
    assert messages(store, kind="escalation") == [("boss", "escalation", "yellow")]


@pytest.mark.requirement("C21")
def test_a_measure_due_on_0610_reminds_exactly_so(store: Engine) -> None:
    measure = assign(store, case_with(store, warn(store)).id)
    hour_ms = int(datetime(2026, 5, 20, 3, tzinfo=UTC).timestamp()) * 1000
    for hour in range(24 * 26):
        act(store, remind, at_ms=hour_ms + hour * HOUR_MS)
    table = table_of(tables.Notification)
    with reading(store) as connection:
        wanted = select(table).where(table.c.kind.in_(("reminder", "overdue"))).order_by(table.c.id)
        sent = [(row.person, row.kind, _district(row.queued_at)) for row in connection.execute(wanted)]
    assert measure
    days = [("builder", "reminder", day) for day in ("06-03", "06-07", "06-09", "06-10")]
    assert sent == days + [("boss", "overdue", f"06-{day}") for day in (11, 12, 13, 14, 15)]
    assert {row[2] for row in sent} <= {f"06-{day:02}" for day in range(1, 16)}


def test_of_several_that_are_overdue_the_leader_is_told_at_once_and_once_a_day(store: Engine) -> None:
    measures = [
        assign(store, case_with(store, warn(store, rule=rule)).id, due=due)
        for rule, due in (("schedule_gap", date(2026, 6, 10)), ("time_lag", date(2026, 6, 9)))
    ]
    for day in (11, 12):
        for hour in (3, 4):
            act(store, remind, at_ms=int(datetime(2026, 6, day, hour, tzinfo=UTC).timestamp()) * 1000)
    table = table_of(tables.Notification)
    with reading(store) as connection:
        sent = connection.execute(select(table).where(table.c.kind == "overdue").order_by(table.c.id)).all()
        tags = [one.action for one in entries(connection) if one.object in {f"rectification/{n}" for n in measures}]
    assert [(row.person, row.about) for row in sent] == [("boss", "rectifications")] * 2
    assert sent[0].subject_zh == "2 项整改已逾期"
    assert sent[0].body_zh.index("逾期 2 天") < sent[0].body_zh.index("逾期 1 天")
    assert tags.count("rectification.overdue") == 4  # each measure has its own in the books


def _district(at_ms: int) -> str:
    found = datetime.fromtimestamp(at_ms / 1000, UTC) + timedelta(hours=8)
    assert found.hour == 9
    return found.strftime("%m-%d")


def test_reminders_stop_when_the_evidence_is_there_and_go_on_when_it_is_returned(store: Engine) -> None:
    case = case_with(store, warn(store)).id
    measure = assign(store, case)
    submit(store, measure)
    june_8 = NOW_MS + 19 * DAY_MS
    act(store, remind, at_ms=june_8)
    assert messages(store, kind="reminder") == []
    act(store, order_mended.give_back, measure, actor("watcher"), reason="photo shows storey 11", at_ms=june_8 + 1)
    assert case_with(store, 1).state == "rectifying"
    act(store, remind, at_ms=june_8 + 2)
    assert messages(store, kind="reminder") == [("builder", "reminder", "")]
    assert messages(store, kind="returned") == [("builder", "returned", "yellow")]


@pytest.mark.requirement("C20")
@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"standard": " "}, "acceptance_standard"),
        ({"person": ""}, "person"),
        ({"due": None}, "due"),
        ({"due": TODAY - timedelta(days=1)}, "due"),
        ({"person": "judge"}, "person"),
        ({"person": "stranger"}, "person"),
        ({"person": "nobody"}, "person"),
    ],
)
def test_a_measure_without_its_three_fields_or_for_a_stranger_is_refused_by_name(
    store: Engine, more: dict[str, Any], where: str
) -> None:
    case = case_with(store, warn(store)).id
    with pytest.raises(MendingRefused) as refused:
        assign(store, case, **more)
    assert refused.value.where == where
    assert case_with(store, 1).state == "pushed"


@pytest.mark.parametrize("person", ["builder", "owner"])
def test_neither_the_responsible_nor_who_handed_in_the_evidence_verifies(store: Engine, person: str) -> None:
    case = case_with(store, warn(store)).id
    measure = assign(store, case, person="owner")
    submit(store, measure, person="builder")
    code = "not_yours" if person == "builder" else "own_work"
    for judge, what in ((act_mended.verify_case, case), (order_mended.verify, measure)):
        with pytest.raises(MendingRefused) as refused:
            act(store, judge, what, actor(person), note="")
        assert refused.value.code == code


def test_evidence_must_be_there_and_of_the_project(store: Engine) -> None:
    measure = assign(store, case_with(store, warn(store)).id)
    a_photo(store, project="other", digest="b" * 64)
    for digest in ("b" * 64, "c" * 64):
        with pytest.raises(MendingRefused, match=r"evidence\.0"):
            act(store, order_mended.submit, measure, [Piece(kind="photo", sha256=digest)], actor("builder"), note="")
    with pytest.raises(MendingRefused, match="0 pieces"):
        act(store, order_mended.submit, measure, [], actor("builder"), note="")


@pytest.mark.parametrize(
    ("level", "refused", "accepted"),
    [
        ("blue", ["builder", "clerk", "purse"], "owner"),
        ("yellow", ["owner", "head"], "boss"),
        ("red", ["boss"], "chief"),
    ],
)
def test_the_approver_of_a_waiver_goes_by_colour(store: Engine, level: Any, refused: list[str], accepted: str) -> None:
    case = case_with(store, warn(store, level)).id
    for person in refused:
        with pytest.raises(MendingRefused, match="your role"):
            act(store, act_mended.waive, case, actor(person), reason="r")
    with pytest.raises(MendingRefused, match="no reason"):
        act(store, act_mended.waive, case, actor(accepted), reason=" ")
    act(store, act_mended.waive, case, actor(accepted), reason="design is being changed")
    assert case_with(store, 1).state == "waived"
    with pytest.raises(MendingRefused, match="state is 'waived'"):
        act(store, act_mended.acknowledge, case, actor("owner"))


def test_a_waiver_covers_its_level_only_and_cancels_the_measure(store: Engine) -> None:
    warning = warn(store)
    case = case_with(store, warning).id
    measure = assign(store, case)
    act(store, act_mended.waive, case, actor("boss"), reason="r")
    with reading(store) as connection:
        table = table_of(tables.Rectification)
        assert connection.execute(select(table.c.state).where(table.c.id == measure)).scalar_one() == "cancelled"
    change(store, warning, level="yellow", at_ms=NOW_MS + 1)
    assert case_with(store, warning).state == "waived"
    change(store, warning, level="red", at_ms=NOW_MS + 2)
    found = case_with(store, warning)
    assert (found.id, found.state, found.reopened, found.level) == (case, "pushed", 1, "red")


def test_facts_that_clear_a_yellow_case_wait_for_somebody_and_a_blue_one_closes_by_itself(store: Engine) -> None:
    blue, yellow = warn(store, "blue", rule="time_lag"), warn(store)
    for warning in (blue, yellow):
        change(store, warning, state="closed", at_ms=NOW_MS + DAY_MS)
    assert case_with(store, blue).state == "closed"
    case = case_with(store, yellow)
    assert case.state == "recovered"
    with pytest.raises(MendingRefused, match="no cause"):
        act(store, act_mended.verify_case, case.id, actor("head"), note="")
    act(store, act_mended.verify_case, case.id, actor("head"), note="steel came", cause="material")
    assert case_with(store, yellow).state == "closed"


def test_a_case_that_was_yellow_does_not_slip_away_by_way_of_blue(store: Engine) -> None:
    warning = warn(store)
    change(store, warning, level="blue", at_ms=NOW_MS + 1)
    change(store, warning, level="blue", state="closed", at_ms=NOW_MS + 2)
    assert case_with(store, warning).state == "recovered"


@pytest.mark.parametrize(("days", "same"), [(30, True), (31, False)])
def test_what_comes_back_within_thirty_days_is_the_same_case(store: Engine, days: int, same: bool) -> None:
    first = warn(store, "blue")
    change(store, first, state="closed", at_ms=NOW_MS)
    second = warn(store, "yellow", at_ms=NOW_MS + days * DAY_MS)
    old, new = case_with(store, first), case_with(store, second)
    assert (old.id == new.id, new.reopened, new.state) == (same, int(same), "pushed")
    assert len([m for m in messages(store) if m[2] == "yellow"]) == 3


def test_a_relapse_goes_on_where_people_are(store: Engine) -> None:
    first = warn(store)
    case = case_with(store, first).id
    measure = assign(store, case)
    change(store, first, state="closed", at_ms=NOW_MS + DAY_MS)
    submit(store, measure)
    assert case_with(store, first).state == "recovered"
    second = warn(store, at_ms=NOW_MS + 2 * DAY_MS)
    found = case_with(store, second)
    assert (found.id, found.state, found.reopened, found.warning) == (case, "evidence", 1, second)
    act(store, act_mended.verify_case, case, actor("watcher"), note="")
    assert case_with(store, second).state == "verified"


def test_history_opens_no_case_and_pages_nobody(store: Engine) -> None:
    warn(store, "red", historical=True)
    act(store, remind, at_ms=NOW_MS + 30 * DAY_MS)
    table = table_of(tables.MendingCase)
    with reading(store) as connection:
        assert connection.execute(select(table.c.id)).all() == []
    assert messages(store) == []


def test_history_that_a_timely_fact_moves_is_a_case(store: Engine) -> None:
    warning = warn(store, "blue", historical=True)
    change(store, warning, level="red", at_ms=NOW_MS + HOUR_MS)
    assert case_with(store, warning).state == "pushed"


def test_late_facts_that_date_a_warning_anew_leave_its_case_as_it_is(store: Engine) -> None:
    first = warn(store)
    case = case_with(store, first).id
    act(store, act_mended.acknowledge, case, actor("owner"))
    with writing(store) as connection:
        table = table_of(tables.PlanWarning)
        connection.execute(update(table).where(table.c.id == first).values(state="withdrawn"))
    second = warn(store, at_ms=NOW_MS - DAY_MS, historical=True)
    found = case_with(store, second)
    assert (found.id, found.state, found.warning, found.reopened) == (case, "acknowledged", second, 0)
    assert [event for event, _ in events(store, case)][-1] == "redated"


def test_a_warning_that_never_was_ends_its_case_unless_somebody_works_on_it(store: Engine) -> None:
    idle, worked = warn(store), warn(store, rule="time_lag")
    assign(store, case_with(store, worked).id)
    for warning in (idle, worked):
        change(store, warning, state="withdrawn", at_ms=NOW_MS + 1)
    assert case_with(store, idle).state == "withdrawn"
    assert case_with(store, worked).state == "recovered"


@pytest.mark.requirement("A38")
def test_a_cause_that_needs_another_department_asks_it_and_the_permit_answers(store: Engine) -> None:
    case = case_with(store, warn(store, rule="not_started")).id
    act(store, act_mended.set_cause, case, actor("head"), cause="permit_eia", note="环评未通过")
    assert messages(store, kind="coordination") == [("green", "coordination", "yellow")]
    found = case_with(store, 1)
    assert (found.cause, found.department, found.coordinated_ms) == ("permit_eia", ECOLOGY, None)
    permit = PermitEvent(permit="eia", state="granted", day=TODAY, ref="环审2026-7", note="")
    with writing(store) as connection:
        note_permit(connection, "qp", permit, today=TODAY, by="green", now_ms=NOW_MS + 7)
    assert case_with(store, 1).coordinated_ms == NOW_MS + 7
    with pytest.raises(MendingRefused, match="no coordination"):
        act(store, act_mended.coordinate, case, "green", note="n", ref="")
    with pytest.raises(MendingRefused, match="no cause 'weather2'"):
        act(store, act_mended.set_cause, case, actor("head"), cause="weather2")
    change(store, 1, state="closed", at_ms=NOW_MS + 8)  # the start is recorded
    act(store, act_mended.verify_case, case, actor("head"), note="已开工", at_ms=NOW_MS + 9)
    found = case_with(store, 1)
    assert (found.state, found.cause, found.department) == ("closed", "permit_eia", ECOLOGY)


def test_one_measure_may_mend_several_cases_of_a_project(store: Engine) -> None:
    cases = [case_with(store, warn(store, rule=rule)).id for rule in ("schedule_gap", "time_lag")]
    moved = act(store, act_mended.assign, cases, an_order(), actor("owner"), cause="labour", today=TODAY)
    (measure,) = {case.rectification.id for case in moved}
    submit(store, measure)
    change(store, 2, state="closed", at_ms=NOW_MS + 1)
    act(store, order_mended.verify, measure, actor("watcher"), note="", at_ms=NOW_MS + 2)
    assert [case_with(store, warning).state for warning in (1, 2)] == ["verified", "closed"]


def test_who_comes_second_is_told_who_was_first(store: Engine) -> None:
    case = case_with(store, warn(store))
    act(store, act_mended.acknowledge, case.id, actor("owner"), version=case.version)
    with pytest.raises(MendingRefused, match="owner was first") as refused:
        act(store, act_mended.waive, case.id, actor("boss"), reason="r", version=case.version)
    assert refused.value.code == "conflict"


def test_nobody_to_tell_is_said_once_and_mended_when_somebody_has_the_seat(any_store: Engine) -> None:
    fill(any_store, people=("builder",))
    case = case_with(any_store, warn(any_store)).id
    act(any_store, remind, at_ms=NOW_MS + 1)
    assert [event for event, _ in events(any_store, case)] == ["raised", "unrouted"]


def test_a_draft_is_made_once_completed_and_ordered(store: Engine) -> None:
    said: dict[str, Any] = {
        "origin": "report/2026-05/qp",
        "project": "qp",
        "unit": "区住建局",
        "title": "执行偏差 -25%",
        "by": "system:report",
    }
    first, second = (act(store, order_mended.draft_measure, **said) for _ in range(2))
    assert first == second
    with pytest.raises(MendingRefused, match="state is 'draft'"):
        act(store, order_mended.start, first, actor("builder"))
    issued = act(store, order_mended.issue, first, an_order(), actor("head"), today=TODAY)
    assert (issued.state, issued.person) == ("assigned", "builder")
    act(store, order_mended.cancel, first, actor("head"), reason="twice", at_ms=NOW_MS + 1)


def test_a_leader_presses_and_everybody_may_leave_a_note(store: Engine) -> None:
    case = case_with(store, warn(store)).id
    act(store, act_mended.press, case, actor("boss"), note="本周内补齐钢筋")
    act(store, act_mended.press, case, actor("boss"), note="再催")
    assert messages(store, kind="press") == [("owner", "press", "yellow")] * 2
    with pytest.raises(MendingRefused, match="your role"):
        act(store, act_mended.press, case, actor("owner"), note="x")
    act(store, act_mended.note, case, actor("builder"), words="收到")
    act(store, act_mended.waive, case, actor("boss"), reason="r")
    with pytest.raises(MendingRefused, match="cannot press for action"):
        act(store, act_mended.press, case, actor("boss"), note="x")
    assert [event for event, _ in events(store, case)][-3:] == ["pressed", "noted", "waived"]
