"""Requests for reference frames: all that is open in one message, answers that stand, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from central.configuring.referencing import ask_reference
from central.errors import UnknownThing
from central.store.engine import reading, writing
from central.store.read_references import last_ask, newest_asked, steps_of
from central.store.save_configs import save_results
from tests.central.configuring.build import NOW, a_gateway
from wire.codec import decode
from wire.messages import References, ReferenceWanted

DAY_MS = 86_400_000


def asked(engine: Engine, folder: Path, camera: str, *, now_ms: int = NOW) -> ReferenceWanted:
    said = {"reason": "the camera moved", "life_ms": DAY_MS, "by": "admin", "now_ms": now_ms}
    return ask_reference(engine, folder, "gw-1", camera, **said)  # type: ignore[arg-type]


def test_a_message_says_all_that_is_open_and_an_answer_stands(any_store: Engine, tmp_path: Path) -> None:
    a_gateway(any_store)
    first = asked(any_store, tmp_path, "cam-1")
    again = asked(any_store, tmp_path, "cam-1")
    other = asked(any_store, tmp_path, "cam-2")
    assert first.id < again.id < other.id
    with reading(any_store) as connection:
        told = decode(References, newest_asked(connection)["gw-1"][1].encode())
    assert told.wanted == (again, other)  # of a camera the newest
    answer = {"of": "reference_frame", "gateway": "gw-1", "id": again.id, "camera": "cam-1", "why": "", "config": 3}
    answer |= {"scene": "{}", "guess": "", "sha256": "ab" * 32, "width_px": 8, "height_px": 6}
    with writing(any_store) as connection:
        save_results(connection, [answer | {"state": "taken", "at": NOW + 1}])
        save_results(connection, [answer | {"state": "expired", "at": NOW + 2}])
        save_results(connection, [answer | {"state": "taken", "camera": "cam-9", "at": NOW + 3}])
    asked(any_store, tmp_path, "cam-3", now_ms=NOW + DAY_MS)
    with reading(any_store) as connection:
        kept = last_ask(connection, "gw-1", "cam-1", state="taken")
        told = decode(References, newest_asked(connection)["gw-1"][1].encode())
    assert kept is not None
    assert (kept.state, kept.answered_at, kept.reason) == ("taken", NOW + 1, "the camera moved")
    assert [one.camera for one in told.wanted] == ["cam-3"]  # answered, or past its deadline


def test_a_step_that_is_said_twice_stands_as_it_was_said_first(any_store: Engine) -> None:
    step = {"of": "config_step", "gateway": "gw-1", "epoch": "e1", "config": 4, "step": "on_trial"}
    with writing(any_store) as connection:
        for at, seq in ((NOW, 7), (NOW + 9, 12)):
            save_results(connection, [step | {"at": at, "seq": seq}])
        assert [(row.at, row.seq) for row in steps_of(connection, "gw-1", 4).values()] == [(NOW, 7)]


def test_a_gateway_that_takes_no_orders_is_not_asked(any_store: Engine, tmp_path: Path) -> None:
    a_gateway(any_store, enrolled=False)
    with pytest.raises(UnknownThing, match="not enrolled"):
        asked(any_store, tmp_path, "cam-1")
