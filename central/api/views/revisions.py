"""Versions of a plan, and what waits, as the API shows them."""

from __future__ import annotations

import json

from sqlalchemy import Connection
from sqlmodel import Session

from central.api.lives_schemas import ProposalShown, Revisions, VersionShown
from central.lifecycle.revision import Revision, outline_of, revise
from central.plan.document import ImportedPlan
from central.plan.importing import read_plan_json
from central.store.instants import from_ms
from central.store.read_proposals import PlanVersion, StoredProposal, proposals_of, versions_of
from central.store.save_plan import newest_version, outline_in_force


def revisions_of(session: Session, project_id: str) -> Revisions:
    """Every version, oldest first, and every proposal."""
    connection = session.connection()
    versions = versions_of(connection, project_id)
    return Revisions(
        project=project_id,
        revisions=max(len(versions) - 1, 0),
        versions=[_version(version) for version in versions],
        proposals=[
            _proposal(connection, project_id, found, versions) for found in proposals_of(connection, project_id)
        ],
    )


def _version(version: PlanVersion) -> VersionShown:
    return VersionShown(
        version=version.version,
        baseline=version.version == 1,
        finish=version.finish,
        delay_days=version.delay_days,
        reason=version.reason,
        author=version.author,
        approved_by=version.approved_by,
        decided_at=from_ms(version.decided_ms),
        removed=list(version.removed),
    )


def _proposal(
    connection: Connection, project: str, found: StoredProposal, versions: tuple[PlanVersion, ...]
) -> ProposalShown:
    change = _change(connection, project, found, versions) if found.state == "open" else None
    return ProposalShown(
        id=found.id,
        base_version=found.base_version,
        state=found.state,
        reason=found.reason,
        proposed_by=found.proposed_by,
        proposed_at=from_ms(found.proposed_ms),
        decided_by=found.decided_by or None,
        decided_at=None if found.decided_ms is None else from_ms(found.decided_ms),
        remark=found.remark,
        version=found.version,
        delay_days=change.delay_days if change else None,
        removed=list(change.removed) if change else [],
        added=list(change.added) if change else [],
        reweighted=list(change.reweighted) if change else [],
    )


def _change(
    connection: Connection, project: str, found: StoredProposal, versions: tuple[PlanVersion, ...]
) -> Revision | None:
    """What an open proposal would change; None where its document is of no plan by today's rules."""
    plan = read_plan_json(json.loads(found.document))
    before = outline_in_force(connection, project, newest_version(connection, project)[0])
    if not isinstance(plan, ImportedPlan) or before is None or not versions:
        return None
    return revise(before, outline_of(plan.project, plan.structure), baseline_finish=versions[0].finish)
