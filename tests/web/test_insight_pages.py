"""Insight at the desk and on the phone: the address is the filter, the file is the view, n beside every number."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from playwright.sync_api import expect

from central.store.engine import writing
from central.store.save_insight import note_benefit, set_class
from tests.central.api.district import STILL, Centre
from tests.central.api.pictures import digest
from tests.central.api.test_insight import HASH, fill
from tests.central.insight.stored import put_judged, put_plans
from tests.web.browser import DESK, PHONE
from tests.web.conftest import Visitor, centre_in
from tests.web.test_access import _findings

PAST = "since=2024-01-01&until=2026-06-30"
VIEWS = {  # what is there when a view is drawn
    "board": "table.pivot tbody tr",
    "compare": "svg.strip",
    "places": ".lines li",
    "cohorts": ".cohort table",
    "causes": ".groups tbody tr",
    "stages": ".times tbody tr",
    "correlation": ".both tbody tr",
    "effect": ".notice",
    "priorities": "tbody tr .bar",
    "forecasts": "main .empty",
    "returns": "tbody tr .num b",
    "use": "main .card h2, main .empty",
    "library": "main .empty, main .case",
    "papers": "main .empty, main .row",
}
ASKED = {
    "compare": "project=lift00",
    "correlation": "x=build_days&y=delay_days",
    "stages": PAST,
    "causes": PAST,
    "board": PAST,
}


@pytest.fixture(scope="module")
def centre(filled_file: Path, pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """A centre with years behind it: stages, money, causes, benefits, a practice."""
    with centre_in(tmp_path_factory.mktemp("past"), filled=filled_file, pages=pages) as running:
        fill(running)
        with writing(running.engine) as connection:
            put_plans(connection)
            for at in range(12):
                name, sector, milli = f"lift{at:02}", "education" if at < 6 else "transport", 1200 if at < 6 else 950
                set_class(connection, name, kind="", sector=sector, by="li", now_ms=0)
                fen = milli * 100_000 + at % 3 * 1_000_000
                note_benefit(
                    connection, name, year=2025, benefit_fen=fen, method="成本效益法", evidence=HASH, by="cai",
                    now_ms=1_780_000_000_000,
                )  # fmt: skip
            for month in range(6, 13):
                put_judged(connection, "lift00", date(2024, month, 28), plan_bp=700 * month, actual_bp=640 * month)
        said = {"zh": "线上预审+现场联审", "en": "joint review"}
        body = {"place_kind": "unit", "place": "区住建局", "name": said}
        assert running.client("unit").post("/api/v1/insight/practices", json=body).is_success
        yield running


@pytest.mark.requirement("B17", partly="that any takes under a second over 1,000 projects: bench/pivot.py")
def test_the_address_is_the_filter_and_the_file_is_the_view(visitor: Visitor, tmp_path: Path) -> None:
    visit = visitor()
    visit.enter(path=f"/insight/board?{PAST}&by=unit&by=period&stretch=year", until="table.pivot tbody tr")
    page = visit.page
    page.locator("details.choice").filter(has_text="项目类型").locator("summary").first.click()
    page.get_by_role("checkbox", name="改造").check()
    expect(page).to_have_url(re.compile("kind=renovation"))
    page.keyboard.press("Escape")
    page.locator("details.choice").filter(has_text="指标").locator("summary").first.click()
    for name in ("项目数", "期内支出(元)"):
        page.get_by_role("checkbox", name=name).check()
    expect(page).to_have_url(re.compile("figures=projects&figures=paid_fen"))
    page.reload()
    expect(page.locator("table.pivot thead th")).to_have_text(["责任单位", "时间", "项目数", "期内支出(元)", "项目"])
    with page.expect_download() as saved:
        page.get_by_role("button", name="下载表格(CSV)").click()
    path = tmp_path / "pivot.csv"
    saved.value.save_as(path)
    _, *rows = csv.reader(StringIO(path.read_text(encoding="utf-8-sig")))
    shown = [
        [cell.replace(",", "") for cell in line.locator("td").all_inner_texts()[:4]]
        for line in page.locator("table.pivot tbody tr").all()
    ]
    assert len(shown) == 3
    assert [row[:2] for row in rows[: len(shown)]] == [line[:2] for line in shown]
    assert [[float(cell) for cell in row[2:]] for row in rows[: len(shown)]] == [
        [float(cell) for cell in line[2:]] for line in shown
    ]
    visit.shoot("insight-board-1440-zh")
    assert visit.complaints == []


def test_too_much_is_refused_in_words_at_the_filter(visitor: Visitor) -> None:
    visit = visitor()
    path = "/insight/board?since=2017-01-01&until=2026-06-30&by=period&stretch=month&lang=en"
    visit.enter(path=path, until=".asked")
    expect(visit.page.locator(".asked")).to_contain_text("Too many stretches of time")
    visit.page.locator("label.day select").select_option("year")
    visit.page.locator("table.pivot tbody tr").first.wait_for()
    assert [one for one in visit.complaints if "422" not in one] == []


@pytest.mark.parametrize(
    ("lang", "size", "dark"), [("zh", DESK, False), ("en", PHONE, True)], ids=["zh-desk", "en-phone"]
)
def test_every_view_in_words_without_a_finding(visitor: Visitor, lang: str, size: tuple[int, int], dark: bool) -> None:
    visit = visitor(size=size, dark=dark)
    english = "&lang=en" if lang == "en" else ""
    found: dict[str, list[str]] = {}
    for view, there in VIEWS.items():
        path = f"/insight/{view}?{ASKED.get(view, '')}{english}"
        (visit.enter if not found else visit.go)(path=path, until=there)
        expect(visit.page.locator(".skeleton")).to_have_count(0)
        expect(visit.page.locator("nav.views [aria-current]")).to_have_count(1)
        assert visit.overflow_px() == 0, f"{view} scrolls sideways"
        found[view] = _findings(visit.page)
        visit.shoot(f"insight-{view}-{size[0]}-{lang}")
    assert {view: said for view, said in found.items() if said} == {}
    assert visit.complaints == []


def test_what_stands_beside_what_is_said_with_n_and_few_are_too_few(visitor: Visitor) -> None:
    visit = visitor()
    visit.enter(path="/insight/compare?project=lift00", until="svg.strip")
    works = visit.page.locator("tbody tr").filter(has_text="施工周期")
    expect(works).to_contain_text("n = 6")
    expect(works).to_contain_text("优于 100.0%")
    expect(visit.page.locator("main")).to_contain_text("三个月来落后扩大了")
    visit.page.locator("form select").select_option("large")
    expect(visit.page.locator("tbody tr").first).to_contain_text("样本不足")
    visit.go("/insight/places?place=unit", until=".lines li")
    expect(visit.page.locator(".lines li").first).to_contain_text("线上预审+现场联审")
    visit.go("/insight/correlation?x=build_days&y=delay_days", until=".both tbody tr")
    expect(visit.page.locator(".notice")).to_contain_text("相关不等于因果")
    visit.page.get_by_role("button", name="表", exact=True).click()
    expect(visit.page.locator(".twin tbody tr")).to_have_count(12)
    visit.go("/insight/returns", until="tbody tr .num b")
    expect(visit.page.locator("main")).to_contain_text("整个区间")
    expect(visit.page.locator(".notice")).to_contain_text("建议")
    assert visit.complaints == []


def test_a_white_paper_is_made_and_fetched_with_its_digest(visitor: Visitor, tmp_path: Path) -> None:
    visit = visitor()
    visit.enter(path="/insight/papers", until="form")
    page = visit.page
    page.get_by_label("年度").fill("20")
    page.get_by_role("button", name="生成", exact=True).click()
    expect(page.locator("#report-wrong")).to_contain_text("四位年度")
    page.get_by_label("年度").fill("2024")
    page.get_by_role("button", name="生成", exact=True).click()
    made = page.locator(".made")
    expect(made).to_contain_text("2024年重点项目绩效白皮书")
    with page.expect_download() as saved:
        made.get_by_role("button", name="下载 Excel").click()
    path = tmp_path / "paper.xlsx"
    saved.value.save_as(path)
    assert path.read_bytes()[:2] == b"PK"
    expect(made.locator(".digests")).to_contain_text("xlsx · 中文")
    assert visit.complaints == []


def test_a_unit_says_how_it_works_and_who_may_not_read_is_told_so(visitor: Visitor) -> None:
    visit = visitor()
    visit.enter("unit", path="/insight/places?place=street", until=".form")
    save = visit.page.locator(".form button")
    expect(save).to_be_disabled()
    expect(save).to_contain_text("还缺")
    outside = visitor()
    outside.enter("builder", path="/insight/board?lang=en", until=".empty")
    expect(outside.page.locator("main")).to_contain_text("does not see this part")
    assert outside.page.locator(".rail a[href^='/insight']").count() == 0


def test_a_case_is_handed_in_with_its_evidence_and_published_by_another(visitor: Visitor) -> None:
    author = visitor()
    author.enter("unit", path="/insight/library", until="section.part form")
    form = author.page.locator("section.part form")
    form.get_by_role("button", name="提交").click()
    expect(form.locator("#case-digest")).to_contain_text("64 位摘要")
    form.locator("select").first.select_option("区住建局")
    form.get_by_label("名称").fill("样板段先行")
    form.get_by_label("做了什么").fill("先做样板段, 返工减少")
    form.get_by_label("依据的 SHA-256").fill(digest(STILL))
    form.get_by_label("标签").fill("质量,样板")
    form.get_by_role("button", name="提交").click()
    expect(author.page.locator("section.part")).to_contain_text("待他人公布")
    expect(form.get_by_label("名称")).to_have_value("")
    decider = visitor()
    decider.enter("leader", path="/insight/library?state=entered", until=".case")
    decider.page.get_by_role("button", name="公布").click()
    decider.page.get_by_role("button", name="确定").click()
    expect(decider.page.locator("main")).to_contain_text("没有待公布的案例")
    decider.go("/insight/library?tag=质量", until=".case")
    expect(decider.page.locator(".case")).to_contain_text(digest(STILL))
    decider.shoot("insight-library-1440-zh")
    assert author.complaints == decider.complaints == []


def test_a_budget_is_advised_among_the_first_projects(visitor: Visitor) -> None:
    visit = visitor()
    visit.enter(path="/insight/priorities", until="section.part form")
    part = visit.page.locator("section.part")
    part.get_by_role("button", name="给出建议").click()
    expect(part.locator("#allocation-wrong")).to_contain_text("可用资金")
    part.get_by_label("可用资金").fill("100")
    part.get_by_label("项目qp的追加投入").fill("80")
    part.get_by_role("button", name="给出建议").click()
    expect(part.locator(".answer")).to_contain_text("不划拨任何资金")
    expect(part.locator(".answer li")).to_have_count(1)
    assert visit.overflow_px() == 0
    assert _findings(visit.page) == []
    visit.shoot("insight-allocation-1440-zh")
    assert visit.complaints == []
