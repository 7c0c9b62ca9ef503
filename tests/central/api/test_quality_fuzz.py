"""Whatever an owner of a project sends about clauses, fences, reports and outages, nothing breaks."""

from __future__ import annotations

from typing import Any

import schemathesis

from central.api.app import openapi_document
from tests.central.api.district import Centre
from tests.central.api.fuzzing import fuzzed
from tests.central.api.test_fuzz import CHECKS

SCHEMA = schemathesis.openapi.from_dict(openapi_document()).include(
    operation_id=[
        "putClauses", "putFence", "sendDailyReport", "listDailyReports", "getChecks", "listDisputes", "noteOutage",
        "getBulletin",
    ]
)  # fmt: skip


@fuzzed(SCHEMA, examples=12)
def test_an_owner_breaks_no_promise(case: schemathesis.Case[Any], fuzzed_centre: Centre) -> None:
    token = fuzzed_centre.services.signer.issue("owner", now=fuzzed_centre.wall()).token
    if "project_id" in case.path_parameters:
        case.path_parameters["project_id"] = "qp"
    case.call_and_validate(
        base_url=fuzzed_centre.url, headers={"Authorization": f"Bearer {token}"}, checks=list(CHECKS), timeout=20
    )
