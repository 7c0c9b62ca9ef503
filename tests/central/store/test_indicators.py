"""The library and the sets of indicators on both databases: versions are added, nothing that ran changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from central.domain import Subject, Text
from central.plan.calendar import midnight
from central.scoring.carbon import Factor, FactorTable
from central.scoring.indicator import IndicatorSet
from central.scoring.library import Sector, SectorGiven, sector_document, shipped
from central.scoring.refused import ScoringRefused
from central.scoring.sets import Cloning, cloned
from central.scoring.weighing import mof_part
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.read_indicators import (
    carbon_tables,
    library,
    sectors,
    set_in_force,
    set_versions,
    sets_in_force,
)
from central.store.read_lifecycle import templates_in_force
from central.store.save_indicators import decide_set, put_carbon_table, put_sector, put_set, withdraw_set

UNIT = Subject(kind="unit", id="区住建局")
DAY = date(2026, 3, 2)
NAME = Text(zh="行政效能", en="administration")
SECTORS = {sector.id: sector for sector in shipped()}


def at(day: date) -> int:
    """Midday of a day."""
    return to_ms(midnight(day) + timedelta(hours=12))


def make(*ids: str) -> Callable[[int], IndicatorSet]:
    """A set of some of the administration's indicators, all alike."""
    cloning = Cloning(name=NAME, frame="IOI", weighing="equal", indicators=ids)
    return lambda version: cloned(SECTORS["administration"], cloning, subject=UNIT, version=version)


ALL, TWO = make("unit.goals", "unit.ack", "unit.uploads"), make("unit.goals", "unit.ack")


def propose(
    engine: Engine, made: Callable[[int], IndicatorSet], day: date, *, base: int, since: date | None = None
) -> int:
    """The number of a version that wang proposes on a day."""
    with writing(engine) as connection:
        found = put_set(
            connection, UNIT, made, since=since or day, base_version=base, reason="年度", by="wang", now_ms=at(day)
        )
    return found.set.version


def approve(engine: Engine, version: int, day: date, *, by: str = "zhao") -> None:
    with writing(engine) as connection:
        decide_set(connection, UNIT, version, approve=True, remark="", by=by, now_ms=at(day))


def leaves_on(engine: Engine, day: date) -> list[str]:
    """What the unit was scored by on a day."""
    with reading(engine) as connection:
        found = set_in_force(connection, subject=UNIT, day=day)
    return [] if found is None else [leaf.indicator.id for leaf in found.leaves]


def test_a_set_is_in_force_once_another_person_approved_it(any_store: Engine) -> None:
    propose(any_store, ALL, DAY, base=0, since=date(2026, 1, 1))
    assert leaves_on(any_store, DAY) == []
    with pytest.raises(ScoringRefused, match="one's own set") as own:
        approve(any_store, 1, DAY, by="wang")
    assert own.value.code == "own_work"
    approve(any_store, 1, DAY)
    assert leaves_on(any_store, date(2025, 12, 31)) == []
    assert leaves_on(any_store, date(2026, 1, 1)) == ["unit.goals", "unit.uploads", "unit.ack"]
    with reading(any_store) as connection:
        assert set(sets_in_force(connection, kind="unit", day=DAY)) == {UNIT.id}
        assert sets_in_force(connection, kind="project", day=DAY) == {}
        kept = set_versions(connection, subject=UNIT)[0]
    assert kept.set == ALL(1)
    with pytest.raises(ScoringRefused, match="approved already"):
        approve(any_store, 1, DAY, by="li")


def test_what_is_past_is_not_edited_and_no_leaf_goes_within_a_year(any_store: Engine) -> None:
    propose(any_store, ALL, DAY, base=0)
    approve(any_store, 1, DAY)
    later = DAY + timedelta(days=30)
    with pytest.raises(ScoringRefused, match="based on version 0, the newest is 1"):
        propose(any_store, TWO, later, base=0)
    with pytest.raises(ScoringRefused, match="before 2026-04-01"):
        propose(any_store, ALL, later, base=1, since=DAY)
    with pytest.raises(ScoringRefused, match=r"unit\.uploads deleted within a year"):
        propose(any_store, TWO, later, base=1)
    assert propose(any_store, TWO, later, base=1, since=date(2027, 1, 1)) == 2
    approve(any_store, 2, later)
    assert len(leaves_on(any_store, date(2026, 12, 31))) == 3
    assert leaves_on(any_store, date(2027, 1, 1)) == ["unit.goals", "unit.ack"]


