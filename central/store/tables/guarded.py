"""Who delivered what, provably: signatures of frames, refusals, times put right, and loss that is known."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from central.store.tables.columns import big, long_text, serial


class SecurityEvent(SQLModel, table=True):
    """Something was refused, or claimed what it must not. The same again counts up; `gateway` '' = nobody known."""

    __tablename__: ClassVar[str] = "security_event"
    __table_args__ = (Index("uq_security_event_said", "code", "gateway", "detail", unique=True),)
    id: int | None = serial()
    code: str
    gateway: str = ""
    detail: str = long_text()
    times: int = big(default=1)
    first_at: int = big()
    last_at: int = big(index=True)


class FrameProof(SQLModel, table=True):
    """What a gateway signed of its records lo..hi: links before and after them, and the signature, all in hex."""

    __tablename__: ClassVar[str] = "frame_proof"
    __table_args__ = (Index("ix_frame_proof_hi", "gateway", "epoch", "hi"),)
    gateway: str = Field(primary_key=True)
    epoch: str = Field(primary_key=True)
    lo: int = big(primary_key=True)
    hi: int = big(primary_key=True)
    prev: str
    end_link: str
    sig: str
    public_key: str


class ClockMap(SQLModel, table=True):
    """Record `seq` said: records lo..hi of its epoch whose clock was not synced were stamped `add_ms` too early."""

    __tablename__: ClassVar[str] = "clock_map"
    gateway: str = Field(primary_key=True)
    epoch: str = Field(primary_key=True)
    seq: int = big(primary_key=True)
    lo: int = big()
    hi: int = big()
    add_ms: int = big()


class KnownLoss(SQLModel, table=True):
    """Records lo..hi of an epoch that its gateway says are lost, and why; `ref` is the record that said so.

    `hi` NULL: how far that store had come is not known.
    """

    __tablename__: ClassVar[str] = "known_loss"
    gateway: str = Field(primary_key=True)
    epoch: str = Field(primary_key=True)
    lo: int = big(primary_key=True)
    ref: str = Field(primary_key=True)
    hi: int | None = big(default=None)
    reason: str = long_text()
    told_at: int = big()
