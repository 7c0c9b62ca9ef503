"""A camera is commissioned at the page: asked for, corrected by hand and by keyboard, sent, and what came of it."""

from __future__ import annotations

import hashlib
import json
import re
import time
from typing import Any

import cv2
import pytest
from playwright.sync_api import Page, Route, expect
from sqlmodel import Session

from central.api.stills import StillFolder
from central.configuring.standing import standings
from central.store.engine import reading, writing
from central.store.save_configs import save_results
from central.store.tables import FaceReading
from tests.central.api.district import Centre
from tests.central.configuring.build import a_gateway
from tests.edge_agent.vision.drawing import draw, scene_json
from tests.web.browser import PHONE
from tests.web.conftest import Visitor
from tests.web.test_access import _findings

PAGE = "/fleet/gw-7/cam-1/commission"
STREAM = {"gateway": "gw-7", "epoch": "e1"}
API = "/api/v1/gateways/gw-7/cameras/cam-1"


def frame_comes(centre: Centre, number: int) -> None:
    """gw-7 answers with a drawn building of five storeys."""
    done, data = cv2.imencode(".jpg", draw([[3] * 4 for _ in range(5)]))
    assert done
    jpeg = data.tobytes()
    sha256 = hashlib.sha256(jpeg).hexdigest()
    StillFolder(centre.services.settings.data_dir).keep(sha256, jpeg)
    scene = scene_json()
    guess = {"faces": [{"face_id": "A-front", "value": scene["faces"][0]}], "findings": []}
    row = {"of": "reference_frame", "gateway": "gw-7", "id": number, "camera": "cam-1", "state": "taken", "why": ""}
    row |= {"config": 0, "scene": json.dumps(scene), "guess": json.dumps(guess), "sha256": sha256}
    say(centre, row | {"width_px": 512, "height_px": 384})


