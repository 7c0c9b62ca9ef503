"""Any score is followed down: sheets to leaves, judgement, measures, records and stills; live scores on past days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import insert, text
from sqlmodel import Session

from central.domain import Subject, Text
from central.scoring.indicator import IndicatorSet, WeighedLeaf
from central.scoring.period import period_of
from central.scoring.questionnaire import Criterion
from central.scoring.sheet import Sheet
from central.store import tables
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.read_refs import named_refs
from central.store.read_sheets import sheet as read_sheet
from central.store.save_judgements import answer, freeze, invite, open_node
from central.store.save_sheets import put_sheet, take_unit_sheets
from central.store.upsert import table_of
from tests.central.api.district import STILL, Centre
from tests.central.api.pictures import digest
from tests.central.build import START, at
from tests.central.scoring.sheets import an_indicator
from tests.central.store.kept_sheets import take_sheet

MAY = period_of("2026-05")
AFTER = to_ms(at(32))
QP, UNIT = Subject(kind="project", id="qp"), Subject(kind="unit", id="区住建局")
SAYS = {(0, 1): 3}


def a_set() -> IndicatorSet:
    """Two leaves weighed by node `output` of two experts (weights 0.75, 0.25), and nothing else."""
    leaves = (
        WeighedLeaf(indicator=an_indicator("done", source="progress.completion"), weight=0.75, judged="output/1"),
        WeighedLeaf(indicator=an_indicator("felt"), weight=0.25, judged="output/1"),
    )
    name = Text(zh="试行指标", en="Trial")
    return IndicatorSet(id="project/qp", version=1, name=name, sector="livelihood", frame="IOI", leaves=leaves)


@pytest.fixture
def sheets(one_centre: Centre) -> tuple[Centre, str, str]:
    """The district with frozen weights, the sheet of qp for May, and that of its unit."""
    criteria = [Criterion(id=key, name=Text(zh=key, en=key)) for key in ("done", "felt")]
    with writing(one_centre.engine) as connection:
        open_node(connection, "output", name=Text(zh="产出", en="output"), unit="", criteria=criteria, by="a", now_ms=1)
        for person in ("audit", "discipline"):
            invite(connection, "output", person, weight=1, by="a", now_ms=1)
            answer(connection, "output", person, SAYS, by=person, now_ms=1)
        freeze(connection, "output", note="", by="a", now_ms=1)
        one = take_sheet(connection, subject=QP, period=MAY, kind="objective", set=a_set(), now_ms=AFTER)
        units = take_unit_sheets(connection, [UNIT.id], period=MAY, now_ms=AFTER)
    return one_centre, one, units[UNIT]


def walk(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield tree
    for child in tree["children"]:
        yield from walk(child)


def facts(node: dict[str, Any]) -> dict[str, str]:
    return {fact["key"]: fact["value"] for fact in node["facts"]}


def traced(centre: Centre, path: str, person: str = "leader", **query: str) -> httpx.Response:
    return centre.client(person).get(f"/api/v1/trace/{path}", params=query)


@pytest.mark.requirement("A01")
def test_a01_a_sheet_is_followed_to_formulas_judgement_records_and_stills(sheets: tuple[Centre, str, str]) -> None:
    centre, key, _ = sheets
    tree = traced(centre, f"sheet/{key}").json()
    assert facts(tree)["sha256"] == key
    done, felt = (node for node in tree["children"] if node["kind"] == "indicator")
    told = facts(done)
    assert told["formula"].startswith("100 × min(1, ")
    assert told["source"] == "progress.completion"
    assert "形象进度" in told["measure"]
    assert facts(felt)["state"] == "missing"
    assert float(told["leaf_score"]) * float(told["weight"]) == pytest.approx(float(done["value"]), abs=0.01)
    weights = next(node for node in done["children"] if node["kind"] == "weights")
    assert facts(weights)["lambda_max"] == "2.0000"
    assert facts(weights)["random_index"].startswith("0.00, 0.00, 0.58, 0.90")
    assert [node["value"] for node in weights["children"]] == ["0.7500", "0.2500"]
    records = [node for node in done["children"] if node["kind"] == "record"]
    assert records
    assert all(facts(node)["hash"] and facts(node)["frame_sha256"] for node in records)


@pytest.mark.requirement("A01")
def test_a01_a_unit_s_sheet_leads_to_its_projects_sheets_and_on_to_a_still(sheets: tuple[Centre, str, str]) -> None:
    centre, key, unit = sheets
    tree = traced(centre, f"sheet/{unit}").json()
    below = [node for node in walk(tree) if node["kind"] == "sheet" and node["id"] != unit]
    assert [node["id"] for node in below] == [key]
    with writing(centre.engine) as connection:
        connection.execute(
            insert(table_of(tables.Evidence)).values(
                sha256=digest(STILL), gateway="gw-1", size_bytes=len(STILL), received_at=1, width_px=1, height_px=1
            )
        )
    tree = traced(centre, f"sheet/{key}").json()
    stills = [node["evidence"] for node in walk(tree) if node["evidence"]]
    assert {still["sha256"] for still in stills} == {digest(STILL)}  # the facades' newest until then
    assert all(still["captured_at"] < tree["at"] for still in stills)


@pytest.mark.parametrize(
    ("person", "project", "unit"),
    [
        ("leader", 200, 200),
        ("audit", 200, 200),
        ("unit", 200, 200),
        ("owner", 200, 404),
        ("street", 404, 404),
        ("builder", 404, 404),
        ("public", 404, 404),
    ],
)
def test_who_may_see_scores_of_the_subject_sees_its_sheet(
    sheets: tuple[Centre, str, str], person: str, project: int, unit: int
) -> None:
    centre, one, other = sheets
    assert traced(centre, f"sheet/{one}", person).status_code == project
    assert traced(centre, f"sheet/{other}", person).status_code == unit
    assert traced(centre, "sheet/none", person).status_code == 404


def test_peers_are_not_named_to_those_they_judged(sheets: tuple[Centre, str, str]) -> None:
    centre, key, _ = sheets
    with writing(centre.engine) as connection:
        made: Sheet | None = read_sheet(connection, key)
        assert made is not None
        peer = put_sheet(connection, replace(made, kind="peer", author="water"), now_ms=AFTER)
    assert facts(traced(centre, f"sheet/{peer}", "leader").json())["author"] == "water"
    assert "author" not in facts(traced(centre, f"sheet/{peer}", "owner").json())


@pytest.mark.requirement("C08")
def test_c08_a_score_is_read_as_it_stood_on_a_past_day(one_centre: Centre) -> None:
    day = START + timedelta(days=15)
    with reading(one_centre.engine) as connection:
        wanted = text("SELECT total, as_of_at FROM score WHERE subject = 'qp' AND day = :day")
        total, as_of = connection.execute(wanted, {"day": str(day)}).one()
    tree = traced(one_centre, "score/qp", "discipline", day=str(day)).json()
    assert tree["value"].startswith(f"{total:.3f}")
    assert tree["value"] != traced(one_centre, "score/qp", "discipline").json()["value"]
    buildings = [node for node in tree["children"] if node["kind"] == "building"]
    assert [node["id"] for node in buildings] == ["qp-b1", "qp-b2"]
    assert all(child["kind"] == "record" for node in buildings for child in node["children"])
    assert all(node["children"] for node in buildings)
    shown = one_centre.client("discipline").get("/api/v1/projects/qp/score", params={"day": str(day)}).json()
    assert shown["total"] == total
    before = traced(one_centre, "score/qp", "discipline", day=str(START - timedelta(days=9))).json()
    assert (before["value"], before["children"]) == (None, [])
    assert as_of > 0


REFERRED: dict[str, tuple[Any, dict[str, Any]]] = {
    "report/1": (tables.DailyReport, {"project": "qp", "day": START, "kind": "self_report", "author": "builder",
        "document": '{"note":"n","stage":"","photos":["aa"],"claims":{}}', "verdicts": "{}", "sha256": "s",
        "submitted_at": 1}),
    "step/1": (tables.StepRecord, {"project": "qp", "item": "i", "step": "s", "credit_bp": 100, "done_on": START,
        "sha256": "aa", "author": "a", "submitted_at": 1}),
    "life/qp/started": (tables.LifeEventRow, {"project": "qp", "kind": "started", "day": START, "ref": "r",
        "noted_by": "a", "noted_at": 1}),
    "lot/1": (tables.InspectionLot, {"project": "qp", "item": "", "day": START, "inspected": 3, "passed": 2,
        "paper": "p", "author": "a", "noted_at": 1}),
    "safety/1": (tables.SafetyFinding, {"project": "qp", "day": START, "serious": True, "what": "w", "paper": "p",
        "author": "a", "noted_at": 1}),
    "quality/2026-05/区住建局": (tables.QualityMonth, {"month": START, "unit": "区住建局", "rank": 0,
        "counts": "{}", "total_bp": 8919, "grade": "C", "sha256": "s", "frozen_at": 1}),
    "requests/1": (tables.RequestCount, {"unit": "区住建局", "kind": "complaint", "day": START, "received": 4,
        "closed": 3, "minutes": 1, "source": "12345", "given_by": "a", "given_at": 1}),
    "rectification/1": (tables.Rectification, {"project": "qp", "unit": "u", "state": "verified", "origin": "o",
        "evidence": '[{"kind":"photo","sha256":"aa","note":""}]', "created_at": 1, "created_by": "a"}),
    "ledger/qp/1": (tables.FundEntry, {"project": "qp", "nth": 1, "voucher": "v1", "kind": "pay", "day": START,
        "amount_fen": 900, "line": "l", "contract": "", "payee": "p", "wage_fen": 0, "reverses": "",
        "approver": "a", "object_code": "", "note": "", "source": "file", "flags": "", "posted_by": "a",
        "posted_at": 1, "prev_hash": "0", "hash": "h"}),
    "form/1": (tables.EvaluationForm, {"evaluation": 1, "round": 1, "kind": "peer", "filler": "区水务局",
        "person": "n", "state": "submitted", "due_at": 9, "sheet": "s", "submitted_by": "n", "submitted_at": 1,
        "remark": "r"}),
    "form/2": (tables.EvaluationForm, {"evaluation": 1, "round": 1, "kind": "finance", "filler": "", "person": "m",
        "state": "submitted", "due_at": 9, "sheet": "s", "submitted_by": "m", "submitted_at": 1}),
    "file/ff": (tables.ThirdReportFile, {"sha256": "ff", "project": "qp", "content": b"%PDF-", "put_by": "t",
        "media_type": "application/pdf", "put_at": 1}),
    "photo/ee": (tables.Photo, {"sha256": "ee", "format": "jpeg", "size_bytes": 1, "width_px": 1, "height_px": 1,
        "shown_bytes": 1, "received_at": 1}),
}  # fmt: skip
EVALUATION: dict[str, Any] = {
    "subject_kind": "unit",
    "subject": "区住建局",
    "unit": "区住建局",
    "period_kind": "quarter",
    "period": "2026-Q2",
    "policy": 0,
    "state": "collecting",
    "round": 1,
    "opened_at": 1,
    "closes_at": 9,
}
THIRD: dict[str, Any] = {
    "project": "qp",
    "month": "2026-05",
    "sheet": "s",
    "file": "ff",
    "signer": "评估所 李",
    "signed_on": START,
    "uploaded_by": "t",
    "uploaded_at": 1,
}


def test_every_kind_of_reference_that_is_known_names_what_it_is(one_centre: Centre) -> None:
    """Rows of each kind, put there plainly, and each is found again under its reference."""
    with writing(one_centre.engine) as connection, Session(connection) as session:
        for model, row in REFERRED.values():
            session.add(model(**row))
        session.flush()
        connection.execute(insert(table_of(tables.EvaluationRow)).values(**EVALUATION))
        connection.execute(insert(table_of(tables.ThirdReport)).values(**THIRD))
    refs = [*REFERRED, "warning/1", "paper/ee", "report/99", "form/99", "form/x", "nonsense", "ledger/qp/x",
        "quality/2026-13/u", "lot/x"]  # fmt: skip
    with reading(one_centre.engine) as connection:
        found = named_refs(connection, refs)
    assert set(found) == {*REFERRED, "warning/1", "paper/ee"}
    peer, finance, file = found["form/1"], found["form/2"], found["file/ff"]
    assert (peer.unit, peer.value, peer.facts) == ("区住建局", "submitted", {"evaluation": 1, "method": "peer"})
    assert finance.facts["author"] == "m"
    assert (file.projects, file.facts["bytes"], file.facts["signed"]) == (("qp",), 5, f"评估所 李 {START}")
    assert found["report/1"].inside == ("photo/aa",)
    assert found["quality/2026-05/区住建局"].value == "89.19 C"
    assert found["ledger/qp/1"].money["amount_fen"] == 900
    assert "amount_fen" not in found["ledger/qp/1"].facts


def test_amounts_behind_a_value_are_for_those_who_may_read_money(sheets: tuple[Centre, str, str]) -> None:
    centre, key, _ = sheets
    with writing(centre.engine) as connection, Session(connection) as session:
        session.add(
            tables.FundEntry(
                project="qp", nth=1, voucher="v1", kind="pay", day=START, amount_fen=900, line="l", contract="",
                payee="p", wage_fen=0, reverses="", approver="a", object_code="", note="", source="file", flags="",
                posted_by="a", posted_at=1, prev_hash="0", hash="h",
            )
        )  # fmt: skip
        session.flush()
        made = read_sheet(connection, key)
        assert made is not None
        values = (replace(made.values[0], refs=("ledger/qp/1", "odd ref")), made.values[1])
        paid = put_sheet(connection, replace(made, kind="dept", author="leader", values=values), now_ms=AFTER)
    for person, sees in (("leader", True), ("admin", False)):
        nodes = {node["id"]: facts(node) for node in walk(traced(centre, f"sheet/{paid}", person).json())}
        assert ("amount_fen" in nodes["qp/1"]) is sees
        assert nodes["qp/1"]["voucher"] == "v1"
        assert nodes["odd ref"] == {}  # unknown: shown as it is
