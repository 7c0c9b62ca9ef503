"""The parts of the project's page: each in the address, each with its own empty state, money refused in words."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.browser import PHONE
from tests.web.conftest import Visitor
from tests.web.test_access import _findings

PARTS = {
    "gantt": "canvas",
    "warnings": "a.go",
    "ledger": ".empty",
    "score": ".sum",
    "docs": "table",
    "stills": ".strip",
    "changes": "section.card li b",
}


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_each_part_has_its_address_and_says_what_would_be_there(visitor: Visitor, phone: bool) -> None:
    visit = visitor(size=PHONE) if phone else visitor()
    visit.enter(path="/projects/qp", until=".four")
    for part, there in PARTS.items():
        visit.page.locator(f"nav.tabs a[href*='/qp/{part}']").click()
        visit.page.locator(f"main {there}").first.wait_for()
        expect(visit.page.locator("nav.tabs .on")).to_have_count(1)
        assert visit.overflow_px() == 0, part
        assert _findings(visit.page) == [], part
        visit.shoot(f"project-{part}-{'360' if phone else '1440'}")
    assert visit.complaints == []


def test_who_may_not_read_money_is_told_so_in_words(visitor: Visitor) -> None:
    visit = visitor()
    visit.enter("builder", path="/projects/qp/ledger?lang=en", until="nav.tabs")
    expect(visit.page.locator("main")).to_contain_text("may not read money")
    visit.go("/projects/qp?lang=en", until=".four")
    expect(visit.page.locator(".four")).to_contain_text("may not read money")
