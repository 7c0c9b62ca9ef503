"""The centre's own small certificate authorities: who may come in by which door of the broker.

Two of them, each a key and a self-signed certificate in one file: `gateways` vouches for gateways and for the broker's
own certificate, `centres` for the centre alone, so that no gateway's certificate opens the centre's door.
ECDSA on P-256 (RFC 5480), X.509 v3 profiles after RFC 5280.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from central.identity.files import read_private, write_first

AuthorityName = Literal["gateways", "centres"]
Purpose = Literal["gateway", "broker", "centre"]
CA_LIFE = timedelta(days=3650)
CLOCK_SLACK = timedelta(hours=1)  # a gateway whose clock is a little behind takes its new certificate too
LIST_LIFE = timedelta(days=3650)  # a broker refuses everybody once its list is out of date
_USAGE = {
    "gateway": ExtendedKeyUsageOID.CLIENT_AUTH,
    "centre": ExtendedKeyUsageOID.CLIENT_AUTH,
    "broker": ExtendedKeyUsageOID.SERVER_AUTH,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A certificate that was made: `serial` in hex as it is filed, `pem` as it is handed out."""

    serial: str
    name: str
    purpose: Purpose
    valid_from: datetime
    valid_until: datetime
    pem: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    """A certificate that holds no more, since when."""

    serial: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """One authority. `repr` must not show the key, so it is kept out of it."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def __repr__(self) -> str:
        return f"Authority({self.certificate.subject.rfc4514_string()})"

    @property
    def pem(self) -> bytes:
        """Its own certificate: what others trust."""
        return self.certificate.public_bytes(Encoding.PEM)

    def issue(
        self,
        key: ec.EllipticCurvePublicKey,
        *,
        name: str,
        purpose: Purpose,
        now: datetime,
        life: timedelta,
        hosts: Sequence[str] = (),
    ) -> Issued:
        """A certificate for the holder of `key` under the common name `name`; `hosts` are a broker's names and IPs."""
        until = min(now + life, self.certificate.not_valid_after_utc)
        made = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(self.certificate.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - CLOCK_SLACK)
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([_USAGE[purpose]]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        )
        if hosts:
            made = made.add_extension(x509.SubjectAlternativeName([_host(host) for host in hosts]), critical=False)
        signed = made.sign(self.key, hashes.SHA256())
        return Issued(
            serial=serial_hex(signed),
            name=name,
            purpose=purpose,
            valid_from=signed.not_valid_before_utc,
            valid_until=signed.not_valid_after_utc,
            pem=signed.public_bytes(Encoding.PEM),
        )

    def revocation_list(self, revoked: Iterable[Revoked], *, now: datetime) -> bytes:
        """The PEM list of what it issued and holds no more, numbered by time: a newer one is known for newer."""
        made = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(now - CLOCK_SLACK)
            .next_update(now + LIST_LIFE)
            .add_extension(x509.CRLNumber(int(now.timestamp() * 1000)), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        )
        for one in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(int(one.serial, 16)).revocation_date(one.at)
            made = made.add_revoked_certificate(entry.build())
        return made.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM)


def open_authority(folder: Path, name: AuthorityName, *, now: datetime) -> Authority:
    """The authority kept in `folder`/NAME.ca, made at its first use; ValueError when another file stands there."""
    path = folder / f"{name}.ca"
    held = read_private(path) if path.exists() else write_first(path, _new_authority(name, now=now))
    try:
        certificate = x509.load_pem_x509_certificate(held)
        key = load_pem_private_key(held, password=None)
    except (ValueError, TypeError) as broken:
        raise ValueError(f"{path}: {broken}: expected the authority's key and certificate in PEM") from broken
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise ValueError(f"{path}: key and certificate do not belong together: expected the file as it was made")
    return Authority(certificate=certificate, key=key)


def new_key() -> ec.EllipticCurvePrivateKey:
    """A P-256 key nobody had before."""
    return ec.generate_private_key(ec.SECP256R1())


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The key as PKCS#8 PEM, unencrypted: whoever writes it down sees to the file's mode."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def serial_hex(certificate: x509.Certificate) -> str:
    """The serial number as it is filed: lower-case hex without a prefix."""
    return f"{certificate.serial_number:x}"


def _new_authority(name: str, *, now: datetime) -> bytes:
    key = new_key()
    subject = _name(f"siteprogress {name} {x509.random_serial_number():x}"[:40])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SLACK)
        .not_valid_after(now + CA_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return key_pem(key) + certificate.public_bytes(Encoding.PEM)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
