"""A database that cannot answer now: what the caller is told. None for a fault that is ours."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from central.domain import Text

UNAVAILABLE = (OperationalError, InterfaceError, NoConnectionError)
_FULL = Text(
    zh="中心的磁盘已满, 没有保存; 请管理员腾出空间后再试",
    en="the centre's disk is full and nothing was kept; try again when the administrator has made room",
)
_BUSY = Text(
    zh="数据库正忙, 没有保存; 请过一会儿再试", en="the database is busy and nothing was kept; try again in a while"
)
_AWAY = Text(
    zh="数据库暂时不可用, 没有保存; 请过一会儿再试",
    en="the database is away and nothing was kept; try again in a while",
)
_SQLITE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_IOERR: _AWAY,
    sqlite3.SQLITE_READONLY: _AWAY,
    sqlite3.SQLITE_CANTOPEN: _AWAY,
    sqlite3.SQLITE_PROTOCOL: _BUSY,
}
_POSTGRES = {"53100": _FULL, "55P03": _BUSY, "40": _BUSY, "08": _AWAY, "53": _AWAY, "57": _AWAY, "58": _AWAY}
_PRIMARY = 0xFF  # of SQLite's extended codes


def why_away(fault: Exception) -> Text | None:
    """What to tell of a fault of the database; None when it is one of our statements, which no second try mends."""
    if isinstance(fault, NoConnectionError):
        return _BUSY
    if not isinstance(fault, DBAPIError):
        return None
    return _of_sqlite(fault.orig) if isinstance(fault.orig, sqlite3.Error) else _of_postgres(fault.orig)


def _of_sqlite(fault: sqlite3.Error) -> Text | None:
    return _SQLITE.get(getattr(fault, "sqlite_errorcode", 0) & _PRIMARY)


def _of_postgres(fault: BaseException | None) -> Text | None:
    state = getattr(fault, "sqlstate", None)
    if state is None:  # no answer at all: refused, cut off, timed out
        return _AWAY
    return _POSTGRES.get(state) or _POSTGRES.get(state[:2])
