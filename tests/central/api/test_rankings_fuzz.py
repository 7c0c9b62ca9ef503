"""Whatever a leader or a clerk does about rankings, uses, adjustments and cases, nothing breaks."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import schemathesis

from central.api.app import openapi_document
from central.scoring.period import period_of
from central.store.engine import writing
from central.store.instants import to_ms
from central.store.save_ranked import follow_up
from tests.central.api.district import Centre
from tests.central.api.fuzzing import Case, fuzzed, promised
from tests.central.evaluate.test_ranking import TEN, results

TAGS = {"rankings", "adjustments", "recognition"}
DOCUMENT = openapi_document()
OPERATIONS = [
    operation["operationId"]
    for methods in DOCUMENT["paths"].values()
    for method, operation in methods.items()
    if method != "get"  # an admin reads them too: test_fuzz
    if TAGS & set(operation.get("tags", ()))
]
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT).include(operation_id=OPERATIONS)


@pytest.fixture(scope="module")
def judged_centre(fuzzed_centre: Centre) -> Centre:
    """Units with suggestions, so that numbers lead somewhere."""
    with writing(fuzzed_centre.engine) as connection:
        now_ms = to_ms(datetime(2026, 2, 3, tzinfo=UTC))
        follow_up(
            connection,
            period_of("2025"),
            results([*TEN, "区住建局"], totals=[60.0 + n for n in range(11)]),
            now_ms=now_ms,
        )
    return fuzzed_centre


@pytest.mark.parametrize("fuzzed_centre", ["postgresql"], indirect=True, scope="module")  # the stricter one
@fuzzed(SCHEMA, examples=3)
def test_nobody_breaks_a_promise(case: Case, judged_centre: Centre) -> None:
    for name in {"use", "ranking", "adjustment", "practice"} & set(case.path_parameters):
        if str(case.path_parameters[name]).isdecimal():  # one that is there, most of the time
            case.path_parameters[name] = 1 + int(case.path_parameters[name]) % 8
    person = "unit" if case.operation.definition.raw["operationId"].startswith(("enter", "appeal")) else "leader"
    token = judged_centre.services.signer.issue(person, now=judged_centre.wall()).token
    promised(case, judged_centre, token=token)
