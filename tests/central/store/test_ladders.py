"""Profiles and switches of ladders on both databases: versions stay, switches never reach back, all is in the trail."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, text

from central.errors import LadderRefused
from central.ingest.commit import commit
from central.reassess import reassess
from central.rules.ladder import DEFAULT, STRICT, LadderProfile
from central.rules.profile_document import ProfileRefused
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.read_ladders import NotedSwitch, find_profile, ladders_of, profiles, switches
from central.store.save_audit import entries
from central.store.save_ladders import save_profile, save_switch
from tests.central.build import at
from tests.central.edge import frame_of
from tests.central.plans import plan, register
from tests.wire.build import a_reading, a_record
from wire.messages import Frame

NOW = to_ms(at(10))
HOUSE = LadderProfile(
    name="house",
    version=1,
    ladders={
        **DEFAULT.ladders,
        "schedule_gap": replace(DEFAULT.ladders["schedule_gap"], thresholds=(("blue", 300), ("red", 900))),
    },
)


def keep(engine: Engine, profile: LadderProfile = HOUSE) -> bool:
    with writing(engine) as connection:
        return save_profile(connection, profile, by="lin", wall_ms=NOW)


def switch(engine: Engine, name: str = "house", *, day: float = 10, scope: str = "", **more: Any) -> tuple[str, ...]:
    values = {"version": 1 if name else 0, "reason": "district order 7", "by": "lin"} | more
    noted = NotedSwitch(scope=scope, name=name, since_ms=to_ms(at(day)), **values)
    with writing(engine) as connection:
        return save_switch(connection, noted, wall_ms=NOW)


def revision(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(connection.execute(text("SELECT revision FROM assessment_state")).scalar_one())


def test_a_profile_is_kept_once_and_reads_back_the_same(any_store: Engine) -> None:
    assert [keep(any_store), keep(any_store), keep(any_store, DEFAULT)] == [True, False, False]
    with reading(any_store) as connection:
        assert find_profile(connection, "house") == HOUSE
        assert find_profile(connection, "house", 2) is None
        assert [(one.profile.name, one.by) for one in profiles(connection)] == [
            ("default", None), ("house", "lin"), ("strict", None)
        ]  # fmt: skip
        assert [entry.action for entry in entries(connection)] == ["ladder.import"]


@pytest.mark.parametrize("profile", [replace(HOUSE, ladders=STRICT.ladders), replace(STRICT, name="default")])
def test_a_version_is_never_changed(any_store: Engine, profile: LadderProfile) -> None:
    keep(any_store)
    with pytest.raises(LadderRefused, match="version 1 says something else already"):
        keep(any_store, profile)
    assert keep(any_store, replace(profile, version=2))
    with reading(any_store) as connection:
        assert find_profile(connection, profile.name) == replace(profile, version=2)


def test_a_profile_that_could_not_be_read_back_is_not_kept(any_store: Engine) -> None:
    wrong = replace(DEFAULT.ladders["time_lag"], margin=800)
    with pytest.raises(ProfileRefused, match=r"rules\.time_lag\.margin: 800 reaches over a whole level"):
        keep(any_store, replace(HOUSE, ladders={**DEFAULT.ladders, "time_lag": wrong}))


def test_who_never_switched_is_judged_by_the_shipped_default(any_store: Engine) -> None:
    plan(any_store)
    with reading(any_store) as connection:
        assert ladders_of(connection, "p1").at(at(99)) is DEFAULT


def test_a_district_and_a_project_are_switched_and_back(any_store: Engine) -> None:
    plan(any_store)
    keep(any_store)
    before = revision(any_store)
    assert switch(any_store, "strict", day=11) == ("p1",)
    switch(any_store, "house", day=12, scope="p1")
    switch(any_store, "", day=13, scope="p1", reason="the order is over")
    with reading(any_store) as connection:
        found = ladders_of(connection, "p1")
        assert [found.at(at(day)).name for day in (10, 11, 12, 13)] == ["default", "strict", "house", "strict"]
        assert [found.at(at(day)) for day in (11, 12)] == [STRICT, HOUSE]
        assert [one.scope for one in switches(connection)] == ["", "p1", "p1"]
        trail = [entry for entry in entries(connection) if entry.action == "ladder.switch"]
    assert [entry.object for entry in trail] == ["district", "project/p1", "project/p1"]
    assert json.loads(trail[0].detail) == {
        "profile": "strict-1", "reason": "district order 7", "since_ms": to_ms(at(11))
    }  # fmt: skip
    assert revision(any_store) == before + 3  # judged anew each time


@pytest.mark.parametrize(
    ("name", "more", "words"),
    [
        ("house", {"day": 9.99}, "a switch of the past at ladder switch: expected now or later"),
        ("strict", {"reason": " "}, "no reason is given"),
        ("strict", {"version": 7}, "no profile strict version 7 at ladder switch: expected one of default-1, house-1"),
        ("strict", {"scope": "p9"}, "no project 'p9'"),
        ("", {}, "no profile is named"),
    ],
)
def test_a_switch_that_cannot_be_is_refused_and_leaves_nothing(
    any_store: Engine, name: str, more: dict[str, Any], words: str
) -> None:
    plan(any_store)
    keep(any_store)
    with pytest.raises(LadderRefused) as refused:
        switch(any_store, name, **more)
    assert words in str(refused.value)
    with reading(any_store) as connection:
        assert switches(connection) == []
        assert [e.action for e in entries(connection) if e.action.startswith("ladder")] == ["ladder.import"]


def look(day: float, share: int, seq: int) -> Frame:
    """One reading of the building's south face."""
    body = a_reading(camera="c1", face="south", building="b1", stage_shares_bp=(10_000 - share, 0, share, 0, 0, 0))
    return frame_of([a_record(seq=seq, at=to_ms(at(day)), body=body)], gateway="gw-1")


