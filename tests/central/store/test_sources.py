"""Measured values on real databases: bounded by the period, by what was known, and the same for one and for many."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, Engine

from central.domain import Subject
from central.scoring.indicator import Value
from central.scoring.period import period_of
from central.scoring.sources import SOURCES
from central.store import tables
from central.store.engine import reading, writing
from central.store.read_sources import Measures, measured, projects_of
from central.store.save_entries import Requests, take_requests
from tests.central.store.district import (
    UNIT,
    add,
    add_project,
    freeze,
    judge,
    live,
    ms,
    order,
    spend,
    warn,
)

MARCH = period_of("2026-03")
P1, OF_UNIT = Subject(kind="project", id="p1"), Subject(kind="unit", id=UNIT)
LATER = ms(date(2026, 6, 1))


def told(
    connection: Connection, code: str, *, subject: Subject = P1, now_ms: int = LATER, period: str = "2026-03"
) -> Value:
    """The value of a measure."""
    return measured(connection, subject=subject, period=period_of(period), code=code, now_ms=now_ms)


def fill(connection: Connection) -> None:
    """Two projects of a unit and one of another, with something of each kind in March 2026."""
    for project, unit in (("p1", UNIT), ("p2", UNIT), ("p3", "水务局")):
        add_project(connection, project, unit=unit)
    for number in range(31):
        judge(
            connection,
            date(2026, 3, 1) + timedelta(days=number),
            actual=4000 + 10 * number,
            coverage=5000 if number < 3 else 9000,
        )
    judge(connection, date(2026, 3, 31), "p2", actual=9000, plan=6000, lag=-100, spi_t=12_000)
    warn(connection, date(2026, 2, 27), date(2026, 3, 5))
    warn(connection, date(2026, 3, 4), date(2026, 3, 8), rule="time_lag", level="red")
    warn(connection, date(2026, 3, 20), None, rule="device_offline")
    warn(connection, date(2026, 3, 10), date(2026, 3, 30), state="withdrawn", level="red")
    spend(
        connection,
        ("budget", date(2026, 1, 5), 1000), ("release", date(2026, 2, 1), 600), ("pay", date(2026, 3, 3), 200),
        ("pay", date(2026, 3, 9), 100), ("pay", date(2026, 4, 2), 300),
    )  # fmt: skip
    order(
        connection,
        due=date(2026, 3, 10),
        assigned=date(2026, 3, 1),
        shown=date(2026, 3, 10),
        verified=date(2026, 3, 21),
    )
    order(
        connection,
        due=date(2026, 3, 12),
        assigned=date(2026, 3, 1),
        shown=date(2026, 3, 11),
        returned=date(2026, 3, 14),
    )
    order(connection, due=date(2026, 4, 20), assigned=date(2026, 3, 1), shown=date(2026, 4, 19))
    order(connection, due=date(2026, 3, 15), assigned=date(2026, 3, 1), project="", person="zhao")
    freeze(
        connection, date(2026, 3, 1), {"p1": {"expected": 30, "received": 30, "on_time": 27}, "p2": {"expected": 10}}
    )


@pytest.mark.parametrize(
    ("code", "subject", "value"),
    [
        ("progress.completion", P1, 43.0),
        ("progress.completion", OF_UNIT, 66.5),
        ("progress.planned_completion", P1, 100 * 4300 / 6000),
        ("progress.spi_t", P1, 0.8),
        ("progress.delay_days", OF_UNIT, 3.5),
        ("progress.warning_days", P1, 100 * 7 / 31),
        ("progress.evidence", P1, 100 * 28 / 31),
        ("money.execution_rate", P1, 30.0),
        ("money.in_place_rate", P1, 60.0),
        ("money.compliance_rate", P1, 100.0),
        ("money.correct_payment_rate", OF_UNIT, 100.0),
        ("cycle.payment_days", P1, (200 * 30 + 100 * 36) / 300),
        ("warnings.red_count", OF_UNIT, 1.0),
        ("mending.on_time_rate", P1, 50.0),
        ("mending.on_time_rate", OF_UNIT, 100 / 3),
        ("mending.on_time_rate", Subject(kind="person", id="wang"), 50.0),
        ("mending.mean_days", P1, 20.0),
        ("mending.overdue_unhandled", P1, 1.0),
        ("mending.overdue_unhandled", OF_UNIT, 2.0),
        ("mending.overdue_unhandled", Subject(kind="person", id="zhao"), 1.0),
        ("mending.overdue_unhandled", Subject(kind="unit", id="水务局"), 0.0),
        ("use.on_time_uploads", OF_UNIT, 67.5),
        ("data.quality", P1, 100 * (0.30 * 1 + 0.25 * 0.9) / 0.55),
    ],
)
def test_values_of_march(sqlite_store: Engine, code: str, subject: Subject, value: float) -> None:
    with writing(sqlite_store) as connection:
        fill(connection)
    with reading(sqlite_store) as connection:
        found = told(connection, code, subject=subject)
    assert found.state == "measured"
    assert found.value == pytest.approx(value)


def test_every_measure_is_the_same_on_both_databases_and_for_one_and_for_many(any_store: Engine) -> None:
    with writing(any_store) as connection:
        fill(connection)
    with reading(any_store) as connection:
        district = Subject(kind="district", id="")
        many = Measures(connection, MARCH, LATER, projects_of(connection, district, day=MARCH.last))
        for code, source in SOURCES.items():
            for subject in (P1, OF_UNIT, Subject(kind="person", id="wang"), district):
                if subject.kind in source.kinds:
                    assert many.value(subject, code) == told(connection, code, subject=subject), (code, subject)


def test_march_is_what_it_was_whatever_april_brings(sqlite_store: Engine) -> None:
    with writing(sqlite_store) as connection:
        fill(connection)
    with reading(sqlite_store) as connection:
        before = [told(connection, code, subject=OF_UNIT) for code, one in SOURCES.items() if "unit" in one.kinds]
    with writing(sqlite_store) as connection:
        judge(connection, date(2026, 4, 1), actual=10_000)
        warn(connection, date(2026, 4, 1), None, level="red")
        spend(connection, ("release", date(2026, 4, 1), 77), ("pay", date(2026, 4, 3), 400))
        live(connection, "completed", date(2026, 4, 5))
        order(connection, due=date(2026, 4, 2), assigned=date(2026, 4, 1))
    with reading(sqlite_store) as connection:
        after = [told(connection, code, subject=OF_UNIT) for code, one in SOURCES.items() if "unit" in one.kinds]
    assert after == before


def test_what_was_not_known_yet_is_not_counted(sqlite_store: Engine) -> None:
    taken = ms(date(2026, 4, 3))
    with writing(sqlite_store) as connection:
        add_project(connection, finish=date(2026, 3, 20))
        live(connection, "completed", date(2026, 3, 20), noted=date(2026, 4, 10))
    with reading(sqlite_store) as connection:
        assert told(connection, "progress.on_time", now_ms=taken).value == 0.0
        assert told(connection, "progress.on_time").value == 100.0


def test_a_running_period_counts_the_days_that_are_over(sqlite_store: Engine) -> None:
    with writing(sqlite_store) as connection:
        fill(connection)
    with reading(sqlite_store) as connection:
        assert told(connection, "progress.completion", now_ms=ms(date(2026, 3, 11), 9)).value == 40.9
        assert told(connection, "progress.warning_days", now_ms=ms(date(2026, 3, 8), 9)).value == 100.0
        assert told(connection, "progress.completion", now_ms=ms(date(2026, 3, 1), 9)).state == "not_due"
        assert told(connection, "progress.completion", period="2026-07").state == "not_due"


@pytest.mark.requirement("A40")
def test_how_long_the_platform_knew_before_a_person_reported(any_store: Engine) -> None:
    def report(day: date, building: str, kind: str = "self_report", project: str = "p1") -> None:
        add(
            connection, tables.Observation, item=f"{building}-i", kind=kind, source="gw", seq=1, refs="r",
            observed_at=ms(day), project=project, building=building, value_bp=1, conf_bp=1,
        )  # fmt: skip

    with writing(any_store) as connection:
        for project in ("p1", "p2"):
            add_project(connection, project)
        warn(connection, date(2026, 3, 3), None)  # of the project: the next report of any building says it
        warn(connection, date(2026, 3, 5), None, rule="time_lag", building="b2")
        warn(connection, date(2026, 2, 1), date(2026, 2, 2), rule="time_lag")  # reported in February
        warn(connection, date(2026, 3, 2), date(2026, 3, 4), state="withdrawn", building="b2")
        warn(connection, date(2026, 3, 2), None, rule="device_offline", building="b2")
        warn(connection, date(2026, 3, 6), None, project="p2")  # nobody has reported
        for day, building in ((date(2026, 2, 9), "b2"), (date(2026, 3, 7), "b1"), (date(2026, 3, 15), "b2")):
            report(day, building)
        report(date(2026, 3, 4), "b2", "camera")
        report(date(2026, 3, 4), "b9", "inspector", "p9")
    with reading(any_store) as connection:
        found = told(connection, "warnings.report_lead")
        assert (found.value, found.n) == (7.0, 2)  # 4 and 10 days
        assert told(connection, "warnings.report_lead", subject=OF_UNIT).value == 7.0
        assert told(connection, "warnings.report_lead", subject=Subject(kind="project", id="p2")).value is None
        assert told(connection, "warnings.report_lead", period="2026-02").value == 8.0


@pytest.mark.requirement("C35")
def test_how_long_before_the_planned_finish_the_first_warning_came(sqlite_store: Engine) -> None:
    with writing(sqlite_store) as connection:
        for project in ("p1", "p2", "p3"):
            add_project(connection, project, finish=date(2026, 3, 31) if project != "p3" else date(2026, 5, 1))
            warn(connection, date(2026, 1, 30), date(2026, 2, 5), project=project)
            warn(connection, date(2026, 3, 1), None, project=project, rule="time_lag")
        warn(connection, date(2026, 1, 20), date(2026, 1, 21), project="p2", state="withdrawn")
    with reading(sqlite_store) as connection:
        found = told(connection, "warnings.finish_lead", subject=OF_UNIT)
        assert (found.value, found.n) == (60.0, 2)
        assert told(connection, "warnings.finish_lead", subject=OF_UNIT, period="2026-04").state == "not_applicable"


@pytest.mark.requirement("C22")
def test_mean_days_to_mend_and_none_overdue(sqlite_store: Engine) -> None:
    with writing(sqlite_store) as connection:
        add_project(connection)
        for taken in (50, 60):
            first = date(2026, 3, 5)
            done = first + timedelta(days=taken)
            order(connection, due=done, assigned=first, shown=done, verified=done, person=f"w{taken}")
    with reading(sqlite_store) as connection:
        quarter = "2026-Q2"
        assert told(connection, "mending.mean_days", period=quarter).value == 55.0
        assert told(connection, "mending.overdue_unhandled", period=quarter).value == 0.0


@pytest.mark.requirement("E07")
def test_complaints_of_an_adapter(any_store: Engine) -> None:
    days = [(date(2026, 3, 2), 60, 55), (date(2026, 3, 3), 40, 40)]
    with writing(any_store) as connection:
        add_project(connection)
        counts = [Requests(unit=UNIT, kind="complaint", day=day, received=r, closed=c) for day, r, c in days]
        assert take_requests(connection, counts, source="12345", by="adapter", now_ms=LATER) == 2
        assert take_requests(connection, counts, source="12345", by="adapter", now_ms=LATER) == 0
    with reading(any_store) as connection:
        assert told(connection, "complaint.handled_rate", subject=OF_UNIT).value == 95.0
        assert told(connection, "complaint.handled_rate", subject=Subject(kind="district", id="")).value == 95.0
    with writing(any_store) as connection:  # the system that counts says it again, and better
        again = [Requests(unit=UNIT, kind="complaint", day=date(2026, 3, 2), received=60, closed=60)]
        assert take_requests(connection, again, source="12345", by="adapter", now_ms=LATER) == 1
    with reading(any_store) as connection:
        assert told(connection, "complaint.handled_rate", subject=OF_UNIT).value == 100.0


@pytest.mark.requirement("B12")
def test_planned_work_and_lots_that_passed(sqlite_store: Engine) -> None:
    with writing(sqlite_store) as connection:
        add_project(connection)
        judge(connection, date(2026, 3, 31), actual=4500, plan=6000)
        add(
            connection, tables.InspectionLot, project="p1", item="", day=date(2026, 3, 9), inspected=50, passed=47,
            paper="0" * 64, remark="", author="li", noted_at=ms(date(2026, 3, 9)),
        )  # fmt: skip
    with reading(sqlite_store) as connection:
        assert told(connection, "progress.planned_completion").value == 75.0
        assert told(connection, "quality.pass_rate").value == 94.0


@pytest.mark.parametrize(("acked", "rate"), [(4.0, 100.0), (4.1, 0.0), (None, 0.0)])
def test_calls_are_acknowledged_within_the_time_of_their_level(
    sqlite_store: Engine, acked: float | None, rate: float
) -> None:
    told_at = date(2026, 3, 31)
    with writing(sqlite_store) as connection:
        add_project(connection)
        warning = warn(connection, told_at, None, level="red")
        case = add(
            connection, tables.MendingCase, project="p1", rule="schedule_gap", subject_kind="project", subject="p1",
            warning=warning, state="pushed", facts="standing", level="red", peak="red", opened_at=ms(told_at),
            level_at=ms(told_at),
        )  # fmt: skip
        add(
            connection, tables.CaseTold, case_id=case, person="wang", level="red", nth=0, seat="owner",
            at=ms(told_at), acknowledged_at=None if acked is None else ms(told_at, acked),
        )  # fmt: skip
        add(
            connection, tables.CaseTold, case_id=case, person="late", level="blue", nth=0, seat="owner",
            at=ms(told_at), acknowledged_at=None,
        )  # fmt: skip
    with reading(sqlite_store) as connection:
        assert told(connection, "warnings.ack_rate").value == rate
        assert told(connection, "warnings.ack_rate", subject=Subject(kind="person", id="wang")).value == rate
        late = Subject(kind="person", id="late")  # 72 h of a blue one end in April
        assert told(connection, "warnings.ack_rate", subject=late).state == "not_applicable"
        assert told(connection, "warnings.ack_rate", subject=late, period="2026-04").value == 0.0
