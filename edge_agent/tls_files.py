"""The TLS certificate of this gateway on its disk: replaced as a pair, never lost to a power cut."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_private_key


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """Where the certificate, its key and the broker's authority lie, in PEM."""

    certificate: Path
    key: Path
    ca: Path


def is_due(certificate: x509.Certificate, now: datetime) -> bool:
    """Whether less than a third of its life is left."""
    until = certificate.not_valid_after_utc
    return until - now < (until - certificate.not_valid_before_utc) / 3


def held_in(files: TlsFiles) -> x509.Certificate | None:
    """The certificate on the disk; None when there is none that can be read."""
    try:
        return x509.load_pem_x509_certificate(files.certificate.read_bytes())
    except (FileNotFoundError, ValueError):
        return None


def replace_files(files: TlsFiles, *, certificate: bytes, key: bytes, ca: bytes) -> None:
    """Put all three in place; `settle` finishes what a power cut interrupts: at no moment is a usable pair lost."""
    for path, content in ((files.key, key), (files.certificate, certificate), (files.ca, ca)):
        _write(_next(path), content)
    for path in (files.certificate, files.key, files.ca):
        _next(path).replace(path)
    _sync_folders(files)


def settle(files: TlsFiles) -> None:
    """After an interrupted renewal: key and authority that belong to the certificate, and nothing half done beside."""
    if not any(_next(path).exists() for path in (files.certificate, files.key, files.ca)):
        return
    held = held_in(files)
    if held is not None and not belongs(files.key, held) and belongs(_next(files.key), held):
        _next(files.key).replace(files.key)
    if held is not None and not _issued_by(files.ca, held) and _issued_by(_next(files.ca), held):
        _next(files.ca).replace(files.ca)
    for path in (files.certificate, files.key, files.ca):
        _next(path).unlink(missing_ok=True)
    _sync_folders(files)


def belongs(path: Path, certificate: x509.Certificate) -> bool:
    """Whether the key in the file is the certificate's."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (FileNotFoundError, ValueError, TypeError):
        return False
    return key.public_key() == certificate.public_key()


def _issued_by(path: Path, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(path.read_bytes()))
    except (FileNotFoundError, ValueError, TypeError, InvalidSignature):
        return False
    return True


def _next(path: Path) -> Path:
    return path.with_name(f"{path.name}.next")


def _write(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folders(files: TlsFiles) -> None:
    for folder in {path.parent for path in (files.certificate, files.key, files.ca)}:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