def test_what_was_judged_before_a_switch_stays_and_what_comes_is_judged_by_it(any_store: Engine) -> None:
    plan(any_store)
    register(any_store, "gw-1")
    days = [day + 0.5 for day in range(16)]
    frames = [look(day, min(round(day * 200), 1600), seq) for seq, day in enumerate(days, start=1)]  # stands from 8 on
    commit(any_store, frames=frames, letters=[], now_ms=5)
    before = judged_events(any_store, day=15.9)
    assert before
    assert {event.rule_version for event in before} == {f"{event.rule}@default-1" for event in before}
    strict_enough = replace(DEFAULT.ladders["schedule_gap"], thresholds=(("blue", 100), ("yellow", 400), ("red", 650)))
    keep(any_store, replace(HOUSE, ladders={**DEFAULT.ladders, "schedule_gap": strict_enough}))
    switch(any_store, "house", day=16)
    later = [look(day + 0.5, 1600, seq) for seq, day in enumerate(range(16, 20), start=17)]
    commit(any_store, frames=later, letters=[], now_ms=5)
    after = judged_events(any_store, day=20)
    assert [event for event in after if event.at < to_ms(at(16))] == before
    fresh = [event for event in after if event.at >= to_ms(at(16))]
    assert any(event.rule_version == "schedule_gap@house-1" for event in fresh)
    assert {event.rule_version.partition("@")[2] for event in fresh} == {"house-1"}


def judged_events(engine: Engine, *, day: float) -> list[Any]:
    """Judge the project as of a day, and every event of its warnings in order."""
    reassess(engine, "p1", at(day))
    wanted = (
        "SELECT w.rule, w.subject, e.at, e.event, e.level, e.rule_version FROM warning_event e"
        " JOIN warning w ON w.id = e.warning WHERE w.state <> 'withdrawn' ORDER BY e.at, w.rule, w.subject"
    )
    with reading(engine) as connection:
        return list(connection.execute(text(wanted)))
