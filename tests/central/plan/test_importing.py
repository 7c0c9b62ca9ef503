"""Plan files: right as a whole, or every fault by place."""

from __future__ import annotations

import copy
import json
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from central.plan.document import ImportedPlan
from central.plan.exporting import plan_document, write_plan_xlsx
from central.plan.fault import PlanError
from central.plan.importing import read_plan_json, read_plan_xlsx
from central.plan.workbook import BYTES_MAX, ROWS_MAX

PLAN: dict[str, Any] = {
    "schema": "siteprogress.plan/1",
    "project": {
        "id": "qp",
        "code": "2512-330199-04-01-100101",
        "name": {"zh": "青坪保障房", "en": "Qingping social housing"},
        "street": {"zh": "青坪街道", "en": "Qingping street"},
        "unit": {"zh": "区城建中心", "en": "District construction centre"},
        "work_type": "new_build",
        "contract_fen": 361_200_050,
        "budget_fen": 380_000_000,
        "start": "2026-05-01",
        "finish": "2026-08-31",
        "pauses": [{"from": "2026-06-01", "to": "2026-06-03", "reason": "台风", "approved_by": "区住建局"}],
    },
    "buildings": [
        {
            "id": f"qp-b{n}",
            "name": {"zh": f"{n}号楼", "en": f"Building {n}"},
            "storeys": 6,
            "weight_bp": weight,
            "faces": [{"camera": "c1", "gateway": "gw-qp", "face": f"qp-b{n}-front"}],
            "items": [
                {
                    "id": f"qp-b{n}-{name}",
                    "name": {"zh": name, "en": name},
                    "weight_bp": share,
                    "credits": {"structure": low, "finished": 10_000},
                    "points": [{"day": "2026-05-10", "cum_bp": 1000}, {"day": "2026-08-31", "cum_bp": 10_000}],
                }
                for name, share, low in (("structure", 6000, 10_000), ("finish", 4000, 0))
            ],
        }
        for n, weight in ((1, 5500), (2, 4500))
    ],
}


