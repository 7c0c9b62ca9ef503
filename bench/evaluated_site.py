"""What the cameras of the evaluated year saw, told as gateways tell it, and judged as the centre judges it.

One gateway a unit looks at each of its works every Monday at ten. While the centre is off its readings wait, and come
late. The works are judged on the first of each month and when the centre is there again.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import Engine

from bench.evaluated_district import FULL_BP, Work
from central.assess import assess
from central.evaluate.calendar import at_hour
from central.ingest.commit import commit
from central.plan.calendar import midnight
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.load_facts import load_facts
from central.store.save_assessment import save_assessment
from wire.codec import content_hash, encode_body
from wire.messages import FaceReading, Frame, Record

LOOK_HOUR, SENT_AFTER = 10, timedelta(minutes=5)
MONDAY = 0
STAGES = ("void", "formwork", "structure", "infill", "base", "finished")
SIGMA_BP = 200
EPOCH = "e1"


@dataclass(slots=True)
class Sites:
    """All sites and how far they were told: `looked` = the last day whose looks have come, `sent` records by box."""

    engine: Engine
    works: Sequence[Work]
    looked: date
    sent: Counter[str] = field(default_factory=Counter)

    def tell(self, day: date) -> None:
        """At 00:00 of a day: what was seen since the centre last heard comes in, and the works are judged when due."""
        waited = (day - self.looked).days > 1 + 1
        for nth in range(1, (day - self.looked).days):
            self._look(self.looked + timedelta(days=nth), now=midnight(day) if waited else None)
        self.looked = day - timedelta(days=1)
        if waited or day.day == 1:
            for work in self.works:
                if work.start < day:
                    judge(self.engine, work.id, now=midnight(day))

    def _look(self, day: date, *, now: datetime | None) -> None:
        """The looks of a day, received five minutes later, or at `now`."""
        if day.weekday() != MONDAY:
            return
        seen: dict[str, list[Record]] = defaultdict(list)
        for work in self.works:
            if work.start <= day:
                box = work.gateway
                seen[box].append(_record(work, day, seq=self.sent[box] + len(seen[box]) + 1))
        received = now or at_hour(day, LOOK_HOUR) + SENT_AFTER
        frames = list(self._frames(seen))
        if frames:
            commit(self.engine, frames=frames, letters=[], now_ms=to_ms(received))

    def _frames(self, seen: dict[str, list[Record]]) -> Iterator[Frame]:
        for box, records in seen.items():
            self.sent[box] += len(records)
            recs = tuple(records)
            yield Frame(gw=box, epoch=EPOCH, lo=recs[0].seq, hi=recs[-1].seq, boot="b", sent_at=0, recs=recs)


def judge(engine: Engine, project: str, *, now: datetime) -> None:
    """As `central.reassess`, but by this year's clock, which dates the trail too: a replay has the same trail."""
    with reading(engine) as connection:
        loaded = load_facts(connection, project, now=now)
    if loaded is None:
        raise ValueError(f"project {project}: expected one with a plan")
    made = assess(loaded.facts, now=now, policy=loaded.policy, resume=loaded.resume)
    with writing(engine) as connection:
        save_assessment(connection, made, revision=loaded.revision, now_ms=to_ms(now), wall_ms=to_ms(now))


def _record(work: Work, day: date, *, seq: int) -> Record:
    at_ms, body = to_ms(at_hour(day, LOOK_HOUR)), encode_body(_reading(work, day))
    hashed = content_hash(kind="face_reading", at=at_ms, body=body)
    return Record(seq=seq, kind="face_reading", at=at_ms, clock="synced", hash=hashed, body=body)


def _reading(work: Work, day: date) -> FaceReading:
    """So much of the face is finished as was really done by the evening before; nothing of the rest is begun."""
    done = work.actual_bp(day - timedelta(days=1))
    return FaceReading(
        camera=work.camera,
        face="south",
        building=f"{work.id}-b",
        work_type="new_build",
        stages=STAGES,
        stage_shares_bp=(FULL_BP - done, 0, 0, 0, 0, done),
        completion_bp=done,
        sigma_bp=SIGMA_BP,
        coverage_bp=FULL_BP,
        top_storey=0,
        stage=((5 if done == FULL_BP else 0,),),
        stage_bp=((9_000,),),
        occluded=((0,),),
        cover=(("",),),
        quality=("ok",),
        registration="VERIFIED",
        residual_mpx=300,
        model_sha256="a" * 64,
        frame_sha256=hashlib.sha256(f"{work.id}/{day}".encode()).hexdigest(),
        evidence_sha256=None,
    )
