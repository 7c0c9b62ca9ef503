"""The one door for weights: nodes are opened, experts invited, answers kept, results frozen. Each act is in the trail.

ScoringRefused says why an act may not be; UnknownThing what is not there. The node's row is held first, so that two who
act at once are one after the other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, insert, select, update

from central.audit.trail import append
from central.domain import Text
from central.errors import UnknownThing
from central.notify.message import Message
from central.notify.outbox import enqueue
from central.scoring.questionnaire import (
    EXPERT_WEIGHT_MAX,
    Criterion,
    GroupWeights,
    Pair,
    checked_criteria,
    checked_says,
    pairs_of,
    standing,
)
from central.scoring.refused import RefusalCode, ScoringRefused
from central.scoring.weight_document import digest_of, spelled_weights
from central.store import tables
from central.store.read_judgements import WeighingNode, opinions_of, said_anything, voices_of, weighing_node
from central.store.save_audit import lock_head
from central.store.upsert import table_of

_NODE, _VERSION = table_of(tables.WeightNode), table_of(tables.WeightVersion)
_EXPERT, _SAID = table_of(tables.WeightExpert), table_of(tables.WeightJudgement)
_RESULT, _USER = table_of(tables.WeightResult), table_of(tables.User)


def open_node(
    connection: Connection, node: str, *, name: Text, unit: str, criteria: Sequence[Criterion], by: str, now_ms: int
) -> WeighingNode:
    """A new node in its first version."""
    asked = checked_criteria(criteria)
    lock_head(connection)
    if connection.execute(select(_NODE.c.id).where(_NODE.c.id == node)).first() is not None:
        raise _refused(
            "conflict",
            f"节点 {node} 已有",
            f"node {node!r} is there",
            where="id",
            expected=("另一个编号", "another id"),
        )
    row = {"id": node, "name_zh": name.zh, "name_en": name.en, "unit": unit, "created_by": by, "created_at": now_ms}
    connection.execute(insert(_NODE).values(**row))
    _ask(connection, node, 1, asked, by=by, now_ms=now_ms)
    return _newest(connection, node)


def ask_again(
    connection: Connection, node: str, *, criteria: Sequence[Criterion] | None, by: str, now_ms: int
) -> WeighingNode:
    """The next version, with other criteria or (None) the same; the experts are invited anew. What is frozen stays."""
    former = held(connection, node)
    if former.frozen is None and said_anything(connection, node, former.version):
        raise _refused(
            "wrong_state", f"第 {former.version} 版尚在征询", f"version {former.version} is being answered",
            where="version",
            expected=("已定稿, 或尚无答案", "a frozen one, or one that nobody has answered"),
        )  # fmt: skip
    asked = former.criteria if criteria is None else checked_criteria(criteria)
    _ask(connection, node, former.version + 1, asked, by=by, now_ms=now_ms)
    return _newest(connection, node)


def invite(connection: Connection, node: str, person: str, *, weight: int, by: str, now_ms: int) -> WeighingNode:
    """Ask an expert; who asks is not asked. Invited again = asked again, with this weight."""
    open_one = _still_open(connection, node)
    if not 1 <= weight <= EXPERT_WEIGHT_MAX:
        raise _refused(
            "unknown", f"权重 {weight}", f"weight {weight}", where="weight",
            expected=(f"1 至 {EXPERT_WEIGHT_MAX}", f"1 to {EXPERT_WEIGHT_MAX}"),
        )  # fmt: skip
    if person in (by, open_one.opened_by):
        raise _refused(
            "own_work", f"{person} 组织征询", f"{person} organises the questionnaire", where="person",
            expected=("另一个人", "somebody else"),
        )  # fmt: skip
    known = select(_USER.c.id).where(_USER.c.username == person, _USER.c.active.is_(True))
    if connection.execute(known).first() is None:
        raise _refused(
            "unknown",
            f"用户 {person}",
            f"user {person!r}",
            where="person",
            expected=("在用的账号", "an active account"),
        )
    of = (_EXPERT.c.node == node, _EXPERT.c.version == open_one.version, _EXPERT.c.person == person)
    fresh = {"weight": weight, "invited_by": by, "invited_at": now_ms, "released_at": None, "released_by": ""}
    if any(expert.person == person for expert in open_one.experts):
        connection.execute(update(_EXPERT).where(*of).values(**fresh, reason=""))
    else:
        key = {"node": node, "version": open_one.version, "person": person}
        connection.execute(insert(_EXPERT).values(**key, **fresh, reason=""))
    _note(connection, open_one, "weights.invite", by=by, now_ms=now_ms, person=person, weight=weight)
    _tell(connection, open_one, person, by=by, now_ms=now_ms)
    return _newest(connection, node)


def release(connection: Connection, node: str, person: str, *, reason: str, by: str, now_ms: int) -> WeighingNode:
    """Ask an expert no longer, with the reason; what he said stays stored and does not count."""
    open_one = _still_open(connection, node)
    if not open_one.asks(person):
        raise UnknownThing(f"expert {person!r}", where="person", expected=f"one who is asked by node {node}")
    if not reason.strip():
        raise _refused(
            "missing", "没有理由", "no reason", where="reason", expected=("为何不再征询", "why he is asked no longer")
        )
    of = (_EXPERT.c.node == node, _EXPERT.c.version == open_one.version, _EXPERT.c.person == person)
    connection.execute(update(_EXPERT).where(*of).values(released_at=now_ms, released_by=by, reason=reason))
    _note(connection, open_one, "weights.release", by=by, now_ms=now_ms, person=person, reason=reason)
    return _newest(connection, node)


def answer(
    connection: Connection, node: str, person: str, says: Mapping[Pair, int], *, by: str, now_ms: int
) -> WeighingNode:
    """Keep an expert's answers, some or all; only he himself gives them, until the weights are frozen."""
    open_one = held(connection, node)
    if by != person:
        raise _refused(
            "not_yours", f"{by} 代 {person} 作答", f"{by} answers for {person}", where="person",
            expected=("本人", "the expert himself"),
        )  # fmt: skip
    if not open_one.asks(person):
        raise _refused(
            "not_yours", f"{person} 未受邀", f"{person} is not asked", where="person",
            expected=("受邀的专家", "an invited expert"),
        )  # fmt: skip
    open_one = _still_open(connection, node)
    given = checked_says(len(open_one.criteria), says)
    before = opinions_of(connection, open_one)[person].says
    rows = [
        {"node": node, "version": open_one.version, "person": person, "first": i, "second": j, "says": said,
         "said_at": now_ms}
        for (i, j), said in sorted(given.items())
        if before.get((i, j)) != said
    ]  # fmt: skip
    if rows:
        connection.execute(insert(_SAID), rows)
        said = [[row["first"], row["second"], row["says"]] for row in rows]
        _note(connection, open_one, "weights.answer", by=by, now_ms=now_ms, said=said)
    return open_one


