"""The SMART checker on sentences as offices write them, half of them bad (A09)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from central.scoring.smart import smart, understood

DUE = date(2026, 12, 31)
# text, S, M, T as letters: . = ok, x = fail. Owner, parent and baseline are given; words without a year have none.
SENTENCES = (
    # good: what, how much in which unit, until when
    ("2025-12-31前完成3个小区改造,完成率≥95%", "..."),
    ("2026年６月３０日前完成青坪里小区１２栋楼外墙保温，合格率≥９８％", "..."),
    ("2026年底前新建公共停车泊位不少于1,200个", "..."),
    ("到2026年12月底，城镇污水集中处理率达到百分之九十六以上", "..."),
    ("2026年第三季度末前完成麦岭路1.8公里雨污分流管网改造", "..."),
    ("2026年上半年完成42部老旧小区电梯加装并取得使用登记证", "..."),
    ("2026年9月1日前新增普惠性幼儿园学位三百六十个", "..."),
    ("2026年12月31日前政务服务窗口平均办结时间压缩至24分钟以内", "..."),
    ("2026年前三季度完成固定资产投资12.6亿元，占年度计划75%以上", "..."),
    ("2026年市场主体年报率不低于九成五", "..."),
    ("2026年底前建成口袋公园八座，新增绿地3万平方米", "..."),
    ("2026年国庆节前打通断头路两条", "..."),
    ("2026年度12345工单按期办结率保持在98%以上", "..."),
    ("2026年12月底前群众满意度提高5个百分点", "..."),
    ("2026年重大安全生产事故为0起", "..."),
    ("2026年底前背街小巷整治实现全覆盖", "..."),
    ("2026-11-15前项目资金拨付率达80%，不超概算", "..."),
    ("自2026年3月1日至2026年10月31日完成危旧房解危156户", "..."),
    ("2024—2026年累计培训网格员2400人次", "..."),
    ("“十五五”末PM2.5年均浓度降至28微克/立方米", "..."),
    ("2026年10月底前三所小学校舍抗震加固竣工，面积1.2万㎡", "..."),
    ("2026年底前单位建筑面积能耗较2023年下降三分之一", "..."),
    ("2026年6月前房屋征收签约率过半", "..."),
    ("2026年12月20日前完成财政支出绩效自评项目全部完成", "..."),
    ("2026年实际利用外资到位率达到100%", "..."),
    ("2026年底前项目工期绩效SPI不低于0.95", "..."),
    ("2026年Q3前建成5G基站85个", "..."),
    ("2026年11月底前整改完成中央环保督察反馈问题17项", "..."),
    ("2026年底前社区养老床位达到4.5张/百名老人，新增床位200张", "..."),
    ("2026年7月31日前完成清溪河3.2km清淤，淤泥外运4.5万立方米", "..."),
    ("2026年底前企业开办时间控制在0.5个工作日以内", "..."),
    ("2026年12月底前新建充电桩至少600个", "..."),
    ("20261231前完成50个行政村污水治理", "..."),
    ("By 2026-12-31 reduce mean processing time at the counter to at most 30 minutes", "..."),
    ("2026年内实现违法建设“零增长”", "..."),
    ("力争2026年一般公共预算收入增长6%左右", "..."),
    ("2026年12月31日前,将出让金入库率由82%提高到90%", "..."),
    ("2026年末道路平整度合格率大于或等于95%", "..."),
    # bad: no measure
    ("提高群众满意度", "xxx"),
    ("进一步优化营商环境,切实提升服务水平", "xxx"),
    ("2026年底前大力推进老旧小区改造", "xx."),
    ("2026年12月31日前基本完成道路建设任务", ".x."),
    ("加强12345热线办理,不断改善群众获得感", "xxx"),
    ("2026年底前建成若干口袋公园", ".x."),
    ("根据财预〔2020〕10号文件健全绩效管理机制,2026年底前完成", "xx."),
    ("2026年底前3号楼、5号楼外墙施工全面推进", "xx."),
    ("2026年打造一批示范项目", "xx."),
    ("依据GB/T 51366-2019开展碳核算工作,2026年底前形成报告", "xx."),
    ("2026年底前一网通办改革取得明显成效", "xx."),
    ("2026年完成率≥95", ".x."),
    ("2026年底前群众满意度达到90以上", ".x."),
    ("2026年落实三项制度,强化两个维护", "xx."),
    ("2026年底前建设一个现代化治理体系", ".x."),
    ("2026年底前第三小学二期工程建设有序开展", "xx."),
    ("2026年十分重视并加快推进G312国道沿线整治", "xx."),
    # bad: no time, or none that is certain
    ("新建公共停车泊位不少于500个", "..x"),
    ("尽快完成12栋楼外墙保温", "..x"),
    ("逐步将污水处理率提高到95%", "..x"),
    ("年底前完成3个小区改造,完成率不低于95%", "..x"),
    ("第三季度完成投资2亿元", "..x"),
    ("2026年2月30日前完成5座桥梁加固", "..x"),
    ("2026年13月底前完成5座桥梁加固", "..x"),
    ("自2026年10月1日至2026年3月31日完成500户改造", "..x"),
    ("窗口平均办结时间控制在30分钟以内", "..x"),
    ("3个工作日内办结率100%", "..x"),
    ("适时启动8个村庄综合整治", "..x"),
    ("长期保持空气优良天数比例80%以上", "..x"),
    ("每日巡查不少于2次", "..x"),
    ("确保2026年汛期前完成8处易涝点整治", "..x"),
    ("春节前完成200户困难群众慰问", "..x"),
    ("自2026年3月起开展40次联合执法", "..x"),
    ("改善民生", "xxx"),
    ("确保完成年度任务", "xxx"),
    ("全面提升城市品质,争创一流", "xxx"),
    ("2026年", "xx."),
    ("做好工作", "xxx"),
    ("improve the service", "xxx"),
)


def letters(text: str) -> str:
    """S, M and T as `.` and `x`."""
    verdicts = smart(text, owner="li", parent="g", baseline=1)
    return "".join("." if verdict.ok else "x" for verdict in verdicts if verdict.letter in "SMT")


@pytest.mark.requirement("A09")
@pytest.mark.parametrize(("text", "expected"), SENTENCES)
def test_a09_sentences(text: str, expected: str) -> None:
    assert letters(text) == expected


def test_there_are_enough_sentences_and_half_of_them_are_bad() -> None:
    bad = [text for text, expected in SENTENCES if "x" in expected]
    assert len(SENTENCES) >= 60
    assert 0.4 <= len(bad) / len(SENTENCES) <= 0.6


ROW = "2025-12-31前完成3个小区改造,完成率≥95%"


def states(text: str, **fields: Any) -> str:
    """All five letters: `.` ok, `x` fail, `?` needs a justification."""
    signs = {"ok": ".", "fail": "x", "needs_justification": "?"}
    return "".join(signs[verdict.state] for verdict in smart(text, **{"owner": "li", "parent": "g", **fields}))


@pytest.mark.requirement("A09")
@pytest.mark.parametrize(
    ("text", "fields", "expected"),
    [
        ("提高群众满意度", {}, "xxx.x"),
        (ROW, {"baseline": 80}, "....."),
        (ROW, {"baseline": 80, "parent": None}, "...x."),
        (ROW, {"baseline": 80, "parent": None, "level": 1}, "....."),
        (ROW, {"baseline": 80, "owner": " "}, "x...."),
        (ROW, {}, "..?.."),  # nothing to compare with
        (ROW, {"baseline": 97}, "..?.."),  # worse than what is
        (ROW, {"baseline": 80, "start": date(2026, 1, 1)}, "....x"),  # due before it starts
        (ROW, {"baseline": 80, "due": date(2025, 11, 30)}, "....x"),  # the form says another day
        ("新增就业岗位", {"target": 300, "unit": "个", "due": DUE, "history": (90, 100)}, "..?.."),
        ("新增就业岗位", {"target": 299, "unit": "个", "due": DUE, "history": (90, 100)}, "....."),
        (
            "新增就业岗位",
            {"target": 300, "unit": "个", "due": DUE, "history": (100,), "justification": "新园区"},
            ".....",
        ),
        ("新增就业岗位300个", {"target": 250, "unit": "个", "due": DUE, "baseline": 200}, ".x..."),  # not what it says
        ("年度完成投资800万元", {"target": 8_000_000, "unit": "元", "due": DUE, "baseline": 5_000_000}, "....."),
        (
            "窗口平均办结时间",
            {"target": 10, "unit": "分钟", "due": DUE, "history": (30, 36), "direction": "lower"},
            "..?..",
        ),
        (
            "窗口平均办结时间",
            {"target": 24, "unit": "分钟", "due": DUE, "history": (30, 36), "direction": "lower"},
            ".....",
        ),
        ("完成率达到120%", {"due": DUE, "baseline": 80}, "..x.."),
        ("就业增长率达到120%", {"due": DUE, "baseline": 80}, "....."),
        ("完成率", {"target": 95, "unit": "", "due": DUE, "baseline": 80}, ".x..."),
        ("年底前完成3个小区改造", {"baseline": 2, "year": 2026}, "....."),
        ("年底前完成3个小区改造", {"baseline": 2}, "....x"),
        ("第三季度末前完成3个小区改造", {"baseline": 2, "start": date(2026, 1, 1)}, "....."),
        ("90天内完成3个小区改造", {"baseline": 2, "start": date(2026, 1, 1)}, "....."),
    ],
)
def test_a09_what_the_form_says_counts(text: str, fields: dict[str, Any], expected: str) -> None:
    assert states(text, **fields) == expected


@pytest.mark.parametrize(
    ("text", "due", "start"),
    [
        ("2026年6月前完成", date(2026, 5, 31), None),
        ("2026年6月底前完成", date(2026, 6, 30), None),
        ("２０２６年二月末", date(2026, 2, 28), None),
        ("2026年1月至10月完成", date(2026, 10, 31), date(2026, 1, 1)),
        ("2024-2026年完成", date(2026, 12, 31), date(2024, 1, 1)),
        ("十四五末达到", date(2025, 12, 31), None),
        ("2026年前三季度", date(2026, 9, 30), None),
        ("2026年Q3", date(2026, 9, 30), None),
        ("2026年上半年", date(2026, 6, 30), None),
        ("2026年前完成", date(2025, 12, 31), None),
        ("2026年五一前完成", date(2026, 4, 30), None),
        ("2026年2月30日前", None, None),
    ],
)
def test_days_are_read_as_people_write_them(text: str, due: date | None, start: date | None) -> None:
    said = understood(text).time
    assert (said.due, said.start) == (due, start)


@pytest.mark.parametrize(
    ("text", "value", "unit", "sign"),
    [
        ("完成率不低于９５％", 95, "%", "≥"),
        ("控制在30分钟以内", 30, "分钟", "≤"),
        ("小于等于5天", 5, "天", "≤"),
        ("投资1.2亿元", 1.2, "亿元", "≥"),
        ("投资800万元以上", 800, "万元", "≥"),
        ("面积三万平方米", 30_000, "平方米", "≥"),
        ("一百二十户", 120, "户", "≥"),
        ("百分之八十五以上", 85, "%", "≥"),
        ("九成以上", 90, "%", "≥"),
        ("事故为0起", 0, "起", "="),
        ("1,250个", 1250, "个", "≥"),
        ("至少3千户", 3000, "户", "≥"),
        ("2026年底前完成率达到九成五", 95.0, "%", "≥"),
        ("2026年底前完成率达到八成半", 85.0, "%", "≥"),
        ("2026年底前空置率不超过百分之五点五", 5.5, "%", "≤"),
        ("2026年底前建成三点五公里管网", 3.5, "公里", "≥"),
        ("2026年底前平均办结时间由45天压缩到30天", 30.0, "天", "≤"),
        ("2026年底前满意度从80%提高到90%", 90.0, "%", "≥"),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, value: float, unit: str, sign: str) -> None:
    main = understood(text).main
    assert main is not None
    assert (main.value, main.unit, main.sign) == (value, unit, sign)


def test_a_row_of_numerals_is_no_number() -> None:
    for text in ("一" * 5000, "九" * 4301 + "个", "亿" * 600, "一点" + "五" * 400):
        assert all(one.value <= 10 for one in understood(text).quantities)


def test_every_reason_is_in_both_languages() -> None:
    for text, _ in SENTENCES:
        for verdict in smart(text):
            assert verdict.reason.zh
            assert verdict.reason.en
            assert verdict.reason.zh != verdict.reason.en
