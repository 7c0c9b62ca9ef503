"""Reports from the command line: frozen, written, and refused in one line."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from central.cli import app
from tests.central.api.conftest import filled, filled_sqlite

__all__ = ["filled", "filled_sqlite"]


@pytest.fixture
def settings(filled: Engine, tmp_path: Path) -> Path:
    """Settings of a centre over the filled district."""
    path = tmp_path / "central.toml"
    path.write_text(f'data_dir = "{tmp_path / "data"}"\ndatabase = "{filled.url}"\n')
    return path


def test_a_month_is_made_and_written(settings: Path, tmp_path: Path) -> None:
    out = tmp_path / "may.xlsx"
    found = CliRunner().invoke(app, ["report", "monthly", "2026-05", "--out", str(out), "--settings", str(settings)])
    assert found.exit_code == 0, found.output
    assert "2026年05月执行偏差率月报" in found.output
    assert hashlib.sha256(out.read_bytes()).hexdigest() in found.output
    again = CliRunner().invoke(app, ["report", "monthly", "2026-05", "--settings", str(settings)])
    digest = re.search(r"^sha256: (\w+)$", again.output, re.MULTILINE)
    assert digest is not None and digest[0] in found.output


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["monthly", "2999-01"], "expected one that is over; this one from 2999-02-01 08:00 on"),
        (["monthly", "2026-05", "--of", "没有的单位"], "expected a unit that has a project"),
        (["project", "xx"], "no project 'xx'"),
        (["warning", "99999"], "no warning '99999'"),
        (["quality", "2026-05", "--out", "x.doc"], "expected a name that ends with .pdf, .docx, .xlsx"),
    ],
)
def test_what_cannot_be_made_is_said_in_one_line(settings: Path, asked: list[str], said: str) -> None:
    found = CliRunner().invoke(app, ["report", *asked, "--settings", str(settings)])
    assert found.exit_code == 2
    assert said in found.output
