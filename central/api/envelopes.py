"""Models around the answers: sessions, receipts of what was written, errors, health. Same rules as `schemas`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from central.api.policy import Action
from central.api.schemas import Answer, Sha256, Text

# --- sessions --------------------------------------------------------------------------------------------------------


class Login(BaseModel):
    """Credentials of a person."""

    model_config = ConfigDict(extra="forbid")

    username: Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]
    password: Annotated[str, Field(min_length=1, max_length=1024)]


class Token(Answer):
    """A short-lived bearer token; `expires_in` in seconds."""

    access_token: str
    token_type: Literal["bearer"]
    expires_in: int


class Scope(Answer):
    """Where a role holds. `id` is null for the whole district."""

    role: str
    kind: Literal["district", "unit", "street", "project"]
    id: str | None


class Me(Answer):
    """Who the token speaks for. `may` = the actions that the grants allow somewhere, `may_everywhere` = in the whole
    district: what a page offers at all. Whether it is allowed of one thing, its own address says."""

    username: str
    name: str
    roles: list[str]
    scope: list[Scope]
    may: list[Action]
    may_everywhere: list[Action]


# --- writing ---------------------------------------------------------------------------------------------------------


class Imported(Answer):
    """A plan came in: a first one is in force as version 1, a revision waits under the number `proposal`.

    `plan_version` is the one in force.
    """

    project: str
    plan_version: int
    state: Literal["in_force", "proposed"]
    proposal: int | None


class PlanFault(Answer):
    """One fault of a plan file. `row` counts from 1 and `column` is the header; null where the file has none.

    `text` says both, what and expected, to people.
    """

    sheet: str
    row: int | None
    column: str | None
    what: str
    expected: str
    text: Text


class EvidenceStored(Answer):
    """A still is on the centre's disk; putting it again changes nothing."""

    sha256: Sha256
    bytes: int
    width_px: int
    height_px: int


class Fault(Answer):
    """What is wrong, where, and what would have been right. `id` finds the request in the log."""

    code: str
    what: str
    where: str
    expected: str
    id: str


class ErrorEnvelope(Answer):
    """Every error of the API has this shape: for machines, and for people in both languages."""

    error: Fault
    text: Text


class PlanRefused(ErrorEnvelope):
    """A plan file with every fault that was found; nothing of it was stored."""

    errors: list[PlanFault]


Problem = Literal["broker", "broker_log", "ingest"]


class Health(Answer):
    """Whether the centre can work. `degraded`: it does, but for what `problems` name; its log says more.

    `ingest`: what gateways send cannot be stored (a full disk, say); `broker`: nothing arrives, there is no connection;
    `broker_log`: whom the broker refused is not seen.
    """

    status: Literal["ok", "degraded", "failing"]
    database: bool
    problems: list[Problem]
    version: str


# --- identity --------------------------------------------------------------------------------------------------------


class CertificateRequest(BaseModel):
    """A PKCS#10 request in PEM, and the Ed25519 signature over it by the gateway's registered key, in hex."""

    model_config = ConfigDict(extra="forbid")

    csr: Annotated[str, Field(min_length=1, max_length=8192)]
    sig: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]


class CertificateGiven(Answer):
    """PEM texts: the certificate, and the authority to trust from now on; `sig` is the centre's over both, in hex."""

    certificate: str
    ca: str
    valid_until: datetime
    sig: str
