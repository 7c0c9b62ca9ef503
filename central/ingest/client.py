"""paho's client as the centre uses it: it tells when it ends, and asks nothing of a broker that the broker cannot."""

from __future__ import annotations

import logging
from threading import Event

import paho.mqtt.client as mqtt
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.properties import Properties

log = logging.getLogger(__name__)

UNSUPPORTED_WILL = frozenset({0x9A, 0x9B})  # a broker without retained messages, or without QoS 1


class BrokerClient(mqtt.Client):
    """Of one connection. What the broker can is known once it has answered; until then all is taken for possible."""

    ended: Event
    max_qos = 2
    retains = True

    def loop_forever(self, timeout: float = 1.0, retry_first_connection: bool = False) -> MQTTErrorCode:
        """What the network thread runs; `ended` is set however it ends."""
        try:
            return super().loop_forever(timeout, retry_first_connection)
        except Exception:
            log.exception("network thread of the broker connection broke")
            return MQTTErrorCode.MQTT_ERR_UNKNOWN
        finally:
            self.ended.set()

    def learn(self, properties: Properties | None) -> None:
        """What the broker's answer to CONNECT says that it can; nothing under MQTT 3.1.1."""
        self.max_qos = getattr(properties, "MaximumQoS", 2)
        self.retains = bool(getattr(properties, "RetainAvailable", 1))

    def say(
        self, topic: str, payload: bytes, *, retain: bool = False, properties: Properties | None = None
    ) -> mqtt.MQTTMessageInfo:
        """Publish at QoS 1, as far as the broker knows it and retained messages: what goes beyond ends a connection.

        Correctness hangs on neither: what is lost or not kept is said again.
        """
        return self.publish(
            topic, payload, qos=min(1, self.max_qos), retain=retain and self.retains, properties=properties
        )
