"""Delivery within a connection: frames out on two lanes, acks in. Steppable: time comes in, nothing here waits."""

from __future__ import annotations

import logging
from collections.abc import Callable
from random import Random

from edge_agent.buffer.opening import new_epoch
from edge_agent.buffer.outbox import Outbox
from edge_agent.errors import StoreFullError
from edge_agent.framing import Framer, Packed
from edge_agent.link import Link, Taken
from edge_agent.patience import LONGEST_S, Patience
from edge_agent.ranges import Ranges
from edge_agent.sending import Sending
from edge_agent.settings import Broker
from edge_agent.speed import START, Speed
from edge_agent.window import LANES, LaneName, Lanes, Sent
from wire import topics
from wire.codec import FRAME_RECORDS_MAX, Sealed
from wire.messages import Ack, StoreLost
from wire.topics import UpChannel

log = logging.getLogger(__name__)

BULK_LEAST_S = 15.0  # backlog is in no hurry, and many gateways may have come back at once
NEWS_MS, NEWS_MAX = 15_000, 200  # what was made while the link was being made is news, for as much as a frame holds
TURN_RECORDS = 1000  # of one lane in one turn: the other lane and the acks come in between
LIVE_RESERVE = 10  # messages that the backlog leaves to the live lane; half, where the broker takes few at a time
NOBODY_LISTENS = 0x10
BULK_DOUBTS = 6  # some minutes, for waits double
WITHOUT_BULK_S, WITHOUT_BULK_MAX_S = 60.0, 3600.0
RENEW_EVERY_S = 3600.0
SET_BACK = "acknowledged before the centre was set back"


