"""The wall in a browser: counts that are the list's, screens that turn and can be held, both languages, one host."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import Visitor
from tests.web.test_access import _findings as findings

WALL = (1920, 1080)
SCREENS = ("map", "money", "evidence", "quality", "week")


def count(page: Page, name: str) -> int:
    """The figure of a tile."""
    return int(page.locator(f"[data-count={name}]").inner_text())


def test_counts_add_up_and_are_the_lists(visitor: Visitor) -> None:
    visit = visitor(size=WALL)
    visit.enter(path="/wall", until="[data-screen=map]")
    signs = ("red", "yellow", "blue", "insufficient", "paused", "normal")
    shown = {sign: count(visit.page, sign) for sign in signs}
    listed = visit.centre.client("leader").get("/api/v1/district").json()
    assert shown == listed["counts"]
    assert sum(shown.values()) == count(visit.page, "total") == listed["total"]
    expect(visit.page.locator("html")).to_have_attribute("data-theme", "wall")
    size = visit.page.locator("[data-count=total]").evaluate("node => getComputedStyle(node).fontSize")
    assert size == "84px"
    assert visit.complaints == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_screen_stands_on_one_canvas_without_complaint(visitor: Visitor, lang: str) -> None:
    visit = visitor(size=WALL)
    visit.enter(path=f"/wall?every=600&lang={lang}", until="[data-screen=map]")
    for name in SCREENS:
        screen = visit.page.locator(f"[data-screen={name}]")
        expect(screen).to_be_visible()
        expect(visit.page.locator(".fade-leave-active")).to_have_count(0)
        assert visit.overflow_px() == 0
        over = screen.evaluate("node => [node.scrollWidth - node.clientWidth, node.scrollHeight - node.clientHeight]")
        assert max(over) <= 0, (name, over)
        visit.shoot(f"wall-1920-{name}-{lang}")
        if name in ("map", "week"):
            assert findings(visit.page) == []
        visit.page.keyboard.press("ArrowRight")
    assert visit.complaints == []


def test_screens_turn_by_themselves_and_touch_or_key_holds_them(visitor: Visitor) -> None:
    visit = visitor(size=WALL)
    page = visit.page
    page.clock.install()
    visit.enter(path="/wall?screens=week,quality&every=10", until="[data-screen=week]")
    page.clock.run_for(11_000)
    expect(page.locator("[data-screen=quality]")).to_be_visible()
    page.mouse.click(900, 600)
    expect(page.locator(".pager")).to_contain_text("已暂停")
    page.clock.run_for(30_000)
    expect(page.locator("[data-screen=quality]")).to_be_visible()
    page.keyboard.press(" ")
    page.clock.run_for(11_000)
    expect(page.locator("[data-screen=week]")).to_be_visible()


def test_the_wall_asks_who_is_there_and_gives_the_theme_back(visitor: Visitor) -> None:
    stranger = visitor(size=WALL)
    stranger.go("/wall", until="#username")
    expect(stranger.page).to_have_url(re.compile(r"/login\?to=/wall"))
    visit = visitor(size=WALL)
    visit.enter(path="/wall", until="[data-screen]")
    visit.page.evaluate("history.pushState({}, '', '/'); dispatchEvent(new PopStateEvent('popstate', {state: {}}))")
    visit.page.locator("a.project").first.wait_for()
    expect(visit.page.locator("html")).to_have_attribute("data-theme", "light")
