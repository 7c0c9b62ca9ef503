"""Edge process of the delivery bench: our outbox and publisher; `puback` deletes when the broker has a frame."""

from __future__ import annotations

import sys
import threading
import time
from random import Random
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from bench.rivals.job import AT, Job, asked, body_of, produce
from edge_agent import clock
from edge_agent.buffer.opening import open_outbox
from edge_agent.buffer.outbox import NewRecord, Outbox
from edge_agent.publisher import Identity, Publisher, Vitals
from edge_agent.settings import Broker
from wire import topics
from wire.codec import encode_sealed, split_sealed
from wire.messages import Frame
from wire.signing import load_signer

KINDS = {"small": "bench", "face": "face_reading"}


def new_records(job: Job, numbers: range) -> list[NewRecord]:
    """Records of a batch as the agent appends them."""
    kind = KINDS[job.kind]
    return [NewRecord(kind=kind, at=AT + n * 1000, clock="synced", body=body_of(job.kind, n)) for n in numbers]


def publisher_of(outbox: Outbox, job: Job) -> Publisher:
    """The product's own sending loop."""
    secret = job.folder / "secret"
    secret.write_text(job.password)
    secret.chmod(0o600)
    return Publisher(
        outbox,
        Broker(
            url=f"mqtt://127.0.0.1:{job.port}",
            username=job.gateway,
            password_file=secret,
            retry_min_s=0.2,
            retry_max_s=1.0,
        ),
        Identity(gateway=job.gateway, boot="b", software="bench", model_sha256="", cameras=()),
        vitals=lambda: Vitals(clock="synced", disk_free_bytes=0, cameras=()),
        wall=clock.wall,
        random=Random(1),
        sign=load_signer(job.folder / "key.pem").sign if job.signed else None,
    )


def ours(job: Job) -> None:
    """Append in one thread, send in another, until nothing waits."""
    outbox = open_outbox(job.folder, gateway=job.gateway, now_ms=clock.wall_ms)
    stop = threading.Event()
    sender = threading.Thread(target=publisher_of(outbox, job).run, args=(stop,))
    sender.start()
    produce(job, lambda numbers: _append(outbox, job, numbers))
    while outbox.counters().pending:
        time.sleep(0.05)
    stop.set()
    sender.join()


def _append(outbox: Outbox, job: Job, numbers: range) -> None:
    outbox.append(new_records(job, numbers))


def puback(job: Job) -> None:
    """The same outbox; paho with a persistent session, records deleted when the broker says that it has them."""
    outbox = open_outbox(job.folder, gateway=job.gateway, now_ms=clock.wall_ms)
    done = threading.Event()
    sender = threading.Thread(target=_delete_on_puback, args=(outbox, job, done))
    sender.start()
    produce(job, lambda numbers: _append(outbox, job, numbers))
    done.set()
    sender.join()


def _delete_on_puback(outbox: Outbox, job: Job, done: threading.Event) -> None:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=job.gateway, clean_session=False)
    client.username_pw_set(job.gateway, job.password)
    client.max_inflight_messages_set(60)
    sent: dict[int, int] = {}
    taken = [0]

    def gone(_client: Any, _data: Any, mid: int, *_: Any) -> None:
        if mid in sent:
            taken[0] = max(taken[0], sent.pop(mid))

    client.on_publish = gone
    client.reconnect_delay_set(1, 1)
    client.connect("127.0.0.1", job.port)
    client.loop_start()
    cursor = deleted = 0
    while not done.is_set() or deleted < outbox.newest:
        if len(sent) < 60 and client.is_connected():
            for records in split_sealed(outbox.pending(cursor, 3000)):
                cursor = records[-1].seq
                head = Frame(
                    gw=job.gateway, epoch=outbox.epoch, lo=records[0].seq, hi=cursor, boot="b", sent_at=1, recs=()
                )
                info = client.publish(topics.up(job.gateway, "data"), encode_sealed(head, records), qos=1)
                sent[info.mid] = cursor
        if taken[0] > deleted:
            deleted = taken[0]
            outbox.acked(deleted)
        time.sleep(0.005)
    client.disconnect()
    client.loop_stop()


if __name__ == "__main__":
    (puback if sys.argv[2:] == ["puback"] else ours)(asked())
