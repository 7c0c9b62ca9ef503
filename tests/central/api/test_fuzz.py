"""The OpenAPI document as a promise: whatever is sent, the centre answers with what it documents, never with a 5xx."""

from __future__ import annotations

import schemathesis

from central.api.app import openapi_document
from tests.central.api.district import GATEWAY_TOKEN, Centre
from tests.central.api.fuzzing import Case, fuzzed, promised

SCHEMA = schemathesis.openapi.from_dict(openapi_document()).exclude(operation_id=["followEvents", "getMetrics"])


@fuzzed(SCHEMA, examples=8)
def test_no_request_breaks_a_promise(case: Case, fuzzed_centre: Centre) -> None:
    token = fuzzed_centre.services.signer.issue("admin", now=fuzzed_centre.wall()).token
    bearer = GATEWAY_TOKEN if case.operation.definition.raw["operationId"] == "putEvidence" else token
    promised(case, fuzzed_centre, token=bearer)
