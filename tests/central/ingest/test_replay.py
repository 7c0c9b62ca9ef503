"""Dead letters are taken after all, once: by a newer version, by registering their gateway; others say why not yet."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from central.cli import app
from central.ingest.commit import commit
from central.ingest.inbox import open_message
from central.ingest.letters import Letter
from central.ingest.replay import replay
from central.store.engine import reading, writing
from tests.central.edge import frame_of, small
from tests.central.plans import plan, register
from tests.wire.build import a_reading, a_record
from wire import topics
from wire.codec import OpenedFrame, encode_body, encode_frame

DATA = topics.up("gw-1", "data")


def come(engine: Engine, payload: bytes, *, topic: str = DATA) -> None:
    """A message arrives."""
    opened = open_message(topic, payload)
    frames = [opened] if isinstance(opened, OpenedFrame) else []
    commit(engine, frames=frames, letters=[opened] if isinstance(opened, Letter) else [], now_ms=5)


def one(engine: Engine, sql: str) -> object:
    with reading(engine) as connection:
        return connection.execute(text(sql)).scalar()


def understood(engine: Engine) -> None:
    """As if this version could read what it could not then: the kept bytes are those of a good frame."""
    with writing(engine) as connection:
        good = encode_frame(frame_of([small(1), small(2)], gateway="gw-1"))
        connection.execute(
            text("UPDATE dead_letter SET payload = :good, size_bytes = :size"), {"good": good, "size": len(good)}
        )


def test_what_a_newer_version_understands_is_taken_once(any_store: Engine) -> None:
    register(any_store, "gw-1")
    plain = json.loads(zlib.decompress(encode_frame(frame_of([small(1), small(2)], gateway="gw-1")))) | {"v": 9}
    come(any_store, zlib.compress(json.dumps(plain).encode()))
    (before,) = replay(any_store, now_ms=6)
    assert (before.taken, "expected 1" in before.said) == (False, True)
    understood(any_store)
    (done,) = replay(any_store, now_ms=7)
    assert (done.taken, done.said) == (True, "2 records new, 0 known")
    assert replay(any_store, now_ms=8) == []
    (again,) = replay(any_store, ids=[done.letter], now_ms=9)
    assert again.said == "0 records new, 2 known"
    assert one(any_store, "SELECT count(*) FROM record") == 2
    assert one(any_store, "SELECT watermark FROM stream") == 2


def test_a_gateway_registered_since(any_store: Engine) -> None:
    come(any_store, encode_frame(frame_of([small(1)], gateway="gw-1")))
    assert [found.said for found in replay(any_store, now_ms=6)] == ["refused again: see the security events"]
    register(any_store, "gw-1")
    assert [found.taken for found in replay(any_store, now_ms=7)] == [True]
    assert one(any_store, "SELECT count(*) FROM record") == 1


def test_a_record_whose_body_is_understood_now(any_store: Engine) -> None:
    register(any_store, "gw-1")
    plan(any_store)
    good = encode_body(a_reading(camera="c1", face="south", building="b1"))
    come(any_store, encode_frame(frame_of([a_record(seq=1, body=good | {"sigma_bp": -1})], gateway="gw-1")))
    assert [found.taken for found in replay(any_store, now_ms=6)] == [False]
    with writing(any_store) as connection:
        body = {"body": json.dumps(good)}
        connection.execute(text("UPDATE record SET body = :body"), body)
    (done,) = replay(any_store, now_ms=7)
    assert done.taken
    assert one(any_store, "SELECT count(*) FROM face_reading") == 1


@pytest.mark.parametrize(
    ("letter", "said"),
    [
        (Letter(topic=DATA, code="no_longer_held", reason="r", payload=b"", gateway="gw-1"), "known loss"),
        (Letter(topic=DATA, code="x", reason="r", payload=b"abc", size_bytes=9000), "only 3 of 9000 bytes"),
        (Letter(topic="record/note", code="x", reason="r", payload=b"{}", gateway="g", epoch="e", seq=4), "not stored"),
        (Letter(topic=topics.up("gw-1", "state"), code="x", reason="r", payload=b"noise"), "JSON"),
    ],
)
def test_what_cannot_be_taken_says_why(sqlite_store: Engine, letter: Letter, said: str) -> None:
    commit(sqlite_store, frames=[], letters=[letter], now_ms=5)
    (found,) = replay(sqlite_store, now_ms=6)
    assert (found.taken, said in found.said) == (False, True)


def test_the_command_lists_shows_and_replays(sqlite_store: Engine, tmp_path: Path) -> None:
    come(sqlite_store, encode_frame(frame_of([small(1)], gateway="gw-1")))
    file = tmp_path / "centre.toml"
    file.write_text(f'data_dir = "{tmp_path}"\ndatabase = "{sqlite_store.url}"\n')

    def tell(*words: str) -> tuple[int, str]:
        found = CliRunner().invoke(app, ["letters", *words, "--settings", str(file)], env={"COLUMNS": "200"})
        return found.exit_code, found.output

    assert "unregistered_gateway" in tell("list")[1]
    assert '"kind": "note"' in tell("show", "1")[1]
    assert tell("show", "7")[0] == 2
    assert tell("replay") == (1, "1: not taken: refused again: see the security events\ntaken = 0, not taken = 1\n")
    register(sqlite_store, "gw-1")
    assert tell("replay", "--id", "1") == (0, "1: taken: 1 records new, 0 known\ntaken = 1, not taken = 0\n")
    assert tell("list")[1] == "no dead letters\n"
