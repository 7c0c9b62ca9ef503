"""Money on the desk: the ledger of a period with its proof, and what may be paid."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.central.api.district import Centre
from tests.central.api.test_ledger import person
from tests.web.conftest import Visitor


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


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_any_period_adds_up_and_its_package_is_saved(
    visitor: Visitor, own_centre: Centre, tmp_path: Path, lang: str
) -> None:
    post(own_centre)
    visit = visitor()
    english = "&lang=en" if lang == "en" else ""
    visit.enter("audit", path=f"/audit/ledger?from=2026-05-03&to=2026-05-31{english}", until=".sum")
    page = visit.page
    said = [text.split()[0] for text in page.locator(".sum .amount").all_inner_texts()]
    assert said == (["300.00", "0.00", "120.00", "180.00"] if lang == "zh" else ["3.00", "0.00", "1.20", "1.80"])
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.locator(".reversal")).to_have_count(1)
    expect(page.locator("main")).to_contain_text("支-1 (amount_fen)")
    visit.shoot(f"audit-1440-{lang}")
    with page.expect_download() as saved:
        page.locator(".head .btn.main").click()
    path = tmp_path / "package.zip"
    saved.value.save_as(path)
    assert "verify.py" in zipfile.ZipFile(path).namelist()
    page.locator("form.ask input[type=date]").first.fill("2026-06-30")
    page.locator("form.ask button").click()
    expect(page.locator("form.ask [role=alert]")).to_be_visible()  # the first day after the last
    assert visit.complaints == []


@pytest.mark.parametrize("size", [(1440, 900), (360, 780)])
def test_advice_says_what_may_be_paid_and_wages_stand_apart(
    visitor: Visitor, own_centre: Centre, size: tuple[int, int]
) -> None:
    post(own_centre)
    visit = visitor(size=size)
    visit.enter("leader", path="/money/advice/qp", until=".wages")
    expect(visit.page.locator(".wages")).to_contain_text("不受预警影响")
    expect(visit.page.locator("main")).to_contain_text("建议(须人工审批)")
    assert visit.overflow_px() == 0
    visit.shoot(f"money-{size[0]}-zh")
    assert visit.complaints == []


def test_who_may_not_read_money_is_not_led_there(visitor: Visitor, centre: Centre) -> None:
    visit = visitor()
    visit.enter("builder", path="/", until=".rail a")
    assert visit.page.locator(".rail a[href^='/money'], .rail a[href^='/audit']").count() == 0
