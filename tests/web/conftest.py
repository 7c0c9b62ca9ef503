"""The built page, served by the real API over a filled store, in a real browser."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from central.store.engine import open_engine
from tests.central.api.district import GATEWAY_TOKEN, STILL, Centre, fill, served
from tests.central.api.pictures import digest
from tests.web.browser import DESK, PATIENCE_MS, ROOT, Visit, chromium_path
from tests.web.richer import enrich

Visitor = Callable[..., Visit]


@pytest.fixture(scope="session", autouse=True)
def _patience() -> None:
    """Whatever browser a test opens, it waits as long."""
    expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def pages() -> Path:
    """web/dist of the present sources (built when it is not)."""
    subprocess.run([sys.executable, str(ROOT / "web" / "build.py")], check=True, capture_output=True, timeout=300)
    return ROOT / "web" / "dist"


@pytest.fixture(scope="session")
def filled_file(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The district of the API's tests, to copy from."""
    path = tmp_path_factory.mktemp("pages") / "centre.db"
    shutil.copy(migrated_sqlite, path)
    engine = open_engine(f"sqlite:///{path}")
    fill(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@contextmanager
def centre_in(folder: Path, *, filled: Path, pages: Path) -> Iterator[Centre]:
    """The API and pages over a copy of a filled store, with the still that its readings name."""
    shutil.copy(filled, folder / "centre.db")
    engine = open_engine(f"sqlite:///{folder / 'centre.db'}")
    with served(engine, folder / "data", pages=pages) as running:
        gateway = running.client(token=GATEWAY_TOKEN)
        put = gateway.put(f"/api/v1/evidence/{digest(STILL)}", content=STILL, headers={"Content-Type": "image/jpeg"})
        assert put.is_success, put.text
        yield running
    engine.dispose()


@pytest.fixture(scope="session")
def centre(filled_file: Path, pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """API and pages on the loopback, with the still that the readings name; for tests that only read."""
    with centre_in(tmp_path_factory.mktemp("served"), filled=filled_file, pages=pages) as running:
        yield running


@pytest.fixture(scope="session")
def rich(filled_file: Path, pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """A district with something to show on every page; for tests that only read, or write what no other looks at."""
    with centre_in(tmp_path_factory.mktemp("rich"), filled=filled_file, pages=pages) as running:
        enrich(running)
        yield running


@pytest.fixture
def own_centre(filled_file: Path, pages: Path, tmp_path: Path) -> Iterator[Centre]:
    """The same for one test, which may change or stop it."""
    with centre_in(tmp_path, filled=filled_file, pages=pages) as running:
        yield running


@pytest.fixture(scope="session")
def play() -> Iterator[Playwright]:
    """One driver for every browser: a second one would not start in the loop of the first."""
    if chromium_path() is None:
        pytest.skip("chromium not found: scripts/system-packages.sh installs it")
    with sync_playwright() as opened:
        yield opened


@pytest.fixture(scope="session")
def browser(play: Playwright) -> Iterator[Browser]:
    """One browser for all tests of the pages."""
    opened = play.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
    yield opened
    opened.close()


@pytest.fixture
def visitor(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """Opens windows on the centre (the test's own, if it has one), each with a session of its own."""
    own = "own_centre" in request.fixturenames
    centre: Centre = request.getfixturevalue("own_centre" if own else "centre")
    with ExitStack() as windows:

        def visit(*, size: tuple[int, int] = DESK, dark: bool = False) -> Visit:
            context = browser.new_context(
                viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if dark else "light"
            )
            windows.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            found = Visit(centre=centre, page=context.new_page())
            found.listen()
            return found

        yield visit
