"""The two lanes as a state machine: whatever is lost on the way, nothing is skipped and nothing is forgotten."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.ranges import Ranges
from edge_agent.window import FRAMES_MAX, LANES, LaneName, Lanes

LANE = st.sampled_from(LANES)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.integers(1, 50), LANE, st.booleans()),
        st.tuples(st.just("ack"), st.integers(0, 3), LANE, st.booleans()),
        st.tuples(st.just("need"), st.integers(1, 400), LANE, st.booleans()),
        st.tuples(st.just("late"), st.integers(0, 20), LANE, st.booleans()),
        st.tuples(st.just("made"), st.integers(1, 200), LANE, st.booleans()),
        st.tuples(st.just("greet"), st.just(0), LANE, st.booleans()),
    ),
    max_size=80,
)


class Way:
    """Lanes, a network that loses what it is told to, and a centre that is a set of numbers."""

    def __init__(self, *, newest: int, limit: int) -> None:
        self.lanes, self.newest, self.limit = Lanes(limit=limit), newest, limit
        self.arrived: set[int] = set()
        self.now = 0.0
        self.lanes.begin((), newest=newest)

    def send(self, count: int, name: LaneName, *, lost: bool) -> None:
        self.lanes.divide(self.newest)
        room = min(count, self.lanes.lane(name).room(self.limit))
        stretch = self.lanes.stretch(name, newest=self.newest) if room else None
        if stretch is None:
            return
        lo, hi = stretch[0], min(stretch[1], stretch[0] + room - 1)
        assert not self.flying() & set(range(lo, hi + 1)), "on its way already"
        self.lanes.went(name, lo, hi, count=hi - lo + 1, at_s=self.now, due_s=self.now + 10)
        if not lost:
            self.arrived.update(range(lo, hi + 1))

    def flying(self) -> set[int]:
        return {
            seq for name in LANES for sent in self.lanes.lane(name).on_the_way for seq in range(sent.lo, sent.hi + 1)
        }

    @property
    def hi(self) -> int:
        return Ranges((seq, seq) for seq in self.arrived).end_at(1) if 1 in self.arrived else 0

    @property
    def recv(self) -> list[tuple[int, int]]:
        return [span for span in Ranges((seq, seq) for seq in self.arrived).spans if span[0] > self.hi]

    def ack(self, spans: int) -> None:
        self.lanes.acknowledge(self.hi, self.recv[:spans])

    def check(self) -> None:
        assert self.lanes.acked <= self.hi
        assert all(seq in self.arrived for lo, hi in self.lanes.known.spans for seq in range(lo, hi + 1))
        for name in LANES:
            lane = self.lanes.lane(name)
            assert sum(sent.count for sent in lane.on_the_way) <= self.limit
            assert len(lane.on_the_way) <= FRAMES_MAX

    def drain(self) -> None:
        for _ in range(400):
            self.now += 100
            for name in LANES:
                self.lanes.expired(name, self.now)
                self.send(self.limit, name, lost=False)
            self.ack(100)
            if self.lanes.acked == self.newest:
                return


@settings(deadline=None)
@given(STEPS)
def test_whatever_happens_everything_arrives(steps: list[tuple[str, int, LaneName, bool]]) -> None:
    way = Way(newest=300, limit=120)
    for step, number, name, flag in steps:
        way.now += 1
        match step:
            case "send":
                way.send(number, name, lost=flag)
            case "ack" if not flag:
                way.ack(number)
            case "need":
                way.lanes.asked(number, heard_by=way.now - number % 5)
            case "late":
                way.lanes.expired(name, way.now + number - 10)
            case "made":
                way.newest += number
            case "greet":
                way.lanes.acknowledge(way.hi, way.recv[:2])
                way.lanes.begin(way.recv[:2], newest=way.newest)
        way.check()
    way.drain()
    assert way.lanes.acked == way.newest
    assert way.arrived == set(range(1, way.newest + 1))


def sent_frames(lanes: Lanes, name: LaneName, *spans: tuple[int, int], at_s: float = 0.0) -> None:
    for lo, hi in spans:
        lanes.went(name, lo, hi, count=hi - lo + 1, at_s=at_s, due_s=at_s + 2)


def test_little_backlog_goes_on_the_live_lane() -> None:
    lanes = Lanes(limit=3000, acked=10)
    lanes.begin((), newest=210)
    assert lanes.stretch("live", newest=210) == (11, 210)
    assert lanes.stretch("bulk", newest=210) is None


def test_what_was_made_while_the_link_was_made_is_news_however_much_waits() -> None:
    lanes = Lanes(limit=3000, acked=10)
    lanes.begin((), newest=9000, news=4)
    assert lanes.stretch("live", newest=9000) == (8997, 9000)
    assert lanes.stretch("bulk", newest=9000) == (11, 8996)


def test_what_is_made_now_overtakes_much_backlog() -> None:
    lanes = Lanes(limit=3000, acked=10)
    lanes.begin((), newest=9000)
    assert lanes.stretch("live", newest=9002) == (9001, 9002)
    assert lanes.stretch("bulk", newest=9002) == (11, 9000)


def test_a_live_lane_that_falls_behind_becomes_backlog_and_nothing_on_its_way_is_sent_twice() -> None:
    lanes = Lanes(limit=100)
    lanes.begin((), newest=0)
    sent_frames(lanes, "live", (1, 50))
    lanes.divide(500)
    assert lanes.stretch("live", newest=510) == (501, 510)
    assert lanes.stretch("bulk", newest=510) == (51, 500)
    lanes.expired("live", 3.0)
    assert lanes.stretch("bulk", newest=510) == (1, 50)


@pytest.mark.parametrize(
    ("hi", "recv", "advanced", "acked", "again"),
    [
        (0, [], False, 0, None),
        (200, [], True, 200, None),
        (0, [(201, 400)], False, 0, (1, 200)),
        (200, [(401, 600)], True, 200, (201, 400)),
        (9999, [], True, 600, None),
    ],
    ids=["nothing", "first", "second, so the first was lost", "hole", "an older life's word counts to what was sent"],
)
def test_what_an_ack_tells(
    hi: int, recv: list[tuple[int, int]], advanced: bool, acked: int, again: tuple[int, int] | None
) -> None:
    lanes = Lanes(limit=3000)
    lanes.begin((), newest=0)
    sent_frames(lanes, "live", (1, 200), (201, 400), (401, 600))
    heard = lanes.acknowledge(hi, recv)
    assert (heard.advanced, lanes.acked) == (advanced, acked)
    assert lanes.stretch("live", newest=600) == again


def test_a_frame_that_the_centre_refuses_does_not_go_round_at_the_speed_of_the_link() -> None:
    lanes = Lanes(limit=3000)
    lanes.begin((), newest=0)
    sent_frames(lanes, "live", (1, 10), (11, 20))
    assert lanes.acknowledge(0, [(11, 20)]).lost["live"]
    sent_frames(lanes, "live", (1, 10), (21, 30))
    assert not lanes.acknowledge(0, [(11, 30)]).lost["live"]
    assert lanes.expired("live", 3.0)


def test_of_many_late_frames_one_asks_and_the_others_go_when_it_alone_has_arrived() -> None:
    lanes = Lanes(limit=3000)
    lanes.begin((), newest=0)
    spans = [(1, 10), (11, 20), (21, 30)]
    sent_frames(lanes, "live", *spans)
    assert [sent.lo for sent in lanes.expired("live", 3.0, wait_s=2.0)] == [1]
    sent_frames(lanes, "live", (1, 10), at_s=3.0)
    assert lanes.expired("live", 4.9, wait_s=2.0) == (), "not before its time"
    lanes.live.heard(lanes.acknowledge(10, ()).arrived["live"], 6.0)
    assert lanes.expired("live", 7.9, wait_s=2.0) == (), "the others may come right behind"
    assert [sent.lo for sent in lanes.expired("live", 8.0, wait_s=2.0)] == [11, 21]


def test_a_false_alarm_makes_one_frame_go_twice_and_no_other() -> None:
    lanes = Lanes(limit=3000)
    lanes.begin((), newest=0)
    sent_frames(lanes, "live", (1, 10), (11, 20), (21, 30))
    assert [sent.lo for sent in lanes.expired("live", 3.0, wait_s=2.0)] == [1]
    sent_frames(lanes, "live", (1, 10), at_s=3.0)
    for hi, now in ((10, 6.0), (20, 7.5)):
        heard = lanes.acknowledge(hi, ())
        assert not heard.lost["live"], "it is the first copy that arrived, and overtook nothing"
        lanes.live.heard(heard.arrived["live"], now)
        assert lanes.expired("live", now + 1.9, wait_s=2.0) == ()
    assert [sent.lo for sent in lanes.expired("live", 9.5, wait_s=2.0)] == [21]


@pytest.mark.parametrize(
    ("need", "heard_by", "again"),
    [(3, 5.0, (1, 10)), (3, -1.0, None), (15, 5.0, (11, 20))],
    ids=["at once", "just sent again", "the frame that holds it"],
)
def test_need(need: int, heard_by: float, again: tuple[int, int] | None) -> None:
    lanes = Lanes(limit=3000)
    lanes.begin((), newest=20)
    sent_frames(lanes, "live", (1, 10), (11, 20))
    lanes.asked(need, heard_by=heard_by)
    assert lanes.stretch("live", newest=20) == again


def test_an_old_ack_changes_nothing() -> None:
    lanes = Lanes(limit=10, acked=5)
    lanes.begin((), newest=8)
    sent_frames(lanes, "live", (6, 8))
    for hi in (5, 3):
        assert not lanes.acknowledge(hi, ()).advanced
    assert (lanes.acked, lanes.in_flight) == (5, 3)


Operation = tuple[Literal["add", "drop"], int, int]
OPERATIONS = st.lists(st.tuples(st.sampled_from(["add", "drop"]), st.integers(1, 60), st.integers(0, 20)), max_size=30)


@settings(deadline=None)
@given(OPERATIONS, st.integers(1, 70), st.integers(0, 30))
def test_ranges_are_a_set(operations: list[Operation], lo: int, width: int) -> None:
    ranges, oracle = Ranges(), set[int]()
    for what, start, size in operations:
        if what == "add":
            ranges.add(start, start + size)
            oracle |= set(range(start, start + size + 1))
        else:
            ranges.drop_through(start)
            oracle = {seq for seq in oracle if seq > start}
    spans = ranges.spans
    assert {seq for a, b in spans for seq in range(a, b + 1)} == oracle
    assert all(b + 1 < c for (_, b), (c, _) in pairwise(spans))
    asked = set(range(lo, lo + width + 1))
    assert ranges.holds(lo, lo + width) == (asked <= oracle)
    assert {seq for a, b in ranges.common(lo, lo + width) for seq in range(a, b + 1)} == asked & oracle
    assert {seq for a, b in ranges.gaps(lo, lo + width) for seq in range(a, b + 1)} == asked - oracle
    assert ranges.next_from(lo) == min((seq for seq in oracle if seq >= lo), default=None)
    assert ranges.top == max(oracle, default=0)
