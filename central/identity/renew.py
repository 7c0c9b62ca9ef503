"""A gateway's request for its next certificate: from the holder of its signing key, or refused and noted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import Engine

from central.errors import CentralError
from central.identity.ca import open_authority
from central.identity.keys import centre_signer, identity_folder
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.read_identity import Standing, standing_of
from central.store.save_identity import file_certificate, issued_since
from central.store.save_security import note_security
from wire.renewing import answer_said, request_said
from wire.signing import verify

A_DAY = timedelta(days=1)
RENEWALS_A_DAY = 10

RefusalCode = Literal[
    "not_enrolled", "bad_signature", "revoked_gateway", "bad_request", "identity_conflict", "too_often"
]


class RenewalRefused(CentralError):  # noqa: N818 -- reads as what it is
    """No certificate; `code` says why."""

    def __init__(self, code: RefusalCode, what: str, *, where: str, expected: str) -> None:
        super().__init__(what, where=where, expected=expected)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """PEM texts, and the centre's signature over both."""

    certificate: str
    ca: str
    valid_until: datetime
    sig: str


def renew(
    engine: Engine, data_dir: Path, gateway: str, *, csr: str, sig: str, life: timedelta, now: datetime
) -> Renewed:
    """The gateway's next certificate; RenewalRefused otherwise, which is a security event where it smells of one.

    The certificate before it holds until its own end, so that a gateway that dies in between is not locked out.
    """
    try:
        with reading(engine) as connection:
            standing = standing_of(connection, gateway)
            count = issued_since(connection, gateway, since_ms=to_ms(now - A_DAY))
        key = _checked(gateway, standing, csr=csr, sig=sig)
        if count >= RENEWALS_A_DAY:
            raise RenewalRefused(
                "too_often", f"{count} certificates in a day", where="gateway", expected=f"at most {RENEWALS_A_DAY}"
            )
    except RenewalRefused as refused:
        _note(engine, gateway, refused, known=standing is not None, now=now)
        raise
    authority = open_authority(identity_folder(data_dir), "gateways", now=now)
    issued = authority.issue(key, name=gateway, purpose="gateway", now=now, life=life)
    file_certificate(engine, issued, authority="gateways", by=f"gateway:{gateway}", now_ms=to_ms(now))
    certificate, ca = issued.pem.decode(), authority.pem.decode()
    return Renewed(
        certificate=certificate,
        ca=ca,
        valid_until=issued.valid_until,
        sig=centre_signer(data_dir).sign(answer_said(gateway, certificate, ca)),
    )


def _checked(gateway: str, standing: Standing | None, *, csr: str, sig: str) -> ec.EllipticCurvePublicKey:
    """The key to be certified, once everything about the request holds."""
    if standing is None or standing.public_key is None or standing.retired_at is not None:
        raise RenewalRefused(
            "not_enrolled", f"gateway {gateway}", where="gateway", expected="one enrolled with keys of its own"
        )
    if standing.revoked_at is not None:
        raise RenewalRefused("revoked_gateway", f"gateway {gateway}", where="gateway", expected="one not revoked")
    if not verify(standing.public_key, request_said(gateway, csr), sig):
        raise RenewalRefused(
            "bad_signature", "signature", where="sig", expected="that of the gateway's registered signing key"
        )
    return _key_of(gateway, csr)


def _key_of(gateway: str, csr: str) -> ec.EllipticCurvePublicKey:
    wanted = "a PKCS#10 request in PEM with a P-256 key, signed by it"
    try:
        request = x509.load_pem_x509_csr(csr.encode())
        key, good = request.public_key(), request.is_signature_valid
        names = [str(name.value) for name in request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    except (ValueError, TypeError, OverflowError, UnsupportedAlgorithm, x509.InvalidVersion) as broken:
        raise RenewalRefused("bad_request", str(broken)[:200], where="csr", expected=wanted) from broken
    if not good or not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise RenewalRefused("bad_request", "request", where="csr", expected=wanted)
    if names != [gateway]:
        raise RenewalRefused(
            "identity_conflict", f"common name {names[:3]}", where="csr", expected=f"[{gateway!r}] and no other"
        )
    return key


def _note(engine: Engine, gateway: str, refused: RenewalRefused, *, known: bool, now: datetime) -> None:
    code = {"not_enrolled": "unregistered_gateway", "bad_request": None, "too_often": None}.get(
        refused.code, refused.code
    )
    if code is None:
        return
    with writing(engine) as connection:
        note_security(
            connection,
            code=code,
            gateway=gateway if known else None,
            detail=f"renewal of a certificate refused: {refused.code}",
            at_ms=to_ms(now),
        )
