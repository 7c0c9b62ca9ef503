"""Engines and transactions: SQLite in WAL with FULL sync, PostgreSQL with what is asked again and again prepared."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg.pq import TransactionStatus
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

_WRITES = "siteprogress_writes"
_BUSY_TIMEOUT_MS = 30_000
READERS, MORE_READERS = 20, 40  # connections kept open, and more while the server's forty threads all ask at once
PREPARED_MAX = 500  # statements of a connection; psycopg's hundred are fewer than pages have
TRUSTED_S = 2.0  # a connection that was used so lately is not asked whether it lives


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
            return _open_postgresql(parsed)
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


class PreparedDialect(PGDialect_psycopg):
    """PostgreSQL whose snapshots are ended by COMMIT: at a ROLLBACK psycopg forgets all that it prepared, and every
    statement was planned anew at every question (docs/decisions/0043)."""

    supports_statement_cache = True

    def do_rollback(self, dbapi_connection: Any) -> None:
        """End a transaction; one that could only read has nothing to take back."""
        driver = _driver_of(dbapi_connection)
        if driver.read_only and driver.info.transaction_status == TransactionStatus.INTRANS:
            self.do_commit(driver)
        else:
            driver.rollback()

    def do_commit(self, dbapi_connection: Any) -> None:
        """End a transaction, and note that the connection lived then."""
        driver = _driver_of(dbapi_connection)
        driver.commit()
        driver.lived_s = time.monotonic()

    def do_ping(self, dbapi_connection: Any) -> bool:
        """Whether it lives: a round trip, and so asked only of those that nobody used for a while."""
        lived_s = getattr(_driver_of(dbapi_connection), "lived_s", 0.0)
        if time.monotonic() - lived_s < TRUSTED_S:
            return True
        return bool(super().do_ping(dbapi_connection))  # type: ignore[no-untyped-call]


def _driver_of(connection: Any) -> Any:
    """psycopg's own; SQLAlchemy hands over what its pool has lent, too, whose `info` is another."""
    return getattr(connection, "driver_connection", connection)


registry.register("postgresql.prepared", __name__, PreparedDialect.__name__)


def _open_postgresql(url: URL) -> Engine:
    driver = url.set(drivername="postgresql+prepared")
    engine = create_engine(driver, pool_pre_ping=True, pool_size=READERS, max_overflow=MORE_READERS, pool_use_lifo=True)
    event.listen(engine, "connect", _prepare_more)
    return engine


def _prepare_more(driver: Any, _record: Any) -> None:
    driver.prepared_max = PREPARED_MAX


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
