"""By keyboard alone through the frame into the page; dialogs close and give the focus back; a wall with less motion.

Every page is walked through in the sweep of every page.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.central.api.district import Centre
from tests.web.browser import PATIENCE_MS, Visit
from tests.web.conftest import Visitor
from tests.web.keys import FRAME_STEPS_MAX, walked


def test_the_frame_goes_by_keyboard_and_the_way_past_it_ends_in_the_page(visitor: Visitor) -> None:
    visit = visitor()
    visit.enter(path="/", until="a.project")
    assert walked(visit.page, steps=FRAME_STEPS_MAX) == []
    visit.go("/projects/qp", until=".figures .asked")
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("main#main")).to_be_focused()
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.closest('main') !== null")


@pytest.mark.parametrize(
    ("opener", "opened"),
    [(".figures .asked", ".why .node"), (".pair figure button", ".el-dialog"), (".account button", ".account nav")],
    ids=["why", "picture", "account"],
)
def test_escape_closes_what_was_opened_and_the_focus_returns(visitor: Visitor, opener: str, opened: str) -> None:
    visit = visitor()
    visit.enter(path="/projects/qp", until=".pair img")
    page = visit.page
    page.locator(opener).first.focus()
    page.keyboard.press("Enter")
    page.locator(opened).first.wait_for()
    page.keyboard.press("Escape")
    expect(page.locator(opened).first).to_be_hidden()
    expect(page.locator(opener).first).to_be_focused()


def test_the_wall_waits_for_a_key_where_less_motion_is_asked_for(rich: Centre, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    visit = Visit(centre=rich, page=context.new_page())
    visit.enter(path="/wall", until="[data-screen=map]")
    expect(visit.page.locator("body")).to_contain_text("已暂停,触摸或按键继续")
    visit.page.keyboard.press("ArrowRight")
    visit.page.locator("[data-screen=money]").wait_for()
    context.close()
