"""What the database itself keeps: the audit trail, and roles that one person does not have together."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from central.audit.trail import append
from central.store.engine import reading, writing
from central.store.save_people import add_user


@pytest.mark.requirement("C14")
def test_the_trail_is_only_added_to_whoever_asks(any_store: Engine) -> None:
    with writing(any_store) as connection:
        for number in (1, 2):
            append(connection, at_ms=number, actor="a", action="b", object_="c", detail={})
    attempts = [
        "UPDATE audit_entry SET actor = 'x'",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_entry WHERE seq = 2",
    ]
    columns = "seq, at, actor, action, object, detail_json, prev_hash, hash"
    if any_store.dialect.name == "sqlite":
        attempts.append(f"INSERT OR REPLACE INTO audit_entry ({columns}) SELECT {columns} FROM audit_entry")
    else:
        attempts.append("TRUNCATE audit_entry")
    for attempt in attempts:
        with pytest.raises(DBAPIError, match="can only be added to"), writing(any_store) as connection:
            connection.execute(text(attempt))
    with reading(any_store) as connection:
        assert connection.execute(text("SELECT actor FROM audit_entry ORDER BY seq")).scalars().all() == ["a", "a"]


GRANT = text(
    'INSERT INTO role_grant ("user", role, scope_kind, scope, valid_from_at, valid_to_at)'
    " SELECT id, :role, 'district', '', :since, :until FROM app_user WHERE username = 'li'"
)


def with_role(engine: Engine, role: str) -> None:
    """Li, with a role of the district."""
    add_user(engine, "li", name="李", password_hash="-", role=role, scope_kind="district", scope="", by="x", now_ms=1)


@pytest.mark.parametrize(
    ("has", "more", "since", "refused"),
    [
        ("discipline", "clerk", 0, True),
        ("clerk", "discipline", 0, True),
        ("clerk", "discipline", 500, False),  # once the desk is left
        ("admin", "auditor", 0, True),
        ("auditor", "admin", 0, True),
        ("auditor", "clerk", 0, False),
        ("discipline", "discipline", 0, False),
    ],
)
def test_who_watches_has_no_desk(any_store: Engine, has: str, more: str, since: int, refused: bool) -> None:
    with_role(any_store, has)
    with writing(any_store) as connection:
        connection.execute(text("UPDATE role_grant SET valid_to_at = 500"))
    given = {"role": more, "since": since, "until": None}
    if refused:
        with pytest.raises(DBAPIError, match="does not have both roles"), writing(any_store) as connection:
            connection.execute(GRANT, given)
    else:
        with writing(any_store) as connection:
            connection.execute(GRANT, given)
    with reading(any_store) as connection:
        assert connection.execute(text("SELECT count(*) FROM role_grant")).scalar_one() == (1 if refused else 2)


def test_a_role_is_not_changed_into_one_that_clashes(any_store: Engine) -> None:
    add_user(
        any_store, "li", name="li", password_hash="-", role="admin", scope_kind="district", scope="", by="x", now_ms=1
    )
    with writing(any_store) as connection:
        connection.execute(GRANT, {"role": "clerk", "since": 0, "until": None})
    with pytest.raises(DBAPIError, match="does not have both roles"), writing(any_store) as connection:
        connection.execute(text("UPDATE role_grant SET role = 'auditor' WHERE role = 'clerk'"))
