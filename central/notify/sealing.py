"""Addresses of people at rest: AES-256-GCM with a key file of the data folder, bound to the person."""

from __future__ import annotations

import hashlib
import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from central.errors import CentralError
from central.identity.files import read_private, write_first

KEY_FILE = "addresses.key"
KEY_BYTES = 32
NONCE_BYTES = 12


class SealBroken(CentralError):  # noqa: N818 -- reads as what it is
    """An address that this key does not open: another centre's, or changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealer:
    """Seals and opens; `key_name` (not secret) says which key sealed something."""

    key: bytes
    key_name: str

    def seal(self, address: str, *, person: str) -> str:
        """The address as it may lie in the database."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        hidden = AESGCM(self.key).encrypt(nonce, address.encode(), person.encode())
        return f"{self.key_name}.{b64encode(nonce + hidden).decode()}"

    def open(self, sealed: str, *, person: str) -> str:
        """The address; SealBroken names the key that is needed. Its message holds nothing of the address."""
        name, _, text = sealed.partition(".")
        if name != self.key_name:
            raise SealBroken(f"address sealed with key {name}", where=KEY_FILE, expected=f"key {self.key_name}")
        try:
            raw = b64decode(text, validate=True)
            return AESGCM(self.key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], person.encode()).decode()
        except (InvalidTag, ValueError) as broken:
            raise SealBroken("address that was changed", where=f"addresses of {person}", expected="it as stored") from (
                broken
            )


def sealer_of(data_dir: Path) -> Sealer:
    """The key of this data folder, made where there is none (0600). Centres of one database need the same file."""
    path = data_dir / KEY_FILE
    key = read_private(path) if path.exists() else write_first(path, secrets.token_bytes(KEY_BYTES))
    if len(key) != KEY_BYTES:
        raise ValueError(f"key of {len(key)} bytes in {path}: expected {KEY_BYTES}")
    return Sealer(key=key, key_name=hashlib.sha256(b"siteprogress addresses" + key).hexdigest()[:8])