class Delivering:
    """Owns the lanes. `state` is written for others to read."""

    def __init__(
        self,
        outbox: Outbox,
        broker: Broker,
        framer: Framer,
        *,
        gateway: str,
        state: Sending,
        random: Random,
        now_ms: Callable[[], int],
    ) -> None:
        self.wants_birth = False
        self._outbox = outbox
        self._broker = broker
        self._framer = framer
        self._gateway = gateway
        self._state = state
        self._random = random
        self._now_ms = now_ms
        self._lanes = Lanes(limit=broker.window, acked=outbox.counters().acked)
        self._speed = self._new_speed()
        self._patience = self._new_patience()
        self._sendable = outbox.newest  # what an earlier life of this process may have sent, or a gap was told with
        self._channel_of: dict[int, UpChannel] = {}
        self._bulk_heard = False
        self._bulk_again_s = self._bulk_hold_s = 0.0
        self._bulk_waits = self._bulk_doubts = 0
        self._hold_until_s = 0.0
        self._asked = (0, 0.0)
        self._renewed_s: float | None = None
        self._echoed = False
        self._doubted_s = -LONGEST_S
        self._room_max = 0

    @property
    def owes(self) -> bool:
        """Whether something waits that the centre has not acknowledged."""
        return self._lanes.acked < self._outbox.newest

    def begin(self) -> None:
        """A new connection: what is known of the old one's speed and answers is void."""
        self._speed, self._patience = self._new_speed(), self._new_patience()
        self._channel_of.clear()
        self._bulk_again_s = self._bulk_hold_s = self._hold_until_s = 0.0
        self._bulk_waits, self._bulk_doubts, self._bulk_heard = 0, 0, False
        self._echoed, self._room_max = False, 0

    def died(self, *, too_large: bool) -> None:
        """The connection ended by itself, perhaps because of what was on its way."""
        flying = sorted((*self._lanes.live.on_the_way, *self._lanes.bulk.on_the_way), key=lambda sent: sent.order)
        self._framer.died(flying, too_large=too_large)

    def hear(self, ack: Ack, now: float, *, asked_s: float | None = None, greets: bool = False) -> None:
        """The centre's word of what it has committed; `asked_s`: it answers a birth or beat of that time, by its echo.

        `greets`: it answers our newest birth, so this is all that the centre has after hearing what we hold.
        """
        if asked_s is not None:
            self._heard_the_centre_answer(now - asked_s)
        if ack.epoch != self._outbox.epoch:
            log.info("ack of another epoch ignored epoch=%s ours=%s", ack.epoch, self._outbox.epoch)
            return
        claimed = max((ack.hi, *(hi for _, hi in ack.recv)))
        if claimed > max(self._sendable, self._lanes.highest_sent) and not self._is_given_up(claimed):
            self._claimed_too_much(ack, claimed, now, answers=asked_s is not None)
            return
        heard = self._lanes.acknowledge(ack.hi, ack.recv)
        if heard.advanced:
            self._delete(self._lanes.acked)
            self._framer.got_through()
        if greets and ack.hi < self._lanes.acked:
            self._tell_gone(ack)
        self._learn_speed(heard.arrived, now)
        if heard.lost["bulk"]:
            self._speed.yield_way(now)
        if not self._state.synced:
            self._state.synced, self._state.problem = True, ""
            self._bulk_heard = False  # of this centre nothing is known yet; an older one may have taken its place
            self._lanes.begin(ack.recv, newest=self._outbox.newest, news=self._news())
        if ack.need is not None:
            self._needed(ack.need, now)
        self._speed.pace = ack.pace
        self._tell()

    def taken(self, taken: Taken, now: float) -> None:
        """The broker's answer to a publish."""
        channel = self._channel_of.pop(taken.mid, None)
        if taken.code == NOBODY_LISTENS and channel == "bulk":
            self._without_bulk(now, told=True)
        elif taken.code == NOBODY_LISTENS and channel == "data":
            self._state.problem = "nobody listens at the centre"
            self._hold_until_s = now + self._jittered(self._broker.resend_s)
        elif taken.code >= 0x80:
            self._state.refused += 1
            self._state.problem = f"broker refused a message: {taken.reason}"
            topic = topics.up(self._gateway, channel or "data")
            log.warning("broker refused a message reason=%s expected leave to publish on %s", taken.reason, topic)

    def send(self, link: Link, now: float) -> bool:
        """What timers and windows allow, the live lane first; True when something went out."""
        late = self._expire(now)
        if now < self._hold_until_s:
            return False
        self._lanes.divide(self._outbox.newest)
        live = self._send_lane("live", link, now)
        bulk = self._send_lane("bulk", link, now, again=late)
        self._tell()
        return live or bulk

    def _tell(self) -> None:
        self._state.in_flight = self._lanes.in_flight
        self._state.backlog = self._lanes.acked < self._lanes.until

    def _new_speed(self) -> Speed:
        return Speed(limit=self._broker.window, window=min(START, self._broker.window))

    def _new_patience(self) -> dict[LaneName, Patience]:
        resend_s = self._broker.resend_s
        return {name: Patience(least_s=resend_s, first_s=resend_s) for name in LANES}

    def _heard_the_centre_answer(self, took_s: float) -> None:
        """It reads the backlog's lane too, then, and is waited for; an older one must be found out."""
        self._echoed = True
        self._patience["live"].measured(took_s)
        bulk = self._patience["bulk"]
        bulk.first_s = bulk.least_s = max(BULK_LEAST_S, self._broker.resend_s)

    def _news(self) -> int:
        """How many of the newest records were made just now."""
        newest, now_ms = self._outbox.newest, self._now_ms()
        made = [one.seq for one in self._outbox.pending(newest - NEWS_MAX, NEWS_MAX) if abs(now_ms - one.at) < NEWS_MS]
        return newest - made[0] + 1 if made else 0

    def _learn_speed(self, arrived: dict[LaneName, tuple[Sent, ...]], now: float) -> None:
        for name, frames in arrived.items():
            if not frames:
                continue
            self._lanes.lane(name).heard(frames, now)
            once = [sent for sent in frames if not sent.tries]
            if once:
                self._patience[name].measured(now - once[0].at_s)
            if once and name == "bulk":
                self._speed.arrived(sum(sent.count for sent in once), sent_s=once[-1].at_s, now=now)
            if name == "bulk" and any(sent.channel == "bulk" for sent in frames):
                self._bulk_heard, self._bulk_waits, self._bulk_doubts = True, 0, 0

    def _needed(self, need: int, now: float) -> None:
        if need <= self._lanes.acked:
            log.error("centre asks for seq=%d, which it had acknowledged up to %d", need, self._lanes.acked)
            # It was set back to an older state. The birth tells it what is gone for good, so that it goes on.
            self._state.synced, self.wants_birth = False, True
            return
        if self._asked[0] == need and now - self._asked[1] < self._broker.resend_s:
            return
        self._asked = (need, now)
        self._lanes.asked(need, heard_by=now - max(one.smoothed_s for one in self._patience.values()))

    def _delete(self, hi: int) -> None:
        try:
            self._outbox.acked(hi)
        except StoreFullError as full:  # the next ack deletes these too
            log.error("acknowledged records not deleted yet: %s", full)

    def _tell_gone(self, ack: Ack) -> None:
        """The centre was set back behind what we deleted at its word, and takes no birth for that: a record says so.

        Where frames are signed nothing else closes the gap, and without it nothing would be acknowledged any more.
        """
        gone = Ranges(ack.recv).gaps(ack.hi + 1, self._lanes.acked)
        try:
            told = sum(self._outbox.bury_missing(lo, hi, reason=SET_BACK) for lo, hi in gone)
        except StoreFullError as full:  # the next birth is answered so too
            log.error("centre not told what it lost: %s", full)
            return
        if told:
            log.error("centre was set back to seq=%d, acknowledged records it lost: %d", ack.hi, told)

    def _is_given_up(self, claimed: int) -> bool:
        """Numbers beyond what was sent, of which nothing is held: the centre passed them at the word of our birth."""
        held = self._outbox.pending(self._lanes.highest_sent, 1)
        return claimed <= self._outbox.newest and (not held or held[0].seq > claimed)

    def _claimed_too_much(self, ack: Ack, claimed: int, now: float, *, answers: bool) -> None:
        """The centre has numbers we never gave: this store is a copy or an old backup. Or somebody forged it.

        Believed when it answers a question of ours, which a forger has not read (or when this centre never says what it
        answers), and at most once an hour; else it is counted, and a birth asks the centre itself.
        """
        self._state.security += 1
        if not answers and self._echoed:
            log.error("ack of seq=%d, never sent, answers nothing; the centre is asked", claimed)
            self.wants_birth |= now - self._doubted_s >= self._broker.resend_s
            self._doubted_s = now if self.wants_birth else self._doubted_s
        elif self._renewed_s is not None and now - self._renewed_s < RENEW_EVERY_S:
            self._state.problem = (
                f"ack of record {claimed}, which was never sent; expected at most {self._outbox.newest}"
            )
            log.error("ack ignored: %s; the epoch was renewed less than an hour ago", self._state.problem)
        else:
            self._disown(ack, claimed, now)

    def _disown(self, ack: Ack, claimed: int, now: float) -> None:
        """Nothing is deleted; what waits goes on under a new epoch."""
        newest = self._outbox.newest
        log.error("centre has seq=%d, never sent, newest=%d epoch=%s; going on anew", claimed, newest, ack.epoch)
        self._renewed_s = now
        beyond = max(ack.hi, newest) + 1  # what came after this copy was made, as far as the centre has not got it
        lost = StoreLost(epoch=ack.epoch, lo=beyond, hi=None, reason="store was a copy or an old backup")
        self._outbox.renew_epoch(new_epoch(self._now_ms()), lost=(lost,))
        self._lanes = Lanes(limit=self._broker.window)
        self._sendable = 0
        self._state.synced, self.wants_birth = False, True

    def _without_bulk(self, now: float, *, told: bool = False) -> None:
        """Nobody reads the bulk lane (the broker `told` so): an older centre's frames go on the data topic for a while.

        A centre that says what it answers should read it, and is only slow or about to: its live lane is not to be
        flooded, until it has not done so for long.
        """
        if now < max(self._bulk_again_s, self._bulk_hold_s):
            return
        if self._echoed and self._bulk_doubts < BULK_DOUBTS:
            if told:
                self._bulk_hold_s = now + self._jittered(self._broker.resend_s * 2**self._bulk_doubts)
                self._lanes.give_up("bulk", channel="bulk")
            self._bulk_doubts += 1
            return
        wait_s = min(WITHOUT_BULK_MAX_S, WITHOUT_BULK_S * 2**self._bulk_waits)
        self._bulk_waits, self._bulk_heard = min(self._bulk_waits + 1, 10), False
        self._bulk_again_s = now + wait_s
        self._lanes.give_up("bulk", channel="bulk")
        log.warning("nobody answers on the bulk lane, backlog goes on the data topic for %.0f s", wait_s)

    def _expire(self, now: float) -> int:
        """Ask again on lanes that are silent; how many records of backlog that takes, whatever the window is then."""
        late = {name: self._lanes.expired(name, now, wait_s=self._patience[name].wait_s()) for name in LANES}
        for name in LANES:
            if late[name]:
                self._patience[name].ran_out()
        if not late["bulk"]:
            return 0
        self._speed.yield_way(now)
        if not self._bulk_heard and any(sent.channel == "bulk" for sent in late["bulk"]):
            self._without_bulk(now)
        return sum(sent.count for sent in late["bulk"])

    def _jittered(self, wait_s: float) -> float:
        return min(LONGEST_S, wait_s) * self._random.uniform(0.75, 1.25)

    def _send_lane(self, name: LaneName, link: Link, now: float, *, again: int = 0) -> bool:
        bulk = name == "bulk"
        if bulk and now < self._bulk_hold_s:
            return False
        room = self._lanes.lane(name).room(self._speed.window if bulk else self._lanes.limit)
        room = min(TURN_RECORDS, max(again, self._speed.allows(room, now)) if bulk else room)
        self._room_max = max(self._room_max, link.room)
        reserve = min(LIVE_RESERVE, self._room_max // 2) if bulk else 0
        if room == 0 or link.room <= reserve:
            return False
        stretch = self._lanes.stretch(name, newest=self._outbox.newest)
        if stretch is None or (not bulk and self._gathers(*stretch, now)):
            return False
        lo, hi = stretch
        channel: UpChannel = "bulk" if bulk and now >= self._bulk_again_s else "data"
        records = [one for one in self._outbox.pending(lo - 1, min(room, hi - lo + 1)) if one.seq <= hi]
        if not records:
            self._explain_gap(link, lo, hi, channel=channel)
            self._lanes.passed(name, lo, hi)
        went = 0
        for packed in self._framer.frames(records, broker_takes=link.max_packet_bytes):
            if self._lanes.lane(name).room(self._lanes.limit) == 0 or link.room <= reserve:
                break
            first = packed.records[0].seq
            if first > lo:
                self._explain_gap(link, lo, first - 1, channel=channel)
                self._lanes.passed(name, lo, first - 1)
                lo = first
                if link.room <= reserve:
                    break
            self._send_frame(name, packed, link, now, channel=channel)
            lo = packed.records[-1].seq + 1
            went += len(packed.records)
        if bulk:
            self._speed.went(went, now)
        return True

    def _gathers(self, lo: int, hi: int, now: float) -> bool:
        """News of less than a frame waits for the word on the frame before, or a round trip (Nagle, RFC 896).

        A message costs the centre more than its records: when it is slow, each brings more, and it is less slow.
        """
        if lo in self._lanes.sent or hi - lo + 1 >= FRAME_RECORDS_MAX or not self._lanes.live.on_the_way:
            return False
        return now < self._lanes.live.on_the_way[-1].at_s + self._patience["live"].smoothed_s

    def _send_frame(self, name: LaneName, packed: Packed, link: Link, now: float, *, channel: UpChannel) -> None:
        lo, hi = packed.records[0].seq, packed.records[-1].seq
        if packed.payload is None:
            self._lanes.passed(name, lo, hi)
            return
        self._publish(link, packed.payload, channel=channel, count=len(packed.records))
        wait_s = self._patience[name].wait_s(self._lanes.tries.get(lo, 0)) * self._random.uniform(1.0, 1.25)
        self._lanes.went(name, lo, hi, count=len(packed.records), at_s=now, due_s=now + wait_s, channel=channel)

    def _publish(self, link: Link, payload: bytes, *, channel: UpChannel, count: int) -> None:
        mid = link.publish(topics.up(self._gateway, channel), payload, qos=1)
        self._channel_of[mid] = channel
        self._state.frames_sent += 1
        self._state.records_sent += count

    def _explain_gap(self, link: Link, lo: int, hi: int, *, channel: UpChannel) -> None:
        """Numbers without a record: their tombstones go first, else the centre would wait for them.

        Each tombstone goes once more in its own turn, so these need no watching, and no more go than the link takes.
        """
        self._outbox.bury_missing(lo, hi)
        stones: list[Sealed] = self._outbox.stones_to_tell(lo, hi)
        for stone in stones:
            if link.room == 0:
                return
            if stone.seq in self._lanes.sent:
                continue
            for packed in self._framer.frames((stone,), broker_takes=link.max_packet_bytes):
                if packed.payload is not None:
                    self._publish(link, packed.payload, channel=channel, count=1)
                    self._sendable = max(self._sendable, stone.seq)  # the centre may say that it has it
