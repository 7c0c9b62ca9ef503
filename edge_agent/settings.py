"""The agent's settings: one TOML file, checked whole before anything starts; paths are relative to its folder."""

from __future__ import annotations

import ssl
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from edge_agent.errors import SettingsError
from wire import topics

CameraId = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="after")
    @classmethod
    def _from_the_files_folder(cls, value: Any, info: ValidationInfo) -> Any:
        folder = (info.context or {}).get("folder")
        if not isinstance(value, Path) or folder is None:
            return value
        if "\0" in str(value):
            raise ValueError("a path holds a NUL character, expected none")
        try:
            return Path(folder, value.expanduser())
        except RuntimeError as unknown:
            raise ValueError("the home of that user is not known, expected a whole path") from unknown


class Gateway(_Section):
    """Who this agent is."""

    id: str = Field(description="a-z, 0-9 and '-'; also its MQTT client id and user name")
    data_dir: Path = Field(description="folder on a real disk for the outbox and evidence")

    @field_validator("id")
    @classmethod
    def _fits_a_topic(cls, name: str) -> str:
        topics.up(name, "data")  # says what is wrong with it
        return name


class Broker(_Section):
    """Where records go. The broker's own acknowledgement deletes nothing."""

    url: str = Field(description="mqtt://host[:port] or mqtts://host[:port]")
    username: str | None = None
    password_file: Path | None = Field(None, description="file holding the password, one line")
    ca_file: Path | None = Field(None, description="PEM of the authority that signed the broker's certificate")
    cert_file: Path | None = Field(None, description="PEM certificate of this gateway (mTLS)")
    key_file: Path | None = Field(None, description="PEM key of this gateway (mTLS)")
    protocol: Literal["auto", "5", "3.1.1"] = "auto"
    keepalive_s: Annotated[int, Field(ge=5, le=600)] = 30
    connect_timeout_s: Annotated[float, Field(gt=0, le=120)] = 10.0
    retry_min_s: Annotated[float, Field(gt=0, le=60)] = 1.0
    retry_max_s: Annotated[float, Field(gt=0, le=3600)] = 120.0
    resend_s: Annotated[float, Field(gt=0, le=60, description="no ack for so long: send again; doubles to 60 s")] = 2.0
    beat_s: Annotated[float, Field(gt=0, le=3600)] = 30.0
    window: Annotated[int, Field(ge=1, le=3000, description="records sent and not yet acknowledged")] = 3000

    @field_validator("url")
    @classmethod
    def _is_mqtt(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or parts.path not in ("", "/") or parts.username:
            msg = "expected mqtt://host[:port] or mqtts://host[:port], user and password in their own keys"
            raise ValueError(msg)
        assert parts.port is None or parts.port > 0  # reading it checks the range
        return url

    @model_validator(mode="after")
    def _pairs(self) -> Self:
        if (self.cert_file is None) != (self.key_file is None):
            msg = "cert_file and key_file go together, expected both or neither"
            raise ValueError(msg)
        if self.password_file is not None and self.username is None:
            msg = "password_file without username, expected both"
            raise ValueError(msg)
        return self


class Centre(_Section):
    """Where evidence stills go, over HTTP."""

    url: str = Field(pattern=r"^https?://[^/\s]+", description="http(s)://host[:port][/prefix]")
    token_file: Path = Field(description="file holding the gateway's token, one line")
    ca_file: Path | None = None
    timeout_s: Annotated[float, Field(gt=0, le=600)] = 30.0


class IdentityFiles(_Section):
    """Keys of `siteprogress-central gateway enroll`. Without `centre_key` no configuration is taken from anybody."""

    signing_key: Path | None = Field(None, description="PEM Ed25519 key this gateway signs its frames with")
    centre_key: Path | None = Field(None, description="the centre's public Ed25519 key, 64 hex digits in one line")


class ClockSource(_Section):
    """system: the machine's clock. file: a small file holding an ISO-8601 instant, to replay recorded footage."""

    source: Literal["system", "file"] = "system"
    path: Path | None = None

    @model_validator(mode="after")
    def _path_with_file(self) -> Self:
        if (self.source == "file") != (self.path is not None):
            msg = 'path belongs to source = "file", expected both or neither'
            raise ValueError(msg)
        return self


class Vision(_Section):
    """The eye's resources."""

    models: Path | None = Field(None, description="folder with manifest.json; the shipped one when absent")
    threads: Annotated[int, Field(ge=1, le=64)] = 1
    precision: Literal["fp32", "int8"] | None = Field(
        None, description="number format; the manifest's choice if absent"
    )


class Evidence(_Section):
    """How often a still of each face is kept for the centre, in capture time."""

    every_h: Annotated[float, Field(ge=0, le=24 * 31)] = 6.0
    enabled: bool = True


class Limits(_Section):
    """Caps. Records are given up by policy only when the outbox meets its cap, and each loss leaves a tombstone."""

    outbox_bytes: Annotated[int, Field(ge=1 << 20)] = 2 << 30
    evidence_bytes: Annotated[int, Field(ge=1 << 20)] = 2 << 30
    frame_pixels: Annotated[int, Field(ge=10_000, le=200_000_000)] = 50_000_000
    image_bytes: Annotated[int, Field(ge=10_000)] = 64 << 20


class Remote(_Section):
    """Configuration from the centre: signed by its key, tried, and taken back when the agent is not well under it."""

    trial_s: Annotated[float, Field(ge=1, le=86_400, description="not well so long: the one before again")] = 300.0


class _Camera(_Section):
    id: CameraId
    scene: Path = Field(description="commissioning file, siteprogress.scene/1")
    offline_after_s: Annotated[float, Field(gt=0, description="no frame for so long: reported offline")] = 600.0
    stale_s: Annotated[float, Field(gt=0, description="no sign of life for so long: killed and started again")] = 20.0
    restart_min_s: Annotated[float, Field(gt=0)] = 1.0
    restart_max_s: Annotated[float, Field(gt=0)] = 60.0

    @model_validator(mode="after")
    def _patience(self) -> Self:
        for key in ("open_timeout_s", "read_timeout_s", "timeout_s"):
            timeout_s = getattr(self, key, None)
            if timeout_s is not None and timeout_s >= self.stale_s:
                msg = (
                    f"{key} = {timeout_s:g} is not under stale_s = {self.stale_s:g}, expected less than the watchdog's"
                )
                raise ValueError(msg)
        return self


class RtspCamera(_Camera):
    """A stream; frames are taken at an interval, the newest one wins."""

    kind: Literal["rtsp"]
    url: str = Field(pattern=r"^rtsps?://[^/\s]+")
    username: str | None = None
    password_file: Path | None = None
    interval_s: Annotated[float, Field(gt=0)] = 60.0
    open_timeout_s: Annotated[float, Field(gt=0, le=120)] = 10.0
    read_timeout_s: Annotated[float, Field(gt=0, le=120)] = 10.0


class HttpCamera(_Camera):
    """A snapshot address, fetched at an interval."""

    kind: Literal["http"]
    url: str = Field(pattern=r"^https?://[^/\s]+")
    username: str | None = None
    password_file: Path | None = None
    auth: Literal["basic", "digest"] = "basic"
    interval_s: Annotated[float, Field(gt=0)] = 60.0
    timeout_s: Annotated[float, Field(gt=0, le=120)] = 10.0


class FolderCamera(_Camera):
    """A watched folder (FTP drop, time-lapse): every image once, in order of capture time."""

    kind: Literal["folder"]
    path: Path
    interval_s: Annotated[float, Field(gt=0, description="how often the folder is looked at")] = 1.0
    settle_s: Annotated[float, Field(ge=0, description="a file is whole when its size stood still so long")] = 2.0
    offline_after_s: Annotated[float, Field(gt=0, description="no new file for so long: reported offline")] = 172_800.0
    timezone: str = Field("Asia/Shanghai", description="of times without a zone, in names and EXIF")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as unknown:
            msg = f"time zone {name!r} is not known, expected an IANA name such as Asia/Shanghai"
            raise ValueError(msg) from unknown
        return name


Camera = Annotated[RtspCamera | HttpCamera | FolderCamera, Field(discriminator="kind")]


class Settings(_Section):
    """The whole file."""

    gateway: Gateway
    broker: Broker
    centre: Centre | None = Field(None, description="absent: evidence stays on the edge's disk")
    identity: IdentityFiles = IdentityFiles()
    clock: ClockSource = ClockSource()
    vision: Vision = Vision()
    evidence: Evidence = Evidence()
    limits: Limits = Limits()
    remote: Remote = Remote()
    camera: tuple[Camera, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_camera_once(self) -> Self:
        ids = [camera.id for camera in self.camera]
        if len(set(ids)) != len(ids):
            msg = f"camera ids {ids}, expected each once"
            raise ValueError(msg)
        return self


def load_settings(path: Path) -> Settings:
    """Read and check the file; SettingsError names the file, the key and what was expected."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))  # Notepad writes a mark
    except OSError as error:
        raise SettingsError(file=str(path), where="(file)", expected=f"a readable file: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(file=str(path), where="(file)", expected=f"TOML text: {error}") from error
    try:
        return Settings.model_validate(raw, context={"folder": path.resolve().parent})
    except ValidationError as error:
        raise SettingsError(file=str(path), where=_place(error), expected=_problem(error)) from error


def read_secret(path: Path) -> str:
    """The one line of a secret file; SettingsError when it cannot be read or is empty."""
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(file=str(path), where="(file)", expected=f"a readable secret: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(file=str(path), where="(file)", expected="one line of UTF-8 text") from error
    if not secret:
        raise SettingsError(file=str(path), where="(file)", expected="one line holding the secret, found nothing")
    return secret


def trust_of(centre: Centre) -> ssl.SSLContext | Literal[True]:
    """Whose word is taken for who the centre is; SettingsError when `ca_file` holds no certificate."""
    if centre.ca_file is None:
        return True
    try:
        return ssl.create_default_context(cafile=str(centre.ca_file))
    except OSError as error:
        expected = f"a readable certificate in PEM: {error.strerror or error}"
        raise SettingsError(file=str(centre.ca_file), where="(file)", expected=expected) from error


def _place(error: ValidationError) -> str:
    steps = [step for step in error.errors()[0]["loc"] if step not in ("rtsp", "http", "folder")]
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return path.lstrip(".") or "(root)"


def _problem(error: ValidationError) -> str:
    first = error.errors()[0]
    held = repr(first["input"])
    shown = held if len(held) <= 60 else held[:57] + "..."
    others = f"; {error.error_count() - 1} more" if error.error_count() > 1 else ""
    said = first["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    if first["type"] == "missing":
        return f"{said}{others}"
    return f"{said} (got {shown}){others}"
