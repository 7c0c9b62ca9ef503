"""The protocol as a state machine: lanes, acks, ranges and epochs over a network that may do anything to a message."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from central.ingest.ranges import Received
from edge_agent.window import LANES, LaneName, Lanes
from tests.faults.size import sized

LIMIT = 40
RESEND_S = 2.0
PICK = st.integers(0, 10_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """On its way up."""

    epoch: int
    lo: int
    hi: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """On its way down."""

    epoch: int
    hi: int
    recv: tuple[tuple[int, int], ...]


class Protocol(RuleBasedStateMachine):
    """One edge, whose disk keeps `newest` and `deleted` of the epoch; one centre; every message ever sent may arrive.

    A message is never taken out when it arrives: so each may be lost, late, doubled and in any order.
    """

    def __init__(self) -> None:
        super().__init__()
        self.epoch, self.newest, self.deleted = 1, 0, 0
        self.synced_newest = self.synced_deleted = 0
        self.lanes = Lanes(limit=LIMIT)
        self.greeted = False
        self.now = 0.0
        self.frames: list[Frame] = []
        self.acks: list[Ack] = []
        self.centre: dict[int, Received] = {}
        self.given_up: dict[int, int] = {}

    def stored(self, epoch: int) -> Received:
        return self.centre.get(epoch, Received())

    @rule(count=st.integers(1, 60))
    def produce(self, count: int) -> None:
        """A commit, which syncs what went before it as well."""
        self.newest += count
        self.synced_deleted = self.deleted

    @precondition(lambda self: self.greeted)
    @rule(name=st.sampled_from(LANES), count=st.integers(1, LIMIT))
    def send(self, name: LaneName, count: int) -> None:
        self.lanes.divide(self.newest)
        room = min(count, self.lanes.lane(name).room(LIMIT))
        stretch = self.lanes.stretch(name, newest=self.newest) if room else None
        if stretch is None:
            return
        lo, hi = stretch[0], min(stretch[1], stretch[0] + room - 1)
        assert self.deleted < lo <= hi <= self.newest, f"{lo}..{hi} is not in the outbox"
        self.lanes.went(name, lo, hi, count=hi - lo + 1, at_s=self.now, due_s=self.now + RESEND_S)
        self.frames.append(Frame(epoch=self.epoch, lo=lo, hi=hi))

    @precondition(lambda self: self.frames)
    @rule(pick=PICK, answered=st.booleans())
    def frame_arrives(self, pick: int, answered: bool) -> None:
        frame = self.frames[pick % len(self.frames)]
        self.centre[frame.epoch] = self.stored(frame.epoch).add(frame.lo, frame.hi)
        if answered:
            self.centre_says(frame.epoch)

    def centre_says(self, epoch: int) -> Ack:
        received = self.stored(epoch)
        self.acks.append(Ack(epoch=epoch, hi=received.hi, recv=received.beyond[:3]))
        return self.acks[-1]

    @precondition(lambda self: self.acks)
    @rule(pick=PICK)
    def ack_arrives(self, pick: int) -> None:
        """Any ack ever said, also one of an earlier epoch or life."""
        ack = self.acks[pick % len(self.acks)]
        if ack.epoch == self.epoch:
            self.hear(ack)

    @rule(beyond=st.integers(1, 500))
    def forged_ack_arrives(self, beyond: int) -> None:
        """Of numbers that were never sent: at most what was sent is believed to be meant, and here nothing is."""
        if self.lanes.highest_sent == self.lanes.acked:
            self.hear(Ack(epoch=self.epoch, hi=self.lanes.highest_sent + beyond, recv=()))
            assert self.lanes.acked <= self.stored(self.epoch).hi

    def hear(self, ack: Ack) -> None:
        self.lanes.acknowledge(ack.hi, ack.recv)
        self.deleted = max(self.deleted, self.lanes.acked)

    @rule()
    def connect(self) -> None:
        """Birth and its answer, which may be the only two messages that ever get through."""
        held_from = self.deleted + 1
        for lo, hi in self.stored(self.epoch).missing(1, held_from - 1) if held_from > 1 else ():
            raise AssertionError(f"{lo}..{hi} were deleted and are not at the centre")
        ack = self.centre_says(self.epoch)
        self.hear(ack)
        self.lanes.begin(ack.recv, newest=self.newest)
        self.greeted = True

    @rule(passes_s=st.floats(0.0, 5.0))
    def time_passes(self, passes_s: float) -> None:
        self.now += passes_s
        for name in LANES:
            self.lanes.expired(name, self.now)

    @precondition(lambda self: self.greeted)
    @rule(pick=PICK)
    def centre_asks(self, pick: int) -> None:
        need = self.stored(self.epoch).need
        if need is not None and need > self.lanes.acked:
            self.lanes.asked(need, heard_by=self.now - (pick % 3))

    @rule()
    def process_dies(self) -> None:
        """What it had sent is forgotten; the disk is as it was."""
        self.lanes = Lanes(limit=LIMIT, acked=self.deleted)
        self.greeted = False

    @rule()
    def power_fails(self) -> None:
        """A delete that was not synced comes back."""
        self.deleted = self.synced_deleted
        self.process_dies()

    @rule()
    def store_is_lost(self) -> None:
        """A new disk: the old epoch's records are gone with it, and no ack of it means anything any more."""
        self.given_up[self.epoch] = self.newest
        self.epoch, self.newest, self.deleted, self.synced_deleted = self.epoch + 1, 0, 0, 0
        self.process_dies()

    @invariant()
    def nothing_is_deleted_that_is_not_stored(self) -> None:
        assert self.deleted <= self.stored(self.epoch).hi
        assert self.lanes.acked <= self.stored(self.epoch).hi

    @invariant()
    def nothing_is_believed_that_is_not_stored(self) -> None:
        received = self.stored(self.epoch)
        for lo, hi in self.lanes.known.spans:
            assert not received.missing(lo, hi)

    @invariant()
    def no_more_is_on_its_way_than_allowed(self) -> None:
        assert self.lanes.in_flight <= 2 * LIMIT

    def teardown(self) -> None:
        """In the end the weather is fair: then everything arrives, within the rounds that it needs."""
        self.connect()
        for _ in range(20 + 4 * (self.newest // LIMIT + 1)):
            self.time_passes(100.0)
            for name in LANES:
                sent = len(self.frames)
                self.send(name, LIMIT)
                if len(self.frames) > sent:
                    self.frame_arrives(len(self.frames) - 1, answered=False)
            self.hear(self.centre_says(self.epoch))
            if self.deleted == self.newest:
                return
        raise AssertionError(f"{self.deleted} of {self.newest} delivered in fair weather")


TestProtocol = Protocol.TestCase
TestProtocol.settings = settings(
    max_examples=sized(40, 1500),
    stateful_step_count=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
