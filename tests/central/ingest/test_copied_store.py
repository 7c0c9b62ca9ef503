"""A store that was set back or salvaged sends what it had already sent, under a new epoch: kept twice, counted once.

An observation is keyed by its item, its gateway and its instant, and a condition is a span of its camera, so the same
fact under another number changes neither.
"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from tests.central.edge import AT, frame_of
from tests.central.ingest.test_commit import rows, take
from tests.central.plans import plan, register
from tests.wire.build import a_reading, a_record, an_event
from wire.messages import Frame

HOUR_MS = 3_600_000
EFFECTS = (
    "SELECT item, kind, source, observed_at, project, building, value_bp, conf_bp FROM observation"
    " ORDER BY item, observed_at",
    "SELECT gateway, camera, code, since_at, until_at, detail FROM camera_condition ORDER BY since_at",
)


def told(epoch: str, first: int) -> list[Frame]:
    """Three looks and a camera that was knocked and put right, numbered from `first` on."""
    seen = a_reading(camera="c1", face="south", building="b1")
    looks = [a_record(seq=first + n, at=AT + n * HOUR_MS, body=seen) for n in range(3)]
    events = [
        a_record(seq=first + 3 + n, at=AT + n * HOUR_MS, kind="camera_event", body=an_event(camera="c1", state=state))
        for n, state in enumerate(("begin", "end"))
    ]
    return [frame_of([*looks, *events], gateway="gw-1", epoch=epoch)]


def effects(engine: Engine) -> list[list[tuple[Any, ...]]]:
    """Everything that is counted."""
    return [rows(engine, sql) for sql in EFFECTS]


@pytest.mark.parametrize("order", [("e1", "e2"), ("e2", "e1")])
def test_a_fact_under_two_numbers_counts_once(any_store: Engine, order: tuple[str, str]) -> None:
    register(any_store, "gw-1")
    plan(any_store)
    first, second = (told(epoch, 1 if epoch == "e1" else 4) for epoch in order)
    take(any_store, *first)
    once = effects(any_store)
    assert all(once)
    take(any_store, *second)
    assert effects(any_store) == once
