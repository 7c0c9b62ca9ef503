"""What nobody may do to a score: each attempt is refused in words and stays in the audit trail, on both databases."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from central.audit.chain import first_fault
from central.domain import Subject
from central.evaluate.calendar import at_hour
from central.store.engine import open_engine, reading, writing
from central.store.read_adjustments import target_in_force
from central.store.read_indicators import set_in_force, set_versions
from central.store.save_audit import entries
from tests.central.api.district import Centre, served
from tests.central.evaluate.district import District, a_district, add_person

UNIT = Subject(kind="unit", id="住建局")
SET = f"/indicator-sets/unit/{UNIT.id}"
CLONE: dict[str, Any] = {
    "base_version": 0, "sector": "administration", "name": {"zh": "行政效能"}, "frame": "IPOR", "weighing": "equal",
    "since": "2025-03-03", "indicators": ["unit.goals", "unit.ack", "people.satisfaction"],
}  # fmt: skip
AGREED, OPENS, TRIED = date(2025, 3, 3), date(2025, 4, 1), date(2025, 4, 18)
TABLES = ("indicator_set", "indicator_set_act", "score_sheet", "evaluation_result", "evaluation_event",
          "target_adjustment", "adjustment_act", "goal", "entered_value")  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def centre(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """Four units: 住建局 has its set in force, and the forms of the first quarter are open. One for all tests, each of
    which finds its own refusals."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("manipulated") / "centre.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        engine = open_engine(f"sqlite:///{path}")
    else:
        engine = open_engine(request.getfixturevalue("postgres").create(template="siteprogress"))
    try:
        with served(engine, tmp_path_factory.mktemp("data")) as centre:
            open_quarter(centre)
            yield centre
    finally:
        engine.dispose()


def open_quarter(centre: Centre) -> None:
    """The set is agreed in March; on the first of April the forms are opened."""
    district = a_district(centre.engine)
    district.day(date(2025, 3, 2))
    centre.wall.at = at_hour(AGREED)
    assert act(centre, "绩效科长", "POST", SET, **CLONE).status_code == 201
    assert act(centre, "区长", "POST", f"{SET}/versions/1/decision", approve=True).status_code == 200
    district.day(OPENS)
    district.put_objective("2025-Q1")


def composed(centre: Centre) -> District:
    """Everybody handed in, and the quarter waits for approval."""
    district = District(engine=centre.engine)
    district.fill_in("2025-Q1", date(2025, 4, 3))
    district.day(date(2025, 4, 17))
    centre.wall.at = at_hour(TRIED)
    return district


def act(centre: Centre, who: str, method: str, path: str, /, **body: Any) -> httpx.Response:
    """What a person's act is answered."""
    return centre.client(who).request(method, f"/api/v1{path}", json=body or None)


def refused(centre: Centre, prefix: str) -> list[tuple[str, str, str]]:
    """Refused acts of a kind in the trail, as (actor, action, object); the trail itself has no fault."""
    with reading(centre.engine) as connection:
        trail = list(entries(connection))
    assert first_fault(trail) is None
    return [
        (one.actor, one.action, one.object)
        for one in trail
        if one.action.endswith(".refused") and one.action.startswith(prefix)
    ]


@pytest.mark.requirement("C14")
def test_nobody_scores_himself(centre: Centre) -> None:
    centre.wall.at = at_hour(date(2025, 4, 3))
    forms = centre.client("水务局主任").get("/api/v1/evaluation-forms").json()["forms"]
    peer = next(one for one in forms if one["kind"] == "peer")
    person = "两面人"
    with writing(centre.engine) as connection:
        for unit in ("水务局", peer["subject"]):  # of the unit that judges, and of the one that is judged
            add_person(connection, person, "clerk", "unit", unit)
    points = {leaf["id"]: 100.0 for leaf in peer["leaves"]}
    answer = act(centre, person, "POST", f"/evaluation-forms/{peer['id']}", points=points)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "own_work")
    assert refused(centre, "evaluation.file.") == [(person, "evaluation.file.refused", f"form/{peer['id']}")]
    with reading(centre.engine) as connection:
        kept = connection.execute(text("SELECT state, sheet FROM evaluation_form WHERE id = :n"), {"n": peer["id"]})
        assert tuple(kept.one()) == ("open", "")


