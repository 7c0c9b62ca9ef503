"""What was seen: readings, device facts, observations, stills."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from central.store.tables.columns import big, long_text

_HAS_STILL = text("evidence_sha256 IS NOT NULL")


class FaceReading(SQLModel, table=True):
    """Index of the face_reading records; the matrices stay in the record's body.

    `shares` = JSON {stage: bp}; `cells` = rows x cols. `observed_at` is the record's time, put right by a clock map.
    `timing` = '' | historical (came over an hour late: corrects, never pages) | future (never the newest).
    """

    __tablename__: ClassVar[str] = "face_reading"
    __table_args__ = (
        Index("ix_face_reading_group", "building", "observed_at"),
        Index("ix_face_reading_face", "building", "face", "observed_at"),
        Index("ix_face_reading_camera", "gateway", "camera", "observed_at"),
        Index("ix_face_reading_still", "observed_at", sqlite_where=_HAS_STILL, postgresql_where=_HAS_STILL),
    )
    gateway: str = Field(primary_key=True)
    epoch: str = Field(primary_key=True)
    seq: int = big(primary_key=True)
    building: str
    face: str
    camera: str
    observed_at: int = big()
    work_type: str
    shares: str = long_text()
    cells: int
    completion_bp: int | None = None
    sigma_bp: int
    coverage_bp: int
    registration: str
    abstained: str | None = None
    frame_sha256: str
    evidence_sha256: str | None = Field(default=None, index=True)
    timing: str = ""


class CameraEvent(SQLModel, table=True):
    """A camera_event record: a device fact begins or ends. `at` and `timing` as in FaceReading."""

    __tablename__: ClassVar[str] = "camera_event"
    __table_args__ = (Index("ix_camera_event_camera", "gateway", "camera", "code", "at"),)
    gateway: str = Field(primary_key=True)
    epoch: str = Field(primary_key=True)
    seq: int = big(primary_key=True)
    camera: str
    code: str
    state: str
    at: int = big()
    detail: str = long_text()
    residual_mpx: int = big(default=0)
    frame_sha256: str | None = None
    timing: str = ""


class CameraCondition(SQLModel, table=True):
    """A device fact from `since_at` to `until_at` (NULL = still so), computed from the camera's events of that code."""

    __tablename__: ClassVar[str] = "camera_condition"
    gateway: str = Field(primary_key=True)
    camera: str = Field(primary_key=True)
    code: str = Field(primary_key=True)
    since_at: int = big(primary_key=True)
    until_at: int | None = big(default=None)
    detail: str = long_text()
    ref: str = long_text()


class Observation(SQLModel, table=True):
    """One accepted value of one work item. For cameras: all faces one gateway saw of a building at one instant.

    `source` = gateway for cameras, person else; `refs` = record refs joined by ','.
    """

    __table_args__ = (
        Index("ix_observation_building", "building", "observed_at"),
        Index("ix_observation_project", "project", "observed_at"),
    )
    item: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    observed_at: int = big(primary_key=True)
    project: str
    building: str
    seq: int = big()
    value_bp: int
    conf_bp: int
    refs: str = long_text()


class Evidence(SQLModel, table=True):
    """A still in the content-addressed folder of the centre."""

    sha256: str = Field(primary_key=True)
    gateway: str
    size_bytes: int = big()
    width_px: int
    height_px: int
    received_at: int = big(index=True)
