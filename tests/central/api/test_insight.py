"""Insight over the API: the numbers of the view, of the file and of the lists behind them are the same."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest

from central.api.app import openapi_document
from central.insight.pivot import FIGURES, decimal
from central.insight.project import MEASURES
from central.plan.calendar import DAY_S
from central.plan.earned import forecast_s
from central.plan.planned import MICRO, Curve
from central.store.engine import reading, writing
from central.store.save_audit import entries
from central.store.save_insight import note_benefit, set_class
from tests.central.api.district import NOW, Centre
from tests.central.insight.stored import (
    START,
    WAN_FEN,
    put_case,
    put_judged,
    put_life,
    put_paid,
    put_project,
    put_stages,
    put_warning,
)

HASH = "b" * 64
KIND = "老旧小区加装电梯"


def fill(centre: Centre) -> None:
    """Six like projects in each of two streets, one of which is quicker, their stages, money, causes and benefits."""
    with writing(centre.engine) as connection:
        for at in range(12):
            name, quick = f"lift{at:02}", at < 6
            unit, street = ("区住建局", "青坪街道") if quick else ("区水务局", "云台街道")
            put_project(connection, name, unit=unit, street=street)
            put_stages(connection, name, 0, 30, 35, 40, 50)
            begun = START + timedelta(days=100)
            put_life(
                connection, name, started=begun, completed=begun + timedelta(days=(100 if quick else 120) + at % 3)
            )
            put_paid(connection, name, date(2024, 7, 1), 100 * WAN_FEN)
            put_case(connection, name, date(2026, 3, 1), cause="permit" if at % 2 else "material", days=10)
        put_project(connection, "small", wan=800, start=date(2026, 1, 1))
        put_project(connection, "large", wan=8000, start=date(2026, 1, 1))
        for name in ("small", "large"):
            put_warning(connection, name, date(2026, 5, 10), level="yellow", rule="schedule_gap")


@pytest.fixture
def past(one_centre: Centre) -> Centre:
    """A centre with a past."""
    fill(one_centre)
    return one_centre


def got(centre: Centre, person: str, path: str, **params: Any) -> Any:
    """The answer of a read that is allowed."""
    answer = centre.client(person).get(f"/api/v1{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.requirement("A29", "E22")
def test_a_project_beside_like_ones(past: Centre) -> None:
    found = got(past, "leader", "/insight/projects/lift00/comparison")
    works = next(one for one in found["measures"] if one["measure"]["code"] == "build_days")
    assert (found["like"], works["n"], works["value"], works["spread"]["median"]) == (6, 6, 100.0, 121.0)
    assert (works["percentile_bp"], works["better_than_bp"], len(works["among"]), works["hidden"]) == (0, 10_000, 6, 0)
    mine = got(past, "unit", "/insight/projects/lift00/comparison")
    works = next(one for one in mine["measures"] if one["measure"]["code"] == "build_days")
    assert (works["n"], works["among"], works["hidden"]) == (6, [], 6)
    few = got(past, "leader", "/insight/projects/large/comparison")
    assert {one["words"]["zh"] for one in few["measures"]} == {"样本不足"}


@pytest.mark.requirement("B27", "B30")
def test_a_quicker_street_with_its_practice(past: Centre) -> None:
    asked = {"place_kind": "unit", "place": "区住建局", "name": {"zh": "线上预审+现场联审", "en": "joint review"}}
    assert past.client("unit").post("/api/v1/insight/practices", json=asked).status_code == 200
    assert past.client("unit").post("/api/v1/insight/practices", json=asked | {"place": "区水务局"}).status_code == 404
    found = got(past, "leader", "/insight/side-by-side", place="unit", kind="renovation")
    first, last = found["places"]
    assert (first["place"], first["practice"]["zh"], first["n"], last["place"]) == (
        "区住建局", "线上预审+现场联审", 6, "区水务局",
    )  # fmt: skip
    assert first["difference"]["value"] == pytest.approx(-20.0)
    assert "短 20.0 天(n=6,其他 6" in first["sentence"]["zh"]
    assert "线上预审+现场联审" in first["sentence"]["zh"]
    mine = got(past, "unit", "/insight/side-by-side", place="unit")
    assert {one["place"] for one in mine["places"]} == {"区住建局"}


@pytest.mark.requirement("B29")
def test_a_correlation_says_what_it_is_not(past: Centre) -> None:
    found = got(past, "leader", "/insight/correlation", x="build_days", y="delay_days")
    assert (found["n"], len(found["points"]), found["label"]["zh"]) == (12, 12, "相关不等于因果")
    assert found["pearson"]["value"] == pytest.approx(1.0)
    refused = got(past, "unit", "/insight/correlation", x="build_days", y="delay_days")
    assert (refused["n"], refused["pearson"]) == (6, None)
    assert "样本不足" in refused["refused"]["zh"]


@pytest.mark.requirement("D14")
def test_causes_count_what_their_lists_hold(past: Centre) -> None:
    found = got(past, "leader", "/insight/causes", since="2026-03-01", until="2026-03-02", by="unit")
    assert [(one["cause"], one["n"], one["mean_cdays"]) for one in found["all"]["causes"]] == [
        ("material", 6, 1000), ("permit", 6, 1000),
    ]  # fmt: skip
    assert [(one["group"], one["n"]) for one in found["groups"]] == [("区住建局", 6), ("区水务局", 6)]
    for group in (found["all"], *found["groups"]):
        assert (
            group["n"] == sum(one["n"] for one in group["causes"]) == sum(len(one["cases"]) for one in group["causes"])
        )
    assert got(past, "unit", "/insight/causes", since="2026-03-01", until="2026-03-02")["all"]["n"] == 6


@pytest.mark.requirement("B28", "D15", "C01")
def test_stages_cohorts_and_approvals(past: Centre) -> None:
    slow = got(past, "leader", "/insight/bottlenecks")["all"]
    assert (slow["stage"], slow["projects"], slow["stages"][0]["share_bp"]) == ("tendered", 12, 6000)
    assert len(slow["stages"][0]["projects"]) == slow["stages"][0]["n"] == 12
    kinds = got(past, "leader", "/insight/cohorts", kind="renovation")["cohorts"]
    assert [(one["kind"], len(one["completed"]), one["works"]["n"]) for one in kinds] == [("renovation", 12, 12)]
    assert [part["stage"] for part in kinds[0]["parts"]] == ["tendered", "contracted", "started", "completed"]
    steps = got(past, "leader", "/insight/approvals", since="2024-01-01", until="2025-12-31")["steps"]
    assert {one["step"]: (one["n"], one["median_chours"]) for one in steps} == {
        f"stage/{stage}": (12, 4800) for stage in ("budgeted", "tendered", "contracted", "started", "completed")
    }
    assert {len(one["refs"]) for one in steps} == {12}


@pytest.mark.requirement("A28")
def test_the_larger_of_two_equal_risks_comes_first(past: Centre) -> None:
    found = got(past, "leader", "/insight/priorities")
    ids = [one["project"] for one in found["projects"]]
    assert ids.index("large") < ids.index("small")
    large = found["projects"][ids.index("large")]
    assert large["risk_bp"] == 5000
    assert "合同额 8,000 万元" in large["why"]["zh"]
    assert got(past, "leader", "/insight/priorities", limit=1)["total"] == found["total"] == len(ids)


@pytest.mark.requirement("A47")
def test_benefits_that_were_assessed_become_returns(past: Centre) -> None:
    for at in range(12):
        sector, milli = ("education", 1200) if at < 6 else ("transport", 950)
        asked = {"kind": KIND, "sector": sector}
        with writing(past.engine) as connection:
            set_class(connection, f"lift{at:02}", **asked, by="li", now_ms=0)
            now_ms = 1_780_000_000_000
            fen = milli * 100_000 + at % 3 * 1_000_000
            note_benefit(
                connection,
                f"lift{at:02}",
                year=2025,
                benefit_fen=fen,
                method="m",
                evidence=HASH,
                by="cai",
                now_ms=now_ms,
            )
    found = got(past, "leader", "/insight/returns")
    assert [(one["sector"], one["n"], one["name"]["zh"]) for one in found["sectors"]] == [
        ("education", 6, "教育"), ("transport", 6, "交通工程"),
    ]  # fmt: skip
    assert found["sectors"][0]["spread"]["low"] > found["sectors"][1]["spread"]["high"]
    assert sum(one["advised_bp"] for one in found["sectors"]) == 0 < found["sectors"][0]["advised_bp"]
    assert found["label"]["zh"].startswith("建议")


@pytest.mark.requirement(
    "B17", partly="that any takes under a second over 1,000 projects is measured by bench/pivot.py"
)
@pytest.mark.requirement("B06")
@pytest.mark.parametrize(
    "asked",
    [
        {"by": ["unit"]},
        {"by": ["unit", "period", "kind"], "stretch": "quarter"},
        {"by": ["period", "band"], "stretch": "year", "kind": ["renovation"]},
        {"by": ["street"], "unit": ["区水务局"], "figures": ["projects", "paid_fen"]},
        {"by": ["sector"], "kind": ["nothing"]},
    ],
)
def test_the_file_equals_the_view(past: Centre, asked: dict[str, Any]) -> None:
    params = {"since": "2024-01-01", "until": "2026-06-30", **asked}
    view = got(past, "leader", "/insight/pivot", **params)
    answer = past.client("leader").get("/api/v1/insight/pivot.csv", params=params)
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][-1] == view["figures"][-1]["name"]["zh"]
    scales = [one["scale"] for one in view["figures"]]
    for line, row in zip((*view["lines"], view["total"]), rows[1:], strict=True):
        assert row[len(asked["by"]) :] == [decimal(*one) for one in zip(line["figures"], scales, strict=True)]
        assert row[: len(line["keys"])] == [key["zh"] for key in line["keys"]]
        assert line["figures"][0] == len(line["projects"])


@pytest.mark.requirement("B06")
def test_the_trend_of_the_vector_is_eleven_months_by_earned_schedule(past: Centre) -> None:
    """§5.3: planned 0, 5, 15, 30, 50, 70, 85, 95, 100 % by month, 40 % at month 5: 11.43 months against 8."""
    shares = (0, 5, 15, 30, 50, 70, 85, 95, 100)
    curve = Curve(
        at_s=tuple(month * 30 * DAY_S for month in range(9)), micro=tuple(share * 100 * MICRO for share in shares)
    )
    end_s = forecast_s(curve, 4000, now_s=150 * DAY_S)
    low_s, high_s = (forecast_s(curve, bp, now_s=150 * DAY_S) for bp in (4300, 3700))
    assert end_s is not None
    assert end_s / (30 * DAY_S) == pytest.approx(11.43, abs=0.005)
    start = NOW.date() - timedelta(days=150)
    days: dict[str, Any] = {
        name: start + timedelta(seconds=found or 0)
        for name, found in (("forecast", end_s), ("forecast_low", low_s), ("forecast_high", high_s))
    }
    with writing(past.engine) as connection:
        put_project(connection, "vector", start=start, days=240)
        put_judged(connection, "vector", NOW.date() - timedelta(days=1), plan_bp=7000, actual_bp=4000, **days)
    trend = got(past, "leader", "/insight/projects/vector/comparison")["trend"]
    months = (date.fromisoformat(trend["finish"]) - start).days / 30
    assert months == pytest.approx(11.43, abs=0.05)
    assert (date.fromisoformat(trend["planned_finish"]) - start).days == 8 * 30
    assert trend["low"] < trend["finish"] < trend["high"]
    assert "挣得进度法" in trend["method"]["zh"]


@pytest.mark.requirement("B36")
def test_use_is_told_beside_entries(past: Centre) -> None:
    client = past.client("unit")
    for _ in range(2):
        assert client.post("/api/v1/use/views", json={"page": "insight"}).status_code == 204
    assert client.post("/api/v1/use/views", json={"page": "elsewhere"}).status_code == 422
    found = got(past, "leader", "/insight/use", since="2026-11-01", until="2026-11-30")
    here = {one["unit"]: one for one in found["units"]}["区住建局"]
    assert (here["views"], here["users"], here["acts"]) == (1, 1, [{"what": "view/insight", "n": 1}])


def test_what_is_said_of_a_project_is_audited_and_owners_assess_nothing(past: Centre) -> None:
    unit = past.client("unit")
    given = {"kind": KIND, "sector": "livelihood"}
    assert unit.put("/api/v1/projects/qp/class", json=given).json() == {"project": "qp", **given}
    refused = unit.put("/api/v1/projects/qp/class", json={"sector": "nowhere"})
    assert (refused.status_code, refused.json()["error"]["where"]) == (422, "sector")
    assert "没有领域" in refused.json()["text"]["zh"]
    benefit = {"year": 2026, "benefit_fen": 5, "method": "成本效益法", "evidence": HASH}
    assert past.client("owner").post("/api/v1/projects/qp/benefits", json=benefit).status_code == 404
    with reading(past.engine) as connection:
        noted = [entry.action for entry in entries(connection)]
    assert noted[-2:] == ["project.class", "project.class.refused"]
    assert got(past, "owner", "/projects/qp/benefits") == {"project": "qp", "benefits": []}


@pytest.mark.parametrize("person", ["street", "builder", "public", "nobody", "admin"])
def test_who_may_not_read_reports_reads_no_insight(past: Centre, person: str) -> None:
    for path in ("/insight/returns", "/insight/pivot", "/insight/projects/qp/comparison", "/insight/use"):
        assert past.client(person).get(f"/api/v1{path}").status_code == 404


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/insight/causes?since=2026-02-01&until=2026-01-01", "query.since"),
        ("/insight/pivot?since=2016-07-01&until=2026-06-30&stretch=month", "query.stretch"),
    ],
)
def test_too_much_is_refused_with_what_was_expected(past: Centre, path: str, where: str) -> None:
    answer = past.client("leader").get(f"/api/v1{path}")
    assert (answer.status_code, answer.json()["error"]["where"]) == (422, where)


def test_the_document_names_every_measure_and_figure() -> None:
    schemas = openapi_document()["components"]["schemas"]
    assert schemas["MeasureNamed"]["properties"]["code"]["enum"] == list(MEASURES)
    assert schemas["FigureShown"]["properties"]["code"]["enum"] == list(FIGURES)
