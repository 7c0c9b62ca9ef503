"""No raw picture has a way out of the edge: what is sent is either a message without room for one, or a still."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

import edge_agent
from wire.messages import BODIES, Beat, Birth

ROOT = Path(edge_agent.__file__).parent
TALKERS = {  # modules that may open a connection, and what for
    "camera/http.py": "asks a camera for a snapshot",
    "camera/nursery.py": "talks to its own children",
    "camera/nursing.py": "talks to its own children",
    "check.py": "asks the centre whether it is well",
    "connection.py": "messages",
    "identity.py": "its certificate",
    "remote/fetching.py": "fetches configuration",
    "uploader.py": "stills",
}
NETWORK = {"httpx", "paho", "socket", "urllib", "http", "ftplib", "smtplib", "requests", "aiohttp", "websockets"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the agent, by its path below the package."""
    for path in sorted(ROOT.rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))


def imported(tree: ast.Module) -> Iterator[str]:
    """What a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.requirement("C31")
def test_only_these_modules_talk_to_anybody() -> None:
    talking = {
        path
        for path, tree in modules()
        if any(name.split(".")[0] in NETWORK and name != "urllib.parse" for name in imported(tree))
    }
    assert talking == set(TALKERS)


def test_the_folder_that_is_sent_takes_stills_without_anybody_alone() -> None:
    """`EvidenceFolder.put` is called once, with what `evidence_still` or `reference_of` made."""
    putting = [
        path for path, tree in modules() for node in ast.walk(tree) if _calls(node, owner="_evidence", name="put")
    ]
    assert putting == ["sense.py"]
    making = [
        path
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "evidence_still"
    ]
    assert making == ["eye.py"]
    asked = [
        path
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "reference_of"
    ]
    assert asked == ["remote/looks.py"]


def test_the_uploader_opens_only_what_lies_in_that_folder() -> None:
    tree = ast.parse((ROOT / "uploader.py").read_text("utf-8"))
    opened = {
        ast.unparse(node.func.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("open", "read_bytes")
    }
    assert opened <= {"still.path", "path"}
    assert not {"cv2", "numpy"} & set(imported(tree))


@pytest.mark.parametrize("body", [*BODIES.values(), Birth, Beat], ids=lambda body: body.__name__)
def test_no_message_has_a_field_for_a_picture(body: type) -> None:
    schema = TypeAdapter(body).json_schema()
    assert not [where for where, one in _parts(schema) if one.get("format") in ("binary", "base64")]
    names = {name for _, one in _parts(schema) for name in one.get("properties", {})}
    assert not {name for name in names if name in ("image", "jpeg", "picture", "pixels", "raw", "frame")}


def _parts(schema: Any, where: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, dict):
        yield where, schema
        for key, value in schema.items():
            yield from _parts(value, f"{where}.{key}")
    elif isinstance(schema, list):
        for at, value in enumerate(schema):
            yield from _parts(value, f"{where}.{at}")


def _calls(node: ast.AST, *, owner: str, name: str) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == name
        and isinstance(node.func.value, ast.Attribute)
        and node.func.value.attr == owner
    )
