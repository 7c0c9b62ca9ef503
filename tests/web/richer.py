"""What the small district lacks for every page to show something: money, goals, weights, a judged quarter, ranks."""

from __future__ import annotations

from datetime import date
from typing import Any

from central.scoring.period import period_of
from central.store.engine import writing
from central.store.instants import to_ms
from central.store.save_ranked import follow_up
from tests.central.api.bookkeeping import person
from tests.central.api.district import WALL, Centre
from tests.central.api.test_goals import HOMES, POST, RATE, agree, written
from tests.central.api.test_lives import add_person
from tests.central.api.test_public import publish
from tests.central.api.test_weights import M1, NODE, a_node
from tests.central.evaluate.district import a_district
from tests.central.evaluate.test_ranking import TEN, at_rank, results

QUARTER = "2025-Q1"


def enrich(centre: Centre) -> None:
    """Through the API where people would do it, in the store where the calendar would."""
    for project in ("qp", "ml"):
        publish(centre, project)
    post(centre)
    for name, role in (("mayor", "leader"), ("desk", "section")):
        add_person(centre, name, role)
    agree(centre, "leader", "mayor", rate=RATE)
    proposed = written(centre, "leader", homes=HOMES)
    assert centre.client("leader").post("/api/v1/goal-proposals", json=proposed).is_success
    written(centre, "leader", post=POST)
    _weigh(centre)
    _judge(centre)


def entry(voucher: str, kind: str, day: str, amount_fen: int, **more: Any) -> dict[str, Any]:
    return {"voucher": voucher, "project": "qp", "kind": kind, "day": day, "amount_fen": amount_fen, **more}


def post(centre: Centre) -> None:
    """A grant, two releases, two payments and a reversal; the same voucher again with another amount."""
    client = person(centre, "cashier", "finance")
    entries = [
        entry("预-1", "budget", "2026-01-05", 800_000_000),
        entry("拨-1", "release", "2026-05-02", 300_000_000),
        entry("支-1", "pay", "2026-05-06", 120_000_000, payee="总包单位", contract="HT-1"),
        entry("支-2", "pay", "2026-05-09", 20_000_000, payee="农民工工资专户", contract="HT-1", wage_fen=20_000_000),
        entry(
            "冲-1",
            "pay",
            "2026-05-12",
            -20_000_000,
            payee="农民工工资专户",
            contract="HT-1",
            reverses="支-2",
            wage_fen=-20_000_000,
        ),
    ]
    answer = client.post("/api/v1/ledger/entries", json={"entries": entries})
    assert answer.json()["posted"] == len(entries), answer.text
    client.post("/api/v1/ledger/entries", json={"entries": [entries[2] | {"amount_fen": 130_000_000}]})


def _weigh(centre: Centre) -> None:
    """A node that its expert answered with contradictions."""
    desk = centre.client("desk")
    assert desk.post("/api/v1/weights", json=a_node()).status_code == 201
    assert desk.post(f"{NODE}/experts", json={"person": "leader"}).is_success
    answers = [{"first": first, "second": second, "says": says} for first, second, says in M1]
    assert centre.client("leader").put(f"{NODE}/answers/leader", json={"answers": answers}).is_success


def _judge(centre: Centre) -> None:
    """A quarter of four units, half of whose forms are in, and a ranked year of ten units."""
    district = a_district(centre.engine)
    district.day(date(2025, 3, 31))
    district.day(date(2025, 4, 1))
    district.put_objective(QUARTER)
    district.fill_in(QUARTER, date(2025, 4, 3), only=("水务局", "教育局"))
    with writing(centre.engine) as connection:
        judged = results(at_rank("U7", 10), totals=[95, 94, 93, 92, 91, 90, 89, 88, 87, 72.0])
        follow_up(connection, period_of("2025"), judged, now_ms=to_ms(WALL))
    assert len(TEN) == len(judged)
