"""What a broker says at CONNACK is obeyed: how many messages, how large, which QoS, whether anything is retained."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge_agent.connection import INFLIGHT_MAX, Will, WillRefusedError, connect
from edge_agent.errors import BrokerError
from edge_agent.settings import Broker as BrokerSettings
from tests.edge_agent.build import a_record, an_outbox, broker_settings, publishing
from tests.edge_agent.small_centre import SmallCentre
from tests.services import Broker, mosquitto_in, wait_until
from wire import topics

BrokerWith = Callable[..., Broker]


@pytest.fixture
def broker_with(tmp_path: Path) -> Iterator[BrokerWith]:
    """A mosquitto with lines of its own in its configuration."""
    brokers = []

    def started(*lines: str, without: str = "") -> Broker:
        broker = mosquitto_in(tmp_path)
        config = tmp_path / "mosquitto.conf"
        kept = [line for line in config.read_text().splitlines() if not without or not line.startswith(without)]
        config.write_text("\n".join([*kept, *lines]) + "\n")
        brokers.append(broker.start())
        return broker

    yield started
    for broker in brokers:
        broker.kill()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"username": "gw-1", "password_file": "none"}, "no password, none: at"),
        ({"url": f"mqtt://{'a' * 70}.example"}, "no host name"),
    ],
)
def test_what_no_broker_can_be_reached_with_is_told(changed: dict[str, str], told: str) -> None:
    settings = BrokerSettings.model_validate({"url": "mqtt://127.0.0.1:9"} | changed)
    with pytest.raises(BrokerError, match=told):
        connect(settings, client_id="gw-1", will=None, protocol="5")


@pytest.mark.parametrize(("limit", "room"), [(7, 7), (5000, INFLIGHT_MAX)])
def test_receive_maximum(broker_with: BrokerWith, tmp_path: Path, limit: int, room: int) -> None:
    broker = broker_with(f"max_inflight_messages {limit}", without="max_inflight_messages")
    link = connect(broker_settings(broker, tmp_path), client_id="gw-1", will=None, protocol="5")
    assert link.room == room
    link.publish(topics.up("gw-1", "data"), b"x", qos=1)
    assert link.room == room - 1
    while not link.events:
        link.turn(0.05)
    assert link.room == room
    link.close()


@pytest.mark.parametrize("limit", [1, 3, 12])
def test_a_backlog_through_a_narrow_broker(broker_with: BrokerWith, tmp_path: Path, limit: int) -> None:
    broker = broker_with(f"max_inflight_messages {limit}", without="max_inflight_messages")
    centre = SmallCentre(broker=broker).start()
    outbox = an_outbox(tmp_path / "gw")
    outbox.append([a_record(n) for n in range(8000)])
    with publishing(outbox, broker_settings(broker, tmp_path)):
        wait_until(lambda: outbox.counters().pending == 0, what="outbox empty")
    assert centre.seqs("gw-1", outbox.epoch) == list(range(1, 8001))
    centre.stop()
    outbox.close()


@pytest.mark.parametrize("line", ["retain_available false", "max_qos 0"])
def test_a_broker_that_can_do_less_carries_records_all_the_same(
    broker_with: BrokerWith, tmp_path: Path, line: str
) -> None:
    broker = broker_with(line)
    settings = broker_settings(broker, tmp_path)
    will = Will(topic=topics.up("gw-1", "state"), payload=b"gone")
    with pytest.raises(WillRefusedError, match="expected a will the broker can keep"):
        connect(settings, client_id="gw-1", will=will, protocol="5")
    centre = SmallCentre(broker=broker, plain=True).start()
    outbox = an_outbox(tmp_path / "gw")
    outbox.append([a_record(n) for n in range(300)])
    with publishing(outbox, settings):
        wait_until(lambda: (centre.say_online(), outbox.counters().pending == 0)[1], what="outbox empty")  # type: ignore[func-returns-value]
    assert centre.seqs("gw-1", outbox.epoch) == list(range(1, 301))
    centre.stop()
    outbox.close()
