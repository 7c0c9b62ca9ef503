"""What the store and the last health file say of an agent, running or not. Reads only."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from edge_agent.buffer.opening import STORE
from edge_agent.errors import StoreError
from edge_agent.health import FILE, stills_aside
from edge_agent.remote.telling import running_words

FRESH_MS = 30_000  # the agent says how it is every few seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraStatus:
    """A camera as the store knows it. `last_at` is the capture time of the newest frame looked at."""

    camera: str
    last_at: datetime | None
    frames: int
    conditions: tuple[str, ...]
    files_read: int
    files_refused: int
    refused: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Delivery figures of the current epoch, and the cameras. `produced` counts what was ever made durable.

    `tombstoned` records of this epoch nobody will see, `evicted` is their number over the store's life. `in_flight` and
    `clock_offset_ms` (the centre's clock minus ours) are the agent's own word, None unless it runs and knows.
    """

    gateway: str
    epoch: str
    configuration: str
    produced: int
    acked: int
    pending: int
    oldest_age_ms: int
    in_flight: int | None
    tombstoned: int
    clock_offset_ms: int | None
    degraded: str
    evicted: int
    set_aside: int
    stills_waiting: int
    stills_aside: int
    cameras: tuple[CameraStatus, ...]
    health: dict[str, Any] | None


def read_status(data_dir: Path, *, now_ms: int) -> Status:
    """StoreError when there is no store yet, or it cannot be read."""
    path = data_dir / STORE
    if not path.exists():
        raise StoreError(str(path), "no such file", expected="the outbox of an agent that has run")
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5.0)
    try:
        return _read(db, data_dir, now_ms=now_ms)
    except KeyError as missing:
        raise StoreError(
            str(path), f"no {missing} in it yet", expected="an outbox that is not just being made"
        ) from None
    except sqlite3.DatabaseError as error:
        raise StoreError(str(path), str(error), expected="an outbox this version can read") from error
    finally:
        db.close()


def last_instants(data_dir: Path) -> dict[str, datetime]:
    """Capture time of the newest frame each camera's look has stored; a replay waits for them."""
    path = data_dir / STORE
    if not path.exists():
        return {}
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5.0)
    try:
        rows = db.execute("SELECT camera, last_at FROM camera WHERE last_at > 0").fetchall()
    except sqlite3.OperationalError:  # the store is being made
        return {}
    finally:
        db.close()
    return {camera: _utc(last_at) for camera, last_at in rows}


def _read(db: sqlite3.Connection, data_dir: Path, *, now_ms: int) -> Status:
    meta = dict(db.execute("SELECT key, value FROM meta").fetchall())
    health = _health(data_dir / FILE)
    running = _link_of(health, now_ms=now_ms)
    pending, since = db.execute("SELECT count(*), min(appended_ms) FROM outbox").fetchone()
    produced = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").fetchone()
    rows = db.execute("SELECT camera, last_at, frames, conditions FROM camera ORDER BY camera").fetchall()
    return Status(
        gateway=meta["gateway"],
        epoch=meta["epoch"],
        configuration=running_words(data_dir),
        produced=produced[0] if produced else 0,
        acked=int(meta["acked"]),
        pending=pending,
        oldest_age_ms=max(0, now_ms - since) if since is not None else 0,
        in_flight=running.get("in_flight"),
        tombstoned=int(meta.get("tombstoned", 0)),
        clock_offset_ms=running.get("clock_offset_ms"),
        degraded=str((health or {}).get("sense", {}).get("degraded", "")) if running else "",
        evicted=int(meta["evicted"]),
        set_aside=db.execute("SELECT count(*) FROM refused").fetchone()[0],
        stills_waiting=sum(1 for _ in (data_dir / "evidence").glob("*.jpg")),
        stills_aside=stills_aside(data_dir),
        cameras=tuple(_camera(db, *row) for row in rows),
        health=health,
    )


def _camera(db: sqlite3.Connection, camera: str, last_at: int, frames: int, conditions: str) -> CameraStatus:
    files = "SELECT count(*) FROM processed WHERE camera = ? AND outcome"
    refused = db.execute(
        "SELECT name, outcome FROM processed WHERE camera = ? AND outcome <> 'read' ORDER BY name DESC LIMIT 5",
        (camera,),
    )
    return CameraStatus(
        camera=camera,
        last_at=_utc(last_at) if last_at else None,
        frames=frames,
        conditions=tuple(json.loads(conditions)),
        files_read=db.execute(f"{files} = 'read'", (camera,)).fetchone()[0],
        files_refused=db.execute(f"{files} <> 'read'", (camera,)).fetchone()[0],
        refused=tuple((name, outcome) for name, outcome in refused),
    )


def _link_of(health: dict[str, Any] | None, *, now_ms: int) -> dict[str, Any]:
    """What the agent says of its link; nothing when it has not said so for a while: then it does not run."""
    if health is None:
        return {}
    try:
        said_ms = datetime.fromisoformat(health["at"]).timestamp() * 1000
        link: dict[str, Any] = health["link"]
    except (KeyError, TypeError, ValueError):
        return {}
    return link if now_ms - said_ms < FRESH_MS else {}


def _health(path: Path) -> dict[str, Any] | None:
    try:
        plain: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return plain


def _utc(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
