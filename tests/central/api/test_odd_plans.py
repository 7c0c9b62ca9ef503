"""Plans that are odd and lawful: each is taken, judged through its whole life, and every page of it answers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from central.api.sent_files import XLSX_TYPE
from central.reassess import reassess
from tests.central.api.district import NOW, Centre
from tests.central.api.test_imports import post, post_json

TODAY = NOW.date()
PAGES = ("", "/curve", "/structure", "/board", "/money", "/gantt", "/outlook", "/disbursement")
LATER = ("/outlook",)


def name(words: str) -> dict[str, str]:
    """Words without English."""
    return {"zh": words}


def item(key: str, weight_bp: int, *points: tuple[date, int], **more: Any) -> dict[str, Any]:
    """An item with its plan."""
    found = [{"day": str(day), "cum_bp": cum_bp} for day, cum_bp in points]
    return {"id": key, "name": name(key), "weight_bp": weight_bp, "credits": {}, "points": found, **more}


def plan(start: date, finish: date, *buildings: dict[str, Any], **head: Any) -> dict[str, Any]:
    """A plan of schema 2 with ordinary surroundings."""
    rest: dict[str, Any] = {
        key: head.pop(key) for key in ("lots", "milestones", "key_dates", "dependencies") if key in head
    }
    project = {
        "id": "odd", "code": "2512-330199-04-01-900001", "name": name("奇"), "street": name("青坪街道"),
        "unit": name("区住建局"), "work_type": "new_build", "contract_fen": 100, "budget_fen": 100,
        "start": str(start), "finish": str(finish), "pauses": [],
    }  # fmt: skip
    return {"schema": "siteprogress.plan/2", "project": project | head, "buildings": list(buildings), **rest}


def building(key: str, weight_bp: int, storeys: int, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A building; without items its template stands for them."""
    return {"id": key, "name": name(key), "storeys": storeys, "weight_bp": weight_bp, "items": list(items), **more}


def one_item(key: str, weight_bp: int, storeys: int) -> dict[str, Any]:
    """A building that is one item without points."""
    return building(key, weight_bp, storeys, item(f"{key}-all", 10_000))


def day(offset: int) -> date:
    """Days from the centre's today."""
    return TODAY + timedelta(days=offset)


ROAD = [item(f"s{n}", 250, (day(-100 + n), 0), (day(-98 + 3 * n), 10_000)) for n in range(40)]
BILL = [
    item(f"q{n}", 1, quantity=q, quantity_unit="m3", rate_fen=rate)
    for n, (q, rate) in enumerate([(0.001, 1_000_000), (1_234_567.891, 73), (1, 1)])
]
for row in BILL:
    del row["weight_bp"]
ESTATE = [building(f"e{n}", 333 + (n < 10), 6, template="retrofit") for n in range(30)]
PAUSED = [{"from": str(day(-20)), "to": str(day(-1)), "reason": "停工令", "approved_by": "区住建局"}]
ODD: dict[str, dict[str, Any]] = {
    "one_building_one_item_without_points": plan(day(-30), day(30), one_item("o1", 10_000, 1)),
    "sixty_storeys_from_a_template": plan(day(-400), day(500), building("t1", 10_000, 60, template="shell")),
    "two_hundred_storeys_that_begin_next_year": plan(day(200), day(900), one_item("h1", 10_000, 200)),
    "road_of_forty_sections": plan(day(-101), day(30), building("r1", 10_000, 1, *ROAD), work_type="road"),
    "renovation_estate_of_thirty_buildings": plan(day(-90), day(90), *ESTATE, work_type="renovation"),
    "across_two_spring_festivals": plan(date(2026, 1, 20), date(2027, 3, 1), one_item("f1", 10_000, 6)),
    "paused_until_yesterday": plan(day(-40), day(40), one_item("p1", 10_000, 6), pauses=PAUSED),
    "paused_from_first_to_last_day": plan(
        day(-10), day(-1), one_item("w1", 10_000, 6), pauses=[PAUSED[0] | {"from": str(day(-20))}]
    ),
    "bill_of_tiny_and_huge_rows": plan(day(-30), day(30), building("b1", 10_000, 3, *BILL)),
    "nothing_costs_anything": plan(day(-30), day(30), one_item("z1", 10_000, 3), contract_fen=0, budget_fen=0),
    "one_day_that_was_yesterday": plan(day(-1), day(0), one_item("y1", 10_000, 1)),
    "one_day_that_is_tomorrow": plan(
        day(0), day(1), building("m1", 10_000, 1, item("m1-all", 10_000, (day(1), 10_000)))
    ),
    "fifteen_years": plan(day(-2740), day(2735), one_item("l1", 10_000, 9)),
    "a_building_of_one_ten_thousandth": plan(day(-9), day(9), one_item("a1", 1, 1), one_item("a2", 9999, 200)),
    "nothing_planned_until_the_last_day": plan(
        day(-30), day(5), building("n1", 10_000, 6, item("n1-a", 10_000, (day(4), 0), (day(5), 10_000)))
    ),
    "milestones_of_what_is_not_built": plan(
        day(-30), day(30), work_type="technology",
        milestones=[{"id": "v1", "name": name("交付"), "day": str(day(30)), "weight_bp": 10_000}],
    ),
}  # fmt: skip


def test_each_is_taken_judged_and_shown(one_centre: Centre) -> None:
    """One centre for all of them: what one breaks on the district's pages shows as well."""
    leader, wrong = one_centre.client("leader"), list[str]()
    for number, (what, document) in enumerate(ODD.items()):
        project = f"odd{number}"
        document["project"] |= {"id": project, "code": f"2512-330199-04-01-9{number:05}"}
        answer = post_json(one_centre, document)
        assert answer.status_code == 201, (what, answer.text)
        reassess(one_centre.engine, project, NOW)
        for page in PAGES:
            told = leader.get(f"/api/v1/projects/{project}{page}")
            if told.status_code != 200 and not (told.status_code == 404 and page in LATER):
                wrong.append(f"{what} {page} {told.status_code} {told.text[:300]}")
        again = post(one_centre, leader.get(f"/api/v1/projects/{project}/plan.xlsx").content, XLSX_TYPE)
        assert again.status_code == 201, (what, again.text)
    for page in ("projects", "map", "district", "wall", "outlook/projects", "warnings"):
        told = leader.get(f"/api/v1/{page}")
        if told.status_code != 200:
            wrong.append(f"{page} {told.status_code} {told.text[:300]}")
    assert wrong == []
