"""`siteprogress-central indicators`: list, import and clone, and what is wrong said in one line."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from central.cli import app
from central.domain import Subject
from central.store.engine import reading
from central.store.read_indicators import set_in_force
from central.store.save_people import add_user
from central.telling import BAD_INPUT


class Centre:
    """The command line over one database."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        self.engine = engine
        self.settings = folder / "centre.toml"
        self.settings.write_text(f'data_dir = "{folder}"\ndatabase = "{engine.url}"\n')

    def indicators(self, *words: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, ["indicators", *words, "--settings", str(self.settings)])
        assert done.exit_code == code, done.output
        return done.output


@pytest.fixture
def centre(tmp_path: Path, sqlite_store: Engine) -> Centre:
    add_user(
        sqlite_store,
        "zhao",
        name="zhao",
        password_hash="x",
        role="leader",
        scope_kind="district",
        scope="",
        by="test",
        now_ms=1,
    )
    return Centre(tmp_path, sqlite_store)


CLONE = ("clone", "unit:区住建局", "administration", "--name", "行政效能", "--since", "2026-01-01")


def test_the_library_is_listed_changed_and_imported(centre: Centre, tmp_path: Path) -> None:
    assert "老旧小区改造  version 1" in centre.indicators("list")
    assert "窗口平均办结时间 [lower, 30min]" in centre.indicators("list", "administration")
    document = json.loads(centre.indicators("list", "administration", "--json"))
    file = tmp_path / "administration.json"
    file.write_text(json.dumps(document))
    assert "administration: version 1" in centre.indicators("import", str(file))
    document["indicators"][3]["target"] = 20
    file.write_text(json.dumps(document))
    assert "administration: version 2" in centre.indicators("import", str(file))
    assert "[lower, 20min]" in centre.indicators("list", "administration")
    document["indicators"][3]["source"] = "unheard.of"
    file.write_text(json.dumps(document))
    assert "source 'unheard.of'" in centre.indicators("import", str(file), code=BAD_INPUT)


def test_a_set_is_cloned_and_in_force(centre: Centre) -> None:
    said = centre.indicators(*CLONE, "--approved-by", "zhao", "--weighing", "equal", "--target", "unit.ack=95")
    of_the_library = len(json.loads(centre.indicators("list", "administration", "--json"))["indicators"])
    assert f"unit/区住建局: version 1, {of_the_library} indicators, in force from 2026-01-01" in said
    with reading(centre.engine) as connection:
        found = set_in_force(connection, subject=Subject(kind="unit", id="区住建局"), day=date(2026, 1, 1))
    assert found is not None
    assert {leaf.indicator.target for leaf in found.leaves if leaf.indicator.id == "unit.ack"} == {95.0}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("list", "nothing"), "sector 'nothing': expected one of"),
        ((*CLONE, "--approved-by", "nobody"), "user 'nobody'"),
        ((*CLONE, "--approved-by", "zhao", "--frame", "ABC"), "expected IOI, IPOR, MOF"),
        ((*CLONE, "--approved-by", "zhao", "--only", "unit.nothing"), "has no unit.nothing"),
        ((*CLONE, "--approved-by", "zhao", "--target", "unit.ack=much"), "could not convert"),
        (("clone", "planet:x", *CLONE[2:], "--approved-by", "zhao"), "subject 'planet:x'"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(centre: Centre, words: tuple[str, ...], said: str) -> None:
    found = centre.indicators(*words, code=BAD_INPUT)
    assert said in found
    assert "Traceback" not in found