def changed(edit: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    document = copy.deepcopy(PLAN)
    edit(document)
    return document


def errors(found: ImportedPlan | tuple[PlanError, ...]) -> tuple[PlanError, ...]:
    assert isinstance(found, tuple)
    return found


def plan(found: ImportedPlan | tuple[PlanError, ...]) -> ImportedPlan:
    assert isinstance(found, ImportedPlan), found
    return found


def item(document: dict[str, Any], building: int = 0, index: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = document["buildings"][building]["items"][index]
    return found


def test_json_and_xlsx_say_the_same_and_come_back() -> None:
    from_json = plan(read_plan_json(json.dumps(PLAN).encode()))
    from_xlsx = plan(read_plan_xlsx(write_plan_xlsx(PLAN)))
    assert from_json.project == from_xlsx.project
    assert from_json.faces == from_xlsx.faces
    assert json.loads(json.dumps(from_xlsx.document))["buildings"] == PLAN["buildings"]
    again = plan_document(from_json.project, from_json.faces)
    assert plan(read_plan_json(again)).project == from_json.project


def test_what_a_plan_holds() -> None:
    found = plan(read_plan_json(PLAN))
    project = found.project
    assert (project.contract_fen, len(project.pauses), project.buildings[1].weight_bp) == (361_200_050, 1, 4500)
    later = ("infill", "base", "finished")
    assert project.buildings[0].items[0].credits == (("structure", 10_000), *((stage, 10_000) for stage in later))
    assert project.buildings[0].items[1].credits == (
        ("structure", 0), ("infill", 0), ("base", 0), ("finished", 10_000),
    )  # fmt: skip
    assert [(f.gateway, f.camera, f.building, f.face) for f in found.faces][1] == (
        "gw-qp",
        "c1",
        "qp-b2",
        "qp-b2-front",
    )


@pytest.mark.parametrize(
    ("edit", "column", "words"),
    [
        (lambda d: d.update(schema="siteprogress.plan/9"), "schema", "siteprogress.plan/1"),
        (lambda d: d.pop("project"), "project", "the project's own data"),
        (lambda d: d.update(buildings=[]), "buildings", "at least one entry"),
        (lambda d: d["buildings"].append("x"), "buildings[2]", "an object"),
        (lambda d: d["buildings"][1].update(weight_bp=4000), "buildings[1].weight_bp", "sum to 9500"),
        (lambda d: item(d).update(weight_bp=5000), "buildings[0].items[1].weight_bp", "qp-b1 sum to 9000"),
        (lambda d: item(d).update(weight_bp="6000"), "buildings[0].items[0].weight_bp", "text '6000'"),
        (lambda d: item(d).update(weight_bp=True), "buildings[0].items[0].weight_bp", "true"),
        (lambda d: item(d).update(weight_bp=6000.5), "buildings[0].items[0].weight_bp", "whole number"),
        (lambda d: d["buildings"][1].update(id="qp-b1"), "buildings[1].id", "again (buildings[0].id)"),
        (lambda d: d["buildings"][1].update(id="a b"), "buildings[1].id", "letters, digits"),
        (lambda d: item(d)["credits"].update(roof=1), "buildings[0].items[0].credits.roof", "void"),
        (lambda d: item(d)["credits"].update(finished=1), "buildings[0].items[0].credits.finished", "1 after"),
        (lambda d: item(d)["points"][1].update(cum_bp=900), "buildings[0].items[0].points[1].cum_bp", "900 after"),
        (lambda d: item(d)["points"][1].update(cum_bp=9000), "buildings[0].items[0].points[1].cum_bp", "at 9000"),
        (lambda d: item(d)["points"][0].update(day="2026-04-30"), "buildings[0].items[0].points[0].day", "before the"),
        (lambda d: item(d)["points"][1].update(day="2026-09-01"), "buildings[0].items[0].points[1].day", "after the"),
        (lambda d: item(d)["points"][1].update(day="2026-05-10"), "buildings[0].items[0].points[1].day", "again"),
        (lambda d: item(d)["points"][0].update(day=46150), "buildings[0].items[0].points[0].day", "YYYY-MM-DD"),
        (lambda d: item(d)["points"][0].update(cum_bp=10_001), "buildings[0].items[0].points[0].cum_bp", "0 to 10000"),
        (lambda d: d["project"].update(work_type="bridge"), "project.work_type", "new_build, renovation, road"),
        (lambda d: d["project"].update(finish="2026-05-01"), "project.finish", "a day after the start"),
        (lambda d: d["project"].update(contract_fen=-1), "project.contract_fen", "whole number of fen from 0"),
        (lambda d: d["project"].update(name={"zh": ""}), "project.name.zh", "text of 1 to 128"),
        (lambda d: d["project"]["pauses"][0].update(to="2026-05-30"), "project.pauses[0].to", "from 2026-06-01 on"),
        (lambda d: d["project"]["pauses"][0].update(to="2032-01-01"), "project.pauses[0].to", "at most 5 years"),
        (lambda d: d["project"].update(pauses=d["project"]["pauses"] * 201), "project.pauses[200]", "at most 200"),
        (lambda d: d["project"].update(name={"zh": "a\x07b"}), "project.name.zh", "without control characters"),
        (lambda d: d["project"].update(name={"zh": "\ud800"}), "project.name.zh", "without control characters"),
        (lambda d: d["project"]["pauses"][0].update(reason="\0"), "project.pauses[0].reason", "without control"),
        (lambda d: d["project"].update(start="0202-05-01"), "project.start", "a date from 2000-01-01"),
        (lambda d: d["project"].update(finish="9999-12-31"), "project.finish", "to 2099-12-31"),
        (lambda d: d["project"].update(pause=[]), "project.pause", "unknown key one of id, code"),
        (lambda d: item(d).update(point=item(d).pop("points")), "buildings[0].items[0].point", "unknown key"),
        (lambda d: d["buildings"][0]["faces"][0].update(gateway="GW_1"), "buildings[0].faces[0].gateway", "gateway id"),
        (lambda d: d["project"]["pauses"][0].pop("approved_by"), "project.pauses[0].approved_by", "text"),
        (lambda d: d["buildings"][1]["faces"].extend(d["buildings"][0]["faces"]), "buildings[1].faces[1].face", "once"),
    ],
)  # fmt: skip
def test_each_fault_is_told_by_place(edit: Callable[[dict[str, Any]], object], column: str, words: str) -> None:
    found = errors(read_plan_json(changed(edit)))
    assert {(e.sheet, e.row) for e in found} == {("json", None)}
    assert any(e.column == column and words in f"{e.what} {e.expected}" for e in found), found


def test_all_faults_come_at_once() -> None:
    def edit(document: dict[str, Any]) -> None:
        document["project"]["start"] = "soon"
        item(document)["weight_bp"] = None
        item(document, 1)["points"][1]["cum_bp"] = 5

    assert {e.column for e in errors(read_plan_json(changed(edit)))} == {
        "project.start",
        "buildings[0].items[0].weight_bp",
        "buildings[1].items[0].points[1].cum_bp",
    }


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'"plan"', b"[]", b"null"])
def test_what_is_no_plan_is_said_so(content: bytes) -> None:
    assert errors(read_plan_json(content))


