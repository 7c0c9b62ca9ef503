"""Whatever is sent about weights and sheets' traces, the centre answers with what it documents."""

from __future__ import annotations

import pytest
import schemathesis

from central.api.app import openapi_document
from tests.central.api.district import Centre
from tests.central.api.fuzzing import Case, fuzzed, promised
from tests.central.api.test_weights import a_node

SCHEMA = schemathesis.openapi.from_dict(openapi_document()).include(
    operation_id=[
        "listWeights", "openWeights", "getWeights", "askWeightsAgain", "inviteExpert", "releaseExpert",
        "getQuestionnaire", "putAnswers", "freezeWeights", "traceSheet", "traceScore",
    ]
)  # fmt: skip


@pytest.fixture(scope="module")
def asking(fuzzed_centre: Centre) -> Centre:
    """A node that `unit` organises and the leader is asked by."""
    desk = fuzzed_centre.client("unit")
    assert desk.post("/api/v1/weights", json=a_node(unit="区住建局")).status_code in (201, 409)
    desk.post("/api/v1/weights/output/experts", json={"person": "leader"})
    return fuzzed_centre


@fuzzed(SCHEMA, examples=5)
def test_a_leader_breaks_no_promise(case: Case, asking: Centre) -> None:
    token = asking.services.signer.issue("leader", now=asking.wall()).token
    for name, value in (("node", "output"), ("person", "leader"), ("project_id", "qp")):
        if name in case.path_parameters:
            case.path_parameters[name] = value
    promised(case, asking, token=token)
