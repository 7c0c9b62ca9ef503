"""The authorities: made once, kept whole, and what they sign can be checked by anybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from central.identity.ca import LIST_LIFE, Purpose, Revoked, new_key, open_authority
from central.identity.keys import centre_signer
from wire.signing import verify

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
MONTH = timedelta(days=30)


def test_an_authority_is_made_once(tmp_path: Path) -> None:
    made = open_authority(tmp_path, "gateways", now=NOW)
    again = open_authority(tmp_path, "gateways", now=NOW + MONTH)
    assert made.pem == again.pem
    assert (tmp_path / "gateways.ca").stat().st_mode & 0o777 == 0o600
    assert open_authority(tmp_path, "centres", now=NOW).pem != made.pem
    assert "PRIVATE" not in repr(made)


def test_of_first_starts_at_once_all_read_the_same(tmp_path: Path) -> None:
    found: list[tuple[bytes, str]] = []

    def start() -> None:
        found.append(
            (open_authority(tmp_path / "identity", "gateways", now=NOW).pem, centre_signer(tmp_path).public_hex)
        )

    threads = [Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert sorted(path.name for path in (tmp_path / "identity").iterdir()) == ["centre.key", "gateways.ca"]


@pytest.mark.parametrize(
    ("purpose", "usage", "hosts"),
    [
        ("gateway", ExtendedKeyUsageOID.CLIENT_AUTH, ()),
        ("centre", ExtendedKeyUsageOID.CLIENT_AUTH, ()),
        ("broker", ExtendedKeyUsageOID.SERVER_AUTH, ("broker.example.cn", "10.0.0.7")),
    ],
)
def test_a_certificate_says_who_and_what_for(
    tmp_path: Path, purpose: Purpose, usage: x509.ObjectIdentifier, hosts: tuple[str, ...]
) -> None:
    authority, key = open_authority(tmp_path, "gateways", now=NOW), new_key()
    issued = authority.issue(key.public_key(), name="gw-1", purpose=purpose, now=NOW, life=MONTH, hosts=hosts)
    certificate = x509.load_pem_x509_certificate(issued.pem)
    certificate.verify_directly_issued_by(authority.certificate)
    assert certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "gw-1"
    assert list(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [usage]
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert certificate.not_valid_before_utc == NOW - timedelta(hours=1)
    assert certificate.not_valid_after_utc == NOW + MONTH == issued.valid_until
    assert issued.serial == f"{certificate.serial_number:x}"
    if hosts:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert names.get_values_for_type(x509.DNSName) == ["broker.example.cn"]
        assert [str(ip) for ip in names.get_values_for_type(x509.IPAddress)] == ["10.0.0.7"]


def test_no_certificate_outlives_its_authority(tmp_path: Path) -> None:
    authority = open_authority(tmp_path, "gateways", now=NOW)
    issued = authority.issue(
        new_key().public_key(), name="gw-1", purpose="gateway", now=NOW, life=timedelta(days=36500)
    )
    assert issued.valid_until == authority.certificate.not_valid_after_utc


def test_the_list_names_what_is_revoked(tmp_path: Path) -> None:
    authority = open_authority(tmp_path, "gateways", now=NOW)
    revoked = [Revoked(serial="ab12", at=NOW), Revoked(serial="ff" * 19, at=NOW)]
    listed = x509.load_pem_x509_crl(authority.revocation_list(revoked, now=NOW))
    assert listed.is_signature_valid(authority.key.public_key())
    assert {f"{entry.serial_number:x}" for entry in listed} == {"ab12", "ff" * 19}
    assert listed.next_update_utc == NOW + LIST_LIFE
    later = x509.load_pem_x509_crl(authority.revocation_list((), now=NOW + MONTH))
    numbers = [one.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number for one in (listed, later)]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("content", [b"", b"junk", b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"])
def test_another_file_in_its_place_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "gateways.ca"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(ValueError, match=r"gateways\.ca.*expected the authority's key and certificate"):
        open_authority(tmp_path, "gateways", now=NOW)


def test_a_key_of_another_authority_is_refused(tmp_path: Path) -> None:
    one, other = (open_authority(tmp_path / name, "gateways", now=NOW) for name in ("a", "b"))
    path = tmp_path / "a" / "gateways.ca"
    path.write_bytes(path.read_bytes().replace(one.pem, other.pem))
    with pytest.raises(ValueError, match="do not belong together"):
        open_authority(tmp_path / "a", "gateways", now=NOW)


@pytest.mark.parametrize("name", ["gateways.ca", "centre.key"])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "identity"
    open_authority(folder, "gateways", now=NOW)
    centre_signer(tmp_path)
    (folder / name).chmod(0o644)
    with pytest.raises(ValueError, match="readable by others"):
        open_authority(folder, "gateways", now=NOW) if name.endswith("ca") else centre_signer(tmp_path)


def test_the_centre_keeps_its_signing_key(tmp_path: Path) -> None:
    signer = centre_signer(tmp_path)
    assert verify(centre_signer(tmp_path).public_hex, b"said", signer.sign(b"said"))
    assert isinstance(new_key(), ec.EllipticCurvePrivateKey)
