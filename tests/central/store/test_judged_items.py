"""Work items are stated at the instants of their own building: what is kept beside a look at one building is the same
as if everything were judged from the start."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from central.assess import assess
from central.domain import Observation, Project
from central.plan.calendar import midnight
from central.reassess import reassess
from central.store import tables
from central.store.engine import reading, writing
from central.store.instants import from_ms, to_ms
from central.store.load_facts import Loaded, load_facts
from central.store.save_assessment import Overtaken, save_assessment
from central.store.save_plan import save_plan
from central.store.save_seen import mark_dirty
from central.store.upsert import insert_new
from tests.central.build import START, a_building, a_project, an_item, an_observation, at
from tests.central.test_reassess import forget, judged

DAYS = 12
PLACES = [(building, item) for building in ("b1", "b2", "b3") for item in ("i1", "i2")]
STATES = "SELECT subject, as_of_at, value_bp FROM progress_state WHERE subject LIKE '%-i_' ORDER BY 1, 2"


def a_site(*names: str) -> Project:
    buildings = (
        a_building(
            name,
            weight_bp=10_000 // len(names),
            items=tuple(an_item(f"{name}-{item}", building=name, weight_bp=5_000) for item in ("i1", "i2")),
        )
        for name in names
    )
    return a_project(*buildings, finish=START + timedelta(days=60))


def keep(engine: Engine, project: Project, *, note: str) -> None:
    save_plan(engine, project, faces=[], document={"note": note}, by="test", reason=note, now_ms=to_ms(at(400)))


def tell(engine: Engine, said: Sequence[Observation]) -> None:
    rows = [
        {
            "item": one.item, "kind": one.kind, "source": one.source, "observed_at": to_ms(one.observed_at),
            "project": "p1", "building": one.item[:2], "seq": one.seq, "value_bp": one.value_bp,
            "conf_bp": one.conf_bp, "refs": one.ref,
        }
        for one in said
    ]  # fmt: skip
    with writing(engine) as connection:
        insert_new(connection, tables.Observation, rows)
        mark_dirty(connection, ["p1"], since_ms=min(to_ms(one.observed_at) for one in said))


def states(engine: Engine) -> list[tuple[str, int, int]]:
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(text(STATES))]


def loaded_at(engine: Engine, day: float) -> Loaded:
    with reading(engine) as connection:
        loaded = load_facts(connection, "p1", now=at(day))
    assert loaded is not None
    return loaded


@pytest.mark.parametrize("seed", range(4))
def test_looks_at_one_building_and_then_another_end_as_from_the_start(any_store: Engine, seed: int) -> None:
    rng = random.Random(seed)
    keep(any_store, a_site("b1", "b2"), note="first")
    said = [
        an_observation(min(hour / 700, 1.0), hour / 24, item=f"{building}-{item}", seq=hour)
        for hour in rng.sample(range(DAYS * 24), 30)
        for building, item in [rng.choice(PLACES)]
    ]
    said.sort(key=lambda one: one.observed_at)
    late = [said.pop(rng.randrange(len(said))) for _ in range(6)]
    for one in said:
        tell(any_store, [one])
        if rng.random() < 0.3 and late:
            tell(any_store, [late.pop()])
        if one is said[12]:
            keep(any_store, a_site("b1", "b3"), note="b2 leaves")
        reassess(any_store, "p1", one.observed_at + timedelta(minutes=rng.choice([1, 90])))
    end = at(DAYS)
    reassess(any_store, "p1", end)
    found, items = judged(any_store), states(any_store)
    assert {subject for subject, _, _ in items} == {"b1-i1", "b1-i2", "b3-i1", "b3-i2"}
    forget(any_store)
    reassess(any_store, "p1", end)
    assert judged(any_store) == found


def test_a_look_at_one_building_leaves_the_items_of_the_other(any_store: Engine) -> None:
    keep(any_store, a_site("b1", "b2"), note="first")
    tell(any_store, [an_observation(0.1, 3.4, item="b1-i1"), an_observation(0.1, 3.45, item="b2-i1")])
    reassess(any_store, "p1", at(3.5))
    tell(any_store, [an_observation(0.12, 3.6, item="b1-i1", seq=2)])
    reassess(any_store, "p1", at(3.7))
    assert {(subject, when) for subject, when, _ in states(any_store)} == {
        ("b1-i1", to_ms(at(3.6))), ("b1-i2", to_ms(at(3.6))), ("b2-i1", to_ms(at(3.45))), ("b2-i2", to_ms(at(3.45))),
    }  # fmt: skip
    reassess(any_store, "p1", at(5))
    ticked = to_ms(midnight(START + timedelta(days=5)))
    assert {when for _, when, _ in states(any_store)} == {ticked}


def test_what_is_undone_of_a_building_is_stated_as_it_was_before(any_store: Engine) -> None:
    keep(any_store, a_site("b1", "b2"), note="first")
    tell(any_store, [an_observation(0.1, 3.4, item="b1-i1"), an_observation(0.2, 3.6, item="b2-i1", seq=2)])
    reassess(any_store, "p1", at(3.7))
    with writing(any_store) as connection:
        connection.execute(text("DELETE FROM observation WHERE item = 'b2-i1'"))
        mark_dirty(connection, ["p1"], since_ms=to_ms(at(3.6)))
    reassess(any_store, "p1", at(3.7))
    left = judged(any_store)
    assert {subject: value for subject, _, value in states(any_store)}["b2-i1"] == 0
    forget(any_store)
    reassess(any_store, "p1", at(3.7))
    assert judged(any_store) == left


def test_a_lost_checkpoint_costs_time_and_nothing_else(any_store: Engine) -> None:
    keep(any_store, a_site("b1", "b2"), note="first")
    tell(any_store, [an_observation(0.1, 3.4, item="b1-i1"), an_observation(0.2, 3.6, item="b2-i1", seq=2)])
    reassess(any_store, "p1", at(3.7))
    before = judged(any_store)
    with writing(any_store) as connection:
        connection.execute(text("DELETE FROM checkpoint WHERE at = (SELECT max(at) FROM checkpoint)"))
        mark_dirty(connection, ["p1"], since_ms=to_ms(at(3.65)))
    assert loaded_at(any_store, 3.7).overturned
    reassess(any_store, "p1", at(3.7))
    assert judged(any_store) == before


def test_who_was_overtaken_saves_nothing(any_store: Engine) -> None:
    keep(any_store, a_site("b1", "b2"), note="first")
    tell(any_store, [an_observation(0.1, 3.4, item="b1-i1")])
    reassess(any_store, "p1", at(3.5))
    tell(any_store, [an_observation(0.2, 3.6, item="b2-i1", seq=2), an_observation(0.2, 3.8, item="b1-i1", seq=3)])
    slow = loaded_at(any_store, 3.7)
    assert not slow.overturned
    said = assess(slow.facts, now=at(3.7), policy=slow.policy, resume=slow.resume, overturned=False)
    reassess(any_store, "p1", at(3.9))
    found = judged(any_store)
    with pytest.raises(Overtaken, match="expected to be judged again"), writing(any_store) as connection:
        save_assessment(connection, said, revision=slow.revision, now_ms=to_ms(at(3.7)), wall_ms=1)
    assert judged(any_store) == found
    done = reassess(any_store, "p1", from_ms(to_ms(at(3.9))))
    assert done is not None
    assert done.saved
    assert judged(any_store) == found
