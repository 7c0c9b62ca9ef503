"""Files of entries over HTTP: what loads, what is kept aside, what is no ledger."""

from __future__ import annotations

import httpx
import pytest
from sqlmodel import Session, select

from central.api.sent_files import XLSX_TYPE
from central.store import tables
from tests.central.api.bookkeeping import an_entry, finance, person
from tests.central.api.district import Centre
from tests.central.money.build import a_row, a_workbook, damaged


def sent(client: httpx.Client, content: bytes, kind: str = XLSX_TYPE) -> httpx.Response:
    """POST a file."""
    return client.post("/api/v1/ledger/import", content=content, headers={"Content-Type": kind})


def test_wrong_rows_are_kept_aside_and_the_rest_load(own_centre: Centre) -> None:
    client = finance(own_centre)
    rows = [
        a_row("v1", 1, project="qp"),
        a_row("v2", "=1+1", project="qp"),
        a_row("v1", 2, project="qp"),
        a_row("v3", 3, project="nowhere"),
        a_row("v4", 4, project="ml", kind="下达"),
        a_row("v1", 1, project="qp"),
    ]
    content = a_workbook(rows).getvalue()
    answer = sent(client, content)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert [found[name] for name in ("posted", "known", "conflicts", "refused")] == [2, 1, 1, 2]
    assert [(row["row"], row["column"]) for row in found["refused_rows"]] == [
        (3, "金额(元)"),
        (4, "凭证号"),
        (5, "项目代码"),
    ]
    assert found["refused_rows"][1]["refusal"]["what"]["zh"] == "凭证 v1 已入账, 金额(元) 与账上不同"
    again = client.post("/api/v1/ledger/import", files={"file": ("资金.xlsx", content, "application/octet-stream")})
    assert [again.json()[name] for name in ("posted", "known", "conflicts", "refused")] == [0, 3, 1, 2]
    kept = client.get(f"/api/v1/ledger/imports/{found['import_id']}", params={"limit": 1}).json()
    assert (kept["refused"], kept["imported_by"], kept["after"]) == (2, "finance", 3)
    assert kept["refused_rows"][0]["refusal"]["code"] == "formula"
    rest = client.get(f"/api/v1/ledger/imports/{found['import_id']}", params={"after": 3}).json()
    assert [row["row"] for row in rest["refused_rows"]] == [4, 5]
    other = person(own_centre, "schools", "finance", "unit", "区教育局")
    assert other.get(f"/api/v1/ledger/imports/{found['import_id']}").status_code == 404
    assert len(client.get("/api/v1/ledger/conflicts").json()["conflicts"]) == 1


def test_a_file_may_be_called_what_it_likes_and_break_off(own_centre: Centre) -> None:
    client = finance(own_centre)
    whole = a_workbook([a_row("v1", 1, project="qp"), a_row("v2", 2, project="qp")]).getvalue()
    cut = damaged(whole, lambda xml: xml[: xml.index(b'<row r="3"')], keep_sums=False).read()
    head = b'--B\r\nContent-Disposition: form-data; name="file"; filename="a\x00b\xd6.xlsx"\r\n\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=B"}
    found = client.post("/api/v1/ledger/import", content=head + cut + b"\r\n--B--\r\n", headers=kind)
    assert found.status_code == 200, found.text
    assert (found.json()["posted"], found.json()["refused"]) == (1, 1)
    assert [(row["row"], row["column"]) for row in found.json()["refused_rows"]] == [(3, "")]
    (listed,) = client.get("/api/v1/ledger/imports").json()["imports"]
    assert (listed["filename"], listed["ended_at"] is not None) == ("a\ufffdb\ufffd.xlsx", True)


@pytest.mark.parametrize(("field", "value"), [("amount_fen", True), ("day", 1767225600), ("wage_fen", False)])
def test_a_flag_is_no_amount_and_a_number_no_day(one_centre: Centre, field: str, value: object) -> None:
    answer = finance(one_centre).post("/api/v1/ledger/entries", json={"entries": [an_entry() | {field: value}]})
    assert (answer.status_code, answer.json()["error"]["where"]) == (422, f"body.entries.0.{field}")


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"no workbook", XLSX_TYPE, 422),
        (a_workbook([], header=["a", "b"]).getvalue(), XLSX_TYPE, 422),
        (b"a,b", "text/csv", 415),
        (b"{}", "application/json", 415),
    ],
)
def test_a_file_that_is_no_ledger_leaves_nothing(one_centre: Centre, content: bytes, kind: str, status: int) -> None:
    assert sent(finance(one_centre), content, kind).status_code == status
    with Session(one_centre.engine) as session:
        assert session.exec(select(tables.FundImport)).all() == []


def test_the_template_is_a_sheet_that_loads(one_centre: Centre) -> None:
    client = finance(one_centre)
    found = client.get("/api/v1/ledger/template")
    assert found.headers["content-type"] == XLSX_TYPE
    assert sent(client, found.content).json()["posted"] == 0
