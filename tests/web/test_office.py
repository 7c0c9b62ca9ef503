"""What an office hands in by itself: plans, the ledger, accounts, a class, an objection, an appeal; each as a flow."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect
from sqlalchemy import Engine

from central.evaluate.calendar import at_hour
from central.plan.exporting import write_plan_xlsx
from central.store.engine import writing
from tests.central.api.bookkeeping import finance
from tests.central.api.district import PASSWORD, Centre, qingping
from tests.central.api.test_imports import a_plan
from tests.central.api.test_lives import add_person
from tests.central.evaluate.district import UNITS, District, a_district
from tests.central.evaluate.district import add_person as add_official
from tests.central.money.build import a_row, a_workbook
from tests.web.browser import PHONE, Visit
from tests.web.conftest import Visitor

UNTOUCHED = ("401", "403", "404", "409", "422")  # what a browser notes of an answer that is one


def complaints(visit: Visit) -> list[str]:
    """What a browser complained of beside refusals."""
    return [one for one in visit.complaints if not any(status in one for status in UNTOUCHED)]


def in_dark(visit: Visit, name: str) -> None:
    """A picture of the same in the dark, for a person to look at."""
    visit.page.evaluate("document.documentElement.dataset.theme = 'dark'")
    visit.shoot(f"{name}-dark-1440-zh")
    visit.page.evaluate("document.documentElement.dataset.theme = 'light'")


def late_plan() -> dict[str, object]:
    """qp with other weights, its last item five days later."""
    document = a_plan(finish=str(qingping().finish + timedelta(days=9)))
    document["buildings"][0]["weight_bp"], document["buildings"][1]["weight_bp"] = 6000, 4000
    document["buildings"][0]["items"][-1]["points"][-1]["day"] = str(qingping().finish + timedelta(days=5))
    return document


@pytest.mark.requirement("B20", partly="through the page: faults by place, what changes, approval by somebody else")
def test_a_plan_is_checked_changed_reasoned_and_approved_by_another(
    visitor: Visitor, own_centre: Centre, tmp_path: Path
) -> None:
    wrong, right = tmp_path / "计划.json", tmp_path / "变更.xlsx"
    broken = late_plan()
    broken["project"]["start"] = "没定"  # type: ignore[index]
    wrong.write_text(json.dumps(broken), encoding="utf-8")
    right.write_bytes(write_plan_xlsx(late_plan()))
    owner = visitor()
    owner.enter("owner", path="/projects/qp/changes", until="main a.btn")
    page = owner.page
    page.get_by_role("link", name="导入计划").click()
    picker = page.locator("input[type=file]")
    picker.set_input_files({"name": "计划.docx", "mimeType": "", "buffer": b"x"})
    expect(page.locator(".pick .wrong")).to_contain_text("计划.docx")
    picker.set_input_files(wrong)
    expect(page.locator("main [role=alert] h2")).to_contain_text("什么都没有导入")
    expect(page.locator("main tbody")).to_contain_text("日期, 写作 YYYY-MM-DD")
    owner.shoot("plan-import-faults-1440-zh")
    picker.set_input_files(right)
    expect(page.locator("main .sentence")).to_contain_text("计划变更")
    expect(page.locator("main")).to_contain_text("晚 9 天")
    expect(page.locator("main")).to_contain_text("晚 5 天")
    owner.shoot("plan-import-changes-1440-zh")
    in_dark(owner, "plan-import-changes")
    page.get_by_role("button", name="提交待批").click()
    expect(page.locator("#plan-reason-wrong")).to_contain_text("请填写变更理由")
    page.locator("#plan-reason").fill("设计变更")
    page.get_by_role("button", name="提交待批").click()
    page.get_by_role("link", name="看变更与批准").click()
    expect(page.locator("main")).to_contain_text("您提出的变更,由别人批准。")

    leader = visitor(size=PHONE)
    leader.enter("leader", path="/projects/qp/changes", until="form.saying")
    leader.page.get_by_role("button", name="批准,立即生效").click()
    expect(leader.page.locator("main")).to_contain_text("计划第 2 版")
    leader.shoot("plan-approved-360-zh")
    assert leader.overflow_px() == 0
    assert complaints(owner) == complaints(leader) == []


def slowly(route: Route) -> None:
    """The centre's answer, when somebody has had the time to type on."""
    answer = route.fetch()
    route.request.frame.page.wait_for_timeout(600)
    route.fulfill(response=answer)


