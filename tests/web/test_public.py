"""What a citizen sees behind the code at the fence: no login, plain words, large type, a poster to print."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.central.api.district import Centre
from tests.central.api.test_public import publish
from tests.web.browser import DESK, PHONE
from tests.web.conftest import Visitor
from tests.web.test_access import _findings


@pytest.mark.requirement("A54")
@pytest.mark.parametrize(("size", "lang"), [(DESK, "zh"), (PHONE, "en")], ids=["desk-zh", "phone-en"])
def test_a54_a_citizen_reads_how_far_the_work_is(
    visitor: Visitor, own_centre: Centre, size: tuple[int, int], lang: str
) -> None:
    publish(own_centre, "qp")
    publish(own_centre, "ml")
    visit = visitor(size=size)
    english = "?lang=en" if lang == "en" else ""
    visit.go(f"/p/qp{english}", until="figure img")
    visit.page.locator("table tbody tr").first.wait_for()
    said = visit.page.locator(".words").inner_text()
    assert ("明显落后" in said and "计划是 74%" in said) if lang == "zh" else ("Clearly behind" in said)
    expect(visit.page.locator("tbody tr")).to_have_count(1)  # the other project
    assert visit.page.locator("figure img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    assert visit.overflow_px() == 0
    visit.shoot(f"public-{size[0]}-{lang}")
    assert _findings(visit.page) == []
    before = visit.page.locator("h1").evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    visit.page.locator("nav a").nth(1).click()
    visit.page.wait_for_url("**big=1*")
    after = visit.page.locator("h1").evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    assert after == pytest.approx(1.25 * before)
    assert visit.overflow_px() == 0
    assert visit.complaints == []


def test_what_is_not_public_is_not_there_and_the_poster_leads_to_the_page(visitor: Visitor, own_centre: Centre) -> None:
    visit = visitor()
    visit.go("/p/qp", until=".empty")
    expect(visit.page.locator("main")).to_contain_text("没有这个公开项目")
    expect(visit.page.locator("main")).to_contain_text("还没有公开的项目")
    assert all("404" in said for said in visit.complaints)  # the browser tells of the answer, nothing else is wrong
    visit.complaints.clear()
    publish(own_centre)
    visit.go("/p/qp/poster", until="svg.qr")
    expect(visit.page.locator(".address")).to_have_text(f"{own_centre.url}/p/qp")
    assert _findings(visit.page) == []
    visit.shoot("poster-zh")
    assert visit.complaints == []
