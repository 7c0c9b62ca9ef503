"""The outlook of a project: words always, a probability only where it may be told, what-if of the centre."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from central.store.engine import writing
from central.store.save_outlook import train_outlook
from tests.central.api.district import NOW, Centre
from tests.central.api.test_outlook import TODAY
from tests.central.insight.simulated import sites
from tests.central.insight.stored import put_plans
from tests.central.store.test_outlook import put
from tests.web.browser import DESK, PHONE
from tests.web.conftest import Visitor
from tests.web.test_access import _findings


@pytest.mark.parametrize(("lang", "size"), [("zh", DESK), ("en", PHONE)], ids=["zh-desk", "en-phone"])
def test_without_history_there_are_words_and_a_what_if(visitor: Visitor, lang: str, size: tuple[int, int]) -> None:
    visit = visitor(size=size)
    visit.enter(path=f"/projects/qp/outlook{'?lang=en' if lang == 'en' else ''}", until=".signs li")
    page = visit.page
    assert page.locator(".chance").count() == 0
    expect(page.locator(".untold").first).to_contain_text("50")
    page.locator("#whatif-added").fill("2")
    expect(page.locator(".answer")).to_contain_text("提前" if lang == "zh" else "days earlier")
    page.locator("#whatif-added").fill("0")
    page.locator("#whatif-stop").fill("10")
    expect(page.locator(".answer")).to_contain_text("推迟 10 天" if lang == "zh" else "10 days later")
    expect(page.locator(".answer li").first).to_be_visible()
    assert visit.overflow_px() == 0
    assert _findings(page) == []
    visit.shoot(f"project-outlook-{size[0]}-{lang}")
    assert visit.complaints == []


def test_with_history_the_probability_stands_beside_its_test(visitor: Visitor, own_centre: Centre) -> None:
    put(own_centre.engine, sites(7, count=100, today=TODAY), today=TODAY)
    own_centre.wall.at = NOW
    with writing(own_centre.engine) as connection:
        put_plans(connection)
        train_outlook(connection, NOW)
    visit = visitor()
    visit.enter(path="/projects/qp/outlook", until=".chance")
    expect(visit.page.locator(".factors li").first).to_be_visible()
    expect(visit.page.locator("main")).to_contain_text("布里尔分")
    visit.page.locator("canvas").first.wait_for()
    visit.shoot("project-outlook-told-1440-zh")
    visit.go("/insight/forecasts", until="tbody tr")
    expect(visit.page.locator("tbody tr").first).to_contain_text("%")
    visit.shoot("insight-forecasts-told-1440-zh")
    assert visit.complaints == []


def test_who_builds_it_is_not_told_its_outlook(visitor: Visitor) -> None:
    visit = visitor()
    visit.enter("builder", path="/projects/qp/outlook", until="main .empty")
    expect(visit.page.locator("main")).to_contain_text("看不到这部分")
