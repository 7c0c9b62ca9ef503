"""The settings an agent runs with: its own file, and over it what a configuration's folder holds.

A folder: message.json (the signed message), scene-CAMERA.json, policy.json, models/. It is whole or it is not there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from edge_agent.remote.errors import RefusedError
from edge_agent.settings import Settings
from wire.codec import decode
from wire.errors import WireError
from wire.messages import Config, ConfigPart
from wire.policy import read_policy

MESSAGE, POLICY, MODELS = "message.json", "policy.json", "models"


def scene_file(camera: str) -> str:
    """Name of a camera's scene in the folder."""
    return f"scene-{camera}.json"


def message_of(folder: Path) -> Config:
    """The message a folder was made for; RefusedError when it is damaged."""
    try:
        return decode(Config, (folder / MESSAGE).read_bytes())
    except (WireError, OSError) as bad:
        raise RefusedError(str(bad), where=str(folder / MESSAGE), expected="the message it was made for") from bad


def overlaid(settings: Settings, folder: Path) -> Settings:
    """The settings with the folder's parts over them; RefusedError when they do not go together."""
    raw = settings.model_dump()
    cameras = {camera["id"]: dict(camera) for camera in raw["camera"]}
    for part in message_of(folder).parts:
        match part.kind:
            case "scene":
                camera = _of(cameras, part.name, "parts.scene")  # first: it makes the name a file's
                camera["scene"] = _checked(folder / scene_file(part.name), part)
            case "settings":
                _apply_policy(raw, cameras, _checked(folder / POLICY, part))
            case "model":
                raw["vision"] = raw["vision"] | {"models": folder / MODELS}
    try:
        return Settings.model_validate(raw | {"camera": tuple(cameras.values())})
    except ValidationError as bad:
        first = bad.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise RefusedError(f"{place}: {first['msg']}", where="parts.settings", expected="values that fit") from bad


def _apply_policy(raw: dict[str, Any], cameras: Mapping[str, dict[str, Any]], path: Path) -> None:
    try:
        policy = read_policy(path.read_bytes())
    except WireError as bad:
        raise RefusedError(str(bad), where="parts.settings", expected="a policy this version reads") from bad
    for name, values in policy.sections.items():
        raw[name] = raw[name] | dict(values)
    for camera, values in policy.cameras.items():
        _of(cameras, camera, f"parts.settings camera.{camera}").update(values)


def _of(cameras: Mapping[str, dict[str, Any]], camera: str, where: str) -> dict[str, Any]:
    if camera not in cameras:
        raise RefusedError(f"camera {camera[:80]!r}", where=where, expected=f"one of {', '.join(sorted(cameras))}")
    return cameras[camera]


def _checked(path: Path, part: ConfigPart) -> Path:
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as bad:
        raise RefusedError(f"{path}: {bad.strerror}", where=f"parts.{part.kind}", expected="a file") from bad
    if found != part.sha256:
        raise RefusedError(f"{path} was changed", where=f"parts.{part.kind}", expected=f"sha256 {part.sha256}")
    return path
