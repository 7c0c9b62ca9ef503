"""Whatever is sent about lives of projects, counts, inspections, purposes and reports by who may send it: no 5xx."""

from __future__ import annotations

import schemathesis

from central.api.app import openapi_document
from tests.central.api.district import Centre
from tests.central.api.fuzzing import Case, fuzzed, promised

WHO = {  # operation: who may do it, and at which project
    "planStage": ("owner", "qp"),
    "submitStage": ("owner", "qp"),
    "decideStage": ("leader", "qp"),
    "noteMilestone": ("owner", "qp"),
    "notePermit": ("owner", "qp"),
    "noteTax": ("owner", "qp"),
    "askPause": ("owner", "qp"),
    "decidePause": ("leader", "qp"),
    "endPause": ("leader", "qp"),
    "putTemplate": ("admin", "qp"),
    "makeReport": ("leader", "qp"),
    "sendCount": ("builder", "qp"),
    "noteLots": ("street", "ml"),
    "noteSafety": ("street", "ml"),
    "getBoard": ("owner", "qp"),
    "stateViewingPurpose": ("owner", "qp"),
    "listEvidenceViews": ("audit", "qp"),
}
SCHEMA = schemathesis.openapi.from_dict(openapi_document()).include(operation_id=list(WHO))


@fuzzed(SCHEMA, examples=4)
def test_who_may_act_breaks_no_promise(case: Case, fuzzed_centre: Centre) -> None:
    person, project = WHO[case.operation.definition.raw["operationId"]]
    token = fuzzed_centre.services.signer.issue(person, now=fuzzed_centre.wall()).token
    if "project_id" in case.path_parameters:
        case.path_parameters["project_id"] = project
    promised(case, fuzzed_centre, token=token)
