"""The parts of the project's page: each in the address, each with its own empty state, money refused in words."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.central.api.district import LAST_DAY, Centre
from tests.central.api.test_observed import COUNTS, a_count
from tests.central.api.test_quality import to_day
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


@pytest.mark.requirement("A14")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_people_work_things_and_money_stand_at_one_time_and_what_is_missing_says_since_when(
    visitor: Visitor, own_centre: Centre, lang: str
) -> None:
    """A14: four blocks, one time; what nobody told is said to be missing, what is old says since when, neither is 0."""
    to_day(own_centre, LAST_DAY)
    visit = visitor()
    suffix = "?lang=en" if lang == "en" else ""
    visit.enter("owner", path=f"/projects/qp{suffix}", until=".four")
    people, work, things, money = (visit.page.locator(".four > div").nth(place) for place in range(4))
    none, since, nobody = {
        "zh": ("尚无数据", "起无数据", "14 人在场"),
        "en": ("no data yet", "no data since 2026-", "14 people on site"),
    }[lang]
    for block in (people, things):
        expect(block).to_contain_text(none)
    expect(work).to_contain_text("%")
    expect(things).to_contain_text("材料不单独点数" if lang == "zh" else "Materials are not counted")
    builder = own_centre.client("builder")
    assert builder.post(COUNTS, json=a_count(LAST_DAY - 3)).status_code == 201
    visit.go(f"/projects/qp{suffix}", until=".four")
    for block in (people, things):
        expect(block).to_contain_text(since)
    assert builder.post(COUNTS, json=a_count()).status_code == 201
    visit.go(f"/projects/qp{suffix}", until=".four")
    expect(people).to_contain_text(nobody)
    expect(money).not_to_contain_text(since)
    as_of = own_centre.client("owner").get("/api/v1/projects/qp/board").json()["as_of"]
    expect(visit.page.locator(".foot").first).to_contain_text(as_of[:4])
    visit.shoot(f"board-1440-{lang}")
    assert visit.complaints == []
