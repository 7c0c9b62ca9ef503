"""Rows of a table of a damaged store, one at a time: those before the damage, then those behind it."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from typing import Any

log = logging.getLogger(__name__)

Key = tuple[Any, ...]


def rows_of(db: sqlite3.Connection, table: str, columns: str) -> Iterator[tuple[Any, ...]]:
    """In order of the table's key; no row twice. None of a table that is not there.

    What lies behind the damage is found from the end: read once backwards for where it begins, then forwards.
    """
    db.text_factory = lambda raw: raw.decode("utf-8", "replace")
    key = _key_of(db, table)
    if not key:
        return
    width, names = len(key), ", ".join(key)
    front = _Reading(db, f"SELECT {names}, {columns} FROM {table} ORDER BY {names}", width=width)  # noqa: S608  ours
    yield from front.rows()
    if front.whole:
        return
    marks = f"({', '.join('?' * width)})"
    select, after = f"SELECT {names}, {columns} FROM {table}", ""  # noqa: S608  ours
    if front.key is not None:
        after = f"WHERE ({names}) > {marks}"
    order = ", ".join(f"{name} DESC" for name in key)
    backwards = _Reading(db, f"{select} {after} ORDER BY {order}", width=width, arguments=front.key or ())
    for _ in backwards.rows():
        continue
    log.error("damage in table=%s, read %d rows before it and %d behind", table, front.count, backwards.count)
    if backwards.key is not None:
        behind = f"{select} WHERE ({names}) >= {marks} ORDER BY {names}"
        yield from _Reading(db, behind, width=width, arguments=backwards.key).rows()


class _Reading:
    """One pass; `key` is of the last row that could be read, `whole` whether the pass came to its end."""

    def __init__(self, db: sqlite3.Connection, sql: str, *, width: int, arguments: Key = ()) -> None:
        self.key: Key | None = None
        self.count = 0
        self.whole = False
        self._db, self._sql, self._width, self._arguments = db, sql, width, arguments

    def rows(self) -> Iterator[tuple[Any, ...]]:
        try:
            for row in self._db.execute(self._sql, self._arguments):
                self.key, self.count = row[: self._width], self.count + 1
                yield row[self._width :]
        except sqlite3.DatabaseError as error:
            log.warning("reading ends after %d rows: %s", self.count, error)
            return
        self.whole = True


def _key_of(db: sqlite3.Connection, table: str) -> tuple[str, ...]:
    """Columns of the primary key, `rowid` where there is none; none of a table that is not there or cannot be seen."""
    try:
        found = db.execute("SELECT name, pk FROM pragma_table_info(?)", (table,)).fetchall()
    except sqlite3.DatabaseError as error:
        log.error("table=%s cannot be seen: %s", table, error)
        return ()
    if not found:
        return ()
    return tuple(name for name, pk in sorted(found, key=lambda column: column[1]) if pk) or ("rowid",)
