"""From the calendar of evaluating to what follows: two quarters of six units through forms, approval, publication."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from central.evaluate.calendar import at_hour
from central.store import tables
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.read_ranked import rankings_of
from central.store.read_ranked_suggestions import SuggestionFilter, suggestions_of
from central.store.save_ranked_due import follow_due
from tests.central.evaluate.district import District, a_district

UNITS = ("住建局", "水务局", "教育局", "卫健局", "民政局", "财政局")
QUARTERS = (("2025-Q1", date(2025, 4, 1)), ("2025-Q2", date(2025, 7, 1)))


def organised(engine: Engine) -> None:
    """All are departments."""
    with writing(engine) as connection, Session(connection) as session:
        for nth, name in enumerate(UNITS):
            session.add(tables.OrgUnit(id=f"u{nth}", parent=None, kind="department", name_zh=name, name_en=name,
                                       steward="", depth=2, position=nth, version=1))  # fmt: skip
        session.flush()


def quarter(district: District, period: str, first: date) -> str:
    """Run a quarter's evaluation to its end, 民政局 without a self-evaluation that praises; the job's outcome."""
    district.put_objective(period)
    district.day(first)
    district.fill_in(period, first, own=60.0, peers=60.0, only=("民政局",))
    district.fill_in(period, first, own=99.0, peers=99.0, only=("教育局",))
    district.fill_in(period, first, own=90.0)
    day = first
    while any(one.state != "final" for one in district.found(period=period)):
        day += timedelta(days=1)
        assert day < first + timedelta(days=60), [one.state for one in district.found(period=period)]
        district.day(day)
        district.approve_all([one.id for one in district.found(period=period, states=("composed",))], day)
    with writing(district.engine) as connection:
        return follow_due(connection, now_ms=to_ms(at_hour(day + timedelta(days=1), 0)))


def test_two_quarters_run_by_the_calendar_end_in_suggestions(sqlite_store: Engine) -> None:
    district = a_district(sqlite_store, units=UNITS)
    organised(sqlite_store)
    first, second = (quarter(district, period, day) for period, day in QUARTERS)
    assert first == "2025-Q1: 1 rankings, 0 suggestions, 0 groups wait; 0 windows ended"
    assert second == "2025-Q2: 1 rankings, 2 suggestions, 0 groups wait; 0 windows ended"
    with reading(sqlite_store) as connection:
        one, other = rankings_of(connection, group="departments")
        found = suggestions_of(connection, SuggestionFilter(), limit=10)
    assert [one.ranking.n, other.ranking.n] == [6, 6]
    assert {one.suggestion.kind: one.suggestion.subject.id for one in found} == {
        "commendation": "教育局",
        "deduction": "民政局",
    }
    assert all(sheet for one in found for sheet in one.suggestion.basis)
