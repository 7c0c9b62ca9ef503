"""The figures of delivery that `status` reads from the store, and what it takes from a running agent's own word."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from edge_agent.buffer.evidence import EvidenceFolder
from edge_agent.clock import SystemClock
from edge_agent.delivery_table import delivery_table
from edge_agent.health import vitals
from edge_agent.sense import Sense
from edge_agent.status import read_status
from tests.edge_agent.build import START_MS, a_record, an_outbox


def health(age_ms: int = 0, **link: Any) -> str:
    at = datetime.fromtimestamp((START_MS - age_ms) / 1000, UTC).isoformat()
    said = {"problem": "", "in_flight": 3, "clock_offset_ms": -1500} | link
    return json.dumps({"at": at, "link": said, "sense": {"problem": "", "degraded": "disk full"}})


@pytest.mark.parametrize(
    ("text", "in_flight", "offset_ms", "degraded"),
    [
        (health(), 3, -1500, "disk full"),
        (health(age_ms=60_000), None, None, ""),
        (None, None, None, ""),
        ("{", None, None, ""),
        ('{"at": 5}', None, None, ""),
    ],
    ids=["running", "ended a minute ago", "never ran", "half a file", "another version's"],
)
def test_figures(tmp_path: Path, text: str | None, in_flight: int | None, offset_ms: int | None, degraded: str) -> None:
    outbox = an_outbox(tmp_path)
    outbox.append([a_record(n) for n in range(1, 6)])
    outbox.acked(2)
    outbox.refuse(outbox.pending(2, 1), reason="too large")
    outbox.close()
    if text is not None:
        (tmp_path / "health.json").write_text(text)
    found = read_status(tmp_path, now_ms=START_MS)
    assert (found.produced, found.acked, found.pending, found.tombstoned, found.set_aside) == (6, 2, 3, 1, 1)
    assert (found.in_flight, found.clock_offset_ms, found.degraded) == (in_flight, offset_ms, degraded)
    console = Console(width=200, record=True, file=None)
    with console.capture() as printed:
        console.print(delivery_table(found))
    assert ("-1.5 s" if offset_ms else "not compared") in printed.get()
    assert ("not running" in printed.get()) == (in_flight is None)


def test_stills_that_the_centre_does_not_take_are_counted_and_told_in_the_beat(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    evidence = EvidenceFolder(tmp_path / "evidence", cap_bytes=1 << 20)
    sense = Sense([], outbox, evidence, clock=SystemClock(), replay=False, every_s=None, arrived=threading.Event())
    assert vitals(tmp_path, [], sense, SystemClock()).degraded is None
    for still in (b"one", b"two"):
        evidence.put(still)
    evidence.refuse(evidence.waiting()[0])
    found = read_status(tmp_path, now_ms=START_MS)
    assert (found.stills_waiting, found.stills_aside) == (1, 1)
    assert vitals(tmp_path, [], sense, SystemClock()).degraded == "1 still set aside, the centre does not take it"
    outbox.close()