def freeze(connection: Connection, node: str, *, note: str, by: str, now_ms: int) -> GroupWeights:
    """Fix the weights of the newest version for ever. Where the experts are too far apart only with a note of what was
    discussed; never by one of them."""
    open_one = _still_open(connection, node)
    if any(expert.person == by for expert in open_one.experts):
        raise _refused(
            "own_work", f"{by} 是受邀专家", f"{by} is one of the experts", where="person",
            expected=("另一个人", "somebody else"),
        )  # fmt: skip
    voices = voices_of(open_one, opinions_of(connection, open_one))
    found = standing(node, open_one.version, open_one.criteria, voices)
    if found.group is None or found.state == "inconsistent":
        raise ScoringRefused(
            "wrong_state", found.reason, where="version",
            expected=Text(zh="全部答完且一致", en="all answered, consistently"),
        )  # fmt: skip
    if found.state == "discuss" and not note.strip():
        expected = Text(zh="讨论纪要, 或修改后的答案", en="what was discussed, or answers that were changed")
        raise ScoringRefused("missing", found.reason, where="note", expected=expected)
    body = spelled_weights(found.group, voices={voice.person: voice.weight for voice in voices})
    row = {"node": node, "version": open_one.version, "body": body, "sha256": digest_of(body), "note": note}
    connection.execute(insert(_RESULT).values(**row, frozen_by=by, frozen_at=now_ms))
    _note(connection, open_one, "weights.freeze", by=by, now_ms=now_ms, sha256=row["sha256"], note=note)
    return found.group


def held(connection: Connection, node: str) -> WeighingNode:
    """The node in its newest version, held until the transaction ends; UnknownThing where there is none."""
    found = connection.execute(select(_NODE.c.id).where(_NODE.c.id == node).with_for_update()).first()
    if found is None:
        raise UnknownThing(f"node {node!r}", where="node", expected="one that was opened")
    return _newest(connection, node)


def _still_open(connection: Connection, node: str) -> WeighingNode:
    found = held(connection, node)
    if found.frozen is not None:
        raise _refused(
            "wrong_state", f"第 {found.version} 版已定稿", f"version {found.version} is frozen", where="version",
            expected=("新的一版", "a new version"),
        )  # fmt: skip
    return found


def _newest(connection: Connection, node: str) -> WeighingNode:
    found = weighing_node(connection, node)
    assert found is not None
    return found


def _ask(
    connection: Connection, node: str, version: int, criteria: Sequence[Criterion], *, by: str, now_ms: int
) -> None:
    spelled = json.dumps([asdict(one) for one in criteria], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    row = {"node": node, "version": version, "criteria": spelled, "opened_by": by, "opened_at": now_ms}
    connection.execute(insert(_VERSION).values(**row))
    detail = {"version": version, "criteria": [one.id for one in criteria]}
    append(connection, at_ms=now_ms, actor=by, action="weights.open", object_=f"weights/{node}", detail=detail)


def _tell(connection: Connection, node: WeighingNode, person: str, *, by: str, now_ms: int) -> None:
    """The expert is told that he is asked, once a version."""
    asked = len(pairs_of(len(node.criteria)))
    message = Message(
        person=person,
        kind="task",
        about=f"weights/{node.id}/{node.version}",
        level=None,
        subject=Text(zh=f"请您判断权重: {node.name.zh}", en=f"your judgement is asked: {node.name.en}"),
        body=Text(
            zh=f"{by} 邀请您对 {len(node.criteria)} 个准则作 {asked} 次两两比较。",
            en=f"{by} asks you to compare {len(node.criteria)} criteria in {asked} pairs.",
        ),
        link=f"/weights/{node.id}",
    )
    enqueue(connection, message, wall_ms=now_ms)


def _note(connection: Connection, node: WeighingNode, action: str, *, by: str, now_ms: int, **detail: Any) -> None:
    told = {"version": node.version, **detail}
    append(connection, at_ms=now_ms, actor=by, action=action, object_=f"weights/{node.id}", detail=told)


def _refused(code: RefusalCode, zh: str, en: str, *, where: str, expected: tuple[str, str]) -> ScoringRefused:
    return ScoringRefused(code, Text(zh=zh, en=en), where=where, expected=Text(zh=expected[0], en=expected[1]))
