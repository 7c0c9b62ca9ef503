"""Who gets a next certificate: the holder of the registered signing key, for a key of the same request; nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from central.identity.enroll import enroll
from central.identity.keys import centre_signer
from central.identity.renew import RENEWALS_A_DAY, RenewalRefused, Renewed, _key_of, renew
from central.store.engine import reading
from central.store.instants import to_ms
from central.store.read_identity import all_standing, revoked_of
from central.store.save_identity import revoke_gateway
from central.store.save_people import add_gateway, retire_gateway
from central.store.tables import SecurityEvent
from central.store.upsert import table_of
from tests.central.identity.mtls import PLACES
from wire.renewing import answer_said, request_said
from wire.signing import Signer, load_signer, new_signer, verify

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
MONTH = timedelta(days=30)


class Centre:
    """A centre with one enrolled gateway, gw-1, and one that was only added, gw-2."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.folder = engine, folder
        self.data_dir = folder / "centre"
        self.enroll("gw-1")
        add_gateway(engine, "gw-2", by="test", now_ms=to_ms(NOW))

    def enroll(self, gateway: str, *, renew: bool = False, out: str = "") -> Signer:
        folder = self.folder / (out or gateway)
        enroll(
            self.engine,
            self.data_dir,
            gateway,
            out=folder,
            places=PLACES,
            life=MONTH,
            by="test",
            now=NOW,
            renew=renew,
        )
        return load_signer(folder / "signing.key")

    @property
    def signer(self) -> Signer:
        return load_signer(self.folder / "gw-1" / "signing.key")

    def ask(self, csr: str, *, signer: Signer | None = None, gateway: str = "gw-1", now: datetime = NOW) -> Renewed:
        sig = (signer or self.signer).sign(request_said(gateway, csr))
        return renew(self.engine, self.data_dir, gateway, csr=csr, sig=sig, life=MONTH, now=now)

    def events(self) -> set[tuple[str, str]]:
        with reading(self.engine) as connection:
            rows = connection.execute(select(table_of(SecurityEvent))).all()
        return {(row.code, row.gateway) for row in rows}


@pytest.fixture
def centre(any_store: Engine, tmp_path: Path) -> Centre:
    """On each database."""
    return Centre(any_store, tmp_path)


@pytest.fixture
def one(sqlite_store: Engine, tmp_path: Path) -> Centre:
    """On SQLite, where the other database adds nothing."""
    return Centre(sqlite_store, tmp_path)


def request(
    name: str = "gw-1", *, key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | None = None, second: str = ""
) -> str:
    key = key or ec.generate_private_key(ec.SECP256R1())
    names = [x509.NameAttribute(NameOID.COMMON_NAME, one) for one in (name, second) if one]
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    made = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(names)).sign(key, algorithm)
    return made.public_bytes(Encoding.PEM).decode()


def test_the_holder_of_the_key_gets_a_certificate_signed_by_the_centre(centre: Centre) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    later = NOW + timedelta(days=90)  # long after the first one has ended
    got = centre.ask(request(key=key), now=later)
    certificate = x509.load_pem_x509_certificate(got.certificate.encode())
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(got.ca.encode()))
    assert certificate.public_key() == key.public_key()
    assert certificate.not_valid_after_utc == later + MONTH == got.valid_until
    said = answer_said("gw-1", got.certificate, got.ca)
    assert verify(centre_signer(centre.data_dir).public_hex, said, got.sig)
    with reading(centre.engine) as connection:
        standing = {one.gateway: one.valid_until for one in all_standing(connection)}
    assert standing == {"gw-1": later + MONTH, "gw-2": None}
    assert centre.events() == set()


@pytest.mark.parametrize(
    ("case", "code", "event"),
    [
        ("another key signed it", "bad_signature", ("bad_signature", "gw-1")),
        ("the request was changed", "bad_signature", ("bad_signature", "gw-1")),
        ("another gateway's name in it", "identity_conflict", ("identity_conflict", "gw-1")),
        ("two names in it", "identity_conflict", ("identity_conflict", "gw-1")),
        ("revoked", "revoked_gateway", ("revoked_gateway", "gw-1")),
        ("the key from before it was enrolled anew", "bad_signature", ("bad_signature", "gw-1")),
        ("retired", "not_enrolled", ("unregistered_gateway", "gw-1")),
        ("not enrolled", "not_enrolled", ("unregistered_gateway", "gw-2")),
        ("unknown", "not_enrolled", ("unregistered_gateway", "")),
        ("a key of another kind", "bad_request", None),
        ("a curve of another kind", "bad_request", None),
        ("no request", "bad_request", None),
    ],
)
def test_who_is_refused_and_what_is_noted(one: Centre, case: str, code: str, event: tuple[str, str] | None) -> None:
    gateway, csr, signer = "gw-1", request(), one.signer
    match case:
        case "another key signed it":
            signer = new_signer()
        case "another gateway's name in it":
            csr = request("gw-2")
        case "two names in it":
            csr = request("gw-1", second="gw-2")
        case "revoked":
            revoke_gateway(one.engine, "gw-1", reason="stolen", by="test", now_ms=to_ms(NOW))
        case "the key from before it was enrolled anew":
            one.enroll("gw-1", renew=True, out="anew")
        case "retired":
            retire_gateway(one.engine, "gw-1", by="test", now_ms=to_ms(NOW))
        case "not enrolled":
            gateway, csr = "gw-2", request("gw-2")
        case "unknown":
            gateway, csr = "gw-3", request("gw-3")
        case "a key of another kind":
            csr = request(key=ed25519.Ed25519PrivateKey.generate())
        case "a curve of another kind":
            csr = request(key=ec.generate_private_key(ec.SECP384R1()))
        case "no request":
            csr = "-----BEGIN CERTIFICATE REQUEST-----\nAA==\n-----END CERTIFICATE REQUEST-----\n"
    sig = signer.sign(request_said(gateway, csr))
    if case == "the request was changed":
        csr = request()
    with pytest.raises(RenewalRefused) as refused:
        renew(one.engine, one.data_dir, gateway, csr=csr, sig=sig, life=MONTH, now=NOW)
    assert refused.value.code == code
    assert one.events() == ({event} if event else set())


def test_so_many_a_day(one: Centre) -> None:
    for _ in range(RENEWALS_A_DAY - 1):  # enrolling was one
        one.ask(request())
    with pytest.raises(RenewalRefused, match="expected at most"):
        one.ask(request())
    assert one.ask(request(), now=NOW + timedelta(days=2)).certificate


def test_revoking_ends_every_certificate_that_holds(one: Centre) -> None:
    one.ask(request())
    assert revoke_gateway(one.engine, "gw-1", reason="stolen", by="test", now_ms=to_ms(NOW)) == 2
    with reading(one.engine) as connection:
        assert len(revoked_of(connection, "gateways", now=NOW)) == 2
        assert revoked_of(connection, "gateways", now=NOW + timedelta(days=31)) == []  # ended by themselves
        assert revoked_of(connection, "centres", now=NOW) == []


@given(st.binary(max_size=400), st.integers(0, 400), st.booleans())
def test_bytes_from_outside_are_refused_and_break_nothing(noise: bytes, place: int, flip: bool) -> None:
    good = request().encode()
    csr = good[:place] + noise + good[place + len(noise) * flip :]
    try:
        _key_of("gw-1", csr.decode("latin-1"))
    except RenewalRefused as refused:
        assert refused.code in {"bad_request", "identity_conflict"}
