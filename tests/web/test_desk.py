"""The warnings desk: from the raised warning to its verification, by the people whose turn it is."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.central.api.district import Centre
from tests.central.api.uploads.photographs import a_photo
from tests.central.api.uploads.tus import begin, photo
from tests.web.conftest import Visitor

DETAIL = ".detail .dots"


def sel(centre: Centre, rule: str, subject: str) -> str:
    """The address of an open warning."""
    found = centre.client("leader").get("/api/v1/warnings").json()["warnings"]
    return next(f"/warnings?sel={w['id']}" for w in found if w["rule"] == rule and w["subject"]["id"] == subject)


def test_acknowledge_order_mend_and_verify_each_by_whose_turn_it_is(visitor: Visitor, own_centre: Centre) -> None:
    where = sel(own_centre, "schedule_gap", "qp-b2")
    owner = visitor()
    owner.enter("owner", path=where, until=DETAIL)
    page = owner.page
    page.get_by_role("button", name="确认收到").click()
    expect(page.locator(f"{DETAIL} .now")).to_have_text(re.compile("确认"))

    order = page.locator("form.form")
    order.get_by_role("button", name=re.compile("派单")).click()  # nothing filled in: each field says what it needs
    expect(page.locator(".summary")).to_contain_text("4")
    expect(page.get_by_text("请填写验收标准,否则不能派单")).to_be_visible()
    expect(page.locator("#order-person")).to_be_focused()
    page.locator("#order-person").fill("nobody-known")
    page.locator("#order-measure").fill("夜间加一个钢筋班组")
    page.locator("#order-due").fill("2026-12-05")
    page.locator("#order-acceptance_standard").fill("12层楼板浇筑完成")
    order.get_by_role("button", name=re.compile("派单")).click()
    expect(page.locator("form.form [role=alert]")).to_be_visible()  # the centre's own words
    owner.shoot("desk-refused-1440-zh")
    page.locator("#order-person").fill("builder")
    order.get_by_role("button", name=re.compile("派单")).click()
    expect(page.locator(f"{DETAIL} .now")).to_have_text(re.compile("派单"))
    owner.shoot("desk-ordered-1440-zh")
    assert owner.complaints == [c for c in owner.complaints if "422" in c]  # a refusal is a status in the console

    client = own_centre.client("builder")
    begun = begin(client, photo(a_photo(seed=7)))
    assert begun.status_code == 201, begun.text
    location = begun.headers["Location"]
    sent = client.patch(
        location,
        headers={"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"},
        content=a_photo(seed=7),
    )
    assert sent.is_success, sent.text
    builder = visitor()
    builder.enter("builder", path=where, until=DETAIL)
    builder.page.get_by_role("button", name="开始整改").click()
    expect(builder.page.locator(f"{DETAIL} .now")).to_have_text(re.compile("整改"))
    submit = builder.page.get_by_role("button", name="提交证据")
    submit.click()
    expect(builder.page.get_by_text("请至少选一张照片")).to_be_visible()
    builder.page.locator(".grid input").first.check()
    submit.click()
    expect(builder.page.locator(f"{DETAIL} .now")).to_have_text(re.compile("证据"))

    leader = visitor()
    leader.enter("leader", path=where, until=DETAIL)
    leader.page.get_by_role("button", name="核验通过").click()
    leader.page.locator(".ask select").select_option("material")
    leader.page.locator(".ask textarea").fill("现场已看,楼板浇完")
    leader.page.locator(".ask button[type=submit]").click()
    expect(leader.page.locator(f"{DETAIL} .now")).to_have_text(re.compile("核验"))
    expect(leader.page.locator(".events")).to_contain_text("现场已看")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_several_are_acknowledged_at_once_and_groups_count_what_waits(
    visitor: Visitor, own_centre: Centre, lang: str
) -> None:
    visit = visitor()
    visit.enter(
        "owner", path=f"/warnings?group=ack{'&lang=en' if lang == 'en' else ''}", until="li input[type=checkbox]"
    )
    page = visit.page
    boxes = page.locator("li input[type=checkbox]")
    waiting = boxes.count()
    assert waiting >= 2
    boxes.nth(0).check()
    boxes.nth(1).check()
    visit.shoot(f"desk-bulk-1440-{lang}")
    page.locator(".bulk .main").click()
    expect(boxes).to_have_count(waiting - 2)
    expect(page.locator(".groups button[aria-current] b")).to_have_text(str(waiting - 2))
    assert visit.complaints == []


def test_a_group_without_any_says_so(visitor: Visitor, own_centre: Centre) -> None:
    visit = visitor()
    visit.enter("owner", path="/warnings?group=verify", until=".list")
    expect(visit.page.locator(".list")).to_contain_text("没有等您核验的整改")
    assert visit.complaints == []
