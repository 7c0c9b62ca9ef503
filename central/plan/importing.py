"""Plan files in: JSON or xlsx to a project, or the full list of what is wrong. Nothing is taken by half."""

from __future__ import annotations

import json
from typing import Any

from central.plan.document import ImportedPlan, read_document
from central.plan.fault import Faults, Path, Place, PlanError, shown
from central.plan.sheets import BUILDINGS, CREDITS, ITEMS, PROJECT, SHEETS, Sheet
from central.plan.workbook import BYTES_MAX, Row, path_of, put, read_rows

_OWNERS = {"building": BUILDINGS, "item": ITEMS}
ERRORS_MAX = 1_000  # a file wrong in every row is told so once, not twenty thousand times


def read_plan_json(content: bytes | dict[str, Any]) -> ImportedPlan | tuple[PlanError, ...]:
    """The plan in a JSON file or in JSON already parsed; the errors otherwise, each with the path in the document."""
    if isinstance(content, dict):
        return _told(read_document(content, Faults()))
    if len(content) > BYTES_MAX:
        return (_of_file(f"{len(content)} bytes", f"at most {BYTES_MAX} bytes"),)
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as broken:
        return (_of_file(str(broken)[:200], "JSON in UTF-8"),)
    return _told(read_document(document, Faults()))


def read_plan_xlsx(content: bytes) -> ImportedPlan | tuple[PlanError, ...]:
    """The plan in a workbook of the sheets in `central.plan.sheets`; errors name sheet, row and column otherwise."""
    faults = Faults()
    rows = read_rows(content, faults)
    if not faults.found:
        _refuse_empty(rows, faults)
    if faults.found:
        return _told(tuple(faults.found))
    document = _Assembly(faults).document(rows)
    return _told(read_document(document, faults))


def _refuse_empty(sheets: dict[str, list[Row]], faults: Faults) -> None:
    for sheet in _needed(sheets):
        if not sheets[sheet.key]:
            empty = PlanError(sheet=sheet.zh, row=2, column=None, what="no filled row", expected="at least one")
            faults.found.append(empty)


def _needed(sheets: dict[str, list[Row]]) -> tuple[Sheet, ...]:
    """Sheets that must say something: milestones stand for buildings, a template for the items of each building."""
    if sheets["milestones"]:
        return (PROJECT,)
    from_template = sheets["buildings"] and all("template" in row.values for row in sheets["buildings"])
    return (PROJECT, BUILDINGS) if from_template else (PROJECT, BUILDINGS, ITEMS)


class _Assembly:
    """Rows of the sheets put together to one plan document, with the place of every value."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.places: dict[Path, Any] = {}
        faults.places = self.places

    def document(self, sheets: dict[str, list[Row]]) -> dict[str, Any]:
        document: dict[str, Any] = {"project": {}, "buildings": []}
        for sheet in SHEETS:
            self.places[(sheet.key,)] = Place(sheet=sheet.zh, row=None, column=None)
        for row in sheets["project"][1:]:
            self._odd(row, "another project", "one project a file")
        for row in sheets["project"][:1]:
            self._fill(document["project"], row, ("project",))
        document["schema"] = document["project"].pop("schema", None)
        self._move(("project", "schema"), ("schema",))
        document["project"]["pauses"] = self._members(sheets["pauses"], ("project", "pauses"))
        for key in ("lots", "milestones", "key_dates", "dependencies"):
            if sheets[key]:
                document[key] = self._members(sheets[key], (key,))
        document["buildings"] = self._members(sheets["buildings"], ("buildings",))
        self._nest(sheets["units"], document["buildings"], ("buildings",), owner="building", member="units")
        self._nest(sheets["items"], document["buildings"], ("buildings",), owner="building", member="items")
        self._nest(sheets["faces"], document["buildings"], ("buildings",), owner="building", member="faces")
        for index, building in enumerate(document["buildings"]):
            building.setdefault("items", [])
            for item in building["items"]:
                item.setdefault(CREDITS, {})
                item.setdefault("points", [])
            for member in ("points", "steps"):
                self._nest_inside(sheets[member], building["items"], ("buildings", index, "items"), member=member)
        milestones = document.get("milestones", [])
        self._nest_inside(sheets["steps"], milestones, ("milestones",), member="steps")
        items = [item for building in document["buildings"] for item in building["items"]]
        self._orphans(sheets["points"], items)
        self._orphans(sheets["steps"], [*items, *milestones])
        return document

    def _members(self, rows: list[Row], path: Path) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for index, row in enumerate(rows):
            found.append({})
            self._fill(found[-1], row, (*path, index))
        return found

    def _nest(self, rows: list[Row], owners: list[dict[str, Any]], path: Path, *, owner: str, member: str) -> None:
        """Rows under the owner they name; rows that name none that is there are noted."""
        position = {found.get("id"): index for index, found in reversed(list(enumerate(owners)))}
        for row in rows:
            index = position.get(row.values.get(owner)) if owner in row.values else None
            if index is None:
                self._orphan(row, owner)
                continue
            members = owners[index].setdefault(member, [])
            members.append({})
            self._fill(members[-1], row, (*path, index, member, len(members) - 1), leave=owner)

    def _nest_inside(self, rows: list[Row], items: list[dict[str, Any]], path: Path, *, member: str) -> None:
        known = {item.get("id") for item in items}
        here = [row for row in rows if row.values.get("item") in known]
        self._nest(here, items, path, owner="item", member=member)

    def _orphans(self, rows: list[Row], items: list[dict[str, Any]]) -> None:
        known = {item.get("id") for item in items}
        for row in rows:
            if row.values.get("item") not in known:
                self._orphan(row, "item")

    def _fill(self, into: dict[str, Any], row: Row, path: Path, *, leave: str = "") -> None:
        self.places[path] = row.place
        for key, place in row.places.items():
            self.places[path_of(path, key)] = place
            if key in row.values and key != leave:
                put(into, key, row.values[key])

    def _move(self, source: Path, target: Path) -> None:
        if source in self.places:
            self.places[target] = self.places[source]

    def _orphan(self, row: Row, owner: str) -> None:
        """A row that says whose it is wrongly or not at all; of merged cells only the first has the value."""
        named = row.values.get(owner)
        hint = "" if named is not None else "; in merged cells only the first row has it, unmerge and fill each"
        what = shown(named) if named is None else f"{owner} {named!r}"
        self._odd(row, what, f"an id of sheet {_OWNERS[owner].zh}{hint}", column=owner)

    def _odd(self, row: Row, what: str, expected: str, *, column: str | None = None) -> None:
        place = row.places.get(column) if column else None
        name = place.column if place else None
        self.faults.found.append(PlanError(sheet=row.sheet, row=row.number, column=name, what=what, expected=expected))


def _told(found: ImportedPlan | tuple[PlanError, ...]) -> ImportedPlan | tuple[PlanError, ...]:
    if isinstance(found, ImportedPlan) or len(found) <= ERRORS_MAX:
        return found
    return (*found[:ERRORS_MAX], _of_file(f"{len(found) - ERRORS_MAX} further errors", "none"))


def _of_file(what: str, expected: str) -> PlanError:
    return PlanError(sheet="", row=None, column=None, what=what, expected=expected)
