"""The audit trail can only be added to; nobody has discipline inspection, or audit and administration, beside a desk"""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_TRAIL = "audit_entry can only be added to"
_APART = "one person does not have both roles: discipline stands alone, and admin apart from auditor"
_CLASH = (
    "((NEW.role = 'discipline') <> (other.role = 'discipline')"
    " OR (NEW.role = 'admin' AND other.role = 'auditor') OR (NEW.role = 'auditor' AND other.role = 'admin'))"
)
_SAME_TIME = (
    "(NEW.valid_to_at IS NULL OR other.valid_from_at < NEW.valid_to_at)"
    " AND (other.valid_to_at IS NULL OR NEW.valid_from_at < other.valid_to_at)"
)


def upgrade() -> None:
    """Triggers only: nothing that is there is looked at again."""
    if op.get_bind().dialect.name == "sqlite":
        _sqlite_trail()
        _sqlite_roles()
        return
    _postgres_trail()
    _postgres_roles()


def _sqlite_trail() -> None:
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_entry_no_{verb.lower()} BEFORE {verb} ON audit_entry "
            f"BEGIN SELECT RAISE(ABORT, '{_TRAIL}'); END"
        )
    op.execute(
        "CREATE TRIGGER audit_entry_no_replace BEFORE INSERT ON audit_entry "  # noqa: S608 -- texts of this file
        "WHEN EXISTS (SELECT 1 FROM audit_entry WHERE seq = NEW.seq) "
        f"BEGIN SELECT RAISE(ABORT, '{_TRAIL}'); END"
    )


def _sqlite_roles() -> None:
    for verb, another in (("INSERT", ""), ("UPDATE", " AND other.id <> NEW.id")):
        op.execute(
            f"CREATE TRIGGER role_grant_apart_{verb.lower()} BEFORE {verb} ON role_grant "  # noqa: S608 -- texts above
            'WHEN EXISTS (SELECT 1 FROM role_grant AS other WHERE other."user" = NEW."user"'
            f"{another} AND {_CLASH} AND {_SAME_TIME}) BEGIN SELECT RAISE(ABORT, '{_APART}'); END"
        )


def _postgres_trail() -> None:
    op.execute(
        "CREATE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_TRAIL}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()"
    )


def _postgres_roles() -> None:
    """Whoever grants holds the person's row: of two grants at once the second sees the first."""
    op.execute(
        "CREATE FUNCTION role_grant_apart() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "  # noqa: S608 -- texts above
        'PERFORM 1 FROM app_user WHERE id = NEW."user" FOR UPDATE; '
        'IF EXISTS (SELECT 1 FROM role_grant AS other WHERE other."user" = NEW."user" AND other.id <> NEW.id'
        f" AND {_CLASH} AND {_SAME_TIME}) THEN RAISE EXCEPTION '{_APART}'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER role_grant_apart BEFORE INSERT OR UPDATE ON role_grant "
        "FOR EACH ROW EXECUTE FUNCTION role_grant_apart()"
    )
