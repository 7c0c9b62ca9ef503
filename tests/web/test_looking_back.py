"""What is wrong with a device and what to do; who looked at which picture and why: both languages, desk and phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from central.store.engine import writing
from central.store.instants import to_ms
from central.store.save_status import save_beats, save_birth, save_presence
from tests.central.api.district import NOW, Centre
from tests.web.browser import DESK, PHONE
from tests.web.conftest import Visitor
from tests.web.test_access import _findings
from wire.messages import Beat, Birth, Presence


def spoken(centre: Centre) -> None:
    """gw-1 with a clock that is a minute and a half off, and little room left."""
    birth = Birth(
        gw="gw-1", epoch="e1", boot="b1", oldest=1, newest=145, clock="synced", sent_at=1,
        software="siteprogress/0.1.0", model_sha256="ab" * 32, cameras=("c1", "c2"),
    )  # fmt: skip
    beat = Beat(
        gw="gw-1", epoch="e1", sent_at=2, produced=150, acked=145, oldest_age_ms=9_000, disk_free_bytes=1 << 30,
        cameras=(), clock_offset_ms=94_000,
    )  # fmt: skip
    with writing(centre.engine) as connection:
        save_birth(connection, birth, now_ms=to_ms(NOW))
        save_beats(connection, [beat], now_ms=to_ms(NOW))
        save_presence(connection, Presence(gw="gw-1", online=True, session=1), now_ms=to_ms(NOW))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_device_that_needs_somebody_is_found_and_says_what_to_do(
    visitor: Visitor, own_centre: Centre, lang: str
) -> None:
    spoken(own_centre)
    suffix = "" if lang == "zh" else "?lang=en"
    for size, device in ((DESK, "1440"), (PHONE, "360")):
        visit = visitor(size=size)
        page = visit.page
        visit.enter("admin", path=f"/fleet{suffix}", until=".bars")
        page.get_by_role("button", name=re.compile("移位|MOVED")).click()
        expect(page).to_have_url(re.compile("state=moved"))
        expect(page.locator(".camera")).to_have_count(1)
        page.get_by_role("button", name=re.compile("时钟偏差|Clock off")).click()
        expect(page.locator("tbody tr")).to_have_count(1)
        assert visit.overflow_px() == 0, device
        visit.shoot(f"fleet-{device}-{lang}")
        page.locator("tbody tr a").first.click()
        todo = page.locator(".todo")
        expect(todo).to_contain_text("60 秒" if lang == "zh" else "60 s")
        expect(page.locator(".facts")).to_contain_text("1.0 GiB")
        expect(page.locator(".facts")).to_contain_text("ab" * 32)
        expect(page.locator("main")).to_contain_text("没有下发过" if lang == "zh" else "nothing ordered")
        assert visit.overflow_px() == 0, device
        assert _findings(page) == [], device
        visit.shoot(f"gateway-{device}-{lang}")
        assert visit.complaints == []


def test_a_gateway_nobody_knows_is_said_to_be_absent(visitor: Visitor) -> None:
    visit = visitor()
    visit.enter(path="/fleet/gateways/gw-404", until=".empty")
    expect(visit.page.locator(".empty")).to_contain_text("没有这个网关")
    assert visit.complaints == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_why_one_looks_is_asked_once_and_stands_in_the_register(
    visitor: Visitor, own_centre: Centre, lang: str
) -> None:
    suffix = "" if lang == "zh" else "?lang=en"
    looking = visitor()
    looking.enter("leader", path=f"/projects/qp{suffix}", until=".pair .open img")
    page = looking.page
    page.locator(".pair .open").first.click()
    page.locator("#purpose").select_option("other")
    page.locator(".ask button[type=submit]").click()
    expect(page.locator("#purpose-fault")).to_be_visible()
    page.locator(".ask input").fill("群众来访")
    with page.expect_response(re.compile("/api/v1/evidence/")):  # looked at once more, with the purpose
        page.locator(".ask button[type=submit]").click()
    expect(page.locator(".ask")).to_have_count(0)
    page.reload()
    page.locator(".pair .open img").first.wait_for()
    page.locator(".pair .open").first.click()
    expect(page.locator(".el-dialog")).to_contain_text("其他" if lang == "zh" else "other")
    assert looking.complaints == []
    auditing = visitor()
    auditing.enter("audit", path=f"/audit/views{suffix}", until="tbody tr")
    rows = auditing.page.locator("tbody tr")
    expect(rows.first).to_contain_text("leader")
    expect(auditing.page.locator("main")).to_contain_text("群众来访")
    assert _findings(auditing.page) == []
    auditing.shoot(f"views-1440-{lang}")
    auditing.page.locator("tbody tr .link").first.click()
    expect(auditing.page).to_have_url(re.compile("person=leader"))
    assert auditing.complaints == []
