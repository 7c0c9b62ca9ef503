"""The data standard: samples are accepted, each fault has its row and column, the page is what the models say."""

from __future__ import annotations

import json
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from central.cli import app
from central.quality.samples import CLAUSES, DAILY, PLAN, samples
from central.quality.standard import page
from central.quality.validate import KINDS, validate

DOCS = Path(__file__).parents[3] / "docs"
SAMPLES = DOCS / "data-standard"


def as_json(document: Any, **changed: Any) -> bytes:
    """A document with changes at its top."""
    return json.dumps({**document, **changed}).encode()


def edited(name: str, cell: str, value: Any, *, sheet: int = 0) -> bytes:
    """A sample workbook with one cell changed."""
    book = load_workbook(BytesIO(samples()[name]))
    book.worksheets[sheet][cell] = value
    content = BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.mark.requirement("D30")
@pytest.mark.parametrize("name", sorted(samples()))
def test_the_published_samples_are_accepted(name: str) -> None:
    for content in (samples()[name], (SAMPLES / name).read_bytes()):
        verdict = validate(content)
        assert verdict.faults == ()
        assert verdict.read > 0
        assert verdict.kind in KINDS


@pytest.mark.requirement("D30")
@pytest.mark.parametrize(
    ("content", "sheet", "row", "column"),
    [
        (edited("ledger.xlsx", "E3", "1.005"), "资金", 3, "金额(元)"),
        (edited("ledger.xlsx", "D2", "soon"), "资金", 2, "日期"),
        (edited("ledger.xlsx", "C3", "present"), "资金", 3, "类型"),
        (edited("plan.xlsx", "J2", "then"), "项目", 2, None),
        (as_json(PLAN, buildings=[]), "", None, "buildings"),
        (as_json(DAILY, day="2026-02-30"), "", None, "day"),
        (as_json(DAILY, photos=["a"]), "", None, "photos.0"),
        (as_json(DAILY, more=1), "", None, "more"),
        (as_json(DAILY, claims=DAILY["claims"] * 2), "", None, "claims.0.item"),
        (as_json(DAILY, note="", photos=[], claims=[], counts=None), "", None, "note"),
        (as_json(CLAUSES, clauses=[CLAUSES["clauses"][3]]), "", None, "clauses.0.milestone"),
    ],
)
def test_each_fault_has_its_place(content: bytes, sheet: str, row: int | None, column: str | None) -> None:
    fault = validate(content).faults[0]
    assert (fault.sheet, fault.row) == (sheet, row)
    if column is not None:
        assert column in fault.column
    assert fault.what
    assert fault.expected


def test_a_frame_with_a_bad_record_names_it() -> None:
    frame = json.loads(samples()["frame.json"])
    forged = deepcopy(frame)
    forged["recs"][0]["at"] += 1
    assert validate(json.dumps(forged).encode()).faults  # hash and checksum are of what was sent
    assert validate(json.dumps({**frame, "hi": 2}).encode()).faults[0].expected


@pytest.mark.parametrize(
    "content", [b"", b"PK no workbook", b"[]", b"{", b'{"schema":"other/1"}', b"\xff\xfe", b"1" * 9]
)
def test_what_is_no_file_of_ours_is_told(content: bytes) -> None:
    verdict = validate(content)
    assert verdict.kind is None
    assert len(verdict.faults) == 1


def test_the_page_is_what_the_models_say() -> None:
    """Made anew by `siteprogress-central data-standard --to docs`."""
    assert (DOCS / "data-standard.md").read_text(encoding="utf-8") == page()
    for name, content in samples().items():
        if not name.endswith(".xlsx"):  # those have the time of their making in them
            assert (SAMPLES / name).read_bytes() == content, name


def test_the_command_names_faults_and_ends_with_one(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.xlsx"
    good.write_bytes(samples()["daily-report.json"])
    bad.write_bytes(edited("ledger.xlsx", "E3", "many"))
    run = CliRunner().invoke(app, ["validate", str(good)])
    assert (run.exit_code, "accepted" in run.stdout) == (0, True)
    run = CliRunner().invoke(app, ["validate", str(good), str(bad)])
    assert run.exit_code == 1
    assert "第3行 row 3, 金额(元): many" in run.stderr
