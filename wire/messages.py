"""The messages, as frozen dataclasses. Integers only: basis points (bp, 1/10000), milliseconds UTC, milli-pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from annotated_types import Ge, Le, Len, MinLen
from pydantic import Field

VERSION = 1

Bp = Annotated[int, Ge(0), Le(10_000)]
Millis = Annotated[int, Ge(0), Le(253_402_300_799_999)]  # up to the year 9999
SEQ_MAX = 2**63 - 1
Seq = Annotated[int, Ge(1), Le(SEQ_MAX)]
Watermark = Annotated[int, Ge(0), Le(2**63 - 1)]
Count = Annotated[int, Ge(0), Le(2**63 - 1)]  # what any database keeps; no message says more
Offset = Annotated[int, Ge(-(2**53)), Le(2**53)]
AgeMillis = Annotated[int, Ge(-1), Le(2**63 - 1)]
Name = Annotated[str, MinLen(1), Len(1, 128)]
Hash64 = Annotated[str, Len(16, 16)]
Sha256 = Annotated[str, Len(64, 64)]
LinkHex = Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")]
SignatureHex = Annotated[str, Field(pattern=r"^([0-9a-f]{128})?$")]
Clock = Literal["synced", "free", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One fact made durable at the edge. Key: (gateway, epoch, seq). `hash` covers kind, at and body."""

    seq: Seq
    kind: Name
    at: Millis
    clock: Clock
    hash: Hash64
    body: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Contiguous records lo..hi of one epoch; what travels on up/data (live) and up/bulk (backlog).

    `prev` is the link before record lo, `sig` the gateway's signature of the one after hi (`wire.signing`), both hex;
    empty = not said.
    """

    gw: Name
    epoch: Name
    lo: Seq
    hi: Seq
    boot: Name
    sent_at: Millis
    recs: tuple[Record, ...]
    prev: LinkHex = ""
    sig: SignatureHex = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Birth:
    """Hello on each connect: what this gateway holds. The centre answers with an Ack (its watermark)."""

    gw: Name
    epoch: Name
    boot: Name
    oldest: Watermark
    newest: Watermark
    clock: Clock
    sent_at: Millis
    software: Name
    model_sha256: str
    cameras: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraHealth:
    """Age of the newest frame and the newest inference of one camera; -1 = none yet."""

    camera: Name
    frame_age_ms: AgeMillis
    inference_age_ms: AgeMillis


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """Heartbeat, QoS 0, every 30 s. None: not said.

    `in_flight` records are sent and not acknowledged, `tombstoned` ones were given up by policy in this epoch;
    `clock_offset_ms` is the centre's clock minus ours; `security` counts messages refused as forged or not for us;
    `degraded` says why records are not taken in as they should be.
    """

    gw: Name
    epoch: Name
    sent_at: Millis
    produced: Watermark
    acked: Watermark
    oldest_age_ms: Count
    disk_free_bytes: Count
    cameras: tuple[CameraHealth, ...]
    in_flight: Count | None = None
    tombstoned: Count | None = None
    clock_offset_ms: Offset | None = None
    security: Count | None = None
    degraded: Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Retained on up/state; the will says online = false for the same session number."""

    gw: Name
    online: bool
    session: Watermark


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """The centre's committed state of one epoch on down/ack. The edge deletes seq <= hi and nothing else.

    `recv` are the ranges stored beyond hi; `need` asks to send again from there; `pace` is records/s of the bulk lane
    (0 = no limit). `echo` is the `sent_at` of the birth or beat this answers and `at` the centre's clock then (ms UTC).
    `sig` is the centre's signature for this gateway (`wire.codec.ack_statement`); None = not said.
    """

    epoch: Name
    hi: Watermark
    recv: tuple[tuple[Seq, Seq], ...] = ()
    need: Seq | None = None
    pace: Watermark = 0
    echo: Millis | None = None
    at: Millis | None = None
    sig: SignatureHex | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostState:
    """Retained on host/state: whether a centre is listening. `session` grows with each start."""

    online: bool
    session: Watermark


