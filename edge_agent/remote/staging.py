"""Lays the parts of a configuration out in a folder of its own, whole before it has its name."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from edge_agent.remote.fetching import INCOMING
from edge_agent.remote.overlay import MESSAGE, MODELS, POLICY, overlaid, scene_file
from edge_agent.remote.state import State, sync_folder
from edge_agent.remote.unpacking import unpack
from edge_agent.settings import Settings
from wire.codec import encode
from wire.messages import Config

PART_SUFFIX = ".part"


def stage(config: Config, fetched: dict[str, Path], *, settings: Settings, folder: Path) -> Path:
    """The folder of this configuration, on the disk and checked against the settings; RefusedError says why not."""
    made, draft = folder / str(config.id), folder / f"{config.id}{PART_SUFFIX}"
    for old in (draft, made):  # of a try that was cut short; nothing refers to it
        shutil.rmtree(old, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        (draft / MESSAGE).write_bytes(encode(config))
        _lay_out(config, fetched, draft, cameras={camera.id for camera in settings.camera})
        overlaid(settings, draft)
        _sync(draft)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    draft.rename(made)
    sync_folder(folder)
    return made


def tidy(folder: Path, state: State) -> None:
    """Remove what no configuration refers to: drafts, older folders, and parts fetched once it is settled."""
    if not folder.is_dir():
        return
    held = {str(number) for number in (state.current, state.previous, state.restore)}
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name not in {*held, INCOMING}:
            shutil.rmtree(entry, ignore_errors=True)
        elif entry.suffix == PART_SUFFIX:
            entry.unlink()  # a file that was being written


def forget_fetched(folder: Path) -> None:
    """The parts of a settled configuration lie in its folder; the copies they were made from can go."""
    shutil.rmtree(folder / INCOMING, ignore_errors=True)


def _lay_out(config: Config, fetched: dict[str, Path], draft: Path, *, cameras: set[str]) -> None:
    for part in config.parts:
        match part.kind:
            case "scene" if part.name in cameras:  # else its name is no file's; `overlaid` refuses it
                shutil.copyfile(fetched[part.sha256], draft / scene_file(part.name))
            case "settings":
                shutil.copyfile(fetched[part.sha256], draft / POLICY)
            case "model":
                unpack(fetched[part.sha256], draft / MODELS)


def _sync(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            sync_folder(path)
            continue
        fd = os.open(path, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
    sync_folder(folder)
