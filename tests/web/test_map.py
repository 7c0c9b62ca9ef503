"""The map in a browser: drawn in 3-D, chosen by keyboard, replayed by days; without WebGL the list says the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.central.api.district import Centre
from tests.web.browser import DESK, PATIENCE_MS, PHONE, Visit, chromium_path
from tests.web.conftest import Visitor
from tests.web.test_access import _findings as findings

SOFTWARE_3D = ("--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
WITHOUT_WEBGL = """const plain = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  return kind.startsWith("webgl") ? null : plain.call(this, kind, ...rest);
};"""
DRAWN = ".maplibregl-canvas"


@pytest.fixture(scope="module")
def drawing(browser: Browser) -> Iterator[Browser]:
    """A browser that draws WebGL in software."""
    opened = browser.browser_type.launch(executable_path=chromium_path(), args=list(SOFTWARE_3D))
    yield opened
    opened.close()


@pytest.fixture
def visit(drawing: Browser, centre: Centre) -> Iterator[Visit]:
    """A window of it."""
    context = drawing.new_context(viewport={"width": DESK[0], "height": DESK[1]}, color_scheme="light")
    context.set_default_timeout(PATIENCE_MS)
    found = Visit(centre=centre, page=context.new_page())
    found.listen()
    yield found
    context.close()


def test_the_late_building_is_labelled_and_chosen_by_keyboard(visit: Visit) -> None:
    visit.enter(path="/map?lang=en", until=DRAWN)
    label = visit.page.locator(".map-label.red")
    expect(label).to_contain_text("Building qp-b2")
    expect(label).to_contain_text("behind")
    label.focus()
    visit.page.keyboard.press("Enter")
    expect(visit.page).to_have_url(re.compile("sel=qp-b2"))
    panel = visit.page.get_by_role("region", name="Chosen")
    expect(panel).to_contain_text("Building qp-b2")
    expect(panel.get_by_role("link", name="Open project")).to_have_attribute("href", re.compile("/projects/qp.*qp-b2"))
    visit.shoot("map-1440-en")
    assert findings(visit.page) == []
    assert visit.complaints == []


def test_the_slider_replays_the_past_and_leads_back(visit: Visit) -> None:
    visit.enter(path="/map?sel=qp-b2", until=DRAWN)
    panel = visit.page.get_by_role("region", name="选中")
    now = panel.inner_text()
    visit.page.get_by_role("slider", name="按天回放").fill("10")
    expect(visit.page).to_have_url(re.compile("at=2026-05-11"))
    expect(visit.page.locator(".past")).to_contain_text("历史回看:2026-05-11")
    expect(panel).not_to_have_text(now)
    expect(visit.page.locator(".map-label.red")).to_have_count(0)
    visit.page.get_by_role("button", name="阶段").click()
    expect(visit.page).to_have_url(re.compile("layer=stage"))
    visit.shoot("map-1440-past-zh")
    visit.page.locator(".time").get_by_role("button", name="回到现在").click()
    expect(visit.page.locator(".past")).to_have_count(0)
    assert visit.complaints == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_without_webgl_the_list_says_the_same(visitor: Visitor, size: tuple[int, int]) -> None:
    visit = visitor(size=size)
    visit.page.add_init_script(WITHOUT_WEBGL)
    visit.enter(path="/map", until=".list button")
    expect(visit.page.get_by_text("不能显示三维地图")).to_be_visible()
    expect(visit.page.locator(".list button")).to_have_count(3)
    first = visit.page.locator(".list button").first
    expect(first).to_contain_text("qp-b2号楼")
    first.press("Enter")
    expect(visit.page.get_by_role("region", name="选中")).to_be_visible()
    assert visit.overflow_px() == 0
    assert findings(visit.page) == []
    assert visit.complaints == []
    visit.shoot(f"map-{size[0]}-list")
