"""Who made a record: a chain of links over the records of an epoch, and Ed25519 signatures over its ends.

link_0 = H("siteprogress/1 chain", gateway, epoch); link_n = H(link_n-1, canonical JSON of record n); H = BLAKE2b-256.
A frame lo..hi says link_lo-1 and signs link_hi: what was signed cannot be changed, reordered or thinned unseen.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

LINK_BYTES = 32


class KeyFileError(ValueError):
    """A key file that holds no Ed25519 key; says which file and what was expected."""


def link_start(gateway: str, epoch: str) -> bytes:
    """The link before the first record of an epoch."""
    return _digest(b"\0".join((b"siteprogress/1 chain", gateway.encode(), epoch.encode())))


def link(prev: bytes, spelled: bytes) -> bytes:
    """The link after a record, from the one before it and the record's canonical JSON."""
    return _digest(prev + spelled)


def statement(gateway: str, epoch: str, *, lo: int, hi: int, end: bytes) -> bytes:
    """What a gateway signs for a frame lo..hi whose last link is `end`."""
    return b"\0".join((b"siteprogress/1 frame", gateway.encode(), epoch.encode(), b"%d..%d" % (lo, hi), end))


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A private key and its public half, in hex as it is registered and sent."""

    key: Ed25519PrivateKey
    public_hex: str

    def sign(self, said: bytes) -> str:
        """128 hex digits."""
        return self.key.sign(said).hex()


def new_signer() -> Signer:
    """A key that nobody had before."""
    return _signer(Ed25519PrivateKey.generate())


def load_signer(path: Path) -> Signer:
    """From an unencrypted PKCS#8 PEM file; KeyFileError when it holds no such key, OSError when it cannot be read."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as broken:
        raise KeyFileError(f"{path}: {broken}; expected an Ed25519 private key in PEM (PKCS#8)") from broken
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(f"{path}: a key of another kind; expected an Ed25519 private key in PEM (PKCS#8)")
    return _signer(key)


def save_signer(signer: Signer, path: Path) -> None:
    """Write the key, readable by its owner only and durable on return; FileExistsError rather than replace one."""
    pem = signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())


def verify(public_hex: str, said: bytes, signature_hex: str) -> bool:
    """Whether the holder of the key signed exactly this; False for keys and signatures that are none."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_hex))
        key.verify(bytes.fromhex(signature_hex), said)
    except (ValueError, InvalidSignature):
        return False
    return True


def _signer(key: Ed25519PrivateKey) -> Signer:
    return Signer(key=key, public_hex=key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex())


def _digest(said: bytes) -> bytes:
    return hashlib.blake2b(said, digest_size=LINK_BYTES).digest()
