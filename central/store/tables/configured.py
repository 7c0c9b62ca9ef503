"""What gateways should run, as it was ordered and answered; rows are only added, answers filled in."""

from __future__ import annotations

from typing import ClassVar

from sqlmodel import Field, SQLModel

from central.store.tables.columns import big, long_text


class DesiredConfig(SQLModel, table=True):
    """One configuration of a gateway; the highest id is what it should run. `message` is the signed JSON as published.

    `state` is '' until a config_result record answers: applied, refused, rolled_back or expired.
    """

    __tablename__: ClassVar[str] = "desired_config"
    gateway: str = Field(primary_key=True)
    id: int = big(primary_key=True)
    issued_at: int = big()
    deadline_at: int = big()
    issued_by: str
    message: str = long_text()
    state: str = ""
    reason: str = long_text(default="")
    answered_at: int | None = big(default=None)


class ConfigPart(SQLModel, table=True):
    """A part of a configuration; a gateway may fetch exactly the contents that its parts name."""

    __tablename__: ClassVar[str] = "config_part"
    gateway: str = Field(primary_key=True)
    config: int = big(primary_key=True)
    kind: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    sha256: str
    size_bytes: int = big()


class ReferenceAsk(SQLModel, table=True):
    """A request for a reference frame of a camera, and its answer. `message` is the signed list as published with it.

    `state` is '' until a reference_frame record answers: taken, refused or expired; `why` is the gateway's reason.
    `scene` and `guess` are JSON text as the gateway said them; `config` ran there then (0 = its settings file alone).
    """

    __tablename__: ClassVar[str] = "reference_ask"
    gateway: str = Field(primary_key=True)
    id: int = big(primary_key=True)
    camera: str
    asked_by: str
    reason: str = long_text()
    issued_at: int = big()
    deadline_at: int = big()
    message: str = long_text()
    state: str = ""
    why: str = long_text(default="")
    answered_at: int | None = big(default=None)
    config: int = big(default=0)
    scene: str = long_text(default="")
    guess: str = long_text(default="")
    sha256: str | None = None
    width_px: int = big(default=0)
    height_px: int = big(default=0)


class ConfigStep(SQLModel, table=True):
    """How far a configuration has come at its gateway: received, on_trial. Its result is in DesiredConfig.

    `epoch` and `seq` are the record's: readings after the one that says on_trial were made under the configuration.
    """

    __tablename__: ClassVar[str] = "config_step"
    gateway: str = Field(primary_key=True)
    config: int = big(primary_key=True)
    step: str = Field(primary_key=True)
    at: int = big()
    epoch: str
    seq: int = big()
