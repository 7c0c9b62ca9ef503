"""`siteprogress-edge evaluate` with the shipped weights: files written, exit codes, messages of one line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.edge_agent.vision.drawing import write_dataset


def evaluate(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "edge_agent.cli", "evaluate", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_figures_and_page_are_written(tmp_path: Path) -> None:
    root = write_dataset(tmp_path / "data", scenes=1, days=4)
    figures, page = tmp_path / "out.json", tmp_path / "out.html"
    words = ("--json", str(figures), "--page", str(page), "--lang", "en", "--disturb", "jpeg:50")
    done = evaluate(str(root), *words)
    assert done.returncode == 0, done.stderr
    report = json.loads(figures.read_text())
    assert report["schema"] == "siteprogress.evaluation/2"
    assert report["all"]["estimators"]["features"]["readings"] == 2
    assert set(report["disturbed"]) == {"jpeg"}
    assert page.read_text().startswith('<!doctype html><html lang="en">')


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ((), 2, "nothing to write"),
        (("--json", "{tmp}/none/out.json"), 2, "there is no folder"),
        (("--json", "{tmp}/out.json", "--page", "{tmp}/data/../out.json"), 2, "asked for twice"),
        (("--json", "{tmp}/out.json", "--disturb", "fog:3"), 2, "expected one of polygon_px"),
        (("--json", "{tmp}/out.json", "--compare", "{tmp}/none"), 1, "at least one scene folder"),
        (("--json", "{tmp}/out.json", "--models", "{tmp}"), 1, "holds no manifest.json"),
    ],
)
def test_wrong_use_is_told_in_one_line(tmp_path: Path, words: tuple[str, ...], code: int, message: str) -> None:
    root = write_dataset(tmp_path / "data", scenes=1, days=4)
    done = evaluate(str(root), *(word.format(tmp=tmp_path) for word in words))
    assert (done.returncode, message in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out.json").exists()
