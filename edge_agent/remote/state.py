"""Which configuration runs: one small file, replaced whole. Its replacement is the switch; nothing else is."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from annotated_types import Ge
from pydantic import TypeAdapter, ValidationError

from wire.messages import ConfigResult

log = logging.getLogger(__name__)

FOLDER, FILE = "config", "state.json"
Number = Annotated[int, Ge(0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A switch that is not confirmed. `cameras` must be looked at in it; `starts` counts processes begun in it."""

    since_ms: Number
    limit_s: Number
    cameras: tuple[str, ...]
    starts: Number = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """How often this agent began to prepare a configuration: one that kills it each time must not for ever."""

    id: Number
    times: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """`current` runs, `previous` is what a failed trial goes back to; 0 = the settings file alone.

    `newest` is the highest id handled; `owed` are answers not yet in the outbox; `restore` names the configuration
    whose trial failed and whose camera memories are to be taken back.
    """

    current: Number = 0
    previous: Number = 0
    newest: Number = 0
    trial: Trial | None = None
    tries: Tries | None = None
    owed: tuple[ConfigResult, ...] = ()
    restore: Number = 0


_ADAPTER = TypeAdapter(State)


def read_state(folder: Path) -> State:
    """What holds; a damaged file is set aside and the settings file alone holds."""
    path = folder / FILE
    try:
        return _ADAPTER.validate_json(path.read_bytes())
    except FileNotFoundError:
        return State()
    except ValidationError as damaged:
        broken = path.with_name(f"{FILE}.broken")
        log.error("configuration state damaged, set aside path=%s kept_as=%s: %s", path, broken, damaged.errors()[:1])
        path.replace(broken)
        return State()


def look_at_state(folder: Path) -> State:
    """What holds, for whoever only looks: a damaged file stays where it is and reads as none."""
    try:
        return _ADAPTER.validate_json((folder / FILE).read_bytes())
    except (OSError, ValidationError):
        return State()


def write_state(folder: Path, state: State) -> None:
    """Replace it in one step, durable on return."""
    folder.mkdir(parents=True, exist_ok=True)
    write_durably(folder / FILE, _ADAPTER.dump_json(state, indent=1))


def write_durably(path: Path, data: bytes) -> None:
    """Whole or not at all, and on the disk before this returns."""
    beside = path.with_name(f".{path.name}.part")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the folder's names durable."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
