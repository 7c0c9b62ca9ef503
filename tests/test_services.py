"""The fixtures themselves: brokers let the right users in, and come back after a kill."""

from __future__ import annotations

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.services import Broker, wait_until


def _connects(broker: Broker, *, user: str, password: str, protocol: int = mqtt.MQTTv311) -> bool:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=user, protocol=protocol)  # type: ignore[arg-type]
    client.username_pw_set(user, password)
    verdicts: list[bool] = []
    client.on_connect = lambda _c, _u, _f, reason, _p: verdicts.append(not reason.is_failure)
    client.on_disconnect = lambda _c, _u, _f, _r, _p: verdicts.append(False)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    wait_until(lambda: verdicts, what="connack")
    client.disconnect()
    client.loop_stop()
    return verdicts[0]


@pytest.mark.parametrize("name", ["mosquitto", "amqtt_broker"])
def test_a_broker_lets_in_who_has_the_password(name: str, request: pytest.FixtureRequest) -> None:
    broker: Broker = request.getfixturevalue(name)
    assert _connects(broker, user="gw-1", password=broker.users["gw-1"])
    assert not _connects(broker, user="gw-1", password="wrong")
    broker.kill()
    broker.start()
    assert _connects(broker, user="centre", password=broker.users["centre"])
