"""An auditor's archive: unpacked anywhere, Python alone makes all scores again; a changed byte comes out (E27)."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session
from typer.testing import CliRunner

from central.cli import app
from central.domain import Subject, Text
from central.export_scores import scores_archive
from central.scoring.questionnaire import Criterion
from central.scoring.sheet import scored
from central.store import tables
from central.store.engine import reading, writing
from central.store.save_judgements import answer, freeze, invite, open_node
from central.store.save_sheets import put_sheet
from tests.central.scoring.sheets import a_sheet, a_value, an_indicator

KINDS = (
    (an_indicator("up", target=80.0), a_value("up", 71.3, state="entered")),
    (an_indicator("down", kind="lower", target=3.0), a_value("down", 7.0, state="entered")),
    (an_indicator("done", kind="binary", target=1.0), a_value("done", 1.0, state="entered")),
    (an_indicator("felt", kind="survey", target=90.0), a_value("felt", 82.0, state="entered")),
    (an_indicator("few", kind="survey", target=90.0), a_value("few", 95.0, state="too_few")),
    (an_indicator("seen", kind="panel", target=90.0), a_value("seen", 86.33, state="entered")),
    (an_indicator("kept", kind="qualitative", target=80.0), a_value("kept", 77.0, state="entered")),
    (an_indicator("lost"), a_value("lost", None)),
    (an_indicator("later"), a_value("later", None, state="not_due")),
)


@pytest.fixture
def store(sqlite_store: Engine) -> Engine:
    """Two sheets: one of all six kinds and states, one whose weights experts gave."""
    criteria = [Criterion(id=key, name=Text(zh=key, en=key)) for key in ("up", "down", "done")]
    with writing(sqlite_store) as connection, Session(connection) as session:
        for name in ("one", "two"):
            session.add(tables.User(username=name, name=name, password_hash="-", created_at=0))
        session.flush()
        open_node(connection, "n", name=Text(zh="n", en="n"), unit="", criteria=criteria, by="desk", now_ms=1)
        for name, says in (("one", {(0, 1): 3, (0, 2): 5, (1, 2): 2}), ("two", {(0, 1): 2, (0, 2): 4, (1, 2): 2})):
            invite(connection, "n", name, weight=len(name), by="desk", now_ms=1)
            answer(connection, "n", name, says, by=name, now_ms=1)
        group = freeze(connection, "n", note="", by="desk", now_ms=1)
        whole = a_sheet(*((indicator, 1 / len(KINDS), value) for indicator, value in KINDS), kind="self")
        put_sheet(connection, whole, now_ms=2)
        weights = dict(zip((one.id for one in group.criteria), group.weights, strict=True))
        weighed = a_sheet(
            *((indicator, weights[indicator.id], value) for indicator, value in KINDS[:3]),
            kind="third",
            subject=Subject(kind="unit", id="区住建局"),
        )
        leaves = tuple(replace(leaf, judged="n/1") for leaf in weighed.set.leaves)
        put_sheet(connection, replace(weighed, set=replace(weighed.set, leaves=leaves)), now_ms=2)
    return sqlite_store


def unpacked(engine: Engine, folder: Path) -> Path:
    with reading(engine) as connection:
        (folder / "scores.zip").write_bytes(scores_archive(connection, "2026-03"))
    zipfile.ZipFile(folder / "scores.zip").extractall(folder / "audit")
    return folder / "audit"


def recomputed(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Without the centre, its packages or its environment: isolated, no site."""
    program = [sys.executable, "-I", "-S", str(folder / "recompute.py"), *arguments]
    return subprocess.run(program, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.requirement("E27")
def test_e27_the_auditor_s_program_makes_all_scores_again_offline(store: Engine, tmp_path: Path) -> None:
    folder = unpacked(store, tmp_path)
    done = recomputed(folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 checked, 0 differ" in done.stdout
    index = json.loads((folder / "index.json").read_text())
    assert len(index["sheets"]) == 2
    assert index["weights"][0]["file"] == "weights/n-1.json"
    assert all(repr(one["total"]) in done.stdout for one in index["sheets"])
    assert recomputed(folder, str(tmp_path / "scores.zip")).returncode == 0


@pytest.mark.parametrize("what", ["value", "weight", "total", "grade", "missing", "judgement"])
def test_whatever_was_changed_comes_out(store: Engine, tmp_path: Path, what: str) -> None:
    folder = unpacked(store, tmp_path)
    index = json.loads((folder / "index.json").read_text())
    file = folder / "sheets" / f"{index['sheets'][0]['id']}.json"
    match what:
        case "value" | "weight":
            sheet = json.loads(file.read_text())
            if what == "value":
                sheet["values"][0]["value"] = 80.0
            else:
                sheet["set"]["leaves"][0]["weight"] = 0.3
            file.write_text(json.dumps(sheet, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
        case "total" | "grade":
            index["sheets"][0][what] = 90.0 if what == "total" else "优"
            (folder / "index.json").write_text(json.dumps(index))
        case "missing":
            file.unlink()
        case "judgement":
            judged = folder / "weights" / "n-1.json"
            judged.write_text(judged.read_text().replace('"says":[[0,1,3]', '"says":[[0,1,4]'))
    done = recomputed(folder)
    assert done.returncode == 1
    assert "3 checked, 1 differ" in done.stdout


def test_the_same_sheets_are_the_same_archive(store: Engine) -> None:
    with reading(store) as connection:
        assert scores_archive(connection, "2026-03") == scores_archive(connection, "2026-03")
        with pytest.raises(ValueError, match="has score sheets"):
            scores_archive(connection, "2026-04")


def test_the_commands_say_what_they_did(store: Engine, tmp_path: Path) -> None:
    settings = tmp_path / "central.toml"
    settings.write_text(f'database = "{store.url}"\ndata_dir = "{tmp_path / "data"}"\n')
    run = CliRunner()
    said = run.invoke(app, ["export-scores", "--period", "2026-03", "--to", str(tmp_path / "a.zip"),
                            "--settings", str(settings)])  # fmt: skip
    assert said.exit_code == 0, said.output
    assert zipfile.is_zipfile(tmp_path / "a.zip")
    with reading(store) as connection:
        key = connection.exec_driver_sql("SELECT id FROM score_sheet WHERE kind = 'third'").scalar_one()
    said = run.invoke(app, ["recompute", key, "--settings", str(settings)])
    assert said.exit_code == 0, said.output
    assert "the same, bit for bit" in said.output
    said = run.invoke(app, ["recompute", "--all", "--period", "2026-03", "--settings", str(settings)])
    assert "2 sheets made again, 0 differ" in said.output
    for wrong in (["recompute"], ["recompute", "x", "--all"], ["recompute", "nobody"],
                  ["recompute", "--all", "--period", "2020"]):  # fmt: skip
        assert run.invoke(app, [*wrong, "--settings", str(settings)]).exit_code == 2
    with writing(store) as connection:
        connection.exec_driver_sql("DROP TRIGGER IF EXISTS score_sheet_no_update")
        connection.exec_driver_sql("UPDATE score_sheet SET total = 99 WHERE kind = 'third'")
    said = run.invoke(app, ["recompute", key, "--settings", str(settings)])
    assert (said.exit_code, "DIFFERS" in said.output) == (1, True)


def test_the_builder_s_sheet_scores() -> None:
    """Guards the fixture: every kind and state is in it."""
    sheet = a_sheet(*((indicator, 1 / len(KINDS), value) for indicator, value in KINDS), kind="self")
    assert len({leaf.indicator.kind for leaf in sheet.set.leaves}) == 6
    assert scored(sheet).total is not None
