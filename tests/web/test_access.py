"""axe finds nothing serious on any page, in both themes; Tab reaches what can be pressed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.browser import PHONE, ROOT
from tests.web.conftest import Visitor
from tests.web.test_pages import PLACES

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = ("serious", "critical")


def _findings(page: Any) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:160]} {node['failureSummary'][:300]}"
        for rule in found["violations"]
        if rule["impact"] in SERIOUS
        for node in rule["nodes"][:3]
    ]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_serious(visitor: Visitor, dark: bool) -> None:
    outside, visit = visitor(dark=dark), visitor(dark=dark)
    outside.go("/", until="#username")
    found = {"login": _findings(outside.page)}
    visit.enter(until=".counts")
    for name, (path, there) in PLACES.items():
        visit.go(path, until=there)
        found[name] = _findings(visit.page)
    visit.go("/projects/qp", until=".figures .asked")
    visit.page.locator(".figures .asked").first.click()
    visit.page.locator(".why .node").first.wait_for()
    found["why"] = _findings(visit.page)
    assert {name: said for name, said in found.items() if said} == {}


def test_tab_reaches_the_first_project_and_enter_opens_it(visitor: Visitor) -> None:
    visit = visitor(size=PHONE)
    visit.enter(until="a.project")
    for _ in range(60):
        visit.page.keyboard.press("Tab")
        if visit.page.evaluate("document.activeElement.classList.contains('project')"):
            break
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url("**/projects/qp")
