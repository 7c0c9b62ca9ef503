"""This gateway's keys: its signing key, and a TLS certificate that it renews by itself before it ends."""

from __future__ import annotations

import json
import logging
import ssl
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

import httpx
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from edge_agent.backoff import Backoff
from edge_agent.clock import wall
from edge_agent.errors import EdgeError, SettingsError
from edge_agent.settings import Centre, IdentityFiles, Settings, read_secret
from edge_agent.tls_files import TlsFiles, held_in, is_due, replace_files, settle
from wire.renewing import answer_said, request_said
from wire.signing import KeyFileError, Signer, load_signer, verify

log = logging.getLogger(__name__)

LOOK_S = 3600.0
RETRY_MIN_S, RETRY_MAX_S = 60.0, 6 * 3600.0
DISTRUST = timedelta(hours=1)  # a broker nobody trusts for so long may have a new authority: ask the centre
ANSWER_BYTES_MAX = 64 << 10


class RenewalError(EdgeError):
    """No new certificate; it is tried again."""


def signer_of(files: IdentityFiles) -> Signer | None:
    """The key this gateway signs with, None when it has none; SettingsError names the file that holds no such key."""
    if files.signing_key is None:
        return None
    try:
        return load_signer(files.signing_key)
    except KeyFileError as wrong:
        raise SettingsError(file=str(files.signing_key), where="identity.signing_key", expected=str(wrong)) from wrong
    except OSError as wrong:
        expected = f"a readable key: {wrong.strerror}"
        raise SettingsError(file=str(files.signing_key), where="identity.signing_key", expected=expected) from wrong


def renewer_of(settings: Settings, *, distrusted: Callable[[], bool], random: Random) -> Renewer | None:
    """What keeps this gateway's certificate fresh; None without an enrolment's keys, or without a centre to ask."""
    broker, keys, centre = settings.broker, settings.identity, settings.centre
    signer = signer_of(keys)
    if signer is None or keys.centre_key is None or centre is None:
        return None
    if broker.cert_file is None or broker.key_file is None or broker.ca_file is None:
        return None
    return Renewer(
        settings.gateway.id,
        centre,
        TlsFiles(certificate=broker.cert_file, key=broker.key_file, ca=broker.ca_file),
        signer=signer,
        centre_key=read_secret(keys.centre_key),
        now=wall,
        random=random,
        distrusted=distrusted,
    )


