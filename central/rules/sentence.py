"""One sentence for each warning, in both languages: what, by how much, against which line."""

from __future__ import annotations

from dataclasses import dataclass

from central.domain import Level, Text

RULE_NAMES = {
    "schedule_gap": Text(zh="进度差", en="Schedule gap"),
    "time_lag": Text(zh="工期滞后", en="Time lag"),
    "evidence": Text(zh="证据不足", en="Insufficient evidence"),
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
    "device_moved": Text(
        zh="摄像头 {name} 移位, 已 {amount}, 须重新标定",
        en="Camera {name} has been out of place for {amount} and must be commissioned again",
    ),
    "device_offline": Text(zh="{name}已 {amount} 没有读数", en="No reading from {name} for {amount}"),
    "device_blind": Text(
        zh="摄像头 {name} 画面不可用已 {amount}", en="Camera {name} has seen nothing usable for {amount}"
    ),
}


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


def sentence(said: Said) -> Text:
    """The sentence of a warning; one that is cleared says so. Figures are cut, not rounded, so that none overstates."""
    pattern = _SAY.get(said.rule, Text(zh="{name}: {amount}", en="{name}: {amount}"))
    return Text(zh=_fill(pattern.zh, said, zh=True), en=_fill(pattern.en, said, zh=False))


def amount(value: int, unit: str, *, zh: bool) -> str:
    """A value in words: 820 bp = 8.2 points, 710 cdays = 7.1 days, hours from three days on in days."""
    match unit:
        case "bp":
            return f"{_tenths(value)} 个百分点" if zh else f"{_tenths(value)} points"
        case "cdays":
            return f"{_tenths(value)} 天" if zh else f"{_tenths(value)} days"
        case "hours" if value < 1:
            return "不足 1 小时" if zh else "less than an hour"
        case "hours" if value >= 72:
            return f"{value // 24} 天" if zh else f"{value // 24} days"
        case "hours":
            return f"{value} 小时" if zh else f"{value} hours"
    return str(value)


def _fill(pattern: str, said: Said, *, zh: bool) -> str:
    name = said.name.zh if zh else said.name.en
    if said.level is None:
        rule = RULE_NAMES.get(said.rule)
        return (
            f"{name}{rule.zh if rule else said.rule}已解除"
            if zh
            else f"{rule.en if rule else said.rule} of {name} is over"
        )
    body = pattern.format(name=name, amount=amount(said.value, said.unit, zh=zh), also=_also(said, zh=zh))
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


def _line(said: Said, *, zh: bool) -> str:
    if not said.threshold or said.level is None:
        return ""
    level, line = LEVEL_NAMES[said.level], amount(said.threshold, said.unit, zh=zh)
    return f", {level.zh}线为 {line}" if zh else f"; {level.en} begins at {line}"


def _cap(said: Said, *, zh: bool) -> str:
    if not said.capped:
        return ""
    return "; 证据不足, 按蓝色封顶, 须现场核查" if zh else "; capped at blue on thin evidence, an inspection is needed"


def _tenths(hundredths: int) -> str:
    sign = "-" if hundredths < 0 else ""
    whole, rest = divmod(abs(hundredths), 100)
    return f"{sign}{whole}.{rest // 10}"
