"""Whatever finance is made to send about money, the centre answers with what it documents, never with a 5xx."""

from __future__ import annotations

from typing import Any

import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from tests.central.api.bookkeeping import finance
from tests.central.api.district import Centre
from tests.central.api.fuzzing import fuzzed
from tests.central.api.test_fuzz import DOCUMENT

MONEY = schemathesis.openapi.from_dict(DOCUMENT).include(tag="money")


@fuzzed(MONEY, examples=8)
def test_no_request_about_money_breaks_a_promise(case: schemathesis.Case[Any], fuzzed_centre: Centre) -> None:
    finance(fuzzed_centre).close()
    token = fuzzed_centre.services.signer.issue("finance", now=fuzzed_centre.wall()).token
    case.call_and_validate(
        base_url=fuzzed_centre.url,
        headers={"Authorization": f"Bearer {token}"},
        checks=[not_a_server_error, status_code_conformance, response_schema_conformance],
        timeout=60,
    )
