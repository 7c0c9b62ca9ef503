"""Stores revisions of plans that wait for approval, and puts approved ones in force."""

from __future__ import annotations

import json

from sqlalchemy import Connection, insert, select, update

from central.audit.trail import append
from central.domain import Text
from central.errors import UnknownThing
from central.lifecycle.refused import ActRefused
from central.plan.document import ImportedPlan
from central.plan.importing import read_plan_json
from central.store import tables
from central.store.read_proposals import StoredProposal, may_approve, open_proposal, proposal_of
from central.store.save_audit import lock_head
from central.store.save_plan import check_clash, check_code, check_unit, newest_version, put_plan, spelled_plan
from central.store.tell_deciding import PLAN_DECIDERS, tell_decided, tell_waiting
from central.store.upsert import table_of

_PROPOSAL, _PROJECT = table_of(tables.PlanProposal), table_of(tables.Project)


def propose_plan(connection: Connection, plan: ImportedPlan, *, by: str, reason: str, now_ms: int) -> int:
    """The number under which the revision waits; the same document again gives the number it has.

    The project's row is held: of two who propose at once the second sees what the first proposed."""
    project = plan.project.id
    lock_head(connection)  # before rows, as everybody does
    connection.execute(select(_PROJECT.c.id).where(_PROJECT.c.id == project).with_for_update())
    spelled, digest = spelled_plan(plan.document)
    check_clash(connection, plan.project)
    check_code(connection, plan)
    check_unit(connection, plan.terms.unit_id)
    if not reason.strip():
        raise ActRefused("a revision without a reason", where="reason", expected="why the plan changes")
    waiting = open_proposal(connection, project)
    if waiting is not None and waiting.sha256 == digest:
        return waiting.id
    if waiting is not None:
        what = f"proposal {waiting.id} of {waiting.proposed_by} waits"
        raise ActRefused(what, where="plan", expected="its decision, or that it is withdrawn, before another one")
    row = {
        "project": project,
        "base_version": newest_version(connection, project)[0],
        "document": spelled,
        "sha256": digest,
        "reason": reason,
        "proposed_by": by,
        "proposed_at": now_ms,
        "state": "open",
        "decided_by": "",
        "remark": "",
    }
    number = int(connection.execute(insert(_PROPOSAL).values(**row).returning(_PROPOSAL.c.id)).scalar_one())
    told = tell_waiting(
        connection,
        project,
        "proposal",
        number,
        what=Text(zh=reason, en=reason),
        roles=PLAN_DECIDERS,
        by=by,
        now_ms=now_ms,
    )
    detail = {"proposal": number, "sha256": digest, "reason": reason, "told": list(told)}
    append(connection, at_ms=now_ms, actor=by, action="plan.propose", object_=f"project/{project}", detail=detail)
    return number


def approve_plan(connection: Connection, project: str, number: int, *, by: str, remark: str, now_ms: int) -> int:
    """The version that is in force from now on; ActRefused when this person or this plan cannot be."""
    lock_head(connection)
    waiting = _waiting(connection, project, number)
    if by == waiting.proposed_by:
        raise ActRefused(f"{by} is its author", where="approver", expected="somebody other than the author")
    newest, _ = newest_version(connection, project)
    if newest != waiting.base_version:
        what = f"version {newest} came since, it was made from {waiting.base_version}"
        raise ActRefused(what, where="plan", expected="a revision of the plan in force")
    plan = read_plan_json(json.loads(waiting.document))
    if not isinstance(plan, ImportedPlan):
        raise ActRefused(f"{len(plan)} faults", where="plan", expected="a plan that is right by today's rules")
    version = put_plan(connection, plan, by=waiting.proposed_by, reason=waiting.reason, now_ms=now_ms, approved_by=by)
    _settle(connection, number, state="approved", by=by, remark=remark, now_ms=now_ms, version=version)
    _told(connection, waiting, project, approved=True, by=by, remark=remark, now_ms=now_ms)
    _note(connection, project, number, action="plan.approve", by=by, remark=remark, now_ms=now_ms)
    return version


def refuse_plan(connection: Connection, project: str, number: int, *, by: str, remark: str, now_ms: int) -> None:
    """Refused by somebody other than the author, with a reason."""
    waiting = _waiting(connection, project, number)
    if by == waiting.proposed_by:
        raise ActRefused(f"{by} is its author", where="approver", expected="somebody else, or to withdraw it")
    if not remark.strip():
        raise ActRefused("refused without a reason", where="remark", expected="why")
    _settle(connection, number, state="refused", by=by, remark=remark, now_ms=now_ms)
    _told(connection, waiting, project, approved=False, by=by, remark=remark, now_ms=now_ms)
    _note(connection, project, number, action="plan.refused", by=by, remark=remark, now_ms=now_ms)


def withdraw_plan(connection: Connection, project: str, number: int, *, by: str, now_ms: int) -> None:
    """Taken back by its author while nobody has decided."""
    waiting = _waiting(connection, project, number)
    if by != waiting.proposed_by:
        raise ActRefused(f"{by} did not propose it", where="proposal", expected=f"{waiting.proposed_by}, who did")
    _settle(connection, number, state="withdrawn", by=by, remark="", now_ms=now_ms)
    _note(connection, project, number, action="plan.withdrawn", by=by, remark="", now_ms=now_ms)


def revise_by_hand(
    connection: Connection, plan: ImportedPlan, *, by: str, reason: str, approved_by: str, now_ms: int
) -> int:
    """An operator puts a revision in force that was approved on paper; ActRefused without reason or approver."""
    lock_head(connection)
    newest, known = newest_version(connection, plan.project.id)
    if newest and spelled_plan(plan.document)[1] != known:
        if not reason.strip():
            raise ActRefused("a revision without a reason", where="--reason", expected="why the plan changes")
        if not may_approve(connection, approved_by):
            who = f"user {approved_by!r}" if approved_by else "nobody"
            raise ActRefused(who, where="--approved-by", expected="the user name of a dept_head or leader")
    return put_plan(connection, plan, by=by, reason=reason, now_ms=now_ms, approved_by=approved_by)


def _waiting(connection: Connection, project: str, number: int) -> StoredProposal:
    found = proposal_of(connection, project, number)
    if found is None:
        raise UnknownThing(f"proposal {number}", where="proposal", expected=f"one of project {project}")
    if found.state != "open":
        raise ActRefused(
            f"proposal {number} is {found.state}", where="proposal", expected="one that waits for a decision"
        )
    return found


def _told(
    connection: Connection, decided: StoredProposal, project: str, *, approved: bool, by: str, remark: str, now_ms: int
) -> None:
    tell_decided(
        connection, project, "proposal", decided.id, author=decided.proposed_by, approved=approved, remark=remark,
        by=by, now_ms=now_ms,
    )  # fmt: skip


def _settle(
    connection: Connection, number: int, *, state: str, by: str, remark: str, now_ms: int, version: int | None = None
) -> None:
    same = update(_PROPOSAL).where(_PROPOSAL.c.id == number, _PROPOSAL.c.state == "open")
    settled = same.values(state=state, decided_by=by, decided_at=now_ms, remark=remark, version=version)
    if not connection.execute(settled).rowcount:
        raise ActRefused(f"proposal {number} was decided", where="proposal", expected="one that waits for a decision")


def _note(connection: Connection, project: str, number: int, *, action: str, by: str, remark: str, now_ms: int) -> None:
    append(
        connection,
        at_ms=now_ms,
        actor=by,
        action=action,
        object_=f"project/{project}",
        detail={"proposal": number, "remark": remark},
    )
