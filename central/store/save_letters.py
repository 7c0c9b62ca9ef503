"""SQL of dead letters: kept once, counted, found again, marked when their content was taken after all."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, select, update

from central.ingest.letters import Letter
from central.store.tables import DeadLetter
from central.store.upsert import insert_statement, table_of

_LETTER = table_of(DeadLetter)


def letters_of(connection: Connection, gateway: str | None) -> int:
    """How many dead letters are kept of a gateway; of messages that name none for None."""
    counted = select(func.count()).select_from(_LETTER).where(_LETTER.c.gateway == gateway)
    return connection.execute(counted).scalar_one()


def save_letter_rows(connection: Connection, letters: Sequence[Letter], *, now_ms: int) -> None:
    """Keep letters within a transaction; the same bytes for the same reason only count up."""
    if not letters:
        return
    statement = insert_statement(connection, DeadLetter)
    again = {"times": _LETTER.c.times + 1}
    statement = statement.on_conflict_do_update(index_elements=["topic", "sha256", "code"], set_=again)
    for letter in letters:
        row = {
            "received_at": now_ms,
            "topic": letter.topic,
            "gateway": letter.gateway,
            "epoch": letter.epoch,
            "seq": letter.seq,
            "lo": letter.lo,
            "hi": letter.hi,
            "code": letter.code,
            "reason": letter.clean_reason,
            "sha256": letter.sha256,
            "size_bytes": letter.whole_bytes,
            "payload": letter.payload,
            "times": 1,
        }
        connection.execute(statement, row)


def stored_letters(connection: Connection, *, ids: Sequence[int] = ()) -> list[DeadLetter]:
    """Letters by id, oldest first; all of them when no id is named."""
    wanted = select(_LETTER).order_by(_LETTER.c.id)
    if ids:
        wanted = wanted.where(_LETTER.c.id.in_(ids))
    return [DeadLetter(**row) for row in connection.execute(wanted).mappings()]


def mark_replayed(connection: Connection, letter: int, *, now_ms: int) -> None:
    """What the letter holds was taken after all."""
    connection.execute(update(_LETTER).where(_LETTER.c.id == letter).values(replayed_at=now_ms))
