"""The wall and the list of `bench.load` in Chromium: seconds until one can use them, and how evenly the list scrolls.

Interactive = the counts are there and the page has had an idle moment since. A frame is late when it took over 20 ms.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.meter import cpu_s, family
from tests.web.browser import chromium_path

WALL, DESK = {"width": 1920, "height": 1080}, {"width": 1440, "height": 900}
PATIENCE_MS = 120_000
LATE_MS, SCROLL_S, STEP_PX = 20, 5, 60
OPENED = 3

_USABLE = """selector => new Promise(done => {
  const look = () => document.querySelector(selector)
    ? requestIdleCallback(() => done(performance.now()), {timeout: 30000})
    : requestAnimationFrame(look);
  look();
})"""
_SCROLL = """([seconds, step]) => new Promise(done => {
  const took = [], until = performance.now() + seconds * 1000;
  const place = document.scrollingElement;
  let before = performance.now(), way = step;
  const turn = now => {
    took.push(now - before);
    before = now;
    place.scrollBy(0, way);
    if (place.scrollTop + place.clientHeight >= place.scrollHeight - 2) way = -step;
    if (place.scrollTop <= 0) way = step;
    if (now < until) requestAnimationFrame(turn); else done(took.slice(1));
  };
  requestAnimationFrame(turn);
})"""


def measure_pages(url: str, token: str, *, centre_cpu_s: Callable[[], float]) -> dict[str, Any]:
    """Both pages as a leader sees them."""
    program = chromium_path()
    if program is None:
        raise SystemExit("chromium not found: scripts/system-packages.sh installs it, or say --no-browser")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        found: dict[str, Any] = {}
        walls = []
        for _ in range(OPENED):
            context = browser.new_context(viewport=WALL)  # type: ignore[arg-type]
            walls.append(_opened(context.new_page(), url, token, "/wall", "[data-count=total]", centre_cpu_s))
            context.close()
        found["wall"] = walls[0] | {"again_s": [one["interactive_s"] for one in walls[1:]]}
        context = browser.new_context(viewport=DESK)  # type: ignore[arg-type]
        page = context.new_page()
        found["list"] = _opened(page, url, token, "/", "a.project", centre_cpu_s)
        found["scroll"] = _scrolled(page)
        browser.close()
        return found


def _opened(
    page: Page, url: str, token: str, path: str, selector: str, centre_cpu_s: Callable[[], float]
) -> dict[str, Any]:
    """From the address to a page that can be used; processor seconds of the browser and of the centre."""
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(
        f"""if (!sessionStorage.length) sessionStorage.setItem("siteprogress.token",
        JSON.stringify({{token: "{token}", until_ms: Date.now() + 1_000_000}}))"""
    )
    browser, centre = _browser_cpu_s(), centre_cpu_s()
    page.goto(url + path, wait_until="commit")
    usable_ms = page.evaluate(_USABLE, selector)
    time.sleep(0.5)  # what it goes on to do counts
    return {
        "interactive_s": round(usable_ms / 1000, 2),
        "browser_cpu_s": round(_browser_cpu_s() - browser, 2),
        "centre_cpu_s": round(centre_cpu_s() - centre, 2),
        "nodes": page.evaluate("document.querySelectorAll('*').length"),
    }


def _scrolled(page: Page) -> dict[str, Any]:
    began = _browser_cpu_s()
    took = sorted(page.evaluate(_SCROLL, [SCROLL_S, STEP_PX]))
    late = sum(one > LATE_MS for one in took)
    return {
        "frames": len(took),
        "per_s": round(len(took) / SCROLL_S, 1),
        "p50_ms": round(median(took), 1),
        "p95_ms": round(took[int(0.95 * len(took))], 1),
        "late_share": round(late / len(took), 3),
        "browser_cpu_s": round(_browser_cpu_s() - began, 2),
        "nodes": page.evaluate("document.querySelectorAll('*').length"),
    }


def _browser_cpu_s() -> float:
    """Of the browsers below this process; the centre is below it too."""
    return sum(cpu_s(pid) for pid in family([os.getpid()]) if "chrom" in _program(pid))


def _program(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text()
    except OSError:
        return ""
