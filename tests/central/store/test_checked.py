"""Daily duties and the quality of data on both databases: reminded and missed once, counted, frozen, reproducible."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from central.domain import Text
from central.plan.calendar import midnight
from central.plan.document import PlannedFace
from central.quality.score import Counted
from central.store import tables
from central.store.count_quality import count_units, freeze_due, freeze_month, frozen, quality_rows
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.save_checked import Outage, Reported, note_outage, set_clauses, take_report
from central.store.save_duties import look_at_duties
from central.store.save_plan import save_plan
from tests.central.build import a_demo_building, a_project
from tests.central.quality.test_clauses import PHOTOS, a_document

START = date(2026, 5, 1)
CAME = to_ms(midnight(START)) - 3_600_000  # the gateway, the day before
MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
AFTER = to_ms(midnight(JUNE)) + 60_000


def day_ms(day: int, hour: float = 12) -> int:
    """An hour of the so manieth of May in the district."""
    return to_ms(midnight(START + timedelta(days=day - 1)) + timedelta(hours=hour))


@pytest.fixture
def site(any_store: Engine) -> Engine:
    """Project p1 with one camera, a contract that asks for photos, and people."""
    project = replace(a_project(a_demo_building("b1", weight_bp=10_000)), unit=Text(zh="区住建局", en="housing"))
    faces = (PlannedFace(gateway="gw-1", camera="c1", building="b1", face="south"),)
    save_plan(any_store, project, faces=faces, document={}, by="test", reason="", now_ms=CAME)
    with writing(any_store) as connection, Session(connection) as session:
        session.add(tables.Gateway(id="gw-1", token_sha256="", registered_at=CAME))
        for name, role in (("builder", "contractor"), ("owner", "project_owner"), ("watcher", "supervisor")):
            person = tables.User(username=name, name=name, password_hash="-", created_at=0)
            session.add(person)
            session.flush()
            assert person.id is not None
            session.add(tables.Grant(user=person.id, role=role, scope_kind="project", scope="p1"))
        session.flush()
        set_clauses(connection, "p1", a_document(PHOTOS), by="owner", now_ms=CAME)
    return any_store


def see(engine: Engine, days: Iterable[int], *, late_h: int = 0, says: bool = True) -> None:
    """One reading of the camera at noon of each day, that came so many hours later."""
    with writing(engine) as connection, Session(connection) as session:
        for day in days:
            at_ms = day_ms(day)
            session.add(
                tables.Record(gateway="gw-1", epoch="e1", seq=day, kind="face_reading", at=at_ms, clock="synced",
                              hash=str(day), body="{}", received_at=at_ms + late_h * 3_600_000)
            )  # fmt: skip
            session.add(
                tables.FaceReading(
                    gateway="gw-1", epoch="e1", seq=day, building="b1", face="south", camera="c1", observed_at=at_ms,
                    work_type="new_build", shares="{}", cells=40, completion_bp=5000 if says else None, sigma_bp=200,
                    coverage_bp=9000, registration="VERIFIED", frame_sha256="a" * 64,
                    timing="historical" if late_h > 1 else "",
                )
            )  # fmt: skip
        session.flush()


def report(engine: Engine, day: int, *, at_ms: int | None = None, by: str = "builder", **changed: Any) -> int:
    """A report of a day, sent at 17:00 of it unless told."""
    plain: dict[str, Any] = {"note": f"day {day}", "stage": "", "photos": (), "claims": {}} | changed
    role = {"builder": "contractor", "watcher": "supervisor"}[by]
    given = Reported(day=START + timedelta(days=day - 1), **plain)
    with writing(engine) as connection:
        now_ms = day_ms(day, 17) if at_ms is None else at_ms
        return take_report(connection, "p1", given, roles=frozenset({role}), by=by, now_ms=now_ms)


def look(engine: Engine, at_ms: int) -> str:
    """The job's outcome."""
    with writing(engine) as connection:
        return look_at_duties(connection, wall_ms=at_ms)


def told(engine: Engine) -> list[tuple[str, int]]:
    """(person, nth) of messages about duties, in order."""
    with reading(engine) as connection:
        rows = connection.execute(text("SELECT person, nth FROM notification WHERE kind = 'duty' ORDER BY nth, person"))
        return [(row.person, row.nth) for row in rows]


def counted(engine: Engine, *, now_ms: int = AFTER) -> Counted:
    """What is counted of May."""
    with reading(engine) as connection:
        return count_units(connection, MAY, now_ms=now_ms)["区住建局"]["p1"]


