"""The watch over a real file and a real database: a refusal counts once, whatever becomes of file or centre."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Engine, select

from central.identity.broker_watch import BrokerWatch, LogFile
from central.store.engine import reading
from central.store.tables import SecurityEvent
from central.store.upsert import table_of
from tests.services import wait_until

AT = 1_788_228_000_000
DENIED = "Denied PUBLISH from gw-1 (d0, q1, r0, m4, 'siteprogress/v1/gw-2/up/data', ... (1 bytes))\n"


def events(engine: Engine) -> dict[tuple[str, str], int]:
    table = table_of(SecurityEvent)
    with reading(engine) as connection:
        rows = connection.execute(select(table)).all()
    return {(row.code, row.gateway): row.times for row in rows}


@contextmanager
def watched(engine: Engine, folder: Path) -> Any:
    watch = BrokerWatch(
        engine=engine, path=folder / "broker.log", place=folder / "at" / "place", now_ms=lambda: AT, poll_s=0.05
    )
    thread = Thread(target=watch.run)
    thread.start()
    try:
        yield watch
    finally:
        watch.stopping.set()
        thread.join()


def _wait(engine: Engine, times: int) -> None:
    wait_until(lambda: events(engine).get(("acl_refused", "gw-1")) == times, what=f"{times} refusals")


def _append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def test_each_refusal_counts_once_over_restarts_and_rotation(any_store: Engine, tmp_path: Path) -> None:
    path = tmp_path / "broker.log"
    with watched(any_store, tmp_path):
        _append(path, DENIED * 3 + DENIED[:20])
        _wait(any_store, 3)
    _append(path, DENIED[20:] + DENIED)  # while nobody looks
    with watched(any_store, tmp_path):
        _wait(any_store, 5)
        path.rename(tmp_path / "broker.log.1")
        _append(path, "harmless\n" + DENIED)
        _wait(any_store, 6)
        path.write_text("")  # cut, as `copytruncate` does
        _append(path, DENIED)
        _wait(any_store, 7)


@pytest.mark.parametrize(
    ("make", "lines"),
    [
        (lambda path: None, []),
        (lambda path: path.write_bytes(b""), []),
        (lambda path: path.write_bytes(b"half"), []),
        (lambda path: path.write_bytes(b"\xff\xfe\n\n"), ["\ufffd\ufffd", ""]),
    ],
)
def test_only_whole_lines_are_read(tmp_path: Path, make: Callable[[Path], Any], lines: list[str]) -> None:
    make(tmp_path / "log")
    assert LogFile(path=tmp_path / "log").next() == lines


def test_a_line_without_end_fills_no_memory_and_stops_nobody(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * (3 << 20) + b"\nthen\n")
    file, found = LogFile(path=path), list[str]()
    for _ in range(5):
        found += file.next()
    assert found[-1] == "then"


def test_a_place_that_cannot_be_read_begins_at_the_top(any_store: Engine, tmp_path: Path) -> None:
    (tmp_path / "at").mkdir()
    (tmp_path / "at" / "place").write_text("{}")
    (tmp_path / "broker.log").write_text(DENIED)
    with watched(any_store, tmp_path):
        _wait(any_store, 1)


def test_a_log_that_cannot_be_read_is_told_and_tried_again(sqlite_store: Engine, tmp_path: Path) -> None:
    path = tmp_path / "broker.log"
    path.mkdir()
    with watched(sqlite_store, tmp_path) as watch:
        wait_until(lambda: "expected a log this user can read" in watch.problems.get("read", ""), what="it is told")
        path.rmdir()
        path.write_text(DENIED)
        _wait(sqlite_store, 1)
        wait_until(lambda: not watch.problems, what="it is well")


def test_a_place_that_cannot_be_kept_is_told_and_nothing_is_counted_twice(sqlite_store: Engine, tmp_path: Path) -> None:
    (tmp_path / "at").write_text("a file where the folder should be, as good as a full disk")
    path = tmp_path / "broker.log"
    with watched(sqlite_store, tmp_path) as watch:
        _append(path, DENIED)
        wait_until(lambda: "expected room" in watch.problems.get("place", ""), what="it is told")
        _append(path, DENIED)
        _wait(sqlite_store, 2)
        (tmp_path / "at").unlink()
        wait_until(lambda: not watch.problems, what="it is kept")
    with watched(sqlite_store, tmp_path):
        _append(path, DENIED)
        _wait(sqlite_store, 3)