def test_what_is_decided_late_begins_on_the_day_of_the_decision(any_store: Engine) -> None:
    propose(any_store, TWO, DAY, base=0)
    approve(any_store, 1, DAY)
    propose(any_store, TWO, DAY, base=1)
    approve(any_store, 2, DAY + timedelta(days=9))
    for days, version in ((8, 1), (9, 2)):
        with reading(any_store) as connection:
            found = set_in_force(connection, subject=UNIT, day=DAY + timedelta(days=days))
        assert found is not None and found.version == version


def test_a_proposal_is_withdrawn_by_its_author_only(any_store: Engine) -> None:
    propose(any_store, TWO, DAY, base=0)
    for by, works in (("zhao", False), ("wang", True), ("wang", False)):
        with writing(any_store) as connection:
            if works:
                assert withdraw_set(connection, UNIT, 1, by=by, now_ms=at(DAY)).state == "withdrawn"
                continue
            with pytest.raises(ScoringRefused):
                withdraw_set(connection, UNIT, 1, by=by, now_ms=at(DAY))
    assert leaves_on(any_store, DAY) == []


def test_the_database_refuses_to_change_them(any_store: Engine) -> None:
    propose(any_store, TWO, DAY, base=0)
    approve(any_store, 1, DAY)
    with writing(any_store) as connection:
        put_sector(connection, changed("environment"), by="admin", now_ms=at(DAY))
    for table in ("indicator_set", "indicator_set_act", "indicator_library"):
        for verb in ("UPDATE {} SET version = version", "DELETE FROM {}"):
            with pytest.raises(DBAPIError, match="can only be added to"), writing(any_store) as connection:
                connection.execute(text(verb.format(table)))


def changed(sector: str, **indicator: Any) -> SectorGiven:
    """A shipped sector with its first indicator changed, by default in its target."""
    document = json.loads(json.dumps(sector_document(SECTORS[sector])))
    document["indicators"][0] |= indicator or {"target": 90}
    return SectorGiven.model_validate(document)


@pytest.mark.parametrize("kind", ["lower", "binary", "survey", "qualitative"])
def test_what_is_measured_is_not_scored_the_wrong_way_round(sqlite_store: Engine, kind: str) -> None:
    given = changed("environment", kind=kind)  # of money.execution_rate, where more is better
    with writing(sqlite_store) as connection, pytest.raises(ScoringRefused, match="is measured") as refused:
        put_sector(connection, given, by="admin", now_ms=1)
    assert refused.value.where == "indicators.money.execution.kind"


@pytest.mark.parametrize("changes", [{"target": 10.0}, {"source": ""}, {"kind": "binary"}, {"unit": "‰"}])
def test_what_a_year_is_held_against_changes_by_an_adjustment_only(
    sqlite_store: Engine, changes: dict[str, Any]
) -> None:
    def easier(version: int) -> IndicatorSet:
        found = ALL(version)
        first = replace(found.leaves[0], indicator=replace(found.leaves[0].indicator, **changes))
        return replace(found, leaves=(first, *found.leaves[1:]))

    propose(sqlite_store, ALL, DAY, base=0)
    approve(sqlite_store, 1, DAY)
    with pytest.raises(ScoringRefused, match="changed within a year"):
        propose(sqlite_store, easier, DAY + timedelta(days=1), base=1)
    assert propose(sqlite_store, easier, DAY, base=1, since=date(2027, 1, 1)) == 2


def other_weights(version: int) -> IndicatorSet:
    """The same leaves, the first of them at half its weight."""
    found = ALL(version)
    first, *others = found.leaves
    rest = first.weight / 2 / len(others)
    leaves = (replace(first, weight=first.weight / 2), *(replace(leaf, weight=leaf.weight + rest) for leaf in others))
    return replace(found, leaves=leaves)


@pytest.mark.requirement("E30")
@pytest.mark.parametrize(("before", "after", "named"), [(ALL, other_weights, "unit.goals"), (TWO, ALL, "unit.uploads")])
def test_e30_what_a_year_is_weighed_by_changes_at_its_beginning_only(
    sqlite_store: Engine, before: Any, after: Any, named: str
) -> None:
    propose(sqlite_store, before, DAY, base=0)
    approve(sqlite_store, 1, DAY)
    with pytest.raises(ScoringRefused, match="weighed anew within a year") as refused:
        propose(sqlite_store, after, DAY + timedelta(days=1), base=1)
    assert refused.value.where == "weights"
    assert named in refused.value.text.en
    assert propose(sqlite_store, after, DAY, base=1, since=date(2027, 1, 1)) == 2
    with pytest.raises(ScoringRefused, match="weighed anew within a year"):  # decided late, it would begin within one
        approve(sqlite_store, 2, date(2027, 1, 2))
    approve(sqlite_store, 2, date(2026, 12, 30))


