"""Nodes of a trace, and what the references of a node unroll to: records with stills, papers, entries, photos."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlmodel import Session

from central.api.access import Access, place_of
from central.api.policy import covers, district_wide, usable
from central.api.schemas import Still, Text
from central.api.score_schemas import Fact, TraceNode
from central.api.views.readings import still
from central.domain import Text as Spoken
from central.store.instants import from_ms
from central.store.named import Named
from central.store.read_faces import StillRow
from central.store.read_records import Kept, kept_records
from central.store.read_refs import kind_of, named_refs
from central.store.tables import Project

REFS_MAX = 5  # of one node; `more` says how many are not listed
SHEETS_MAX = 60  # a unit's score is made of all of its projects'
LEVELS = 3  # references of references: a case, its warning, the record that raised it
KIND_NAMES = {
    "face_reading": Text(zh="外立面读数", en="Face reading"),
    "camera_event": Text(zh="摄像头事件", en="Camera event"),
    "tombstone": Text(zh="墓碑", en="Tombstone"),
}
STILL_BEFORE = Text(zh="该立面此前最近的影像", en="Newest still of this facade until then")
UNKNOWN = Text(zh="引用", en="Reference")
OUTSIDE = Text(zh="不在您的权限范围内", en="Outside your scope")


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A node before its references are unrolled: `refs` become children behind `children`."""

    kind: str
    key: str
    name: Text
    at: datetime | None = None
    value: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    refs: Sequence[str] = ()
    children: Sequence[Branch] = ()

    def all_refs(self) -> Iterator[Sequence[str]]:
        """The references of the node and of those below it."""
        yield self.refs
        for child in self.children:
            yield from child.all_refs()


def grown(session: Session, access: Access, branch: Branch) -> TraceNode:
    """The whole tree of a branch, with what the caller may see of what its references name."""
    return _grown(branch, Unrolled(session, access, branch.all_refs()))


def _grown(branch: Branch, unrolled: Unrolled) -> TraceNode:
    return node(
        kind=branch.kind,
        key=branch.key,
        name=branch.name,
        at=branch.at,
        value=branch.value,
        facts=branch.facts,
        children=[*(_grown(child, unrolled) for child in branch.children), *unrolled.nodes(branch.refs)],
        more=len(branch.refs) - len(listed(branch.refs)),
    )


class Unrolled:
    """Everything that some references lead to, read level by level; `nodes` makes the part of a tree of some of them.

    What the caller's grants do not reach is named by its kind alone; amounts are for those who may read money there.
    """

    def __init__(self, session: Session, access: Access, refs: Iterable[Sequence[str]]) -> None:
        """`refs`: those of each node that will be asked for."""
        self._session, self._access = session, access
        self._named: dict[str, Named] = {}
        self._kept: dict[str, Kept] = {}
        self._places: dict[str, Project | None] = {}
        wanted = {ref for each in refs for ref in listed(each)}
        for _ in range(LEVELS):
            found = named_refs(session.connection(), sorted(wanted))
            self._kept |= kept_records(session, sorted(ref for ref in wanted if kind_of(ref) == "record"))
            self._named |= found
            known = self._named.keys() | self._kept.keys()
            wanted = {ref for one in found.values() for ref in listed(one.inside)} - known
            if not wanted:
                break

    def nodes(self, refs: Sequence[str], *, above: tuple[str, ...] = ()) -> list[TraceNode]:
        """The newest first; a reference that names nothing known is shown as it is."""
        return [self._node(ref, above) for ref in reversed(listed(refs)) if ref not in above]

    def _node(self, ref: str, above: tuple[str, ...]) -> TraceNode:
        if ref in self._kept:
            return record_node(ref, self._kept[ref], whole=False)
        found = self._named.get(ref)
        if found is None:
            return node(kind=kind_of(ref) or "unknown", key=ref, name=UNKNOWN, at=None, value=None)
        if not self._reaches(found):
            return node(kind=found.kind, key=found.kind, name=OUTSIDE, at=None, value=None)
        money = found.money if self._may_read_money(found) else {}
        inside = self.nodes(found.inside, above=(*above, ref)) if len(above) < LEVELS else []
        return node(
            kind=found.kind,
            key=found.key,
            name=Text.model_validate(found.name),
            at=None if found.at_ms is None else from_ms(found.at_ms),
            value=found.value,
            facts={**found.facts, **money},
            evidence=_picture(found),
            children=inside,
            more=max(0, len(found.inside) - len(listed(found.inside))),
        )

    def _reaches(self, found: Named) -> bool:
        if district_wide(self._access.grants) or not (found.projects or found.unit):
            return True
        if found.unit and any(g.kind == "unit" and g.scope == found.unit for g in self._access.grants):
            return True
        return any(self._access.sees(project) for project in self._projects(found))

    def _may_read_money(self, found: Named) -> bool:
        grants = usable(self._access.grants, action="read_money")
        return any(covers(grants, place=place_of(project)) for project in self._projects(found))

    def _projects(self, found: Named) -> list[Project]:
        for key in found.projects:
            if key not in self._places:
                self._places[key] = self._session.get(Project, key)
        return [project for key in found.projects if (project := self._places[key]) is not None]


