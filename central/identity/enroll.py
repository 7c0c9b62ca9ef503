"""Makes all that a new gateway needs to be who it is: two keys, a certificate, a token, and its piece of settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import Engine

from central.identity.ca import key_pem, new_key, open_authority
from central.identity.files import write_whole
from central.identity.keys import centre_signer, identity_folder
from central.identity.names import check_gateway_id
from central.store.instants import to_ms
from central.store.save_identity import enroll_gateway
from wire.signing import Signer, new_signer

FILES = ("ca.crt", "gateway.crt", "gateway.key", "signing.key", "centre.pub", "token", "identity.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Addresses as gateways see them, and the folder on the gateway in which the files will lie."""

    broker_url: str
    centre_url: str
    folder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What was made, and for how long the certificate holds unless the gateway renews it."""

    gateway: str
    folder: Path
    valid_until: datetime


def enroll(
    engine: Engine,
    data_dir: Path,
    gateway: str,
    *,
    out: Path,
    places: Places,
    life: timedelta,
    by: str,
    now: datetime,
    renew: bool = False,
) -> Enrolment:
    """Register the gateway and write its files into `out`, each 0600; nothing is left there when it is refused.

    The gateway's private keys are in these files only: the centre keeps the public halves.
    """
    check_gateway_id(gateway)
    there = [name for name in FILES if (out / name).exists()]
    if there:
        raise ValueError(f"{out / there[0]} is there already: expected a folder without the files of an enrolment")
    authority = open_authority(identity_folder(data_dir), "gateways", now=now)
    key, signer = new_key(), new_signer()
    issued = authority.issue(key.public_key(), name=gateway, purpose="gateway", now=now, life=life)
    files = {
        "ca.crt": authority.pem,
        "gateway.key": key_pem(key),
        "gateway.crt": issued.pem,
        "signing.key": _signing_pem(signer),
        "centre.pub": f"{centre_signer(data_dir).public_hex}\n".encode(),
        "identity.toml": settings_of(gateway, places).encode(),
    }
    try:
        _write(out, files)
        token = enroll_gateway(engine, issued, public_key=signer.public_hex, by=by, now_ms=to_ms(now), renew=renew)
    except BaseException:
        for name in files:
            (out / name).unlink(missing_ok=True)
        raise
    _write(out, {"token": f"{token}\n".encode()})
    return Enrolment(gateway=gateway, folder=out, valid_until=issued.valid_until)


def settings_of(gateway: str, places: Places) -> str:
    """The sections of the agent's settings that this enrolment fills."""
    at = places.folder.rstrip("/")
    if any(not c.isprintable() or c in '"\\' for c in at + places.broker_url + places.centre_url):
        raise ValueError(
            f"folder {at!r}, addresses {places.broker_url!r} and {places.centre_url!r}: expected no quote, "
            "backslash or control character, for they are written into settings"
        )
    return f"""# Sections of agent.toml for gateway {gateway}. The files lie in {at},
# which the agent must be able to write: it renews its certificate there by itself.
[broker]
url = "{places.broker_url}"
ca_file = "{at}/ca.crt"
cert_file = "{at}/gateway.crt"
key_file = "{at}/gateway.key"

[centre]
url = "{places.centre_url}"
token_file = "{at}/token"

[identity]
signing_key = "{at}/signing.key"
centre_key = "{at}/centre.pub"
"""


def _write(out: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        write_whole(out / name, content)


def _signing_pem(signer: Signer) -> bytes:
    return signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
