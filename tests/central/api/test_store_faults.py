"""A database that is full, busy or away: who asked is told in words, with a time to ask again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from central.api.store_faults import why_away
from tests.central.api.district import Centre


def full(file: Path) -> None:
    """A disk without room, as SQLite meets it."""
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA max_page_count = 2")
        connection.execute("CREATE TABLE t (x)")
        connection.execute("INSERT INTO t VALUES (zeroblob(1000000))")


def locked(file: Path) -> None:
    """Another process that writes."""
    with sqlite3.connect(file, isolation_level=None) as other, sqlite3.connect(file, timeout=0) as connection:
        other.execute("BEGIN IMMEDIATE")
        connection.execute("CREATE TABLE t (x)")


def gone(file: Path) -> None:
    """A folder that is not there."""
    sqlite3.connect(file / "none" / "c.db").execute("SELECT 1")


def ours(file: Path) -> None:
    """A statement that is wrong, whatever the database."""
    sqlite3.connect(file).execute("SELECT * FROM nothing")


@pytest.mark.parametrize(("fault", "zh"), [(full, "磁盘已满"), (locked, "正忙"), (gone, "不可用"), (ours, None)])
def test_what_sqlite_meets_has_words_and_what_we_did_has_none(
    tmp_path: Path, fault: Callable[[Path], None], zh: str | None
) -> None:
    with pytest.raises(sqlite3.OperationalError) as met:
        fault(tmp_path / "c.db")
    said = why_away(OperationalError("", {}, met.value))
    assert (said is None) == (zh is None)
    assert said is None or (zh or "") in said.zh


@pytest.mark.parametrize(
    ("fault", "zh"),
    [
        (OperationalError("", {}, psycopg.errors.DiskFull()), "磁盘已满"),
        (OperationalError("", {}, psycopg.errors.DeadlockDetected()), "正忙"),
        (OperationalError("", {}, psycopg.errors.AdminShutdown()), "不可用"),
        (OperationalError("", {}, psycopg.OperationalError("connection refused")), "不可用"),
        (ProgrammingError("", {}, psycopg.errors.UndefinedTable()), None),
        (NoConnectionError(), "正忙"),
        (ValueError(), None),
    ],
)
def test_what_postgresql_meets_too(fault: Exception, zh: str | None) -> None:
    said = why_away(fault)
    assert (said is None) == (zh is None)
    assert said is None or (zh or "") in said.zh


def test_a_centre_whose_database_is_away_says_so_and_goes_on_when_it_is_back(one_centre: Centre) -> None:
    client, file = one_centre.client("leader"), Path(str(one_centre.engine.url.database))
    assert client.get("/api/v1/projects/qp").status_code == 200
    one_centre.engine.dispose()
    away = file.rename(file.with_suffix(".away"))
    file.mkdir()
    answer = client.get("/api/v1/projects/qp")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert answer.json()["error"]["code"] == "unavailable"
    assert "数据库" in answer.json()["text"]["zh"]
    file.rmdir()
    away.rename(file)
    assert client.get("/api/v1/projects/qp").status_code == 200
