"""A gateway without cameras: `python -m tests.faults.edge_process JOB.json` produces, keeps and sends until killed."""

from __future__ import annotations

import json
import logging
import signal
import sys
import time
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from threading import Event, Thread

from edge_agent.buffer.opening import lock_folder, open_outbox
from edge_agent.buffer.outbox import Outbox
from edge_agent.clock import wall, wall_ms
from edge_agent.publisher import Identity, Publisher, Vitals
from edge_agent.settings import Broker
from tests.faults.ledger import Entry, Ledger, record_of
from tests.faults.puback import DeleteOnPuback

QUIET = "quiet"
TICK_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What the process is to do. It produces `rate` records/s while no file `quiet` lies in its folder.

    `mode`: `ours`, or `puback` for the same edge that believes the broker's acknowledgement.
    """

    folder: str
    gateway: str
    url: str
    password: str
    rate: int
    mode: str = "ours"
    cap_bytes: int = 2 << 30

    def write(self, path: Path) -> None:
        """As JSON, for the process's command line."""
        path.write_text(json.dumps(asdict(self)))


def produce(outbox: Outbox, ledger: Ledger, job: Job, stop: Event) -> None:
    """Append in ticks; after each append has returned, and not before, the ledger says so."""
    quiet = Path(job.folder) / QUIET
    batch = max(1, int(job.rate * TICK_S))
    due = time.monotonic()
    while not stop.is_set():
        due = max(due + TICK_S, time.monotonic() - 1.0)
        if not quiet.exists():
            first = ledger.next
            outbox.evict()
            epoch = outbox.epoch
            seqs = outbox.append([record_of(job.gateway, first + i) for i in range(batch)])
            ledger.commit(Entry(first=first, count=batch, epoch=epoch, seq_lo=seqs[0]))
        stop.wait(max(0.0, due - time.monotonic()))


def settings_of(job: Job) -> Broker:
    """Short waits: the lab's outages are short too."""
    password = Path(job.folder) / "password"
    password.touch(0o600)
    password.write_text(job.password)
    waits = {"retry_min_s": 0.1, "retry_max_s": 1.0, "resend_s": 1.0, "beat_s": 2.0, "keepalive_s": 5}
    login = {"url": job.url, "username": job.gateway, "password_file": password, "connect_timeout_s": 5.0}
    return Broker.model_validate(login | waits)


def sender(outbox: Outbox, job: Job) -> Publisher | DeleteOnPuback:
    """Ours, or the one that loses."""
    if job.mode == "puback":
        return DeleteOnPuback(outbox, url=job.url, gateway=job.gateway, password=job.password)
    who = Identity(gateway=job.gateway, boot=uuid.uuid4().hex, software="lab", model_sha256="", cameras=())
    return Publisher(
        outbox,
        settings_of(job),
        who,
        vitals=lambda: Vitals(clock="synced", disk_free_bytes=0, cameras=()),
        wall=wall,
        random=Random(),
    )


def main() -> int:
    """Until SIGTERM or a kill; an end of its own accord is a fault that the harness reports."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    job = Job(**json.loads(Path(sys.argv[1]).read_text()))
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    folder = Path(job.folder)
    lock = lock_folder(folder)
    outbox = open_outbox(folder, gateway=job.gateway, now_ms=wall_ms, cap_bytes=job.cap_bytes)
    sending = Thread(target=sender(outbox, job).run, args=(stop,))
    sending.start()
    produce(outbox, Ledger(folder), job, stop)
    sending.join()
    outbox.close()
    lock.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
