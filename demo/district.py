"""The demo district as data: its gateways, plans, people, the outage, and what a run of it must show."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from demo.conductor import Outage
from demo.errors import DemoError
from demo.footage import HERE, Footage
from demo.oracle import BuildingPlan, building_plans, first_lag
from demo.papers import Known, Paper, load_papers
from demo.verdict import LATE_DAYS, ONE_DAY, Expected

FOLDER = Path(__file__).with_name("district")
FOOTAGE = Path(__file__).with_name("footage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """A camera and how its pictures reach the gateway."""

    id: str
    kind: Literal["folder", "rtsp"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A gateway with its cameras."""

    gateway: str
    cameras: tuple[Lens, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may log in; `scope` is `district` or `project:ID`."""

    username: str
    name: str
    role: str
    scope: str


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """Everything the demo stands on beside its footage. `plans` are file and content, `papers` in the order of their
    being handed in."""

    name: Mapping[str, str]
    sites: tuple[Site, ...]
    plans: tuple[tuple[Path, Mapping[str, Any]], ...]
    people: tuple[Person, ...]
    papers: tuple[Paper, ...]
    outages: tuple[Outage, ...]
    late_building: str | None
    fine_project: str | None
    knocked_camera: str | None
    knocked_on: date | None

    @property
    def building_plans(self) -> tuple[BuildingPlan, ...]:
        """The plans of all buildings."""
        return tuple(plan for _, told in self.plans for plan in building_plans(told))

    @property
    def projects(self) -> dict[str, str]:
        """Project of each building."""
        return {b["id"]: told["project"]["id"] for _, told in self.plans for b in told["buildings"]}


def load_district(folder: Path = FOLDER) -> District:
    """Read district.json and the files it names; DemoError says what is wrong."""
    told = _json(folder / "district.json")
    try:
        plans = tuple((folder / name, _json(folder / name)) for name in told["plans"])
        people = tuple(Person(**person) for person in told["people"])
        known = Known(
            people=frozenset(person.username for person in people),
            projects=frozenset(plan["project"]["id"] for _, plan in plans),
        )
        return District(
            name=told["name"],
            sites=tuple(
                Site(gateway=g["id"], cameras=tuple(Lens(id=c["id"], kind=c["kind"]) for c in g["cameras"]))
                for g in told["gateways"]
            ),
            plans=plans,
            people=people,
            papers=load_papers(folder, told["papers"], known=known),
            outages=tuple(
                Outage(
                    gateway=o["gateway"],
                    begin=datetime.fromisoformat(o["begin"]),
                    end=datetime.fromisoformat(o["end"]),
                )
                for o in told["outages"]
            ),
            late_building=told["expected"]["late_building"],
            fine_project=told["expected"]["fine_project"],
            knocked_camera=told["expected"]["knocked_camera"],
            knocked_on=date.fromisoformat(told["expected"]["knocked_on"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DemoError(f"{folder / 'district.json'}: {error!r}; expected the shape of siteprogress.demo/1") from error


def expected_of(district: District, footage: Footage) -> Expected:
    """What the played days must show: a short run is not asked for what comes later, or had no day to be told in."""
    last = max(still.at for still in footage.stills)
    plan = next((p for p in district.building_plans if p.building == district.late_building), None)
    truth = footage.truth.get(plan.building, {}) if plan is not None else {}
    late = first_lag(plan, truth, days=LATE_DAYS) if plan is not None else None
    whole = district.knocked_on is not None and last.astimezone(HERE).date() > district.knocked_on
    knocked = [
        still.at
        for still in footage.stills
        if still.camera == district.knocked_camera and still.at.astimezone(HERE).date() == district.knocked_on
    ]
    return Expected(
        late_building=district.late_building if whole or (late is not None and late + ONE_DAY <= last) else None,
        fine_project=district.fine_project,
        knocked_camera=district.knocked_camera if whole and knocked else None,
        knocked_at=min(knocked, default=None),
    )


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DemoError(f"{path} cannot be read: {error}") from error
