"""Roll-up over a tree: district, department, unit, project, line (D06). Each sum is that of its children. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A place in the tree; `parent` None = the root."""

    id: str
    parent: str | None
    kind: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is added up; integers only, so that the order of adding has no say. Money in fen."""

    projects: int = 0
    budget_fen: int = 0
    release_fen: int = 0
    pay_fen: int = 0
    entries: int = 0

    def __add__(self, other: Figures) -> Figures:
        added = {one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)}
        return Figures(**added)


def children_of(nodes: Sequence[Node]) -> dict[str | None, list[Node]]:
    """Nodes by their parent, in the order given."""
    found: dict[str | None, list[Node]] = {}
    for node in nodes:
        found.setdefault(node.parent, []).append(node)
    return found


def summed(nodes: Sequence[Node], own: Mapping[str, Figures]) -> dict[str, Figures]:
    """Figures of every node: its own and those of all below it. `own` names the leaves' (and any node's) figures.

    Parents come before their children in `nodes`; ValueError names a node whose parent does not.
    """
    seen: set[str] = set()
    for node in nodes:
        if node.parent is not None and node.parent not in seen:
            raise ValueError(f"node {node.id!r}: expected its parent {node.parent!r} before it")
        seen.add(node.id)
    found = {node.id: own.get(node.id, Figures()) for node in nodes}
    for node in reversed(nodes):
        if node.parent is not None:
            found[node.parent] += found[node.id]
    return found


def path_to(nodes: Sequence[Node], key: str) -> tuple[Node, ...]:
    """From the root down to a node; KeyError for one that is not there."""
    by_id = {node.id: node for node in nodes}
    way = [by_id[key]]
    while (parent := way[-1].parent) is not None:
        way.append(by_id[parent])
    return tuple(reversed(way))
