"""Whatever a leader, a clerk or audit does about tasks, evaluations and what follows, nothing breaks."""

from __future__ import annotations

from datetime import date

import pytest
import schemathesis
from sqlalchemy import text

from central.api.app import openapi_document
from central.cycle import run_cycle
from central.evaluate.calendar import at_hour
from central.store.engine import writing
from tests.central.api.district import Centre
from tests.central.api.fuzzing import Case, fuzzed, promised

TAGS = {"tasks", "evaluations", "oversight"}
DOCUMENT = openapi_document()
OPERATIONS = [
    operation["operationId"]
    for methods in DOCUMENT["paths"].values()
    for method, operation in methods.items()
    if method != "get"  # an admin reads them too: test_fuzz
    if TAGS & set(operation.get("tags", ()))
]
PEOPLE = {"Form": "unit", "Forms": "unit", "Finding": "audit", "Third": "office", "Objection": "leader"}
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT).include(operation_id=OPERATIONS)


@pytest.fixture(scope="module")
def opened_centre(fuzzed_centre: Centre) -> Centre:
    """The third quarter is open and one result published, so that numbers lead somewhere."""
    with writing(fuzzed_centre.engine) as connection:
        third = "UPDATE role_grant SET role = 'third_party' WHERE role = 'contractor'"
        connection.execute(text(third))
        for day in (date(2026, 9, 30), date(2026, 10, 8)):
            run_cycle(connection, at_hour(day))
        connection.execute(text("UPDATE evaluation SET state = 'published', published_on = '2026-11-20' WHERE id = 1"))
        case = (
            "INSERT INTO bulletin_item (kind, period, unit, project, text_zh, text_en, origin, told_on, told_at, "
            "waived_by, waived_reason) "
            "VALUES ('report', '2026-10', '区住建局', '', 'x', 'x', 'x/1', '2026-11-02', 1, '', '')"
        )
        connection.execute(text(case))
    return fuzzed_centre


@pytest.mark.parametrize("fuzzed_centre", ["postgresql"], indirect=True, scope="module")  # the stricter one
@fuzzed(SCHEMA, examples=2)
def test_nobody_breaks_a_promise(case: Case, opened_centre: Centre) -> None:
    for name, value in case.path_parameters.items():
        if name.endswith("_id") and str(value).isdecimal():
            case.path_parameters[name] = 1 + int(value) % 4
        elif name == "project_id":
            case.path_parameters[name] = "qp"
    operation = case.operation.definition.raw["operationId"]
    person = next((who for part, who in PEOPLE.items() if part in operation), "leader")
    token = opened_centre.services.signer.issue("builder" if person == "office" else person, now=opened_centre.wall())
    promised(case, opened_centre, token=token.token)
