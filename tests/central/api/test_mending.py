"""The desk of warnings over HTTP, on both databases: what waits for whom, acts, and why they are refused."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine
from sqlmodel import Session

from central.store import tables
from central.store.engine import writing
from tests.central.api.district import Centre

DUE = "2026-12-05"
PHOTO = "a" * 64


def a_photo(engine: Engine, *, project: str = "qp") -> str:
    """A photo the builder uploaded for a project."""
    with writing(engine) as connection, Session(connection) as session:
        session.add(
            tables.Photo(
                sha256=PHOTO, format="jpeg", size_bytes=1, width_px=1, height_px=1, shown_bytes=1, received_at=1
            )
        )
        session.flush()
        session.add(
            tables.PhotoClaim(
                sha256=PHOTO, person="builder", project=project, building="qp-b2", item="", filename="", note="",
                received_at=1, flags="",
            )
        )  # fmt: skip
        session.flush()
    return PHOTO


def inbox(client: httpx.Client, **query: Any) -> list[dict[str, Any]]:
    """The warnings of a page of the inbox."""
    answer = client.get("/api/v1/warnings/inbox", params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["warnings"]
    return found


def heaviest(centre: Centre, person: str = "owner") -> dict[str, Any]:
    """The first warning that waits for the person's acknowledgement."""
    return inbox(centre.client(person), mine="ack")[0]


def act(client: httpx.Client, warning: str, verb: str, **body: Any) -> httpx.Response:
    """One act on a warning."""
    return client.post(f"/api/v1/warnings/{warning}/{verb}", json=body)


def order(**changes: Any) -> dict[str, Any]:
    """A complete measure."""
    return {
        "person": "builder", "measure": "加一个钢筋班组", "due": DUE, "acceptance_standard": "12层楼板浇筑完成",
        "cause": "labour", **changes,
    }  # fmt: skip


def test_a_warning_is_followed_from_the_inbox_to_its_verification(own_centre: Centre) -> None:
    owner, builder, clerk = (own_centre.client(who) for who in ("owner", "builder", "unit"))
    warning = heaviest(own_centre)["id"]
    assert act(owner, warning, "acknowledge").json()["case"]["state"] == "acknowledged"
    case = act(owner, warning, "assign", **order()).json()["case"]
    assert (case["state"], case["responsible"], case["cause"]) == ("assigned", "builder", "labour")
    at = f"/api/v1/rectifications/{case['rectification']}"
    (mine,) = builder.get("/api/v1/rectifications", params={"mine": True}).json()["rectifications"]
    assert (mine["id"], mine["due"], mine["acts"]) == (case["rectification"], DUE, ["start", "submit"])
    assert builder.post(f"{at}/start").json()["state"] == "rectifying"
    pieces = [{"kind": "photo", "sha256": a_photo(own_centre.engine), "note": "12层"}]
    assert builder.post(f"{at}/evidence", json={"evidence": pieces, "note": "完成"}).json()["state"] == "evidence"
    assert [one["id"] for one in inbox(clerk, mine="verify")] == [warning]
    verified = act(clerk, warning, "verify", note="相符").json()["case"]
    assert verified["state"] == "verified"
    detail = clerk.get(f"/api/v1/warnings/{warning}/case").json()
    assert [(one["event"], one["actor"]) for one in detail["timeline"]] == [
        ("raised", "system:mending"),
        ("pushed", "system:mending"),
        ("acknowledged", "owner"),
        ("assigned", "owner"),
        ("caused", "owner"),
        ("rectifying", "builder"),
        ("evidence", "builder"),
        ("verified", "unit"),
    ]
    assert [one["event"] for one in clerk.get(at).json()["timeline"]] == [
        "assigned", "rectifying", "evidence", "verified",
    ]  # fmt: skip
    assert detail["rectification"]["evidence"][0]["url"] == f"/api/v1/photos/{PHOTO}/image"
    assert detail["causes"][0]["code"] == "labour"
    told = {one["person"]: one for one in detail["told"]}
    assert (told["owner"]["delivery"], told["owner"]["seat_word"]["zh"]) == ("queued", "项目负责人")
    assert told["owner"]["acknowledged_at"] is not None


@pytest.mark.parametrize(
    ("changes", "where", "words"),
    [
        ({"acceptance_standard": " "}, "acceptance_standard", "验收标准"),
        ({"person": ""}, "person", "责任人"),
        ({"due": None}, "due", "完成时限"),
        ({"due": "2026-11-20"}, "due", "2026-11-21"),
        ({"measure": ""}, "measure", "整改措施"),
        ({"person": "street"}, "person", "street"),
        ({"cause": "fate"}, "cause", "material"),
    ],
)
def test_what_an_order_lacks_is_said_at_its_field_in_both_languages(
    one_centre: Centre, changes: dict[str, Any], where: str, words: str
) -> None:
    owner = one_centre.client("owner")
    warning = heaviest(one_centre)["id"]
    answer = act(owner, warning, "assign", **order(**changes))
    assert answer.status_code == 422
    assert answer.json()["error"]["where"] == where
    assert words in answer.json()["text"]["zh"]
    assert answer.json()["text"]["en"]
    assert owner.get(f"/api/v1/warnings/{warning}").json()["case"]["state"] == "pushed"


