"""What the district's people hand in: in step with the plans, and refused with place and reason when it is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from central.quality.fence import read_fence
from central.rules.ladder import DEFAULT
from demo.district import FOLDER, FOOTAGE, load_district
from demo.errors import DemoError
from demo.footage import load_footage
from demo.papers import Known, Paper, load_papers

DISTRICT = load_district()
KNOWN = Known(
    people=frozenset(person.username for person in DISTRICT.people), projects=frozenset(DISTRICT.projects.values())
)
ENTRIES = next(paper.body["entries"] for paper in DISTRICT.papers if paper.address == "/ledger/entries")
CONTRACT_FEN = {plan["project"]["id"]: plan["project"]["contract_fen"] for _, plan in DISTRICT.plans}
ROLES = {person.username: person.role for person in DISTRICT.people}


def test_everybody_may_do_what_he_hands_in() -> None:
    assert {ROLES[paper.by] for paper in DISTRICT.papers if "/ledger" in paper.address} == {"finance"}
    assert {ROLES[paper.by] for paper in DISTRICT.papers if paper.address == "/goal-decisions"} == {"leader"}
    assert {ROLES[paper.by] for paper in DISTRICT.papers if paper.address == "/goal-proposals"} == {"clerk"}


@pytest.mark.parametrize("project", sorted(CONTRACT_FEN))
def test_money_is_in_step_with_what_is_built(project: str) -> None:
    """Never paid so far ahead of the truth that a warning were due, nor more than was released; wages in every part."""
    ahead_bp = DEFAULT.ladder("paid_ahead").thresholds[0][1]
    built_bp = _built_bp(project)
    last = max(built_bp)
    paid_fen = released_fen = 0
    for entry in sorted((one for one in ENTRIES if one["project"] == project), key=lambda one: one["day"]):
        released_fen += entry["amount_fen"] if entry["kind"] == "release" else 0
        if entry["kind"] != "pay":
            continue
        paid_fen += entry["amount_fen"]
        assert entry["day"] <= last
        assert paid_fen <= released_fen
        assert paid_fen * 10_000 // CONTRACT_FEN[project] - built_bp[entry["day"]] < ahead_bp
        assert entry["line"] != "建安工程费" or 0 < entry["wage_fen"] < entry["amount_fen"]
    assert paid_fen


def test_goals_of_three_levels_and_one_of_a_project() -> None:
    goals = [paper.body for paper in DISTRICT.papers if paper.address.startswith("/goals/")]
    assert [goal["level"] for goal in goals] == [1, 2, 3]
    assert (goals[-1]["subject"]["id"], goals[-1]["target"], goals[-1]["unit"]) == ("qp", 95, "%")


def test_every_project_has_a_fence_of_its_own() -> None:
    fences = {paper.address: paper.body for paper in DISTRICT.papers if paper.address.endswith("/fence")}
    assert set(fences) == {f"/projects/{project}/fence" for project in CONTRACT_FEN}
    read = [read_fence(body["geometry"], datum=body["datum"]) for body in fences.values()]
    assert len({(fence.lon, fence.lat) for fence in read}) == len(read)


def _first(name: str) -> Callable[[Any], Any]:
    return lambda told: told[name][0]


@pytest.mark.parametrize(
    ("kind", "place", "fields", "told"),
    [
        (
            "ledger",
            _first("entries"),
            {"amount_fen": 1.5},
            r"ledger.json.entries\[0\].amount_fen: 1.5; expected an int",
        ),
        ("ledger", _first("entries"), {"project": "zz"}, r"entries\[0\].project: 'zz'; expected one of gt, qp, xl"),
        ("ledger", _first("entries"), {"day": "2026-13-01"}, r"entries\[0\].day: '2026-13-01'; expected a day as"),
        ("ledger", _first("entries"), {"wage_fen": 1}, r"wage_fen: 1; expected an integer of at least 0 and at most 0"),
        ("ledger", _first("entries"), {"voucher": "QP-2026-002"}, r"entries\[1\]: qp QP-2026-002 is in ledger.json"),
        ("ledger", _first("terms"), {"rate_bp": 0}, r"terms\[0\].rate_bp: 0; expected an integer of at least 1"),
        ("ledger", lambda told: told, {"by": "nobody"}, r"ledger.json.by: 'nobody'; expected one of admin"),
        ("ledger", lambda told: told, {"entries": []}, r"ledger.json.entries: \[\]; expected a list"),
        ("ledger", lambda told: told, {"schema": "x"}, r"ledger.json.schema: 'x'; expected one of siteprogress"),
        ("goals", lambda told: told, {"approved_by": "clerk"}, r"approved_by: 'clerk'; expected one of admin"),
        ("goals", lambda told: told, {"approved_by": "owner"}, r"approved_by: 'owner'; expected one of"),
        ("goals", lambda told: told["goals"][2], {"parent": "x"}, r"goals\[2\].parent: 'x'; expected one of housing"),
        ("goals", _first("goals"), {"target": "95"}, r"goals\[0\].target: '95'; expected a number"),
        ("fences", _first("fences"), {"geometry": None}, r"fences\[0\].geometry: nothing; expected an object"),
        ("fences", _first("fences"), {"datum": "gcj02"}, r"datum: 'gcj02'; expected one of wgs84"),
        (
            "fences",
            lambda told: told["fences"][0]["geometry"],
            {"coordinates": [[[120, 30], [120.1, 30], [120.1, 30.1], [120, 30.1]]]},
            r"coordinates: .*; expected closed rings",
        ),
    ],
)
def test_what_is_wrong_is_told_by_its_place(
    tmp_path: Path, kind: str, place: Callable[[Any], dict[str, Any]], fields: dict[str, Any], told: str
) -> None:
    document = json.loads((FOLDER / f"{kind}.json").read_text(encoding="utf-8"))
    place(document).update(fields)
    (tmp_path / f"{kind}.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(DemoError, match=told):
        load_papers(tmp_path, {kind: f"{kind}.json"}, known=KNOWN)


def test_a_kind_nobody_reads_is_told(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match="papers: poems; expected some of fences, ledger, goals"):
        load_papers(tmp_path, {"poems": "poems.json"}, known=KNOWN)


def test_papers_come_in_the_order_of_their_being_handed_in() -> None:
    def at(address: str) -> int:
        return next(
            n for n, paper in enumerate(DISTRICT.papers) if isinstance(paper, Paper) and paper.address == address
        )

    assert at("/projects/qp/payment-terms") < at("/ledger/entries")
    assert at("/goals/qp-2026") < at("/goal-proposals") < at("/goal-decisions")


def _built_bp(project: str) -> dict[str, int]:
    """What is really built of a project at the end of each played day, by its buildings' weights."""
    weights = {b["id"]: b["weight_bp"] for _, plan in DISTRICT.plans for b in plan["buildings"]}
    footage = load_footage(FOOTAGE)
    found: dict[str, int] = {}
    for building, by_day in footage.true_by_day.items():
        for day, bp in by_day.items():
            if DISTRICT.projects[building] == project:
                found[day.isoformat()] = found.get(day.isoformat(), 0) + bp * weights[building]
    return {day: weighted // 10_000 for day, weighted in found.items()}
