"""What the API takes and answers about accounts: who is there, and what each may do where."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from central.api.acting import Day, Line, Reasoned
from central.api.mending_schemas import Asked
from central.api.policy import Action, Role, ScopeKind
from central.api.schemas import Answer

UserName = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\s/\x00-\x1f\x7f]+$")]
Scope = Annotated[str, Field(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")]
Password = Annotated[str, Field(min_length=1, max_length=1024)]


class GrantGiven(Asked):
    """A role within a scope: '' for the district, else a unit's or street's Chinese name or a project's id.

    `until` = its last day (Asia/Shanghai), null = until it is withdrawn. `basis`: by which paper or why.
    """

    role: Role
    kind: ScopeKind
    scope: Scope = ""
    until: Day | None = None
    basis: Reasoned


class AccountGiven(Asked):
    """A new person with a first role."""

    username: UserName
    name: Line
    password: Password
    grant: GrantGiven


class BasisGiven(Asked):
    """By which paper, or why."""

    basis: Reasoned


class ActiveGiven(Asked):
    """Whether the person may log in."""

    active: bool
    basis: Reasoned


class PasswordGiven(Asked):
    """A new password."""

    password: Password


class GrantShown(Answer):
    """A role within a scope. `in_force` now; `projects` = how many projects it reaches today."""

    id: int
    role: str
    kind: str
    scope: str
    since: datetime
    until: datetime | None
    in_force: bool
    projects: int


class AccountShown(Answer):
    """A person; `may` = what the grants in force allow somewhere, nothing when the account is closed."""

    username: str
    name: str
    active: bool
    created_at: datetime
    grants: list[GrantShown]
    may: list[Action]


class AccountList(Answer):
    """A page, by user name."""

    total: int
    accounts: list[AccountShown]


class RoleShown(Answer):
    """What a role may do within its scope."""

    role: Role
    may: list[Action]


class RoleList(Answer):
    """Every role, and the scopes there are to choose from; `today` is the district's calendar day."""

    roles: list[RoleShown]
    units: list[str]
    streets: list[str]
    today: date
