"""What the pages read: figures of one time, unknown is null, every number traced down to its record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.central.api.district import COLS, LAST_DAY, ROWS, Centre


def read(centre: Centre, path: str, person: str = "leader") -> Any:
    """The JSON a person gets."""
    answer = centre.client(person).get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_district_counts_each_project_once_by_its_heaviest_sign(centre: Centre) -> None:
    district = read(centre, "/district")
    assert district["name"] == {"zh": "栖川区", "en": "Qichuan"}
    assert sum(district["counts"].values()) == district["total"] == 2
    assert district["counts"]["insufficient"] == 1
    late, unseen = district["projects"]
    assert (late["id"], unseen["id"]) == ("qp", "ml")
    assert late["sign"] in ("red", "yellow")
    assert late["worst_building"] == {"id": "qp-b2", "name": {"zh": "qp-b2号楼", "en": "Building qp-b2"}}
    assert late["gap_bp"] == late["plan_bp"] - late["actual_bp"] > 0
    assert "qp-b2号楼落后计划" in late["headline"]["zh"]


def test_what_was_never_seen_is_null_and_not_zero(centre: Centre) -> None:
    project = read(centre, "/projects/ml")
    for figures in (project, *project["buildings"]):
        assert figures["plan_bp"] > 0
        assert [figures[name] for name in ("actual_bp", "sigma_bp", "gap_bp", "lag_cdays")] == [None] * 4
    assert project["worst_building"] is None
    assert project["cameras"] == []
    assert all(point["actual_bp"] is None for point in read(centre, "/projects/ml/curve")["points"])
    assert read(centre, "/buildings/ml-b1/faces")["faces"] == []
    assert read(centre, "/buildings/ml-b1/observations") == {
        "building": {"id": "ml-b1", "name": {"zh": "ml-b1号楼", "en": "Building ml-b1"}},
        "total": 0,
        "rows": [],
    }


def test_a_project_is_the_weighted_sum_of_its_parts(centre: Centre) -> None:
    project = read(centre, "/projects/qp")
    fine, stalled = project["buildings"]
    assert (fine["sign"], stalled["sign"]) == ("normal", project["sign"])
    for figure in ("plan_bp", "actual_bp"):
        assert project[figure] == pytest.approx((fine[figure] + stalled[figure]) / 2, abs=1)
        for building in (fine, stalled):
            summed = sum(item["weight_bp"] * item[figure] for item in building["items"]) / 10_000
            assert building[figure] == pytest.approx(summed, abs=2)
    moved = next(camera for camera in project["cameras"] if camera["id"] == "c2")
    assert [condition["code"] for condition in moved["conditions"]] == ["moved"]
    assert [building["id"] for building in moved["buildings"]] == ["qp-b2"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["qp", "ml"]),
        ("?street=麦岭街道", ["ml"]),
        ("?street=nowhere", []),
        ("?type=new_build", ["qp", "ml"]),
        ("?type=road", []),
        ("?level=insufficient", ["ml"]),
        ("?level=insufficient&level=red&level=yellow", ["qp", "ml"]),
        ("?sort=name", ["ml", "qp"]),
        ("?sort=lag", ["qp", "ml"]),
        ("?sort=gap", ["qp", "ml"]),
    ],
)
def test_the_list_filters_and_sorts(centre: Centre, query: str, expected: list[str]) -> None:
    found = read(centre, f"/projects{query}")
    assert [project["id"] for project in found["projects"]] == expected
    assert found["total"] == len(expected)


@pytest.mark.parametrize("query", ["?level=purple", "?sort=luck", "?street=" + "x" * 129])
def test_a_filter_that_is_none_is_named(centre: Centre, query: str) -> None:
    answer = centre.client("leader").get(f"/api/v1/projects{query}")
    assert answer.status_code == 422
    assert answer.json()["error"]["where"].startswith("query.")


def test_the_curve_runs_from_start_to_finish_and_measures_until_now(centre: Centre) -> None:
    curve = read(centre, "/projects/qp/curve")
    days = [point["day"] for point in curve["points"]]
    plan = [point["plan_bp"] for point in curve["points"]]
    measured = [point["day"] for point in curve["points"] if point["actual_bp"] is not None]
    assert (days[0], days[-1], len(days)) == ("2026-05-01", "2026-06-29", 60)
    assert plan == sorted(plan)
    assert plan[-1] == 10_000
    assert (measured[0], len(measured)) == (days[0], LAST_DAY + 1)
    stalled = read(centre, "/projects/qp/curve?building=qp-b2")
    assert stalled["subject"]["id"] == "qp-b2"
    assert stalled["points"][LAST_DAY]["actual_bp"] < curve["points"][LAST_DAY]["actual_bp"]


@pytest.mark.parametrize("building", ["ml-b1", "nowhere", ""])
def test_a_curve_of_another_projects_building_is_absent(centre: Centre, building: str) -> None:
    answer = centre.client("leader").get(f"/api/v1/projects/qp/curve?building={building}")
    assert (answer.status_code, answer.json()["error"]["where"]) == (404, "building")


def test_a_face_shows_its_cells_against_the_row_that_should_stand(centre: Centre) -> None:
    (face,) = read(centre, "/buildings/qp-b2/faces")["faces"]
    assert (face["rows"], face["cols"], len(face["stage"]), len(face["stage"][0])) == (ROWS, COLS, ROWS, COLS)
    assert face["planned_top_row"] == ROWS
    assert face["top_storey"] < ROWS
    assert face["stages"][face["stage"][0][0]] == "infill"
    assert (face["camera"], face["gateway"], face["ref"]) == ("c2", "gw-1", "gw-1/e1/144")
    assert (face["evidence"], face["previous_evidence"]) == (None, None)


def test_the_fusion_table_weighs_what_was_believed(centre: Centre) -> None:
    table = read(centre, "/buildings/qp-b1/observations?limit=1000")
    rows = [row for row in table["rows"] if row["item"]["id"] == "qp-b1-structure"]
    assert table["total"] == len(table["rows"]) == 4 * 2 * LAST_DAY
    assert [row["observed_at"] for row in rows] == sorted((row["observed_at"] for row in rows), reverse=True)
    assert all(row["accepted"] and row["kind"] == "camera" and row["source"] == "gw-1" for row in rows)
    assert rows[0]["weight_bp"] > rows[10]["weight_bp"]
    assert 9000 < sum(row["weight_bp"] for row in rows) <= 10_000
    assert len(read(centre, "/buildings/qp-b1/observations?limit=3")["rows"]) == 3


def test_warnings_say_what_and_since_when(centre: Centre) -> None:
    warnings = read(centre, "/warnings?project=qp")["warnings"]
    late = next(w for w in warnings if (w["rule"], w["subject"]["id"]) == ("time_lag", "qp-b2"))
    assert late["value"] >= late["threshold"]
    assert late["unit"] == "cdays"
    assert late["subject"]["name"]["zh"] == "qp-b2号楼"
    assert late["history"][0]["event"] == "raised"
    assert late["raised_at"] == late["history"][0]["at"]
    assert late["text"]["en"].startswith("Building qp-b2 is")
    assert {w["subject"]["id"] for w in warnings if w["rule"] == "device_moved"} == {"c2"}
    weights = [{"red": 0, "yellow": 1, "blue": 2}[w["level"]] for w in warnings]
    assert weights == sorted(weights)
    assert read(centre, f"/warnings/{late['id']}") == late


@pytest.mark.parametrize("query", ["?project=nowhere", "?state=closed&project=ml", "?project=qp'%20OR%201=1"])
def test_no_such_warnings_is_an_empty_list(centre: Centre, query: str) -> None:
    assert read(centre, f"/warnings{query}") == {"total": 0, "warnings": []}


@pytest.mark.parametrize("key", ["0", "999999", "-1", "1e3", "9" * 40, "x", "１"])
def test_a_warning_that_is_none_is_absent(centre: Centre, key: str) -> None:
    assert centre.client("leader").get(f"/api/v1/warnings/{key}").status_code == 404
    assert centre.client("leader").get(f"/api/v1/trace/warning/{key}").status_code == 404


@pytest.mark.parametrize("key", ["gw-1/e1/999", "gw-1/e9/1", "gw-9/e1/1", "gw-1/e1/x", "gw-1/e1/" + "9" * 40])
def test_a_record_that_is_none_is_absent(centre: Centre, key: str) -> None:
    assert centre.client("leader").get(f"/api/v1/trace/record/{key}").status_code == 404


def test_a_score_is_the_sum_of_its_parts(centre: Centre) -> None:
    score = read(centre, "/projects/qp/score")
    assert score["total"] == pytest.approx(sum(part["points"] for part in score["contributions"]))
    assert sum(part["weight"] for part in score["contributions"]) == pytest.approx(1)
    assert score["subject"] == {"kind": "project", "id": "qp", "name": {"zh": "项目qp", "en": "Project qp"}}


def nodes(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every node of a trace."""
    yield tree
    for child in tree["children"]:
        yield from nodes(child)