class Renewer:
    """`run` is a thread's whole life; `problem` is the last thing that stood in the way.

    A new key is made for each certificate and never leaves this machine. `distrusted` says whether the broker's own
    certificate is refused here at the moment: after an hour of it the centre is asked for its new authority.
    """

    def __init__(
        self,
        gateway: str,
        centre: Centre,
        files: TlsFiles,
        *,
        signer: Signer,
        centre_key: str,
        now: Callable[[], datetime],
        random: Random,
        distrusted: Callable[[], bool] = lambda: False,
    ) -> None:
        self.problem = ""
        self.renewed = 0
        self.until: datetime | None = None
        self._gateway = gateway
        self._centre = centre
        self._files = files
        self._signer = signer
        self._centre_key = centre_key
        self._now = now
        self._distrusted = distrusted
        self._distrust_since: datetime | None = None
        self._backoff = Backoff(min_s=RETRY_MIN_S, max_s=RETRY_MAX_S, stable_s=0.0, random=random)

    def run(self, stop: threading.Event) -> None:
        """Look at the certificate now and then; renew it when it is due."""
        while not stop.is_set():
            try:
                wait_s = self.look()
            except Exception:
                log.exception("renewal failed")
                wait_s = self._backoff.after_failure()
            stop.wait(wait_s)

    def look(self) -> float:
        """One look; seconds until the next."""
        try:
            settle(self._files)
            if not self._due():
                self.problem = ""
                return LOOK_S
            until = self._renew()
        except (RenewalError, SettingsError, OSError, httpx.HTTPError) as failed:
            self.problem = f"certificate not renewed: {failed}"
            wait_s = self._backoff.after_failure()
            log.warning("%s; next try in %.0f s", self.problem, wait_s)
            return wait_s
        self.problem, self._distrust_since, self.until = "", None, until
        self.renewed += 1
        self._backoff.after_run(0.0)
        log.info("certificate renewed until=%s", until.isoformat(timespec="seconds"))
        return LOOK_S

    def _due(self) -> bool:
        now = self._now()
        held = held_in(self._files)
        self.until = held.not_valid_after_utc if held is not None else None
        if held is None or is_due(held, now):
            return True
        if not self._distrusted():
            self._distrust_since = None
            return False
        self._distrust_since = self._distrust_since or now
        return now - self._distrust_since >= DISTRUST

    def _renew(self) -> datetime:
        key = ec.generate_private_key(ec.SECP256R1())
        csr = _request(key, self._gateway)
        answer = self._ask({"csr": csr, "sig": self._signer.sign(request_said(self._gateway, csr))})
        certificate, ca = str(answer.get("certificate")), str(answer.get("ca"))
        if not verify(self._centre_key, answer_said(self._gateway, certificate, ca), str(answer.get("sig"))):
            raise RenewalError("answer not signed by the centre's key; expected the holder of identity.centre_key")
        taken = _checked(certificate, ca, key=key, gateway=self._gateway)
        replace_files(self._files, certificate=certificate.encode(), key=_pem(key), ca=ca.encode())
        return taken.not_valid_after_utc

    def _ask(self, body: dict[str, str]) -> dict[str, Any]:
        centre = self._centre
        trust = ssl.create_default_context(cafile=str(centre.ca_file)) if centre.ca_file else True
        url = f"{centre.url.rstrip('/')}/api/v1/gateways/{self._gateway}/certificate"
        headers = {"Authorization": f"Bearer {read_secret(centre.token_file)}"}
        with (
            httpx.Client(timeout=centre.timeout_s, verify=trust) as client,
            client.stream("POST", url, json=body, headers=headers) as answer,
        ):
            said = b""
            for chunk in answer.iter_bytes():
                said += chunk
                if len(said) > ANSWER_BYTES_MAX:
                    raise RenewalError(f"{url} answers with more than {ANSWER_BYTES_MAX} bytes; expected a certificate")
        if answer.status_code != httpx.codes.OK:
            raise RenewalError(f"{url} answers {answer.status_code}: {said[:300]!r}; expected 200")
        return _object(said)


def _request(key: ec.EllipticCurvePrivateKey, gateway: str) -> str:
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, gateway)])
    request = x509.CertificateSigningRequestBuilder().subject_name(named).sign(key, hashes.SHA256())
    return request.public_bytes(Encoding.PEM).decode()


def _checked(certificate: str, ca: str, *, key: ec.EllipticCurvePrivateKey, gateway: str) -> x509.Certificate:
    """The certificate, once it is ours, of our key and by that authority."""
    try:
        taken = x509.load_pem_x509_certificate(certificate.encode())
        taken.verify_directly_issued_by(x509.load_pem_x509_certificate(ca.encode()))
    except (ValueError, TypeError, InvalidSignature) as wrong:
        raise RenewalError(f"answer: {wrong}; expected a certificate by the authority beside it") from wrong
    names = [name.value for name in taken.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if taken.public_key() != key.public_key() or names != [gateway]:
        raise RenewalError(f"certificate of {names}; expected one of {gateway} for the key just made")
    return taken


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _object(said: bytes) -> dict[str, Any]:
    try:
        plain = json.loads(said)
    except (ValueError, RecursionError) as wrong:
        raise RenewalError(f"answer: {wrong}; expected JSON") from wrong
    if not isinstance(plain, dict):
        raise RenewalError(f"answer: {type(plain).__name__}; expected an object")
    return plain
