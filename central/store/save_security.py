"""Keeps what was refused or claimed wrongly, for people to see; the same again only counts."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from central.store.tables import SecurityEvent
from central.store.upsert import insert_statement, table_of

_EVENT = table_of(SecurityEvent)
DETAIL_CHARS_MAX = 500
KINDS_MAX = 200  # of one code and gateway: whoever is refused in ever new words fills no disk
MORE = "(more of this code, in other words)"


def note_security(connection: Connection, *, code: str, gateway: str | None, detail: str, at_ms: int) -> None:
    """Keep one event within the caller's transaction. `gateway` None = nobody known; `detail` is cut at 500."""
    said = detail.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")[:DETAIL_CHARS_MAX]
    mine = _EVENT.c.code == code, _EVENT.c.gateway == (gateway or "")
    known = connection.execute(select(_EVENT.c.id).where(*mine, _EVENT.c.detail == said)).scalar()
    if known is None:
        kinds = connection.execute(select(func.count()).select_from(_EVENT).where(*mine)).scalar_one()
        said = MORE if kinds >= KINDS_MAX else said
    row = {
        "code": code,
        "gateway": gateway or "",
        "detail": said,
        "times": 1,
        "first_at": at_ms,
        "last_at": at_ms,
    }
    again = {"times": _EVENT.c.times + 1, "last_at": at_ms}
    statement = insert_statement(connection, SecurityEvent)
    connection.execute(statement.on_conflict_do_update(index_elements=["code", "gateway", "detail"], set_=again), row)
