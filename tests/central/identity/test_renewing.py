"""A gateway renews its certificate at a served centre: files replaced as a pair, refusals said, nothing ever lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from sqlalchemy import Engine, select

from central.identity.enroll import enroll
from central.identity.keys import identity_folder
from central.store.engine import reading
from central.store.instants import to_ms
from central.store.save_identity import revoke_gateway
from central.store.tables import SecurityEvent
from central.store.upsert import table_of
from edge_agent.errors import SettingsError
from edge_agent.identity import LOOK_S, Renewer, signer_of
from edge_agent.settings import Centre as CentreSettings
from edge_agent.settings import IdentityFiles
from edge_agent.tls_files import TlsFiles, held_in, is_due, replace_files, settle
from tests.central.api.district import WALL, Centre, served
from tests.central.identity.mtls import PLACES
from wire.signing import load_signer, new_signer

MONTH = timedelta(days=30)


class Gateway:
    """The files of an enrolled gateway, and its renewer with a clock of the test's."""

    def __init__(self, centre: Centre, folder: Path, *, url: str | None = None) -> None:
        self.centre, self.folder = centre, folder
        enroll(
            centre.engine,
            centre.services.settings.data_dir,
            "gw-7",
            out=folder,
            places=PLACES,
            life=MONTH,
            by="test",
            now=WALL,
        )
        self.files = TlsFiles(certificate=folder / "gateway.crt", key=folder / "gateway.key", ca=folder / "ca.crt")
        self.url = url or centre.url
        self.distrusted = False
        self.renewer = self.anew()

    def anew(self) -> Renewer:
        return Renewer(
            "gw-7",
            CentreSettings(url=self.url, token_file=self.folder / "token", timeout_s=10),
            self.files,
            signer=load_signer(self.folder / "signing.key"),
            centre_key=(self.folder / "centre.pub").read_text().strip(),
            now=self.centre.wall,
            random=Random(1),
            distrusted=lambda: self.distrusted,
        )

    @property
    def certificate(self) -> x509.Certificate:
        held = held_in(self.files)
        assert held is not None
        return held

    def is_whole(self) -> bool:
        key = load_pem_private_key(self.files.key.read_bytes(), password=None)
        names = {path.name for path in self.folder.iterdir()}
        return key.public_key() == self.certificate.public_key() and not any(n.endswith(".next") for n in names)


@pytest.fixture
def centre(sqlite_store: Engine, tmp_path: Path) -> Iterator[Centre]:
    """An empty centre, served."""
    with served(sqlite_store, tmp_path / "data") as centre:
        yield centre


@pytest.fixture
def gateway(centre: Centre, tmp_path: Path) -> Gateway:
    """Enrolled at WALL, for 30 days."""
    return Gateway(centre, tmp_path / "gw-7")


@pytest.mark.parametrize(("days", "renews"), [(0, False), (19, False), (21, True), (29, True), (45, True), (400, True)])
def test_it_renews_when_a_third_is_left_and_also_after_the_end(gateway: Gateway, days: int, renews: bool) -> None:
    before = gateway.certificate.serial_number, gateway.files.key.read_bytes()
    gateway.centre.wall.at = WALL + timedelta(days=days)
    assert gateway.renewer.look() == LOOK_S
    assert gateway.renewer.problem == ""
    assert gateway.renewer.renewed == int(renews)
    assert gateway.is_whole()
    after = gateway.certificate.serial_number, gateway.files.key.read_bytes()
    assert (before[0] != after[0], before[1] != after[1]) == (renews, renews)
    if renews:
        assert gateway.certificate.not_valid_after_utc == gateway.centre.wall.at + MONTH
        assert gateway.files.key.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("case", ["revoked", "token of nobody", "another signing key", "another gateway's address"])
def test_who_is_refused_keeps_what_he_has(gateway: Gateway, case: str) -> None:
    centre, before = gateway.centre, gateway.files.certificate.read_bytes()
    match case:
        case "revoked":
            revoke_gateway(centre.engine, "gw-7", reason="stolen", by="test", now_ms=to_ms(WALL))
            said, event = "revoked", {("revoked_gateway", "gw-7")}
        case "token of nobody":
            (gateway.folder / "token").write_text("nobody's\n")
            said, event = "token of no registered gateway", set()
        case "another signing key":
            gateway.renewer._signer = new_signer()
            said, event = "registered signing key", {("bad_signature", "gw-7")}
        case _:
            gateway.renewer._gateway = "gw-8"
            said, event = "token of another gateway", set()
    centre.wall.at = WALL + timedelta(days=25)
    wait_s = gateway.renewer.look()
    assert 0 < wait_s < LOOK_S
    assert said in gateway.renewer.problem
    assert gateway.files.certificate.read_bytes() == before
    assert gateway.is_whole()
    with reading(centre.engine) as connection:
        rows = connection.execute(select(table_of(SecurityEvent))).all()
    assert {(row.code, row.gateway) for row in rows} == event


def test_a_new_authority_is_learnt_when_the_broker_is_not_trusted_for_an_hour(gateway: Gateway) -> None:
    (identity_folder(gateway.centre.services.settings.data_dir) / "gateways.ca").unlink()  # lost: another is made
    old = gateway.files.ca.read_bytes()
    gateway.distrusted = True
    for minutes in (0, 30, 59):
        gateway.centre.wall.at = WALL + timedelta(minutes=minutes)
        gateway.renewer.look()
    assert gateway.renewer.renewed == 0
    gateway.centre.wall.at = WALL + timedelta(minutes=61)
    gateway.renewer.look()
    assert gateway.renewer.renewed == 1
    assert gateway.files.ca.read_bytes() != old
    gateway.certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(gateway.files.ca.read_bytes()))
    assert gateway.is_whole()


