"""On paper: no rail, no buttons, a head that says whose, of when and from where; no row is cut; always white."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.web.browser import SHOTS, Visit
from tests.web.conftest import Visitor

PLACES = {  # name: path, what is there when it is drawn
    "project": ("/projects/qp", "canvas"),
    "ledger": ("/audit/ledger?from=2026-01-01&to=2026-12-31", ".sum"),
    "warnings": ("/warnings", ".detail .steps"),
    "results": ("/evaluation/2026/forms", "main .empty, main h3"),
    "insight": ("/insight/board?by=unit&by=kind", "table.pivot tbody tr"),
    "public": ("/p/", "main h1, main h2"),
}
A4_PX = (794, 1123)
HIDDEN = ".rail, .topbar, .btn, .views, .chip, .tabs, header nav, input[type=checkbox]"


def on_paper(visit: Visit, name: str) -> bytes:
    """The page as it would be printed: a picture to look at, and the PDF."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    visit.page.emulate_media(media="print")
    visit.page.screenshot(path=SHOTS / f"print-{name}.png", full_page=True)
    pdf = visit.page.pdf(path=SHOTS / f"print-{name}.pdf", prefer_css_page_size=True, print_background=False)
    visit.page.emulate_media(media="screen")
    return bytes(pdf)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_page_is_a_paper(visitor: Visitor, dark: bool) -> None:
    visit = visitor(size=A4_PX, dark=dark)
    visit.enter(until=".counts")
    for name, (path, there) in list(PLACES.items())[:: 3 if dark else 1]:
        visit.go(path, until=there)
        page = visit.page
        expect(page.locator(".printhead")).to_contain_text("栖川区")
        page.emulate_media(media="print")
        shown = [one for one in page.locator(HIDDEN).all() if one.is_visible()]
        assert shown == [], f"{name}: {shown[0].evaluate('node => node.outerHTML') if shown else ''}"
        head = page.locator(".printhead").inner_text()
        assert "数据截至" in head, name
        assert path.split("?")[0] in head, name
        expect(page.locator(".printhead"), name).to_contain_text(re.compile(r"打印于 \d{4}-\d\d-\d\d \d\d:\d\d"))
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)", name
        rows = page.locator("tbody tr")
        if rows.count():
            assert rows.first.evaluate("row => getComputedStyle(row).breakInside") == "avoid", name
        assert visit.overflow_px() == 0, f"{name} is wider than the paper"
        assert on_paper(visit, f"{name}{'-dark' if dark else ''}").startswith(b"%PDF"), name
        page.emulate_media(media="screen")
    assert visit.complaints == []


def test_levels_keep_their_words_without_colour(visitor: Visitor) -> None:
    visit = visitor(size=A4_PX)
    visit.enter(path="/warnings", until=".detail .steps")
    visit.page.emulate_media(media="print")
    signs = visit.page.locator("svg.sign:visible")
    assert signs.count() > 0
    for sign in signs.all():
        beside = sign.evaluate("node => node.getAttribute('aria-label') || node.parentElement.innerText")
        assert beside.strip(), "a sign stands without its word"
