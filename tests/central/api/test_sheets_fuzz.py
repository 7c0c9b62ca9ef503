"""Whatever people send about values, entries, outcomes and savings, nothing breaks."""

from __future__ import annotations

import pytest
import schemathesis
from sqlmodel import Session

from central.api.app import openapi_document
from central.domain import Subject
from central.store import tables
from central.store.engine import writing
from tests.central.api.district import Centre
from tests.central.api.fuzzing import Case, fuzzed, promised
from tests.central.scoring.sheets import a_set, an_indicator
from tests.central.store.district import set_up

SCHEMA = schemathesis.openapi.from_dict(openapi_document()).include(
    operation_id=[
        "enterValue", "decideEntry", "listEntries", "sendRequestCounts", "noteSaving", "decideSaving", "listSavings",
        "getValues", "listSheets", "getSheet", "getOutcome", "getSatisfaction", "getRollup",
    ]
)  # fmt: skip
SET = a_set((an_indicator("i1"), 0.5), (an_indicator("i2", kind="survey"), 0.5))


@pytest.fixture(scope="module")
def scored_centre(fuzzed_centre: Centre) -> Centre:
    """A project with a set, and somebody who may enter, accept and read money."""
    with writing(fuzzed_centre.engine) as connection, Session(connection) as session:
        person = tables.User(username="head", name="head", password_hash="-", created_at=0)
        session.add(person)
        session.flush()
        assert person.id is not None
        session.add(tables.Grant(user=person.id, role="dept_head", scope_kind="district", scope=""))
        session.flush()
        set_up(connection, SET, subject=Subject(kind="project", id="qp"))
    return fuzzed_centre


@fuzzed(SCHEMA, examples=4)
def test_nobody_breaks_a_promise(case: Case, scored_centre: Centre) -> None:
    token = scored_centre.services.signer.issue("head", now=scored_centre.wall()).token
    if isinstance(case.body, dict) and "subject" in case.body and "indicator" in case.body:
        case.body |= {"subject": {"kind": "project", "id": "qp"}, "indicator": "i1"}
    if case.query and "subject_kind" in case.query:
        case.query |= {"subject_kind": "project", "subject": "qp"}
    promised(case, scored_centre, token=token)
