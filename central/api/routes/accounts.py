"""Accounts: who is there and may do what; an admin of the district gives and withdraws roles, never his own."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from sqlalchemy import Connection

from central.api.access import Access, allow
from central.api.account_schemas import (
    AccountGiven,
    AccountList,
    AccountShown,
    ActiveGiven,
    BasisGiven,
    GrantGiven,
    PasswordGiven,
    RoleList,
    RoleShown,
)
from central.api.acting import Number
from central.api.errors import absent
from central.api.mending_refusals import RESPONSES
from central.api.passwords import PASSWORD_CHARS_MIN, hash_password
from central.api.policy import ROLES, Grant, Place, Role, permitted
from central.api.refused_acts import recorded
from central.api.services import Db, Given, Services
from central.api.views.accounts import account_shown
from central.domain import Text
from central.mending.refused import MendingRefused
from central.store.engine import writing
from central.store.instants import DISTRICT_ZONE, district_day, to_ms
from central.store.read_accounts import Account, AccountFilter, account_named, accounts_of
from central.store.read_inbox import projects_with_places
from central.store.save_accounts import NewGrant, give_role, open_account, set_active, set_password, withdraw_role

router = APIRouter(tags=["accounts"])
Reader = Annotated[Access, allow("read_accounts")]
Admin = Annotated[Access, allow("manage_accounts")]
Named = Annotated[str, Path(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]


@router.get("/accounts", operation_id="listAccounts", response_model=AccountList)
def get_accounts(  # noqa: PLR0917 -- the parameters are those of the query
    access: Reader,
    services: Given,
    session: Db,
    find: Annotated[str, Query(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")] = "",
    role: Role | None = None,
    state: Literal["open", "closed", "all"] = "all",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> AccountList:
    """People with every grant they have and had."""
    _whole(access)
    now_ms = to_ms(services.wall())
    active = None if state == "all" else state == "open"
    wanted = AccountFilter(at_ms=now_ms, find=find.strip(), role=role, active=active)
    connection = session.connection()
    total, found = accounts_of(connection, wanted, limit=limit, offset=offset)
    places = _places(connection)
    return AccountList(total=total, accounts=[account_shown(one, places, now_ms=now_ms) for one in found])


@router.get("/accounts/roles", operation_id="listRoles", response_model=RoleList)
def get_roles(access: Reader, services: Given, session: Db) -> RoleList:
    """What each role may do, and the units and streets that a grant may be for."""
    _whole(access)
    places = _places(session.connection())
    return RoleList(
        roles=[RoleShown(role=role, may=permitted((Grant(role=role, kind="district", scope=""),))) for role in _ROLES],
        units=sorted({place.unit for place in places}),
        streets=sorted({place.street for place in places}),
        today=district_day(services.wall()),
    )


@router.get("/accounts/{username}", operation_id="getAccount", response_model=AccountShown)
def get_account(username: Named, access: Reader, services: Given, session: Db) -> AccountShown:
    """One person."""
    _whole(access)
    connection = session.connection()
    found = account_named(connection, username)
    if found is None:
        raise absent("account", username)
    return account_shown(found, _places(connection), now_ms=to_ms(services.wall()))


@router.post("/accounts", operation_id="openAccount", status_code=201, response_model=AccountShown, responses=RESPONSES)
def post_account(given: AccountGiven, access: Admin, services: Given) -> AccountShown:
    """A new person with a first role."""
    _whole(access)
    with recorded(services, access, action="user.add", object_=f"user/{given.username}"):
        hashed, grant = _hashed(given.password), _grant(given.grant, services)
        with writing(services.engine) as connection:
            found = open_account(
                connection,
                given.username,
                name=given.name.strip(),
                password_hash=hashed,
                grant=grant,
                by=access.username,
                now_ms=to_ms(services.wall()),
            )
            return _shown(connection, found, services)


@router.post(
    "/accounts/{username}/grants",
    operation_id="giveRole",
    status_code=201,
    response_model=AccountShown,
    responses=RESPONSES,
)
def post_grant(username: Named, given: GrantGiven, access: Admin, services: Given) -> AccountShown:
    """One more role; never to oneself, and discipline inspection never beside another."""
    _whole(access)
    with recorded(services, access, action="grant.give", object_=f"user/{username}"):
        grant = _grant(given, services)
        with writing(services.engine) as connection:
            now_ms = to_ms(services.wall())
            found = give_role(connection, username, grant, basis=given.basis, by=access.username, now_ms=now_ms)
            return _shown(connection, found, services)


@router.post(
    "/accounts/{username}/grants/{grant}/withdraw",
    operation_id="withdrawRole",
    response_model=AccountShown,
    responses=RESPONSES,
)
def post_withdraw(
    username: Named, grant: Annotated[Number, Path()], given: BasisGiven, access: Admin, services: Given
) -> AccountShown:
    """A role ends now; that it was held stays on record."""
    _whole(access)
    with (
        recorded(services, access, action="grant.withdraw", object_=f"user/{username}"),
        writing(services.engine) as connection,
    ):
        now_ms = to_ms(services.wall())
        found = withdraw_role(connection, username, grant, basis=given.basis, by=access.username, now_ms=now_ms)
        return _shown(connection, found, services)


@router.put("/accounts/{username}/active", operation_id="setActive", response_model=AccountShown, responses=RESPONSES)
def put_active(username: Named, given: ActiveGiven, access: Admin, services: Given) -> AccountShown:
    """Close an account, or open it again."""
    _whole(access)
    with (
        recorded(services, access, action="user.active", object_=f"user/{username}"),
        writing(services.engine) as connection,
    ):
        now_ms = to_ms(services.wall())
        found = set_active(
            connection, username, active=given.active, basis=given.basis, by=access.username, now_ms=now_ms
        )
        return _shown(connection, found, services)


@router.put(
    "/accounts/{username}/password", operation_id="setPassword", response_model=AccountShown, responses=RESPONSES
)
def put_password(username: Named, given: PasswordGiven, access: Admin, services: Given) -> AccountShown:
    """A new password for somebody who lost his."""
    _whole(access)
    with recorded(services, access, action="user.password", object_=f"user/{username}"):
        hashed = _hashed(given.password)
        with writing(services.engine) as connection:
            now_ms = to_ms(services.wall())
            found = set_password(connection, username, password_hash=hashed, by=access.username, now_ms=now_ms)
            return _shown(connection, found, services)


_ROLES: tuple[Role, ...] = ROLES  # type: ignore[assignment]  # get_args of Role


def _whole(access: Access) -> None:
    """Accounts belong to no project: who reaches a part only is told of none."""
    if not access.everywhere:
        raise absent("address", "/accounts")


def _grant(given: GrantGiven, services: Services) -> NewGrant:
    """What is given; MendingRefused where scope or last day do not fit."""
    scope = given.scope.strip()
    if (given.kind == "district") == bool(scope):
        raise MendingRefused(
            "missing",
            Text(zh="范围没有写明", en="the scope is missing")
            if not scope
            else Text(zh="全区不另写范围", en="the whole district has no name of a scope"),
            where="grant.scope",
            expected=Text(
                zh="单位或街道的名称、项目编号; 全区则留空",
                en="a unit's or street's name or a project's id; empty for the district",
            ),
        )
    today = district_day(services.wall())
    if given.until is not None and given.until < today:
        raise MendingRefused(
            "missing",
            Text(zh=f"最后一天 {given.until} 已过", en=f"the last day {given.until} is over"),
            where="grant.until",
            expected=Text(zh=f"{today} 或以后", en=f"{today} or later"),
        )
    return NewGrant(role=given.role, kind=given.kind, scope=scope, to_ms=_end_ms(given.until))


def _end_ms(last: date | None) -> int | None:
    """The instant at which a day of the district is over."""
    if last is None:
        return None
    return to_ms(datetime.combine(last + timedelta(days=1), datetime.min.time(), tzinfo=DISTRICT_ZONE))


def _hashed(password: str) -> str:
    if len(password) < PASSWORD_CHARS_MIN:
        raise MendingRefused(
            "missing",
            Text(zh=f"密码只有 {len(password)} 位", en=f"a password of {len(password)} characters"),
            where="password",
            expected=Text(zh=f"至少 {PASSWORD_CHARS_MIN} 位", en=f"at least {PASSWORD_CHARS_MIN} characters"),
        )
    return hash_password(password)


def _places(connection: Connection) -> list[Place]:
    rows = projects_with_places(connection)
    return [Place(project=row.id, unit=row.unit_zh, street=row.street_zh) for row in rows]


def _shown(connection: Connection, found: Account, services: Services) -> AccountShown:
    return account_shown(found, _places(connection), now_ms=to_ms(services.wall()))
