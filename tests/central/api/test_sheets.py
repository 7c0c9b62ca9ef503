"""Values, sheets, entries, outcomes and roll-up through the API: who sees what, who accepts what, what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlmodel import Session

from central.domain import Subject
from central.scoring.period import period_of
from central.store import tables
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.save_sheets import put_sheet, take_sheets
from tests.central.api.district import Centre
from tests.central.scoring.sheets import a_plain_sheet, a_set, an_indicator
from tests.central.store.district import set_up

MAY = period_of("2026-05")
QP, UNIT = Subject(kind="project", id="qp"), Subject(kind="unit", id="区住建局")
FINISHED = an_indicator("finished", target=60.0, source="progress.completion")
SATISFIED = an_indicator("satisfied", kind="survey", target=80.0)
SET = a_set((FINISHED, 0.5), (SATISFIED, 0.5))
PAPER = "cd" * 32
PEOPLE = (("section", "section", "unit", "区住建局"), ("money", "finance", "district", ""))
ENTRY = {
    "subject": {"kind": "project", "id": "qp"}, "period": "2026-05", "indicator": "satisfied", "n": 200,
    "satisfied": 164, "evidence": [PAPER],
}  # fmt: skip


@pytest.fixture
def centre(one_centre: Centre) -> Centre:
    """The district with sets, sheets of May, and people who accept; the store is asked on both databases elsewhere."""
    now_ms = to_ms(one_centre.services.wall())
    with writing(one_centre.engine) as connection, Session(connection) as session:
        for name, role, kind, scope in PEOPLE:
            person = tables.User(username=name, name=name, password_hash="-", created_at=0)
            session.add(person)
            session.flush()
            assert person.id is not None
            session.add(tables.Grant(user=person.id, role=role, scope_kind=kind, scope=scope))
        session.flush()
        set_up(connection, SET, subject=QP)
        take_sheets(connection, {QP: SET, UNIT: SET}, period=MAY, now_ms=now_ms)
        given = a_plain_sheet(80.0)
        put_sheet(connection, _about(given, UNIT), now_ms=now_ms)
    return one_centre


def _about(sheet: Any, subject: Subject) -> Any:
    return replace(sheet, subject=subject, kind="peer", author="somebody", period=MAY)


def sheets(client: httpx.Client, query: str = "") -> list[dict[str, Any]]:
    """Sheets that somebody is listed."""
    answer = client.get(f"/api/v1/sheets{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["sheets"]
    return found


def trail(centre: Centre) -> list[tuple[str, str, dict[str, Any]]]:
    """Actor, action and detail of what the trail says of entries."""
    rows = text("SELECT actor, action, detail_json FROM audit_entry WHERE action LIKE 'entry%' ORDER BY seq")
    with reading(centre.engine) as connection:
        return [(row[0], row[1], json.loads(row[2])) for row in connection.execute(rows)]


def test_sheets_are_listed_and_read_within_the_scope(centre: Centre) -> None:
    leader, owner, street = (centre.client(name) for name in ("leader", "owner", "street"))
    assert {(one["subject"]["id"], one["kind"]) for one in sheets(leader)} == {
        ("qp", "objective"), ("区住建局", "objective"), ("区住建局", "peer"),
    }  # fmt: skip
    assert [one["subject"]["id"] for one in sheets(owner)] == ["qp"]
    assert sheets(street) == []
    assert len(sheets(leader, "?subject_kind=unit&subject=区住建局&kind=objective")) == 1
    key = sheets(owner)[0]["id"]
    shown = owner.get(f"/api/v1/sheets/{key}").json()
    assert [leaf["indicator"] for leaf in shown["leaves"]] == ["finished", "satisfied"]
    assert shown["total"] == pytest.approx(sum(leaf["points"] for leaf in shown["leaves"]))
    assert shown["leaves"][0]["source"] == "progress.completion"
    assert shown["leaves"][0]["refs"]
    hidden, nowhere = street.get(f"/api/v1/sheets/{key}"), street.get(f"/api/v1/sheets/{'0' * 64}")
    assert hidden.status_code == nowhere.status_code == 404
    assert hidden.json()["error"]["where"] == nowhere.json()["error"]["where"]
    assert street.get("/api/v1/sheets?subject_kind=project&subject=qp").status_code == 404
    assert owner.get("/api/v1/sheets?subject=qp").status_code == 422
    assert centre.client("builder").get("/api/v1/sheets").status_code == 404


def test_peers_are_anonymous_to_the_assessed(centre: Centre) -> None:
    unit, leader = centre.client("unit"), centre.client("leader")
    seen = next(one for one in sheets(unit) if one["kind"] == "peer")
    assert seen["author"] is None
    assert unit.get(f"/api/v1/sheets/{seen['id']}").json()["author"] is None
    assert next(one for one in sheets(leader) if one["kind"] == "peer")["author"] == "somebody"


def test_pages_have_no_gap(centre: Centre) -> None:
    leader = centre.client("leader")
    found, after = [], ""
    while True:
        page = leader.get(f"/api/v1/sheets?limit=1{after}").json()
        found += [one["id"] for one in page["sheets"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert found == sorted(one["id"] for one in sheets(leader))


@pytest.mark.requirement("A40")
def test_a_form_is_filled_with_what_is_measured_and_read_only(centre: Centre) -> None:
    owner = centre.client("owner")
    form = owner.get("/api/v1/values?subject_kind=project&subject=qp&period=2026-05").json()
    finished, satisfied = form["fields"]
    assert (finished["read_only"], finished["state"], finished["source_name"]["zh"]) == (True, "measured", "完成率")
    assert finished["value"] > 0
    assert (satisfied["read_only"], satisfied["value"], satisfied["state"]) == (False, None, "missing")
    assert owner.get("/api/v1/values?subject_kind=project&subject=ml&period=2026-05").status_code == 404
    codes = [one["code"] for one in owner.get("/api/v1/measures").json()["measures"]]
    assert "progress.completion" in codes


def test_an_entry_is_accepted_by_somebody_else_and_counts_then(centre: Centre) -> None:
    owner, section = centre.client("owner"), centre.client("section")
    made = owner.post("/api/v1/entries", json=ENTRY)
    assert made.status_code == 201, made.text
    entry = made.json()
    assert (entry["value"], entry["outcome"], entry["n"]) == (82.0, None, 200)
    assert owner.post(f"/api/v1/entries/{entry['id']}/decision", json={"outcome": "accepted"}).status_code == 404
    decided = section.post(f"/api/v1/entries/{entry['id']}/decision", json={"outcome": "accepted"})
    assert decided.json()["decided_by"] == "section"
    again = section.post(f"/api/v1/entries/{entry['id']}/decision", json={"outcome": "returned", "remark": "x"})
    assert again.status_code == 409
    assert again.json()["text"]["zh"].startswith("已审核")
    form = owner.get("/api/v1/values?subject_kind=project&subject=qp&period=2026-05").json()
    assert (form["fields"][1]["value"], form["fields"][1]["state"]) == (82.0, "entered")
    listed = owner.get("/api/v1/entries?subject_kind=project&subject=qp").json()
    assert [one["id"] for one in listed["entries"]] == [entry["id"]]
    assert owner.get("/api/v1/entries?subject_kind=project&subject=qp&waiting=true").json()["entries"] == []
    assert centre.client("street").get("/api/v1/entries?subject_kind=project&subject=qp").status_code == 404


def test_what_is_refused_is_said_and_recorded(centre: Centre) -> None:
    owner, section = centre.client("owner"), centre.client("section")
    typed = ENTRY | {"indicator": "finished", "value": 99.0, "n": None, "satisfied": None}
    refused = owner.post("/api/v1/entries", json=typed)
    assert refused.status_code == 403
    assert "由系统自动采集" in refused.json()["text"]["zh"]
    own = section.post("/api/v1/entries", json=ENTRY).json()["id"]
    assert section.post(f"/api/v1/entries/{own}/decision", json={"outcome": "accepted"}).status_code == 403
    override = owner.post("/api/v1/entries", json=typed | {"override": True, "reason": "裙楼被遮挡"}).json()
    assert (override["kind"], override["value"]) == ("override", 99.0)
    assert override["measured"] is not None
    noted = [(actor, action) for actor, action, _ in trail(centre)]
    assert noted == [
        ("owner", "entry.refused"), ("section", "entry.survey"), ("section", "entry.decide.refused"),
        ("owner", "entry.override"),
    ]  # fmt: skip
    assert owner.post("/api/v1/entries", json=ENTRY | {"subject": {"kind": "project", "id": "ml"}}).status_code == 404
    assert owner.post("/api/v1/entries", json=ENTRY | {"more": 1}).status_code == 422
    assert centre.client("street").post("/api/v1/entries", json=ENTRY).status_code == 404


def test_counts_of_another_system_are_those_of_ones_own_unit(centre: Centre) -> None:
    unit = centre.client("unit")
    count = {"unit": "区住建局", "kind": "complaint", "day": "2026-05-02", "received": 100, "closed": 95}
    given = {"source": "hotline-12345", "counts": [count]}
    assert unit.post("/api/v1/request-counts", json=given).json() == {"taken": 1}
    assert unit.post("/api/v1/request-counts", json=given).json() == {"taken": 0}
    other = given | {"counts": [count | {"unit": "区水务局"}]}
    assert unit.post("/api/v1/request-counts", json=other).status_code == 403


def test_savings_with_their_counterfactual(centre: Centre) -> None:
    owner, money = centre.client("owner"), centre.client("money")
    given = {
        "project": "qp", "day": "2026-05-03", "would_fen": 800_00, "did_fen": 760_00, "counterfactual": "批复预算",
        "method": "决算与批复预算之差", "evidence": [PAPER],
    }  # fmt: skip
    made = owner.post("/api/v1/savings", json=given)
    assert made.status_code == 201, made.text
    assert owner.get("/api/v1/savings").json()["accepted_fen"] == 0
    key = made.json()["id"]
    assert money.post(f"/api/v1/savings/{key}/decision", json={"outcome": "accepted"}).json()["decided_by"] == "money"
    listed = owner.get("/api/v1/savings").json()
    assert (listed["accepted_fen"], [one["counterfactual"] for one in listed["savings"]]) == (40_00, ["批复预算"])
    assert owner.post("/api/v1/savings", json=given | {"method": " "}).status_code == 422
    assert owner.post("/api/v1/savings", json=given | {"project": "ml"}).status_code == 404


def test_outcomes_say_when_there_are_too_few(centre: Centre) -> None:
    days = "before_first=2025-01-01&before_last=2025-12-31&after_first=2026-01-01&after_last=2026-12-31"
    leader = centre.client("leader")
    found = leader.get(f"/api/v1/outcomes/cycle.mean_days?{days}").json()
    assert (found["claim"], found["change"], found["before"]) == (False, None, {"value": None, "n": 0})
    assert "不作结论" in found["why"]["zh"]
    assert leader.get(f"/api/v1/outcomes/progress.spi_t?{days}").status_code == 404
    swapped = days.replace("after_last=2026-12-31", "after_last=2025-12-31")
    assert leader.get(f"/api/v1/outcomes/cycle.mean_days?{swapped}").status_code == 422
    unit = "subject_kind=unit&subject=区住建局"
    assert centre.client("unit").get(f"/api/v1/outcomes/progress.on_time?{days}&{unit}").status_code == 200
    assert centre.client("street").get(f"/api/v1/outcomes/progress.on_time?{days}&{unit}").status_code == 404
    pair = "indicator=satisfied&before=2025-05&after=2026-05&subject_kind=project&subject=qp"
    assert leader.get(f"/api/v1/satisfaction?{pair}").json()["claim"] is False


def test_rollup_drills_down_and_keeps_the_filter(centre: Centre) -> None:
    leader, owner = centre.client("leader"), centre.client("owner")
    top = leader.get("/api/v1/rollup?day=2026-06-01").json()
    assert top["node"]["projects"] == 2 == sum(one["projects"] for one in top["children"])
    for name in ("budget_fen", "release_fen", "pay_fen", "entries"):
        assert top["node"][name] == top["own"][name] + sum(one[name] for one in top["children"])
    narrowed = leader.get("/api/v1/rollup", params={"street": "青坪街道", "day": "2026-06-01"}).json()
    assert narrowed["node"]["projects"] == 1
    below = leader.get(narrowed["children"][0]["href"]).json()
    assert below["day"] == "2026-06-01"
    assert [one["id"] for one in below["path"]] == ["district", narrowed["children"][0]["id"]]
    assert [one["id"] for one in below["children"]] == ["project/qp"]
    assert owner.get("/api/v1/rollup").json()["node"]["projects"] == 1
    assert leader.get("/api/v1/rollup?under=project/nowhere").status_code == 404
    assert centre.client("builder").get("/api/v1/rollup").status_code == 404


def test_what_is_kept_of_a_person_is_for_few_and_a_look_is_noted(centre: Centre) -> None:
    person = Subject(kind="person", id="unit")
    with writing(centre.engine) as connection:
        take_sheets(connection, {person: SET}, period=MAY, now_ms=to_ms(centre.services.wall()))
    query = "?subject_kind=person&subject=unit"
    assert len(sheets(centre.client("unit"), query)) == 1
    found = sheets(centre.client("leader"), query)
    assert len(found) == 1
    for name in ("audit", "section", "owner"):
        assert centre.client(name).get(f"/api/v1/sheets{query}").status_code == 404, name
    trace = f"/api/v1/trace/sheet/{found[0]['id']}"
    assert [centre.client(name).get(trace).status_code for name in ("leader", "audit", "owner")] == [200, 404, 404]
    assert all(one["subject"]["kind"] != "person" for one in sheets(centre.client("leader")))
    looks = text("SELECT looker FROM personal_look WHERE person = 'unit' ORDER BY id")
    with reading(centre.engine) as connection:
        assert list(connection.execute(looks).scalars()) == ["unit", "leader", "leader"]


def test_the_day_of_a_sheet_is_the_end_of_its_period(centre: Centre) -> None:
    assert sheets(centre.client("owner"))[0]["taken_at"].startswith(str(date(2026, 5, 31)))
