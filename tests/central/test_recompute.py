"""Scores made again from stored facts on both databases: the same bit for bit, and late facts do not change them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from central.domain import Subject, Text
from central.ingest.commit import commit
from central.plan.calendar import midnight
from central.reassess import reassess
from central.recompute import Recomputed, count_sheets, recompute, sheets_after
from central.rejudging import Rejudging, prove
from central.scoring.indicator import IndicatorSet, Value, WeighedLeaf
from central.scoring.period import period_of
from central.store.engine import reading, undone, writing
from central.store.instants import to_ms
from central.store.load_known import load_known
from central.store.read_sheets import brief_of
from central.store.save_checked import Reported, take_report
from central.store.save_sheets import put_sheet, take_health, take_unit_sheets
from tests.central.build import START
from tests.central.edge import frame_of
from tests.central.plans import demo_project, plan, register
from tests.central.scoring.sheets import a_sheet, an_indicator
from tests.central.store.kept_sheets import take_sheet
from tests.wire.build import a_reading, a_record
from wire.messages import Frame

DAYS = 40
NOW = midnight(START) + timedelta(days=DAYS)
MAY = period_of("2026-05")
TAKEN_MS = to_ms(midnight(START) + timedelta(days=33))
CODES = ("progress.spi_t", "progress.completion", "progress.evidence", "warnings.red_count")


def look(number: float, *, share: int, seq: int = 0) -> Frame:
    """One look at building b1, half a day after the one before."""
    when = to_ms(midnight(START) + timedelta(days=number / 2, hours=2))
    body = a_reading(camera="c1", face="south", building="b1", stage_shares_bp=(10_000 - share, 0, share, 0, 0, 0))
    return frame_of([a_record(seq=seq or int(number) + 1, at=when, body=body)], gateway="gw-1")


@pytest.fixture
def store(any_store: Engine) -> Engine:
    """A building that is slow from the third day on, judged to the end of the period and beyond."""
    register(any_store, "gw-1")
    plan(any_store, replace(demo_project(), unit=Text(zh="区住建局", en="housing")))
    frames = [look(n, share=min(n * 300, 2400)) for n in range(2 * DAYS)]
    commit(any_store, frames=frames, letters=[], now_ms=1)
    reassess(any_store, "p1", NOW)
    return any_store


def a_set() -> IndicatorSet:
    """Measured leaves that weigh alike."""
    leaves = tuple(
        WeighedLeaf(indicator=replace(an_indicator(code), source=code, kind="lower" if "red" in code else "higher"),
                    weight=1 / len(CODES), reason="equal")
        for code in CODES
    )  # fmt: skip
    name = Text(zh="试行", en="trial")
    return IndicatorSet(id="project/p1", version=1, name=name, sector="", frame="IOI", leaves=leaves)


def take(engine: Engine) -> list[str]:
    """The sheets of the project, of its health, of its unit's health and of its unit."""
    subject = Subject(kind="project", id="p1")
    with writing(engine) as connection:
        one = take_sheet(connection, subject=subject, set=a_set(), period=MAY, kind="objective", now_ms=TAKEN_MS)
        healthy = take_health(connection, ["p1"], period=MAY, now_ms=TAKEN_MS)
        unit = take_unit_sheets(connection, ["区住建局"], period=MAY, now_ms=TAKEN_MS)
    return [one, *healthy.values(), *unit.values()]


def again(engine: Engine, score: str) -> Recomputed:
    with undone(engine) as connection:
        found = recompute(connection, score)
    assert found is not None
    return found


@pytest.mark.requirement("A01")
def test_a01_every_sheet_is_made_again_bit_for_bit(store: Engine) -> None:
    keys = take(store)
    with reading(store) as connection:
        assert (count_sheets(connection, "2026-05"), count_sheets(connection, "")) == (len(keys), len(keys))
        paged: list[str] = []
        while page := sheets_after(connection, "2026-05", paged[-1] if paged else "", limit=1):
            paged += page
        assert paged == sorted(keys)
        assert sheets_after(connection, "2026-06") == []
    for key in keys:
        found = again(store, key)
        assert found.same, [line for line in found.lines if not line.same]
        assert found.notes == ()
        assert len(found.lines) >= 4


