"""Which roles one person does not have together, and how a grant is spelled. Pure.

Discipline inspection stands alone (C08: it reads everything and changes nothing); who runs the system does not audit it
(GB/T 22239, 三员分立). The database refuses the same by a trigger; here it is said in words.
"""

from __future__ import annotations

from collections.abc import Iterable

from central.domain import Text
from central.mending.refused import MendingRefused

WATCHING = "discipline"
_APART = frozenset({"admin", "auditor"})
_ROLES: dict[str, Text] = {
    "admin": Text(zh="管理员", en="admin"),
    "leader": Text(zh="分管领导", en="leader"),
    "dept_head": Text(zh="部门负责人", en="head of department"),
    "section": Text(zh="科室", en="section"),
    "clerk": Text(zh="经办", en="clerk"),
    "finance": Text(zh="财政", en="finance"),
    "project_owner": Text(zh="项目负责人", en="project owner"),
    "supervisor": Text(zh="监理", en="supervisor"),
    "contractor": Text(zh="施工单位", en="contractor"),
    "inspector": Text(zh="巡查员", en="inspector"),
    "auditor": Text(zh="审计", en="auditor"),
    "discipline": Text(zh="纪检", en="discipline inspection"),
    "third_party": Text(zh="第三方", en="third party"),
    "public": Text(zh="公众", en="public"),
    "visitor": Text(zh="访客", en="visitor"),
}


def clashing(role: str, held: Iterable[str]) -> str | None:
    """The first of the held roles that nobody has beside this one; None when all may be together."""
    for other in sorted(held):
        if (role == WATCHING) != (other == WATCHING) or {role, other} == _APART:
            return other
    return None


def check_apart(role: str, held: Iterable[str]) -> None:
    """MendingRefused where somebody who has these roles must not be given this one."""
    other = clashing(role, held)
    if other is None:
        return
    new, old = _ROLES[role], _ROLES.get(other, Text(zh=other, en=other))
    why = (
        Text(
            zh="纪检只看不办, 不与任何业务角色同在一人",
            en="discipline inspection stands alone",
        )
        if WATCHING in (role, other)
        else Text(zh="管理与审计须由不同的人担任", en="who runs the system does not audit it")
    )
    held_now = Text(zh=f"此人已是{old.zh}, 不能再是{new.zh}", en=f"already {old.en}, not {new.en} as well")
    raise MendingRefused(
        "conflict",
        Text(zh=f"{held_now.zh}: {why.zh}", en=f"{held_now.en}: {why.en}"),
        where="role",
        expected=Text(zh=f"先收回{old.zh}, 或授给别人", en=f"withdraw {old.en} first, or grant it to somebody else"),
    )
