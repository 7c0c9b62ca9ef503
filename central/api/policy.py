"""Who may do what, as data: actions by role, places by grant. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal[
    "admin",
    "leader",
    "dept_head",
    "section",
    "clerk",
    "finance",
    "project_owner",
    "supervisor",
    "contractor",
    "inspector",
    "auditor",
    "discipline",
    "third_party",
    "public",
    "visitor",
]
ROLES: tuple[str, ...] = get_args(Role)
ScopeKind = Literal["district", "unit", "street", "project"]

Action = Literal[
    "know_self",
    "read_projects",
    "visit",
    "read_scores",
    "read_trace",
    "read_fleet",
    "read_security",
    "follow",
    "import_plan",
    "put_evidence",
    "renew_identity",
    "fetch_config",
    "configure",
    "read_money",
    "read_plan_file",
    "post_money",
    "lock_money",
    "upload",
    "propose",
    "approve",
    "approve_plan",
    "organise",
    "read_accounts",
    "manage_accounts",
    "submit_step",
    "verify_step",
    "mend",
    "coordinate",
    "set_clauses",
    "report_daily",
    "settle_dispute",
    "read_quality",
    "read_reports",
    "make_reports",
    "read_views",
    "read_insight",
    "classify",
    "note_benefit",
    "set_practice",
    "look",
    "read_outlook",
    "advise_allocation",
    "weigh",
    "judge_weights",
    "read_weights",
    "enter_values",
    "accept_values",
    "read_rankings",
    "decide_results",
    "appeal_results",
    "set_results",
    "adjust_targets",
    "share_practice",
    "disclose",
    "read_tasks",
    "do_tasks",
    "confirm_tasks",
    "read_agenda",
    "hold_meeting",
    "read_evaluations",
    "fill_forms",
    "approve_evaluations",
    "object_evaluations",
    "set_evaluation_policy",
    "third_report",
    "read_third",
    "note_findings",
    "read_findings",
    "transfer_projects",
    "read_goals",
    "plan_goals",
    "approve_goals",
]

_INSIDE = frozenset(ROLES) - {"public", "visitor"}
_WORKING = _INSIDE - {"contractor", "third_party"}

ACTIONS: dict[Action, frozenset[str]] = {
    "know_self": frozenset(ROLES),
    "read_projects": _INSIDE,
    "visit": frozenset({"visitor"}),  # an open day: what is public, and what they were invited to
    "follow": _INSIDE,
    "read_scores": _INSIDE - {"contractor"},
    "read_trace": _WORKING,
    "read_fleet": _WORKING,
    "read_security": frozenset({"admin", "auditor"}),
    "import_plan": frozenset({"admin", "project_owner", "dept_head"}),
    "put_evidence": frozenset(),  # gateways only, by their own token
    "renew_identity": frozenset(),  # the same
    "fetch_config": frozenset(),  # the same
    "configure": frozenset({"admin"}),
    "read_money": frozenset(
        {"finance", "auditor", "discipline", "leader", "dept_head", "section", "clerk", "project_owner"}
    ),
    "read_plan_file": frozenset(  # the plan with its amounts: who may read money, and the admin who imports it
        {"finance", "auditor", "discipline", "leader", "dept_head", "section", "clerk", "project_owner", "admin"}
    ),
    "post_money": frozenset({"finance"}),  # not the admin: who runs the system moves no money
    "lock_money": frozenset({"finance"}),
    "mend": _WORKING - {"admin", "auditor", "discipline"} | {"contractor"},  # who may what: central.mending.who
    "coordinate": frozenset({"dept_head", "section", "clerk", "leader", "project_owner"}),
    "propose": frozenset({"clerk", "section", "dept_head", "project_owner"}),  # stages, pauses: others decide
    "approve": frozenset({"section", "dept_head", "leader", "finance"}),  # which stage: its template says
    "approve_plan": frozenset({"dept_head", "leader"}),
    "organise": frozenset({"admin"}),
    "read_accounts": frozenset({"admin", "auditor", "discipline"}),  # who may do what
    "manage_accounts": frozenset({"admin"}),  # of the whole district, and never of oneself
    "submit_step": frozenset({"clerk", "section", "project_owner", "contractor", "supervisor"}),
    "verify_step": frozenset({"supervisor", "inspector", "section", "dept_head", "leader"}),  # never one's own
    "set_clauses": frozenset({"project_owner", "section", "dept_head"}),
    "report_daily": frozenset(
        {"contractor", "project_owner", "supervisor", "inspector", "third_party", "section"}
    ),  # as what: central.quality.claims
    "settle_dispute": frozenset({"supervisor", "inspector", "section", "dept_head"}),  # never one's own
    "read_quality": _WORKING,
    "read_reports": frozenset(
        {"finance", "auditor", "discipline", "leader", "dept_head", "section", "clerk", "project_owner"}
    ),  # they hold money and scores: who may read both
    "make_reports": frozenset(
        {"finance", "auditor", "leader", "dept_head", "section", "clerk", "project_owner"}
    ),  # the same, but discipline: a report says who made it
    "weigh": frozenset({"clerk", "section", "dept_head", "leader", "finance"}),  # ask experts; who asks is not asked
    "judge_weights": _INSIDE - {"contractor", "auditor", "discipline"},  # whoever is invited, his own answers
    "read_weights": _WORKING | {"third_party"},  # who is from outside: where he is asked
    "enter_values": frozenset({"clerk", "section", "dept_head", "project_owner", "third_party"}),
    "accept_values": frozenset({"section", "dept_head", "finance", "leader"}),  # never one's own: save_entries
    "read_insight": frozenset(
        {"finance", "auditor", "discipline", "leader", "dept_head", "section", "clerk", "project_owner"}
    ),  # as reports: it tells money and scores
    "classify": frozenset({"section", "dept_head", "clerk"}),
    "note_benefit": frozenset({"finance", "section", "third_party"}),  # never who owns or builds it
    "set_practice": frozenset({"section", "dept_head", "clerk"}),
    "look": _INSIDE,  # that one has opened a page
    "read_views": frozenset({"auditor", "discipline", "project_owner"}),  # who looked at whose pictures
    "read_outlook": frozenset(
        {"finance", "auditor", "discipline", "leader", "dept_head", "section", "clerk", "project_owner", "supervisor"}
    ),  # what is said of projects that have not ended; not for who builds them
    "advise_allocation": frozenset({"finance", "leader", "dept_head", "section"}),  # a sum worked out: nothing is moved
    "read_rankings": frozenset(  # of units; of persons and of each use: central.store.read_ranked_people
        {"admin", "leader", "dept_head", "section", "clerk", "finance", "auditor", "discipline", "project_owner"}
    ),
    "decide_results": frozenset({"leader", "finance", "dept_head"}),  # which: its table; never one's own
    "appeal_results": _WORKING - {"discipline"},  # whoever is concerned
    "set_results": frozenset({"leader"}),  # the table, for periods to come
    "adjust_targets": frozenset({"clerk", "section", "dept_head"}),  # of one's own unit; others decide
    "share_practice": frozenset({"clerk", "section", "dept_head", "project_owner"}),  # others publish
    "disclose": frozenset({"leader", "dept_head"}),  # what the public reads of a project
    "read_tasks": _INSIDE,  # one's own, those of one's units and projects
    "do_tasks": _INSIDE - {"admin", "auditor", "discipline"},  # the responsible person only
    "confirm_tasks": frozenset({"section", "dept_head", "leader", "project_owner"}),  # never one's own
    "read_agenda": frozenset({"leader", "dept_head", "section", "clerk", "auditor", "discipline"}),
    "hold_meeting": frozenset({"leader", "dept_head"}),
    "read_evaluations": _WORKING,  # what is not published yet: one's own units and projects
    "fill_forms": frozenset({"dept_head", "section", "clerk", "project_owner", "finance"}),  # who was asked
    "approve_evaluations": frozenset(
        {"section", "finance", "dept_head", "leader", "auditor"}
    ),  # at which level: the policy says; never of one's own unit
    "object_evaluations": frozenset({"dept_head", "section", "clerk", "project_owner"}),  # the assessed
    "set_evaluation_policy": frozenset({"leader"}),  # for what is opened from then on
    "third_report": frozenset({"third_party"}),
    "read_third": _WORKING | {"third_party"},
    "note_findings": frozenset({"auditor"}),
    "read_findings": _WORKING - {"admin"},
    "transfer_projects": frozenset({"leader", "dept_head"}),  # heads sign for their units
    "upload": _INSIDE - {"auditor", "discipline", "finance"},  # photos; gateways by their own token, stills
    "read_goals": _INSIDE - {"contractor"},  # a post's: the person, the line manager, personnel (E12)
    "plan_goals": frozenset({"clerk", "section", "dept_head", "project_owner", "leader"}),
    "approve_goals": frozenset({"dept_head", "leader"}),  # never one's own
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A role within a scope; `scope` is empty for the district, a name for unit and street, an id for a project."""

    role: str
    kind: str
    scope: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a project is: what a grant's scope is compared with."""

    project: str
    unit: str
    street: str


def usable(grants: tuple[Grant, ...], *, action: Action) -> tuple[Grant, ...]:
    """The grants whose role may do this somewhere."""
    return tuple(grant for grant in grants if grant.role in ACTIONS[action])


def permitted(grants: tuple[Grant, ...]) -> list[Action]:
    """The actions that the grants allow somewhere, as `ACTIONS` has them: what a page may offer at all."""
    return [action for action in ACTIONS if usable(grants, action=action)]


def over_district(grants: tuple[Grant, ...]) -> tuple[Grant, ...]:
    """The grants that reach everything, also what belongs to no project."""
    return tuple(grant for grant in grants if grant.kind == "district")


def covers(grants: tuple[Grant, ...], *, place: Place) -> bool:
    """Whether one of the grants reaches this place."""
    return any(_reaches(grant, place) for grant in grants)


def district_wide(grants: tuple[Grant, ...]) -> bool:
    """Whether one of the grants reaches everything, also what belongs to no project."""
    return bool(over_district(grants))


def _reaches(grant: Grant, place: Place) -> bool:
    match grant.kind:
        case "district":
            return True
        case "unit":
            return grant.scope == place.unit
        case "street":
            return grant.scope == place.street
        case "project":
            return grant.scope == place.project
    return False
