"""What holds when an agent starts: old or new whole after a kill at any file operation, the one before if it is ill."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from edge_agent.remote.overlay import overlaid
from edge_agent.remote.staging import stage
from edge_agent.remote.start import begin, running, taken_back
from edge_agent.remote.state import FILE, State, Trial, read_state, write_state
from edge_agent.settings import Settings
from edge_agent.vision.scene import Scene, load_scene
from tests.edge_agent.remote.build import (
    a_config,
    a_part,
    a_policy,
    a_scene,
    a_zip,
    blobs_in,
    settings_in,
)

NOW = 1_788_228_000_000
OLD, NEW = 6, 7
OLD_POLICY, NEW_POLICY = a_policy(evidence={"every_h": 2}), a_policy(evidence={"every_h": 9})
SCENE, MODEL = a_scene(rows=6), a_zip({"manifest.json": b"{}", "cells.onnx": b"w" * 100_000})
TRIAL = Trial(since_ms=NOW, limit_s=60, cameras=("cam-1",))
CHANGES = frozenset({"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link"})


def make(settings: Settings) -> list[Scene]:
    return [load_scene(camera.scene) for camera in settings.camera]


def stage_old(settings: Settings, folder: Path) -> None:
    stage(a_config(a_part("settings", OLD_POLICY), number=OLD), blobs(folder), settings=settings, folder=folder)


def stage_new(settings: Settings, folder: Path) -> None:
    parts = (a_part("settings", NEW_POLICY), a_part("scene", SCENE, name="cam-1"), a_part("model", MODEL))
    stage(a_config(*parts, number=NEW), blobs(folder), settings=settings, folder=folder)


def blobs(folder: Path) -> dict[str, Path]:
    return blobs_in(folder.parent / "blobs", OLD_POLICY, NEW_POLICY, SCENE, MODEL)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A gateway on which configuration OLD is confirmed."""
    settings = settings_in(tmp_path)
    stage_old(settings, folder_of(settings))
    write_state(folder_of(settings), State(current=OLD, newest=OLD))
    return settings


def folder_of(settings: Settings) -> Path:
    return settings.gateway.data_dir / "config"


def switched(settings: Settings) -> State:
    """On trial with NEW."""
    stage_new(settings, folder_of(settings))
    state = State(current=NEW, previous=OLD, newest=NEW, trial=TRIAL)
    write_state(folder_of(settings), state)
    return state


def killed_at(number: int, work: Callable[[], object]) -> bool:
    """Run the work in a child that is killed at its number-th change of a file; whether it was."""
    child = os.fork()
    if child == 0:
        left = [number]

        def count(event: str, _arguments: object) -> None:
            if event in CHANGES:
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        try:
            work()
        except BaseException:  # noqa: BLE001  the child must not go on as a second pytest
            os._exit(1)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, -signal.SIGKILL), f"the work fails by itself, killed or not (exit code {code})"
    return code != 0


def is_whole(settings: Settings, number: int, found: Settings) -> bool:
    expected = overlaid(settings, folder_of(settings) / str(number)) if number else settings
    return found == expected


def test_killed_anywhere_during_a_switch_the_old_or_the_new_runs_whole(settings: Settings) -> None:
    before, after, number = 0, 0, 0
    while True:
        number += 1
        write_state(folder_of(settings), State(current=OLD, newest=OLD))
        if not killed_at(number, lambda: switched(settings)):
            break
        found = begin(settings, make, now_ms=NOW)
        assert found.id in (OLD, NEW)
        assert is_whole(settings, found.id, found.settings)
        assert found.settings.evidence.every_h == {OLD: 2, NEW: 9}[found.id]
        before, after = before + (found.id == OLD), after + (found.id == NEW)
        assert {path.name for path in folder_of(settings).iterdir() if path.suffix == ".part"} == set()
    assert before > 10
    assert after >= 1


def test_killed_anywhere_while_it_is_taken_back_or_begun(settings: Settings) -> None:
    for work in (
        lambda: taken_back(folder_of(settings), read_state(folder_of(settings)), reason="ill"),
        lambda: begin(settings, make, now_ms=NOW),
        lambda: begin(settings, make, now_ms=NOW + 61_000),
    ):
        number = 1
        while True:
            switched(settings)
            killed = killed_at(number, work)
            found = begin(settings, make, now_ms=NOW)
            assert is_whole(settings, found.id, found.settings)
            owed = [(result.id, result.state) for result in read_state(folder_of(settings)).owed]
            assert (found.id, owed) in [(NEW, []), (OLD, [(NEW, "rolled_back")])]
            number += 1
            if not killed:
                break
        assert number > 3


STARTS = {
    "goes on": ({}, NOW + 60_000, NEW, ""),
    "too late": ({}, NOW + 60_001, OLD, "not confirmed within 60 s"),
    "third start": ({"starts": 2}, NOW, NEW, ""),
    "fourth start": ({"starts": 3}, NOW, OLD, "ended 3 times"),
}


@pytest.mark.parametrize(("trial", "now_ms", "runs", "why"), STARTS.values(), ids=STARTS.keys())
def test_a_trial_found_at_the_start(
    settings: Settings, trial: dict[str, int], now_ms: int, runs: int, why: str
) -> None:
    state = switched(settings)
    write_state(folder_of(settings), replace(state, trial=replace(TRIAL, **trial)))  # type: ignore[arg-type]
    found = begin(settings, make, now_ms=now_ms)
    assert found.id == runs
    assert (found.trial is None) == (runs == OLD)
    reasons = [result.reason for result in read_state(folder_of(settings)).owed]
    assert bool(reasons) == bool(why)
    assert all(why in reason for reason in reasons)


def test_what_cannot_be_made_is_taken_back_to_what_can(settings: Settings) -> None:
    switched(settings)
    (folder_of(settings) / f"{NEW}/scene-cam-1.json").write_bytes(b"{}")
    (folder_of(settings) / f"{OLD}/policy.json").unlink()
    found = begin(settings, make, now_ms=NOW)
    assert (found.id, found.settings) == (0, settings)
    state = read_state(folder_of(settings))
    assert [(result.id, result.state) for result in state.owed] == [(NEW, "rolled_back"), (OLD, "rolled_back")]
    assert running(settings) == settings


def test_a_settings_file_that_lost_the_camera_runs_without_the_configuration(settings: Settings) -> None:
    switched(settings)
    write_state(folder_of(settings), State(current=NEW, newest=NEW))
    changed = settings.model_copy(update={"camera": (settings.camera[0].model_copy(update={"id": "cam-2"}),)})
    assert begin(changed, make, now_ms=NOW).id == 0


def test_a_damaged_state_file_is_set_aside(settings: Settings) -> None:
    (folder_of(settings) / FILE).write_bytes(b'{"current": -1}')
    assert begin(settings, make, now_ms=NOW).settings == settings
    assert (folder_of(settings) / f"{FILE}.broken").exists()


def test_errors_of_the_settings_file_alone_are_the_callers(settings: Settings) -> None:
    write_state(folder_of(settings), State())
    settings.camera[0].scene.write_bytes(b"{}")
    with pytest.raises(Exception, match="schema"):
        begin(settings, make, now_ms=NOW)
