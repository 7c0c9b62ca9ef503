"""Gateways and what they delivered."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from central.store.tables.columns import big, long_text, serial

_IS_TOMBSTONE = text("kind = 'tombstone'")


class Gateway(SQLModel, table=True):
    """A registered gateway; only the SHA-256 of its token is kept. Frames of any other gateway become dead letters.

    With a `public_key` (Ed25519, hex) its frames must be signed by it; NULL = not enrolled, unsigned frames are taken.
    Nothing of a gateway with `revoked_at` is taken.
    """

    id: str = Field(primary_key=True)
    token_sha256: str
    registered_at: int = big()
    retired_at: int | None = big(default=None)
    public_key: str | None = None
    revoked_at: int | None = big(default=None)


class GatewayStatus(SQLModel, table=True):
    """What a gateway last said of itself (birth, beat, presence): a claim, not a fact of delivery."""

    __tablename__: ClassVar[str] = "gateway_status"
    gateway: str = Field(primary_key=True)
    online: bool = False
    session: int = big(default=0)
    epoch: str = ""
    boot: str = ""
    clock: str = "unknown"
    software: str = ""
    model_sha256: str = ""
    oldest_seq: int = big(default=0)
    produced: int = big(default=0)
    acked: int = big(default=0)
    oldest_age_ms: int = big(default=0)
    disk_free_bytes: int = big(default=0)
    last_seen_at: int = big(default=0)
    in_flight: int | None = big(default=None)
    tombstoned: int | None = big(default=None)
    clock_offset_ms: int | None = big(default=None)
    security: int | None = big(default=None)
    degraded: str = long_text(default="")


class Camera(SQLModel, table=True):
    """A camera as seen through its gateway."""

    gateway: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    last_observed_at: int | None = big(default=None)
    registration: str | None = None
    frame_age_ms: int = big(default=-1)
    inference_age_ms: int = big(default=-1)
    reported_at: int = big(default=0)


class Stream(SQLModel, table=True):
    """Delivery state of one epoch of one gateway: everything up to `watermark` is stored or known to be lost."""

    gateway: str = Field(primary_key=True)
    epoch: str = Field(primary_key=True)
    watermark: int = big(default=0)
    stored: int = big(default=0)
    duplicates: int = big(default=0)
    first_received_at: int = big()
    last_received_at: int = big()


class ReceivedRange(SQLModel, table=True):
    """A range lo..hi stored beyond the watermark of its stream; ranges of a stream neither overlap nor touch."""

    __tablename__: ClassVar[str] = "received_range"
    gateway: str = Field(primary_key=True)
    epoch: str = Field(primary_key=True)
    lo: int = big(primary_key=True)
    hi: int = big()


class Record(SQLModel, table=True):
    """One record as the edge made it durable, once. Key (gateway, epoch, seq); its ref is 'gateway/epoch/seq'."""

    __table_args__ = (
        Index("ix_record_tombstone", "gateway", sqlite_where=_IS_TOMBSTONE, postgresql_where=_IS_TOMBSTONE),
    )
    gateway: str = Field(primary_key=True)
    epoch: str = Field(primary_key=True)
    seq: int = big(primary_key=True)
    kind: str
    at: int = big()
    clock: str
    hash: str
    body: str = long_text()
    received_at: int = big()


class DeadLetter(SQLModel, table=True):
    """Bytes that could not be taken, with the reason; the same bytes again only count in `times`.

    A row with a `seq` is one bad record of a good frame (its record is stored too); a row with `lo`..`hi` and no
    payload is a range that the gateway says it holds no more: known loss. `size_bytes` is the whole size, also if cut.
    `replayed_at` = when what it holds was taken after all.
    """

    __tablename__: ClassVar[str] = "dead_letter"
    __table_args__ = (Index("uq_dead_letter_bytes", "topic", "sha256", "code", unique=True),)
    id: int | None = serial()
    received_at: int = big(index=True)
    topic: str
    gateway: str | None = Field(default=None, index=True)
    epoch: str | None = None
    seq: int | None = big(default=None)
    lo: int | None = big(default=None)
    hi: int | None = big(default=None)
    code: str
    reason: str = long_text()
    sha256: str
    size_bytes: int
    payload: bytes = Field(sa_type=LargeBinary)
    times: int = big(default=1)
    replayed_at: int | None = big(default=None)


class IdentityConflict(SQLModel, table=True):
    """The same key came with other content (cloned disk, restored backup): the first stays, the second is kept here.

    `stored_hash` '': signed by its gateway in another history than what is stored beside it; nothing was here then.
    """

    __tablename__: ClassVar[str] = "identity_conflict"
    gateway: str = Field(primary_key=True)
    epoch: str = Field(primary_key=True)
    seq: int = big(primary_key=True)
    hash: str = Field(primary_key=True)
    stored_hash: str
    kind: str
    at: int = big()
    body: str = long_text()
    received_at: int = big()