def test_a_past_version_is_not_edited_and_no_leaf_is_deleted(centre: Centre) -> None:
    centre.wall.at = at_hour(TRIED)
    attempts = {
        "edited": {**CLONE, "targets": {"unit.goals": 60}},  # as if it were the first version still
        "dated back": {**CLONE, "base_version": 1, "targets": {"unit.goals": 60}},
        "a leaf less": {**CLONE, "base_version": 1, "since": "2025-05-01", "indicators": CLONE["indicators"][:2]},
    }
    for name, body in attempts.items():
        answer = act(centre, "绩效科长", "POST", SET, **body)
        assert answer.status_code == 409, (name, answer.text)
    assert act(centre, "绩效科长", "DELETE", f"{SET}/versions/1").status_code == 409
    object_ = f"indicator_set/unit/{UNIT.id}"
    propose, withdraw = "indicator_set.propose.refused", "indicator_set.withdraw.refused"
    assert refused(centre, "indicator_set.") == [("绩效科长", propose, object_)] * 3 + [("绩效科长", withdraw, object_)]
    with reading(centre.engine) as connection:
        assert [one.set.version for one in set_versions(connection, subject=UNIT)] == [1]
        found = set_in_force(connection, subject=UNIT, day=TRIED)
    assert found is not None
    assert [leaf.indicator.target for leaf in found.leaves if leaf.indicator.id == "unit.goals"] == [95]


def test_nobody_approves_ones_own_evaluation(centre: Centre) -> None:
    district = composed(centre)
    number = next(one.id for one in district.found() if one.subject == UNIT)
    with writing(centre.engine) as connection:
        for role in ("section", "leader"):
            add_person(connection, f"{UNIT.id}主任", role, "district", "")
    done = act(centre, f"{UNIT.id}主任", "POST", "/evaluations/approve", evaluations=[number]).json()
    assert done["done"] == 0
    assert refused(centre, "evaluation.approve.") == [
        (f"{UNIT.id}主任", "evaluation.approve.refused", f"evaluation/{number}")
    ]
    assert district.one(number).state == "composed"
    district.approve_all([number], TRIED)
    published = act(centre, f"{UNIT.id}主任", "POST", f"/evaluations/{number}/publish")
    assert (published.status_code, published.json()["error"]["code"]) == (403, "own_work")
    assert refused(centre, "evaluation.publish.") == [
        (f"{UNIT.id}主任", "evaluation.publish.refused", f"evaluation/{number}")
    ]
    assert district.one(number).state == "approved"


def test_an_adjustment_is_not_dated_back(centre: Centre) -> None:
    with writing(centre.engine) as connection:
        add_person(connection, "住建局科长", "section", "unit", UNIT.id)
    centre.wall.at = at_hour(TRIED)
    asked = {"subject": {"kind": "unit", "id": UNIT.id}, "indicator": "unit.goals", "old": 95, "new": 80,
             "reason": "项目移交", "evidence": ["a" * 64]}  # fmt: skip
    made = act(centre, "住建局科员", "POST", "/adjustments", **asked)
    assert made.status_code == 201, made.text
    url = f"/adjustments/{made.json()['id']}"
    assert act(centre, "住建局科长", "POST", f"{url}/review", remark="").status_code == 200
    assert act(centre, "住建局主任", "POST", f"{url}/endorsement", remark="").status_code == 200
    for effective in ("2025-01-01", "2025-03-31", "2025-04-17"):
        answer = act(centre, "区长", "POST", f"{url}/decision", approve=True, remark="", effective=effective)
        assert (answer.status_code, answer.json()["error"]["where"]) == (403, "effective")
    own = act(centre, "住建局主任", "POST", f"{url}/decision", approve=True, remark="")
    assert own.status_code in (403, 404)
    object_ = url.lstrip("/").replace("adjustments", "adjustment")
    assert refused(centre, "adjustment.")[:3] == [("区长", "adjustment.decide.refused", object_)] * 3
    with reading(centre.engine) as connection:
        assert target_in_force(connection, subject=UNIT, indicator="unit.goals", day=date(2025, 12, 31)) is None


def test_whoever_has_the_database_alone_changes_none_of_it(centre: Centre) -> None:
    composed(centre)
    with reading(centre.engine) as connection:
        present = {table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() for table in TABLES}
    assert {"indicator_set", "score_sheet", "evaluation_result", "evaluation_event"} <= {
        t for t, n in present.items() if n
    }
    for table in (name for name, rows in present.items() if rows):
        with pytest.raises(DBAPIError, match="only be added to"), writing(centre.engine) as connection:
            connection.execute(text(f"DELETE FROM {table}"))