def say(centre: Centre, row: dict[str, Any]) -> None:
    with writing(centre.engine) as connection:
        save_results(connection, [row | {"at": time.time_ns() // 1_000_000}])


def first_reading(centre: Centre) -> None:
    """What the camera said first under what is on trial."""
    row = {"building": "A", "face": "A-front", "camera": "cam-1", "observed_at": 1, "work_type": "new_build"}
    row |= {"shares": "{}", "cells": 20, "completion_bp": 4480, "sigma_bp": 200, "coverage_bp": 9100}
    row |= {"registration": "VERIFIED", "frame_sha256": "0" * 64}
    with Session(centre.engine) as session:
        session.add(FaceReading.model_validate(STREAM | {"seq": 6} | row))
        session.commit()


def storeys(page: Page) -> int:
    return page.locator("svg .line.row").count() - 1


@pytest.fixture
def asked(own_centre: Centre) -> Centre:
    a_gateway(own_centre.engine, "gw-7")
    return own_centre


def test_a_camera_is_commissioned_from_the_page(visitor: Visitor, asked: Centre) -> None:
    admin = visitor()
    admin.enter("admin", path=PAGE, until="#ask-reason")
    page = admin.page
    page.get_by_role("button", name="调取参考帧").click()
    expect(page.get_by_text("请写明理由,至少四个字")).to_be_visible()
    page.locator("#ask-reason").fill("机位移动后重新标定")
    page.get_by_role("button", name="调取参考帧").click()
    expect(page.get_by_text("网关不在线:已记下", exact=False)).to_be_visible()
    admin.shoot("commission-asked-1440-zh")
    frame_comes(asked, asked.client("admin").get(f"{API}/commissioning").json()["ask"]["id"])
    expect(page.locator("svg image[href^=blob]")).to_be_visible()
    send = page.get_by_role("button", name=re.compile("下发"))
    expect(send).to_be_disabled()
    expect(send).to_contain_text("没有改动")

    line = page.get_by_role("button", name="第 3 条层线")
    before = line.locator("polyline").first.get_attribute("points")
    line.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.get_by_text("有未下发的改动")).to_be_visible()
    first = before.split()[0].split(",") if before else []
    moved = f"{float(first[0]):g},{float(first[1]) + 11:g}"
    expect(line.locator("polyline").first).to_have_attribute("points", re.compile(re.escape(moved)))
    page.get_by_role("button", name="其后加一条线").click()
    expect(page.locator("svg .line.row")).to_have_count(7)
    page.keyboard.press("Control+z")
    expect(page.locator("svg .line.row")).to_have_count(6)
    corner = page.get_by_role("button", name="右上角")
    box = corner.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 25, box["y"] - 5, steps=4)
    page.mouse.up()
    expect(page.get_by_role("button", name="撤销")).to_be_enabled()
    page.get_by_role("button", name="加隐私遮罩").click()
    mask = page.get_by_role("button", name="隐私遮罩", exact=True)
    mask.focus()
    page.keyboard.press("Shift+ArrowLeft")
    expect(mask.locator("polygon")).to_have_attribute("points", re.compile("^195,154"))
    page.keyboard.press("Delete")
    expect(mask).to_have_count(0)
    page.get_by_label("楼栋编号").fill("qp-b9")
    page.get_by_role("button", name="改数目").click()
    expect(send).to_contain_text("请先确认遮罩")
    page.get_by_role("checkbox").check()
    expect(page.locator(".findings")).to_contain_text("锚区只有 0 个")
    admin.shoot("commission-lines-1440-zh")
    send.click()
    expect(page.locator(".steps li.done")).to_have_count(1)
    with reading(asked.engine) as connection:
        [order] = standings(connection, "gw-7", now_ms=0, limit=5)
    assert [(part.kind, part.name) for part in order.parts] == [("scene", "cam-1")]
    say(asked, {"of": "config_step", **STREAM, "seq": 5, "config": order.id, "step": "received"})
    expect(page.locator(".steps li.done")).to_have_count(2)
    row = {"of": "config_result", "gateway": "gw-7", "id": order.id, "state": "rolled_back", "reason": "cam-1 dark"}
    say(asked, row)
    expect(page.locator(".steps .bad")).to_contain_text("试用后退回")
    expect(page.locator(".steps .bad")).to_contain_text("cam-1 dark")
    expect(page.get_by_role("button", name="下发到网关")).to_be_enabled()  # what was drawn is not lost with it
    assert _findings(page) == []
    admin.shoot("commission-back-1440-zh")
    assert admin.complaints == []


def test_what_is_moved_while_the_centre_is_slow_is_told_once_and_in_order(visitor: Visitor, asked: Centre) -> None:
    frame_comes(asked, asked.client("admin").post(f"{API}/reference", json={"reason": "机位移动后标定"}).json()["id"])
    admin = visitor()
    admin.enter("admin", path=PAGE, until="svg image[href^=blob]")
    page = admin.page
    masks = page.get_by_role("button", name="隐私遮罩", exact=True)
    for count in (1, 2, 3):
        page.get_by_role("button", name="加隐私遮罩").click()
        expect(masks).to_have_count(count)
    asked_for: list[dict[str, Any]] = []
    answered: list[dict[str, Any]] = []

    def slowly(route: Route) -> None:
        asked_for.extend(json.loads(route.request.post_data or "{}")["edits"])
        answer = route.fetch()
        page.wait_for_timeout(900)  # longer than a pause between two key presses
        answered.append(answer.json())
        route.fulfill(response=answer)

    page.route("**/preview", slowly)
    masks.nth(0).focus()
    page.keyboard.press("Shift+ArrowLeft")
    page.wait_for_timeout(500)  # told, not answered
    masks.nth(1).focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    line = page.get_by_role("button", name="第 3 条层线")
    before = page.evaluate("el => el.getAttribute('points')", line.locator("polyline").first.element_handle())
    line.focus()
    page.keyboard.press("ArrowDown")
    masks.nth(2).focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Delete")
    expect(masks).to_have_count(2, timeout=20_000)
    expect(page.get_by_text("有未下发的改动")).to_be_visible(timeout=20_000)
    assert [one["op"] for one in asked_for] == ["move_mask", "move_mask", "move_row", "remove_mask"]
    left, up = answered[-1]["scene"]["privacy_masks"]
    assert (left[0], up[0]) == ([195.0, 154.0], [205.0, 152.0])
    moved = answered[-1]["scene"]["faces"][0]["row_lines"][3]
    assert moved[0][1] == pytest.approx(float(before.split()[0].split(",")[1]) + 1, abs=0.11)
    page.keyboard.press("Control+z")
    expect(masks).to_have_count(3)
    assert admin.complaints == []


def test_changes_are_not_lost_by_leaving_or_by_somebody_elses_order(visitor: Visitor, asked: Centre) -> None:
    client = asked.client("admin")
    frame_comes(asked, client.post(f"{API}/reference", json={"reason": "four words or more"}).json()["id"])
    admin = visitor(size=PHONE, dark=True)
    admin.enter("admin", path=f"{PAGE}?lang=en", until="svg image[href^=blob]")
    page = admin.page
    page.get_by_role("button", name="Storey line 2").focus()
    page.keyboard.press("Delete")
    expect(page.locator("svg .line.row")).to_have_count(5)
    questions: list[str] = []

    def refuse(dialog: Any) -> None:
        questions.append(dialog.message)
        dialog.dismiss()

    page.once("dialog", refuse)
    page.get_by_role("link", name="gw-7").click()
    expect(page).to_have_url(re.compile("commission"))
    assert "have not been sent" in questions[0]
    page.get_by_role("checkbox").check()
    client.post("/api/v1/gateways/gw-7/config", json={"settings": {"evidence": {"every_h": 2.0}}})
    page.get_by_role("button", name="Send to the gateway").click()
    expect(page.get_by_text("Somebody has just ordered another configuration")).to_be_visible()
    assert admin.overflow_px() == 0
    admin.shoot("commission-overtaken-360-en")
    page.get_by_role("button", name="Keep my changes").click()
    page.get_by_role("button", name="Send to the gateway").click()
    expect(page.locator(".steps li.done")).to_have_count(1)
    assert storeys(page) == 4
    with reading(asked.engine) as connection:
        number = standings(connection, "gw-7", now_ms=0, limit=1)[0].id
    say(asked, {"of": "config_step", **STREAM, "seq": 5, "config": number, "step": "on_trial"})
    say(asked, {"of": "config_result", "gateway": "gw-7", "id": number, "state": "applied", "reason": ""})
    expect(page.get_by_text("Waiting for the first reading")).to_be_visible()
    first_reading(asked)
    expect(page.locator(".steps .first")).to_contain_text("44.8% ± 3.3%")
    assert _findings(page) == []
    admin.shoot("commission-first-360-en")
    assert admin.complaints == [c for c in admin.complaints if "409" in c]


def test_who_may_not_commission_finds_nothing(visitor: Visitor, asked: Centre) -> None:
    leader = visitor()
    leader.enter("leader", path=PAGE, until=".fault")
    assert leader.page.locator("#ask-reason").count() == 0
