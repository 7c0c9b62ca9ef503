"""Security events count up, and are bounded."""

from __future__ import annotations

from sqlalchemy import Engine, text

from central.store.engine import reading, writing
from central.store.save_security import DETAIL_CHARS_MAX, KINDS_MAX, MORE, note_security


def _events(engine: Engine, what: str) -> list[tuple[object, ...]]:
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(text(f"SELECT {what} FROM security_event ORDER BY id"))]


def test_the_same_again_counts_up(any_store: Engine) -> None:
    for at_ms in (10, 20, 30):
        with writing(any_store) as connection:
            note_security(connection, code="bad_signature", gateway="gw-1", detail="frame 1..2", at_ms=at_ms)
            note_security(connection, code="tls_refused", gateway=None, detail="no certificate", at_ms=at_ms)
    assert _events(any_store, "code, gateway, detail, times, first_at, last_at") == [
        ("bad_signature", "gw-1", "frame 1..2", 3, 10, 30),
        ("tls_refused", "", "no certificate", 3, 10, 30),
    ]


def test_ever_new_words_fill_no_disk(any_store: Engine) -> None:
    with writing(any_store) as connection:
        for number in range(KINDS_MAX + 5):
            note_security(connection, code="bad_upload", gateway="gw-1", detail=f"{number}", at_ms=1)
        note_security(connection, code="bad_upload", gateway="gw-2", detail="x" * 5000 + "\0\ud800", at_ms=1)
    kept = _events(any_store, "gateway, detail, times")
    assert len(kept) == KINDS_MAX + 2
    assert ("gw-1", MORE, 5) in kept
    assert ("gw-2", "x" * DETAIL_CHARS_MAX, 1) in kept
