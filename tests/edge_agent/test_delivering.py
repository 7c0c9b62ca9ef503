"""Two lanes stepped by hand: what goes where and when, at a time the test sets, on a link that the test reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from edge_agent.buffer.outbox import Outbox
from edge_agent.delivering import LIVE_RESERVE, RENEW_EVERY_S, WITHOUT_BULK_S
from edge_agent.speed import START
from tests.edge_agent.build import START_MS, a_record, an_outbox
from tests.edge_agent.paper_link import Desk, PaperLink
from wire.messages import Beat, Birth, HostState
from wire.signing import new_signer, statement, verify


def filled(folder: Path, records: int) -> Outbox:
    outbox = an_outbox(folder)
    if records:
        outbox.append([a_record(n) for n in range(1, records + 1)])
    return outbox


def covered(spans: list[tuple[int, int]]) -> set[int]:
    return {seq for lo, hi in spans for seq in range(lo, hi + 1)}


def test_little_backlog_goes_on_one_lane(tmp_path: Path) -> None:
    desk = Desk(filled(tmp_path, 200))
    link = desk.greet()
    assert link.spans("data") == [(1, 200)]
    assert link.spans("bulk") == []
    desk.outbox.close()


def test_what_is_made_now_overtakes_much_backlog(tmp_path: Path) -> None:
    desk = Desk(filled(tmp_path, 5000))
    link = desk.greet()
    assert covered(link.spans("bulk")) == set(range(1, START + 1))
    desk.outbox.append([a_record(1), a_record(2)])
    desk.turns()
    assert link.spans("data") == [(5001, 5002)]
    desk.ack(200, recv=[(5001, 5002)])
    assert desk.outbox.counters().pending == 4802, "only what is below the watermark is deleted"
    while desk.outbox.counters().acked < 5000:
        desk.now += 0.1
        done = max(covered(link.spans("bulk")))
        desk.ack(5002 if done == 5000 else done, recv=() if done == 5000 else [(5001, 5002)])
    assert sorted(covered(link.spans("bulk"))) == list(range(1, 5001))
    assert len(covered(link.spans("bulk"))) == sum(hi - lo + 1 for lo, hi in link.spans("bulk")), "none twice"
    assert desk.outbox.counters().pending == 0
    desk.outbox.append([a_record(3)])
    desk.turns()
    assert link.spans("data") == [(5001, 5002), (5003, 5003)]
    desk.outbox.close()


def test_after_a_reconnect_only_what_the_centre_lacks_goes_again(tmp_path: Path) -> None:
    desk = Desk(filled(tmp_path, 5000))
    desk.greet()
    desk.outbox.append([a_record(1)])
    desk.turns()
    for hi in (200, 400):
        desk.ack(hi, recv=[(5001, 5001)])
    desk.ack(400, recv=[(601, 800), (5001, 5001)])
    desk.publisher.died()
    desk.connect()
    desk.ack(400, recv=[(601, 800), (5001, 5001)])
    desk.ack(400, recv=[(601, 800), (5001, 5001)])
    again = covered(desk.link.spans("bulk"))
    assert set(range(401, 601)) <= again
    assert not again & set(range(601, 801))
    assert desk.link.spans("data") == []
    desk.outbox.close()


def test_a_restarted_agent_sends_what_it_holds_once_whatever_an_older_life_was_told(tmp_path: Path) -> None:
    outbox = filled(tmp_path, 150)
    outbox.close()
    desk = Desk(an_outbox(tmp_path))
    desk.connect()
    desk.ack(100, recv=[(121, 150)])
    assert covered(desk.link.spans("data")) == set(range(1, 151))
    assert desk.outbox.counters().acked == 0
    desk.ack(100, recv=[(121, 150)])
    assert desk.outbox.counters().acked == 100
    desk.outbox.close()


@pytest.mark.parametrize("how", ["silence", "0x10"])
def test_an_older_centre_that_reads_no_bulk_lane_gets_the_backlog_as_before(tmp_path: Path, how: str) -> None:
    desk = Desk(filled(tmp_path, 5000))
    link = desk.greet(codes={"bulk": 0x10} if how == "0x10" else {})
    bulk = covered(link.spans("bulk"))
    assert bulk
    if how == "silence":
        desk.now += 10
    desk.turns()
    again = covered(link.spans("data"))
    assert again
    assert again <= bulk
    assert desk.publisher.state.problem == ""
    desk.ack(START)
    assert desk.outbox.counters().acked == START
    before = len(link.spans("bulk"))
    desk.now += WITHOUT_BULK_S
    desk.ack(max(covered(link.spans("data"))))
    assert len(link.spans("bulk")) > before, "tried again after a while"
    desk.outbox.close()


def test_a_centre_that_is_replaced_by_an_older_one_gets_the_backlog_on_the_lane_it_reads(tmp_path: Path) -> None:
    """The link to the broker stands all the while; what the newer centre read says nothing of the older."""
    desk = Desk(filled(tmp_path, 9000))
    link = desk.greet()
    desk.ack(200)
    assert desk.outbox.counters().acked == 200
    desk.hear(HostState(online=False, session=1))
    desk.hear(HostState(online=True, session=2))
    desk.turns(1)
    desk.now += 1
    desk.turns(1)
    desk.ack(200)
    assert link.spans("data") == []
    desk.now += 90
    desk.turns()
    assert link.spans("data"), "nobody answers on the backlog's lane"
    desk.outbox.close()


def test_many_tombstones_of_one_gap_go_out_as_the_broker_takes_them(tmp_path: Path) -> None:
    """Told ahead of their turn they must not be more than the link carries: it would end, and begin, for ever."""
    outbox = filled(tmp_path, 320)
    for seq in range(1, 301):
        outbox.refuse(outbox.pending(seq - 1, 1), reason="too large")
    desk = Desk(outbox)
    link = desk.greet(answered=False, receive_maximum=20)
    assert link.unanswered <= 21
    link.answered, link.unanswered = True, 0
    desk.turns()
    desk.ack(500)
    assert set(range(301, 621)) <= covered(link.spans("data")) | covered(link.spans("bulk"))
    outbox.close()


@pytest.mark.parametrize("how", ["silence", "0x10"])
def test_a_centre_that_says_what_it_answers_is_only_slow_and_its_live_lane_is_not_flooded(
    tmp_path: Path, how: str
) -> None:
    desk = Desk(filled(tmp_path, 5000))
    link = desk.connect(codes={"bulk": 0x10} if how == "0x10" else {})
    desk.ack(0, echo=desk.last(Birth, "birth").sent_at, at=START_MS)
    desk.turns()
    first = len(link.spans("bulk"))
    assert first
    desk.outbox.append([a_record(1)])
    desk.turns()
    assert link.spans("data") == [(5001, 5001)]
    assert len(link.spans("bulk")) == first
    desk.ack(0, recv=[(5001, 5001)])
    for _ in range(2):
        desk.now += 10
        desk.turns()
    assert link.spans("data") == [(5001, 5001)]
    assert len(link.spans("bulk")) > first, "and is tried again"
    for _ in range(60):
        desk.now += 60
        desk.turns()
    assert len(link.spans("data")) > 1, "for ever it is not waited for"
    desk.outbox.close()


def test_a_centre_that_is_merely_slow_is_not_taken_for_an_older_one(tmp_path: Path) -> None:
    desk = Desk(filled(tmp_path, 5000))
    link = desk.greet()
    desk.ack(200)
    desk.now += 10
    desk.turns()
    assert link.spans("data") == []
    assert link.spans("bulk").count((201, 400)) == 2
    desk.outbox.close()


def test_nobody_listens_holds_everything_for_a_while(tmp_path: Path) -> None:
    desk = Desk(filled(tmp_path, 10))
    link = desk.greet(codes={"data": 0x10})
    desk.turns()
    desk.outbox.append([a_record(1)])
    desk.turns()
    assert link.spans("data") == [(1, 10)]
    assert "nobody listens" in desk.publisher.state.problem
    desk.now += 5
    desk.turns()
    assert link.spans("data") == [(1, 10), (1, 10)]
    desk.outbox.close()


def test_pace_limits_the_backlog_only(tmp_path: Path) -> None:
    desk = Desk(filled(tmp_path, 5000))
    link = desk.connect()
    desk.ack(0, pace=100)
    sent = covered(link.spans("bulk"))
    assert len(sent) == 200, "a whole frame, though it is two seconds' share"
    desk.outbox.append([a_record(n) for n in range(500)])
    desk.turns()
    assert covered(link.spans("data")) == set(range(5001, 5501))
    assert covered(link.spans("bulk")) == sent
    desk.ack(200, pace=100)
    assert covered(link.spans("bulk")) == sent
    desk.now += 2.0
    desk.turns()
    assert len(covered(link.spans("bulk"))) == 400
    desk.outbox.close()


def test_no_more_is_handed_over_than_the_broker_answers_at_a_time(tmp_path: Path) -> None:
    desk = Desk(filled(tmp_path, 9000))
    link = desk.connect(answered=False, receive_maximum=LIVE_RESERVE + 5)
    desk.ack(0)
    assert link.spans("bulk")
    assert link.room >= LIVE_RESERVE // 2, "the backlog leaves room for the live lane"
    desk.outbox.append([a_record(1)])
    desk.turns()
    assert link.spans("data") == [(9001, 9001)]
    for number in range(40):
        desk.outbox.append([a_record(number)])
        desk.turns()
    assert link.room == 0
    desk.outbox.close()


def test_a_lost_frame_goes_again_when_a_later_one_is_acknowledged_and_only_that(tmp_path: Path) -> None:
    desk = Desk(filled(tmp_path, 0))
    link = desk.greet()
    desk.outbox.append([a_record(n) for n in range(600)])
    desk.turns()
    desk.ack(0, recv=[(201, 600)])
    assert link.spans("data")[3:] == [(1, 200)]
    desk.ack(0, recv=[(201, 600)])
    assert len(link.spans("data")) == 4, "once; then the timer"
    desk.now += 10
    desk.turns()
    assert link.spans("data")[4:] == [(1, 200)]
    desk.outbox.close()


def test_frames_are_signed_over_their_links(tmp_path: Path) -> None:
    signer = new_signer()
    desk = Desk(filled(tmp_path, 450), sign=signer.sign)
    link = desk.greet()
    frames = link.frames("data")
    for one in frames:
        assert one.end is not None
        said = statement("gw-1", desk.outbox.epoch, lo=one.frame.lo, hi=one.frame.hi, end=one.end)
        assert verify(signer.public_hex, said, one.frame.sig)
    assert [one.end.hex() for one in frames[:-1] if one.end] == [one.frame.prev for one in frames[1:]], "one chain"
    desk.outbox.close()


def test_a_record_that_the_disk_changed_is_set_aside_and_the_others_go(tmp_path: Path) -> None:
    outbox = filled(tmp_path, 5)
    outbox._writer.execute("UPDATE outbox SET body = replace(body, 'event 3', 'event 8') WHERE seq = 3")
    desk = Desk(outbox)
    link = desk.greet()
    desk.turns()
    assert covered(link.spans("data")) == {1, 2, 4, 5, 6}
    assert link.frames("data")[-1].frame.recs[0].body["reason"] == "changed on the disk"
    assert outbox.counters().refused == 1
    outbox.close()


def test_a_hole_in_the_store_is_told_before_what_comes_after_it(tmp_path: Path) -> None:
    outbox = filled(tmp_path, 9)
    outbox._writer.execute("DELETE FROM outbox WHERE seq BETWEEN 4 AND 6")
    desk = Desk(outbox)
    link = desk.greet()
    assert link.spans("data") == [(1, 3), (10, 10), (7, 9), (10, 10)]
    stone = link.frames("data")[1].frame.recs[0]
    assert (stone.kind, stone.body["lo"], stone.body["hi"]) == ("tombstone", 4, 6)
    outbox.close()


def test_a_centre_set_back_that_takes_no_birth_for_it_is_told_by_a_record_and_goes_on(tmp_path: Path) -> None:
    """Where frames are signed the centre does not believe a birth: without a tombstone it would wait for ever."""
    desk = Desk(filled(tmp_path, 9))
    desk.greet()
    desk.ack(9)
    desk.publisher.died()
    link = desk.connect()
    for _ in range(2):
        desk.ack(2, recv=[(5, 6)], echo=desk.last(Birth, "birth").sent_at, at=START_MS)
    stones = [record.body for one in link.frames("data") for record in one.frame.recs]
    assert {(stone["lo"], stone["hi"]) for stone in stones} == {(3, 4), (7, 9)}
    assert {stone["reason"] for stone in stones} == {"acknowledged before the centre was set back"}
    assert desk.outbox.newest == 11, "said once"
    desk.ack(11)
    assert desk.outbox.counters().pending == 0
    desk.outbox.close()


def test_an_older_answer_or_a_beats_answer_gives_nothing_up(tmp_path: Path) -> None:
    desk = Desk(filled(tmp_path, 9))
    desk.greet()
    desk.ack(9)
    desk.ack(2)
    desk.ack(2, echo=desk.beat().sent_at, at=START_MS)
    desk.ack(2, echo=12345, at=START_MS)
    assert desk.outbox.newest == 9
    desk.outbox.close()


def test_a_tombstone_that_is_told_ahead_of_its_turn_is_no_number_never_sent(tmp_path: Path) -> None:
    outbox = filled(tmp_path, 0)
    desk = Desk(outbox, broker={"window": 5})
    link = desk.greet()
    outbox.append([a_record(n) for n in range(1, 31)])
    outbox._writer.execute("DELETE FROM outbox WHERE seq = 3")
    outbox.bury_missing(3, 3)
    desk.turns()
    told = [span for span in (*link.spans("data"), *link.spans("bulk")) if span == (31, 31)]
    assert told
    epoch = outbox.epoch
    desk.ack(3, recv=[(31, 31)])
    assert outbox.epoch == epoch
    assert desk.publisher.state.security == 0
    outbox.close()


def kinds(outbox: Outbox) -> list[str]:
    return [record.kind for record in outbox.pending(0, 1000)]


@pytest.mark.parametrize("ack", [{"hi": 999}, {"hi": 0, "recv": [(990, 999)]}], ids=["watermark", "range beyond"])
def test_a_forged_ack_deletes_nothing_and_renews_the_epoch_at_most_once_an_hour(
    tmp_path: Path, ack: dict[str, Any]
) -> None:
    desk = Desk(filled(tmp_path, 5))
    desk.greet()
    first = desk.outbox.epoch
    desk.ack(**ack)
    second = desk.outbox.epoch
    assert second != first
    assert kinds(desk.outbox) == ["camera_event"] * 5 + ["store_lost"]
    told = json.loads(desk.outbox.pending(5, 1)[0].body)
    assert (told["epoch"], told["hi"]) == (first, None)
    for _ in range(20):
        desk.ack(**ack)
        desk.now += 60
    assert desk.outbox.epoch == second
    desk.ack(0)
    assert covered(desk.link.spans("data")[-1:]) == set(range(1, 7)), "goes on meanwhile"
    assert desk.beat().security == 21
    desk.now += RENEW_EVERY_S
    desk.ack(**ack)
    assert desk.outbox.epoch not in (first, second)
    desk.outbox.close()


def test_a_centre_that_says_what_it_answers_is_asked_before_it_is_believed(tmp_path: Path) -> None:
    """A forger has not read our birth; the centre that really knows more says so in answer to it."""
    desk = Desk(filled(tmp_path, 5))
    desk.connect()
    desk.ack(0, echo=desk.last(Birth, "birth").sent_at, at=START_MS)
    first, births = desk.outbox.epoch, [said for said, _ in desk.link.said].count("birth")
    for _ in range(3):
        desk.ack(999, echo=12345)
    assert desk.outbox.epoch == first
    assert desk.publisher.state.synced
    assert [said for said, _ in desk.link.said].count("birth") == births + 1, "asked once"
    desk.ack(3)
    assert desk.outbox.counters().acked == 3, "goes on meanwhile"
    desk.ack(999, echo=desk.last(Birth, "birth").sent_at, at=START_MS)
    assert desk.outbox.epoch != first
    assert desk.publisher.state.security == 4
    desk.outbox.close()


@pytest.mark.parametrize(
    ("waited_s", "at_ms", "offset_ms"),
    [(0.2, 5100, 5000), (0.0, -3000, -3000), (8.0, 5000, None)],
    ids=["half the way back", "behind", "too slow to tell"],
)
def test_clocks_are_compared(tmp_path: Path, waited_s: float, at_ms: int, offset_ms: int | None) -> None:
    heard: list[int] = []
    desk = Desk(filled(tmp_path, 0), compared=heard.append)
    desk.connect()
    asked = desk.last(Birth, "birth").sent_at
    desk.now += waited_s
    desk.ack(0, echo=asked, at=asked + at_ms)
    assert heard == ([] if offset_ms is None else [offset_ms])
    assert desk.beat().clock_offset_ms == offset_ms
    desk.outbox.close()


def test_the_heartbeat_tells_the_figures(tmp_path: Path) -> None:
    outbox = filled(tmp_path, 250)
    desk = Desk(outbox)
    desk.greet()
    desk.ack(200)
    outbox.refuse(outbox.pending(220, 1), reason="too large")
    beat = desk.beat()
    assert (beat.produced, beat.acked, beat.in_flight, beat.tombstoned, beat.security) == (251, 200, 50, 1, 0)
    assert (beat.degraded, beat.clock_offset_ms) == (None, None)
    assert isinstance(beat, Beat)
    assert beat.sent_at > START_MS
    outbox.close()


def test_a_centre_that_answers_the_heartbeat_first_is_greeted_all_the_same(tmp_path: Path) -> None:
    """The answer to a beat says what is stored, and sending begins; who we are the centre learns from the birth."""
    desk = Desk(an_outbox(tmp_path))
    desk.link = PaperLink()
    desk.publisher.begin(desk.link, desk.now, session=1)
    desk.turns(1)
    assert (desk.last(Beat, "beat") is not None, desk.last(Birth, "birth")) == (True, None)
    desk.hear(HostState(online=True, session=1))
    desk.ack(0)
    assert desk.publisher.state.synced
    desk.now += 1
    desk.turns(1)
    assert desk.last(Birth, "birth").gw == "gw-1"
    births = [payload for channel, payload in desk.link.said if channel == "birth"]
    for _ in range(40):
        desk.now += 5
        desk.turns(1)
    assert [payload for channel, payload in desk.link.said if channel == "birth"] == births
    desk.outbox.close()