def edited(edit: Callable[[Any], object]) -> bytes:
    book = load_workbook(BytesIO(write_plan_xlsx(PLAN)))
    edit(book)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def write(sheet: str, cell: str, value: object) -> Callable[[Any], object]:
    def edit(book: Any) -> None:
        book[sheet][cell] = value

    return edit


@pytest.mark.parametrize(
    ("edit", "place", "words"),
    [
        (write("楼栋", "E3", 4000), ("楼栋", 3, "权重(基点)"), "sum to 9500"),
        (write("楼栋", "E3", "=4500"), ("楼栋", 3, "权重(基点)"), "formula '=4500'"),
        (write("楼栋", "E3", "四千五"), ("楼栋", 3, "权重(基点)"), "whole number"),
        (write("楼栋", "E3", "#REF!"), ("楼栋", 3, "权重(基点)"), "error '#REF!'"),
        (write("楼栋", "A3", date(2026, 3, 1)), ("楼栋", 3, "编号"), "the spreadsheet took it for a date"),
        (write("项目", "C2", 251233019904011001), ("项目", 2, "项目代码"), "over 15 digits"),
        (write("项目", "M2", "2026-02-30"), ("项目", 2, "开工"), "YYYY-MM-DD"),
        (write("计划", "C3", "1,00"), ("计划", 3, "累计(基点)"), "whole number"),
        (write("计划", "C3", 900), ("计划", 3, "累计(基点)"), "900 after 1000 (计划 row 2)"),
        (write("计划", "B2", "明天"), ("计划", 2, "日期"), "YYYY-MM-DD"),
        (write("计划", "A2", "nobody"), ("计划", 2, "分项"), "an id of sheet 分项"),
        (write("分项", "A2", "nowhere"), ("分项", 2, "楼栋"), "an id of sheet 楼栋"),
        (write("项目", "A2", "v0"), ("项目", 2, "格式"), "siteprogress.plan/1"),
        (write("项目", "K2", 1.005), ("项目", 2, "合同价(元)"), "number 1.005 yuan from 0.00 to"),
        (write("项目", "K2", "800万"), ("项目", 2, "合同价(元)"), "text '800万' yuan from 0.00 to"),
        (write("项目", "K2", -5), ("项目", 2, "合同价(元)"), "-5.00 yuan yuan from 0.00 to"),
        (write("项目", "D2", None), ("项目", 2, "名称"), "text of 1 to 128"),
        (write("项目", "B3", "second"), ("项目", 3, None), "one project a file"),
        (write("分项", "F1", "结够(基点)"), ("分项", 1, "结够(基点)"), "结构(基点)"),
        (lambda book: book["分项"].merge_cells("A2:A3"), ("分项", 3, "楼栋"), "unmerge and fill each"),
        (lambda book: book["楼栋"].delete_rows(2, 9), ("楼栋", 2, None), "no filled row"),
        (write("楼栋", "E1", "份量"), ("楼栋", 1, "权重(基点)"), "a column 权重(基点) or Weight (bp)"),
        (lambda book: book.remove(book["计划"]), ("计划", None, None), "a sheet named 计划 or Plan"),
    ],
)
def test_faults_of_a_workbook(edit: Callable[[Any], object], place: tuple[object, ...], words: str) -> None:
    found = errors(read_plan_xlsx(edited(edit)))
    assert any((e.sheet, e.row, e.column) == place and words in f"{e.what} {e.expected}" for e in found), found


def test_english_sheets_headers_and_loose_spelling_are_read() -> None:
    def rename(book: Any) -> None:
        book["楼栋"].title = "Buildings"
        book["Buildings"]["E1"] = " weight (BP) "
        book["计划"]["C1"] = "累计（基点）"

    assert plan(read_plan_xlsx(edited(rename))).project == plan(read_plan_json(PLAN)).project