@pytest.mark.requirement("D33")
def test_d33_updating_the_library_changes_no_running_project(any_store: Engine) -> None:
    units = {one.id: one.unit for one in SECTORS["environment"].indicators}
    assert units["effect.reduction"] == "t"
    assert {one.id: one.unit for one in SECTORS["livelihood"].indicators}["people.satisfaction"] == "%"
    project = Subject(kind="project", id="hp1")
    targets = {"effect.reduction": 120.0}
    ids = ("money.execution", "effect.reduction", "effect.water")
    with writing(any_store) as connection:
        cloning = Cloning(name=NAME, frame="MOF", weighing="equal", indicators=ids, targets=targets)
        source = sectors(connection)["environment"]
        put_set(
            connection,
            project,
            lambda version: cloned(source, cloning, subject=project, version=version),
            since=DAY,
            base_version=0,
            reason="首版",
            by="wang",
            now_ms=at(DAY),
        )
        decide_set(connection, project, 1, approve=True, remark="", by="zhao", now_ms=at(DAY))
        before = set_in_force(connection, subject=project, day=DAY)
        stored = put_sector(connection, changed("environment"), by="admin", now_ms=at(DAY) + 1)
        again = put_sector(connection, changed("environment"), by="admin", now_ms=at(DAY) + 2)
        assert (stored.version, again.version) == (2, 2)
        now = library(connection, sector="environment")
        assert before is not None
        assert [one.target for one in now if one.id == "money.execution"] == [90]
        assert [one.version for one in now if one.id in ids] == [2, 1, 1]
        assert set_in_force(connection, subject=project, day=DAY) == before
    assert [leaf.indicator.target for leaf in before.leaves] == [95, 120, 95]
    assert library_of(any_store, "no_such_sector") == 0


def library_of(engine: Engine, sector: str) -> int:
    with reading(engine) as connection:
        return len(library(connection, sector=sector))


def test_a_factor_table_is_kept_under_its_version(any_store: Engine) -> None:
    concrete = Factor(code="concrete", name=Text(zh="混凝土", en="concrete"), kind="material", unit="t", tco2e=0.12)
    table = FactorTable(name="demo", source="illustrative", version="1", factors=(concrete,))
    other = replace(table, factors=(replace(concrete, tco2e=0.2),))
    with writing(any_store) as connection:
        assert put_carbon_table(connection, table, by="admin", now_ms=1)
        assert not put_carbon_table(connection, table, by="admin", now_ms=2)
        with pytest.raises(ScoringRefused, match="something else already"):
            put_carbon_table(connection, other, by="admin", now_ms=3)
        put_carbon_table(connection, replace(other, version="2"), by="admin", now_ms=4)
        assert carbon_tables(connection) == (table, replace(other, version="2"))


def test_of_four_who_change_a_set_at_once_one_is_heard_and_the_others_are_told(any_store: Engine) -> None:
    def one(_: int) -> str:
        try:
            return str(propose(any_store, TWO, DAY, base=0))
        except ScoringRefused as refused:
            return refused.code

    with ThreadPoolExecutor(max_workers=4) as pool:
        assert sorted(pool.map(one, range(4))) == ["1", "conflict", "conflict", "conflict"]


TYPES = {"infrastructure": "new_build", "industry": "industry", "technology": "technology"}  # 基础设施, 产业, 科技创新


@pytest.mark.requirement("B01")
def test_b01_each_type_of_project_has_its_own_template_with_a_version(any_store: Engine) -> None:
    """Stages, indicators and weights of three types; a new version of one changes no other."""
    with writing(any_store) as connection:
        for name in TYPES:
            put_sector(connection, changed(name), by="admin", now_ms=1)
        put_sector(connection, changed("industry", target=80), by="admin", now_ms=2)
        lives = {work_type: one for one in templates_in_force(connection) for work_type in one.work_types}
        found = {name: sectors(connection)[name] for name in TYPES}
    assert {name: one.version for name, one in found.items()} == {"infrastructure": 2, "industry": 3, "technology": 2}
    assert all(work_type in found[name].work_types for name, work_type in TYPES.items())
    assert all(lives[work_type].stages and lives[work_type].version >= 1 for work_type in TYPES.values())
    assert len({tuple(one.id for one in sector.indicators) for sector in found.values()}) == 3
    for sector in found.values():
        cloning = Cloning(name=NAME, frame="MOF", weighing="mof", targets=_of_form(sector))
        weighed = cloned(sector, cloning, subject=UNIT, version=1)
        assert sum(leaf.weight for leaf in weighed.leaves) == pytest.approx(1.0, abs=1e-9)


def _of_form(sector: Sector) -> dict[str, float]:
    """Targets of those that the ministry's form has a place for and that set their own."""
    return {one.id: 10.0 for one in sector.indicators if one.id in sector.open_targets and mof_part(one) is not None}
