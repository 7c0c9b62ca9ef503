"""Engines and transactions: SQLite in WAL with FULL sync, PostgreSQL as it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

_WRITES = "siteprogress_writes"
_BUSY_TIMEOUT_MS = 30_000
READERS, MORE_READERS = 20, 40  # connections kept open, and more while the server's forty threads all ask at once


def open_engine(url: str) -> Engine:
    """An engine for sqlite:///FILE or postgresql://…; ValueError names what is wrong with the URL."""
    try:
        parsed = make_url(url)
    except ArgumentError as broken:
        raise ValueError("database url: expected sqlite:///FILE or postgresql://USER@HOST/NAME") from broken
    match parsed.get_backend_name():
        case "sqlite":
            return _open_sqlite(url)
        case "postgresql":
            driver = parsed.set(drivername="postgresql+psycopg")
            return create_engine(driver, pool_pre_ping=True, pool_size=READERS, max_overflow=MORE_READERS)
    raise ValueError(f"database {parsed.get_backend_name()!r}: expected sqlite or postgresql")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent snapshot for several queries."""
    with snapshots(engine).begin() as connection:
        yield connection


def snapshots(engine: Engine) -> Engine:
    """The same database and pool; whatever is begun on it sees one consistent snapshot and writes nothing."""
    if engine.dialect.name != "postgresql":
        return engine  # SQLite's transactions see one anyhow
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes. SQLite takes its write lock at once, so that no reader has to be upgraded."""
    with engine.connect() as connection, connection.execution_options(**{_WRITES: True}).begin():
        yield connection


@contextmanager
def undone(engine: Engine) -> Iterator[Connection]:
    """One transaction that may write and is taken back at its end: to see what would be."""
    with engine.connect() as connection:
        held = connection.execution_options(**{_WRITES: True})
        with held.begin() as transaction:
            yield held
            transaction.rollback()


def _open_sqlite(url: str) -> Engine:
    engine = create_engine(
        url, pool_size=READERS, max_overflow=MORE_READERS, connect_args={"timeout": _BUSY_TIMEOUT_MS / 1000}
    )
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(driver: Any, _record: Any) -> None:
    driver.isolation_level = None  # the driver begins nothing by itself; see _begin
    cursor = driver.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={_BUSY_TIMEOUT_MS}",
        "journal_size_limit=67108864",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
