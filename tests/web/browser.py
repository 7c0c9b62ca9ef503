"""A real browser on the real centre: signing in, walking, and what must never happen on any page."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request

from tests.central.api.district import PASSWORD, Centre

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "build" / "screenshots"
PATIENCE_MS = 60_000  # a cap, generous on a busy machine
DESK = (1440, 900)
PHONE = (360, 780)


def chromium_path() -> str | None:
    """The browser of the system, or None."""
    return next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None)


@dataclass(kw_only=True)  # no slots: Playwright hangs its wrapper of a handler on the object
class Visit:
    """One person at one window of the centre's page. `complaints`: console errors and requests to other hosts."""

    centre: Centre
    page: Page
    complaints: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where the centre is."""
        return self.centre.url

    def listen(self) -> None:
        """Start gathering complaints."""
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        self.page.on("request", self._on_request)

    def enter(self, username: str = "leader", *, path: str = "/", until: str) -> None:
        """With a session such as the form leaves behind, straight to a path, until something is there."""
        self.hold(username)
        self.go(path, until=until)

    def hold(self, username: str) -> None:
        """The session that the form leaves behind, for every page opened from now on."""
        issued = self.centre.services.signer.issue(username, now=self.centre.wall())
        self.page.add_init_script(
            f"""if (!sessionStorage.length) sessionStorage.setItem("siteprogress.token",
            JSON.stringify({{token: "{issued.token}", until_ms: Date.now() + 1_000_000}}))"""
        )

    def sign_in(self, username: str = "leader", *, path: str = "/") -> None:
        """Through the form, then to the path."""
        self.page.goto(self.url + path)
        self.page.locator("#username").fill(username)
        self.page.locator("#password").fill(PASSWORD)
        self.page.locator("button[type=submit]").click()
        self.page.locator("main#main").wait_for()

    def go(self, path: str, *, until: str) -> None:
        """To a path of the centre, until something is there."""
        self.page.goto(self.url + path)
        self.page.locator(until).first.wait_for()

    def shoot(self, name: str) -> Path:
        """A picture of the whole page for a person to lay beside spec/ui."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        path = SHOTS / f"{name}.png"
        self.page.screenshot(path=path, full_page=True)
        return path

    def overflow_px(self) -> int:
        """By how much the page is wider than its window."""
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return int(wide)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "GL Driver Message" not in message.text:
            self.complaints.append(f"console {message.type}: {message.text}")

    def _on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("blob", "data") and f"{parts.scheme}://{parts.netloc}" != self.url:
            self.complaints.append(f"request to another host: {request.url}")
