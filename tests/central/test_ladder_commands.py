"""`siteprogress-central ladder`: list, show, import and switch, and what is wrong said in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from central.cli import app
from central.telling import BAD_INPUT
from tests.central.plans import plan


class Centre:
    """The command line over one database."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        self.settings = folder / "centre.toml"
        self.settings.write_text(f'data_dir = "{folder}"\ndatabase = "{engine.url}"\n')

    def ladder(self, *words: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, ["ladder", *words, "--settings", str(self.settings)])
        assert done.exit_code == code, done.output
        return done.output


@pytest.fixture
def centre(tmp_path: Path, sqlite_store: Engine) -> Centre:
    plan(sqlite_store)
    return Centre(tmp_path, sqlite_store)


def test_a_profile_is_shown_changed_imported_and_switched_to(centre: Centre, tmp_path: Path) -> None:
    document = json.loads(centre.ladder("show", "default"))
    document |= {"name": "house"}
    document["rules"]["schedule_gap"]["thresholds"]["red"] = 2500
    file = tmp_path / "house.json"
    file.write_text(json.dumps(document))
    assert "house version 1 is imported" in centre.ladder("import", str(file))
    assert "there already, the same" in centre.ladder("import", str(file))
    assert "nobody has switched" in centre.ladder("list")
    said = centre.ladder("switch", "house", "--reason", "order 7", "--project", "p1")
    assert "p1 is judged by house version 1 from" in said
    assert "1 projects" in said
    assert "the district is judged by strict version 1" in centre.ladder("switch", "strict", "--reason", "order 8")
    assert "by the district's profile" in centre.ladder("switch", "district", "--reason", "over", "--project", "p1")
    listed = centre.ladder("list")
    assert "order 8" in listed
    assert "house-1" in listed


def test_what_is_wrong_is_said_with_its_place(centre: Centre, tmp_path: Path) -> None:
    document = json.loads(centre.ladder("show", "strict"))
    document["rules"]["schedule_gap"]["thresholds"]["yellow"] = 400
    file = tmp_path / "wrong.json"
    file.write_text(json.dumps(document | {"version": 2}))
    assert "rules.schedule_gap.thresholds.yellow: 400 does not follow blue 500" in centre.ladder(
        "import", str(file), code=BAD_INPUT
    )
    file.write_text("{")
    assert "line 1 column 2" in centre.ladder("import", str(file), code=BAD_INPUT)
    file.write_bytes(b"\xff\xfe")
    assert "not UTF-8" in centre.ladder("import", str(file), code=BAD_INPUT)
    for endless in ("[" * 100_000, "9" * 5_000):
        file.write_text(endless)
        assert "expected a JSON document" in centre.ladder("import", str(file), code=BAD_INPUT)
    assert "expected one of default-1, strict-1" in centre.ladder("show", "house", code=BAD_INPUT)
    assert "a switch of the past" in centre.ladder(
        "switch", "strict", "--reason", "x", "--since", "2020-01-01", code=BAD_INPUT
    )
