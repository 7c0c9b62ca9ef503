"""A list of many projects: the page holds those near the window, says how many there are, and reaches the last."""

from __future__ import annotations

from playwright.sync_api import expect

from central.store.save_plan import save_plan
from tests.central.api.district import Centre
from tests.central.api.test_briefs import another
from tests.web.conftest import Visitor

MORE = 120


def test_a_long_list_holds_what_is_near_and_reaches_its_end(visitor: Visitor, own_centre: Centre) -> None:
    for nth in range(MORE):
        plan = another(f"more{nth:03}")
        save_plan(own_centre.engine, plan, faces=(), document={"id": plan.id}, by="t", reason="t", now_ms=nth)
    visit = visitor()
    visit.enter(until="a.project")
    page, total = visit.page, MORE + 2
    expect(page.locator("li[aria-posinset='1']")).to_be_visible()
    assert page.locator("a.project").count() < total // 2
    assert page.locator("li[aria-posinset='1']").get_attribute("aria-setsize") == str(total)
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    last = page.locator(f"li[aria-posinset='{total}']")
    expect(last).to_be_in_viewport()
    assert page.locator("a.project").count() < total // 2
    overlaps = page.evaluate(
        """() => [...document.querySelectorAll("li[aria-posinset]")]
            .map(row => [Number(row.ariaPosInSet), row.getBoundingClientRect()])
            .toSorted((a, b) => a[0] - b[0])
            .filter(([, box], at, all) => at > 0 && Math.abs(box.top - all[at - 1][1].bottom) > 1).length"""
    )
    assert overlaps == 0
    page.emulate_media(media="print")
    expect(page.locator("a.project")).to_have_count(total)
    page.emulate_media(media="screen")
    expect(page.locator("li[aria-posinset]").first).to_be_visible()
    assert page.locator("a.project").count() < total // 2
    visit.shoot("district-long")
    assert visit.complaints == []
