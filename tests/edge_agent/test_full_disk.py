"""The sensing loop on a full disk: the reading waits and is not lost, everything else is tended, and it says so."""

from __future__ import annotations

import threading
from pathlib import Path

from edge_agent.buffer.evidence import EvidenceFolder
from edge_agent.buffer.outbox import CameraState, NewRecord, Outbox
from edge_agent.clock import SystemClock
from edge_agent.health import vitals
from edge_agent.sense import Sense
from tests.edge_agent.build import START_MS, an_outbox
from tests.services import wait_until


def a_sense(outbox: Outbox, folder: Path) -> Sense:
    return Sense(
        [],
        outbox,
        EvidenceFolder(folder / "evidence", cap_bytes=1 << 20),
        clock=SystemClock(kernel=lambda: "synced"),
        replay=False,
        every_s=None,
        arrived=threading.Event(),
    )


def test_a_reading_waits_for_room_and_the_agent_says_so(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    sense = a_sense(outbox, tmp_path)
    still = sense._evidence.put(b"a still")
    pages = outbox._writer.execute("PRAGMA page_count").fetchone()[0]
    outbox._writer.execute(f"PRAGMA max_page_count = {pages}")  # SQLite answers as it does when the disk is full
    reading = NewRecord(kind="face_reading", at=START_MS, clock="synced", body={"text": "x" * 20_000})
    stored: list[bool] = []
    stop = threading.Event()
    waiting = threading.Thread(
        target=lambda: stored.append(sense._commit([reading], CameraState(camera="cam-1", frames=7), None, stop))
    )
    waiting.start()
    wait_until(lambda: sense.degraded, what="degraded")
    told = vitals(tmp_path, [], sense, SystemClock())
    assert told.degraded == "disk full: readings wait, sending goes on"
    assert sense._evidence.waiting() == [], f"stills go first, {still} did"
    wait_until(lambda: sense._tended_s > 0 or outbox.floor_ms() > 0, what="the clock is tended meanwhile")
    assert outbox.newest == 0
    outbox._writer.execute("PRAGMA max_page_count = 1000000")
    waiting.join(30)
    assert stored == [True]
    assert (outbox.newest, outbox.camera("cam-1").frames, sense.degraded) == (1, 7, "")
    outbox.close()


def test_a_wait_ends_when_the_agent_is_told_to_stop(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    sense = a_sense(outbox, tmp_path)
    outbox._writer.execute("PRAGMA max_page_count = 1")
    reading = NewRecord(kind="face_reading", at=START_MS, clock="synced", body={"text": "x" * 200_000})
    stop = threading.Event()
    stop.set()
    assert not sense._commit([reading], CameraState(camera="cam-1"), None, stop)
    outbox.close()
