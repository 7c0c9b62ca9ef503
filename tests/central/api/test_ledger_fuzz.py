"""Whatever finance is made to send about money, the centre answers with what it documents, never with a 5xx."""

from __future__ import annotations

import schemathesis

from central.api.app import openapi_document
from tests.central.api.bookkeeping import finance
from tests.central.api.district import Centre
from tests.central.api.fuzzing import Case, fuzzed, promised

MONEY = schemathesis.openapi.from_dict(openapi_document()).include(tag="money")


@fuzzed(MONEY, examples=8)
def test_no_request_about_money_breaks_a_promise(case: Case, fuzzed_centre: Centre) -> None:
    finance(fuzzed_centre).close()
    token = fuzzed_centre.services.signer.issue("finance", now=fuzzed_centre.wall()).token
    promised(case, fuzzed_centre, token=token, within_s=60)
