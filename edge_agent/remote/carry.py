"""What the eye remembers across a switch: kept for faces that are the same work, let go for others, given back if the
switch is taken back. Runs before the agent looks at anything.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from edge_agent.buffer.outbox import Outbox
from edge_agent.errors import EdgeError
from edge_agent.remote.overlay import overlaid
from edge_agent.remote.state import FOLDER, Trial, read_state, write_durably, write_state
from edge_agent.settings import Settings
from edge_agent.vision.errors import MemoryFormatError, VisionError
from edge_agent.vision.memory import CameraMemory
from edge_agent.vision.scene import Scene, load_scene

log = logging.getLogger(__name__)


def settle(outbox: Outbox, settings: Settings, *, trial: Trial | None, now: Mapping[str, Scene]) -> None:
    """What this start of the agent owes the memories. `settings` are the file's; `now` the scenes that hold."""
    data_dir = settings.gateway.data_dir
    give_back(outbox, data_dir=data_dir)
    if trial is not None:
        state = read_state(data_dir / FOLDER)
        before = _scenes_of(settings, data_dir / FOLDER, state.previous)
        carry_over(outbox, data_dir=data_dir, config=state.current, before=before, now=now)


def carry_over(
    outbox: Outbox, *, data_dir: Path, config: int, before: Mapping[str, Scene], now: Mapping[str, Scene]
) -> None:
    """At a trial's start, by camera: keep a copy of the memory of a changed scene, forget faces that are other work.

    Again after a kill: the first copy stays, forgetting twice is forgetting once.
    """
    for camera, scene in now.items():
        old = before.get(camera)
        state = outbox.camera(camera)
        if old is None or old == scene or state.memory is None:
            continue
        copy = _copy_of(data_dir, config, camera)
        if not copy.exists():
            write_durably(copy, state.memory)
        kept = _without_others(state.memory, others=changed_faces(old, scene))
        if kept != state.memory:
            outbox.commit((), camera=replace(state, memory=kept))
            log.info("memory of changed faces let go camera=%s configuration=%d", camera, config)


def give_back(outbox: Outbox, *, data_dir: Path) -> None:
    """After a switch was taken back: the memories as they were before it."""
    folder = data_dir / FOLDER
    state = read_state(folder)
    if not state.restore:
        return
    for copy in sorted((folder / str(state.restore)).glob("memory-*")):
        camera = outbox.camera(copy.name.removeprefix("memory-"))
        outbox.commit((), camera=replace(camera, memory=copy.read_bytes()))
        log.info("memory given back camera=%s configuration=%d", camera.camera, state.restore)
    write_state(folder, replace(state, restore=0))


def changed_faces(old: Scene, new: Scene) -> frozenset[str]:
    """Faces that keep their id but are other work now: another building, kind of work or number of storeys or bays."""
    subjects = {face.face_id: (face.building, face.rows, face.cols, old.work_type) for face in old.faces}
    return frozenset(
        face.face_id
        for face in new.faces
        if subjects.get(face.face_id) not in (None, (face.building, face.rows, face.cols, new.work_type))
    )


def _scenes_of(settings: Settings, folder: Path, config: int) -> dict[str, Scene]:
    """The scenes of the configuration before; those that cannot be read are as if never seen."""
    try:
        before = overlaid(settings, folder / str(config)) if config else settings
        return {camera.id: load_scene(camera.scene) for camera in before.camera}
    except (EdgeError, VisionError) as gone:
        log.warning("scenes before the switch cannot be read configuration=%d: %s", config, gone)
        return {}


def _without_others(memory: bytes, *, others: frozenset[str]) -> bytes:
    if not others:
        return memory
    try:
        held = CameraMemory.from_bytes(memory)
    except MemoryFormatError:
        return memory  # the sense loop says so and starts afresh
    return replace(held, faces=tuple(pair for pair in held.faces if pair[0] not in others)).to_bytes()


def _copy_of(data_dir: Path, config: int, camera: str) -> Path:
    return data_dir / FOLDER / str(config) / f"memory-{camera}"
