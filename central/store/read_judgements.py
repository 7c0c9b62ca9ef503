"""Read queries about weights: nodes and who is asked, what each expert said, and the frozen results."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from central.domain import Text
from central.scoring.questionnaire import Criterion, GroupWeights, Opinion, Pair, Voice
from central.scoring.weight_document import read_weights
from central.store import tables
from central.store.upsert import table_of

_NODE, _VERSION = table_of(tables.WeightNode), table_of(tables.WeightVersion)
_EXPERT, _SAID = table_of(tables.WeightExpert), table_of(tables.WeightJudgement)
_RESULT = table_of(tables.WeightResult)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expert:
    """Somebody who was asked; `released_ms` None = still asked."""

    person: str
    weight: int
    invited_ms: int
    released_ms: int | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """The result of a version: its document, digest, and who froze it when after what was discussed."""

    body: str
    sha256: str
    note: str
    by: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighingNode:
    """A version of a node: what is asked of whom. `newest` is the number of its newest version; experts by name."""

    id: str
    name: Text
    unit: str
    version: int
    newest: int
    criteria: tuple[Criterion, ...]
    opened_by: str
    opened_ms: int
    experts: tuple[Expert, ...]
    frozen: Frozen | None

    @property
    def asked(self) -> tuple[Expert, ...]:
        """The experts that are still asked."""
        return tuple(expert for expert in self.experts if expert.released_ms is None)

    def asks(self, person: str) -> bool:
        """Whether this person is still asked."""
        return any(expert.person == person for expert in self.asked)


def weights_of(connection: Connection, *, node: str, version: int | None = None) -> GroupWeights | None:
    """The frozen weights of a node's version, or of its newest frozen one; None when there are none."""
    wanted = select(_RESULT.c.body).where(_RESULT.c.node == node)
    if version is not None:
        wanted = wanted.where(_RESULT.c.version == version)
    body = connection.execute(wanted.order_by(_RESULT.c.version.desc()).limit(1)).scalar()
    return None if body is None else read_weights(body)


def weighing_node(connection: Connection, node: str, version: int | None = None) -> WeighingNode | None:
    """A node in a version, the newest unless told; None when there is none."""
    row = connection.execute(select(_NODE).where(_NODE.c.id == node)).first()
    if row is None:
        return None
    newest = int(connection.execute(select(func.max(_VERSION.c.version)).where(_VERSION.c.node == node)).scalar_one())
    chosen = newest if version is None else version
    of = and_(_VERSION.c.node == node, _VERSION.c.version == chosen)
    asked = connection.execute(select(_VERSION).where(of)).first()
    if asked is None:
        return None
    return WeighingNode(
        id=row.id,
        name=Text(zh=row.name_zh, en=row.name_en),
        unit=row.unit,
        version=chosen,
        newest=newest,
        criteria=tuple(Criterion(id=c["id"], name=Text(**c["name"])) for c in json.loads(asked.criteria)),
        opened_by=asked.opened_by,
        opened_ms=asked.opened_at,
        experts=_experts(connection, node, chosen),
        frozen=frozen_of(connection, node, chosen),
    )


def frozen_of(connection: Connection, node: str, version: int) -> Frozen | None:
    """The result of a version; None while it is open."""
    row = connection.execute(select(_RESULT).where(_RESULT.c.node == node, _RESULT.c.version == version)).first()
    if row is None:
        return None
    return Frozen(body=row.body, sha256=row.sha256, note=row.note, by=row.frozen_by, at_ms=row.frozen_at)


def opinions_of(connection: Connection, node: WeighingNode) -> dict[str, Opinion]:
    """What each expert that is still asked said of this version; of a pair said twice the newest holds."""
    said: dict[str, dict[Pair, int]] = defaultdict(dict)
    of = (_SAID.c.node == node.id, _SAID.c.version == node.version)
    for row in connection.execute(select(_SAID).where(*of).order_by(_SAID.c.id)):
        said[row.person][row.first, row.second] = row.says
    size = len(node.criteria)
    return {e.person: Opinion(size=size, says=said.get(e.person, {})) for e in node.asked}


def voices_of(node: WeighingNode, opinions: Mapping[str, Opinion]) -> list[Voice]:
    """The experts that are still asked, with the weight of each."""
    return [Voice(person=e.person, weight=e.weight, opinion=opinions[e.person]) for e in node.asked]


def node_ids(
    connection: Connection, *, units: Collection[str] | None, person: str, after: str, limit: int
) -> list[str]:
    """Ids in order, later than `after`: of these units (None = all), and those where this person is asked."""
    wanted = select(_NODE.c.id).where(_NODE.c.id > after).order_by(_NODE.c.id).limit(limit)
    if units is not None:
        mine = select(_EXPERT.c.node).where(_EXPERT.c.person == person)
        wanted = wanted.where(or_(_NODE.c.unit.in_(sorted(units)), _NODE.c.id.in_(mine)))
    return list(connection.execute(wanted).scalars())


def said_anything(connection: Connection, node: str, version: int) -> bool:
    """Whether anybody has answered this version."""
    of: tuple[Any, ...] = (_SAID.c.node == node, _SAID.c.version == version)
    return connection.execute(select(_SAID.c.id).where(*of).limit(1)).first() is not None


def _experts(connection: Connection, node: str, version: int) -> tuple[Expert, ...]:
    of = (_EXPERT.c.node == node, _EXPERT.c.version == version)
    return tuple(
        Expert(
            person=row.person,
            weight=row.weight,
            invited_ms=row.invited_at,
            released_ms=row.released_at,
            reason=row.reason,
        )
        for row in connection.execute(select(_EXPERT).where(*of).order_by(_EXPERT.c.person))
    )
