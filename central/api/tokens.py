"""Short-lived bearer tokens (JWT, HS256) signed with the installation's own secret."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
from jwt.types import Options

from central.api.errors import UnauthorisedError

SECRET_BYTES = 32
AUDIENCE = "siteprogress"
_WHERE = "header.Authorization"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A token and how long it is good for."""

    token: str
    lifetime: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a good token says."""

    username: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Issues and reads tokens. `repr` must not show the secret, so it is kept out of it."""

    secret: bytes
    lifetime: timedelta

    def __repr__(self) -> str:
        return f"Signer(lifetime={self.lifetime})"

    def issue(self, username: str, *, now: datetime) -> Issued:
        """A token for a person that is good until now + lifetime."""
        claims = {
            "sub": username,
            "aud": AUDIENCE,
            "iat": int(now.timestamp()),
            "exp": int((now + self.lifetime).timestamp()),
            "jti": secrets.token_hex(8),
        }
        return Issued(token=jwt.encode(claims, self.secret, algorithm="HS256"), lifetime=self.lifetime)

    def read(self, token: str, *, now: datetime) -> Claims:
        """The claims of a good token; UnauthorisedError tells an expired one from a wrong one."""
        claims = self._verified(token)
        expires_at = datetime.fromtimestamp(claims["exp"], tz=UTC)
        if now >= expires_at:
            raise UnauthorisedError(
                f"token expired at {expires_at:%Y-%m-%dT%H:%M:%SZ}",
                where=_WHERE,
                expected="a token from a new login",
                code="token_expired",
            )
        return Claims(username=claims["sub"], expires_at=expires_at)

    def _verified(self, token: str) -> dict[str, Any]:
        options: Options = {"require": ["sub", "exp", "aud"], "verify_exp": False, "verify_iat": False}
        try:
            claims: dict[str, Any] = jwt.decode(
                token, self.secret, algorithms=["HS256"], audience=AUDIENCE, options=options
            )
        except jwt.InvalidTokenError as wrong:
            raise UnauthorisedError(
                f"token not valid ({type(wrong).__name__})",
                where=_WHERE,
                expected="a token this centre has issued",
                code="token_invalid",
            ) from wrong
        return claims


def load_secret(path: Path) -> bytes:
    """The installation's signing secret, made at first start (0600). Another file in its place is an error."""
    if not path.exists():
        _make_secret(path)
    return _read_secret(path)


def _make_secret(path: Path) -> None:
    """Write it whole beside its place, then link it in: of two first starts one wins and both read the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # 0600 by itself
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        Path(draft).unlink()


def _read_secret(path: Path) -> bytes:
    secret = path.read_bytes()
    if len(secret) != SECRET_BYTES:
        raise ValueError(
            f"secret of {len(secret)} bytes in {path}: expected {SECRET_BYTES}; remove it to make a new one"
        )
    if path.stat().st_mode & 0o077:
        raise ValueError(f"secret {path} is readable by others: expected mode 0600")
    return secret
