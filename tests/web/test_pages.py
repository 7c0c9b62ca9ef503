"""What a person sees on each page, in both languages, at the desk and on the phone."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.web.conftest import Visitor

FIRST_LOAD_BYTES_MAX = 500_000
WORDS = {
    "zh": {"curve": "计划与实测", "score": "绩效得分构成", "open": "未结预警", "moved": "移位"},
    "en": {
        "curve": "Planned and measured",
        "score": "What the score is made of",
        "open": "Open warnings",
        "moved": "MOVED",
    },
}


def _with(path: str, lang: str) -> str:
    return path if lang == "zh" else f"{path}?lang=en"


def test_dark_theme(visitor: Visitor) -> None:
    visit = visitor(dark=True)
    visit.enter(path="/projects/qp", until="canvas")
    assert visit.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 20, 22)"
    visit.shoot("project-dark-1440-zh")
    assert visit.complaints == []


def test_the_district_counts_each_project_once_and_filters_by_address(visitor: Visitor) -> None:
    visit = visitor()
    visit.enter(until=".counts")
    page = visit.page
    tiles = page.locator(".counts a")
    expect(tiles).to_have_count(7)
    total, *parts = [int(text) for text in tiles.locator(".n").all_text_contents()]
    assert total == 2
    assert sum(parts) == total
    expect(page.locator("a.project")).to_have_count(2)
    expect(page.locator("a.project").first).to_contain_text("项目qp")  # what is behind stands first
    counted = [tile for tile in tiles.all()[1:] if tile.locator(".n").text_content() == "1"]
    counted[0].click()
    expect(page).to_have_url(re.compile(r"\?level=\w+$"))
    expect(page.locator("a.project")).to_have_count(1)
    page.reload()
    expect(page.locator("a.project")).to_have_count(1)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_project_page_tells_what_is_late_and_why(visitor: Visitor, lang: str) -> None:
    visit, words = visitor(), WORDS[lang]
    visit.enter(path=_with("/", lang), until="a.project")
    visit.page.locator("a.project").first.click()
    page = visit.page
    expect(page.locator(".sentence")).to_contain_text("qp-b2")
    for key in ("curve", "score", "open"):
        expect(page.get_by_role("heading", name=words[key])).to_be_visible()
    expect(page.locator("button.tab")).to_have_count(2)
    expect(page.locator("button.tab[aria-pressed=true]")).to_contain_text("qp-b2")  # the worst is selected
    expect(page.get_by_role("gridcell")).to_have_count(40)
    page.locator(".pair img").first.wait_for()  # the still came with the token
    expect(page.get_by_text(words["moved"]).first).to_be_visible()
    assert "lang=en" in page.url if lang == "en" else "lang" not in page.url
    assert visit.complaints == []


def test_the_curve_has_a_table_twin_and_the_heat_map_takes_keys(visitor: Visitor) -> None:
    visit = visitor()
    visit.enter(path="/projects/qp", until="[role=grid]")
    page = visit.page
    page.get_by_role("button", name="表格").click()
    expect(page.locator(".table tbody tr")).not_to_have_count(0)
    expect(page.locator(".table tbody")).to_contain_text("2026-05-20")
    cell = page.get_by_role("gridcell", name=re.compile("^1 层 1 跨"))
    cell.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".heat figcaption")).to_contain_text("2 层 2 跨")
    expect(page.get_by_role("gridcell", name=re.compile("^2 层 2 跨"))).to_be_focused()


def test_every_number_answers_why_down_to_the_record(visitor: Visitor) -> None:
    visit = visitor()
    visit.enter(path="/projects/qp", until=".figures .asked")
    page = visit.page
    page.locator(".figures .asked").last.click()
    drawer = page.locator(".el-drawer")
    expect(drawer.locator(".node").first).to_be_visible()
    drawer.get_by_role("link", name="完整溯源").click()
    expect(page).to_have_url(re.compile("/trace/score/qp"))
    expect(page.locator(".node").first).to_be_visible()
    assert visit.complaints == []


def test_a_warning_shows_its_value_its_line_and_its_steps(visitor: Visitor) -> None:
    visit = visitor()
    visit.enter(path="/warnings", until=".detail .steps")
    page = visit.page
    rows = page.locator("button.pick")
    assert rows.count() >= 2
    page.keyboard.press("j")
    expect(rows.nth(1)).to_have_attribute("aria-current", "true")
    expect(page).to_have_url(re.compile("sel="))
    page.get_by_role("button", name="已关闭").click()
    expect(page).to_have_url(re.compile("group=closed"))
    assert visit.complaints == []


def test_the_fleet_page_says_which_camera_was_moved(visitor: Visitor) -> None:
    visit = visitor()
    visit.enter(path="/fleet", until=".camera")
    troubled = visit.page.locator(".camera.troubled")
    expect(troubled).to_have_count(1)
    expect(troubled).to_contain_text("c2")
    expect(troubled).to_contain_text("移位")
    visit.page.get_by_role("button", name=re.compile("移位")).click()
    expect(visit.page.locator(".camera")).to_have_count(1)


def test_the_first_load_is_small(pages: Path) -> None:
    index = (pages / "index.html").read_text()
    first = [pages / name.lstrip("/") for name in re.findall(r'(?:src|href)="(/assets/[^"]+)"', index)]
    assert first
    packed = sum(len(gzip.compress(path.read_bytes())) for path in first)
    assert packed <= FIRST_LOAD_BYTES_MAX
    assert not [path.name for path in first if path.name.startswith("echarts")]
