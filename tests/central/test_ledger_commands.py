"""The ledger's commands: a sheet comes in, a package goes out and verifies, months close, tampering shows."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from central.cli import app
from central.store.engine import open_engine
from central.store.migrate import migrate
from tests.central.money.build import a_row, a_workbook
from tests.central.plans import plan


@pytest.fixture
def centre(tmp_path: Path, migrated_sqlite: Path) -> Path:
    """Settings of a centre with project p1."""
    (tmp_path / "c.db").write_bytes(migrated_sqlite.read_bytes())
    engine = open_engine(f"sqlite:///{tmp_path / 'c.db'}")
    migrate(engine)
    plan(engine)
    engine.dispose()
    file = tmp_path / "centre.toml"
    file.write_text(f'data_dir = "{tmp_path / "data"}"\ndatabase = "sqlite:///{tmp_path / "c.db"}"\n')
    return file


def run(centre: Path, *command: str | Path) -> Result:
    """One command of the ledger."""
    return CliRunner().invoke(app, ["ledger", *(str(word) for word in command), "--settings", str(centre)])


def test_a_sheet_comes_in_and_a_package_goes_out(centre: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "钱.xlsx"
    sheet.write_bytes(a_workbook([a_row("r", 500, kind="下达"), a_row("v1", 1), a_row("v2", "x")]).getvalue())
    done = run(centre, "import", sheet)
    assert done.exit_code == 1, done.output
    assert "2 posted, 0 known, 0 conflicts, 1 refused" in done.output
    assert "钱.xlsx, 4, 金额(元)" in done.output
    sheet.write_bytes(a_workbook([a_row("r", 500, kind="下达"), a_row("v1", 1)]).getvalue())
    assert "0 posted, 2 known" in run(centre, "import", sheet).output
    package = tmp_path / "p.zip"
    assert run(centre, "export", package, "--from", "2026-01-01", "--to", "2026-12-31").exit_code == 0
    verified = run(centre, "verify", package)
    assert (verified.exit_code, "entries: 2" in verified.output) == (0, True), verified.output
    package.write_bytes(package.read_bytes()[:-40])
    assert run(centre, "verify", package).exit_code == 1


def test_months_close_and_tampering_shows(centre: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "m.xlsx"
    sheet.write_bytes(a_workbook([a_row(f"v{n}", n) for n in (1, 2, 3)]).getvalue())
    assert run(centre, "import", sheet).exit_code == 0
    assert run(centre, "verify").output == "ledger: 3 entries of 1 projects: holds\n"
    assert "expected a month before" in run(centre, "lock", "2099-01").output
    assert run(centre, "lock", "2026-03").exit_code == 0
    sheet.write_bytes(a_workbook([a_row("v4", 4)]).getvalue())
    assert "2026-03 is closed" in run(centre, "import", sheet).output
    with sqlite3.connect(tmp_path / "c.db") as database:
        database.execute("DROP TRIGGER fund_entry_no_delete")
        database.execute("DELETE FROM fund_entry WHERE nth = 3")
        database.execute("UPDATE fund_account SET entries = 2, paid_fen = 300")
    database.close()
    lost = run(centre, "verify")
    assert (lost.exit_code, "entry 3" in lost.output) == (1, True), lost.output


def test_the_template_is_written_and_is_a_sheet(centre: Path, tmp_path: Path) -> None:
    file = tmp_path / "t.xlsx"
    assert CliRunner().invoke(app, ["ledger", "template", str(file)]).exit_code == 0
    assert "0 posted" in run(centre, "import", file).output


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("import", "none.xlsx"), "No such file"),
        (("export", "x.zip", "--from", "2026-02-01", "--to", "2026-01-01"), "not after the last"),
    ],
)
def test_what_cannot_be_done_is_said(centre: Path, command: tuple[str, ...], words: str) -> None:
    done = run(centre, *command)
    assert done.exit_code == 2
    assert words in done.output.replace("\n", " ")


def test_a_file_that_is_no_sheet_stores_nothing(centre: Path, tmp_path: Path) -> None:
    (tmp_path / "n.xlsx").write_bytes(b"PK no")
    done = run(centre, "import", tmp_path / "n.xlsx")
    assert (done.exit_code, "nothing was stored" in done.output) == (2, True)
