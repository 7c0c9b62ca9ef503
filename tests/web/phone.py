"""An inspector's phone: a browser with a store of its own that may be killed, on a line that may be slow or gone."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import BrowserContext, Error, Page, Playwright, expect

from demo.link import Link
from tests.central.api.district import PASSWORD
from tests.services import wait_until
from tests.web.browser import PATIENCE_MS, PHONE, SHOTS

SLOW_BYTES_PER_S = 20_000


@dataclass(kw_only=True)
class Phone:
    """One phone. `away()` takes the network away, `back()` returns it; `kill()` is what a phone does to a browser."""

    play: Playwright
    program: str
    folder: Path
    line: Link
    lang: str = "zh"
    complaints: list[str] = field(default_factory=list)
    _context: BrowserContext | None = None

    @property
    def page(self) -> Page:
        """The page that is open."""
        assert self._context is not None
        return self._context.pages[0]

    @property
    def url(self) -> str:
        """Where the phone thinks the centre is: the far end of its line."""
        return f"http://127.0.0.1:{self.line.port}"

    def back(self, *, bytes_per_s: int = 0) -> None:
        """The network is there."""
        self.line.bytes_per_s = bytes_per_s
        self.line.mend()
        if self._context is not None:
            self._context.set_offline(False)

    def away(self) -> None:
        """The network is gone, for the page and for everything beneath it."""
        if self._context is not None:
            self._context.set_offline(True)
        self.line.cut()

    def cut(self) -> None:
        """Every connection there is breaks."""
        self.line.cut()
        self.line.mend()

    def open(self, *, offline: bool = False) -> None:
        """The browser, with what it kept."""
        self._context = self.play.chromium.launch_persistent_context(
            str(self.folder),
            executable_path=self.program,
            args=["--no-sandbox"],
            viewport={"width": PHONE[0], "height": PHONE[1]},
            locale="zh-CN" if self.lang == "zh" else "en-GB",
            offline=offline,
        )
        self._context.set_default_timeout(PATIENCE_MS)
        self.page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        self.page.goto(f"{self.url}/inspect/" + ("?lang=en" if self.lang == "en" else ""))

    def kill(self) -> None:
        """SIGKILL to every process of this browser: nothing is said goodbye to."""
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            with suppress(OSError):
                if f"--user-data-dir={self.folder}" in (entry / "cmdline").read_bytes().decode(errors="replace"):
                    os.kill(int(entry.name), signal.SIGKILL)
        with suppress(Error):
            self._close()
        for lock in self.folder.glob("Singleton*"):
            lock.unlink(missing_ok=True)

    def close(self) -> None:
        """The end of the test."""
        with suppress(Error):
            self._close()

    def _close(self) -> None:
        if self._context is not None:
            context, self._context = self._context, None
            context.close()

    def sign_in(self, username: str = "owner") -> None:
        """Through the form; then the pages of this phone are kept for later."""
        self.page.locator("#username").fill(username)
        self.page.locator("#password").fill(PASSWORD)
        self.page.locator("button[type=submit]").click()
        self.page.locator("main#tasks article, main#tasks .sites").first.wait_for()
        self.page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")

    def tab(self, number: int) -> None:
        """Tasks, photo, outbox, me: 0 to 3."""
        self.page.locator("nav.tabs button").nth(number).click()

    def still_here(self) -> int:
        """How many photos the outbox says are on this phone."""
        return int(self.page.locator("#still").inner_text())

    def until_empty(self, *, timeout_s: float) -> None:
        """Wait until nothing is on the phone any more."""
        wait_until(lambda: self.still_here() == 0, what="the outbox is empty", timeout_s=timeout_s)

    def digests(self) -> list[str]:
        """Of the bytes that are on the phone, made from the bytes themselves."""
        found: list[str] = self.page.evaluate(
            """async () => {
              const db = await new Promise((done) => {
                const asked = indexedDB.open("siteprogress-inspect");
                asked.onsuccess = () => done(asked.result);
              });
              const rows = await new Promise((done) => {
                const asked = db.transaction("photos").objectStore("photos").getAll();
                asked.onsuccess = () => done(asked.result);
              });
              db.close();
              const hex = async (bytes) => [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))]
                .map((b) => b.toString(16).padStart(2, "0")).join("");
              return Promise.all(rows.map((row) => hex(row.bytes)));
            }"""
        )
        return sorted(found)

    def shoot(self, name: str) -> None:
        """A picture for a person to look at."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png", full_page=True)

    def take(self, files: list[Path]) -> None:
        """Photos from the album, until each is shown."""
        before = self.page.locator(".strip li").count()
        self.page.locator("#album").set_input_files([str(file) for file in files])
        expect(self.page.locator(".strip li")).to_have_count(before + len(files))


def photos(folder: Path, count: int, *, seed: int = 1) -> list[Path]:
    """So many different small pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    made = []
    for number in range(count):
        rough = random.integers(0, 255, (12, 16, 3), dtype=np.uint8)
        picture = cv2.resize(rough, (640, 480), interpolation=cv2.INTER_CUBIC)
        path = folder / f"photo-{number:02}.jpg"
        cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, 90])
        made.append(path)
    return made
