"""Whatever a leader asks of the outlook, nothing breaks."""

from __future__ import annotations

import schemathesis

from central.api.app import openapi_document
from tests.central.api.district import Centre
from tests.central.api.fuzzing import Case, fuzzed, promised

SCHEMA = schemathesis.openapi.from_dict(openapi_document()).include(
    operation_id=[
        "getOutlook", "askWhatIf", "listOutlook", "listOutlookModels", "getCalibration", "adviseAllocation",
        "getEffect",
    ]
)  # fmt: skip


@fuzzed(SCHEMA, examples=10)
def test_a_leader_breaks_no_promise(case: Case, fuzzed_centre: Centre) -> None:
    token = fuzzed_centre.services.signer.issue("leader", now=fuzzed_centre.wall()).token
    if "project_id" in case.path_parameters:
        case.path_parameters["project_id"] = "qp"
    options = case.body.get("options") if isinstance(case.body, dict) else None
    for option in options if isinstance(options, list) else ():
        if isinstance(option, dict):
            option["project"] = "qp"
    promised(case, fuzzed_centre, token=token)
