"""The camera's commissioning on this machine's disk; what it says is `wire.scene`'s."""

from pathlib import Path

from edge_agent.vision.errors import SceneError
from edge_agent.vision.json_file import read_json
from wire.scene import errors, reading
from wire.scene.shapes import Camera, Face, Point, Polyline, Scene

__all__ = ["Camera", "Face", "Point", "Polyline", "Scene", "load_scene", "parse_scene"]


def load_scene(path: Path) -> Scene:
    """Read a commissioning file; SceneError names the file, the path inside it and what was expected."""
    try:
        raw = read_json(path)
    except OSError as error:
        raise SceneError(file=str(path), where="(file)", expected=f"a readable file: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise SceneError(file=str(path), where="(file)", expected=f"JSON text: {error}") from error
    return parse_scene(raw, file=str(path))


def parse_scene(raw: object, *, file: str) -> Scene:
    """Check a decoded commissioning; SceneError as for `load_scene`."""
    try:
        return reading.parse_scene(raw, file=file)
    except errors.SceneError as wrong:
        raise SceneError(file=file, where=wrong.where, expected=wrong.expected) from wrong
