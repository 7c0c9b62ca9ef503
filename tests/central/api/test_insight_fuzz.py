"""Whatever a leader asks of insight and a section tells it, nothing breaks."""

from __future__ import annotations

import schemathesis

from central.api.app import openapi_document
from tests.central.api.district import Centre
from tests.central.api.fuzzing import Case, fuzzed, promised

READS = ["getCauseStatistics", "getPriorities", "exportPivot", "getUse"]
ACTS = ["putClass", "setPractice", "noteView"]
SCHEMA = schemathesis.openapi.from_dict(openapi_document()).include(operation_id=[*READS, *ACTS])


@fuzzed(SCHEMA, examples=2)
def test_nobody_breaks_insight(case: Case, fuzzed_centre: Centre) -> None:
    person = "unit" if case.operation.definition.raw["operationId"] in ACTS else "leader"
    token = fuzzed_centre.services.signer.issue(person, now=fuzzed_centre.wall()).token
    if "project_id" in case.path_parameters:
        case.path_parameters["project_id"] = "qp"
    promised(case, fuzzed_centre, token=token)
