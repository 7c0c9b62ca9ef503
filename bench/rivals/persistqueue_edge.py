"""Edge process of the delivery bench, in the peers' environment: persist-queue's SQLiteAckQueue and paho.

Kinder to it than its users are: 200 records travel in one message, and are acknowledged when the broker has them.
"""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import paho.mqtt.client as mqtt
import persistqueue  # type: ignore[import-not-found]
from paho.mqtt.enums import CallbackAPIVersion

from bench.rivals.job import Job, asked, body_of, produce

IN_FLIGHT = 20
BATCH = 200


def main(job: Job) -> None:
    """Put in one thread; get, publish and ack in another."""
    queue = persistqueue.SQLiteAckQueue(str(job.folder / "queue"), multithreading=True, auto_commit=True)
    done = threading.Event()
    sender = threading.Thread(target=send, args=(queue, job, done))
    sender.start()
    produce(job, lambda numbers: put(queue, job, numbers))
    done.set()
    sender.join()


def put(queue: Any, job: Job, numbers: range) -> None:
    """Each item is durable when it is put."""
    for n in numbers:
        queue.put({"n": n, "body": body_of(job.kind, n)})


def send(queue: Any, job: Job, done: threading.Event) -> None:
    """Until the queue is empty and nothing is on its way."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=job.gateway, clean_session=False)
    client.username_pw_set(job.gateway, job.password)
    sent: dict[int, list[Any]] = {}
    taken: list[int] = []
    client.on_publish = lambda _c, _d, mid, *_: taken.append(mid)
    client.reconnect_delay_set(1, 1)
    client.connect("127.0.0.1", job.port)
    client.loop_start()
    while not done.is_set() or sent or queue.size:
        for mid in [mid for mid in list(taken) if mid in sent]:
            taken.remove(mid)
            for item in sent.pop(mid):
                queue.ack(id=item["pqid"])
        items = gather(queue) if len(sent) < IN_FLIGHT and client.is_connected() else []
        if not items:
            time.sleep(0.005)
            continue
        payload = json.dumps({"gw": job.gateway, "recs": [item["data"] for item in items]})
        sent[client.publish(f"siteprogress/v1/{job.gateway}/up/data", payload, qos=1).mid] = items
    client.disconnect()
    client.loop_stop()


def gather(queue: Any) -> list[Any]:
    """Up to a batch of what waits."""
    items: list[Any] = []
    while len(items) < BATCH and queue.size:
        items.append(queue.get(block=False, raw=True))
    return items


if __name__ == "__main__":
    main(asked())