@pytest.mark.parametrize("cut", range(7))
def test_a_power_cut_at_any_step_leaves_a_usable_pair(gateway: Gateway, cut: int) -> None:
    """The steps of `replace_files`: three files beside, three put in place."""
    held, made = gateway.files, gateway.centre
    fresh = gateway.folder.parent / "fresh"
    (made.services.settings.data_dir / "identity/gateways.ca").unlink()  # the new one is by another authority
    gateway_of_fresh = TlsFiles(certificate=fresh / "gateway.crt", key=fresh / "gateway.key", ca=fresh / "ca.crt")
    enroll(
        made.engine,
        made.services.settings.data_dir,
        "gw-7",
        out=fresh,
        places=PLACES,
        life=MONTH,
        by="test",
        now=WALL,
        renew=True,
    )
    order = [(held.key, gateway_of_fresh.key), (held.certificate, gateway_of_fresh.certificate)]
    order.append((held.ca, gateway_of_fresh.ca))
    steps = [("write", old, new) for old, new in order]
    steps += [("place", old, new) for old, new in (order[1], order[0], order[2])]
    for step, old, new in steps[:cut]:
        beside = old.with_name(f"{old.name}.next")
        if step == "write":
            beside.write_bytes(new.read_bytes())
        else:
            beside.replace(old)
    settle(held)
    assert gateway.is_whole()
    is_new = (
        gateway.certificate.serial_number
        == x509.load_pem_x509_certificate(gateway_of_fresh.certificate.read_bytes()).serial_number
    )
    assert is_new == (cut >= 4)
    gateway.certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(held.ca.read_bytes()))
    settle(held)
    assert gateway.is_whole()


def test_replacing_is_those_steps(gateway: Gateway, tmp_path: Path) -> None:
    files = gateway.files
    replace_files(files, certificate=b"c", key=b"k", ca=b"a")
    assert (files.certificate.read_bytes(), files.key.read_bytes(), files.ca.read_bytes()) == (b"c", b"k", b"a")


@contextmanager
def _answering(status: int, body: bytes) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (200, b'{"certificate":"x","ca":"y","sig":"00"}', "not signed by the centre's key"),
        (200, b"[]", "expected an object"),
        (200, b"nonsense", "expected JSON"),
        (200, b"{}", "not signed"),
        (500, b"broken", "answers 500"),
        (200, b"x" * 70_000, "answers with more than"),
    ],
)
def test_an_answer_of_somebody_else_changes_nothing(gateway: Gateway, status: int, body: bytes, words: str) -> None:
    before = gateway.files.certificate.read_bytes(), gateway.files.ca.read_bytes()
    gateway.centre.wall.at = WALL + timedelta(days=25)
    with _answering(status, body) as url:
        gateway.url = url
        renewer = gateway.anew()
        renewer.look()
    assert words in renewer.problem
    assert (gateway.files.certificate.read_bytes(), gateway.files.ca.read_bytes()) == before


def test_a_centre_that_is_not_there_is_asked_again_ever_more_seldom(gateway: Gateway) -> None:
    gateway.centre.wall.at = WALL + timedelta(days=25)
    gateway.url = "http://127.0.0.1:9"
    renewer = gateway.anew()
    waits = [renewer.look() for _ in range(12)]
    assert max(waits) <= 6 * 3600
    assert max(waits[6:]) > max(waits[:2])
    assert "not renewed" in renewer.problem


def test_a_third(gateway: Gateway) -> None:
    certificate = gateway.certificate
    end = certificate.not_valid_after_utc
    third = (end - certificate.not_valid_before_utc) / 3
    assert not is_due(certificate, end - third)
    assert is_due(certificate, end - third + timedelta(seconds=1))
    assert not is_due(certificate, datetime(1970, 1, 1, tzinfo=UTC))  # a clock that nobody has set


@pytest.mark.parametrize("content", [None, b"junk", "another kind"])
def test_a_signing_key_that_is_none_is_named(gateway: Gateway, tmp_path: Path, content: bytes | str | None) -> None:
    path = tmp_path / "key.pem"
    if content == "another kind":
        path.write_bytes(gateway.files.key.read_bytes())
    elif isinstance(content, bytes):
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"key\.pem: at identity\.signing_key"):
        signer_of(IdentityFiles(signing_key=path))
    assert signer_of(IdentityFiles()) is None


def test_only_the_holder_of_token_and_key_is_heard(gateway: Gateway) -> None:
    url = f"{gateway.centre.url}/api/v1/gateways/gw-7/certificate"
    assert httpx.post(url, json={"csr": "x", "sig": "0" * 128}).status_code == 401
    token = {"Authorization": f"Bearer {(gateway.folder / 'token').read_text().strip()}"}
    for body in ({}, {"csr": "x"}, {"csr": "x" * 9000, "sig": "0" * 128}, {"csr": "x", "sig": "zz"}):
        assert httpx.post(url, json=body, headers=token).status_code == 422
    answer = httpx.post(url, json={"csr": "x", "sig": "0" * 128}, headers=token)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "bad_signature")
