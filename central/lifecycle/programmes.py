"""Programmes: projects of different kinds that depend on each other, and what a slip of one does to the others.

Read from JSON (siteprogress.programme/1), or every fault by place (domain.md D27).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from central.domain import Project, Text, WorkItem
from central.lifecycle.dependencies import Undertaking, loop_in
from central.plan.fault import Faults, PlanError, Reader, shown
from central.plan.named import Named
from central.plan.outline import read_dependency
from central.plan.structure import Dependency

SCHEMA = "siteprogress.programme/1"
PROJECTS_MAX, LINKS_MAX = 200, 1_000
_KEYS = {
    "": ("schema", "id", "name", "projects", "dependencies"),
    "name": ("zh", "en"),
    "dependencies": ("from", "to", "lag_days"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """Projects by id, and links between them or between their work items."""

    id: str
    name: Text
    projects: tuple[str, ...]
    links: tuple[Dependency, ...]


def read_programme(document: Any, projects: Mapping[str, Sequence[str]]) -> Programme | tuple[PlanError, ...]:
    """The programme a document says; `projects` are the known ones with the ids of their items."""
    reader = Reader(document, Faults())
    if not isinstance(document, dict) or reader.at(("schema",)) != SCHEMA:
        reader.faults.add(("schema",), shown(reader.at(("schema",))), SCHEMA)
        return tuple(reader.faults.found)
    reader.refuse_unknown(_KEYS)
    named = Named(reader)
    programme, name = named.id_text(("id",)), named.text(("name",))
    members = _members(reader, projects)
    known = [*members, *(item for member in members for item in projects[member])]
    rows = reader.rows(("dependencies",), required=False)
    if len(rows) > LINKS_MAX:
        reader.faults.add(("dependencies",), f"{len(rows)} links", f"at most {LINKS_MAX}")
        rows = []
    found = [read_dependency(reader, row, known, of="project or item") for row in rows]
    links = tuple(link for link in found if link is not None)
    if loop := loop_in(links):
        reader.faults.add(("dependencies",), f"a circle {' → '.join(loop)}", "dependencies that lead back to none")
    if reader.faults.found or programme is None or name is None:
        return tuple(reader.faults.found)
    return Programme(id=programme, name=name, projects=members, links=links)


def _members(reader: Reader, projects: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    value = reader.at(("projects",))
    if not isinstance(value, list) or not 2 <= len(value) <= PROJECTS_MAX:
        reader.faults.add(("projects",), shown(value), f"a list of 2 to {PROJECTS_MAX} project ids")
        return ()
    for index, one in enumerate(value):
        if not isinstance(one, str) or one not in projects:
            reader.faults.add(("projects", index), shown(one), "the id of a known project")
        elif one in value[:index]:
            reader.faults.add(("projects", index), f"project {one!r} again", "each project once")
    return tuple(one for one in dict.fromkeys(map(str, value)) if one in projects)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a project is: whether anything was done, when it will be finished as it looks, and of its items the same.

    `forecast` None = as planned. `items` are (item, done in basis points, forecast).
    """

    project: Project
    begun: bool
    forecast: date | None
    items: tuple[tuple[WorkItem, int, date | None], ...] = ()


def undertakings(programme: Programme, standings: Sequence[Standing]) -> tuple[Undertaking, ...]:
    """The projects, and those of their items that something depends on or that wait for something.

    A project is not finished before any of these items is.
    """
    named = {end for link in programme.links for end in (link.before, link.after)}
    found: list[Undertaking] = []
    for standing in standings:
        inside = [_of_item(*one, project=standing.project) for one in standing.items if one[0].id in named]
        found.extend(inside)
        found.append(
            Undertaking(
                id=standing.project.id,
                start=standing.project.start,
                finish=standing.project.finish,
                forecast=standing.forecast,
                begun=standing.begun,
                parts=tuple(part.id for part in inside),
            )
        )
    return tuple(found)


def _of_item(item: WorkItem, done_bp: int, forecast: date | None, *, project: Project) -> Undertaking:
    first, last = span(item, project)
    return Undertaking(id=item.id, start=first, finish=last, forecast=forecast, begun=done_bp > 0)


def span(item: WorkItem, project: Project) -> tuple[date, date]:
    """The planned days of an item: from where its curve leaves 0 to where it is whole; the project's without one."""
    if not item.points:
        return project.start, project.finish
    points = sorted(item.points, key=lambda point: point.day)
    zeros = [point.day for point in points if point.cum_bp == 0]
    first = max(zeros) if zeros else project.start
    begin = date.fromordinal(first.toordinal() + 1) if zeros else first
    last = next(point.day for point in points if point.cum_bp == points[-1].cum_bp)
    return min(begin, last), last
