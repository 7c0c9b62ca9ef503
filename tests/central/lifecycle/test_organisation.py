"""The organisation: four levels, a tree, from JSON and xlsx alike."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook

from central.lifecycle.organisation import OrganisationTree, read_organisation, read_organisation_xlsx

DOCUMENT: dict[str, Any] = {
    "schema": "siteprogress.organisation/1",
    "units": [
        {"id": "qc", "kind": "district", "name": {"zh": "栖川区", "en": "Qichuan"}},
        {"id": "zj", "parent": "qc", "kind": "department", "name": "区住建局", "steward": "zhao"},
        {"id": "xc", "parent": "sy", "kind": "village", "name": "溪村"},
        {"id": "qp", "parent": "qc", "kind": "street", "name": "青坪街道"},
        {"id": "sy", "parent": "qp", "kind": "community", "name": "书院社区"},
        {"id": "zx", "parent": "zj", "kind": "institution", "name": "区城建中心"},
    ],
}


def changed(edit: Callable[[list[dict[str, Any]]], object]) -> dict[str, Any]:
    """The document with its units changed."""
    document = copy.deepcopy(DOCUMENT)
    edit(document["units"])
    return document


@pytest.mark.requirement("E25")
def test_four_levels_load_parents_first() -> None:
    found = read_organisation(json.dumps(DOCUMENT).encode())
    assert isinstance(found, OrganisationTree), found
    assert [(unit.id, unit.depth) for unit in found.units] == [
        ("qc", 1), ("zj", 2), ("zx", 3), ("qp", 2), ("sy", 3), ("xc", 4),
    ]  # fmt: skip
    assert (found.units[1].steward, found.units[0].name.en, found.units[5].name.en) == ("zhao", "Qichuan", "溪村")


def workbook(
    *rows: tuple[str | None, ...], header: tuple[str, ...] = ("编号", "上级", "类别", "名称", "绩效专员")
) -> bytes:
    """A workbook with the one sheet."""
    book = Workbook()
    page = book.worksheets[0]
    page.title = "组织"
    page.append(list(header))
    for row in rows:
        page.append(list(row))
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_workbook_with_kinds_in_chinese() -> None:
    found = read_organisation_xlsx(
        workbook(
            ("qc", None, "区", "栖川区", None),
            ("qp", "qc", "街道", "青坪街道", "li"),
            ("xc", "qp", "村居", "溪村", None),
        )
    )
    assert isinstance(found, OrganisationTree), found
    assert [(u.id, u.kind, u.steward) for u in found.units] == [
        ("qc", "district", ""), ("qp", "street", "li"), ("xc", "village", ""),
    ]  # fmt: skip
    assert read_organisation(found.document) == found


@pytest.mark.parametrize(
    ("edit", "column", "said"),
    [
        (lambda u: u[3].update(parent="sy"), "units[3].parent", "a circle qp → sy → qp"),
        (lambda u: u[1].update(parent="xx"), "units[1].parent", "unit 'xx'"),
        (
            lambda u: u.append({"id": "v2", "parent": "xc", "kind": "village", "name": "x"}),
            "units[6].parent",
            "level 5",
        ),
        (lambda u: u[1].update(kind="ministry"), "units[1].kind", "one of district, department"),
        (lambda u: u[1].update(id="qc"), "units[1].id", "again"),
        (lambda u: u[1].pop("parent"), "units[1].parent", "the unit above"),
        (lambda u: u[0].update(parent="zj"), "units[0].parent", "nothing above a district"),
        (lambda u: u[1].pop("name"), "units[1].name.zh", "text of 1"),
        (lambda u: u[1].update(boss="x"), "units[1].boss", "unknown key"),
        (lambda u: u.clear(), "units", "at least one entry"),
    ],
)
def test_each_fault_is_told_by_place(edit: Callable[[list[dict[str, Any]]], object], column: str, said: str) -> None:
    found = read_organisation(changed(edit))
    assert isinstance(found, tuple)
    assert any(fault.column == column and said in f"{fault.what} {fault.expected}" for fault in found), found


def test_faults_of_a_workbook_name_the_cell() -> None:
    found = read_organisation_xlsx(workbook(("qc", None, "区", "栖川区", None), ("qp", "xx", "街道", "青坪街道", None)))
    assert isinstance(found, tuple)
    assert [(f.sheet, f.row, f.column) for f in found] == [("组织", 3, "上级")]
    lacking = read_organisation_xlsx(workbook(("qc", "区"), header=("编号", "类别")))
    assert isinstance(lacking, tuple)
    assert "名称" in str(lacking)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"schema": "x"}', b"null"])
def test_what_is_no_organisation_is_said_so(content: bytes) -> None:
    assert isinstance(read_organisation(content), tuple)
    assert isinstance(read_organisation_xlsx(content), tuple)


def test_a_chain_of_thousands_is_answered_at_once() -> None:
    """A way up is not walked to its end for each unit in it."""
    units = [{"id": f"u{n}", "parent": f"u{n - 1}", "kind": "village", "name": "x"} for n in range(1, 4000)]
    found = read_organisation({"schema": "siteprogress.organisation/1", "units": [{**units[0], "id": "u0"}, *units]})
    assert isinstance(found, tuple)
    assert all(len(fault.what) < 200 for fault in found)
