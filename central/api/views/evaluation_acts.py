"""What the caller may do to an evaluation now: what its page offers. Each act judges again when it is done."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from central.api.access import Access
from central.api.evaluation_schemas import EvaluationAct
from central.api.policy import over_district
from central.api.views.seats import granted
from central.evaluate.approval import approving
from central.evaluate.evaluation import Evaluation
from central.scoring.refused import ScoringRefused
from central.store.act_evaluated import chain_of
from central.store.read_evaluated import approvals_of


def seats_over(access: Access) -> frozenset[str]:
    """The seats in which the caller judges the district's evaluations: roles of the whole district."""
    return frozenset(grant.role for grant in over_district(access.grants))


def acts_on(connection: Connection, one: Evaluation, access: Access, *, barred: Collection[str]) -> list[EvaluationAct]:
    """Approving and returning for whom the level waits, publishing for a leader, but for who is `barred`; the
    assessed object."""
    seats = seats_over(granted(access, "approve_evaluations"))
    if one.state == "composed" and _approves(connection, one, access.username, seats=seats, barred=barred):
        return ["approve", "return"]
    if one.state == "approved" and "leader" in seats and access.username not in barred:
        return ["publish"]
    if one.state == "published" and _is_assessed(one, granted(access, "object_evaluations")):
        return ["object"]
    return []


def _is_assessed(one: Evaluation, access: Access) -> bool:
    """Whether the caller speaks for the assessed: the person, or who has a seat in the unit or at the project."""
    if one.subject.kind == "person":
        return one.subject.id == access.username and bool(access.grants)
    places = {("unit", one.unit), (one.subject.kind, one.subject.id)}
    return any((grant.kind, grant.scope) in places for grant in access.grants)


def _approves(
    connection: Connection, one: Evaluation, person: str, *, seats: Collection[str], barred: Collection[str]
) -> bool:
    given = approvals_of(connection, [one]).get(one.id, [])
    try:
        approving(chain_of(connection, one), given, person=person, seats=seats, barred=barred)
    except ScoringRefused:
        return False
    return True
