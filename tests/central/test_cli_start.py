"""The command lines answer at once: what only some commands need is loaded by those."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("sqlmodel", "fastapi", "openpyxl", "matplotlib", "weasyprint", "shapely", "cv2", "onnxruntime", "numpy")


@pytest.mark.parametrize("module", ["central.cli", "edge_agent.cli"])
def test_to_be_told_of_the_commands_nothing_heavy_is_loaded(module: str) -> None:
    code = f"import sys, {module}; print(*sorted(set({HEAVY}) & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert loaded == []
