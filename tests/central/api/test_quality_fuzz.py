"""Whatever an owner of a project sends about clauses, fences, reports and outages, nothing breaks."""

from __future__ import annotations

import schemathesis

from central.api.app import openapi_document
from tests.central.api.district import Centre
from tests.central.api.fuzzing import Case, fuzzed, promised

SCHEMA = schemathesis.openapi.from_dict(openapi_document()).include(
    operation_id=[
        "putClauses", "putFence", "sendDailyReport", "listDailyReports", "getChecks", "listDisputes", "noteOutage",
        "getBulletin",
    ]
)  # fmt: skip


@fuzzed(SCHEMA, examples=12)
def test_an_owner_breaks_no_promise(case: Case, fuzzed_centre: Centre) -> None:
    token = fuzzed_centre.services.signer.issue("owner", now=fuzzed_centre.wall()).token
    if "project_id" in case.path_parameters:
        case.path_parameters["project_id"] = "qp"
    promised(case, fuzzed_centre, token=token)
