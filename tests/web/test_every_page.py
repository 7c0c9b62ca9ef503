"""Every page in both languages at each window: what it says, axe finds nothing serious, nothing else is asked for;
a keyboard reaches what can be pressed.

A page is loaded once; its language is turned by its address, its window by its edge, its theme by its switch.
"""

from __future__ import annotations

from contextlib import suppress

import pytest
from playwright.sync_api import Browser, expect

from tests.central.api.district import Centre
from tests.services import wait_until
from tests.web.axe import findings
from tests.web.browser import PATIENCE_MS, Visit
from tests.web.keys import keyboard_faults
from tests.web.places import PLACES, Place, Size
from tests.web.words import said, wrong_words

LANGUAGES = {"zh": "zh-CN", "en": "en"}
SETTLED_S = 5.0
TURN = """address => {
  history.replaceState(history.state, "", address);
  dispatchEvent(new PopStateEvent("popstate", { state: history.state }));
}"""
THEME = """theme => {
  const root = document.documentElement, before = root.dataset.theme;
  if (before !== "wall") root.dataset.theme = theme;
  return before;
}"""


def faults_of(visit: Visit, place: Place) -> list[str]:
    """What is wrong with a page, in whichever language and at whichever window."""
    faults: list[str] = []
    for lang in LANGUAGES:
        _turn(visit, place, lang=lang)
        for size in place.sizes:
            visit.page.set_viewport_size({"width": size[0], "height": size[1]})
            faults += [f"{lang} at {size[0]}: {one}" for one in _at(visit, place, lang=lang, size=size)]
        faults += [f"{lang}: {one}" for one in wrong_words(said(visit.page), lang=lang)]
    faults += _inaccessible(visit)
    visit.page.set_viewport_size({"width": place.sizes[0][0], "height": place.sizes[0][1]})
    faults += keyboard_faults(visit.page, pressed=place.name != "wall")
    faults += visit.complaints
    visit.complaints.clear()
    return [f"{place.name}: {one}" for one in faults]


def _turn(visit: Visit, place: Place, *, lang: str) -> None:
    """To a page, or to its other language without loading it again (the phone on site asks for its language once)."""
    if lang == "zh" or place.path.startswith("/inspect/"):
        visit.go(place.address(lang), until=place.until)
    else:
        visit.page.evaluate(TURN, place.address(lang))
    expect(visit.page.locator("html")).to_have_attribute("lang", LANGUAGES[lang])
    expect(visit.page.locator(".skeleton")).to_have_count(0)


def _at(visit: Visit, place: Place, *, lang: str, size: Size) -> list[str]:
    """What does not fit into a window; its picture is kept."""
    with suppress(AssertionError, TimeoutError):  # what draws itself anew in the new window has some moments for it
        wait_until(lambda: not visit.overflow_px(), what="the page fits", timeout_s=SETTLED_S)
    over = visit.overflow_px()
    visit.shoot(f"every-{place.name}-{size[0]}-{lang}")
    return [f"scrolls sideways by {over} px"] if over else []


def _inaccessible(visit: Visit) -> list[str]:
    """All rules of axe in light, contrast once more in dark."""
    found = findings(visit.page)
    before = visit.page.evaluate(THEME, "dark")
    found += [f"dark: {one}" for one in findings(visit.page, only=("color-contrast",))]
    visit.page.evaluate(THEME, before)
    return found


@pytest.mark.parametrize("who", ["leader", "admin", "cashier", None], ids=["leader", "admin", "finance", "anybody"])
def test_every_page_is_whole(rich: Centre, browser: Browser, who: str | None) -> None:
    context = browser.new_context(color_scheme="light")
    context.set_default_timeout(PATIENCE_MS)
    visit = Visit(centre=rich, page=context.new_page())
    visit.listen()
    if who is not None:
        visit.enter(who, path="/login", until="#username")
    faults = [fault for place in PLACES if place.who == who for fault in faults_of(visit, place)]
    context.close()
    assert faults == []
