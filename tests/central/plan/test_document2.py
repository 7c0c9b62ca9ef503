"""Plans of schema 2: lots, units, bills of quantities, templates, steps, key dates, milestones, terms."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from central.plan.document import ImportedPlan
from central.plan.exporting import write_plan_xlsx
from central.plan.fault import PlanError
from central.plan.importing import read_plan_json, read_plan_xlsx
from central.plan.structure import Dependency
from central.plan.templates import TEMPLATES

HEAD: dict[str, Any] = {
    "id": "qp",
    "code": "2512-330199-04-01-100101",
    "name": {"zh": "青坪保障房", "en": "Qingping social housing"},
    "street": {"zh": "青坪街道", "en": "Qingping street"},
    "unit": {"zh": "区城建中心", "en": "District construction centre"},
    "work_type": "new_build",
    "contract_fen": 800_000_000,
    "budget_fen": 820_000_000,
    "start": "2026-05-01",
    "finish": "2026-08-31",
    "pauses": [],
}


def item(name: str, **more: Any) -> dict[str, Any]:
    """An item of a bill or a template."""
    return {"id": name, "name": {"zh": name, "en": name}, "credits": {}, "points": [], **more}


PLAN: dict[str, Any] = {
    "schema": "siteprogress.plan/2",
    "project": {
        **HEAD,
        "signed_on": "2026-03-31",
        "agreed_start": "2026-05-01",
        "estimate_fen": 830_000_000,
        "object_code": "JS-330199-0001",
        "unit_id": "cjzx",
    },
    "lots": [
        {"id": "lot1", "name": {"zh": "一标段", "en": "Lot 1"}, "contractor": "甲公司", "contract_fen": 500_000_000},
        {"id": "lot2", "name": {"zh": "二标段", "en": "Lot 2"}},
    ],
    "buildings": [
        {
            "id": "b1",
            "name": {"zh": "1号楼", "en": "Building 1"},
            "storeys": 6,
            "lot": "lot1",
            "amount_fen": 600_000_000,
            "units": [
                {"id": "b1-u1", "name": {"zh": "一单元", "en": "Unit 1"}, "weight_bp": 6000},
                {"id": "b1-u2", "name": {"zh": "二单元", "en": "Unit 2"}, "weight_bp": 4000},
            ],
            "items": [
                item("b1-u1-frame", unit="b1-u1", weight_bp=7000, stage="structure"),
                item("b1-u1-inside", unit="b1-u1", weight_bp=3000, stage="interior"),
                item(
                    "b1-u2-frame", unit="b1-u2", weight_bp=10_000, stage="structure", observable_by="camera,inspector"
                ),
            ],
        },
        {
            "id": "b2",
            "name": {"zh": "2号楼", "en": "Building 2"},
            "storeys": 6,
            "lot": "lot2",
            "amount_fen": 200_000_000,
            "items": [
                item("b2-rebar", quantity=120.5, quantity_unit="t", rate_fen=480_000),
                item("b2-pour", quantity=800, quantity_unit="m3", rate_fen=62_000),
                item("b2-close", amount_fen=1),
            ],
        },
    ],
    "key_dates": [{"id": "topping", "name": "封顶", "day": "2026-07-15", "item": "b2-pour"}],
    "dependencies": [{"from": "b2-rebar", "to": "b2-pour", "lag_days": -3}, {"from": "b2-pour", "to": "b2-close"}],
}
PLAN["buildings"][1]["items"][1]["steps"] = [
    {"name": "模板", "credit_bp": 2500, "evidence": "检查记录"},
    {"name": "浇筑", "credit_bp": 7500, "evidence": "试块报告"},
]


def changed(edit: Callable[[dict[str, Any]], object], base: dict[str, Any] = PLAN) -> dict[str, Any]:
    """A copy of the plan with one thing changed."""
    document = copy.deepcopy(base)
    edit(document)
    return document


def plan(document: dict[str, Any]) -> ImportedPlan:
    """A plan that is right."""
    found = read_plan_json(document)
    assert isinstance(found, ImportedPlan), found
    return found


def faults(found: ImportedPlan | tuple[PlanError, ...]) -> tuple[PlanError, ...]:
    """The faults of one that is not."""
    assert isinstance(found, tuple)
    return found


def test_everything_a_plan_of_schema_2_says() -> None:
    found = plan(PLAN)
    first, second = found.project.buildings
    assert (first.weight_bp, second.weight_bp) == (7500, 2500)
    assert [i.weight_bp for i in first.items] == [4200, 1800, 4000]
    assert [i.weight_bp for i in second.items] == [5382, 4617, 1]  # 5784万 : 4960万 : 1分, none gets nothing
    assert [(lot.id, lot.contract_fen, lot.buildings) for lot in found.structure.lots] == [
        ("lot1", 500_000_000, ("b1",)),
        ("lot2", 0, ("b2",)),
    ]
    assert [(u.id, u.items) for u in found.structure.units] == [
        ("b1-u1", ("b1-u1-frame", "b1-u1-inside")),
        ("b1-u2", ("b1-u2-frame",)),
    ]
    assert [(s.item, s.name, s.credit_bp) for s in found.structure.steps] == [
        ("b2-pour", "模板", 2500),
        ("b2-pour", "浇筑", 7500),
    ]
    assert found.structure.dependencies[0] == Dependency(before="b2-rebar", after="b2-pour", lag_days=-3)
    assert [key.id for key in found.structure.key_dates] == ["topping"]
    assert found.structure.from_template == ()
    assert (found.terms.estimate_fen, str(found.terms.agreed_start)) == (830_000_000, "2026-05-01")
    assert (found.terms.object_code, found.terms.unit_id) == ("JS-330199-0001", "cjzx")


def test_a_workbook_says_the_same() -> None:
    again = read_plan_xlsx(write_plan_xlsx(PLAN))
    assert isinstance(again, ImportedPlan), again
    there = plan(PLAN)
    assert (again.project, again.structure, again.terms) == (there.project, there.structure, there.terms)


@pytest.mark.parametrize("words", ['=HYPERLINK("http://x")', "#N/A", "+1", "@SUM", "1e5", "0012", "2026-05-01"])
def test_a_name_that_a_spreadsheet_would_make_something_of_is_a_name_in_a_workbook(words: str) -> None:
    odd = changed(lambda d: d["buildings"][0].update(name=words))
    again = read_plan_xlsx(write_plan_xlsx(odd))
    assert isinstance(again, ImportedPlan), again
    assert again.project.buildings[0].name.zh == words


TEMPLATED = changed(
    lambda d: d.update(
        buildings=[
            {"id": f"b{n}", "name": f"{n}号楼", "storeys": 6, "template": "finished", "area_m2": area}
            for n, area in ((1, 3000), (2, 1000))
        ],
        lots=[],
        key_dates=[],
        dependencies=[],
    )
)


def test_a_template_stands_for_a_bill_and_is_told_as_such() -> None:
    found = plan(TEMPLATED)
    building = found.project.buildings[0]
    assert [b.weight_bp for b in found.project.buildings] == [7500, 2500]
    assert {i.id.removeprefix("b1-"): i.weight_bp for i in building.items} == {
        "ground": 1200, "structure": 2800, "masonry": 700, "roof": 300, "facade": 1300, "services": 1800,
        "interior": 1400, "outdoor": 300, "closing": 200,
    }  # fmt: skip
    assert dict(building.items[1].credits)["formwork"] == 5000
    assert found.structure.from_template == ("b1", "b2")
    assert found.document == TEMPLATED
    again = read_plan_xlsx(write_plan_xlsx(TEMPLATED))
    assert isinstance(again, ImportedPlan), again
    assert again.project == found.project


def test_the_items_of_a_part_share_its_weight() -> None:
    def edit(document: dict[str, Any]) -> None:
        parts = [part.stage for part in TEMPLATES["finished"].parts]
        document["buildings"][0]["items"] = [item(f"i-{s}", stage=s) for s in parts] + [item("x", stage="structure")]

    found = plan(changed(edit, TEMPLATED)).project.buildings[0]
    assert [i.weight_bp for i in found.items if i.id in ("i-structure", "x")] == [1400, 1400]
    assert sum(i.weight_bp for i in found.items) == 10_000


def test_the_weights_of_every_template_are_whole() -> None:
    for template in TEMPLATES.values():
        assert sum(part.weight_bp for part in template.parts) == 10_000


INDUSTRY: dict[str, Any] = {
    "schema": "siteprogress.plan/2",
    "project": {**HEAD, "work_type": "industry"},
    "milestones": [
        {"id": "m1", "name": {"zh": "设备到货", "en": "Machines arrived"}, "day": "2026-06-30", "weight_bp": 4000},
        {
            "id": "m2",
            "name": {"zh": "试生产", "en": "Trial run"},
            "day": "2026-08-31",
            "weight_bp": 6000,
            "steps": [{"name": "验收单", "credit_bp": 10_000, "evidence": "盖章"}],
        },
    ],
}


def test_a_project_that_builds_nothing_has_milestones_and_no_camera() -> None:
    found = plan(INDUSTRY)
    (works,) = found.project.buildings
    assert [(i.id, i.weight_bp, i.credits) for i in works.items] == [("m1", 4000, ()), ("m2", 6000, ())]
    assert [(str(p.day), p.cum_bp) for p in works.items[0].points] == [("2026-06-29", 0), ("2026-06-30", 10_000)]
    assert found.faces == ()
    assert found.structure.steps[0].item == "m2"
    again = read_plan_xlsx(write_plan_xlsx(INDUSTRY))
    assert isinstance(again, ImportedPlan), again
    assert (again.project, again.structure) == (found.project, found.structure)


def building(document: dict[str, Any], index: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = document["buildings"][index]
    return found


@pytest.mark.parametrize(
    ("edit", "column", "words"),
    [
        (lambda d: building(d)["items"][0].update(weight_bp=6999), "buildings[0].items[1].weight_bp", "sum to 9999"),
        (lambda d: building(d)["units"][0].update(weight_bp=6001), "buildings[0].units[1].weight_bp", "sum to 10001"),
        (lambda d: building(d)["items"][2].pop("unit"), "buildings[0].items[2].unit", "a unit of building b1"),
        (lambda d: building(d)["items"][2].update(unit="b9"), "buildings[0].items[2].unit", "unit 'b9'"),
        (lambda d: building(d, 1).pop("lot"), "buildings[1].lot", "one of lot1, lot2"),
        (lambda d: building(d, 1).update(lot="lot1"), "lots[1].id", "lot lot2 without buildings"),
        (lambda d: building(d, 1).pop("amount_fen"), "buildings[1].amount_fen", "whole number of fen"),
        (lambda d: building(d, 1)["items"][0].update(amount_fen=5), "buildings[1].items[0].amount_fen", "57840000 fen"),
        (lambda d: building(d, 1)["items"][0].pop("rate_fen"), "buildings[1].items[0].rate_fen", "whole"),
        (lambda d: building(d, 1)["items"][0].update(quantity="9"), "buildings[1].items[0].quantity", "above 0"),
        (lambda d: building(d, 1)["items"][1]["steps"].pop(), "buildings[1].items[1].steps[0].credit_bp", "to 2500"),
        (lambda d: building(d, 1)["items"][1].update(stage="attic"), "buildings[1].items[1].stage", "one of ground"),
        (lambda d: building(d).update(template="villa"), "buildings[0].template", "one of shell, finished, retrofit"),
        (lambda d: building(d)["items"][2].update(observable_by="dog"), "buildings[0].items[2].observable_by", "cam"),
        (lambda d: d["dependencies"].append({"from": "b2-close", "to": "b2-rebar"}), "dependencies", "a circle"),
        (lambda d: d["dependencies"][0].update(to="b9"), "dependencies[0].to", "item 'b9'"),
        (lambda d: d["dependencies"][0].update(to="b2-rebar"), "dependencies[0].to", "after itself"),
        (lambda d: d["key_dates"][0].update(day="2026-04-30"), "key_dates[0].day", "before the start"),
        (lambda d: d["key_dates"][0].update(item="b9"), "key_dates[0].item", "an item of this plan"),
        (lambda d: d["project"].update(start="2026-03-30"), "project.start", "no work before 2026-03-31"),
        (lambda d: d["project"].update(agreed_start="2026-03-30"), "project.agreed_start", "a day from 2026-03-31 on"),
        (lambda d: d["project"].update(code="青坪-1"), "project.code", "a national project code"),
        (lambda d: d["project"].update(budget_fen=830_000_001), "project.budget_fen", "above the estimate 830000000"),
        (lambda d: d.update(milestones=INDUSTRY["milestones"]), "milestones", "key_dates, or steps"),
        (lambda d: d["project"].update(work_type="industry"), "buildings", "no camera looks"),
        (lambda d: d["project"]["pauses"].append({"from": "2026-06-01", "to": "2026-06-02", "reason": "台风"}),
         "project.pauses[0].approved_by", "text of 1"),
        (lambda d: d.update(schema="siteprogress.plan/1"), "lots", "unknown key"),
    ],
)  # fmt: skip
def test_each_fault_is_told_by_place(edit: Callable[[dict[str, Any]], object], column: str, words: str) -> None:
    found = faults(read_plan_json(changed(edit)))
    assert any(e.column == column and words in f"{e.what} {e.expected}" for e in found), found


@pytest.mark.parametrize(
    ("edit", "column", "words"),
    [
        (lambda d: d["milestones"][0].update(weight_bp=4001), "milestones[1].weight_bp", "sum to 10001"),
        (lambda d: d["milestones"][0].update(day="2026-09-01"), "milestones[0].day", "after the finish"),
        (lambda d: d.pop("milestones"), "milestones", "at least one entry"),
        (lambda d: d["milestones"][1].update(id="m1"), "milestones[1].id", "again"),
    ],
)
def test_faults_of_milestones(edit: Callable[[dict[str, Any]], object], column: str, words: str) -> None:
    found = faults(read_plan_json(changed(edit, INDUSTRY)))
    assert any(e.column == column and words in f"{e.what} {e.expected}" for e in found), found


def test_a_budget_above_the_estimate_needs_its_approved_change() -> None:
    def edit(document: dict[str, Any]) -> None:
        document["project"] |= {"budget_fen": 830_000_001, "estimate_change": "区发改〔2026〕12号"}

    assert plan(changed(edit)).project.budget_fen == 830_000_001


@pytest.mark.parametrize("key", ["lots", "key_dates", "dependencies", "buildings", "milestones"])
@pytest.mark.parametrize("value", [3, "x", {}, [3], [[]], [{}], [{"id": 3, "from": {}, "items": 3, "units": "x"}]])
def test_whatever_stands_there_is_told_and_never_breaks(key: str, value: object) -> None:
    faults(read_plan_json(json.loads(json.dumps(PLAN | {key: value}))))


def paths(part: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every way into a document."""
    members = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    return [path, *(found for step, member in members for found in paths(member, (*path, step)))]


def with_stages() -> dict[str, Any]:
    """A building whose items take their weights from its template."""
    parts = [item(part.stage, stage=part.stage, weight_bp=None) for part in TEMPLATES["shell"].parts]
    return changed(lambda d: (building(d).update(template="shell", items=parts), building(d).pop("units")))


@pytest.mark.parametrize("value", [None, [], {}, ["x"], -1, 1.5, True, "x" * 5000, "9999-12-31", 10**30, "\ud800"])
def test_no_value_at_any_place_breaks_the_reader(value: object) -> None:
    for document in (PLAN, INDUSTRY, with_stages()):
        for *parents, last in paths(document)[1:]:
            odd = copy.deepcopy(document)
            inner: Any = odd
            for step in parents:
                inner = inner[step]
            inner[last] = value
            assert isinstance(read_plan_json(odd), ImportedPlan | tuple)
