"""Passwords: argon2id, a minimum length, and no difference between a wrong password and an unknown person."""

from __future__ import annotations

import pytest

from central.api.passwords import PASSWORD_CHARS_MIN, WeakPasswordError, hash_password, password_matches

PASSWORD = "清溪 river 42 bridge"
ENCODED = hash_password(PASSWORD)


def test_the_hash_is_argon2id_and_salted() -> None:
    assert ENCODED.startswith("$argon2id$")
    assert hash_password(PASSWORD) != ENCODED


@pytest.mark.parametrize(
    ("password", "encoded", "matches"),
    [
        (PASSWORD, ENCODED, True),
        (PASSWORD + " ", ENCODED, False),
        ("", ENCODED, False),
        (PASSWORD, None, False),
        ("nobody has this password", None, False),
        (PASSWORD, "not a hash", False),
    ],
    ids=("right", "a space more", "empty", "nobody", "nobody with a known one", "no hash"),  # a salt is new each time
)
def test_matching(password: str, encoded: str | None, matches: bool) -> None:
    assert password_matches(password, encoded=encoded) is matches


def test_a_short_password_is_refused_without_showing_it() -> None:
    with pytest.raises(WeakPasswordError, match=f"9 characters: expected at least {PASSWORD_CHARS_MIN}") as refused:
        hash_password("secret678")
    assert "secret678" not in str(refused.value)
