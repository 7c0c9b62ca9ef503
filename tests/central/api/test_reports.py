"""Reports over the API: made of what the API answers, frozen, the same bytes, read by scope."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from central.audit.chain import first_fault
from central.plan.calendar import midnight
from central.report.document import Document, Figure, Table, decoded
from central.report.execution import rate_bp
from central.report.make import ACTOR, Clocks, make_due, period_before
from central.report.rendering import render
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.read_reports import report_of
from central.store.save_audit import entries
from central.store.tables import DeviationRow, Rectification, Report
from central.store.upsert import table_of
from tests.central.api.district import NOW, Centre

MONTHLY = {"kind": "monthly", "about": "", "period": "2026-05-10"}
REPORTS = table_of(Report)


def made(centre: Centre, asked: dict[str, Any], *, by: str = "leader") -> dict[str, Any]:
    answer = centre.client(by).post("/api/v1/reports", json=asked)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def content(centre: Centre, number: int) -> Document:
    with reading(centre.engine) as connection:
        row = report_of(connection, number)
    assert row is not None
    return decoded(row.content)


def figures(document: Document, name: str) -> list[int | None]:
    """Figures beside this Chinese name in tables of facts."""
    tables = [block for section in document.sections for block in section.blocks if isinstance(block, Table)]
    rows = [row for table in tables if not table.heads for row in table.rows if getattr(row[0], "zh", "") == name]
    return [cell.value for row in rows for cell in row[1:] if isinstance(cell, Figure)]


@pytest.mark.requirement("D21")
def test_the_month_is_frozen_once_in_the_trail(own_centre: Centre) -> None:
    first = made(own_centre, MONTHLY)
    assert (first["period"], first["unit"], first["made_by"]) == ("2026-05-01", None, "leader")
    assert made(own_centre, {**MONTHLY, "period": "2026-05-31"}, by="audit")["id"] == first["id"]
    with reading(own_centre.engine) as connection:
        trail = list(entries(connection))
        kept = connection.execute(select(REPORTS)).one()
    assert first_fault(trail) is None
    assert [one.object for one in trail if one.action == "report.freeze"] == [f"report/{first['id']}"]
    assert hashlib.sha256(kept.content.encode()).hexdigest() == first["sha256"]


def test_the_month_has_the_numbers_of_the_midnight_that_ends_it(one_centre: Centre) -> None:
    found = content(one_centre, made(one_centre, MONTHLY)["id"])
    deviations = table_of(DeviationRow)
    with reading(one_centre.engine) as connection:
        at_end = (deviations.c.subject == "qp", deviations.c.as_of_at == to_ms(midnight(date(2026, 6, 1))))
        last = connection.execute(select(deviations).where(*at_end)).one()
    table = next(block for section in found.sections if section.heading.en == "Projects" for block in section.blocks)
    assert isinstance(table, Table)
    row = next(row for row in table.rows if getattr(row[0], "zh", "") == "项目qp")
    rate = rate_bp(last.actual_bp, last.plan_bp)
    assert row[2:5] == (Figure(last.plan_bp, "bp"), Figure(last.actual_bp, "bp"), Figure(rate, "signed_bp"))


@pytest.mark.requirement("D21")
def test_rows_over_the_threshold_become_drafts_once(own_centre: Centre) -> None:
    made(own_centre, MONTHLY)
    made(own_centre, {**MONTHLY, "about": "区住建局"})
    drafts = table_of(Rectification)
    with reading(own_centre.engine) as connection:
        rows = connection.execute(select(drafts).where(drafts.c.state == "draft")).all()
    assert [(row.origin, row.project) for row in rows] == [("report/2026-05/qp", "qp")]
    assert "2026年05月" in rows[0].title and "进度滞后" in rows[0].title


@pytest.mark.requirement("A20")
def test_a_project_report_has_the_numbers_of_the_api(one_centre: Centre) -> None:
    client = one_centre.client("leader")
    project = client.get("/api/v1/projects/qp").json()
    money = client.get("/api/v1/projects/qp/money").json()
    found = content(one_centre, made(one_centre, {"kind": "risk_project", "about": "qp"})["id"])
    assert figures(found, "计划进度") == [project["plan_bp"]]
    assert figures(found, "实际进度") == [project["actual_bp"]]
    assert figures(found, "滞后工日") == [project["lag_cdays"]]
    assert figures(found, "合同额") == [project["contract_fen"]]
    assert figures(found, "已支付") == [money["paid_fen"]]
    assert figures(found, "绩效得分") == [int(project["score"]["total"] * 1000 + 0.5)]
    assert [section.heading.zh for section in found.sections] == [
        "结论", "事实", "计划与实际", "完工预测", "资金影响", "可能原因", "建议", "证据", "数据质量",
    ]  # fmt: skip


@pytest.mark.requirement("A20")
def test_a_warning_report_tells_its_life_and_the_same_facts_are_the_same_report(own_centre: Centre) -> None:
    client = own_centre.client("leader")
    warning = client.get("/api/v1/warnings", params={"project": "qp"}).json()["warnings"][0]
    asked = {"kind": "risk_warning", "about": warning["id"]}
    first, again = made(own_centre, asked), made(own_centre, asked, by="audit")
    assert first["id"] == again["id"] and first["project"] == "qp"
    assert first["as_of"] is not None
    found = content(own_centre, first["id"])
    assert any(warning["text"]["zh"] in str(section) for section in found.sections)


@pytest.mark.requirement("A20")
@pytest.mark.parametrize("format_", ["pdf", "docx", "xlsx"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_documents_are_the_same_bytes(one_centre: Centre, format_: Any, language: Any) -> None:
    report = made(one_centre, {"kind": "risk_project", "about": "qp"})
    client, path = one_centre.client("leader"), f"/api/v1/reports/{report['id']}/file"
    first = client.get(path, params={"format": format_, "language": language}, timeout=300)
    assert first.status_code == 200, first.text
    digest = hashlib.sha256(first.content).hexdigest()
    assert first.headers["X-Content-SHA256"] == digest
    again = render(content(one_centre, report["id"]), language, format_, pictures=lambda _: None)
    assert hashlib.sha256(again).hexdigest() == digest
    shown = client.get(f"/api/v1/reports/{report['id']}").json()
    assert shown["documents"] == [{"language": language, "format": format_, "sha256": digest}]


def test_numbers_in_the_workbook_are_numbers(one_centre: Centre) -> None:
    report = made(one_centre, MONTHLY)
    answer = one_centre.client("leader").get(f"/api/v1/reports/{report['id']}/file", params={"format": "xlsx"})
    book = load_workbook(BytesIO(answer.content))
    values = [cell.value for page in book for row in page.iter_rows() for cell in row]
    assert any(isinstance(value, float) and -1 <= value < 0 for value in values)
    with ZipFile(BytesIO(answer.content)) as packed:
        assert {info.date_time[0] for info in packed.infolist()} == {1980}


def test_scope_decides_who_reads_and_makes(own_centre: Centre) -> None:
    risk, month = made(own_centre, {"kind": "risk_project", "about": "qp"}), made(own_centre, MONTHLY)
    mine = made(own_centre, {**MONTHLY, "about": "区住建局"}, by="unit")
    sees = {"leader": {risk["id"], month["id"], mine["id"]}, "owner": {risk["id"]}, "unit": {risk["id"], mine["id"]}}
    for person, expected in sees.items():
        client = own_centre.client(person)
        assert {one["id"] for one in client.get("/api/v1/reports").json()["reports"]} == expected, person
        for number in (risk["id"], month["id"], mine["id"]):
            status = client.get(f"/api/v1/reports/{number}").status_code
            assert status == (200 if number in expected else 404), (person, number)
    for person in ("street", "builder", "public", "nobody"):
        assert own_centre.client(person).get("/api/v1/reports").status_code == 404, person
    for asked in (MONTHLY, {"kind": "risk_project", "about": "ml"}, {**MONTHLY, "about": "区教育局"}):
        assert own_centre.client("owner").post("/api/v1/reports", json=asked).status_code == 404


@pytest.mark.parametrize(
    ("asked", "status", "where"),
    [
        ({**MONTHLY, "period": "2026-06-10"}, 422, "body.period"),
        ({**MONTHLY, "period": None}, 422, "body.period"),
        ({**MONTHLY, "about": "没有的单位"}, 422, "body.about"),
        ({"kind": "risk_project", "about": "xx"}, 404, "project"),
        ({"kind": "risk_warning", "about": "99999"}, 404, "warning"),
        ({"kind": "risk_warning", "about": "甲"}, 404, "warning"),
    ],
)
def test_what_cannot_be_made_is_said(one_centre: Centre, asked: dict[str, Any], status: int, where: str) -> None:
    answer = one_centre.client("leader").post("/api/v1/reports", json=asked)
    assert (answer.status_code, answer.json()["error"]["where"]) == (status, where)


@pytest.mark.requirement("A48")
def test_the_bulletin_has_the_numbers_of_the_api(own_centre: Centre) -> None:
    report = made(own_centre, {**MONTHLY, "kind": "quality"})
    units = own_centre.client("leader").get("/api/v1/quality", params={"month": "2026-05-01"}).json()["units"]
    ranking = content(own_centre, report["id"]).sections[0].blocks[0]
    assert isinstance(ranking, Table)
    shown = [(row[0].value, row[1].zh, row[2].value) for row in ranking.rows]  # type: ignore[union-attr]
    totals = [None if one["total_bp"] is None else one["total_bp"] * 10 for one in units]
    assert shown == [(one["rank"], one["unit"], total) for one, total in zip(units, totals, strict=True)]


@pytest.mark.requirement("D21")
def test_what_is_due_is_made_for_the_district_and_each_unit(own_centre: Centre) -> None:
    clocks = Clocks(now=NOW, wall_ms=to_ms(NOW))
    with writing(own_centre.engine) as connection:
        assert make_due(connection, kind="monthly", clocks=clocks) == "3 reports"
        assert make_due(connection, kind="monthly", clocks=clocks) == "0 reports"
    later = replace(clocks, now=NOW + timedelta(days=70))  # nothing ran for two months
    with writing(own_centre.engine) as connection:
        assert make_due(connection, kind="monthly", clocks=later) == "6 reports"
        assert make_due(connection, kind="quarterly", clocks=later) == "3 reports"
        rows = connection.execute(select(REPORTS)).all()
    assert {row.made_by for row in rows} == {ACTOR}
    assert {row.period for row in rows if row.kind == "monthly"} == {
        date(2026, 5, 1),
        date(2026, 6, 1),
        date(2026, 7, 1),
    }


@pytest.mark.parametrize(("hour", "outcome"), [(7, "0 reports"), (8, "3 reports")])
def test_a_month_is_not_made_before_eight(one_centre: Centre, hour: int, outcome: str) -> None:
    begun = Clocks(now=midnight(date(2026, 6, 1)) + timedelta(hours=9), wall_ms=0)
    at = Clocks(now=midnight(date(2026, 7, 1)) + timedelta(hours=hour), wall_ms=0)
    with writing(one_centre.engine) as connection:
        make_due(connection, kind="monthly", clocks=begun)
        assert make_due(connection, kind="monthly", clocks=at) == outcome


@pytest.mark.parametrize(
    ("day", "kind", "first"),
    [
        (date(2026, 6, 1), "monthly", date(2026, 5, 1)),
        (date(2026, 1, 31), "quality", date(2025, 12, 1)),
        (date(2026, 6, 30), "quarterly", date(2026, 1, 1)),
        (date(2026, 1, 1), "quarterly", date(2025, 10, 1)),
    ],
)
def test_the_period_that_is_over(day: date, kind: Any, first: date) -> None:
    assert period_before(day, kind) == first