@pytest.mark.requirement("A32")
def test_no_upload_is_reminded_at_18_and_missed_at_midnight_once(site: Engine) -> None:
    assert look(site, day_ms(1, 17.99)) == "0 reminded, 0 missed"
    assert look(site, day_ms(1, 18)) == "1 reminded, 0 missed"
    assert look(site, day_ms(1, 19)) == "0 reminded, 0 missed"
    assert told(site) == [("builder", 0), ("owner", 0)]
    assert look(site, day_ms(2, 0)) == "0 reminded, 1 missed"
    assert look(site, day_ms(2, 1)) == "0 reminded, 0 missed"
    assert told(site) == [("builder", 0), ("owner", 0), ("builder", 1), ("owner", 1), ("watcher", 1)]
    report(site, 2)
    assert look(site, day_ms(3, 1)) == "0 reminded, 0 missed"
    report(site, 1, at_ms=day_ms(3, 2))  # too late: it is kept, and the day stays missed
    assert look(site, day_ms(3, 3)) == "0 reminded, 0 missed"
    found = counted(site, now_ms=day_ms(3, 4))  # of two days over; the camera was silent on both
    assert (found.expected, found.received, found.on_time) == (4, 2, 1)
    report(site, 3, by="watcher")  # a supervisor's word is not the builder's
    assert look(site, day_ms(4, 0)) == "0 reminded, 1 missed"


@pytest.mark.requirement("A48")
def test_a_month_is_counted_frozen_and_reproducible(site: Engine) -> None:
    """Camera days and reports: late ones, silent ones, an outage told in time and one told too late."""
    see(site, range(1, 21))
    see(site, (21, 22), late_h=30)
    see(site, (23,), says=False)
    for day in range(1, 30):
        report(site, day)
    report(site, 30, at_ms=day_ms(31, 9))
    with writing(site) as connection:
        for first, told_day in ((24, 24), (27, 29)):
            since, until = (datetime.fromtimestamp(day_ms(first + more) / 1000, UTC) for more in (0, 1))
            outage = Outage(gateway="gw-1", camera="", since=since, until=until, reason="power")
            note_outage(connection, "p1", outage, by="builder", now_ms=day_ms(told_day, 20))
    found = counted(site)
    assert found == Counted(
        expected=31 + 29,  # 24 and 25 are excused, 27 and 28 are not
        received=30 + 23,
        on_time=29 + 21,
        required=90,
        filled=30,
        checked=23,
        valid=22,
        pairs=0,
        agreeing=0,
    )
    with writing(site) as connection:
        assert freeze_due(connection, now_ms=AFTER) == "1 units frozen"
        assert freeze_due(connection, now_ms=AFTER + 1) == "0 units frozen"
        kept = frozen(connection, MAY)
    report(site, 31, at_ms=AFTER + 5)
    see(site, (29,), late_h=100)  # came in June: the month is closed
    assert counted(site, now_ms=AFTER + 10**9) == found
    with reading(site) as connection:
        assert quality_rows(connection, MAY, now_ms=AFTER + 10**9) == kept
        entries = connection.execute(text("SELECT detail_json FROM audit_entry WHERE action = 'quality.freeze'")).all()
    assert len(entries) == 1
    assert kept[0].counted == found
    assert kept[0].rank == 1


def test_claims_beside_cameras_are_pairs_and_a_settled_one_agrees(site: Engine) -> None:
    with writing(site) as connection, Session(connection) as session:
        for day, item in ((5, "b1-structure"), (6, "b1-base")):
            session.add(
                tables.Observation(item=item, kind="camera", source="gw-1", observed_at=day_ms(day, 9), project="p1",
                                   building="b1", seq=day, value_bp=4500, conf_bp=10_000, refs=f"gw-1/e1/{day}")
            )  # fmt: skip
        session.flush()
    report(site, 6, claims={"b1-structure": 5000, "b1-base": 6000, "b1-finish": 100})
    found = counted(site)
    assert (found.pairs, found.agreeing) == (2, 1)
    assert (found.checked, found.valid) == (3, 3)
    with writing(site) as connection:
        connection.execute(text("UPDATE value_dispute SET state = 'for_person', settled_at = 1"))
    assert counted(site).agreeing == 2


def test_a_month_that_is_not_over_is_not_frozen(site: Engine) -> None:
    with writing(site) as connection, pytest.raises(ValueError, match="one that is over"):
        freeze_month(connection, MAY, now_ms=day_ms(31, 23))