StageIndex = Annotated[int, Ge(-1), Le(6)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceReading:
    """Body of a `face_reading` record: what one look at one work face says.

    Matrices are rows x cols, row 0 at the ground. `stage` indexes the work type's stage list, -1 = never seen.
    `completion_bp` is None when the edge abstains; `abstained` then says why. Registration residual in 1/1000 px.
    """

    camera: Name
    face: Name
    building: Name
    work_type: Literal["new_build", "renovation", "road"]
    stages: tuple[Name, ...]
    stage_shares_bp: tuple[Bp, ...]
    completion_bp: Bp | None
    sigma_bp: Bp
    coverage_bp: Bp
    top_storey: Count | None
    stage: tuple[tuple[StageIndex, ...], ...]
    stage_bp: tuple[tuple[Bp, ...], ...]
    occluded: tuple[tuple[Annotated[int, Ge(0), Le(1)], ...], ...]
    cover: tuple[tuple[str, ...], ...]
    quality: tuple[Name, ...]
    registration: Literal["VERIFIED", "UNVERIFIED", "MOVED"]
    residual_mpx: Count
    model_sha256: Sha256
    frame_sha256: Sha256
    evidence_sha256: Sha256 | None = None
    abstained: str | None = None

    def __post_init__(self) -> None:
        """Refuse matrices of unequal shape and stages outside the list: whoever reads a reading may index freely."""
        shape = [len(row) for row in self.stage]
        for name in ("stage_bp", "occluded", "cover"):
            found = [len(row) for row in getattr(self, name)]
            if found != shape:
                raise ValueError(f"{name} has rows of {found[:8]}, expected the shape of stage, {shape[:8]}")
        if not shape or min(shape) == 0 or len(set(shape)) != 1:
            raise ValueError(f"stage has rows of {shape[:8]}, expected at least one row, all equally long")
        if len(self.stage_shares_bp) != len(self.stages):
            raise ValueError(f"{len(self.stage_shares_bp)} stage_shares_bp, expected one for each of stages")
        if max(map(max, self.stage)) >= len(self.stages):
            raise ValueError(f"stage {max(map(max, self.stage))}, expected below {len(self.stages)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraEvent:
    """Body of a `camera_event` record, a device fact: `code` (moved, frozen, covered, dark, offline) begins or ends."""

    camera: Name
    code: Name
    state: Literal["begin", "end"]
    detail: str = ""
    residual_mpx: Count = 0
    frame_sha256: Sha256 | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """Body of a `tombstone` record: records lo..hi were dropped by policy; known loss is a row, never silence.

    `also` are further ranges that went with them, above hi, in order and apart; not said where there are none. A
    reader that does not know it takes lo..hi for all, and waits for the others. `count` and times are of all.
    """

    lo: Seq
    hi: Seq
    count: Seq
    reason: Name
    at_min: Millis
    at_max: Millis
    also: Annotated[tuple[tuple[Seq, Seq], ...], Len(0, 1000)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockMap:
    """Body of a `clock_map` record: records lo..hi of this epoch that are not `synced` were stamped `add_ms` too early.

    Said once a boot, when its clock is first set; the centre re-times what it derives from them.
    """

    boot: Name
    lo: Seq
    hi: Seq
    add_ms: Offset


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreLost:
    """Body of a `store_lost` record: of an older epoch's store, records lo..hi were neither acknowledged nor saved.

    `hi` None: how far the lost store had come is not known.
    """

    epoch: Name
    lo: Seq
    hi: Seq | None
    reason: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigResult:
    """Body of a `config_result` record: what became of the configuration `id`; `parts` as `kind name sha256`."""

    id: Seq
    state: Literal["applied", "refused", "rolled_back", "expired"]
    reason: Annotated[str, Len(0, 1000)]
    parts: tuple[Annotated[str, Len(1, 300)], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StillHeld:
    """Body of a `still_held` record: a still that the centre does not take, set aside on the gateway's own disk.

    `refused`: the centre said that it never will; `failed`: it was tried for days while others were taken.
    """

    sha256: Sha256
    size_bytes: Count
    state: Literal["refused", "failed"]
    reason: Annotated[str, Len(0, 1000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigPart:
    """One thing to be changed; its content is fetched by its SHA-256. `name`: the camera of a scene, else the kind."""

    kind: Literal["scene", "settings", "model"]
    name: Name
    sha256: Sha256
    size_bytes: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The configuration a gateway should run, retained on down/config. `sig`: the centre's, over the rest."""

    gw: Name
    id: Seq
    issued_at: Millis
    deadline: Millis
    parts: tuple[ConfigPart, ...]
    sig: SignatureHex = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigStep:
    """Body of a `config_step` record: how far the configuration `id` has come before its result is known."""

    id: Seq
    step: Literal["received", "on_trial"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceWanted:
    """A person wants to see what a camera sees, to commission it; answered until `deadline` or not at all."""

    id: Seq
    camera: Name
    deadline: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """All open requests for reference frames, retained on down/cmd. `id` is the newest; `sig`: the centre's."""

    gw: Name
    id: Seq
    issued_at: Millis
    wanted: Annotated[tuple[ReferenceWanted, ...], Len(0, 64)]
    sig: SignatureHex = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceFrame:
    """Body of a `reference_frame` record: the answer to the request `id`. The still travels as every still does.

    `scene` is the commissioning that runs and `guess` what the gateway would propose, both JSON text ('' = none);
    `config` the configuration that runs, 0 = the settings file alone. `width_px`, `height_px` are the still's.
    """

    id: Seq
    camera: Name
    state: Literal["taken", "refused", "expired"]
    reason: Annotated[str, Len(0, 1000)] = ""
    config: Watermark = 0
    scene: Annotated[str, Len(0, 60_000)] = ""
    guess: Annotated[str, Len(0, 60_000)] = ""
    evidence_sha256: Sha256 | None = None
    width_px: Count = 0
    height_px: Count = 0


BODIES: dict[str, type] = {
    "face_reading": FaceReading,
    "camera_event": CameraEvent,
    "tombstone": Tombstone,
    "clock_map": ClockMap,
    "store_lost": StoreLost,
    "config_result": ConfigResult,
    "still_held": StillHeld,
    "config_step": ConfigStep,
    "reference_frame": ReferenceFrame,
}
