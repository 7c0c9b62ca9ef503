"""All that a mosquitto broker needs to know who is who, written into one folder; and the centre's way in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from central.identity.ca import Authority, AuthorityName, Purpose, key_pem, new_key, open_authority
from central.identity.files import PRIVATE, PUBLIC, write_whole
from central.identity.keys import identity_folder
from central.identity.mosquitto import access_rules, configuration
from central.identity.names import CENTRE
from central.identity.revocation import revocation_list
from central.store.instants import to_ms
from central.store.save_identity import file_certificate


def write_broker_files(
    engine: Engine,
    data_dir: Path,
    out: Path,
    *,
    hosts: Sequence[str],
    folder: str,
    life: timedelta,
    by: str,
    now: datetime,
) -> datetime:
    """Write them with new keys; until when the certificates hold. `folder`: where they lie on the broker's machine.

    The configuration is written only when there is none, for people add to it.
    """
    at = identity_folder(data_dir)
    gateways, centres = open_authority(at, "gateways", now=now), open_authority(at, "centres", now=now)
    out.mkdir(parents=True, exist_ok=True)
    files = {
        "ca.crt": (gateways.pem, PUBLIC),
        "centres.crt": (centres.pem, PUBLIC),
        "gateways.crl": (revocation_list(engine, data_dir, "gateways", now=now), PUBLIC),
        "centres.crl": (revocation_list(engine, data_dir, "centres", now=now), PUBLIC),
        "acl": (access_rules().encode(), PRIVATE),
    }
    broker, until = _pair(engine, gateways, "broker", "broker", hosts=hosts, life=life, by=by, now=now)
    centre, _ = _pair(engine, centres, CENTRE, "centre", hosts=(), life=life, by=by, now=now)
    for name, content in (broker | centre).items():
        files[name] = (content, PRIVATE if name.endswith(".key") else PUBLIC)
    if not (out / "mosquitto.conf").exists():
        files["mosquitto.conf"] = (configuration(folder).encode(), PUBLIC)
    for name, (content, mode) in files.items():
        write_whole(out / name, content, mode=mode)
    return until


def _pair(
    engine: Engine,
    authority: Authority,
    name: str,
    purpose: Purpose,
    *,
    hosts: Sequence[str],
    life: timedelta,
    by: str,
    now: datetime,
) -> tuple[dict[str, bytes], datetime]:
    key = new_key()
    issued = authority.issue(key.public_key(), name=name, purpose=purpose, now=now, life=life, hosts=hosts)
    signer: AuthorityName = "centres" if purpose == "centre" else "gateways"
    file_certificate(engine, issued, authority=signer, by=by, now_ms=to_ms(now))
    return {f"{purpose}.crt": issued.pem, f"{purpose}.key": key_pem(key)}, issued.valid_until
