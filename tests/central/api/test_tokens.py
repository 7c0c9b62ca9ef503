"""Tokens: what was issued reads back; an expired one and a wrong one are told apart."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest

from central.api.errors import UnauthorisedError
from central.api.tokens import AUDIENCE, SECRET_BYTES, Signer, load_secret

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
SECRET = bytes(range(SECRET_BYTES))
SIGNER = Signer(secret=SECRET, lifetime=timedelta(minutes=20))


def forged(*, secret: bytes = SECRET, algorithm: str = "HS256", without: str | None = None, **claims: Any) -> str:
    """A token made by hand: the right claims, except for what is given."""
    right = {"sub": "li", "aud": AUDIENCE, "exp": int(NOW.timestamp()) + 60} | claims
    return jwt.encode({k: v for k, v in right.items() if k != without}, secret, algorithm=algorithm)


def test_an_issued_token_reads_back() -> None:
    issued = SIGNER.issue("li", now=NOW)
    claims = SIGNER.read(issued.token, now=NOW + timedelta(minutes=19, seconds=59))
    assert (claims.username, claims.expires_at) == ("li", NOW + timedelta(minutes=20))


def test_two_tokens_of_one_moment_differ() -> None:
    assert SIGNER.issue("li", now=NOW).token != SIGNER.issue("li", now=NOW).token


def test_an_expired_token_says_so_and_when() -> None:
    token = SIGNER.issue("li", now=NOW).token
    with pytest.raises(UnauthorisedError) as refused:
        SIGNER.read(token, now=NOW + timedelta(minutes=20))
    assert refused.value.code == "token_expired"
    assert "2026-11-21T08:20:00Z" in str(refused.value)
    assert refused.value.where == "header.Authorization"


@pytest.mark.parametrize(
    "token",
    [
        "",
        "no token",
        "a.b.c",
        forged(secret=b"another secret of thirty-two byte"),
        forged(aud="another system"),
        forged(without="sub"),
        forged(without="exp"),
        forged(without="aud"),
        forged(algorithm="HS512", secret=SECRET * 2),
        jwt.encode({"sub": "li", "aud": AUDIENCE, "exp": 9e9}, "", algorithm="none"),
    ],
)
def test_a_wrong_token_is_invalid(token: str) -> None:
    with pytest.raises(UnauthorisedError) as refused:
        SIGNER.read(token, now=NOW)
    assert refused.value.code == "token_invalid"


def test_the_secret_is_not_in_the_repr() -> None:
    assert repr(SECRET) not in repr(SIGNER)


def test_the_secret_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "secret"
    made = load_secret(path)
    assert len(made) == SECRET_BYTES
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_secret(path) == made
    assert load_secret(tmp_path / "other") != made
    assert [file.name for file in path.parent.iterdir()] == ["secret"]


@pytest.mark.parametrize(("content", "mode"), [(b"short", 0o600), (b"", 0o600), (bytes(SECRET_BYTES), 0o644)])
def test_another_file_in_its_place_is_an_error_and_stays(tmp_path: Path, content: bytes, mode: int) -> None:
    path = tmp_path / "secret"
    path.write_bytes(content)
    path.chmod(mode)
    with pytest.raises(ValueError, match="expected"):
        load_secret(path)
    assert path.read_bytes() == content