def test_refusals_say_whether_it_is_the_role_the_state_or_somebody_who_was_first(one_centre: Centre) -> None:
    owner, builder, leader = (one_centre.client(who) for who in ("owner", "builder", "leader"))
    found = heaviest(one_centre)
    warning, seen = found["id"], found["case"]["version"]
    for client, verb, status, code in (
        (builder, "acknowledge", 403, "not_yours"),
        (owner, "verify", 409, "wrong_state"),
        (owner, "press", 403, "not_yours"),
    ):
        answer = act(client, warning, verb)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text
    assert act(owner, warning, "acknowledge", version=seen).status_code == 200
    late = act(leader, warning, "waive", reason="r", version=seen)
    assert (late.status_code, late.json()["error"]["code"]) == (409, "conflict")
    assert "owner" in late.json()["text"]["zh"]
    assert act(leader, warning, "waive", reason=" ").status_code == 422
    assert act(leader, warning, "waive", reason="设计变更已批准").json()["case"]["state"] == "waived"


@pytest.mark.parametrize("person", ["admin", "audit", "discipline", "public", "nobody", "street"])
def test_who_only_reads_or_is_elsewhere_finds_no_such_act(one_centre: Centre, person: str) -> None:
    warning = heaviest(one_centre)["id"]
    refused = 403 if person == "discipline" else 404  # who reads everything is told that it is all
    assert act(one_centre.client(person), warning, "acknowledge").status_code == refused


def test_acts_that_are_offered_are_accepted_and_the_others_refused(one_centre: Centre) -> None:
    warning = heaviest(one_centre)["id"]
    bodies: dict[str, dict[str, Any]] = {
        "assign": order(), "cause": {"cause": "labour"}, "waive": {"reason": "r"}, "false-alarm": {"reason": "r"},
        "note": {"note": "n"}, "press": {"note": "n"},
    }  # fmt: skip
    for person in ("unit", "builder", "owner", "leader"):
        client = one_centre.client(person)
        acts = client.get(f"/api/v1/warnings/{warning}").json()["case"]["acts"]
        for verb in ("waive", "false-alarm", "press", "verify", "cause", "note"):
            if verb in ("waive", "false-alarm") and verb.replace("-", "_") in acts:
                continue  # would end it
            answer = act(client, warning, verb, **bodies.get(verb, {}))
            assert (answer.status_code == 200) == (verb in acts), (person, verb, acts, answer.text)


def test_the_inbox_is_filtered_counted_and_paged_within_the_scope(own_centre: Centre) -> None:
    leader, street = own_centre.client("leader"), own_centre.client("street")
    everything = leader.get("/api/v1/warnings/inbox", params={"group": "all"}).json()
    assert everything["total"] == len(everything["warnings"]) >= 3
    levels = [one["level"] for one in everything["warnings"]]
    assert levels == sorted(levels, key=["red", "yellow", "blue"].index)
    pages = [inbox(leader, group="all", limit=1, offset=n)[0]["id"] for n in range(everything["total"])]
    assert pages == [one["id"] for one in everything["warnings"]]
    counts = leader.get("/api/v1/warnings/counts").json()
    assert counts["active"] == counts["red"] + counts["yellow"] + counts["blue"] == len(inbox(leader))
    for mine in ("ack", "measure", "verify", "told"):
        assert counts[mine] == len(inbox(leader, mine=mine)), mine
    assert counts["overdue"] == len(inbox(leader, overdue=True))
    assert {one["project"]["id"] for one in inbox(street, group="all")} == {"ml"}
    assert {one["project"]["id"] for one in inbox(leader, unit="区住建局")} == {"qp"}
    assert {one["project"]["id"] for one in inbox(leader, street="麦岭街道")} == {"ml"}
    red_and_yellow = inbox(leader, level=["red", "yellow"])
    assert {one["level"] for one in red_and_yellow} <= {"red", "yellow"}
    everyone = leader.get("/api/v1/warnings", params={"state": "all", "limit": 1, "offset": 1}).json()
    assert (everyone["total"] >= 3, len(everyone["warnings"])) == (True, 1)
    assert inbox(leader, state=["closed"]) == []
    assert inbox(leader, rule="nothing") == []


