"""Units that goals are measured in: which words are units, and which of them are the same thing. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

_SPELLED = """
个百分点 百分点 个点 % ‰
亿元 万元 千元 百元 元 亿
平方公里 平方千米 平方米 立方米 公里 千米 km² m² ㎡ m³ km 公顷 亩 米 吨 公斤
千瓦时 兆瓦 千瓦 kWh MW kW 度电 tCO2e tCO2
微克/立方米 毫克/立方米 μg/m³ mg/m³ mg/L 毫克/升 分贝 dB 摄氏度 ℃
人次 家次 班次 人时 工时 人日 人 名 位 户 家 户次
个工作日 工作日 个小时 小时 分钟 秒 天 个月
个泊位 泊位 个车位 车位 个学位 学位 张床位 床位 张 床
个 套 栋 幢 座 条 处 台 部 辆 所 间 片 段 根 扇 眼 口 面 块 架 组 支 班 门
件 项 批次 例 起 场 册 盏 株 棵 次 宗 笔 篇 档 轮 趟 标段 单元 分 倍 吨标准煤 吨标煤 封 份 站 孔 跨 榀 樘
days day minutes hours people households tonnes t h min d km/h
"""
UNITS = tuple(_SPELLED.split())
"""What makes a number behind it a measure."""

_BASES: Mapping[str, Mapping[str, int]] = {
    "元": {"亿元": 100_000_000, "亿": 100_000_000, "万元": 10_000, "千元": 1000, "百元": 100},
    "个百分点": {"百分点": 1, "个点": 1, "pp": 1},
    "%": {"％": 1},
    "平方米": {"㎡": 1, "m²": 1, "m2": 1, "平方公里": 1_000_000, "平方千米": 1_000_000, "km²": 1_000_000},
    "米": {"公里": 1000, "千米": 1000, "km": 1000, "m": 1},
    "立方米": {"m³": 1, "m3": 1},
    "吨": {"t": 1, "tonnes": 1},
    "个工作日": {"工作日": 1},
    "天": {"d": 1, "days": 1, "day": 1},
    "分钟": {"min": 1, "minutes": 1},
    "小时": {"h": 1, "hours": 1, "个小时": 1},
    "个": {"泊位": 1, "个泊位": 1, "车位": 1, "个车位": 1, "学位": 1, "个学位": 1},
    "张": {"床位": 1, "张床位": 1, "床": 1},
    "人": {"名": 1, "位": 1, "people": 1},
    "户": {"households": 1},
    "栋": {"幢": 1},
    "台": {"部": 1},
    "": {"指数": 1},
}
_FACTORS = {unit: (base, factor) for base, alike in _BASES.items() for unit, factor in alike.items()}


def in_base_unit(value: float, unit: str) -> tuple[Decimal, str]:
    """A value in the unit in which others of its kind are compared: 800 万元 = 8,000,000 元."""
    base, factor = _FACTORS.get(unit, (unit, 1))
    return Decimal(repr(float(value))) * factor, base
