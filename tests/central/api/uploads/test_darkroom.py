"""The walls of the darkroom: what a decoder that was taken over could still do, and what it could say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from central.api.errors import InvalidError
from central.api.uploads import darkroom, develop
from central.api.uploads.darkroom import MEMORY_BYTES, Job
from tests.central.api.uploads.photographs import a_photo

HEIC = Path(__file__).parent / "iphone.heic"
WALLS = """
import socket, subprocess, sys
from central.api.uploads.darkroom import MEMORY_BYTES, confine
confine()
try:
    {what}
except (OSError, MemoryError, ValueError) as refused:
    sys.exit(f"refused: {{type(refused).__name__}} {{refused}}")
"""
DEEDS = {
    "reads a secret": ("open('/etc/passwd')", "Too many open files"),
    "writes a file": ("open('/tmp/x', 'wb')", "Too many open files"),
    "calls out": ("socket.create_connection(('127.0.0.1', 1))", "Too many open files"),
    "begins a program": ("subprocess.Popen(['/bin/true'])", "Too many open files"),
    "takes all memory": ("bytearray(MEMORY_BYTES)", "MemoryError"),
}


@pytest.mark.parametrize(("what", "refused"), DEEDS.values(), ids=DEEDS.keys())
def test_what_it_cannot_do_once_it_looks(what: str, refused: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WALLS.format(what=what)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith("refused:")
    assert refused in done.stderr


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIC", "MPO"])
def test_every_kind_is_developed_behind_the_walls(tmp_path: Path, kind: str) -> None:
    photo = HEIC.read_bytes() if kind == "HEIC" else a_photo(640, 480, kind=kind, orientation=6)
    (tmp_path / "part").write_bytes(photo)
    folder = develop.PhotoFolder(tmp_path)
    found = develop.develop(tmp_path / "part", folder, sha256="ab" * 32, pixels_max=50_000_000)
    assert found.width_px > 0
    assert folder.has("ab" * 32)


def test_an_answer_without_end_is_not_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program in the interpreter's place that talks for ever, as a decoder that was taken over could."""
    talker = tmp_path / "talker"
    talker.write_text(f"#!{sys.executable}\nimport sys\nfor _ in range(40): sys.stdout.write('{{' * (1 << 20))\n")
    talker.chmod(0o700)
    (tmp_path / "part").write_bytes(a_photo())
    monkeypatch.setattr(sys, "executable", str(talker))
    with pytest.raises(InvalidError, match="no decoder survives"):
        develop.develop(tmp_path / "part", develop.PhotoFolder(tmp_path), sha256="ab" * 32, pixels_max=50_000_000)


def test_the_work_is_the_same_without_its_walls(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(a_photo(640, 480, orientation=6))
    job = Job(
        source=str(tmp_path / "source"),
        shown=str(tmp_path / "shown"),
        thumbnail=str(tmp_path / "thumb"),
        pixels_max=1_000_000,
        zone="Asia/Shanghai",
    )
    found = darkroom.develop(job)
    assert (found["format"], found["width_px"], found["height_px"]) == ("JPEG", 480, 640)
    assert MEMORY_BYTES == 1 << 30
