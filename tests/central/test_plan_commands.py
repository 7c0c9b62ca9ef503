"""Plans, the organisation and lives by the command line, over a real database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from central.cli import app
from central.plan.importing import read_plan_json, read_plan_xlsx
from central.telling import BAD_INPUT
from tests.central.lifecycle.test_organisation import DOCUMENT as ORGANISATION
from tests.central.plan.test_document2 import PLAN, changed


class Centre:
    """A settings file and a database beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = folder / "centre.toml"
        self.settings.write_text(f'data_dir = "{folder / "data"}"\n')

    def run(self, *command: str, text: str = "") -> str:
        """What a command that succeeds says."""
        done = CliRunner().invoke(app, [*command, "--settings", str(self.settings)], input=text)
        assert done.exit_code == 0, done.output
        return done.output

    def refused(self, *command: str) -> str:
        """What a command that does not says."""
        done = CliRunner().invoke(app, [*command, "--settings", str(self.settings)])
        assert done.exit_code == BAD_INPUT, done.output
        return done.output

    def file(self, name: str, document: Any) -> str:
        """A JSON file."""
        path = self.folder / name
        path.write_text(json.dumps(document, ensure_ascii=False))
        return str(path)


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    """A centre with the baseline of project qp and a leader."""
    made = Centre(tmp_path)
    made.run("import-plan", made.file("plan.json", PLAN))
    made.run("user", "add", "zhao", "--name", "赵", "--role", "leader", "--password-stdin", text="a long password 7\n")
    return made


def test_a_revision_by_hand_needs_reason_and_approver(centre: Centre) -> None:
    later = centre.file("later.json", changed(lambda d: d["project"].update(finish="2026-09-10")))
    assert "why the plan changes" in centre.refused("import-plan", later)
    assert "a dept_head or leader" in centre.refused("import-plan", later, "--reason", "台风")
    assert "user 'nobody'" in centre.refused("import-plan", later, "--reason", "台风", "--approved-by", "nobody")
    assert "plan version 2" in centre.run("import-plan", later, "--reason", "台风", "--approved-by", "zhao")
    assert "plan version 2" in centre.run("import-plan", later)
    said = centre.run("plan", "versions", "qp")
    assert "10" in said
    assert "台风" in said
    assert "expected one that has a plan" in centre.refused("plan", "versions", "xx")


def test_a_plan_comes_out_as_it_went_in(centre: Centre) -> None:
    for name in ("out.xlsx", "out.json"):
        centre.run("plan", "export", "qp", str(centre.folder / name))
    baseline = read_plan_json(PLAN)
    assert json.loads((centre.folder / "out.json").read_text()) == PLAN
    assert not isinstance(baseline, tuple)
    again = read_plan_xlsx((centre.folder / "out.xlsx").read_bytes())
    assert not isinstance(again, tuple)
    assert (again.project, again.structure, again.terms) == (baseline.project, baseline.structure, baseline.terms)
    assert "ends in .xlsx or .json" in centre.refused("plan", "export", "qp", str(centre.folder / "out.csv"))
    assert "expected one that was imported" in centre.refused("plan", "export", "xx", str(centre.folder / "x.xlsx"))
    assert "version 7" in centre.refused("plan", "export", "qp", str(centre.folder / "x.xlsx"), "--version", "7")


def test_the_empty_form(tmp_path: Path) -> None:
    file = tmp_path / "form.xlsx"
    done = CliRunner().invoke(app, ["plan", "template", str(file)])
    assert done.exit_code == 0, done.output
    assert "里程碑" in load_workbook(file).sheetnames
    assert CliRunner().invoke(app, ["plan", "template", str(tmp_path / "form.json")]).exit_code == BAD_INPUT


def test_the_organisation(centre: Centre) -> None:
    assert "import one" in centre.run("organisation", "show")
    assert "6 units, version 1" in centre.run("organisation", "import", centre.file("org.json", ORGANISATION))
    said = centre.run("organisation", "show").splitlines()
    assert said[0].startswith("栖川区 (qc, 区)")
    assert said[-1].startswith("      溪村 (xc, 村居)")
    broken = centre.file("broken.json", ORGANISATION | {"units": ORGANISATION["units"][1:]})
    said_of = centre.refused("organisation", "import", broken)
    assert "broken.json, json, units[0].parent: unit 'qc': expected the id of a listed unit" in said_of
    assert "nothing was stored" in said_of


def test_lives_and_their_templates(centre: Centre) -> None:
    said = centre.run("lifecycle", "show", "qp")
    assert "construction/1" in said
    assert "declared   申报    open" in said
    assert "needs contracted, funded" in said
    template = json.loads(centre.run("lifecycle", "template", "construction"))
    template["stages"] = template["stages"][:5]
    file = centre.file("template.json", template)
    assert "construction: version 2" in centre.run("lifecycle", "import-template", file)
    assert "construction/2" in centre.run("lifecycle", "show", "qp")
    assert "one of construction, industry, service" in centre.refused("lifecycle", "template", "bridge")
    template["stages"][0]["needs"] = ["moon"]
    assert "stages of this template" in centre.refused(
        "lifecycle", "import-template", centre.file("template.json", template)
    )
