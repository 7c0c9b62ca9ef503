"""Edge process of the delivery bench: no store at all, 200 lines of text in a message, QoS 1. The unsafe limit."""

from __future__ import annotations

import json
import time
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from bench.rivals.job import Job, asked, body_of, produce

IN_FLIGHT = 100


def main(job: Job) -> None:
    """Publish each batch as it is made; wait at the end until the broker has all of them."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=job.gateway, clean_session=False)
    client.username_pw_set(job.gateway, job.password)
    client.max_inflight_messages_set(IN_FLIGHT)
    sent, taken = [0], [0]  # counts: the answer may come before publish has returned the number it is for

    def answered(*_: Any) -> None:
        taken[0] += 1

    client.on_publish = answered
    client.reconnect_delay_set(1, 1)
    client.connect("127.0.0.1", job.port)
    client.loop_start()

    def publish(numbers: range) -> None:
        while sent[0] - taken[0] >= IN_FLIGHT:
            time.sleep(0.001)
        lines = (f"{job.gateway}\t{n}\t{json.dumps(body_of(job.kind, n))}" for n in numbers)
        client.publish(f"siteprogress/v1/{job.gateway}/up/data", "\n".join(lines), qos=1)
        sent[0] += 1

    produce(job, publish)
    until = time.monotonic() + 20
    while taken[0] < sent[0] and time.monotonic() < until:
        time.sleep(0.01)
    client.disconnect()
    client.loop_stop()


if __name__ == "__main__":
    main(asked())
