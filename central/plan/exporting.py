"""A plan out as xlsx: the same sheets that `importing` reads, so that what was exported can be edited and come back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from central.domain import Project, Text
from central.plan.document import SCHEMA, SCHEMA_1, PlannedFace
from central.plan.sheets import SHEETS, Column, Sheet

_WIDTH = 16


def plan_document(project: Project, faces: Iterable[PlannedFace] = ()) -> dict[str, Any]:
    """The project's newest plan as a plan document. A pause's reason and approver live in its decision, not here."""
    by_building: dict[str, list[dict[str, str]]] = {}
    for face in faces:
        place = {"camera": face.camera, "gateway": face.gateway, "face": face.face}
        by_building.setdefault(face.building, []).append(place)
    return {
        "schema": SCHEMA_1,
        "project": {
            "id": project.id,
            "code": project.code,
            "name": _text(project.name),
            "street": _text(project.street),
            "unit": _text(project.unit),
            "work_type": project.work_type,
            "contract_fen": project.contract_fen,
            "budget_fen": project.budget_fen,
            "start": project.start.isoformat(),
            "finish": project.finish.isoformat(),
            "pauses": [
                {"from": begin.isoformat(), "to": end.isoformat(), "reason": "—", "approved_by": "—"}
                for begin, end in project.pauses
            ],
        },
        "buildings": [
            {
                "id": building.id,
                "name": _text(building.name),
                "storeys": building.storeys,
                "weight_bp": building.weight_bp,
                "faces": by_building.get(building.id, []),
                "items": [
                    {
                        "id": item.id,
                        "name": _text(item.name),
                        "weight_bp": item.weight_bp,
                        "credits": dict(item.credits),
                        "points": [{"day": p.day.isoformat(), "cum_bp": p.cum_bp} for p in item.points],
                    }
                    for item in building.items
                ],
            }
            for building in project.buildings
        ],
    }


def write_plan_xlsx(document: dict[str, Any] | None = None) -> bytes:
    """A workbook of a plan document; without one, the empty template with its headers."""
    book = Workbook()
    book.remove(book.worksheets[0])
    rows = _rows(document) if document else {}
    for sheet in SHEETS:
        _write(book, sheet, rows.get(sheet.key, [{"schema": SCHEMA}] if sheet.key == "project" else []))
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _rows(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    buildings = document.get("buildings", [])
    items = [(building, item) for building in buildings for item in building.get("items", [])]
    stepped = [*(item for _, item in items), *document.get("milestones", [])]
    return {
        "lots": document.get("lots", []),
        "milestones": document.get("milestones", []),
        "key_dates": document.get("key_dates", []),
        "dependencies": document.get("dependencies", []),
        "units": [{**unit, "building": b["id"]} for b in buildings for unit in b.get("units", [])],
        "steps": [{**step, "item": item["id"]} for item in stepped for step in item.get("steps", [])],
        "project": [{**document["project"], "schema": document["schema"]}],
        "buildings": buildings,
        "items": [{**item, "building": building["id"]} for building, item in items],
        "points": [{**point, "item": item["id"]} for _, item in items for point in item.get("points", [])],
        "faces": [{**face, "building": b["id"]} for b in buildings for face in b.get("faces", [])],
        "pauses": document["project"].get("pauses", []),
    }


def _write(book: Workbook, sheet: Sheet, rows: Iterable[dict[str, Any]]) -> None:
    rows = list(rows)
    used = [c for c in sheet.columns if not rows or not _spare(c) or any(_get(r, c.key) is not None for r in rows)]
    page = book.create_sheet(sheet.zh)
    page.append([column.zh for column in used])
    for cell in page[1]:
        cell.font = Font(bold=True)
    for position in range(1, len(used) + 1):
        page.column_dimensions[get_column_letter(position)].width = _WIDTH
    page.freeze_panes = "A2"
    for number, row in enumerate(rows, start=2):
        for position, value in enumerate(_cells(row, used), start=1):
            cell = page.cell(number, position, value)
            if isinstance(value, str):
                cell.data_type = "s"  # a name that begins with = is no formula, and #N/A no error


def _spare(column: Column) -> bool:
    """Whether a column that nobody uses may be left out: all but the names in the other language."""
    if column.key.endswith(".en"):
        return False
    return column.optional or bool(column.instead)


def _cells(row: dict[str, Any], columns: Iterable[Column]) -> Iterator[Any]:
    for column in columns:
        value = _get(row, column.key)
        if value is not None and column.kind == "day":
            yield date.fromisoformat(value)
        elif value is not None and column.kind == "yuan":
            yield value // 100 if value % 100 == 0 else value / 100
        elif isinstance(value, list):
            yield ",".join(str(part) for part in value)
        else:
            yield value


def _get(row: dict[str, Any], key: str) -> Any:
    value: Any = row
    for step in key.split("."):
        if not isinstance(value, dict):  # one text for both languages
            return value if step == "zh" else None
        value = value.get(step)
    return value


def _text(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
