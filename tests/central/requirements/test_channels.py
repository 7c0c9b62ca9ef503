"""Ways in: what cameras, people and books say of one fact (A10, A11), and where two of them differ (E31, E08)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from central.domain import FundEntry
from central.ingest.commit import commit
from central.money.posting import Posted, Posting
from central.plan.calendar import midnight
from central.reassess import reassess
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.save_checked import Reported, take_report
from central.store.save_ledger import post
from tests.central.build import START
from tests.central.edge import frame_of
from tests.central.plans import plan, register
from tests.wire.build import a_reading, a_record

DAY = START + timedelta(days=15)
LOOKED = midnight(DAY) + timedelta(hours=9)
ITEM = "b1-structure"


@pytest.fixture
def store(any_store: Engine) -> Engine:
    """A camera says that 45 % of the structure stands."""
    register(any_store, "gw-1")
    plan(any_store)
    body = a_reading(camera="c1", face="south", building="b1", stage_shares_bp=(5500, 0, 4500, 0, 0, 0))
    record = a_record(seq=1, at=to_ms(LOOKED), body=body)
    commit(any_store, frames=[frame_of([record], gateway="gw-1")], letters=[], now_ms=to_ms(LOOKED) + 1000)
    return any_store


def report(engine: Engine, value_bp: int, *, by: str, role: str, hours: float) -> None:
    """A person's word on the structure, so many hours after the camera's."""
    given = Reported(day=DAY, note="十五日", stage="", photos=(), claims={ITEM: value_bp})
    with writing(engine) as connection:
        at_ms = to_ms(LOOKED + timedelta(hours=hours))
        take_report(connection, "p1", given, roles=frozenset({role}), by=by, now_ms=at_ms)


def rows(engine: Engine, sql: str) -> list[tuple[Any, ...]]:
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


@pytest.mark.requirement("A10")
def test_a10_one_fact_by_three_channels_is_three_observations_and_one_progress(store: Engine) -> None:
    report(store, 4500, by="li", role="inspector", hours=1)
    report(store, 4600, by="wang", role="contractor", hours=2)
    reassess(store, "p1", LOOKED + timedelta(hours=3))
    told = rows(store, f"SELECT kind, source, value_bp FROM observation WHERE item = '{ITEM}' ORDER BY observed_at")
    assert told == [("camera", "gw-1", 4500), ("inspector", "li", 4500), ("self_report", "wang", 4600)]
    newest = rows(store, f"SELECT as_of_at, value_bp FROM progress_state WHERE subject = '{ITEM}'")
    assert len({at for at, _ in newest}) == len(newest)
    assert 4400 <= newest[-1][1] <= 4600


@pytest.mark.requirement("A11")
def test_a11_progress_and_payments_are_taken_and_judged_together(store: Engine) -> None:
    entry = FundEntry(voucher="v1", project="p1", kind="pay", day=DAY, amount_fen=400_000_000)
    with writing(store) as connection:
        (outcome,) = post(connection, [Posting(entry=entry)], projects=["p1"], by="finance", at_ms=1)
    assert isinstance(outcome, Posted)
    reassess(store, "p1", midnight(DAY) + timedelta(days=1, hours=1))
    ((actual_bp, pay_gap_bp),) = rows(
        store,
        "SELECT actual_bp, pay_gap_bp FROM deviation WHERE subject_kind = 'project' ORDER BY as_of_at DESC LIMIT 1",
    )
    assert (pay_gap_bp, actual_bp > 0) == (5000 - actual_bp, True)  # 400 of 800 万 are paid


@pytest.mark.requirement("E31")
@pytest.mark.parametrize(("human_bp", "disputed"), [(6000, True), (5001, True), (5000, False), (4500, False)])
def test_e31_a_person_and_a_camera_who_differ_open_a_dispute_and_the_evidence_decides(
    store: Engine, human_bp: int, disputed: bool
) -> None:
    report(store, human_bp, by="wang", role="contractor", hours=1)
    opened = rows(store, "SELECT item, auto_bp, human_bp, tolerance_bp, state FROM value_dispute")
    assert opened == ([(ITEM, 4500, human_bp, 500, "open")] if disputed else [])
    reassess(store, "p1", LOOKED + timedelta(hours=2))
    ((published,),) = rows(store, f"SELECT value_bp FROM progress_state WHERE subject = '{ITEM}'")
    assert 4400 <= published <= 4500 + 500  # what cameras saw, lifted by the builder's own word by no more than 5 %


@pytest.mark.requirement("E08")
def test_e08_what_a_person_says_stands_beside_what_the_camera_said_with_who_and_why(store: Engine) -> None:
    report(store, 5200, by="li", role="inspector", hours=1)
    told = rows(store, f"SELECT kind, source, value_bp, refs FROM observation WHERE item = '{ITEM}' ORDER BY kind")
    assert told == [("camera", "gw-1", 4500, "gw-1/e1/1"), ("inspector", "li", 5200, "report/1")]
    assert rows(store, "SELECT author, kind FROM daily_report") == [("li", "inspector")]
    assert ("li", "report.take") in rows(store, "SELECT actor, action FROM audit_entry")