def test_several_are_acknowledged_together_and_one_that_is_refused_stops_no_other(own_centre: Centre) -> None:
    owner = own_centre.client("owner")
    waiting = [one["id"] for one in inbox(owner, mine="ack")]
    assert len(waiting) >= 2
    elsewhere = inbox(own_centre.client("street"), group="all")[0]["id"]
    mixed = {"warnings": [waiting[0], elsewhere]}
    assert owner.post("/api/v1/warnings/acknowledge", json=mixed).status_code == 404
    assert [one["id"] for one in inbox(owner, mine="ack")] == waiting  # and nothing was done
    act(owner, waiting[0], "acknowledge")
    answer = owner.post("/api/v1/warnings/acknowledge", json={"warnings": waiting}).json()
    assert answer["done"] == len(waiting) - 1
    assert [one["refused"] is None for one in answer["results"]] == [False] + [True] * (len(waiting) - 1)
    assert inbox(owner, mine="ack") == []


def test_one_order_may_mend_several_warnings_of_the_project_and_none_of_another(own_centre: Centre) -> None:
    owner, leader = own_centre.client("owner"), own_centre.client("leader")
    first, *others = [one["id"] for one in inbox(owner, project="qp")]
    elsewhere = inbox(own_centre.client("street"), group="all")[0]["id"]
    assert act(owner, first, "assign", **order(also=[elsewhere])).status_code == 404
    refused = act(leader, first, "assign", **order(also=[elsewhere]))
    assert (refused.status_code, refused.json()["error"]["where"]) == (422, "cases")
    case = act(owner, first, "assign", **order(also=others)).json()["case"]
    ledger = owner.get(f"/api/v1/rectifications/{case['rectification']}").json()
    assert sorted(ledger["warnings"]) == sorted([first, *others])


def test_a_department_is_asked_and_answers_once(own_centre: Centre) -> None:
    owner, clerk = own_centre.client("owner"), own_centre.client("unit")
    warning = heaviest(own_centre)["id"]
    act(owner, warning, "cause", cause="permit_eia", department="区住建局", note="环评未通过")
    (asked,) = clerk.get("/api/v1/coordinations").json()["coordinations"]
    assert (asked["warning"], asked["cause"], asked["answered_at"]) == (warning, "permit_eia", None)
    at = f"/api/v1/coordinations/{asked['case']}/answer"
    assert owner.post(at, json={"note": "n"}).status_code == 404
    assert clerk.post(at, json={"note": " "}).status_code == 422
    assert clerk.post(at, json={"note": "已批复", "ref": "环审〔2026〕7号"}).status_code == 204
    assert clerk.post(at, json={"note": "again"}).status_code == 409
    assert clerk.get("/api/v1/coordinations").json()["total"] == 0
    assert owner.get(f"/api/v1/warnings/{warning}").json()["case"]["coordinated_at"] is not None


def test_indicators_count_what_ended_and_how_often_rules_were_right(own_centre: Centre) -> None:
    leader = own_centre.client("leader")
    wrong, right = [one["id"] for one in inbox(leader, project="qp")][:2]
    act(leader, wrong, "false-alarm", reason="镜头被遮挡")
    act(leader, right, "waive", reason="设计变更")
    said = leader.get("/api/v1/rectifications/indicators").json()
    assert sum(one["judged"] for one in said["rules"]) == 2
    assert sum(one["false_alarms"] for one in said["rules"]) == 1
    assert (said["closed"], said["mean_closing_cdays"], said["overdue_unhandled"]) == (0, None, 0)
    for period in ({"since": "2026-02-02", "until": "2026-02-01"}, {"until": "0001-01-02"}, {"until": "9999-12-31"}):
        assert leader.get("/api/v1/rectifications/indicators", params=period).status_code == 422


def test_causes_are_told_with_those_likely_for_a_rule_first(one_centre: Centre) -> None:
    causes = one_centre.client("owner").get("/api/v1/warnings/causes", params={"rule": "not_started"}).json()["causes"]
    assert [one["code"] for one in causes[:2]] == ["permit", "permit_eia"]
    eia = causes[1]
    assert (eia["department"], eia["parent"], eia["measured"], eia["days"]) == ("区生态环境局", "permit", False, 30)


def test_the_ledger_of_rectifications_is_an_xlsx_in_the_readers_language(own_centre: Centre) -> None:
    owner = own_centre.client("owner")
    warning = heaviest(own_centre)["id"]
    act(owner, warning, "assign", **order(measure="=1+1"))
    for lang, first in (("zh", "编号"), ("en", "Number")):
        answer = owner.get("/api/v1/rectifications/export", params={"lang": lang})
        assert answer.headers["content-type"].startswith("application/vnd.openxmlformats")
        page = load_workbook(BytesIO(answer.content)).worksheets[0]
        header, row = list(page.iter_rows())
        assert header[0].value == first
        assert (row[5].value, row[5].data_type) == ("=1+1", "s")
        assert row[8].value == "12层楼板浇筑完成"
    assert len(list(load_sheet(own_centre.client("street")).iter_rows())) == 1  # the header alone


def load_sheet(client: httpx.Client) -> Any:
    """The first sheet of the caller's ledger."""
    return load_workbook(BytesIO(client.get("/api/v1/rectifications/export").content)).worksheets[0]
