"""Money on the desk: the ledger of a period with its proof, and what may be paid."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.central.api.district import Centre
from tests.web.conftest import Visitor
from tests.web.richer import post


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
    expect(page.locator("main")).to_contain_text("支-1 (金额 (分))" if lang == "zh" else "支-1 (amount (fen))")
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