def test_a_sheet_of_the_ledger_loads_but_for_its_wrong_rows(
    visitor: Visitor, own_centre: Centre, tmp_path: Path
) -> None:
    client = finance(own_centre)
    assert client.post("/api/v1/ledger/locks", json={"month": "2026-01"}).is_success
    rows = [
        a_row("v1", 1, project="qp"),
        a_row("v2", "=1+1", project="qp"),
        a_row("v1", 2, project="qp"),
        a_row("v3", 3, project="没有的"),
        a_row("v5", 3, project="qp", day=date(2026, 1, 5)),
    ]
    sheet = tmp_path / "三月资金.xlsx"
    sheet.write_bytes(a_workbook(rows).getvalue())
    visit = visitor()
    visit.enter("finance", path="/audit/ledger", until=".sum")
    page = visit.page
    page.get_by_role("link", name="导入台账").click()
    expect(page.locator("main")).to_contain_text("2026-01-31 及以前已锁账")
    page.locator("input[type=file]").set_input_files(sheet)
    expect(page.locator(".outcome")).to_contain_text("三月资金.xlsx:1 笔入账,0 笔早已入账,1 笔同号不同内容,3 行未入账")
    expect(page.locator("main")).to_contain_text("公式")
    expect(page.locator("main")).to_contain_text("锁账")
    expect(page.locator("main")).to_contain_text("金额")
    visit.shoot("ledger-import-1440-zh")
    in_dark(visit, "ledger-import")
    page.route("**/ledger/locks", slowly)
    page.locator("#lock-month").fill("2026-10")
    page.get_by_role("button", name="锁定").click()
    page.locator("#lock-month").fill("2026-12")  # while the first month is on its way
    expect(page.locator("main")).to_contain_text("已锁账至 2026-10-31")
    expect(page.get_by_role("button", name="锁定")).to_be_enabled()
    expect(page.locator("#lock-month")).to_have_value("2026-12")
    page.unroute_all(behavior="wait")
    page.get_by_role("button", name="锁定").click()
    expect(page.locator("#lock-month-wrong")).to_contain_text("应为")
    page.reload()  # the address has the import
    expect(page.locator(".outcome")).to_contain_text("三月资金.xlsx")
    assert complaints(visit) == []


@pytest.mark.requirement("C08", partly="on the page of accounts: refused in words at the field")
def test_a_role_is_given_refused_and_withdrawn_and_a_new_person_signs_in(visitor: Visitor, own_centre: Centre) -> None:
    visit = visitor()
    visit.enter("admin", path="/", until=".account button")
    page = visit.page
    page.locator(".account button").first.click()
    page.get_by_role("link", name="账号与授权").click()
    page.get_by_role("button", name="the street street").click()
    panel = page.locator(".panel")
    expect(panel).to_contain_text("上传照片和填报")
    panel.locator("#give-role").select_option("discipline")
    panel.locator("#give-kind").select_option("district")
    panel.get_by_role("button", name="授权", exact=True).click()
    expect(panel.locator("#give-basis-wrong")).to_contain_text("请填写")
    panel.locator("#give-basis").fill("纪委函 7 号")
    panel.get_by_role("button", name="授权", exact=True).click()
    expect(panel.locator("#give-role-wrong")).to_contain_text("纪检只看不办")
    expect(panel.locator("#give-basis")).to_have_value("纪委函 7 号")
    visit.shoot("people-refused-1440-zh")
    in_dark(visit, "people-refused")
    panel.locator("#give-role").select_option("supervisor")
    panel.get_by_role("button", name="授权", exact=True).click()
    expect(panel.locator("li b", has_text="监理")).to_be_visible()
    panel.locator("li", has_text="监理").get_by_role("button", name="收回").click()
    panel.locator("li form input").fill("调离")
    panel.locator("li form button").click()
    expect(panel.locator("li.over")).to_contain_text("监理")
    page.get_by_role("button", name="新建账号").click()
    for field, value in {"username": "zhang", "name": "张经办", "password": "short", "scope": "区住建局"}.items():
        page.locator(f"#new-{field}").fill(value)
    page.locator("#new-basis").fill("人事通知 3 号")
    page.locator("form.card.form button[type=submit]").click()
    expect(page.locator("#new-password-wrong")).to_contain_text("至少 10 位")
    page.locator("#new-password").fill(PASSWORD)
    page.locator("form.card.form button[type=submit]").click()
    page.wait_for_url("**/settings/people/zhang**")
    expect(panel).to_contain_text("张经办")
    assert complaints(visit) == []
    own_centre.client().post("/api/v1/auth/login", json={"username": "zhang", "password": PASSWORD}).raise_for_status()


