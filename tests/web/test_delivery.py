"""The page of gateways: what each delivered and how far it is believed; refusals for those who may know of them."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from central.ingest.commit import commit
from central.ingest.letters import Letter
from central.store.engine import writing
from central.store.instants import to_ms
from central.store.save_people import add_gateway
from central.store.save_security import note_security
from central.store.save_status import save_beats, save_birth
from tests.central.api.district import NOW, Centre
from tests.web.browser import DESK, PHONE
from tests.web.conftest import Visitor
from tests.wire.build import a_birth
from wire.messages import Beat

WALL = (1920, 1080)
TOLD = {
    "zh": (
        "签名不符",
        "证书被拒",
        "a_code_of_tomorrow",
        "按策略放弃 1,200 条",
        "受限:disk full",
        "与中心相差",
        "已发出 3,000",
    ),
    "en": (
        "Signature does not hold",
        "Certificate refused",
        "a_code_of_tomorrow",
        "1,200 given up",
        "degraded: disk full",
    ),
}


def troubled(centre: Centre) -> None:
    """A gateway behind, one that nobody has heard of, refusals and a dead letter."""
    now_ms = to_ms(NOW)
    add_gateway(centre.engine, "gw-7", by="test", now_ms=now_ms)
    beat = Beat(
        gw="gw-1",
        epoch="e1",
        sent_at=now_ms,
        produced=90_210,
        acked=145,
        oldest_age_ms=7_300_000,
        disk_free_bytes=10**10,
        cameras=(),
        in_flight=3000,
        tombstoned=1200,
        clock_offset_ms=-3_200,
        security=2,
        degraded="disk full",
    )
    with writing(centre.engine) as connection:
        save_birth(connection, a_birth(gw="gw-1", epoch="e1", newest=90_210), now_ms=now_ms)
        save_beats(connection, [beat], now_ms=now_ms)
        for gateway, code, detail in (
            ("gw-1", "bad_signature", "epoch e1: a frame that the gateway's key did not sign"),
            (None, "tls_refused", "203.0.113.9: certificate revoked, CN gw-7"),
            ("gw-7", "a_code_of_tomorrow", "x" * 300),
        ):
            note_security(connection, code=code, gateway=gateway, detail=detail, at_ms=now_ms)
    noise = Letter(
        topic="siteprogress/v1/gw-1/up/data", code="malformed", reason="zlib data", payload=b"n", gateway="gw-1"
    )
    commit(centre.engine, frames=[], letters=[noise], now_ms=now_ms)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_who_runs_the_centre_sees_what_was_refused(own_centre: Centre, visitor: Visitor, lang: str) -> None:
    troubled(own_centre)
    for size, device in ((DESK, "1440"), (PHONE, "360"), (WALL, "1920")):
        visit = visitor(size=size)
        visit.enter("admin", path="/fleet" if lang == "zh" else "/fleet?lang=en", until=".refused li")
        assert visit.overflow_px() == 0, f"scrolls sideways at {device}"
        said = visit.page.locator("main#main").inner_text()
        for words in TOLD[lang]:
            assert words in said, f"{words} at {device}"
        visit.shoot(f"delivery-{device}-{lang}")
        assert visit.complaints == []


def test_others_see_the_gateways_and_no_refusals(own_centre: Centre, visitor: Visitor) -> None:
    troubled(own_centre)
    visit = visitor()
    visit.enter("leader", path="/fleet", until=".camera")
    assert visit.page.locator(".refused").count() == 0
    assert visit.complaints == []


def test_nothing_refused_is_said_in_words(own_centre: Centre, visitor: Visitor) -> None:
    visit = visitor()
    visit.enter("audit", path="/fleet", until=".refused")
    expect(visit.page.locator(".refused")).to_contain_text("没有安全事件")
    expect(visit.page.locator(".refused")).to_contain_text("没有死信")
