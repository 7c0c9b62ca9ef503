"""The command lines answer at once: what only some commands need is loaded by those."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("sqlmodel", "fastapi", "openpyxl", "matplotlib", "weasyprint", "shapely", "cv2", "onnxruntime", "numpy")


@pytest.mark.parametrize("module", ["central.cli", "edge_agent.cli"])
def test_to_be_told_of_the_commands_nothing_heavy_is_loaded(module: str) -> None:
    code = f"import sys, {module}; print(*sorted(set({HEAVY}) & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert loaded == []


def test_a_file_whose_name_is_no_utf_8_is_told_of_in_escapes(tmp_path: Path) -> None:
    name = os.fsdecode(os.fsencode(tmp_path) + b"/\xd6\xd0.json")  # GBK, as older machines write
    Path(name).write_bytes(b"{}")
    command = [sys.executable, "-c", "from central.cli import main; main()", "validate", name]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 1, done.stderr
    assert rb"\udcd6\udcd0.json" in done.stdout
    assert b"Traceback" not in done.stderr
