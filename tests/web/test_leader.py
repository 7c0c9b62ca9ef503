"""The leader's phone: 360 px, heaviest first, one warning with all that matters, press for action and note."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.central.api.district import Centre
from tests.web.browser import PHONE
from tests.web.conftest import Visitor
from tests.web.test_access import _findings


@pytest.mark.requirement("A27")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a27_a_leader_finds_the_late_building_its_evidence_and_who_must_act(visitor: Visitor, lang: str) -> None:
    visit = visitor(size=PHONE, dark=lang == "en")
    loaded: list[int] = []
    visit.page.on("response", lambda answer: loaded.append("echarts" in answer.url or "maplibre" in answer.url))
    visit.enter(path="/m/" + ("?lang=en" if lang == "en" else ""), until="a.project")
    page = visit.page
    counts = [int(text) for text in page.locator(".counts b").all_inner_texts()]
    assert (len(counts), sum(counts)) == (6, 2)
    expect(page.locator("a.project").first).to_contain_text("项目qp" if lang == "zh" else "Project qp")
    assert (visit.overflow_px(), _findings(page)) == (0, [])
    visit.shoot(f"leader-360-{lang}")
    page.locator("a.project").first.click()
    page.locator("dl dt").first.wait_for()
    page.locator(".pair img").first.wait_for()
    for word in ("原因", "措施", "责任", "期限") if lang == "zh" else ("Cause", "Measure", "Owner", "Due"):
        expect(page.locator("dl")).to_contain_text(word)
    assert (visit.overflow_px(), _findings(page)) == (0, [])
    visit.shoot(f"leader-warning-360-{lang}")
    assert not any(loaded)
    page.locator("header .back").click()
    page.locator("a.row").first.wait_for()
    visit.shoot(f"leader-warnings-360-{lang}")
    assert visit.overflow_px() == 0
    assert visit.complaints == []


def test_a_leader_presses_for_action_and_it_stands_in_the_record(visitor: Visitor, own_centre: Centre) -> None:
    visit = visitor(size=PHONE)
    visit.enter(path="/m/warnings", until="a.row")
    visit.page.locator("a.row").first.click()
    visit.page.locator(".act.main").click()
    visit.page.locator("form.say [type=submit]").click()
    expect(visit.page.locator("form.say [role=alert]")).to_contain_text("请写几个字")
    visit.page.locator("#say").fill("本周内拿出赶工方案")
    visit.page.locator("form.say [type=submit]").click()
    expect(visit.page.locator(".sent")).to_be_visible()
    warning = visit.page.url.rsplit("/", 1)[1].split("?")[0]
    case = own_centre.client("leader").get(f"/api/v1/warnings/{warning}/case").json()
    assert any("赶工方案" in str(event) for event in case["timeline"])
    assert visit.complaints == []
