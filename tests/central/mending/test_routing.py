"""Whom a level reaches: the nearest holder of each seat, each person once."""

from __future__ import annotations

from typing import Any

import pytest

from central.mending.routing import Holder, Site, of_department, routed, seated
from tests.central.mending.build import PEOPLE

SITE = Site(project="qp", unit="区住建局", street="青坪街道")
HOLDERS = [Holder(person=person, role=role, kind=kind, scope=scope) for person, (role, kind, scope) in PEOPLE.items()]


@pytest.mark.parametrize(
    ("level", "persons"),
    [
        ("blue", ["owner"]),
        ("yellow", ["owner", "boss", "head"]),
        ("red", ["owner", "boss", "head", "chief", "purse"]),
    ],
)
def test_each_level_reaches_its_seats(level: Any, persons: list[str]) -> None:
    route = routed(level, HOLDERS, SITE)
    assert [one.person for one in route.told] == persons
    assert route.vacant == ()


def test_the_district_leader_supervises_where_nobody_is_nearer_and_is_told_once() -> None:
    holders = [holder for holder in HOLDERS if holder.person not in ("boss", "head")]
    route = routed("red", holders, SITE)
    assert [(one.person, one.seat) for one in route.told] == [
        ("owner", "project_owner"),
        ("chief", "leader"),
        ("purse", "finance"),
    ]
    assert route.vacant == ("dept_head",)


def test_the_nearest_grant_has_the_seat() -> None:
    far = Holder(person="far", role="project_owner", kind="district", scope="")
    assert seated("project_owner", [*HOLDERS, far], SITE) == ("owner",)
    assert seated("project_owner", [far], SITE) == ("far",)
    assert seated("project_owner", [Holder(person="x", role="project_owner", kind="planet", scope="qp")], SITE) == ()


def test_a_department_is_its_head_sections_and_clerks() -> None:
    assert of_department("区生态环境局", HOLDERS) == ("green",)
    assert of_department("区住建局", HOLDERS) == ("head",)
