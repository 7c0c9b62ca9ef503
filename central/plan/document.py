"""A plan document (siteprogress.plan/1 or /2) to a project: all of it right, or every fault by place."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from central.domain import Building, Project, WorkItem
from central.lifecycle.dependencies import loop_in
from central.plan.fault import Faults, Path, PlanError, Reader, shown
from central.plan.items import Frame, milestone_points, read_credits, read_points
from central.plan.named import Named
from central.plan.outline import Outline
from central.plan.stages import MILESTONE_TYPES, STAGES
from central.plan.structure import PlanStructure, PlanTerms
from central.plan.templates import TEMPLATES
from central.plan.weights import FEN_MAX, Weights, check_stage
from wire.topics import GATEWAY_ID

SCHEMA_1, SCHEMA = "siteprogress.plan/1", "siteprogress.plan/2"
_CODE = re.compile(r"\d{4}-\d{6}-\d{2}-\d{2}-\d{6}")
_DAYS_MAX = 366 * 15
_PAUSE_DAYS_MAX = 366 * 5
_PAUSES_MAX = 200
_KEYS_1 = {  # what a plan may say, by the last name on the way to it; a key misspelled must not pass for one left out
    "": ("schema", "project", "buildings"),
    "project": (
        "id", "code", "name", "street", "unit", "work_type", "contract_fen", "budget_fen", "start", "finish", "pauses",
    ),
    "pauses": ("from", "to", "reason", "approved_by"),
    "buildings": ("id", "name", "storeys", "weight_bp", "items", "faces"),
    "items": ("id", "name", "weight_bp", "credits", "points"),
    "points": ("day", "cum_bp"),
    "faces": ("camera", "gateway", "face"),
    "name": ("zh", "en"), "street": ("zh", "en"), "unit": ("zh", "en"),
}  # fmt: skip
_KEYS_2 = _KEYS_1 | {
    "": (*_KEYS_1[""], "lots", "milestones", "key_dates", "dependencies"),
    "project": (
        *_KEYS_1["project"], "signed_on", "agreed_start", "estimate_fen", "estimate_change", "object_code", "unit_id",
    ),
    "lots": ("id", "name", "contractor", "contract_fen"),
    "buildings": (*_KEYS_1["buildings"], "lot", "units", "template", "amount_fen", "area_m2"),
    "units": ("id", "name", "weight_bp"),
    "items": (
        *_KEYS_1["items"], "unit", "stage", "quantity", "quantity_unit", "rate_fen", "amount_fen", "steps",
        "observable_by",
    ),
    "steps": ("name", "credit_bp", "evidence"),
    "milestones": ("id", "name", "day", "weight_bp", "amount_fen", "steps"),
    "key_dates": ("id", "name", "day", "item"),
    "dependencies": ("from", "to", "lag_days"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFace:
    """Which camera of which gateway looks at which work face of a building."""

    camera: str
    gateway: str
    building: str
    face: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedPlan:
    """A plan that is right as a whole. `document` is what it said, ready to be kept as JSON."""

    project: Project
    faces: tuple[PlannedFace, ...]
    document: dict[str, Any]
    structure: PlanStructure = field(default_factory=PlanStructure)
    terms: PlanTerms = field(default_factory=PlanTerms)


def read_document(document: Any, faults: Faults) -> ImportedPlan | tuple[PlanError, ...]:
    """Check everything, then build. `faults` may already hold what the file itself got wrong."""
    read = _Plan(Reader(_expanded(document), faults))
    found = read.plan()
    if faults.found or found is None:
        return tuple(faults.found)
    project, structure, terms = found
    return ImportedPlan(project=project, faces=tuple(read.faces), document=document, structure=structure, terms=terms)


class _Plan:
    """One reading of a document: ids seen so far and the frame of dates travel from part to part."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.faults = reader, reader.faults
        self.named, self.weights = Named(reader), Weights(reader)
        self.faces: list[PlannedFace] = []
        self.frame = Frame(start=None, finish=None, stages=())
        self.outline = Outline(self.named, self.frame)

    def plan(self) -> tuple[Project, PlanStructure, PlanTerms] | None:
        if not isinstance(self.reader.document, dict):
            self.faults.add((), shown(self.reader.document), f"an object of schema {SCHEMA_1} or {SCHEMA}")
            return None
        schema = self.reader.at(("schema",))
        if schema not in (SCHEMA_1, SCHEMA):
            self.faults.add(("schema",), shown(schema), f"{SCHEMA_1} or {SCHEMA}")
        head: Path = ("project",)
        if not isinstance(self.reader.at(head), dict):
            self.faults.add(head, shown(self.reader.at(head)), "the project's own data")
            return None
        self.reader.refuse_unknown(_KEYS_2 if schema == SCHEMA else _KEYS_1)
        self._read_frame(head)
        found = self._head(head)
        terms = self.outline.terms(head)
        rows, buildings = self._buildings(found)
        items = [item.id for building in buildings if building for item in building.items]
        of_template = [str(self.reader.at((*path, "id"))) for path in self.weights.from_template]
        structure = self.outline.structure(rows, items, of_template)
        self._check_loops(structure)
        if self.faults.found:
            return None
        project = Project(
            **found, **self._span(), plan_version=1, buildings=tuple(b for b in buildings if b is not None)
        )
        return project, structure, terms

    def _span(self) -> dict[str, Any]:
        return {"start": self.frame.start, "finish": self.frame.finish}

    def _head(self, head: Path) -> dict[str, Any]:
        return {
            "id": self.named.new_id((*head, "id")),
            "code": self._code((*head, "code")),
            "name": self.named.text((*head, "name")),
            "street": self.named.text((*head, "street")),
            "unit": self.named.text((*head, "unit")),
            "contract_fen": self.reader.whole((*head, "contract_fen"), low=0, high=FEN_MAX, unit="fen"),
            "budget_fen": self.reader.whole((*head, "budget_fen"), low=0, high=FEN_MAX, unit="fen"),
            "work_type": self.reader.at((*head, "work_type")),
            "pauses": self._pauses((*head, "pauses")),
        }

    def _code(self, path: Path) -> str | None:
        """The code of the national platform; plans of the older schema may have others."""
        code = self.reader.text(path)
        if code is not None and self.reader.at(("schema",)) == SCHEMA and not _CODE.fullmatch(code):
            self.faults.add(path, shown(code), "a national project code, as 2512-330199-04-01-100101")
        return code

    def _read_frame(self, head: Path) -> None:
        work_type = self.reader.at((*head, "work_type"))
        kinds = (*STAGES, *MILESTONE_TYPES)
        if not isinstance(work_type, str) or work_type not in kinds:
            self.faults.add((*head, "work_type"), shown(work_type), f"one of {', '.join(kinds)}")
        stages = STAGES.get(work_type, ()) if isinstance(work_type, str) else ()
        start, finish = self.reader.day((*head, "start")), self.reader.day((*head, "finish"))
        if start and finish and not 0 < (finish - start).days <= _DAYS_MAX:
            what = f"{finish} with start {start}"
            self.faults.add((*head, "finish"), what, "a day after the start, at most 15 years later")
        self.frame = self.outline.frame = Frame(start=start, finish=finish, stages=stages)

    def _pauses(self, path: Path) -> tuple[tuple[date, date], ...]:
        found = []
        rows = self.reader.rows(path, required=False)
        if len(rows) > _PAUSES_MAX:
            self.faults.add(rows[_PAUSES_MAX], f"{len(rows)} pauses", f"at most {_PAUSES_MAX}")
        for row in rows[:_PAUSES_MAX]:
            begin, end = self.reader.day((*row, "from")), self.reader.day((*row, "to"))
            self.reader.text((*row, "reason"))
            self.reader.text((*row, "approved_by"))
            if begin and end and end < begin:
                self.faults.add((*row, "to"), str(end), f"a day from {begin} on")
            elif begin and end and (end - begin).days > _PAUSE_DAYS_MAX:
                self.faults.add((*row, "to"), f"{end} with {begin} as first day", "a pause of at most 5 years")
            elif begin and end:
                found.append((begin, end))
        return tuple(sorted(found))

    def _buildings(self, head: dict[str, Any]) -> tuple[list[Path], list[Building | None]]:
        """Buildings with their rows; the milestones of a project that builds nothing stand in one of their own."""
        if head["work_type"] in MILESTONE_TYPES:
            if self.reader.at(("buildings",)) not in (None, []):
                what = f"buildings in a project of type {head['work_type']}"
                self.faults.add(("buildings",), what, "milestones: no camera looks at such a project")
            return [], [self._milestones(head)]
        if self.reader.at(("milestones",)) not in (None, []):
            self.faults.add(("milestones",), "milestones in a building project", "key_dates, or steps of items")
        rows = self.reader.rows(("buildings",))
        self.weights.of_buildings(rows)
        return rows, [self._building(row, head["id"] or "") for row in rows]

    def _milestones(self, head: dict[str, Any]) -> Building | None:
        rows = self.reader.rows(("milestones",))
        self.weights.of_milestones(rows)
        building, items = f"{str(head['id'])[:56]}-works", []
        for row in rows:
            item, name, day = (
                self.named.new_id((*row, "id")), self.named.text((*row, "name")), self.reader.day((*row, "day")),
            )  # fmt: skip
            self.outline.read_steps((*row, "steps"), str(item))
            if item is None or name is None or day is None or row not in self.weights.of:
                continue
            self.frame.check(self.reader, (*row, "day"), day)
            points = milestone_points(day, self.frame)
            weight = self.weights.of[row]
            items.append(WorkItem(id=item, building=building, name=name, weight_bp=weight, credits=(), points=points))
        if head["id"] is None or head["name"] is None:
            return None
        return Building(
            id=building, project=head["id"], name=head["name"], storeys=1, weight_bp=10_000, items=tuple(items)
        )

    def _building(self, row: Path, project: str) -> Building | None:
        building = self.named.new_id((*row, "id"))
        name = self.named.text((*row, "name"))
        storeys = self.reader.whole((*row, "storeys"), low=1, high=200)
        self._check_template((*row, "template"))
        rows = self.reader.rows((*row, "items"))
        self.weights.of_items(row, rows, name=building or "")
        items = [self._item(item, building or "") for item in rows]
        self.outline.read_building(row, building or "", rows)
        self._read_faces((*row, "faces"), building or "")
        if None in (building, name, storeys) or None in items or row not in self.weights.of:
            return None
        weight = self.weights.of[row]
        return Building(id=building, project=project, name=name, storeys=storeys, weight_bp=weight, items=tuple(items))  # type: ignore[arg-type]

    def _item(self, row: Path, building: str) -> WorkItem | None:
        item, name = self.named.new_id((*row, "id")), self.named.text((*row, "name"))
        check_stage(self.reader, row)
        self.named.words((*row, "quantity_unit"))
        earned = read_credits(self.reader, (*row, "credits"), self.frame)
        points = read_points(self.reader, (*row, "points"), self.frame, item=item or "")
        if item is None or name is None or row not in self.weights.of:
            return None
        weight = self.weights.of[row]
        return WorkItem(id=item, building=building, name=name, weight_bp=weight, credits=earned, points=points)

    def _check_template(self, path: Path) -> None:
        value = self.reader.at(path)
        if value is not None and (not isinstance(value, str) or value not in TEMPLATES):
            self.faults.add(path, shown(value), f"one of {', '.join(TEMPLATES)}")

    def _check_loops(self, structure: PlanStructure) -> None:
        loop = loop_in(structure.dependencies)
        if loop:
            self.faults.add(("dependencies",), f"a circle {' → '.join(loop)}", "dependencies that lead back to none")

    def _read_faces(self, path: Path, building: str) -> None:
        for row in self.reader.rows(path, required=False):
            camera, face = self.named.id_text((*row, "camera")), self.named.id_text((*row, "face"))
            gateway = self.named.id_text((*row, "gateway"), fits=GATEWAY_ID, expected="a gateway id: a-z, 0-9 and '-'")
            if camera is None or gateway is None or face is None:
                continue
            found = PlannedFace(camera=camera, gateway=gateway, building=building, face=face)
            if any((f.camera, f.gateway, f.face) == (camera, gateway, face) for f in self.faces):
                self.faults.add((*row, "face"), f"{gateway}/{camera}/{face} again", "each face of a camera once")
            self.faces.append(found)


def _expanded(document: Any) -> Any:
    """The document with the parts of a template written out for each building that names one and lists no items."""
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        return document
    found = deepcopy(document)
    head, rows = found.get("project"), found.get("buildings")
    work_type = head.get("work_type") if isinstance(head, dict) else None
    for building in rows if isinstance(rows, list) else []:
        template = TEMPLATES.get(str(building.get("template"))) if isinstance(building, dict) else None
        if template is None or building.get("items"):
            continue
        building["items"] = [
            {
                "id": f"{building.get('id')}-{part.stage}",
                "name": {"zh": part.name.zh, "en": part.name.en},
                "stage": part.stage,
                "credits": dict(part.credits) if template.work_type == work_type else {},
            }
            for part in template.parts
        ]
    return found
