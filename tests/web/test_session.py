"""Signing in and out, what is not there, and what happens when the centre changes, goes away or ends the session."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from central.ingest.commit import commit
from central.reassess import reassess
from central.store.instants import to_ms
from tests.central.api.district import LAST_DAY, Centre, a_record, reading, records
from tests.central.build import at
from tests.web.conftest import Visitor
from wire.messages import Frame


def test_a_wrong_password_is_told_at_the_form_and_keeps_the_name(visitor: Visitor) -> None:
    visit = visitor()
    page = visit.page
    page.goto(visit.url + "/warnings")
    expect(page).to_have_url(re.compile(r"/login\?to=/warnings"))
    page.locator("button[type=submit]").click()
    expect(page.locator("[role=alert]")).to_contain_text("请填写用户名")
    expect(page.locator("#password-fault")).to_contain_text("请填写密码")
    page.locator("#username").fill("leader")
    page.locator("#password").fill("wrong")
    page.locator("button[type=submit]").click()
    expect(page.locator("[role=alert]")).to_contain_text("用户名或密码不对")
    expect(page.locator("#username")).to_have_value("leader")
    visit.sign_in(path="/warnings")
    expect(page).to_have_url(re.compile("/warnings$"))


@pytest.mark.parametrize("path", ["/nowhere", "/projects/none", "/projects/ml"])
def test_absent_and_forbidden_are_the_same_page(visitor: Visitor, path: str) -> None:
    visit = visitor()
    visit.enter("owner", path=path, until="h1")  # of project qp only
    expect(visit.page.get_by_role("heading", name="没有这个页面")).to_be_visible()


def test_an_expired_token_leads_to_the_form_and_back(visitor: Visitor, own_centre: Centre) -> None:
    visit = visitor()
    visit.sign_in()
    visit.page.goto("about:blank")  # whose page asks nothing meanwhile: it would be told, and the next one not
    own_centre.wall.at += timedelta(hours=2)
    visit.page.goto(visit.url + "/fleet?lang=en")
    expect(visit.page.locator(".notice")).to_contain_text("The session has expired")
    visit.sign_in(path="/login?lang=en&to=/fleet?lang=en")
    expect(visit.page).to_have_url(re.compile(r"/fleet\?lang=en$"))


def test_the_language_travels_and_the_page_says_its_language(visitor: Visitor) -> None:
    visit = visitor()
    visit.enter(until="a.project")
    page = visit.page
    page.get_by_role("button", name="切换到 English").click()
    expect(page).to_have_url(re.compile(r"lang=en"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="Devices").click()
    expect(page).to_have_url(re.compile(r"/fleet\?lang=en"))
    assert visit.complaints == []


def test_a_new_reading_shows_without_a_reload(visitor: Visitor, own_centre: Centre) -> None:
    visit = visitor()
    visit.enter(until="a.project")
    page = visit.page
    expect(page.locator(".asof")).to_contain_text("实时")
    before = page.locator(".asof b").text_content()
    day = LAST_DAY + 1.25
    seq = len(records()) + 1
    later = a_record(seq, "face_reading", day, reading("qp-b1", "c1", done=day))
    frame = Frame(gw="gw-1", epoch="e1", lo=seq, hi=seq, boot="b", sent_at=0, recs=(later,))
    commit(own_centre.engine, frames=[frame], letters=[], now_ms=to_ms(at(day)))
    reassess(own_centre.engine, "qp", at(day))
    own_centre.services.changes.publish(("qp",), at(day))
    expect(page.locator(".asof b")).not_to_have_text(before or "")


def test_a_lost_line_is_said_and_the_figures_stay(visitor: Visitor, own_centre: Centre) -> None:
    visit = visitor()
    visit.enter(until="a.project")
    expect(visit.page.locator(".asof")).to_contain_text("实时")
    visit.page.context.set_offline(True)
    own_centre.services.changes.close()
    expect(visit.page.locator(".stale")).to_contain_text("连接中断")
    expect(visit.page.locator("a.project")).to_have_count(2)
    visit.page.context.set_offline(False)
    expect(visit.page.locator(".stale")).to_have_count(0)


def test_a_block_that_fails_says_so_alone_and_tries_again(visitor: Visitor) -> None:
    visit = visitor()
    fault = {
        "code": "unavailable",
        "what": "the score is being computed",
        "where": "score",
        "expected": "",
        "id": "e7f31",
    }
    visit.page.route("**/projects/qp/score", lambda route: route.fulfill(status=503, body=json.dumps({"error": fault})))
    visit.enter(path="/projects/qp", until="[role=grid]")
    block = visit.page.locator("[role=alert]")
    expect(block).to_have_count(1)
    expect(block).to_contain_text("没取到绩效得分")
    expect(block).to_contain_text("中心服务没有接受")
    expect(block).to_contain_text("e7f31")
    visit.page.unroute("**/projects/qp/score")
    block.get_by_role("button", name="重试").click()
    expect(visit.page.get_by_role("heading", name="绩效得分构成")).to_be_visible()
    expect(block).to_have_count(0)
