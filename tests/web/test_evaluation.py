"""The evaluation desk: goals with verdicts as one types, weights that say why, and pages that say what is not there."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.central.api.district import Centre
from tests.central.api.test_goals import RATE, written
from tests.central.api.test_lives import add_person
from tests.central.api.test_weights import NODE, a_node
from tests.web.conftest import Visitor


def test_a_goal_is_judged_as_one_types_proposed_and_approved_by_another(visitor: Visitor, own_centre: Centre) -> None:
    add_person(own_centre, "mayor", "leader")
    author = visitor()
    author.enter("leader", path="/evaluation/2026/goals", until=".two")
    page = author.page
    expect(page.locator("main")).to_contain_text("还没有生效的目标")
    page.get_by_role("button", name="加目标").click()
    page.locator("#goal-text").fill("提高群众满意度")
    expect(page.locator(".marks span b")).to_have_count(5)
    assert page.locator(".marks .fail").count() >= 2
    expect(page.locator(".why")).to_contain_text("不可衡量")
    author.shoot("evaluation-smart-1440-zh")
    page.locator("#goal-text").fill("2026-12-31前完成3个小区改造,完成率≥95%")
    page.locator("#goal-id").fill("estates")
    page.locator("#goal-owner").fill("leader")
    expect(page.locator("#goal-due")).to_have_value("2026-12-31")
    page.get_by_role("button", name="报批").first.click()
    expect(page.locator("form [role=alert]")).to_contain_text("没有基线")  # the centre's own words
    page.locator("#goal-baseline").fill("80")
    page.get_by_role("button", name="报批").first.click()
    expect(page.locator(".wait")).to_contain_text("待批")

    decider = visitor()
    decider.enter("mayor", path="/evaluation/2026/goals", until=".wait")
    decider.page.get_by_role("button", name="批准").click()
    expect(decider.page.locator(".goal")).to_have_count(1)
    decider.shoot("evaluation-goals-1440-zh")
    assert [one for one in author.complaints if "422" not in one] == decider.complaints == []


def test_weights_are_answered_and_what_contradicts_is_said(visitor: Visitor, own_centre: Centre) -> None:
    add_person(own_centre, "desk", "section")
    desk = own_centre.client("desk")
    assert desk.post("/api/v1/weights", json=a_node()).status_code == 201
    assert desk.post(f"{NODE}/experts", json={"person": "leader"}).status_code == 200
    expert = visitor()
    expert.enter("leader", path="/evaluation/2026/weights", until="tbody select")
    page = expert.page
    choices = page.locator("tbody select")
    for place, says in enumerate(("9", "-9", "9")):
        choices.nth(place).select_option(says)
        expect(choices.nth(place)).to_have_value(says)
    expect(page.locator(".returned")).to_contain_text("CR")
    expect(page.locator("tr.worst").first).to_be_visible()
    expert.shoot("evaluation-ahp-1440-zh")
    for place in range(3):
        choices.nth(place).select_option("1")
    expect(page.locator(".returned")).to_have_count(0)
    assert expert.complaints == []


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [(1440, 900), (360, 780)])
def test_each_part_says_what_is_not_there_yet(
    visitor: Visitor, centre: Centre, lang: str, size: tuple[int, int]
) -> None:
    visit = visitor(size=size)
    english = "?lang=en" if lang == "en" else ""
    visit.enter("leader", path=f"/evaluation/2026/goals{english}", until=".parts a[aria-current]")
    for part in ("weights", "forms", "ranking", "goals"):
        visit.go(f"/evaluation/2026/{part}{english}", until="main .card, main .empty, main h3")
        expect(visit.page.locator(".skeleton")).to_have_count(0)
        assert visit.overflow_px() == 0
        if size[0] == 1440:
            visit.shoot(f"evaluation-{part}-1440-{lang}")
    assert visit.complaints == []


def test_the_tree_shows_what_is_in_force_and_a_refusal_in_the_centres_words(
    visitor: Visitor, own_centre: Centre
) -> None:
    keys = written(own_centre, "leader", rate=RATE)
    proposed = own_centre.client("leader").post("/api/v1/goal-proposals", json=keys)
    assert proposed.status_code == 200, proposed.text
    visit = visitor()
    visit.enter("leader", path="/evaluation/2026/goals", until=".wait")
    expect(visit.page.get_by_role("button", name="批准")).to_have_count(0)  # nobody approves his own
