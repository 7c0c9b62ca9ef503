"""One sentence for each warning, in both languages: what, by how much, against which line."""

from __future__ import annotations

from dataclasses import dataclass

from central.domain import Level, Text
from central.figures import hundredths
from central.rules.reconcile import MONTHS_BASIS

RULE_NAMES = {
    "schedule_gap": Text(zh="进度差", en="Schedule gap"),
    "time_lag": Text(zh="工期滞后", en="Time lag"),
    "evidence": Text(zh="证据不足", en="Insufficient evidence"),
    "not_started": Text(zh="未按期开工", en="Not started"),
    "overspend": Text(zh="超支", en="Overspending"),
    "underspend": Text(zh="执行偏慢", en="Underspending"),
    "paid_ahead": Text(zh="付款超前", en="Payment ahead of progress"),
    "abnormal_spend": Text(zh="支出异常", en="Unusual spending"),
    "report_vs_seen": Text(zh="虚报复核", en="Report against seen"),
    "effect": Text(zh="效果不达预期", en="Effect shortfall"),
    "device_moved": Text(zh="摄像头移位", en="Camera moved"),
    "device_offline": Text(zh="设备离线", en="Device offline"),
    "device_blind": Text(zh="画面不可用", en="Camera blind"),
}
LEVEL_NAMES: dict[Level, Text] = {
    "blue": Text(zh="蓝色", en="blue"),
    "yellow": Text(zh="黄色", en="yellow"),
    "red": Text(zh="红色", en="red"),
}
_SAY = {  # {name} subject, {amount} the value, {also} the other measure of the same delay
    "schedule_gap": Text(zh="{name}落后计划 {amount}{also}", en="{name} is {amount} behind plan{also}"),
    "time_lag": Text(zh="{name}滞后计划 {amount}{also}", en="{name} is {amount} late against plan{also}"),
    "evidence": Text(zh="{name}证据不足已持续 {amount}", en="Evidence on {name} has been insufficient for {amount}"),
    "not_started": Text(
        zh="{name}已过约定开工日 {amount}, 尚未开工",
        en="{name} has not begun, {amount} after the agreed day",
    ),
    "overspend": Text(zh="{name}支出超出批复预算 {amount}", en="{name} is {amount} over the approved budget"),
    "underspend": Text(
        zh="{name}预算执行进度仅为时间进度的 {amount}",
        en="{name} has spent {amount} of what is due for the time gone by",
    ),
    "paid_ahead": Text(
        zh="{name}付款超前形象进度 {amount}", en="{name} is paid {amount} ahead of its physical progress"
    ),
    "abnormal_spend": Text(
        zh="{name}当月支出异常, 稳健 z 值 {amount}", en="This month's spending of {name} is unusual: robust z {amount}"
    ),
    "report_vs_seen": Text(
        zh="{name}填报进度高于实测 {amount}, 须复核", en="{name} reports {amount} more than was seen, to be reviewed"
    ),
    "effect": Text(zh="{name}效果不达预期, 与目标相差 {amount}", en="{name} falls {amount} short of its goal"),
    "device_moved": Text(
        zh="摄像头 {name} 移位, 已 {amount}, 须重新标定",
        en="Camera {name} has been out of place for {amount} and must be commissioned again",
    ),
    "device_offline": Text(zh="{name}已 {amount} 没有读数", en="No reading from {name} for {amount}"),
    "device_blind": Text(
        zh="摄像头 {name} 画面不可用已 {amount}", en="Camera {name} has seen nothing usable for {amount}"
    ),
}
_SAY_BY_BASIS = {  # where the same rule measures by something else
    ("schedule_gap", "relative"): Text(
        zh="{name}完成量比计划量少 {amount}{also}", en="{name} has done {amount} less than was planned{also}"
    ),
    ("schedule_gap", "time"): Text(
        zh="{name}滞后已用工期的 {amount}{also}", en="{name} is behind by {amount} of the time gone by{also}"
    ),
    ("overspend", "estimate"): Text(zh="{name}支出超出概算 {amount}", en="{name} is {amount} above the estimate"),
    ("not_started", "six_months"): Text(
        zh="高风险: {name}签约满六个月后又过 {amount}, 尚未开工",
        en="High risk: {name} has not begun, {amount} after six months from signing",
    ),
    ("not_started", "to_come"): Text(
        zh="{name}距约定开工日还有 {amount}, 尚未开工", en="{name} has not begun; {amount} are left to the agreed day"
    ),
}
_WORDS = {
    "bp": Text(zh=" 个百分点", en=" points"),
    "ratio_bp": Text(zh="%", en="%"),
    "cdays": Text(zh=" 天", en=" days"),
    "days": Text(zh=" 天", en=" days"),
    "day": Text(zh=" 天", en=" day"),
    "hours": Text(zh=" 小时", en=" hours"),
    "no_hour": Text(zh="不足 1 小时", en="less than an hour"),
}
_DAYS_FROM_H = 72
_SOMETHING = Text(zh="{name}: {amount}", en="{name}: {amount}")
_LOW_IS_BAD = frozenset({"underspend"})
_SHARES = frozenset({"relative", "time"})  # bases by which basis points are a share of something, and no points


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a sentence is made of: a warning's figures as they were when it last changed, in its `unit`."""

    rule: str
    name: Text
    level: Level | None
    value: int
    threshold: int | None
    unit: str
    capped: bool = False
    gap_bp: int | None = None
    lag_cdays: int | None = None
    basis: str = ""