@pytest.mark.parametrize(
    "edit",
    [
        write("楼栋", "E3", "4500"),
        write("楼栋", "E3", " ４，５００ "),
        write("楼栋", "E3", 4500.0),
        write("项目", "K2", "3,612,000.50"),
        write("项目", "K2", "¥3612000.5"),
        write("项目", "K2", 3612000.4999999998),
        write("项目", "M2", "2026/5/1"),
        write("项目", "M2", "2026年5月1日"),
        write("项目", "M2", datetime(2026, 5, 1, 8, 30)),  # noqa: DTZ001  a cell has no zone
        write("计划", "B2", "２０２６．５．１０"),
        write("分项", "A2", " qp-b1 "),
        write("分项", "A9", "  "),
        lambda book: book["计划"].insert_rows(4, 3),
        lambda book: book["分项"].insert_cols(1),
    ],
)
def test_what_offices_type_is_read_as_it_was_meant(edit: Callable[[Any], object]) -> None:
    assert plan(read_plan_xlsx(edited(edit))).project == plan(read_plan_json(PLAN)).project


def test_the_template_has_every_sheet_and_is_refused_while_empty() -> None:
    template = write_plan_xlsx()
    wanted = ["项目", "标段", "楼栋", "单元", "分项", "步骤", "计划", "里程碑", "机位", "停工", "节点", "依赖"]
    assert load_workbook(BytesIO(template)).sheetnames == wanted
    found = errors(read_plan_xlsx(template))
    assert {(e.sheet, e.row, e.what) for e in found} == {(s, 2, "no filled row") for s in ("楼栋", "分项")}


def test_a_workbook_that_says_a_wrong_size_of_itself_is_read_whole() -> None:
    content = repacked(lambda name, part: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', part))
    assert plan(read_plan_xlsx(content)).project == plan(read_plan_json(PLAN)).project


@pytest.mark.parametrize("at", range(40, 2000, 97))
def test_a_damaged_workbook_is_told_or_read_and_never_breaks(at: int) -> None:
    damaged = bytearray(write_plan_xlsx(PLAN))
    damaged[at : at + 3] = b"\xff\x00\xff"
    read_plan_xlsx(bytes(damaged))


@pytest.mark.parametrize(
    "text", [b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]>', b'<!DOCTYPE r [<!ENTITY x "xxxx">]>']
)
def test_entities_bring_nothing_in(text: bytes) -> None:
    def with_entity(name: str, part: bytes) -> bytes:
        return text + part.split(b"?>", 1)[-1].replace(b"<t>", b"<t>&x;", 1) if name.endswith("sheet1.xml") else part

    found = read_plan_xlsx(repacked(with_entity))
    assert isinstance(found, tuple)
    assert "root" not in str(found)


def repacked(edit: Callable[[str, bytes], bytes]) -> bytes:
    """The plan's workbook with each part of its archive edited."""
    source, stream = zipfile.ZipFile(BytesIO(write_plan_xlsx(PLAN))), BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, edit(name, source.read(name)))
    return stream.getvalue()


def bomb() -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (65 * 1024 * 1024))
    return stream.getvalue()


def long() -> bytes:
    book = Workbook(write_only=True)
    for name in ("项目", "楼栋", "分项", "计划"):
        sheet = book.create_sheet(name)
        for _ in range(ROWS_MAX + 2 if name == "计划" else 1):
            sheet.append(["分项", "日期", "累计(基点)"])
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"junk", "no workbook, but for example CSV or text an xlsx workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save it as .xlsx"),
        (b"", "an empty file"),
        (b"x" * (BYTES_MAX + 1), "at most"),
        (write_plan_xlsx(PLAN)[:2000], "an xlsx workbook"),
        (bomb(), "bytes unpacked"),
        (long(), f"at most {ROWS_MAX}"),
    ],
    ids=["junk", "old", "empty", "big", "truncated", "bomb", "long"],
)
def test_files_that_are_no_workbook_or_too_large(content: bytes, words: str) -> None:
    assert any(words in f"{e.what} {e.expected}" for e in errors(read_plan_xlsx(content)))


def test_a_name_broken_into_lines_in_its_cell_is_one_line() -> None:
    found = plan(read_plan_xlsx(edited(write("项目", "D2", " 青坪\n保障房\t一期 "))))
    assert found.project.name.zh == "青坪 保障房 一期"
