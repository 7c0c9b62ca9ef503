"""The centre's command line: what a person can put right is told in words, with the place, and nothing is half done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from central.cli import app
from central.telling import BAD_INPUT


def told(tmp_path: Path, toml: str, *command: str) -> str:
    """What a command that must fail says."""
    file = tmp_path / "centre.toml"
    file.write_text(toml)
    done = CliRunner().invoke(app, [*command, "--settings", str(file)])
    assert done.exit_code == BAD_INPUT, done.output
    assert isinstance(done.exception, SystemExit)
    return done.output


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ('data_dir = "/proc/none/d"\n', "/proc/none"),
        ('data_dir = "FILE"\n', "expected a file or folder this user may use"),
        ('data_dir = "FOLDER"\ndatabase = "sqlite:///FILE"\n', "FILE: file is not a database"),
        ('data_dir = "FOLDER"\ndatabase = "mysql://x/y"\n', "expected sqlite or postgresql"),
        ('data_dir = "FOLDER"\ndatabase = "postgresql://u:hush@127.0.0.1:1/x"\n', "u:***@127.0.0.1:1/x"),
    ],
)
def test_a_place_that_cannot_be_used_is_named(tmp_path: Path, toml: str, words: str) -> None:
    (tmp_path / "junk").write_bytes(b"junk" * 1000)
    places = {"FILE": str(tmp_path / "junk"), "FOLDER": str(tmp_path / "data")}
    for name, place in places.items():
        toml, words = toml.replace(name, place), words.replace(name, place)
    said = told(tmp_path, toml, "migrate").replace("\n", "")
    assert words in said
    assert "hush" not in said


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("p.json", b"", "p.json: Expecting value"),
        ("p.json", b"[]", "p.json, json, $: nothing: expected an object of schema siteprogress.plan/1"),
        ("p.json", json.dumps({"schema": "siteprogress.plan/9", "project": {}}).encode(), "p.json, json, schema"),
        ("p.xlsx", b"PK\x03\x04", "p.xlsx: File is not a zip file: expected an xlsx workbook"),
        ("p.json", b"PK\x03\x04", "p.json: File is not a zip file: expected an xlsx workbook"),
        ("p.xlsx", b'{"schema": "siteprogress.plan/9", "project": {}}', "p.xlsx, json, schema"),
        ("p.xls", b"\xd0\xcf\x11\xe0", "p.xls: an .xls or protected workbook, save it as .xlsx"),
    ],
)
def test_a_file_that_is_no_plan_is_told_and_stores_nothing(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    said = told(tmp_path, f'data_dir = "{tmp_path / "data"}"\n', "import-plan", str(tmp_path / name))
    assert words in said
    assert "nothing was stored" in said
    assert not (tmp_path / "data").exists()


def test_a_plan_file_that_is_not_there(tmp_path: Path) -> None:
    said = told(tmp_path, f'data_dir = "{tmp_path}"\n', "import-plan", str(tmp_path / "none.json"))
    assert "none.json: No such file or directory" in said.replace("\n", "")
