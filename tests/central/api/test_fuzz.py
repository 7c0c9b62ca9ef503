"""The OpenAPI document as a promise: whatever is sent, the centre answers with what it documents, never with a 5xx."""

from __future__ import annotations

from typing import Any

import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from central.api.app import openapi_document
from central.api.routes.oversight import PDF_TYPE
from central.api.routes.uploads import PIECE_TYPE
from central.api.sent_files import XLSX_TYPE
from tests.central.api.district import GATEWAY_TOKEN, Centre
from tests.central.api.fuzzing import fuzzed

DOCUMENT = openapi_document()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT).exclude(operation_id=["followEvents", "getMetrics"])
CHECKS = (not_a_server_error, status_code_conformance, response_schema_conformance)


@schemathesis.serializer(XLSX_TYPE)
def as_workbook(_context: Any, _value: Any) -> bytes:
    """What is generated for a workbook is none; the tests of imports send real ones."""
    return b"PK no workbook"


@schemathesis.serializer(PIECE_TYPE)
def as_piece(_context: Any, value: Any) -> bytes:
    """Any bytes of an upload."""
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.serializer(PDF_TYPE)
def as_paper(_context: Any, _value: Any) -> bytes:
    """What is generated for a paper is none of the digest in its address."""
    return b"%PDF-no paper"


@fuzzed(SCHEMA, examples=8)
def test_no_request_breaks_a_promise(case: schemathesis.Case[Any], fuzzed_centre: Centre) -> None:
    token = fuzzed_centre.services.signer.issue("admin", now=fuzzed_centre.wall()).token
    bearer = GATEWAY_TOKEN if case.operation.definition.raw["operationId"] == "putEvidence" else token
    case.call_and_validate(
        base_url=fuzzed_centre.url, headers={"Authorization": f"Bearer {bearer}"}, checks=list(CHECKS), timeout=20
    )
