"""Settings of the centre: a TOML file, and SITEPROGRESS_CENTRAL_… variables over it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from sqlalchemy.engine import make_url

from central.errors import SettingsError
from wire import topics

PREFIX = "SITEPROGRESS_CENTRAL_"
WEAK_SECRETS = frozenset({"", "changeme", "change-me", "secret", "password", "siteprogress", "admin", "default"})
TOKEN_CHARS_MIN = 16
ANSWERERS = 2  # as many serve a district of a thousand projects and two hundred people (docs/decisions/0043)
Seconds = Annotated[int, Field(ge=1, le=3600)]


class BrokerSettings(BaseModel):
    """Where the broker is. `shared` joins several centres on one broker ($share/NAME/…)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(description="mqtt://[user[:password]@]host[:port], or mqtts:// with tls_ca")
    password_file: Path | None = Field(default=None, description="file with the password, instead of in the URL")
    client_id: str = Field(default="siteprogress-centre", min_length=1, max_length=128)
    keepalive_s: Seconds = 30
    shared: str | None = Field(default=None, pattern=r"^[a-z0-9-]+$")
    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None

    @field_validator("url")
    @classmethod
    def _is_mqtt(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {"mqtt", "mqtts"} or not parts.hostname:
            raise ValueError("expected mqtt://HOST[:PORT] or mqtts://HOST[:PORT]")
        assert parts.port is None or parts.port > 0  # reading it checks the range
        return url

    @property
    def host(self) -> str:
        """Host name of the broker."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """TCP port; 1883, or 8883 with TLS, when the URL names none."""
        parts = urlsplit(self.url)
        return parts.port or (8883 if parts.scheme == "mqtts" else 1883)

    @property
    def tls(self) -> bool:
        """Whether the connection is encrypted; without `tls_ca` by the machine's own authorities."""
        return urlsplit(self.url).scheme == "mqtts"

    @property
    def username(self) -> str | None:
        """User name in the URL."""
        name = urlsplit(self.url).username
        return unquote(name) if name else None

    def secret(self) -> str | None:
        """The password: from its file, else from the URL."""
        if self.password_file is not None:
            return self.password_file.read_text().strip()
        password = urlsplit(self.url).password
        return unquote(password) if password else None

    def subscriptions(self, channels: Iterable[topics.UpChannel]) -> tuple[str, ...]:
        """Topic filters of what all gateways send on these channels; shared with other centres where they share."""
        before = f"$share/{self.shared}/" if self.shared else ""
        return tuple(f"{before}{topics.ROOT}/+/up/{channel}" for channel in channels)


class DistrictSettings(BaseModel):
    """Name of the district in both languages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: str = Field(default="示例区", min_length=1)
    en: str = Field(default="Example district", min_length=1)


class IdentitySettings(BaseModel):
    """Who is who: what enrolments say, and where the broker says whom it refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    broker_url: str | None = Field(default=None, description="the broker as gateways reach it, mqtts://HOST[:PORT]")
    centre_url: str | None = Field(default=None, description="the centre as gateways reach it, https://HOST")
    certificate_days: Annotated[int, Field(ge=1, le=397)] = 30
    revocation_file: Path | None = Field(default=None, description="where the broker reads gateways.crl")
    broker_log: Path | None = Field(default=None, description="the broker's log, watched for whom it refused")

    @field_validator("broker_url")
    @classmethod
    def _is_mqtts(cls, url: str | None) -> str | None:
        if url is not None and (urlsplit(url).scheme != "mqtts" or not urlsplit(url).hostname):
            raise ValueError("expected mqtts://HOST[:PORT]")
        return url


class UploadSettings(BaseModel):
    """What photos and stills may cost the centre. A still's own size is agreed with gateways and no setting."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    photo_bytes: Annotated[int, Field(ge=1 << 20, le=256 << 20, description="the largest photo")] = 32 << 20
    photo_pixels: Annotated[int, Field(ge=1_000_000, le=100_000_000, description="of a photo")] = 50_000_000
    person_uploads: Annotated[int, Field(ge=1, le=10_000, description="unfinished ones of a person")] = 100
    person_bytes: Annotated[int, Field(ge=1 << 20, description="that these have in the end")] = 512 << 20
    gateway_uploads: Annotated[int, Field(ge=1, le=10_000, description="unfinished ones of a gateway")] = 100
    gateway_bytes: Annotated[int, Field(ge=1 << 20, description="that these have in the end")] = 200 << 20
    lifetime: timedelta = Field(
        default=timedelta(days=3),
        ge=timedelta(hours=1),
        le=timedelta(days=365),
        description="an upload is given up so long after its last byte",
    )
    disk_free_bytes: Annotated[int, Field(ge=0, description="room on the disk that uploads leave alone")] = 256 << 20
    idle_s: Annotated[float, Field(gt=0, le=3600, description="a body may say nothing for so long")] = 30.0
    waiting: Annotated[int, Field(ge=1, le=1000, description="whole uploads that wait to be looked at")] = 16


Hour = Annotated[int, Field(ge=0, le=23)]


class NotifySettings(BaseModel):
    """How people are told. Where each is reached says `siteprogress-central notify address`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mail_file: Path | None = Field(
        default=None, description="file with the mail server, mailto(s)://USER:PASSWORD@HOST:PORT?from=ADDRESS"
    )
    pages_url: str = Field(default="", description="the pages as people reach them, https://HOST; before links")
    language: Literal["zh", "en", "both"] = "both"
    quiet_from: Hour = 22
    quiet_to: Hour = 7
    digest_at: Hour = Field(default=8, description="hour of the day's blue warnings")
    timeout_s: Annotated[float, Field(ge=1, le=60, description="for each step at a provider")] = 15.0

    @field_validator("pages_url")
    @classmethod
    def _is_http(cls, url: str) -> str:
        if url and (urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname):
            raise ValueError("expected https://HOST or http://HOST")
        return url


class Settings(BaseSettings):
    """Everything the centre is told from outside. Unknown keys are refused."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix=PREFIX, env_nested_delimiter="__", env_ignore_empty=True
    )

    data_dir: Path = Field(description="stills, the signing secret and, without a database URL, the SQLite file")
    database: str | None = Field(default=None, description="sqlite:///FILE or postgresql://USER@HOST/NAME")
    broker: BrokerSettings | None = Field(default=None, description="without a broker the centre serves only")
    identity: IdentitySettings = IdentitySettings()
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8480
    clock: Literal["system", "event"] = Field(default="system", description="event: now = newest accepted reading")
    secret: str | None = Field(default=None, description="signs login tokens; made in data_dir when absent")
    answerers: Annotated[int, Field(ge=0, le=16)] | None = Field(
        default=None,
        description="processes beside this one that answer pages' questions once many are asked; 0 = threads of this "
        "one do; absent: one a processor, at most two, and none where there is but one",
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="addresses or networks of proxies whose X-Forwarded-For is believed; others' is ignored"
    )
    metrics_token_file: Path | None = Field(
        default=None, description="file with the token /metrics asks for; without one it is for this machine only"
    )
    uploads: UploadSettings = UploadSettings()
    notify: NotifySettings = NotifySettings()
    pages: Path | None = Field(default=None, description="built web page; found beside the package when absent")
    district: DistrictSettings = DistrictSettings()
    public_projects: Literal["listed", "all"] = Field(
        default="listed", description="what /p/ shows: projects that a person put on the public list, or all of them"
    )
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("secret")
    @classmethod
    def _is_secret(cls, secret: str | None) -> str | None:
        if secret is not None and (secret.lower() in WEAK_SECRETS or len(secret) < 32):
            raise ValueError("expected at least 32 characters that nobody can guess, or none at all")
        return secret

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _are_listed(cls, said: Any) -> Any:
        """A variable names several with commas."""
        return tuple(part.strip() for part in said.split(",") if part.strip()) if isinstance(said, str) else said

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for proxy in proxies:
            try:
                ip_network(proxy)
            except ValueError as wrong:
                raise ValueError(f"expected addresses or networks such as 127.0.0.1 or 10.0.0.0/8: {wrong}") from wrong
        return proxies

    @property
    def answerers_most(self) -> int:
        """Processes beside this one, once there are people; by the machine's processors where nothing is said."""
        if self.answerers is not None:
            return self.answerers
        processors = os.cpu_count() or 1
        return min(processors, ANSWERERS) if processors > 1 else 0

    @property
    def database_url(self) -> str:
        """The database; a SQLite file in data_dir when none is named."""
        return self.database or f"sqlite:///{self.data_dir.resolve() / 'centre.db'}"

    @property
    def database_shown(self) -> str:
        """The database's address without its password."""
        return make_url(self.database_url).render_as_string(hide_password=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Variables over the file."""
        return env_settings, init_settings


def load_settings(path: Path | None = None, *, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the TOML file and the environment; SettingsError names the file, the key and what was expected."""
    named = (environ if environ is not None else os.environ).get(f"{PREFIX}SETTINGS")
    file = path or (Path(named) if named else None)
    try:
        return Settings(**_table(file))
    except ValidationError as invalid:
        raise _explained(invalid, file) from invalid


def check_files(settings: Settings) -> None:
    """Whether the files the broker connection needs can be read; SettingsError names the key and the file."""
    for key in ("password_file", "tls_ca", "tls_cert", "tls_key"):
        file: Path | None = getattr(settings.broker, key, None)
        if file is not None and not (file.is_file() and os.access(file, os.R_OK)):
            raise SettingsError(str(file), where=f"broker.{key}", expected="a file this user can read")


def metrics_token(settings: Settings) -> str | None:
    """What /metrics asks for, None = nobody; SettingsError when the file cannot be read or holds too little."""
    file = settings.metrics_token_file
    if file is None:
        return None
    try:
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as broken:
        raise SettingsError(
            f"{file}: {broken}", where="metrics_token_file", expected="a file this user can read"
        ) from broken
    if len(token) < TOKEN_CHARS_MIN:
        raise SettingsError(
            f"{file} holds {len(token)} characters", where="metrics_token_file", expected=f"at least {TOKEN_CHARS_MIN}"
        )
    return token


def mail_relay(settings: Settings) -> str | None:
    """The mail server for plain e-mail addresses, None = none; SettingsError says nothing of what the file holds."""
    file = settings.notify.mail_file
    if file is None:
        return None
    try:
        url = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as broken:
        raise SettingsError(
            f"{file}: {type(broken).__name__}", where="notify.mail_file", expected="a file this user can read"
        ) from broken
    parts = urlsplit(url)
    if parts.scheme not in {"mailto", "mailtos"} or not parts.hostname or parts.path.strip("/"):
        raise SettingsError(
            f"{file} holds no mail server", where="notify.mail_file",
            expected="mailto(s)://USER:PASSWORD@HOST:PORT?from=ADDRESS without a recipient",
        )  # fmt: skip
    return url


def _table(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    if not file.is_file():
        raise SettingsError("no such file", where=str(file), expected="a TOML settings file")
    try:
        return dict(TomlConfigSettingsSource(Settings, file)())
    except (ValueError, RecursionError) as broken:
        raise SettingsError(str(broken), where=str(file), expected="TOML") from broken


def _explained(invalid: ValidationError, file: Path | None) -> SettingsError:
    first = invalid.errors(include_url=False, include_input=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    where = f"{key} in {file or 'the environment'} (or {PREFIX}{key.replace('.', '__').upper()})"
    match first["type"]:
        case "missing":
            return SettingsError("no setting", where=where, expected="a value")
        case "extra_forbidden":
            return SettingsError("unknown setting", where=where, expected=f"one of {', '.join(_known(first['loc']))}")
    said = first["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ").removeprefix("expected ")
    return SettingsError("wrong setting", where=where, expected=said.replace("Input should be ", ""))


def _known(place: tuple[int | str, ...]) -> list[str]:
    """The settings there are in the section that a place lies in."""
    sections: dict[str, type[BaseModel]] = {
        "broker": BrokerSettings,
        "district": DistrictSettings,
        "identity": IdentitySettings,
        "notify": NotifySettings,
        "uploads": UploadSettings,
    }
    section = sections.get(str(place[0])) if len(place) > 1 else Settings
    return sorted(section.model_fields) if section else []
