"""What a warning, a headline and a sign say."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from central.domain import Deviation, Level, Subject
from central.rules.sentence import Said, sentence
from central.rules.sign import OpenWarning, headline, latest, sign, worst_building
from tests.central.build import START, a_building, a_project, at, text

NAME = text("3号楼")
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
            Said(rule="device_moved", name=NAME, level="blue", value=0, threshold=0, unit="hours"),
            "摄像头 3号楼 移位, 已 不足 1 小时, 须重新标定。",
            "Camera 3号楼 has been out of place for less than an hour and must be commissioned again.",
        ),
        (
            Said(rule="evidence", name=NAME, level="yellow", value=170, threshold=168, unit="hours"),
            "3号楼证据不足已持续 7 天, 黄色线为 7 天。",
            "Evidence on 3号楼 has been insufficient for 7 days; yellow begins at 7 days.",
        ),
        (
            Said(rule="time_lag", name=NAME, level=None, value=400, threshold=700, unit="cdays"),
            "3号楼工期滞后已解除",
            "Time lag of 3号楼 is over",
        ),
        (
            Said(rule="a_later_rule", name=NAME, level="red", value=3, threshold=2, unit="count"),
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
