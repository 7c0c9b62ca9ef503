"""One transaction of ingest on both databases: duplicates, gaps, shuffles, conflicts, poison, late and early plans."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Engine, text

from central.ingest.commit import REFUSED_LETTERS_MAX, Committed, commit
from central.ingest.inbox import open_message
from central.ingest.letters import Letter
from central.store.engine import reading, writing
from central.store.read_delivery import stored_stream
from central.store.save_seen import spans_of
from tests.central.edge import AT, frame_of, small
from tests.central.plans import plan, register
from tests.wire.build import a_reading, a_record, a_tombstone, an_event
from wire import topics
from wire.codec import encode_body, encode_frame
from wire.messages import Frame, Record


def frame(*seqs: int, gateway: str = "gw-1", epoch: str = "e1", **body: Any) -> Frame:
    """A frame of small records."""
    return frame_of([small(seq, **body) for seq in seqs], gateway=gateway, epoch=epoch)


def look(seq: int, *, at: int = AT, gateway: str = "gw-1", **changes: Any) -> Frame:
    """A frame of one face reading of building b1."""
    told: dict[str, Any] = {"camera": "c1", "face": "south", "building": "b1"}
    return frame_of([a_record(seq=seq, at=at, body=a_reading(**(told | changes)))], gateway=gateway)


def take(engine: Engine, *frames: Frame, letters: Sequence[Letter] = (), now_ms: int = 5) -> Committed:
    return commit(engine, frames=frames, letters=letters, now_ms=now_ms)


def take_bulk(engine: Engine, *frames: Frame, live: Sequence[Frame] = ()) -> Committed:
    return commit(engine, frames=live, bulk=frames, letters=(), now_ms=5)


def rows(engine: Engine, sql: str) -> list[tuple[Any, ...]]:
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def test_each_record_once_however_often_it_comes(any_store: Engine) -> None:
    register(any_store, "gw-1")
    first = take(any_store, frame(1, 2, 3), frame(1, 2, 3))
    again = take(any_store, frame(2, 3), frame(3, 4))
    assert (first.stored, first.duplicates, again.stored, again.duplicates) == (3, 3, 1, 3)
    assert again.acks[0].ack.hi == 4
    assert rows(any_store, "SELECT seq FROM record ORDER BY seq") == [(1,), (2,), (3,), (4,)]
    assert rows(any_store, "SELECT watermark, stored, duplicates FROM stream") == [(4, 4, 6)]


def test_a_gap_below_the_backlog_is_asked_for_and_closes(any_store: Engine) -> None:
    register(any_store, "gw-1")
    done = take_bulk(any_store, frame(1, 2), frame(5, 6), frame(9))
    assert (done.acks[0].ack.hi, done.acks[0].ack.recv, done.acks[0].ack.need) == (2, ((5, 6), (9, 9)), 3)
    assert rows(any_store, "SELECT lo, hi FROM received_range ORDER BY lo") == [(5, 6), (9, 9)]
    done = take_bulk(any_store, frame(3, 4), live=[frame(20)])
    assert (done.acks[0].ack.hi, done.acks[0].ack.recv, done.acks[0].ack.need) == (6, ((9, 9), (20, 20)), None)
    done = take_bulk(any_store, frame(6, 7, 8))
    assert (done.acks[0].ack.hi, done.acks[0].ack.recv, done.acks[0].ack.need) == (9, ((20, 20),), None)
    take_bulk(any_store, frame(*range(10, 20)))
    assert rows(any_store, "SELECT count(*) FROM received_range") == [(0,)]


def test_a_live_record_beyond_the_watermark_is_no_gap_to_complain_of(any_store: Engine) -> None:
    register(any_store, "gw-1")
    done = take(any_store, frame(500, 501))
    assert (done.acks[0].ack.hi, done.acks[0].ack.recv, done.acks[0].ack.need) == (0, ((500, 501),), None)


@pytest.mark.parametrize("seed", range(6))
def test_shuffled_repeated_and_split_frames_end_in_the_same_state(any_store: Engine, seed: int) -> None:
    register(any_store, "gw-1")
    rng = random.Random(seed)
    frames = [frame(*range(lo, lo + 7)) for lo in range(1, 60, 5)]
    frames += rng.choices(frames, k=8)
    rng.shuffle(frames)
    while frames:
        cut = rng.randint(1, 5)
        take(any_store, *frames[:cut])
        frames = frames[cut:]
    assert rows(any_store, "SELECT count(*), max(seq) FROM record") == [(62, 62)]
    assert rows(any_store, "SELECT watermark, stored FROM stream") == [(62, 62)]


def test_streams_of_gateways_and_epochs_are_their_own(any_store: Engine) -> None:
    register(any_store, "gw-1", "gw-2")
    done = take(any_store, frame(1), frame(1, 2, gateway="gw-2"), frame(1, 2, 3, epoch="e2"))
    assert {(a.gateway, a.ack.epoch): a.ack.hi for a in done.acks} == {
        ("gw-1", "e1"): 1,
        ("gw-1", "e2"): 3,
        ("gw-2", "e1"): 2,
    }


def test_other_content_under_a_known_key_is_a_conflict_and_the_first_stays(any_store: Engine) -> None:
    register(any_store, "gw-1")
    take(any_store, frame(1, 2))
    done = take(any_store, frame(1, 2, clone=1), frame(3), frame(3, clone=1))
    assert (done.stored, done.conflicts) == (1, 3)
    take(any_store, frame(1, 2, clone=1))
    assert rows(any_store, "SELECT seq FROM identity_conflict ORDER BY seq") == [(1,), (2,), (3,)]
    assert rows(any_store, "SELECT body FROM record WHERE seq = 1") == [('{"n":1}',)]
    assert rows(any_store, "SELECT watermark FROM stream") == [(3,)]


def test_an_unregistered_gateway_is_kept_aside_in_bounds_and_never_acked(any_store: Engine) -> None:
    register(any_store, "gw-1")
    done = take(any_store, frame(1, gateway="gw-9"), frame(1))
    assert [ack.gateway for ack in done.acks] == ["gw-1"]
    assert rows(any_store, "SELECT gateway, code FROM dead_letter") == [("gw-9", "unregistered_gateway")]
    for seq in range(REFUSED_LETTERS_MAX + 5):
        take(any_store, frame(seq + 2, gateway="gw-9"))
    assert rows(any_store, "SELECT count(*) FROM dead_letter") == [(REFUSED_LETTERS_MAX,)]
    register(any_store, "gw-9")
    assert take(any_store, frame(1, gateway="gw-9")).acks[0].ack.hi == 1


def test_poison_is_kept_and_the_stream_goes_on_past_it(any_store: Engine) -> None:
    register(any_store, "gw-1")
    plain = json.loads(zlib.decompress(encode_frame(frame(1, 2)))) | {"v": 9}
    poison = open_message(topics.up("gw-1", "data"), zlib.compress(json.dumps(plain).encode()))
    spoilt = open_message(topics.up("gw-1", "data"), b"noise")
    assert isinstance(poison, Letter)
    assert isinstance(spoilt, Letter)
    done = take(any_store, frame(3), letters=[poison, spoilt])
    assert done.acks[0].ack.hi == 3
    take(any_store, letters=[poison, spoilt])
    assert rows(any_store, "SELECT code, lo, hi, times FROM dead_letter ORDER BY code") == [
        ("malformed", None, None, 2),
        ("unknown_version", 1, 2, 2),
    ]
    late = take(any_store, frame(1, 2))  # the gateway speaks our version again
    assert (late.stored, late.duplicates, late.acks[0].ack.hi) == (2, 0, 3)


def test_letters_of_one_gateway_are_bounded_but_not_those_that_stand_for_records(sqlite_store: Engine) -> None:
    register(sqlite_store, "gw-1")
    topic = topics.up("gw-1", "beat")
    noise = [Letter(topic=topic, code="malformed", reason="r", payload=b"%d" % n, gateway="gw-1") for n in range(2000)]
    nobody = [Letter(topic="x", code="unknown_topic", reason="r", payload=b"%d" % n) for n in range(2000)]
    take(sqlite_store, letters=noise)
    take(sqlite_store, letters=nobody)
    more = Letter(topic=topic, code="malformed", reason="r", payload=b"more", gateway="gw-1")
    passed = Letter(topic=topic, code="malformed", reason="r", payload=b"x", gateway="gw-1", epoch="e1", lo=1, hi=2)
    other = Letter(topic="x", code="unknown_topic", reason="r", payload=b"more")
    done = take(sqlite_store, letters=[more, passed, other])
    assert (done.letters, done.acks[0].ack.hi) == (1, 2)
    assert rows(sqlite_store, "SELECT count(*) FROM dead_letter") == [(4001,)]


def test_one_bad_body_spoils_one_record_and_not_its_frame(any_store: Engine) -> None:
    register(any_store, "gw-1")
    bad: list[Record] = [
        a_record(seq=1, body={"camera": 5}),
        a_record(seq=2, body=encode_body(a_reading()) | {"stage": [[2, 2, 2], [1, 1]]}),
        a_record(seq=3, kind="camera_event", body={"camera": "c\0", "code": "moved", "state": "begin"}),
        a_record(seq=4, kind="tombstone", body=a_tombstone(lo=3, hi=7)),
        a_record(seq=5),
        a_record(seq=6, kind="camera_event", body=encode_body(an_event()) | {"residual_mpx": 1 << 70}),
    ]
    done = take(any_store, frame_of(bad, gateway="gw-1"))
    assert (done.stored, done.acks[0].ack.hi) == (6, 6)
    take(any_store, frame_of(bad, gateway="gw-1"))
    assert rows(any_store, "SELECT seq, code, times FROM dead_letter ORDER BY seq") == [
        (seq, "malformed_record", 1) for seq in (1, 2, 3, 4, 6)
    ]
    assert rows(any_store, "SELECT seq FROM face_reading") == [(5,)]


def test_a_tombstone_moves_the_watermark_over_what_was_given_up(any_store: Engine) -> None:
    register(any_store, "gw-1")
    take(any_store, frame(1, 2))
    done = take(any_store, frame_of([a_record(seq=8, kind="tombstone", body=a_tombstone(lo=3, hi=7))], gateway="gw-1"))
    assert (done.acks[0].ack.hi, done.acks[0].ack.need) == (8, None)


def test_a_tombstone_of_many_ranges_passes_these_and_nothing_between_them(any_store: Engine) -> None:
    register(any_store, "gw-1")
    take(any_store, frame(1, 2))
    stone = a_record(seq=20, kind="tombstone", body=a_tombstone(lo=3, hi=7, also=((9, 9), (12, 19)), count=14))
    done = take(any_store, frame_of([stone], gateway="gw-1"))
    assert (done.acks[0].ack.hi, done.acks[0].ack.recv) == (7, ((9, 9), (12, 20)))
    assert take(any_store, frame(8, 8)).acks[0].ack.hi == 9
    assert take(any_store, frame(10, 11)).acks[0].ack.hi == 20
    with reading(any_store) as connection:
        stored = stored_stream(connection, gateway="gw-1", epoch="e1")
    assert stored.given_up == ((3, 7), (9, 9), (12, 19))


@pytest.mark.parametrize("also", [[[7, 9]], [[9, 9], [9, 9]], [[12, 11]], [[9, 20]], [[9]], [9], "9"])
def test_a_tombstone_whose_ranges_make_no_sense_passes_nothing(any_store: Engine, also: Any) -> None:
    register(any_store, "gw-1")
    body = encode_body(a_tombstone(lo=3, hi=7)) | {"also": also}
    done = take(any_store, frame_of([a_record(seq=20, kind="tombstone", body=body)], gateway="gw-1"))
    assert (done.acks[0].ack.hi, done.acks[0].ack.recv) == (0, ((20, 20),))
    assert rows(any_store, "SELECT seq, code FROM dead_letter") == [(20, "malformed_record")]


def test_readings_of_assigned_faces_become_observations_together(any_store: Engine) -> None:
    register(any_store, "gw-1", "gw-2")
    plan(any_store)
    south = look(1, stage_shares_bp=(0, 0, 10_000, 0, 0, 0))
    east = look(2, face="east", stage_shares_bp=(10_000, 0, 0, 0, 0, 0))
    done = take(any_store, south)
    assert done.projects == {"p1"}
    take(any_store, east)
    take(any_store, look(1, gateway="gw-2", camera="c2", completion_bp=None, abstained="fog"))
    found = rows(any_store, "SELECT item, source, value_bp, refs FROM observation WHERE item = 'b1-structure'")
    assert found == [("b1-structure", "gw-1", 5000, "gw-1/e1/1,gw-1/e1/2")]
    assert rows(any_store, "SELECT id, registration FROM camera ORDER BY id") == [
        ("c1", "VERIFIED"),
        ("c2", "VERIFIED"),
    ]


def test_a_face_nobody_assigned_is_stored_and_not_counted(any_store: Engine) -> None:
    register(any_store, "gw-1")
    plan(any_store)
    take(any_store, look(1, face="north"), look(2, camera="c7"), look(3, building="b9"))
    assert rows(any_store, "SELECT count(*) FROM face_reading") == [(3,)]
    assert rows(any_store, "SELECT count(*) FROM observation") == [(0,)]


def test_what_came_before_the_plan_counts_when_it_comes(any_store: Engine) -> None:
    register(any_store, "gw-1")
    frames = [look(seq, at=AT + seq * 60_000) for seq in range(1, 5)]
    assert take(any_store, *frames).projects == frozenset()
    assert plan(any_store) == 1
    wanted = rows(any_store, "SELECT item, observed_at, value_bp, conf_bp, refs FROM observation ORDER BY 1, 2")
    assert len(wanted) == 16
    take(any_store, *frames)
    assert plan(any_store) == 1  # the same document again
    assert plan(any_store, note="second") == 2
    assert rows(any_store, "SELECT item, observed_at, value_bp, conf_bp, refs FROM observation ORDER BY 1, 2") == wanted


def test_events_become_spans_in_any_order(any_store: Engine) -> None:
    register(any_store, "gw-1")
    plan(any_store)

    def event(seq: int, state: str) -> Frame:
        body = an_event(camera="c1", code="moved", state=state)
        return frame_of([a_record(seq=seq, at=AT + seq, kind="camera_event", body=body)], gateway="gw-1")

    assert take(any_store, event(4, "end")).projects == {"p1"}
    take(any_store, event(6, "begin"))
    take(any_store, event(2, "begin"))
    assert rows(any_store, "SELECT since_at, until_at, ref FROM camera_condition ORDER BY since_at") == [
        (AT + 2, AT + 4, "gw-1/e1/2"),
        (AT + 6, None, "gw-1/e1/6"),
    ]


def test_news_and_backlog_in_one_commit_touch_only_their_own_instants(any_store: Engine) -> None:
    """Else each commit of a gateway that comes back reckons anew all that it has sent since it was away."""
    register(any_store, "gw-1")
    plan(any_store)
    day = 86_400_000
    take(any_store, look(1), look(2, at=AT + 10 * day))
    with writing(any_store) as connection:
        connection.execute(
            text("UPDATE observation SET value_bp = 4321 WHERE observed_at = :at"), {"at": AT + 10 * day}
        )
    commit(any_store, frames=[look(900, at=AT + 30 * day)], bulk=[look(3, at=AT + day)], letters=(), now_ms=5)
    seen = {row[0]: row[1] for row in rows(any_store, "SELECT observed_at, value_bp FROM observation")}
    assert seen.keys() == {AT, AT + day, AT + 10 * day, AT + 30 * day}
    assert seen[AT + 10 * day] == 4321


def test_few_spans_hold_every_instant() -> None:
    hour = 3_600_000
    assert spans_of([5]) == [(5, 5)]
    assert spans_of([3 * hour, 0, hour, 3 * hour + 1]) == [(0, hour), (3 * hour, 3 * hour + 1)]
    many = spans_of([n * n * hour for n in range(40)])
    assert (len(many), many[0][0], many[-1]) == (8, 0, (39 * 39 * hour, 39 * 39 * hour))
