"""The inspector's phone against the real centre: nothing that was taken is lost, and nothing arrives twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Playwright, expect

from central.clock import system
from demo.link import Link
from tests.central.api.district import Centre
from tests.services import wait_until
from tests.web.browser import chromium_path
from tests.web.phone import SLOW_BYTES_PER_S, Phone, photos

MANY = 20
ITEM = "#item option:not([value=''])"


@pytest.fixture
def phone(play: Playwright, own_centre: Centre, tmp_path: Path) -> Iterator[Callable[..., Phone]]:
    """Makes a phone with a line to the test's own centre, whose wall clock is right."""
    program = chromium_path()
    assert program is not None
    own_centre.wall.at = system()
    port = urlsplit(own_centre.url).port
    assert port is not None
    made: list[Phone] = []
    with Link("127.0.0.1", port) as line:

        def make(**options: Any) -> Phone:
            found = Phone(play=play, program=program, folder=tmp_path / f"phone-{len(made)}", line=line, **options)
            made.append(found)
            found.open()
            return found

        yield make
        for one in made:
            one.close()


def arrived(centre: Centre) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = centre.client("owner").get("/api/v1/projects/qp/photos?limit=200").json()["photos"]
    return found


def there_are(centre: Centre, count: int) -> bool:
    return len(arrived(centre)) >= count


@pytest.mark.requirement("C10")
def test_twenty_photos_taken_offline_survive_a_kill_and_a_line_that_breaks(
    phone: Callable[..., Phone], own_centre: Centre, tmp_path: Path
) -> None:
    """Airplane mode, 20 photos, the browser killed, opened again without a network, then 20 kB/s with cuts."""
    mine = phone()
    mine.sign_in()
    mine.away()
    mine.tab(1)
    mine.take(photos(tmp_path / "album", MANY))
    mine.page.locator("#save").click()
    expect(mine.page.locator("#still")).to_have_text(str(MANY))
    mine.shoot("inspect-outbox-offline")
    kept = mine.digests()
    assert len(set(kept)) == MANY

    mine.kill()
    mine.open(offline=True)
    mine.tab(2)
    expect(mine.page.locator("#still")).to_have_text(str(MANY))
    assert mine.digests() == kept
    assert arrived(own_centre) == []

    mine.back(bytes_per_s=SLOW_BYTES_PER_S)
    for cuts in range(1, 5):
        more = partial(there_are, own_centre, 3 * cuts)
        wait_until(more, what=f"{3 * cuts} photos", timeout_s=120)
        mine.cut()
        mine.page.evaluate("dispatchEvent(new Event('online'))")
    mine.until_empty(timeout_s=180)

    there = arrived(own_centre)
    assert sorted(photo["sha256"] for photo in there) == kept
    originals = list(own_centre.services.settings.data_dir.glob("photos/*/*.orig"))
    assert sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in originals) == kept
    assert mine.complaints == []


@pytest.mark.requirement("D19")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_progress_is_told_with_photos_and_regions_are_covered(
    phone: Callable[..., Phone], own_centre: Centre, tmp_path: Path, lang: str
) -> None:
    """Three things on a phone: tell progress, upload, hear what became of it."""
    mine = phone(lang=lang)
    mine.sign_in()
    mine.shoot(f"inspect-tasks-{lang}")
    mine.tab(1)
    mine.page.locator("#save").click()
    expect(mine.page.locator("[role=alert]")).to_be_visible()  # nothing to save yet, in words
    mine.page.locator("#building").select_option("qp-b1")
    mine.page.locator("#item").select_option(index=1)
    mine.take(photos(tmp_path / "album", 1))
    mine.page.locator(".strip button").first.click()
    board = mine.page.locator(".editor canvas")
    board.wait_for()
    box = board.bounding_box()
    assert box is not None
    mine.page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.2)
    mine.page.mouse.down()
    mine.page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.6)
    mine.page.mouse.up()
    mine.shoot(f"inspect-mask-{lang}")
    mine.page.locator(".editor .btn.main").click()
    for _ in range(3):
        mine.page.locator(".claim .keys button").nth(1).click()
    mine.shoot(f"inspect-shoot-{lang}")
    mine.page.locator("#note").fill("主体五层")
    mine.page.locator("#save").click()
    mine.until_empty(timeout_s=60)
    client = own_centre.client("owner")
    wait_until(
        lambda: client.get("/api/v1/projects/qp/daily-reports").json()["reports"], what="the report", timeout_s=60
    )
    report = client.get("/api/v1/projects/qp/daily-reports").json()["reports"][0]
    assert report["note"] == "主体五层"
    assert [claim["value_bp"] > 0 for claim in report["claims"]] == [True]
    assert [photo["sha256"] for photo in report["photos"]] == [photo["sha256"] for photo in arrived(own_centre)]
    mine.shoot(f"inspect-outbox-{lang}")
    mine.tab(3)
    expect(mine.page.locator(".message")).not_to_have_count(0)  # what the owner was told of the late building
    mine.shoot(f"inspect-me-{lang}")
    assert mine.complaints == []


def test_what_the_centre_refuses_stays_on_the_phone_with_its_reason(
    phone: Callable[..., Phone], own_centre: Centre, tmp_path: Path
) -> None:
    """A report whose item is gone from the plan comes back in words, and may be thrown away only after being asked."""
    mine = phone()
    mine.sign_in()
    mine.away()
    mine.tab(1)
    mine.page.locator("#building").select_option("qp-b1")
    mine.page.locator("#item").select_option(index=1)
    mine.page.locator(".claim .keys button").nth(1).click()
    mine.page.locator("#save").click()
    mine.page.locator("li[data-kind=record]").wait_for()
    own_centre.wall.at = datetime(2026, 1, 1, tzinfo=UTC)  # the report's day has not come yet for the centre
    mine.back()
    mine.page.evaluate("dispatchEvent(new Event('online'))")
    refused = mine.page.locator("li[data-kind=record] .fault")
    refused.wait_for()
    mine.shoot("inspect-refused")
    buttons = mine.page.locator("li[data-kind=record] button")
    buttons.nth(1).click()
    expect(mine.page.locator("li[data-kind=record]")).to_have_count(1)
    buttons.nth(1).click()
    expect(mine.page.locator("li[data-kind=record]")).to_have_count(0)


def test_signing_out_keeps_what_is_not_sent_and_another_person_does_not_send_it(
    phone: Callable[..., Phone], own_centre: Centre, tmp_path: Path
) -> None:
    """Photos belong to who took them."""
    mine = phone()
    mine.sign_in()
    mine.away()
    mine.tab(1)
    mine.take(photos(tmp_path / "album", 2))
    mine.page.locator("#save").click()
    expect(mine.page.locator("#still")).to_have_text("2")
    mine.tab(3)
    mine.page.locator("#me button").last.click()
    mine.back()
    mine.page.locator(".note .btn").click()
    mine.sign_in("builder")
    mine.tab(2)
    expect(mine.page.locator("#still")).to_have_text("0")
    expect(mine.page.locator("main#outbox")).to_contain_text("2")
    assert arrived(own_centre) == []
    mine.tab(3)
    mine.page.locator("#me button").last.click()
    mine.page.locator(".note .btn").click()
    mine.sign_in("owner")
    mine.tab(2)
    mine.until_empty(timeout_s=60)
    assert len(arrived(own_centre)) == 2
