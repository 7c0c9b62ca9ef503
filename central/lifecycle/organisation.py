"""The organisation: district, departments and streets, institutions and communities, villages (domain.md §2.10, E25).

A tree of at most four levels, read from JSON (siteprogress.organisation/1) or xlsx, or every fault by place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from central.domain import Text
from central.plan.fault import Faults, Path, PlanError, Reader, shown
from central.plan.named import Named
from central.plan.sheets import Column, Sheet
from central.plan.workbook import BYTES_MAX, put, read_rows

SCHEMA = "siteprogress.organisation/1"
DEPTH_MAX = 4
WAY_MAX = 100  # no way up is followed further, circle or not: a file of twenty thousand levels is answered at once
KINDS: dict[str, Text] = {
    "district": Text(zh="区", en="District"),
    "department": Text(zh="部门", en="Department"),
    "street": Text(zh="街道", en="Street"),
    "institution": Text(zh="事业单位", en="Institution"),
    "section": Text(zh="科室", en="Section"),
    "community": Text(zh="社区", en="Community"),
    "village": Text(zh="村居", en="Village"),
}
_KEYS = {"": ("schema", "units"), "units": ("id", "parent", "kind", "name", "steward"), "name": ("zh", "en")}
SHEET = Sheet(
    key="units",
    zh="组织",
    en="Organisation",
    columns=(
        Column(key="id", zh="编号", en="Id"),
        Column(key="parent", zh="上级", en="Parent", optional=True),
        Column(key="kind", zh="类别", en="Kind"),
        Column(key="name.zh", zh="名称", en="Name"),
        Column(key="name.en", zh="英文名称", en="Name (en)", optional=True),
        Column(key="steward", zh="绩效专员", en="Steward", optional=True),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrgUnit:
    """A unit; `parent` None at the top, `depth` 1 there. `steward` (绩效专员) is a user name or ''."""

    id: str
    parent: str | None
    kind: str
    name: Text
    steward: str
    depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationTree:
    """All units, parents before their children, siblings as they were listed."""

    units: tuple[OrgUnit, ...]
    document: dict[str, Any]


def read_organisation(content: bytes | dict[str, Any]) -> OrganisationTree | tuple[PlanError, ...]:
    """The tree in JSON, or every fault."""
    if isinstance(content, dict):
        return _read(content, Faults())
    if len(content) > BYTES_MAX:
        return (_of_file(f"{len(content)} bytes", f"at most {BYTES_MAX} bytes"),)
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as broken:
        return (_of_file(str(broken)[:200], "JSON in UTF-8"),)
    return _read(document, Faults())


def read_organisation_xlsx(content: bytes) -> OrganisationTree | tuple[PlanError, ...]:
    """The tree in a workbook with the sheet 组织; faults name row and column."""
    faults = Faults()
    rows = read_rows(content, faults, (SHEET,)).get(SHEET.key, [])
    if faults.found:
        return tuple(faults.found)
    document: dict[str, Any] = {"schema": SCHEMA, "units": []}
    places: dict[Path, Any] = {}
    for index, row in enumerate(rows):
        unit: dict[str, Any] = {}
        for key, value in row.values.items():
            put(unit, key, _kind_of(value) if key == "kind" else value)
        document["units"].append(unit)
        places[("units", index)] = row.place
        places |= {("units", index, *key.split(".")): place for key, place in row.places.items()}
    faults.places = places
    return _read(document, faults)


def _kind_of(word: Any) -> Any:
    """A kind by its Chinese name, as people fill it in."""
    return next((kind for kind, name in KINDS.items() if word in (name.zh, name.en)), word)


def _read(document: Any, faults: Faults) -> OrganisationTree | tuple[PlanError, ...]:
    reader = Reader(document, faults)
    if not isinstance(document, dict) or reader.at(("schema",)) != SCHEMA:
        faults.add(("schema",), shown(reader.at(("schema",))), SCHEMA)
        return tuple(faults.found)
    reader.refuse_unknown(_KEYS)
    named = Named(reader)
    rows = reader.rows(("units",))
    units = {row: unit for row in rows if (unit := _unit(named, row)) is not None}
    depths = _depths(units, faults)
    if faults.found:
        return tuple(faults.found)
    placed = [
        OrgUnit(
            id=unit.id,
            parent=unit.parent,
            kind=unit.kind,
            name=unit.name,
            steward=unit.steward,
            depth=depths[unit.id],
        )
        for unit in units.values()
    ]
    return OrganisationTree(units=_in_order(placed), document=document)


def _unit(named: Named, row: Path) -> OrgUnit | None:
    reader = named.reader
    unit, name = named.new_id((*row, "id")), named.text((*row, "name"))
    kind = reader.at((*row, "kind"))
    if not isinstance(kind, str) or kind not in KINDS:
        reader.faults.add((*row, "kind"), shown(kind), f"one of {', '.join(KINDS)}")
    parent = named.words((*row, "parent")) or None
    if kind == "district" and parent is not None:
        reader.faults.add((*row, "parent"), shown(parent), "nothing above a district")
    elif kind != "district" and parent is None:
        reader.faults.add((*row, "parent"), "nothing", "the id of the unit above")
    if unit is None or name is None:
        return None
    return OrgUnit(id=unit, parent=parent, kind=str(kind), name=name, steward=named.words((*row, "steward")), depth=0)


def _depths(units: Mapping[Path, OrgUnit], faults: Faults) -> dict[str, int]:
    """How deep each unit lies; a parent that is not there, a circle and a fifth level are noted."""
    parents = {unit.id: unit.parent for unit in units.values()}
    depths: dict[str, int] = {}
    for row, unit in units.items():
        way = [unit.id]
        while (parent := parents.get(way[-1])) is not None and parent not in way and len(way) < WAY_MAX:
            way.append(parent)
        if parent is not None and parent in way:
            circle = " → ".join([*way[way.index(parent) :], parent])
            faults.add((*row, "parent"), f"a circle {circle}", "a tree")
        elif way[-1] not in parents:
            faults.add((*row, "parent"), f"unit {way[-1]!r}", "the id of a listed unit")
        elif len(way) > DEPTH_MAX:
            faults.add(
                (*row, "parent"),
                f"level {len(way)} ({' ← '.join(way[: DEPTH_MAX + 1])})",
                f"at most {DEPTH_MAX} levels",
            )
        depths[unit.id] = len(way)
    return depths


def _in_order(units: Sequence[OrgUnit]) -> tuple[OrgUnit, ...]:
    below: dict[str | None, list[OrgUnit]] = {}
    for unit in units:
        below.setdefault(unit.parent, []).append(unit)
    found: list[OrgUnit] = []
    waiting = list(reversed(below.get(None, [])))
    while waiting:
        unit = waiting.pop()
        found.append(unit)
        waiting.extend(reversed(below.get(unit.id, [])))
    return tuple(found)


def _of_file(what: str, expected: str) -> PlanError:
    return PlanError(sheet="", row=None, column=None, what=what, expected=expected)
