"""A plan document (siteprogress.plan/1) to a project: all of it right, or every fault by place and nothing else."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from central.domain import Building, PlanPoint, Project, Text, WorkItem
from central.plan.fault import Faults, Path, PlanError, Reader, shown
from central.plan.stages import STAGES
from wire.topics import GATEWAY_ID

SCHEMA = "siteprogress.plan/1"
FULL_BP = 10_000
_FEN_MAX = 10**15
_DAYS_MAX = 366 * 15
_PAUSE_DAYS_MAX = 366 * 5
_PAUSES_MAX = 200
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_ID_WORDS = "letters, digits, '.', '_' and '-', starting with a letter or digit"
_KEYS = {  # what a plan may say, by the last name on the way to it; a key misspelled must not pass for one left out
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


def read_document(document: Any, faults: Faults) -> ImportedPlan | tuple[PlanError, ...]:
    """Check everything, then build. `faults` may already hold what the file itself got wrong."""
    read = _Plan(Reader(document, faults))
    project = read.project()
    if faults.found or project is None:
        return tuple(faults.found)
    return ImportedPlan(project=project, faces=tuple(read.faces), document=document)


class _Plan:
    """One reading of a document: ids seen so far and the frame of dates travel from part to part."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.faults = reader, reader.faults
        self.faces: list[PlannedFace] = []
        self._ids: dict[str, Path] = {}
        self._start: date | None = None
        self._finish: date | None = None
        self._stages: tuple[str, ...] = ()

    def project(self) -> Project | None:
        if not isinstance(self.reader.document, dict):
            self.faults.add((), shown(self.reader.document), f"an object of schema {SCHEMA}")
            return None
        if self.reader.at(("schema",)) != SCHEMA:
            self.faults.add(("schema",), shown(self.reader.at(("schema",))), SCHEMA)
        head: Path = ("project",)
        if not isinstance(self.reader.at(head), dict):
            self.faults.add(head, shown(self.reader.at(head)), "the project's own data")
            return None
        self.reader.refuse_unknown(_KEYS)
        self._frame(head)
        found = {
            "id": self._id((*head, "id")),
            "code": self.reader.text((*head, "code")),
            "name": self._text((*head, "name")),
            "street": self._text((*head, "street")),
            "unit": self._text((*head, "unit")),
            "contract_fen": self.reader.whole((*head, "contract_fen"), low=0, high=_FEN_MAX, unit="fen"),
            "budget_fen": self.reader.whole((*head, "budget_fen"), low=0, high=_FEN_MAX, unit="fen"),
            "work_type": self.reader.at((*head, "work_type")),
            "pauses": self._pauses((*head, "pauses")),
        }
        project_id = found["id"] or ""
        rows = self.reader.rows(("buildings",))
        buildings = [self._building(row, project_id) for row in rows]
        self._weights(rows, "buildings of the project")
        if self.faults.found:
            return None
        return Project(**found, start=self._start, finish=self._finish, plan_version=1, buildings=tuple(buildings))  # type: ignore[arg-type]

    def _frame(self, head: Path) -> None:
        work_type = self.reader.at((*head, "work_type"))
        self._stages = STAGES.get(work_type, ()) if isinstance(work_type, str) else ()
        if not self._stages:
            self.faults.add((*head, "work_type"), shown(work_type), f"one of {', '.join(STAGES)}")
        self._start, self._finish = self.reader.day((*head, "start")), self.reader.day((*head, "finish"))
        if self._start and self._finish and not 0 < (self._finish - self._start).days <= _DAYS_MAX:
            what = f"{self._finish} with start {self._start}"
            self.faults.add((*head, "finish"), what, "a day after the start, at most 15 years later")

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

    def _building(self, row: Path, project: str) -> Building | None:
        building = self._id((*row, "id"))
        name = self._text((*row, "name"))
        storeys = self.reader.whole((*row, "storeys"), low=1, high=200)
        weight = self.reader.whole((*row, "weight_bp"), low=1, high=FULL_BP)
        rows = self.reader.rows((*row, "items"))
        items = [self._item(item, building or "") for item in rows]
        self._weights(rows, f"items of building {building}")
        self._read_faces((*row, "faces"), building or "")
        if None in (building, name, storeys, weight) or None in items:
            return None
        return Building(id=building, project=project, name=name, storeys=storeys, weight_bp=weight, items=tuple(items))  # type: ignore[arg-type]

    def _item(self, row: Path, building: str) -> WorkItem | None:
        item = self._id((*row, "id"))
        name = self._text((*row, "name"))
        weight = self.reader.whole((*row, "weight_bp"), low=1, high=FULL_BP)
        earned, points = self._credits((*row, "credits")), self._points((*row, "points"), item or "")
        if item is None or name is None or weight is None:
            return None
        return WorkItem(id=item, building=building, name=name, weight_bp=weight, credits=earned, points=points)

    def _credits(self, path: Path) -> tuple[tuple[str, int], ...]:
        value = self.reader.at(path)
        if value is None:
            return ()
        if not isinstance(value, dict):
            self.faults.add(path, type(value).__name__, "an object of stage: basis points")
            return ()
        for stage in value:
            if self._stages and stage not in self._stages:
                self.faults.add((*path, stage), f"stage {stage!r}", f"one of {', '.join(self._stages)}")
        found = [(s, self.reader.whole((*path, s), low=0, high=FULL_BP)) for s in self._stages if s in value]
        shares = [(stage, share) for stage, share in found if share is not None]
        for (before, low), (stage, high) in itertools.pairwise(shares):
            if high < low:
                self.faults.add((*path, stage), f"{high} after {before} {low}", "no less than the stage before it")
        return self._filled(shares)

    def _filled(self, shares: Sequence[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
        """Stages after the first that is named prove no less than the one before: work goes on, the proof stays."""
        named, found = dict(shares), list[tuple[str, int]]()
        for stage in self._stages:
            if stage in named or found:
                found.append((stage, named.get(stage, found[-1][1] if found else 0)))
        return tuple(found)

    def _points(self, path: Path, item: str) -> tuple[PlanPoint, ...]:
        """Points by day; a day or a share that goes back names both rows. An empty curve stands for the default."""
        found: list[tuple[PlanPoint, Path]] = []
        for row in self.reader.rows(path, required=False):
            day, cum = self.reader.day((*row, "day")), self.reader.whole((*row, "cum_bp"), low=0, high=FULL_BP)
            if day is None or cum is None:
                continue
            self._within((*row, "day"), day)
            found.append((PlanPoint(day=day, cum_bp=cum), row))
        found.sort(key=lambda pair: pair[0].day)
        for (before, earlier), (point, row) in itertools.pairwise(found):
            if point.day == before.day:
                self.faults.add(
                    (*row, "day"), f"{point.day} again ({self.faults.name(earlier)})", "each day once an item"
                )
            elif point.cum_bp < before.cum_bp:
                what = f"{point.cum_bp} after {before.cum_bp} ({self.faults.name(earlier)})"
                self.faults.add((*row, "cum_bp"), what, "a curve that does not fall")
        if found and found[-1][0].cum_bp != FULL_BP:
            what = f"item {item} ends at {found[-1][0].cum_bp}"
            self.faults.add((*found[-1][1], "cum_bp"), what, f"{FULL_BP} at its last day")
        return tuple(point for point, _ in found)

    def _within(self, path: Path, day: date) -> None:
        if self._start and day < self._start:
            self.faults.add(path, str(day), f"no day before the start {self._start}")
        elif self._finish and day > self._finish:
            self.faults.add(path, str(day), f"no day after the finish {self._finish}")

    def _read_faces(self, path: Path, building: str) -> None:
        for row in self.reader.rows(path, required=False):
            camera, face = self._name((*row, "camera")), self._name((*row, "face"))
            gateway = self._name((*row, "gateway"), fits=GATEWAY_ID, expected="a gateway id: a-z, 0-9 and '-'")
            if camera is None or gateway is None or face is None:
                continue
            found = PlannedFace(camera=camera, gateway=gateway, building=building, face=face)
            if any((f.camera, f.gateway, f.face) == (camera, gateway, face) for f in self.faces):
                self.faults.add((*row, "face"), f"{gateway}/{camera}/{face} again", "each face of a camera once")
            self.faces.append(found)

    def _weights(self, rows: Sequence[Path], of: str) -> None:
        weights = [self.reader.at((*row, "weight_bp")) for row in rows]
        if not rows or not all(isinstance(w, int | float) and not isinstance(w, bool) for w in weights):
            return  # each wrong weight has been named already
        if sum(weights) != FULL_BP:
            self.faults.add((*rows[-1], "weight_bp"), f"weights of the {of} sum to {sum(weights)}", str(FULL_BP))

    def _id(self, path: Path) -> str | None:
        """An id that nothing else in the plan has."""
        found = self._name(path)
        if found is not None and found in self._ids:
            self.faults.add(path, f"id {found!r} again ({self.faults.name(self._ids[found])})", "each id once a plan")
        elif found is not None:
            self._ids[found] = path
        return found

    def _name(self, path: Path, *, fits: re.Pattern[str] = _ID, expected: str = _ID_WORDS) -> str | None:
        value = self.reader.text(path, limit=63)
        if value is not None and not fits.fullmatch(value):
            self.faults.add(path, shown(value), expected)
            return None
        return value

    def _text(self, path: Path) -> Text | None:
        """A text in both languages; one alone stands for both."""
        if self.reader.at(path) is None or isinstance(self.reader.at(path), dict):
            zh = self.reader.text((*path, "zh"))
            en = self.reader.text((*path, "en")) if self.reader.at((*path, "en")) else zh
        else:
            zh = en = self.reader.text(path)
        return Text(zh=zh, en=en) if zh and en else None