@pytest.mark.requirement("A01")
def test_a01_what_came_later_changes_no_sheet_that_was_taken(store: Engine) -> None:
    """Looks of the first days that lay in a gateway, and come when the sheet is out, change the live past alone."""
    key, healthy, *_ = take(store)
    with reading(store) as connection:
        before = connection.execute(text("SELECT total FROM score WHERE day = '2026-05-30'")).scalar_one()
    late = [look(n + 0.3, share=2400 + (n - 8) * 60, seq=1000 + n) for n in range(20, 61)]
    commit(store, frames=late, letters=[], now_ms=TAKEN_MS + 1)
    reassess(store, "p1", NOW)
    with reading(store) as connection:
        assert connection.execute(text("SELECT total FROM score WHERE day = '2026-05-30'")).scalar_one() != before
        rows = connection.execute(text("SELECT count(*) FROM deviation")).scalar_one()
    for one in (key, healthy):
        found = again(store, one)
        assert found.same, [line for line in found.lines if not line.same]
        assert "41 that came later do not count" in found.notes[0]
    with reading(store) as connection:  # nothing of it stays
        assert connection.execute(text("SELECT count(*) FROM deviation")).scalar_one() == rows
        assert connection.execute(text("SELECT count(*) FROM face_reading")).scalar_one() == 2 * DAYS + 41


def test_a_composite_is_made_again_from_the_sheets_that_it_names(store: Engine) -> None:
    keys = take(store)[:2]
    with writing(store) as connection:
        totals = [brief.total for key in keys if (brief := brief_of(connection, key)) and brief.total is not None]
        part = Value(
            indicator="part.objective", value=sum(totals) / 2, state="entered", source="composite-1", version="1", n=2,
            refs=tuple(f"sheet/{key}" for key in sorted(keys)),
        )  # fmt: skip
        whole = a_sheet(
            (an_indicator("part.objective", kind="qualitative"), 1.0, part), kind="annual", period="2026-05"
        )
        key = put_sheet(connection, whole, now_ms=TAKEN_MS)
        wrong = put_sheet(connection, replace(whole, values=(replace(part, value=99.0),)), now_ms=TAKEN_MS)
    assert again(store, key).same
    assert [line.what for line in again(store, wrong).lines if not line.same] == ["part.objective"]


def test_what_is_derived_has_no_say_and_a_changed_fact_comes_out(store: Engine) -> None:
    key = take(store)[0]
    with writing(store) as connection:
        connection.execute(text("UPDATE deviation SET actual_bp = actual_bp + 900"))
        connection.execute(text("UPDATE observation SET value_bp = value_bp + 900"))
    assert again(store, key).same
    with writing(store) as connection:
        connection.execute(text("UPDATE face_reading SET shares = replace(shares, '2400', '4800')"))
    found = again(store, key)
    assert {line.what for line in found.lines if not line.same} >= {"progress.completion"}


@pytest.mark.parametrize("score", ["p1", "p1/2026-05-12"])
def test_a_live_score_is_made_again_from_all_facts(store: Engine, score: str) -> None:
    found = again(store, score)
    assert found.same, [line for line in found.lines if not line.same]
    assert [line.what for line in found.lines][:1] == ["total"]
    assert len(found.lines) == 3 + 4


def test_what_is_not_judged_yet_is_said(store: Engine) -> None:
    commit(store, frames=[look(10, share=9000, seq=2000)], letters=[], now_ms=TAKEN_MS)
    found = again(store, "p1")
    assert "not judged yet" in found.notes[0]


def test_what_is_no_score_is_none(store: Engine) -> None:
    with undone(store) as connection:
        assert recompute(connection, "p9") is None
        assert recompute(connection, "p1/2020-01-01") is None
        with pytest.raises(ValueError, match="isoformat"):
            recompute(connection, "p1/yesterday")