def sentence(said: Said) -> Text:
    """The sentence of a warning; one that is cleared says so. Figures are cut, not rounded, so that none overstates."""
    pattern = _SAY_BY_BASIS.get((said.rule, _basis(said))) or _SAY.get(said.rule, _SOMETHING)
    return Text(zh=_fill(pattern.zh, said, zh=True), en=_fill(pattern.en, said, zh=False))


def line_name(subject: str) -> Text:
    """What a budget line is called: its subject's id is `{project}/{line}`."""
    line = subject.partition("/")[2]
    return Text(zh=f"预算科目 {line}", en=f"budget line {line}")


def amount(value: int, unit: str, *, zh: bool) -> str:
    """A value in words: 820 bp = 8.2 points, 710 cdays = 7.1 days, hours from three days on in days."""
    number, key = _number(value, unit)
    word = _WORDS.get(key)
    if word is None:
        return number
    return number + (word.zh if zh else word.en)


def _number(value: int, unit: str) -> tuple[str, str]:
    """The figure, cut, and the key of the word that follows it."""
    if unit in ("bp", "ratio_bp", "cdays"):
        return _tenths(value), unit
    if unit == "centi_z":
        return hundredths(value), unit
    if unit == "hours" and value < 1:
        return "", "no_hour"
    if unit == "hours" and value >= _DAYS_FROM_H:
        return str(value // 24), "days"
    return str(value), "day" if unit == "days" and value == 1 else unit


def _fill(pattern: str, said: Said, *, zh: bool) -> str:
    name = said.name.zh if zh else said.name.en
    if said.level is None:
        rule = RULE_NAMES.get(said.rule)
        return (
            f"{name}{rule.zh if rule else said.rule}已解除"
            if zh
            else f"{rule.en if rule else said.rule} of {name} is over"
        )
    value = abs(said.value) if said.unit == "days" else said.value
    body = pattern.format(name=name, amount=amount(value, _unit(said), zh=zh), also=_also(said, zh=zh))
    return body + _line(said, zh=zh) + _cap(said, zh=zh) + ("。" if zh else ".")


def _also(said: Said, *, zh: bool) -> str:
    if said.rule == "time_lag" and said.gap_bp is not None:
        return (
            f", 落后 {amount(said.gap_bp, 'bp', zh=True)}" if zh else f", {amount(said.gap_bp, 'bp', zh=False)} behind"
        )
    if said.rule == "schedule_gap" and said.lag_cdays is not None:
        days = amount(said.lag_cdays, "cdays", zh=zh)
        return f", 滞后 {days}" if zh else f", {days} late"
    return ""


def _basis(said: Said) -> str:
    return "to_come" if said.rule == "not_started" and said.value <= 0 else said.basis


def _unit(said: Said) -> str:
    return "ratio_bp" if said.basis in _SHARES else said.unit


def _line(said: Said, *, zh: bool) -> str:
    if said.basis == MONTHS_BASIS:
        return ", 连续月末为黄色, 升为红色" if zh else "; red because it was yellow at month ends in a row"
    if not said.threshold or said.level is None or said.unit == "days":
        return ""
    level, line = LEVEL_NAMES[said.level], amount(said.threshold, _unit(said), zh=zh)
    if said.rule in _LOW_IS_BAD:
        return f", 低于 {line} 为{level.zh}" if zh else f"; {level.en} is below {line}"
    return f", {level.zh}线为 {line}" if zh else f"; {level.en} begins at {line}"


def _cap(said: Said, *, zh: bool) -> str:
    if not said.capped:
        return ""
    return "; 证据不足, 按蓝色封顶, 须现场核查" if zh else "; capped at blue on thin evidence, an inspection is needed"


def _tenths(value: int) -> str:
    sign = "-" if value < 0 else ""
    whole, rest = divmod(abs(value), 100)
    return f"{sign}{whole}.{rest // 10}"
