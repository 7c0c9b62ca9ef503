"""The tree of a district with what is added up in it: units, projects, budget lines, as at the end of a day (D06)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, func, select

from central.money.lines import WHOLE, granted, parent_of
from central.scoring.rollup import Figures, Node
from central.store import tables
from central.store.read_ledger import ENTRY
from central.store.read_organised import org_units, units_of_projects
from central.store.upsert import table_of

ROOT = "district"
NOWHERE = "none"
_PROJECT = table_of(tables.Project)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Projects that may be seen (None = all), narrowed by type of work and street; money up to the end of `day`."""

    day: date
    projects: tuple[str, ...] | None = None
    work_type: str | None = None
    street: str | None = None


def rolled(connection: Connection, wanted: Wanted) -> tuple[list[Node], dict[str, Figures]]:
    """Nodes, parents before their children, and each one's own figures (those of lines; a project's part without one).

    Units without a project that passes are left out. A project of no unit of the organisation is under a node of the
    unit's name, so that nothing is lost from a sum.
    """
    rows = _projects(connection, wanted)
    units = units_of_projects(connection)
    nodes = [Node(id=ROOT, parent=None, kind="district", zh="全区", en="District")]
    nodes += _units(connection, {units.get(row.id) for row in rows})
    known = {node.id for node in nodes}
    figures: dict[str, Figures] = {}
    own = _lines(connection, [row.id for row in rows], wanted.day)
    for row in rows:
        parent = f"unit/{units[row.id]}" if row.id in units and f"unit/{units[row.id]}" in known else None
        if parent is None:
            parent = f"{NOWHERE}/{row.unit_zh}"
            if parent not in known:
                known.add(parent)
                nodes.append(Node(id=parent, parent=ROOT, kind="unit", zh=row.unit_zh, en=row.unit_en))
        key = f"project/{row.id}"
        nodes.append(Node(id=key, parent=parent, kind="project", zh=row.name_zh, en=row.name_en))
        lines = own.get(row.id)
        figures[key] = Figures(projects=1, budget_fen=0 if lines and lines.granted else row.budget_fen)
        if lines is not None:
            nodes += _line_nodes(row.id, lines.figures)
            for line, one in lines.figures.items():
                place = key if line == WHOLE else f"line/{row.id}/{line}"
                figures[place] = figures.get(place, Figures()) + one
    return nodes, figures


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lines:
    """A project's figures by line, each without those of the lines below it; `granted` = the ledger has budgets."""

    figures: Mapping[str, Figures]
    granted: bool


def _lines(connection: Connection, projects: Sequence[str], day: date) -> dict[str, _Lines]:
    keys = ENTRY.c.project, ENTRY.c.line, ENTRY.c.kind
    rows = connection.execute(
        select(*keys, func.sum(ENTRY.c.amount_fen), func.count())
        .where(ENTRY.c.project.in_(projects), ENTRY.c.day <= day)
        .group_by(*keys)
    )
    sums: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for project, line, kind, fen, count in rows:
        sums[project][line][kind] += int(fen)
        sums[project][line]["entries"] += int(count)
    return {project: _of_lines(by_line) for project, by_line in sums.items()}


def _of_lines(by_line: Mapping[str, Mapping[str, int]]) -> _Lines:
    """A line is granted what is its own or its parts' together; what is left of it beside its parts is its own."""
    budgets = granted({line: kinds["budget"] for line, kinds in by_line.items() if kinds.get("budget")})
    beside = dict(budgets)
    for line, fen in budgets.items():
        if line != WHOLE:
            beside[parent_of(line)] -= fen
    every = sorted({*by_line, *beside, *(above for line in by_line for above in _above(line))})
    return _Lines(
        figures={
            line: Figures(
                budget_fen=beside.get(line, 0),
                release_fen=by_line.get(line, {}).get("release", 0),
                pay_fen=by_line.get(line, {}).get("pay", 0),
                entries=by_line.get(line, {}).get("entries", 0),
            )
            for line in every
        },
        granted=bool(budgets.get(WHOLE)),
    )


def _above(line: str) -> list[str]:
    found = []
    while line != WHOLE:
        line = parent_of(line)
        found.append(line)
    return found


def _line_nodes(project: str, lines: Mapping[str, Figures]) -> list[Node]:
    found = []
    for line in sorted(lines, key=lambda one: (one.count("/"), one)):
        if line == WHOLE:
            continue
        above = parent_of(line)
        parent = f"project/{project}" if above == WHOLE else f"line/{project}/{above}"
        name = line.rpartition("/")[2]
        found.append(Node(id=f"line/{project}/{line}", parent=parent, kind="line", zh=name, en=name))
    return found


def _projects(connection: Connection, wanted: Wanted) -> Sequence[Row[Any]]:
    found = select(_PROJECT).order_by(_PROJECT.c.id)
    if wanted.projects is not None:
        found = found.where(_PROJECT.c.id.in_(wanted.projects))
    if wanted.work_type is not None:
        found = found.where(_PROJECT.c.work_type == wanted.work_type)
    if wanted.street is not None:
        found = found.where(_PROJECT.c.street_zh == wanted.street)
    return connection.execute(found).all()


def _units(connection: Connection, holding: set[str | None]) -> list[Node]:
    """Units with projects and all above them, the root of the organisation standing for the district."""
    units = org_units(connection)
    by_id = {unit.id: unit for unit in units}
    kept: set[str] = set()
    for held in holding:
        at = by_id.get(held or "")
        while at is not None and at.id not in kept:
            kept.add(at.id)
            at = by_id.get(at.parent or "")
    return [
        Node(
            id=f"unit/{unit.id}",
            parent=f"unit/{unit.parent}" if unit.parent in kept else ROOT,
            kind=unit.kind,
            zh=unit.name.zh,
            en=unit.name.en,
        )
        for unit in units
        if unit.id in kept
    ]
