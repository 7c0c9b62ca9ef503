"""Passwords: argon2id hashes, and a check that takes as long for an unknown user as for a known one."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

PASSWORD_CHARS_MIN = 10


class WeakPasswordError(ValueError):
    """The password is too short to be hashed."""


def hash_password(password: str, *, hasher: PasswordHasher | None = None) -> str:
    """Encoded argon2id hash (19 MiB, 2 passes: OWASP's second profile); WeakPasswordError below 10 characters."""
    if len(password) < PASSWORD_CHARS_MIN:
        raise WeakPasswordError(
            f"password of {len(password)} characters: expected at least {PASSWORD_CHARS_MIN} characters"
        )
    return (hasher or _hasher()).hash(password)


def password_matches(password: str, *, encoded: str | None) -> bool:
    """Whether the password is the one hashed. `encoded` None (no such user) costs the same time and is False."""
    try:
        matches = _hasher().verify(encoded or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return matches and encoded is not None


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def _nobody() -> str:
    return _hasher().hash("nobody has this password")
