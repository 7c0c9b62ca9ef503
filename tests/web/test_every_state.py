"""Every page of an empty district and for somebody who may not: words, never a blank."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from central.store.engine import open_engine
from tests.central.api.district import Centre, add_people, served
from tests.web.browser import DESK, PATIENCE_MS, Visit
from tests.web.places import PLACES, Place
from tests.web.words import said, wrong_words

ANSWERED = ("401", "403", "404")  # what a browser notes of an answer that is one
OF_SOMETHING = ("project", "trace", "public", "poster")  # pages of a thing that an empty district has not
SOME_WORDS = 8
A_MOMENT_MS = 300  # in which a page that has come asks for what it shows


@pytest.fixture(scope="module")
def empty(migrated_sqlite: Path, pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """A district on its first day: people, and nothing else."""
    folder = tmp_path_factory.mktemp("empty")
    filled = folder / "people.db"
    shutil.copy(migrated_sqlite, filled)
    engine = open_engine(f"sqlite:///{filled}")
    add_people(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    engine = open_engine(f"sqlite:///{filled}")
    with served(engine, folder / "data", pages=pages) as running:
        yield running
    engine.dispose()


def opened(browser: Browser, centre: Centre, who: str | None) -> tuple[BrowserContext, Visit]:
    """A window of somebody."""
    context = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]})
    context.set_default_timeout(PATIENCE_MS)
    visit = Visit(centre=centre, page=context.new_page())
    visit.listen()
    if who is not None:
        visit.enter(who, path="/login", until="#username")
    return context, visit


def settled(page: Page) -> list[str]:
    """What a page says once it waits for nothing any more."""
    page.locator("main").first.wait_for()
    waits = page.locator(".skeleton, [aria-busy=true]")
    expect(waits).to_have_count(0)
    page.wait_for_timeout(A_MOMENT_MS)
    expect(waits).to_have_count(0)
    return said(page)


def blanks(visit: Visit, place: Place) -> list[str]:
    """What is wrong with a page that has nothing to show."""
    visit.page.goto(visit.url + place.path)
    texts = settled(visit.page)
    faults = wrong_words(texts, lang="zh")
    if len("".join(texts)) < SOME_WORDS:
        faults.append("says nothing")
    faults += [one for one in visit.complaints if not any(status in one for status in ANSWERED)]
    visit.complaints.clear()
    return [f"{place.name}: {one}" for one in faults]


def test_an_empty_district_says_on_each_page_what_will_be_there(empty: Centre, browser: Browser) -> None:
    context, visit = opened(browser, empty, "leader")
    shown = [place for place in PLACES if place.who and not place.name.startswith(OF_SOMETHING)]
    assert [fault for place in shown for fault in blanks(visit, place)] == []
    context.close()


def test_who_may_not_is_told_so_on_each_page(rich: Centre, browser: Browser) -> None:
    context, visit = opened(browser, rich, "nobody")
    assert [fault for place in PLACES if place.who for fault in blanks(visit, place)] == []
    context.close()
