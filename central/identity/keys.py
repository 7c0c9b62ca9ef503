"""Where the centre keeps its identity, and its own signing key: what it says to gateways is signed with it."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from central.identity.files import read_private
from wire.signing import Signer, load_signer, new_signer, save_signer

SIGNING_KEY = "centre.key"


def identity_folder(data_dir: Path) -> Path:
    """Under the centre's data_dir; to be backed up and kept from everybody."""
    return data_dir / "identity"


def centre_signer(data_dir: Path) -> Signer:
    """The centre's Ed25519 key, made at its first use (0600). Another file in its place is an error."""
    path = identity_folder(data_dir) / SIGNING_KEY
    if not path.exists():
        _make(path)
    read_private(path)  # refuses a key that others may read
    return load_signer(path)


def _make(path: Path) -> None:
    """Write it whole beside its place, then link it in: of two first starts one wins and both read the same."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    save_signer(new_signer(), draft)
    try:
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
