"""The publisher against real brokers and a small centre: every record once, whatever happens in between."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_agent.connection import UNANSWERED_MAX, connect
from edge_agent.errors import BrokerError
from tests.edge_agent.build import a_record, an_outbox, broker_settings, publishing
from tests.edge_agent.small_centre import SmallCentre
from tests.services import Broker, mosquitto_in, wait_until
from wire import topics
from wire.messages import Ack


@pytest.fixture
def centre(mosquitto: Broker) -> Iterator[SmallCentre]:
    centre = SmallCentre(broker=mosquitto).start()
    yield centre
    centre.stop()


def all_of(count: int) -> list[int]:
    return list(range(1, count + 1))


def test_what_the_centre_has_is_deleted(centre: SmallCentre, mosquitto: Broker, tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    outbox.append([a_record(n) for n in range(1234)])
    with publishing(outbox, broker_settings(mosquitto, tmp_path, resend_s=60.0)) as publisher:
        wait_until(lambda: outbox.counters().pending == 0, what="outbox empty")
        assert publisher.state.protocol == "5"
        wait_until(lambda: centre.beats and centre.beats[-1].acked == 1234, what="heartbeat tells the figures")
    assert centre.seqs("gw-1", outbox.epoch) == all_of(1234)
    assert centre.copies == 0
    assert centre.births[0].newest == 1234
    assert outbox.counters().acked == 1234
    outbox.close()


def test_nothing_is_deleted_without_the_centres_word(mosquitto: Broker, tmp_path: Path) -> None:
    """The broker takes and acknowledges everything; the centre is silent."""
    centre = SmallCentre(broker=mosquitto).start()
    outbox = an_outbox(tmp_path)
    outbox.append([a_record(n) for n in range(50)])
    with publishing(outbox, broker_settings(mosquitto, tmp_path)) as publisher:
        wait_until(lambda: publisher.state.synced, what="the centre has greeted")
        centre.mute = True
        outbox.append([a_record(n) for n in range(50, 100)])
        wait_until(lambda: centre.copies > 0, what="sent again for lack of an ack")
        assert outbox.pending(0, 1000)[-1].seq == 100
        centre.mute = False
        wait_until(lambda: outbox.counters().pending == 0, what="outbox empty")
    assert centre.seqs("gw-1", outbox.epoch) == all_of(100)
    centre.stop()
    outbox.close()


def test_bulk_waits_for_a_centre(mosquitto: Broker, tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    outbox.append([a_record(n) for n in range(10)])
    with publishing(outbox, broker_settings(mosquitto, tmp_path)) as publisher:
        wait_until(lambda: publisher.state.connected, what="connected")
        assert publisher.state.frames_sent == 0
        centre = SmallCentre(broker=mosquitto).start()
        wait_until(lambda: outbox.counters().pending == 0, what="outbox empty")
    centre.stop()
    outbox.close()


def test_broker_killed_and_started_again(centre: SmallCentre, mosquitto: Broker, tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    with publishing(outbox, broker_settings(mosquitto, tmp_path)):
        for burst in range(3):
            outbox.append([a_record(n) for n in range(burst * 3000, (burst + 1) * 3000)])
            wait_until(lambda: outbox.counters().acked > burst * 3000, what="some acknowledged")  # noqa: B023
            mosquitto.kill()
            outbox.append([a_record(9999)])
            mosquitto.start()
        wait_until(lambda: outbox.counters().pending == 0, what="outbox empty", timeout_s=30)
    assert centre.seqs("gw-1", outbox.epoch) == all_of(9003)
    outbox.close()


def test_centre_away_and_back(mosquitto: Broker, tmp_path: Path) -> None:
    centre = SmallCentre(broker=mosquitto).start()
    outbox = an_outbox(tmp_path)
    with publishing(outbox, broker_settings(mosquitto, tmp_path)) as publisher:
        outbox.append([a_record(1)])
        wait_until(lambda: outbox.counters().pending == 0, what="first record acknowledged")
        centre.stop()
        wait_until(lambda: not publisher.state.host_online, what="publisher knows the centre is away")
        sent = publisher.state.frames_sent
        outbox.append([a_record(n) for n in range(2, 500)])
        assert publisher.state.frames_sent == sent
        centre.start()
        wait_until(lambda: outbox.counters().pending == 0, what="outbox empty")
    assert centre.seqs("gw-1", outbox.epoch) == all_of(499)
    centre.stop()
    outbox.close()


@pytest.mark.parametrize(
    ("epoch", "hi"), [("another-epoch", 3), (None, 0)], ids=["ack of another epoch", "ack that says nothing"]
)
def test_acks_that_delete_nothing(
    centre: SmallCentre, mosquitto: Broker, tmp_path: Path, epoch: str | None, hi: int
) -> None:
    outbox = an_outbox(tmp_path)
    with publishing(outbox, broker_settings(mosquitto, tmp_path)) as publisher:
        wait_until(lambda: publisher.state.synced, what="synced")
        centre.mute = True
        outbox.append([a_record(n) for n in range(5)])
        centre.say("gw-1", Ack(epoch=epoch or outbox.epoch, hi=hi))
        wait_until(lambda: centre.copies > 0, what="sent again")
        assert len(outbox.pending(0, 10)) == 5
    outbox.close()


def test_a_centre_that_knows_more_than_we_sent_starts_a_new_epoch(
    centre: SmallCentre, mosquitto: Broker, tmp_path: Path
) -> None:
    """A cloned or restored store, or a forged ack: nothing is deleted, what waits goes on under a new epoch."""
    outbox = an_outbox(tmp_path)
    before = outbox.epoch
    with publishing(outbox, broker_settings(mosquitto, tmp_path)) as publisher:
        wait_until(lambda: publisher.state.synced, what="synced")
        centre.mute = True
        outbox.append([a_record(n) for n in range(5)])
        centre.say("gw-1", Ack(epoch=before, hi=77))
        wait_until(lambda: outbox.epoch != before, what="new epoch")
        assert [r.kind for r in outbox.pending(0, 10)] == ["camera_event"] * 5 + ["store_lost"]
        centre.mute = False
        wait_until(lambda: outbox.counters().pending == 0, what="outbox empty")
    assert centre.seqs("gw-1", outbox.epoch) == all_of(6)
    outbox.close()


def test_what_this_life_never_sent_is_not_deleted_on_an_older_ones_word(
    centre: SmallCentre, mosquitto: Broker, tmp_path: Path
) -> None:
    """Yesterday's copy of the store, filled on and started again: its numbers are known, its records are not."""
    outbox = an_outbox(tmp_path)
    outbox.append([a_record(n) for n in range(5)])
    centre.gone["gw-1", outbox.epoch] = {1, 2, 3}
    with publishing(outbox, broker_settings(mosquitto, tmp_path)):
        wait_until(lambda: outbox.counters().pending == 0, what="outbox empty")
    assert centre.seqs("gw-1", outbox.epoch) == all_of(5)
    outbox.close()


