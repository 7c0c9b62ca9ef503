"""No row of the matrix is claimed by a test that is not there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
MATRIX = Path(__file__).with_name("MATRIX.md").read_text()
ROWS = {*range(1, 19), 22, 25, 27, 28, 31, 32, 33}


def test_every_row_is_there() -> None:
    assert {int(row) for row in re.findall(r"^\| (\d+) \|", MATRIX, re.MULTILINE)} == ROWS


def test_every_test_that_is_named_is_there() -> None:
    named = re.findall(r"`(tests/\S+?\.py)::(\w+)`", MATRIX)
    assert len(named) > len(ROWS)
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not re.search(rf"^(def {name}\(|{name} = )", _text(ROOT / path), re.MULTILINE)
    ]
    assert not missing


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""
