"""Brokers that know less than MQTT 5 allows: the centre listens, answers and orders through them all the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from central.store.engine import reading
from tests.central.ingest.test_worker import Ingest
from tests.central.plans import register
from tests.edge_agent.build import a_record, an_outbox, broker_settings, publishing
from tests.services import Broker, mosquitto_in, wait_until

LESSER = ["retain_available false", "max_qos 0", "max_qos 1", "max_packet_size 20000", "max_inflight_messages 1"]


@pytest.fixture
def lesser(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    """A mosquitto with one more line in its settings, in place of its own of that name."""
    broker = mosquitto_in(tmp_path)
    config = tmp_path / "mosquitto.conf"
    name = request.param.split()[0]
    kept = [line for line in config.read_text().splitlines() if not line.startswith(name)]
    config.write_text("\n".join([*kept, request.param, ""]))
    broker.start()
    yield broker
    broker.kill()


@pytest.mark.parametrize("lesser", LESSER, indirect=True)
def test_records_of_a_gateway_are_taken_and_answered(
    sqlite_store: Engine, lesser: Broker, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    register(sqlite_store, "gw-1")
    ingest, outbox = Ingest(sqlite_store, lesser), an_outbox(tmp_path / "gw")
    outbox.append([a_record(n) for n in range(300)])
    with publishing(outbox, broker_settings(lesser, tmp_path)) as publisher:
        wait_until(lambda: publisher.state.connected, what="the gateway at the broker")  # unkept words need a listener
        ingest.start()
        wait_until(lambda: outbox.counters().pending == 0, what="all committed by the centre")
        with reading(sqlite_store) as connection:
            assert connection.execute(text("SELECT count(*) FROM record")).scalar() == 300
        session, said_again = ingest.listener.telling()
        assert session == ingest.listener.session
        assert bool(said_again) == (request.node.callspec.params["lesser"] == "retain_available false"), (
            "orders are said again where none is kept"
        )
    ingest.stop()
    outbox.close()
