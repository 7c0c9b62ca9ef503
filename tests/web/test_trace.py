"""A score is followed in the page down to the still of its facade, and as of a past day."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from central.domain import Subject, Text
from central.scoring.indicator import IndicatorSet, WeighedLeaf
from central.scoring.period import period_of
from central.store.engine import writing
from central.store.instants import to_ms
from central.store.save_sheets import take_unit_sheets
from tests.central.api.district import Centre
from tests.central.build import at
from tests.central.scoring.sheets import an_indicator
from tests.central.store.kept_sheets import take_sheet
from tests.web.conftest import Visitor

MAY, AFTER = period_of("2026-05"), to_ms(at(32))


def taken(centre: Centre) -> str:
    """The id of the sheet of a unit with one project that is scored by its progress."""
    leaf = WeighedLeaf(indicator=an_indicator("done", source="progress.completion"), weight=1.0, reason="唯一指标")
    name = Text(zh="试行指标", en="Trial")
    given = IndicatorSet(id="project/qp", version=1, name=name, sector="livelihood", frame="IOI", leaves=(leaf,))
    unit = Subject(kind="unit", id="区住建局")
    with writing(centre.engine) as connection:
        project = Subject(kind="project", id="qp")
        take_sheet(connection, subject=project, period=MAY, kind="objective", set=given, now_ms=AFTER)
        return take_unit_sheets(connection, [unit.id], period=MAY, now_ms=AFTER)[unit]


@pytest.mark.requirement("A01")
def test_a_unit_s_score_is_followed_to_the_still_of_a_facade(own_centre: Centre, visitor: Visitor) -> None:
    visit = visitor()
    visit.enter(path=f"/trace/sheet/{taken(own_centre)}", until=".node")
    page = visit.page
    expect(page.locator("h1")).to_have_text("评分表是怎么来的")
    page.get_by_role("link", name="完整溯源").first.click()  # on to the project's own sheet
    done = page.locator(".node", has_text="done@1").last
    expect(done).to_contain_text("100 × min(1, ")
    expect(done).to_contain_text("形象进度")
    still, folded = page.locator(".node img"), page.locator("button.fold[aria-expanded=false]")
    while still.count() == 0:
        expect(still.or_(folded).first).to_be_visible()  # what was unfolded last may still be on its way
        if still.count() == 0:
            folded.first.click()
    expect(page.locator(".node img").first).to_be_visible()
    expect(page.locator(".node .mono", has_text=re.compile("SHA-256 [0-9a-f]{64}")).first).to_be_visible()
    assert visit.complaints == []


def test_a_live_score_is_seen_as_it_stood_on_a_past_day(visitor: Visitor) -> None:
    visit = visitor()
    visit.enter(path="/trace/score/qp", until=".node")
    page = visit.page
    now = page.locator(".node .value").first.inner_text()
    page.get_by_label("截至日").fill("2026-05-16")
    expect(page).to_have_url(re.compile("day=2026-05-16"))
    expect(page.locator(".node .value").first).not_to_have_text(now)
    assert visit.complaints == []