def test_need_is_sent_at_once(centre: SmallCentre, mosquitto: Broker, tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    with publishing(outbox, broker_settings(mosquitto, tmp_path, resend_s=30.0)) as publisher:
        wait_until(lambda: publisher.state.synced, what="synced")
        centre.mute = True
        outbox.append([a_record(n) for n in range(5)])
        wait_until(lambda: centre.frames > 0, what="sent once")
        centre.say("gw-1", Ack(epoch=outbox.epoch, hi=0, need=3))
        wait_until(lambda: centre.copies >= 3, what="3, 4 and 5 sent again", timeout_s=5)
        centre.mute = False
        outbox.append([a_record(6)])
        wait_until(lambda: outbox.counters().pending == 0, what="outbox empty")
    outbox.close()


def test_a_centre_that_asks_for_what_it_had_acknowledged_is_told_what_is_gone(
    centre: SmallCentre, mosquitto: Broker, tmp_path: Path
) -> None:
    """It was set back to an older state; without a birth it would wait for ever for what nobody holds."""
    outbox = an_outbox(tmp_path)
    outbox.append([a_record(n) for n in range(5)])
    with publishing(outbox, broker_settings(mosquitto, tmp_path)):
        wait_until(lambda: outbox.counters().acked == 5, what="acknowledged")
        births = len(centre.births)
        centre.say("gw-1", Ack(epoch=outbox.epoch, hi=2, need=3))
        wait_until(lambda: len(centre.births) > births, what="birth")
        assert (centre.births[-1].oldest, centre.births[-1].newest) == (0, 5)
        outbox.append([a_record(6)])
        wait_until(lambda: outbox.counters().acked == 6, what="goes on")
    outbox.close()


def test_a_centre_whose_clock_went_back_is_still_heard(mosquitto: Broker, tmp_path: Path) -> None:
    centre = SmallCentre(broker=mosquitto, session=1000).start()
    outbox = an_outbox(tmp_path)
    with publishing(outbox, broker_settings(mosquitto, tmp_path)) as publisher:
        wait_until(lambda: publisher.state.synced, what="synced")
        centre.stop()
        wait_until(lambda: not publisher.state.host_online, what="centre away")
        centre.session = 7
        centre.start()
        outbox.append([a_record(1)])
        wait_until(lambda: outbox.counters().acked == 1, what="acknowledged")
    centre.stop()
    outbox.close()


def test_a_broker_that_answers_no_publish_costs_a_connection_and_no_memory(mosquitto: Broker, tmp_path: Path) -> None:
    link = connect(broker_settings(mosquitto, tmp_path), client_id="gw-1", will=None, protocol="5")
    topic = topics.up("gw-1", "data")
    for _ in range(UNANSWERED_MAX):
        link.publish(topic, b"x", qos=1)
    with pytest.raises(BrokerError, match="250 messages and no answer; expected PUBACK"):
        link.publish(topic, b"x", qos=1)
    while len(link.events) < UNANSWERED_MAX:
        link.turn(0.05)
    link.publish(topic, b"x", qos=1)
    link.close()


def test_records_given_up_by_policy_do_not_stop_the_stream(
    centre: SmallCentre, mosquitto: Broker, tmp_path: Path
) -> None:
    outbox = an_outbox(tmp_path, cap_bytes=1 << 20)
    outbox.append([a_record(n, kind="face_reading", text="x" * 900) for n in range(2000)])
    dropped = outbox.evict()
    outbox.append([a_record(n) for n in range(10)])
    with publishing(outbox, broker_settings(mosquitto, tmp_path)):
        wait_until(lambda: outbox.counters().pending == 0, what="outbox empty")
    assert 0 < dropped < 2000
    assert outbox.counters().evicted == dropped
    assert centre.seqs("gw-1", outbox.epoch) == list(range(dropped + 1, 2012))
    assert centre.watermark("gw-1", outbox.epoch) == 2011
    outbox.close()


def test_a_broker_that_speaks_3_1_1_only(amqtt_broker: Broker, tmp_path: Path) -> None:
    centre = SmallCentre(broker=amqtt_broker).start()
    outbox = an_outbox(tmp_path)
    outbox.append([a_record(n) for n in range(500)])
    with publishing(outbox, broker_settings(amqtt_broker, tmp_path)) as publisher:
        wait_until(lambda: outbox.counters().pending == 0, what="outbox empty")
        assert publisher.state.protocol == "3.1.1"
    assert centre.seqs("gw-1", outbox.epoch) == all_of(500)
    centre.stop()
    outbox.close()


def test_a_wrong_password_is_told(mosquitto: Broker, tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    settings = broker_settings(mosquitto, tmp_path)
    (tmp_path / "gw-1.password").write_text("wrong\n")
    with publishing(outbox, settings) as publisher:
        wait_until(lambda: "expected user and password" in publisher.state.problem, what="problem told")
    outbox.close()


def test_a_record_that_the_centre_could_never_open_is_set_aside(
    centre: SmallCentre, mosquitto: Broker, tmp_path: Path
) -> None:
    outbox = an_outbox(tmp_path)
    outbox.append([a_record(1), a_record(2, text="x" * (1 << 20)), a_record(3)])  # packs well, unpacks beyond the cap
    outbox.append([a_record(4, text=random.Random(5).randbytes(300_000).hex())])  # does not even pack
    with publishing(outbox, broker_settings(mosquitto, tmp_path)):
        wait_until(lambda: outbox.counters().pending == 0, what="outbox empty")
    assert centre.seqs("gw-1", outbox.epoch) == [1, 3, 5, 6]
    assert outbox.counters().refused == 2
    outbox.close()


def test_a_broker_that_takes_small_packets_only(tmp_path: Path) -> None:
    """Frames are split to what it takes; a record that never fits is set aside with a tombstone, and stops nobody."""
    broker = mosquitto_in(tmp_path)
    config = tmp_path / "mosquitto.conf"
    config.write_text(config.read_text().replace("max_packet_size 1048576", "max_packet_size 3000"))
    broker.start()
    centre = SmallCentre(broker=broker).start()
    outbox = an_outbox(tmp_path / "gw")
    noise = random.Random(5)
    outbox.append([a_record(n, text=noise.randbytes(200).hex()) for n in range(100)])
    outbox.append([a_record(101, text=noise.randbytes(6000).hex()), a_record(102)])
    with publishing(outbox, broker_settings(broker, tmp_path)):
        wait_until(lambda: outbox.counters().pending == 0, what="outbox empty")
    assert centre.seqs("gw-1", outbox.epoch) == [*range(1, 101), 102, 103]
    assert centre.stored[("gw-1", outbox.epoch, 103)].kind == "tombstone"
    assert outbox.counters().refused == 1
    centre.stop()
    broker.kill()
    outbox.close()