def test_a_report_that_came_later_is_not_among_what_was_seen(sqlite_store: Engine) -> None:
    """Measures count observations as they are stored: what is judged again must not leave late ones there."""
    register(sqlite_store, "gw-1")
    plan(sqlite_store, demo_project())
    commit(sqlite_store, frames=[look(1, share=300)], letters=[], now_ms=1)
    with writing(sqlite_store) as connection:
        item = connection.execute(text("SELECT min(item) FROM observation")).scalar_one()
        given = Reported(day=START + timedelta(days=30), note="到场", stage="", photos=(), claims={item: 2400})
        roles = frozenset({"inspector"})
        number = take_report(connection, "p1", given, roles=roles, by="li", now_ms=TAKEN_MS + 1)
    with undone(sqlite_store) as connection:
        for known_ms, seen in ((TAKEN_MS + 1, 1), (TAKEN_MS, 0)):
            assert load_known(connection, "p1", until=NOW, known_ms=known_ms) is not None
            stored = text("SELECT count(*) FROM observation WHERE refs = :ref")
            assert connection.execute(stored, {"ref": f"report/{number}"}).scalar_one() == seen


# --- many at once -----------------------------------------------------------------------------------------------------


def test_one_judgement_serves_all_sheets_of_a_project_and_writes_nothing(store: Engine) -> None:
    reassess(store, "p1", NOW)
    keys, rejudging = take(store), Rejudging(store)
    for key in keys:
        assert rejudging.again(key) == again(store, key)
    assert {project: proof.until_ms > TAKEN_MS for project, proof in rejudging.proofs.items()} == {"p1": True}
    assert rejudging.again("p9") is None
    with writing(store):  # who makes a sheet again while somebody writes waits for nobody
        assert all(found is not None and found.same for found in map(rejudging.again, keys))


def test_a_sheet_of_which_something_came_late_is_judged_by_itself(store: Engine) -> None:
    keys = take(store)
    late = [look(n + 0.3, share=2400 + (n - 8) * 60, seq=1000 + n) for n in range(20, 61)]
    commit(store, frames=late, letters=[], now_ms=TAKEN_MS + 1)
    reassess(store, "p1", NOW)
    proof = prove(store, "p1")
    until_ms = to_ms(midnight(START) + timedelta(days=31))
    assert proof.until_ms >= until_ms
    assert proof.arrivals.late(until_ms=until_ms, known_ms=TAKEN_MS)
    assert not proof.arrivals.late(until_ms=until_ms, known_ms=TAKEN_MS + 1)
    assert not proof.arrivals.late(until_ms=to_ms(midnight(START)), known_ms=TAKEN_MS)
    found = [Rejudging(store).again(key) for key in keys]
    assert all(one is not None and one.same for one in found)
    assert found[0] is not None and "41 that came later do not count" in found[0].notes[0]


def test_what_is_stored_is_not_believed_where_the_facts_say_otherwise(store: Engine) -> None:
    key = take(store)[0]
    with writing(store) as connection:
        connection.execute(text("UPDATE deviation SET actual_bp = actual_bp + 900"))
    assert prove(store, "p1").until_ms == -1
    found = Rejudging(store).again(key)
    assert found is not None and found.same
    with writing(store) as connection:
        connection.execute(text("UPDATE face_reading SET shares = replace(shares, '2400', '4800')"))
    found = Rejudging(store).again(key)
    assert found is not None and found.outcome == "different"


def test_facts_that_were_moved_out_of_the_store_are_said_in_words(store: Engine) -> None:
    key = take(store)[0]
    with writing(store) as connection:
        connection.execute(text("DELETE FROM face_reading WHERE seq <= 50"))
    found = Rejudging(store).again(key)
    assert found is not None and found.outcome == "gone"
    assert len(found.gone) == 50
    assert "50 records it rests on are not stored any more" in found.notes[-1]
    assert found.gone[0] in found.notes[-1]
