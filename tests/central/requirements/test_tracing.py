"""Numbers can be made again from what they were made of (A01), bit for bit, on both databases."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from central.assess import assess
from central.domain import Assessment
from central.ingest.commit import commit
from central.plan.calendar import midnight
from central.reassess import reassess
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.load_facts import load_facts
from tests.central.build import START
from tests.central.edge import frame_of
from tests.central.plans import plan, register
from tests.wire.build import a_reading, a_record
from wire.codec import content_hash
from wire.messages import Frame

DAYS = 20
NOW = midnight(START) + timedelta(days=DAYS)


def look(number: int, *, share: int) -> Frame:
    """One look at building b1, half a day after the one before."""
    at = to_ms(midnight(START) + timedelta(days=number / 2, hours=2))
    body = a_reading(camera="c1", face="south", building="b1", stage_shares_bp=(10_000 - share, 0, share, 0, 0, 0))
    return frame_of([a_record(seq=number + 1, at=at, body=body)], gateway="gw-1")


@pytest.fixture
def store(any_store: Engine) -> Engine:
    """A building that stops after six looks, judged as it goes."""
    register(any_store, "gw-1")
    plan(any_store)
    frames = [look(n, share=min(n, 6) * 300) for n in range(2 * DAYS)]
    for n in range(0, len(frames), 8):
        commit(any_store, frames=frames[n : n + 8], letters=[], now_ms=1)
        reassess(any_store, "p1", midnight(START) + timedelta(days=min(n / 2 + 4, DAYS)))
    reassess(any_store, "p1", NOW)
    return any_store


def recomputed(engine: Engine, now: datetime) -> Assessment:
    """From all stored facts and nothing that was judged before."""
    with writing(engine) as connection:
        connection.execute(text("DELETE FROM checkpoint"))
    with reading(engine) as connection:
        loaded = load_facts(connection, "p1", now=now)
    assert loaded is not None
    assert loaded.resume is None
    return assess(loaded.facts, now=now, policy=loaded.policy)


def rows(engine: Engine, sql: str) -> list[tuple[Any, ...]]:
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


@pytest.mark.requirement("A01")
def test_a01_every_published_number_is_made_again_from_its_inputs_bit_for_bit(store: Engine) -> None:
    made = recomputed(store, NOW)
    ((total, rule_version),) = rows(store, "SELECT total, rule_version FROM score ORDER BY day DESC LIMIT 1")
    assert (made.score.total, made.score.rule_version) == (total, rule_version)
    parts = rows(
        store,
        "SELECT indicator, weight, leaf_score, points FROM score_contribution WHERE day = (SELECT max(day) FROM score)"
        " ORDER BY position",
    )
    assert parts == [(c.indicator, c.weight, c.leaf_score, c.points) for c in made.score.contributions]
    gaps = rows(store, "SELECT subject, as_of_at, gap_bp, lag_cdays FROM deviation ORDER BY as_of_at, subject_kind")
    assert sorted(gaps) == sorted((d.subject.id, to_ms(d.as_of), d.gap_bp, d.lag_cdays) for d in made.deviations)
    told = rows(store, "SELECT at, level, value, rule_version FROM warning_event ORDER BY at")
    assert sorted(map(str, told)) == sorted(str((to_ms(c.at), c.level, c.value, c.rule_version)) for c in made.changes)
    assert told


@pytest.mark.requirement("A01")
def test_a01_what_a_number_names_as_its_input_is_there(store: Engine) -> None:
    made = recomputed(store, NOW)
    named = {ref for d in made.deviations for ref in d.refs} | {ref for c in made.changes for ref in c.refs}
    kept = {"/".join(map(str, row)) for row in rows(store, "SELECT gateway, epoch, seq FROM record")}
    assert named
    assert named <= kept


@pytest.mark.requirement("B16")
def test_b16_the_payload_as_it_came_is_kept_with_its_hash_beside_what_was_read_of_it(store: Engine) -> None:
    frame = look(2 * DAYS, share=1800)
    commit(store, frames=[frame], letters=[], now_ms=1)
    record = frame.recs[0]
    ((body, digest),) = rows(store, f"SELECT body, hash FROM record WHERE seq = {record.seq}")
    assert json.loads(body) == record.body
    assert digest == record.hash == content_hash(kind=record.kind, at=record.at, body=json.loads(body))
    assert rows(store, f"SELECT count(*) FROM face_reading WHERE seq = {record.seq}") == [(1,)]
