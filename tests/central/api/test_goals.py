"""Goals and indicators over HTTP: who writes, who decides, who sees what, and what the trail keeps of refusals."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from sqlmodel import Session, select

from central.scoring.library import sector_document, shipped
from central.store.tables import AuditEntry
from tests.central.api.district import Centre
from tests.central.api.test_lives import add_person

UNIT = "区住建局"
YEAR = {"year": 2026, "start": "2026-01-01", "due": "2026-12-31", "base_version": 0}


@pytest.fixture
def centre(one_centre: Centre) -> Centre:
    """The district with heads who decide, and a grid worker."""
    add_person(one_centre, "mayor", "leader")
    add_person(one_centre, "head", "dept_head", kind="unit", scope=UNIT)
    add_person(one_centre, "other", "dept_head", kind="unit", scope="区水务局")
    add_person(one_centre, "liu", "clerk", kind="unit", scope=UNIT)
    return one_centre


def send(centre: Centre, person: str, method: str, path: str, body: Any = None) -> httpx.Response:
    return centre.client(person).request(method, f"/api/v1{path}", json=body)


def goal(text: str, *, level: int, kind: str, subject: str, **more: Any) -> dict[str, Any]:
    """A goal of 2026 that asks for 95 %."""
    fixed = {"target": 95, "unit": "%", "baseline": 80, "weight": 1, "owner": "owner"}
    return {**YEAR, **fixed, "level": level, "subject": {"kind": kind, "id": subject}, "text": {"zh": text}, **more}


RATE = goal("2026年底前民生工程完成率达到95%", level=1, kind="district", subject="district")
HOMES = goal("2026年底前保障房完成率达到95%", level=2, kind="unit", subject=UNIT, parent="rate")
OLD = goal("2026年底前片区改造完成率达到95%", level=3, kind="project", subject="qp", parent="homes", weight=0.8)
POST = goal(
    "2026年底前巡查完成率达到95%", level=4, kind="person", subject="liu", parent="homes", weight=0.2, owner="liu"
)


def written(centre: Centre, person: str, **goals: dict[str, Any]) -> dict[str, Any]:
    """Goals that somebody has written, as keys to propose or decide."""
    keys = []
    for name, body in goals.items():
        answer = send(centre, person, "PUT", f"/goals/{name}", body)
        assert answer.status_code == 200, answer.text
        keys.append({"id": name, "version": answer.json()["version"]})
    return {"goals": keys}


def agree(centre: Centre, author: str, approver: str, **goals: dict[str, Any]) -> httpx.Response:
    """Written and proposed by one, decided by another."""
    keys = written(centre, author, **goals)
    proposed = send(centre, author, "POST", "/goal-proposals", keys)
    assert proposed.status_code == 200, proposed.text
    return send(centre, approver, "POST", "/goal-decisions", {**keys, "approve": True})


def acts(centre: Centre, person: str) -> dict[str, list[str]]:
    """What somebody may do to each goal he sees."""
    listed = send(centre, person, "GET", "/goals?year=2026").json()["goals"]
    return {one["id"]: one["acts"] for one in listed}


def trail(centre: Centre, actor: str) -> list[tuple[str, str]]:
    """What somebody did or tried, by the trail."""
    with Session(centre.engine) as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.actor == actor).order_by(AuditEntry.seq))  # type: ignore[arg-type]
        return [(entry.action, entry.object) for entry in entries]


@pytest.mark.requirement("A09")
def test_a_goal_is_checked_as_one_types_it(centre: Centre) -> None:
    bad = send(centre, "unit", "POST", "/goals/check", {"text": "提高群众满意度"}).json()
    states = {one["letter"]: one["state"] for one in bad["verdicts"]}
    assert (states["M"], states["T"]) == ("fail", "fail")
    fields = {"owner": "li", "parent": "g", "baseline": 80}
    good = send(
        centre, "unit", "POST", "/goals/check", {"text": "2025-12-31前完成3个小区改造,完成率≥95%", **fields}
    ).json()
    assert {one["state"] for one in good["verdicts"]} == {"ok"}
    assert [(one["value"], one["unit"]) for one in good["quantities"]] == [(3, "个"), (95, "%")]
    assert good["due"] == "2025-12-31"


@pytest.mark.requirement("A08", "B04")
def test_a_tree_is_agreed_level_by_level_and_rolled_up(centre: Centre) -> None:
    assert agree(centre, "leader", "mayor", rate=RATE).status_code == 200
    assert agree(centre, "unit", "mayor", homes=HOMES).status_code == 200
    lonely = agree(centre, "unit", "head", old=OLD)
    assert (lonely.status_code, lonely.json()["error"]["code"]) == (409, "conflict")
    assert "0.8 = 0.8" in lonely.json()["text"]["zh"]
    keys = written(centre, "unit", post=POST)
    assert send(centre, "unit", "POST", "/goal-proposals", keys).status_code == 200
    offered = {person: acts(centre, person)["old"] for person in ("head", "unit", "liu", "mayor", "audit")}
    assert offered == {
        "head": ["write", "decide"],
        "unit": ["write", "withdraw"],
        "liu": ["write"],
        "mayor": ["write", "decide"],
        "audit": [],
    }
    both = {"goals": [{"id": "old", "version": 1}, *keys["goals"]], "approve": True}
    assert send(centre, "liu", "POST", "/goal-decisions", both).status_code == 404
    assert send(centre, "head", "POST", "/goal-decisions", both).status_code == 200
    for name, value in (("old", 76), ("post", 95)):
        noted = send(centre, "unit", "POST", f"/goals/{name}/records", {"period": "2026-Q1", "value": value})
        assert noted.status_code == 201, noted.text
    tree = {one["goal"]["id"]: one for one in send(centre, "head", "GET", "/goal-tree?year=2026").json()["goals"]}
    assert list(tree) == ["rate", "homes", "old", "post"]
    assert tree["rate"]["share"] == pytest.approx(0.8 * 0.8 + 0.2, abs=1e-12)
    assert tree["rate"]["known"] == 1


@pytest.mark.requirement("E09", "E12")
def test_e12_a_posts_goal_is_for_the_person_the_manager_and_personnel(centre: Centre) -> None:
    agree(centre, "leader", "mayor", rate=RATE)
    agree(centre, "unit", "mayor", homes=HOMES)
    assert agree(centre, "unit", "head", post={**POST, "weight": 1}).status_code == 200
    seen = {person: send(centre, person, "GET", "/goals/post").status_code for person in ("liu", "head", "admin")}
    assert set(seen.values()) == {200}, seen
    for stranger in ("leader", "unit", "other", "audit", "owner", "street"):
        assert send(centre, stranger, "GET", "/goals/post").status_code == 404, stranger
        listed = send(centre, stranger, "GET", "/goals?year=2026").json()["goals"]
        assert "post" not in {one["id"] for one in listed}
        tree = send(centre, stranger, "GET", "/goal-tree?year=2026").json()["goals"]
        assert [(one["goal"]["id"], one["hidden"]) for one in tree] == [("rate", 0), ("homes", 1)]
    assert send(centre, "builder", "GET", "/goals").status_code == 404
    listed = send(centre, "head", "GET", "/goals?kind=person&subject=liu").json()["goals"]
    assert [one["id"] for one in listed] == ["post"]


@pytest.mark.requirement("E12")
def test_e12_a_posts_set_is_proposed_and_decided_by_others_of_its_unit(centre: Centre) -> None:
    asked = {**CLONE, "sector": "post", "weighing": "equal", "name": {"zh": "网格员"}, "indicators": []}
    path = "/indicator-sets/person/liu"
    for stranger in ("liu", "other", "owner", "leader"):
        assert send(centre, stranger, "POST", path, asked).status_code == 404, stranger
    assert send(centre, "unit", "POST", path, asked).status_code == 201
    assert send(centre, "mayor", "POST", f"{path}/versions/1/decision", {"approve": True}).status_code == 404
    assert send(centre, "head", "POST", f"{path}/versions/1/decision", {"approve": True}).status_code == 200
    seen = {
        person: send(centre, person, "GET", path).status_code for person in ("liu", "head", "admin", "unit", "leader")
    }
    assert seen == {"liu": 200, "head": 200, "admin": 200, "unit": 404, "leader": 404}
    assert send(centre, "leader", "GET", "/indicator-sets").json()["sets"] == []


@pytest.mark.parametrize(
    ("author", "body", "status"),
    [
        ("unit", RATE, 404),  # the district's goal out of a unit's hand
        ("unit", {**HOMES, "subject": {"kind": "unit", "id": "区水务局"}}, 404),
        ("owner", {**OLD, "subject": {"kind": "project", "id": "ml"}}, 404),
        ("audit", HOMES, 404),
        ("admin", HOMES, 404),
        ("unit", {**HOMES, "base_version": 3}, 409),
        ("unit", {**HOMES, "due": "2025-12-31"}, 422),
        ("unit", {**HOMES, "weight": 1.5}, 422),
        ("unit", {**HOMES, "target": "95"}, 200),
    ],
)
def test_who_may_write_which_goal(centre: Centre, author: str, body: dict[str, Any], status: int) -> None:
    answer = send(centre, author, "PUT", "/goals/homes", body)
    assert answer.status_code == status, answer.text


def test_manipulation_is_refused_and_recorded(centre: Centre) -> None:
    agree(centre, "leader", "mayor", rate=RATE)
    keys = written(centre, "unit", homes=HOMES)
    send(centre, "unit", "POST", "/goal-proposals", keys)
    unit_itself = send(centre, "head", "POST", "/goal-decisions", {**keys, "approve": True})
    assert unit_itself.status_code == 404  # a unit does not approve what it is assessed by
    assert send(centre, "mayor", "POST", "/goal-decisions", {**keys, "approve": True}).status_code == 200
    past = send(centre, "unit", "PUT", "/goals/homes", HOMES)
    assert past.status_code == 409
    own = agree(centre, "mayor", "mayor", second={**RATE, "weight": 0.5})
    assert (own.status_code, own.json()["error"]["code"]) == (403, "own_work")
    assert ("goal.write.refused", "goal/homes") in trail(centre, "unit")
    assert ("goal.decide.refused", "goal/second") in trail(centre, "mayor")


# --- indicators and sets ---------------------------------------------------------------------------------------------


CLONE = {
    "base_version": 0,
    "sector": "retrofit",
    "name": {"zh": "青坪里改造"},
    "frame": "IPOR",
    "weighing": "mof",
    "since": "2026-11-21",
    "indicators": ["money.execution", "output.completion", "work.on_time", "people.satisfaction", "effect.complaints"],
}


def test_the_library_is_read_and_versions_are_added(centre: Centre) -> None:
    sectors = send(centre, "unit", "GET", "/indicator-sectors").json()["sectors"]
    assert {"retrofit", "livelihood", "environment", "post"} <= {one["id"] for one in sectors}
    document = json.loads(json.dumps(sector_document(next(one for one in shipped() if one.id == "retrofit"))))
    document["indicators"][0]["target"] = 90
    assert send(centre, "unit", "POST", "/indicator-sectors", document).status_code == 404
    stored = send(centre, "admin", "POST", "/indicator-sectors", document)
    assert (stored.status_code, stored.json()["version"]) == (201, 2)
    found = send(centre, "unit", "GET", "/indicator-sectors/retrofit").json()
    assert [one["version"] for one in found["indicators"]][:2] == [2, 1]
    assert send(centre, "unit", "GET", "/indicator-sectors/nothing").status_code == 404
    document["indicators"][0]["unit"] = "km"
    assert send(centre, "admin", "POST", "/indicator-sectors", document).status_code == 422


@pytest.mark.requirement("A21", "B10")
def test_a_set_is_cloned_approved_and_looked_at_through_frames(centre: Centre) -> None:
    made = send(centre, "unit", "POST", "/indicator-sets/project/qp", CLONE)
    assert (made.status_code, made.json()["state"]) == (201, "proposed"), made.text
    weights = {leaf["indicator"]["id"]: round(leaf["weight"], 4) for leaf in made.json()["leaves"]}
    assert weights["money.execution"] == 0.1
    decision = "/indicator-sets/project/qp/versions/1/decision"
    assert send(centre, "other", "POST", decision, {"approve": True}).status_code == 404
    approved = send(centre, "head", "POST", decision, {"approve": True})
    assert (approved.status_code, approved.json()["in_force"]) == (200, True), approved.text
    totals = set()
    for frame in ("IOI", "IPOR", "MOF"):
        shown = send(centre, "owner", "GET", f"/indicator-sets/project/qp/frames/{frame}").json()
        leaves = {leaf["indicator"]["id"]: leaf["weight"] for node in shown["nodes"] for leaf in node["leaves"]}
        totals.add(json.dumps(leaves, sort_keys=True))
    assert len(totals) == 1
    assert send(centre, "street", "GET", "/indicator-sets/project/qp").status_code == 404
    assert send(centre, "street", "GET", "/indicator-sets/project/qp/frames/IOI").status_code == 404
    listed = send(centre, "unit", "GET", "/indicator-sets?kind=project").json()
    assert [(one["subject"]["id"], one["state"]) for one in listed["sets"]] == [("qp", "approved")]
    assert send(centre, "street", "GET", "/indicator-sets").json()["sets"] == []


def test_editing_what_is_past_and_deleting_a_leaf_is_refused_and_recorded(centre: Centre) -> None:
    send(centre, "unit", "POST", "/indicator-sets/project/qp", CLONE)
    send(centre, "head", "POST", "/indicator-sets/project/qp/versions/1/decision", {"approve": True})
    past = send(centre, "unit", "POST", "/indicator-sets/project/qp", CLONE)
    assert (past.status_code, past.json()["error"]["code"]) == (409, "conflict")
    fewer = {**CLONE, "base_version": 1, "indicators": CLONE["indicators"][:4]}  # type: ignore[index]
    deleted = send(centre, "unit", "POST", "/indicator-sets/project/qp", fewer)
    assert deleted.status_code == 409
    assert "年度中途删除指标 effect.complaints" in deleted.json()["text"]["zh"]
    dated = send(
        centre, "unit", "POST", "/indicator-sets/project/qp", {**CLONE, "base_version": 1, "since": "2026-01-01"}
    )
    assert "不追溯既往" in dated.json()["text"]["zh"]
    taken = send(centre, "unit", "DELETE", "/indicator-sets/project/qp/versions/1")
    assert taken.status_code == 409
    next_year = send(centre, "unit", "POST", "/indicator-sets/project/qp", {**fewer, "since": "2027-01-01"})
    assert next_year.status_code == 201
    own = send(
        centre, "head", "POST", "/indicator-sets/project/qp", {**fewer, "base_version": 2, "since": "2027-01-01"}
    )
    assert own.status_code == 201
    approving = send(centre, "head", "POST", "/indicator-sets/project/qp/versions/3/decision", {"approve": True})
    assert (approving.status_code, approving.json()["error"]["code"]) == (403, "own_work")
    object_ = "indicator_set/project/qp"
    tried = [entry for entry in trail(centre, "unit") if entry[0].endswith(".refused")]
    assert tried == [("indicator_set.propose.refused", object_)] * 3 + [("indicator_set.withdraw.refused", object_)]
    assert ("indicator_set.decide.refused", object_) in trail(centre, "head")


@pytest.mark.requirement("B10")
def test_weights_are_those_that_experts_froze(centre: Centre) -> None:
    add_person(centre, "desk", "section")
    names = (("input", "投入"), ("process", "过程"), ("output", "产出"), ("result", "结果"))
    criteria = [{"id": node, "name": {"zh": zh, "en": node}} for node, zh in names]
    node = {"id": "ipor", "name": {"zh": "四维", "en": "four"}, "criteria": criteria}
    assert send(centre, "desk", "POST", "/weights", node).status_code == 201
    asked = {**CLONE, "weighing": "judged", "node": "ipor", "indicators": CLONE["indicators"][:2]}  # type: ignore[index]
    early = send(centre, "unit", "POST", "/indicator-sets/project/qp", asked)
    assert (early.status_code, early.json()["error"]["code"]) == (422, "unknown")
    assert send(centre, "desk", "POST", "/weights/ipor/experts", {"person": "mayor"}).status_code == 200
    pairs = ((0, 1, -2), (0, 2, -3), (0, 3, -4), (1, 2, -2), (1, 3, -3), (2, 3, -2))  # domain.md §5.2, the 4 x 4 matrix
    answers = {"answers": [{"first": i, "second": j, "says": says} for i, j, says in pairs]}
    assert send(centre, "mayor", "PUT", "/weights/ipor/answers/mayor", answers).status_code == 200
    frozen = send(centre, "desk", "POST", "/weights/ipor/freeze", {})
    assert frozen.status_code == 200, frozen.text
    whole = [*CLONE["indicators"][:4], "money.in_place"]  # type: ignore[index]
    made = send(centre, "unit", "POST", "/indicator-sets/project/qp", {**asked, "indicators": whole})
    assert made.status_code == 201, made.text
    leaves = {leaf["indicator"]["id"]: round(leaf["weight"], 4) for leaf in made.json()["leaves"]}
    assert leaves["people.satisfaction"] == 0.4673
    assert leaves["output.completion"] == 0.2772
    assert leaves["money.execution"] == leaves["money.in_place"] == round(0.0954 / 2, 4)
    assert {leaf["judged"] for leaf in made.json()["leaves"]} == {"ipor/1"}
    assert round(made.json()["consistency_ratio"], 4) == 0.0115


@pytest.mark.requirement("C34")
def test_carbon_is_counted_by_a_table_with_source_and_version(centre: Centre) -> None:
    factor = {"kind": "material", "unit": "t"}
    table = {
        "name": "demo",
        "source": "illustrative, not real factors",
        "version": "2026-1",
        "factors": [
            {**factor, "code": "concrete", "name": {"zh": "混凝土"}, "tco2e": 0.12},
            {**factor, "code": "steel", "name": {"zh": "钢材"}, "tco2e": 2.0},
        ],
    }
    assert send(centre, "admin", "POST", "/carbon/tables", {**table, "source": " "}).status_code == 422
    assert send(centre, "admin", "POST", "/carbon/tables", table).status_code == 201
    changed = {**table, "factors": table["factors"][:1]}
    assert send(centre, "admin", "POST", "/carbon/tables", changed).status_code == 409
    used = [{"code": "concrete", "amount": 1000, "unit": "t"}, {"code": "steel", "amount": 50, "unit": "t"}]
    asked = {"table": "demo", "version": "2026-1", "quantities": used}
    found = send(centre, "unit", "POST", "/carbon/footprint", asked).json()
    assert (found["tco2e"], found["source"], found["version"]) == (220, table["source"], "2026-1")
    assert send(centre, "unit", "POST", "/carbon/footprint", {**asked, "version": "2"}).status_code == 404
    assert len(send(centre, "unit", "GET", "/carbon/tables").json()["tables"]) == 1