@pytest.mark.requirement("A01")
def test_a_score_is_traced_down_to_records_and_frames(centre: Centre) -> None:
    tree = read(centre, "/trace/score/qp")
    kinds = [node["kind"] for node in nodes(tree)]
    assert {"score", "indicator", "building", "item", "record"} <= set(kinds)
    record = next(node for node in nodes(tree) if node["kind"] == "record")
    facts = {fact["key"]: fact["value"] for fact in record["facts"]}
    whole = read(centre, f"/trace/record/{record['id']}")
    said = {fact["key"]: fact["value"] for fact in whole["facts"]}
    assert len(facts["frame_sha256"]) == 64
    assert (said["hash"], said["frame_sha256"]) == (facts["hash"], facts["frame_sha256"])
    assert said["model_sha256"] == "a" * 64


def test_a_warning_is_traced_through_its_transitions(centre: Centre) -> None:
    warnings = read(centre, "/warnings?project=qp")["warnings"]
    late = next(w for w in warnings if (w["rule"], w["subject"]["id"]) == ("schedule_gap", "qp-b2"))
    tree = read(centre, f"/trace/warning/{late['id']}")
    events = [node for node in tree["children"] if node["kind"] == "event"]
    assert [node["id"] for node in events] == [event["event"] for event in late["history"]]
    assert all(node["children"][0]["kind"] == "record" for node in events)
    assert [node["id"] for node in tree["children"] if node["kind"] == "building"] == ["qp-b2"]


def test_the_fleet_accounts_for_what_was_delivered(centre: Centre) -> None:
    fleet = read(centre, "/fleet")
    (gateway,) = fleet["gateways"]
    assert (gateway["id"], gateway["epoch"], gateway["online"]) == ("gw-1", "e1", False)
    assert gateway["watermark"] == gateway["received"] == 4 * LAST_DAY + 1
    assert [gateway[name] for name in ("duplicates", "dead_letters", "conflicts", "tombstones")] == [0] * 4
    assert [gateway[name] for name in ("produced", "acked", "in_flight", "oldest_age_ms", "clock")] == [None] * 5
    assert gateway["last_seen"] is not None  # it delivered, though it never said anything of itself
    assert [camera["id"] for camera in fleet["cameras"]] == ["c1", "c2"]
