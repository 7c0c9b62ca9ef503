"""A careful consumer for the peers that have none: each batch committed (WAL, FULL) before the broker is told.

`python -m bench.rivals.sink PORT PASSWORD DATABASE`. A record counts once, whatever comes twice.
"""

from __future__ import annotations

import json
import queue
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

BATCH_MESSAGES_MAX = 50
ASKED, ANSWER = "v1/devices/me/rpc/request/", "v1/devices/me/rpc/response/"
TOPICS = ["siteprogress/v1/+/up/data", "v1/gateway/telemetry", f"{ASKED}+"]
NO_LIMITS = json.dumps({"rateLimits": {}, "gatewayRateLimits": {}, "maxInflightMessages": 100})


def main(port: int, password: str, path: str) -> None:
    """Until killed."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute(
        "CREATE TABLE IF NOT EXISTS record (gateway TEXT, n INTEGER, body TEXT, PRIMARY KEY (gateway, n)) WITHOUT ROWID"
    )
    inbox: queue.SimpleQueue[mqtt.MQTTMessage] = queue.SimpleQueue()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="sink", clean_session=False, manual_ack=True)
    client.username_pw_set("centre", password)

    def take(_client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        if message.topic.startswith(ASKED):  # the ThingsBoard gateway waits for its platform's limits: there are none
            client.publish(ANSWER + message.topic.removeprefix(ASKED), NO_LIMITS, qos=1)
            client.ack(message.mid, message.qos)
        else:
            inbox.put(message)

    def subscribe(*_: Any) -> None:
        client.subscribe([(topic, 1) for topic in TOPICS])

    def subscribed(*_: Any) -> None:
        Path(f"{path}.ready").touch()

    client.on_message, client.on_connect, client.on_subscribe = take, subscribe, subscribed
    client.reconnect_delay_set(1, 1)
    client.connect("127.0.0.1", port)
    client.loop_start()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        messages = [inbox.get()]
        while len(messages) < BATCH_MESSAGES_MAX and not inbox.empty():
            messages.append(inbox.get())
        db.execute("BEGIN IMMEDIATE")
        for message in messages:
            db.executemany("INSERT OR IGNORE INTO record VALUES (?, ?, ?)", rows(json.loads(message.payload)))
        db.execute("COMMIT")
        for message in messages:
            client.ack(message.mid, message.qos)


def rows(said: dict[str, Any]) -> list[tuple[str, int, str]]:
    """Gateway, number and body: of our peers' own envelope, or of ThingsBoard's telemetry."""
    if "recs" in said:
        return [(said["gw"], rec["n"], json.dumps(rec["body"])) for rec in said["recs"]]
    entries = ((device, entry["values"]) for device, told in said.items() for entry in told)
    return [(device, values["n"], json.dumps(values)) for device, values in entries]


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
