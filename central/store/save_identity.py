"""Files who may sign and who may connect; each write is in the audit trail."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, Engine, func, insert, select, update

from central.audit.trail import append
from central.errors import AlreadyThere, UnknownThing
from central.identity.ca import AuthorityName, Issued
from central.store import tables
from central.store.engine import writing
from central.store.instants import to_ms
from central.store.save_people import TOKEN_BYTES, token_digest
from central.store.upsert import table_of, upsert

_GATEWAY, _CERTIFICATE = table_of(tables.Gateway), table_of(tables.Certificate)


def enroll_gateway(
    engine: Engine, issued: Issued, *, public_key: str, by: str, now_ms: int, renew: bool = False
) -> str:
    """Register `issued.name` with its keys; its token. `renew`: a known one, whose older keys hold no more."""
    gateway, token = issued.name, secrets.token_urlsafe(TOKEN_BYTES)
    with writing(engine) as connection:
        known = connection.execute(select(_GATEWAY.c.public_key).where(_GATEWAY.c.id == gateway)).first()
        if known is not None and known.public_key is not None and not renew:
            raise AlreadyThere(
                f"keys of gateway {gateway}", where="gateway", expected="one not enrolled, or --renew for new keys"
            )
        row = {
            "id": gateway,
            "token_sha256": token_digest(token),
            "registered_at": now_ms,
            "retired_at": None,
            "public_key": public_key,
            "revoked_at": None,
        }
        upsert(connection, tables.Gateway, [row], keep=["registered_at"])
        _revoke_certificates(connection, gateway, reason="enrolled anew", now_ms=now_ms)
        _file(connection, issued, authority="gateways", now_ms=now_ms)
        detail = {"public_key": public_key, "serial": issued.serial}
        _trail(connection, by=by, action="gateway.enroll", gateway=gateway, now_ms=now_ms, detail=detail)
    return token


def file_certificate(engine: Engine, issued: Issued, *, authority: AuthorityName, by: str, now_ms: int) -> None:
    """Note a certificate that was given out."""
    with writing(engine) as connection:
        _file(connection, issued, authority=authority, now_ms=now_ms)
        detail = {"serial": issued.serial, "purpose": issued.purpose}
        append(
            connection,
            at_ms=now_ms,
            actor=by,
            action="certificate.issue",
            object_=f"certificate/{issued.name}",
            detail=detail,
        )


def revoke_gateway(engine: Engine, gateway: str, *, reason: str, by: str, now_ms: int) -> int:
    """From now on nothing of this gateway is taken and none of its certificates holds; how many held until now."""
    with writing(engine) as connection:
        known = update(_GATEWAY).where(_GATEWAY.c.id == gateway, _GATEWAY.c.revoked_at.is_(None))
        if not connection.execute(known.values(revoked_at=now_ms)).rowcount:
            raise UnknownThing(f"gateway {gateway}", where="gateway", expected="a registered one, not revoked yet")
        count = _revoke_certificates(connection, gateway, reason=reason, now_ms=now_ms)
        detail = {"reason": reason}
        _trail(connection, by=by, action="gateway.revoke", gateway=gateway, now_ms=now_ms, detail=detail)
    return count


def issued_since(connection: Connection, gateway: str, *, since_ms: int) -> int:
    """How many certificates this gateway got since then."""
    found = select(func.count()).where(_CERTIFICATE.c.name == gateway, _CERTIFICATE.c.issued_at >= since_ms)
    return int(connection.execute(found).scalar_one())


def _revoke_certificates(connection: Connection, name: str, *, reason: str, now_ms: int) -> int:
    held = update(_CERTIFICATE).where(
        _CERTIFICATE.c.name == name,
        _CERTIFICATE.c.purpose == "gateway",
        _CERTIFICATE.c.revoked_at.is_(None),
        _CERTIFICATE.c.valid_until_at > now_ms,
    )
    return connection.execute(held.values(revoked_at=now_ms, reason=reason)).rowcount


def _file(connection: Connection, issued: Issued, *, authority: str, now_ms: int) -> None:
    connection.execute(
        insert(_CERTIFICATE).values(
            serial=issued.serial,
            authority=authority,
            name=issued.name,
            purpose=issued.purpose,
            valid_from_at=to_ms(issued.valid_from),
            valid_until_at=to_ms(issued.valid_until),
            issued_at=now_ms,
            revoked_at=None,
            reason="",
        )
    )


def _trail(connection: Connection, *, by: str, action: str, gateway: str, now_ms: int, detail: dict[str, str]) -> None:
    append(connection, at_ms=now_ms, actor=by, action=action, object_=f"gateway/{gateway}", detail=detail)
