"""Programmes as documents, and a slip of the road that reaches the signals."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from central.domain import Project
from central.lifecycle.dependencies import passed_on
from central.lifecycle.programmes import Programme, Standing, read_programme, span, undertakings
from tests.central.build import START, a_building, a_project, an_item

DOCUMENT: dict[str, Any] = {
    "schema": "siteprogress.programme/1",
    "id": "ring-road",
    "name": {"zh": "环路工程", "en": "Ring road"},
    "projects": ["road", "signal", "stop"],
    "dependencies": [{"from": "road-surface", "to": "signal"}, {"from": "road", "to": "stop", "lag_days": 3}],
}
KNOWN = {"road": ("road-base", "road-surface"), "signal": ("signal-poles",), "stop": (), "school": ()}


def changed(edit: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The document with one thing changed."""
    document = copy.deepcopy(DOCUMENT)
    edit(document)
    return document


def a_programme() -> Programme:
    """The programme that is right."""
    found = read_programme(DOCUMENT, KNOWN)
    assert isinstance(found, Programme), found
    return found


@pytest.mark.parametrize(
    ("edit", "column", "said"),
    [
        (lambda d: d.update(schema="x"), "schema", "siteprogress.programme/1"),
        (lambda d: d["projects"].append("moon"), "projects[3]", "known project"),
        (lambda d: d["projects"].append("road"), "projects[3]", "each project once"),
        (lambda d: d.update(projects=["road"]), "projects", "2 to 200"),
        (lambda d: d["dependencies"].append({"from": "stop", "to": "road"}), "dependencies", "a circle"),
        (lambda d: d["dependencies"][0].update(to="school"), "dependencies[0].to", "one that is listed"),
        (lambda d: d["dependencies"][1].update(lag_days="3"), "dependencies[1].lag_days", "whole number of days"),
        (lambda d: d.update(colour=1), "colour", "unknown key"),
    ],
)
def test_each_fault_is_told_by_place(edit: Callable[[dict[str, Any]], object], column: str, said: str) -> None:
    found = read_programme(changed(edit), KNOWN)
    assert isinstance(found, tuple)
    assert any(fault.column == column and said in f"{fault.what} {fault.expected}" for fault in found), found


def named(name: str, *items: str, days: int = 60, begin: int = 0) -> Project:
    """A project of one building with one item each name."""
    start = START + timedelta(days=begin)
    parts = tuple(an_item(item, building=f"{name}-b", plan=((days, 10_000),), start=start) for item in items)
    building = a_building(f"{name}-b", items=parts or None)
    plain = a_project(building, start=start, finish=start + timedelta(days=days - 1))
    return replace(plain, id=name)


def test_the_road_slips_ten_days_and_so_does_what_waits_for_it() -> None:
    road, signal = named("road", "road-base", "road-surface"), named("signal", begin=60, days=20)
    stop = named("stop", begin=70, days=10)
    late = road.finish + timedelta(days=10)
    surface = road.buildings[0].items[1]
    standings = [
        Standing(project=road, begun=True, forecast=late, items=((surface, 4000, late),)),
        Standing(project=signal, begun=False, forecast=None),
        Standing(project=stop, begun=False, forecast=None),
    ]
    programme = a_programme()
    found = {slip.id: slip for slip in passed_on(undertakings(programme, standings), programme.links)}
    assert {name: (slip.forecast - slip.finish).days for name, slip in found.items()} == {
        "road-surface": 10, "road": 10, "signal": 10, "stop": 3,
    }  # fmt: skip
    assert found["signal"].by == ("road-surface",)


def test_the_planned_days_of_an_item() -> None:
    project = named("road", "i1")
    later = an_item("i2", plan=((10, 0), (30, 4000), (50, 10_000), (60, 10_000)))
    assert span(later, project) == (START + timedelta(days=10), START + timedelta(days=49))
    assert span(project.buildings[0].items[0], project) == (project.start, project.finish)
    assert span(replace(later, points=()), project) == (project.start, project.finish)
