"""The centre goes away and comes back: each page says so calmly, keeps what it shows, and comes back by itself.

Its port is shut for real. Each page has a window of its own: a browser keeps six connections to a host, and each page
of the desk holds one of them open. All windows open at once and wait together.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Error, Page, expect

from tests.central.api.district import Centre
from tests.web.browser import DESK, PATIENCE_MS, Visit
from tests.web.gate import Gate, gate_to
from tests.web.places import PLACES, Place
from tests.web.words import said, wrong_words

NOBODYS = frozenset({"login", "public-home", "public", "poster", "inspect"})  # of a moment: they hold no line
SAYS = {"wall": "连接中断"}
SAID = "连接中断,显示"


def window(browser: Browser, stack: ExitStack, centre: Centre, place: Place) -> Visit:
    """A page as somebody has it open."""
    context = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]})
    stack.callback(context.close)
    context.set_default_timeout(PATIENCE_MS)
    visit = Visit(centre=centre, page=context.new_page())
    if place.who is not None:
        visit.hold(place.who)
    visit.page.goto(visit.url + place.path, wait_until="commit")
    return visit


def drawn(visit: Visit, place: Place) -> Visit:
    """The same once it waits for nothing."""
    visit.page.locator(place.until).first.wait_for()
    expect(visit.page.locator(".skeleton")).to_have_count(0)
    return visit


def away(page: Page, place: Place) -> list[str]:
    """What is wrong with a page once nobody answers: it says so, and shows what it showed."""
    if place.name not in NOBODYS:
        try:
            page.locator("[role=status]", has_text=SAYS.get(place.name, SAID)).first.wait_for()
        except Error:
            return [f"{place.name} away: does not say so"]
    faults = [] if page.locator(place.until).first.is_visible() else ["what was shown is gone"]
    faults += [f"alarm {text!r}" for text in page.locator("main [role=alert]").all_inner_texts() if text.strip()]
    return [f"{place.name} away: {one}" for one in faults + wrong_words(said(page), lang="zh")]


def back(page: Page, place: Place) -> list[str]:
    """What is wrong with a page once somebody answers again."""
    try:
        expect(page.locator("[role=status]", has_text="连接中断")).to_have_count(0)
        page.locator(place.until).first.wait_for()
    except (Error, AssertionError):
        return [f"{place.name} back: {page.locator('body').inner_text()[:80]!r}"]
    return []


def test_every_page_outlives_an_absence_of_the_centre(rich: Centre, browser: Browser) -> None:
    places = [place for place in PLACES if place.name != "absent"]
    with gate_to(urlsplit(rich.url).port or 0) as gate, ExitStack() as windows:
        through = replace(rich, url=gate.url)
        open_ = {place: window(browser, windows, through, place) for place in places}
        for place, visit in open_.items():
            drawn(visit, place)
        gate.shut()
        faults = [fault for place, visit in open_.items() for fault in away(visit.page, place)]
        unseen = window_that_moves(open_, "district")
        gate.open()
        faults += [fault for place, visit in open_.items() for fault in back(visit.page, place)]
        unseen.page.locator("main .list button, main .maplibregl-canvas, main canvas").first.wait_for()
    assert faults == []


def window_that_moves(open_: dict[Place, Visit], name: str) -> Visit:
    """Somebody goes to a page that his browser has not fetched yet: told so, and brought there once it can be."""
    visit = next(visit for place, visit in open_.items() if place.name == name)
    visit.page.locator("nav.rail a[href^='/map']").click()
    expect(visit.page.locator(".missed")).to_contain_text("没有取到")
    open_.pop(next(place for place in open_ if place.name == name))
    return visit


def test_a_page_that_was_never_answered_fills_itself(rich: Centre, browser: Browser) -> None:
    """Only the API is away, as behind a proxy: the page is there, its figures come by themselves."""
    with gate_to(urlsplit(rich.url).port or 0) as gate, ExitStack() as windows:
        place = next(place for place in PLACES if place.name == "district")
        visit = drawn(window(browser, windows, replace(rich, url=gate.url), place), place)
        page = visit.page
        page.locator("nav.rail a[href^='/warnings']").click()
        page.locator(".detail .dots").wait_for()
        gate.shut()
        page.evaluate("document.querySelector('.search input').focus()")
        never(page, gate)


def never(page: Page, gate: Gate) -> None:
    """A list that was not asked for before, by a filter: said at its block, there once the centre answers."""
    page.get_by_role("button", name="已关闭").first.click()
    page.locator("main [role=alert]").first.wait_for()
    assert wrong_words(said(page), lang="zh") == []
    gate.open()
    expect(page.locator("main [role=alert]")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("还没有已关闭的预警")
