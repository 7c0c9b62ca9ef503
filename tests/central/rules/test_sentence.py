"""What a warning, a headline and a sign say."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from central.domain import Deviation, Level, Subject
from central.rules.rules import RULES
from central.rules.sentence import RULE_NAMES, Said, sentence
from central.rules.sign import OpenWarning, headline, latest, sign, worst_building
from tests.central.build import START, a_building, a_project, at, text

NAME = text("3号楼")


def a_case(rule: str, level: Level, value: int, threshold: int, unit: str, basis: str = "") -> Said:
    return Said(rule=rule, name=NAME, level=level, value=value, threshold=threshold, unit=unit, basis=basis)


PROJECT = a_project(a_building("b1", weight_bp=5000), a_building("b2", weight_bp=5000))
WHOLE, B1, B2 = Subject(kind="project", id="p1"), *(Subject(kind="building", id=b) for b in ("b1", "b2"))


@pytest.mark.parametrize(
    ("said", "zh", "en"),
    [
        (
            Said(rule="time_lag", name=NAME, level="blue", value=716, threshold=700, unit="cdays", gap_bp=829),
            "3号楼滞后计划 7.1 天, 落后 8.2 个百分点, 蓝色线为 7.0 天。",
            "3号楼 is 7.1 days late against plan, 8.2 points behind; blue begins at 7.0 days.",
        ),
        (
            Said(rule="schedule_gap", name=NAME, level="blue", value=4000, threshold=500, unit="bp", capped=True),
            "3号楼落后计划 40.0 个百分点, 蓝色线为 5.0 个百分点; 证据不足, 按蓝色封顶, 须现场核查。",
            "3号楼 is 40.0 points behind plan; blue begins at 5.0 points;"
            " capped at blue on thin evidence, an inspection is needed.",
        ),
        (
            a_case("device_moved", "blue", 0, 0, "hours"),
            "摄像头 3号楼 移位, 已 不足 1 小时, 须重新标定。",
            "Camera 3号楼 has been out of place for less than an hour and must be commissioned again.",
        ),
        (
            a_case("evidence", "yellow", 170, 168, "hours"),
            "3号楼证据不足已持续 7 天, 黄色线为 7 天。",
            "Evidence on 3号楼 has been insufficient for 7 days; yellow begins at 7 days.",
        ),
        (
            Said(rule="time_lag", name=NAME, level=None, value=400, threshold=700, unit="cdays"),
            "3号楼工期滞后已解除",
            "Time lag of 3号楼 is over",
        ),
        (
            a_case("overspend", "yellow", 1000, 1000, "ratio_bp"),
            "3号楼支出超出批复预算 10.0%, 黄色线为 10.0%。",
            "3号楼 is 10.0% over the approved budget; yellow begins at 10.0%.",
        ),
        (
            a_case("overspend", "red", 12, 0, "ratio_bp", basis="estimate"),
            "3号楼支出超出概算 0.1%。",
            "3号楼 is 0.1% above the estimate.",
        ),
        (
            a_case("underspend", "red", 5600, 6000, "ratio_bp"),
            "3号楼预算执行进度仅为时间进度的 56.0%, 低于 60.0% 为红色。",
            "3号楼 has spent 56.0% of what is due for the time gone by; red is below 60.0%.",
        ),
        (
            a_case("paid_ahead", "yellow", 2500, 2000, "bp"),
            "3号楼付款超前形象进度 25.0 个百分点, 黄色线为 20.0 个百分点。",
            "3号楼 is paid 25.0 points ahead of its physical progress; yellow begins at 20.0 points.",
        ),
        (
            a_case("abnormal_spend", "yellow", 352, 350, "centi_z"),
            "3号楼当月支出异常, 稳健 z 值 3.52, 黄色线为 3.50。",
            "This month's spending of 3号楼 is unusual: robust z 3.52; yellow begins at 3.50.",
        ),
        (
            Said(rule="report_vs_seen", name=NAME, level="blue", value=2000, threshold=500, unit="bp", capped=True),
            "3号楼填报进度高于实测 20.0 个百分点, 须复核, 蓝色线为 5.0 个百分点; 证据不足, 按蓝色封顶, 须现场核查。",
            "3号楼 reports 20.0 points more than was seen, to be reviewed; blue begins at 5.0 points;"
            " capped at blue on thin evidence, an inspection is needed.",
        ),
        (
            a_case("effect", "yellow", 1666, 1500, "ratio_bp", basis="goal"),
            "3号楼效果不达预期, 与目标相差 16.6%, 黄色线为 15.0%。",
            "3号楼 falls 16.6% short of its goal; yellow begins at 15.0%.",
        ),
        (
            Said(rule="effect", name=NAME, level=None, value=0, threshold=500, unit="ratio_bp"),
            "3号楼效果不达预期已解除",
            "Effect shortfall of 3号楼 is over",
        ),
        (
            a_case("not_started", "blue", -30, -30, "days"),
            "3号楼距约定开工日还有 30 天, 尚未开工。",
            "3号楼 has not begun; 30 days are left to the agreed day.",
        ),
        (
            Said(
                rule="not_started", name=NAME, level="yellow", value=4, threshold=1, unit="days", basis="agreed_start"
            ),
            "3号楼已过约定开工日 4 天, 尚未开工。",
            "3号楼 has not begun, 4 days after the agreed day.",
        ),
        (
            a_case("not_started", "red", 1, 1, "days", basis="six_months"),
            "高风险: 3号楼签约满六个月后又过 1 天, 尚未开工。",
            "High risk: 3号楼 has not begun, 1 day after six months from signing.",
        ),
        (
            Said(
                rule="schedule_gap", name=NAME, level="yellow", value=1500, threshold=1500, unit="bp", basis="relative"
            ),
            "3号楼完成量比计划量少 15.0%, 黄色线为 15.0%。",
            "3号楼 has done 15.0% less than was planned; yellow begins at 15.0%.",
        ),
        (
            a_case("paid_ahead", "red", 2100, 2000, "bp", basis="months"),
            "3号楼付款超前形象进度 21.0 个百分点, 连续月末为黄色, 升为红色。",
            "3号楼 is paid 21.0 points ahead of its physical progress; red because it was"
            " yellow at month ends in a row.",
        ),
        (
            a_case("a_later_rule", "red", 3, 2, "count"),
            "3号楼: 3, 红色线为 2。",
            "3号楼: 3; red begins at 2.",
        ),
    ],
)
def test_sentences(said: Said, zh: str, en: str) -> None:
    found = sentence(said)
    assert (found.zh, found.en) == (zh, en)


def a_deviation(subject: Subject, *, gap: int = 0, lag: int = 0, coverage: int = 10_000, day: float = 5) -> Deviation:
    return Deviation(
        subject=subject,
        as_of=at(day),
        plan_bp=6000,
        actual_bp=6000 - gap,
        gap_bp=gap,
        lag_cdays=lag,
        sigma_bp=100,
        coverage_bp=coverage,
        refs=(),
    )


def warning(rule: str, subject: Subject, level: Level) -> OpenWarning:
    return OpenWarning(rule=rule, subject=subject, level=level)


@pytest.mark.parametrize(
    ("warnings", "coverage", "pause", "expected"),
    [
        ([("time_lag", "blue"), ("schedule_gap", "red")], 10_000, False, "red"),
        ([("time_lag", "blue"), ("evidence", "red")], 10_000, True, "blue"),
        ([("evidence", "red")], 10_000, True, "insufficient"),
        ([("device_moved", "yellow")], 10_000, False, "normal"),
        ([("device_moved", "red"), ("overspend", "yellow")], 10_000, False, "yellow"),
        ([("not_started", "blue")], 5999, True, "blue"),
        ([], 10_000, True, "paused"),
        ([], 5999, False, "insufficient"),
        ([], 6000, False, "normal"),
    ],
)
def test_sign_is_the_heaviest(warnings: list[tuple[str, Level]], coverage: int, pause: bool, expected: str) -> None:
    found = [warning(rule, B1, level) for rule, level in warnings]
    assert sign(found, deviation=a_deviation(B1, coverage=coverage), on_pause=pause) == expected


def test_a_project_never_seen_is_insufficient() -> None:
    assert sign([], deviation=None) == "insufficient"
    assert headline(PROJECT, {}, [], today=START).zh == "尚无实测数据"


def test_a_project_not_begun_says_so_before_that_nothing_was_measured() -> None:
    flagged = [warning("not_started", WHOLE, "red")]
    assert headline(PROJECT, {}, flagged, today=START).zh == "p1未按期开工, 红色预警"
    assert sign(flagged, deviation=None) == "red"


def test_every_rule_has_a_name() -> None:
    assert set(RULE_NAMES) == {rule.__name__ for rule in RULES}


def test_before_the_start_nothing_is_lacking() -> None:
    assert sign([], deviation=None, begun=False) == "normal"
    before = headline(PROJECT, {}, [], today=START - timedelta(days=1))
    assert (before.zh, before.en) == ("未到开工日期 (2026-05-01)", "Not due to start before 2026-05-01")


@pytest.mark.parametrize(
    ("warnings", "own", "words"),
    [
        ([], {"gap": -20}, "按计划进行, 实测 60.2%"),
        ([], {"gap": 130}, "与计划相差 1.3 个百分点, 未达预警线"),
        ([], {"coverage": 4200}, "证据不足: 覆盖率 42%"),
        ([("time_lag", B2, "blue")], {}, "b2落后计划 8.2 个百分点、滞后 7.1 天, 蓝色预警"),
        ([("time_lag", B2, "blue"), ("schedule_gap", B1, "blue")], {}, "另有 1 栋预警"),
        ([("schedule_gap", WHOLE, "blue"), ("time_lag", B2, "blue")], {}, "b2落后计划"),
        ([("schedule_gap", WHOLE, "yellow"), ("time_lag", B2, "blue")], {}, "p1落后计划"),
        ([("device_offline", B2, "blue")], {}, "按计划进行"),
        ([("paid_ahead", WHOLE, "yellow")], {}, "p1付款超前, 黄色预警"),
        ([("paid_ahead", WHOLE, "yellow"), ("overspend", WHOLE, "red")], {}, "p1超支, 红色预警; 另有 1 项预警"),
        ([("paid_ahead", WHOLE, "yellow"), ("schedule_gap", WHOLE, "yellow")], {}, "p1落后计划"),
    ],
)
def test_headline_names_the_worst(warnings: list[tuple[str, Subject, Level]], own: dict[str, int], words: str) -> None:
    found = {
        WHOLE: a_deviation(WHOLE, **own),
        B1: a_deviation(B1, gap=510, lag=200),
        B2: a_deviation(B2, gap=829, lag=716),
    }
    said = headline(PROJECT, found, [warning(*w) for w in warnings], today=START)
    assert words in said.zh
    assert said.en


def test_headline_in_a_pause() -> None:
    project = a_project(a_building(), pauses=((date(2026, 6, 1), date(2026, 6, 9)),))
    assert "停工" in headline(project, {WHOLE: a_deviation(WHOLE)}, [], today=date(2026, 6, 9)).zh


def test_latest_and_worst() -> None:
    series = [
        a_deviation(B1, gap=300, lag=100, day=1),
        a_deviation(B1, gap=100, lag=50, day=2),
        a_deviation(B2, gap=200, lag=60),
    ]
    found = latest(series)
    assert found[B1].gap_bp == 100
    assert worst_building(PROJECT, found) == "b2"
    assert worst_building(PROJECT, {B1: a_deviation(B1, gap=-5)}) is None