def listed(refs: Sequence[str]) -> Sequence[str]:
    """The newest that are shown of a node's references, in their order."""
    many = SHEETS_MAX if refs and refs[-1].startswith("sheet/") else REFS_MAX
    return refs[-many:]


def node(
    *,
    kind: str,
    key: str,
    name: Text,
    at: datetime | None,
    value: str | None,
    facts: Mapping[str, object] | None = None,
    children: Sequence[TraceNode] = (),
    evidence: Still | None = None,
    more: int = 0,
) -> TraceNode:
    """A node; facts that are None are left out."""
    return TraceNode(
        kind=kind,
        id=key,
        name=name,
        at=at,
        value=value,
        facts=facts_of(facts or {}),
        evidence=evidence,
        more=more,
        children=list(children),
    )


def record_node(ref: str, kept: Kept, *, whole: bool) -> TraceNode:
    """A stored record with its still; `whole`: with everything it says."""
    row = kept.record
    body = json.loads(row.body)
    shown = {name: said for name, said in body.items() if whole or name in ("camera", "face", "code", "frame_sha256")}
    plain = {name: said for name, said in shown.items() if not isinstance(said, list | dict)}
    completion = body.get("completion_bp")
    return node(
        kind="record",
        key=ref,
        name=KIND_NAMES.get(row.kind, Text(zh=row.kind, en=row.kind)),
        at=from_ms(row.at),
        value=None if completion is None else f"{completion} bp",
        facts={"hash": row.hash, "received_at": from_ms(row.received_at).isoformat(), **plain},
        evidence=still(kept.still),
        children=[] if kept.before is None else [_earlier(kept.before)],
    )


def _earlier(row: StillRow) -> TraceNode:
    return node(
        kind="still",
        key=row.sha256,
        name=STILL_BEFORE,
        at=from_ms(row.captured_at),
        value=None,
        evidence=still(row),
    )


def facts_of(values: Mapping[str, object]) -> list[Fact]:
    """Facts as they are written; None is left out, words keep both languages."""
    return [_fact(key, value) for key, value in values.items() if value is not None]


def _fact(key: str, value: object) -> Fact:
    if isinstance(value, Text | Spoken):
        return Fact(key=key, value=value.zh, text=Text(zh=value.zh, en=value.en))
    return Fact(key=key, value=_spelled(value), text=None)


def _spelled(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _picture(found: Named) -> Still | None:
    if not found.picture:
        return None
    at = from_ms(found.at_ms) if found.at_ms is not None else datetime.fromtimestamp(0, UTC)
    return Still(sha256=found.picture, url=f"/api/v1/photos/{found.picture}/image", captured_at=at)
