"""What the sweep of every page does not open: the drawer that says why, in both themes; Tab reaches what is pressed."""

from __future__ import annotations

import pytest

from tests.web.axe import findings
from tests.web.browser import PHONE
from tests.web.conftest import Visitor

_findings = findings  # the other pages ask it from here


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_serious_where_a_number_says_why(visitor: Visitor, dark: bool) -> None:
    visit = visitor(dark=dark)
    visit.enter(path="/projects/qp", until=".figures .asked")
    visit.page.locator(".figures .asked").first.click()
    visit.page.locator(".why .node").first.wait_for()
    assert findings(visit.page) == []


def test_tab_reaches_the_first_project_and_enter_opens_it(visitor: Visitor) -> None:
    visit = visitor(size=PHONE)
    visit.enter(until="a.project")
    for _ in range(60):
        visit.page.keyboard.press("Tab")
        if visit.page.evaluate("document.activeElement.classList.contains('project')"):
            break
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url("**/projects/qp")