def test_a_project_is_classified_by_who_may(visitor: Visitor, own_centre: Centre) -> None:
    add_person(own_centre, "desk", "section")
    visit = visitor()
    visit.enter("desk", path="/projects/qp/docs", until=".klass .ink, .klass .cap")
    page = visit.page
    expect(page.locator(".klass")).to_contain_text("未分类")
    page.get_by_role("button", name="修改分类").click()
    page.locator("#class-kind").fill("老旧小区加装电梯")
    page.locator("#class-sector option").nth(1).wait_for(state="attached")
    page.locator("#class-sector").select_option(index=1)
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".klass")).to_contain_text("老旧小区加装电梯")
    reader = visitor()
    reader.enter("leader", path="/projects/qp/docs", until=".klass .ink")
    expect(reader.page.get_by_role("button", name="修改分类")).to_have_count(0)
    assert complaints(visit) == complaints(reader) == []


def test_who_is_assessed_objects_while_it_is_published(visitor: Visitor, own_centre: Centre) -> None:
    district = published(own_centre.engine)
    own_centre.wall.at = at_hour(date(2025, 4, 23))
    visit = visitor()
    visit.enter("教育局主任", path="/evaluation/2025-Q1/forms", until="main li button")
    page = visit.page
    page.locator("main li button", has_text="教育局").click()
    expect(page.locator("main")).to_contain_text("公示 2025-04-21")
    page.get_by_role("button", name="提出异议").click()
    expect(page.locator("form.saying .wrong")).to_contain_text("请填写")
    page.locator("form.saying input").fill("两个项目漏计")
    page.get_by_role("button", name="提出异议").click()
    expect(page.locator(".objection")).to_contain_text("待答复")
    visit.shoot("objection-1440-zh")
    other = visitor()
    other.enter("财政甲", path="/evaluation/2025-Q1/forms", until="main li button")
    other.page.locator("main li button", has_text="教育局").click()
    other.page.locator(".objection input").fill("已计入")
    other.page.get_by_role("button", name="不采纳").click()
    expect(other.page.locator(".objection")).to_contain_text("不采纳")
    assert len(district.found()) == len(UNITS)
    assert complaints(visit) == complaints(other) == []


def published(engine: Engine) -> District:
    """A quarter whose results are public since 21 April 2025."""
    district = a_district(engine)
    district.day(date(2025, 3, 31))
    district.day(date(2025, 4, 1))
    district.put_objective("2025-Q1")
    district.fill_in("2025-Q1", date(2025, 4, 3))
    district.day(date(2025, 4, 17))
    district.approve_all([one.id for one in district.found()], date(2025, 4, 18))
    district.day(date(2025, 4, 21))
    return district


def test_who_is_concerned_appeals_and_another_answers(visitor: Visitor, rich: Centre) -> None:
    with writing(rich.engine) as connection:
        add_official(connection, "clerk7", "clerk", "unit", "U7")
    found = rich.client("cashier").get("/api/v1/result-uses", params={"kind": "cut", "limit": 200}).json()["uses"]
    cut = next(one for one in found if one["unit"] == "U7")
    decision = {"approve": True, "basis": "2025年度评价结果", "hearing": "2月2日听取U7意见", "cut_bp": 500}
    decided = rich.client("cashier").post(f"/api/v1/result-uses/{cut['id']}/decision", json=decision)
    assert decided.is_success, decided.text
    visit = visitor()
    visit.centre = rich
    visit.enter("clerk7", path="/evaluation/2025/ranking", until="main .use")
    page = visit.page
    page.get_by_role("button", name="提出申诉").click()
    page.get_by_role("button", name="提交申诉").click()
    expect(page.locator(".appeal .wrong")).to_contain_text("请填写申诉理由")
    page.locator(".appeal input").fill("口径有误")
    page.get_by_role("button", name="提交申诉").click()
    expect(page.locator(".appeal")).to_contain_text("口径有误")
    visit.shoot("appeal-1440-zh")
    mayor = visitor()
    mayor.centre = rich
    mayor.enter("mayor", path="/evaluation/2025/ranking", until=".appeal form")
    mayor.page.locator(".appeal input").fill("口径无误")
    mayor.page.get_by_role("button", name="驳回申诉").click()
    expect(mayor.page.locator("main .use", has=mayor.page.locator(".appeal"))).to_contain_text("生效")
    assert complaints(visit) == complaints(mayor) == []
