"""What pydantic expected of a value, said in Chinese: its messages are English sentences with values.

A sentence without a pattern stays as it is, so that nothing is hidden.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

Pattern = tuple[str, str]
_KINDS = {
    "integer": "整数", "string": "文字", "boolean": "是或否", "number": "数", "list": "列表", "tuple": "列表",
    "set": "列表", "dictionary": "一组内容", "object": "一组内容", "date": "日期, 写作 YYYY-MM-DD",
    "datetime": "带时区的时刻",
    "timezone": "带时区的时刻", "url": "网址", "URL": "网址", "array": "列表", "frozenset": "列表", "deque": "列表",
    "mapping": "一组内容", "decimal": "数", "UUID": "UUID", "bytes": "文字", "time": "时间, 写作 HH:MM:SS",
    "duration": "时长", "timedelta": "时长",
}  # fmt: skip
_PATTERNS: tuple[Pattern, ...] = (
    (r"Field required", "必填"),
    (r"Extra inputs are not permitted", "没有这个字段, 请删去"),
    (r"Input should be greater than or equal to (.+)", "不小于 {0}"),
    (r"Input should be greater than (.+)", "大于 {0}"),
    (r"Input should be less than or equal to (.+)", "不大于 {0}"),
    (r"Input should be less than (.+)", "小于 {0}"),
    (r"Input should be a multiple of (.+)", "{0} 的倍数"),
    (r"Input should be a finite number", "有限的数"),
    (r"Unable to parse input string as an integer, exceeded maximum size", "位数更少的整数"),
    (r"Decimal input should be .*", "数"),
    (r"Decimal input should have no more than (\d+) digits? in total", "至多 {0} 位数字"),
    (r"Decimal input should have no more than (\d+) decimal places?", "至多 {0} 位小数"),
    (r"Decimal input should have no more than (\d+) digits? before the decimal point", "整数部分至多 {0} 位"),
    (r"Input should be a valid (\w+)(?: in the format [\w-]+)?(?:[, ].*)?", "{0:k}"),
    (r"Input should be an? (\w+)", "{0:k}"),
    (r"Input should be (?:None|null)", "空"),
    (r"Input should be in a valid time format, .*", "时间, 写作 HH:MM:SS"),
    (r"(?:Input|Date) should be in the past", "已过去的时刻"),
    (r"(?:Input|Date) should be in the future", "将来的时刻"),
    (r"Input should have timezone info", "带时区的时刻"),
    (r"Input should not have timezone info", "不带时区的时刻"),
    (r"Timezone offset of (.+) required, got .*", "时区相差 {0} 秒的时刻"),
    (r"Invalid datetime object, got .*", "带时区的时刻"),
    (r"Input should be (['\d].*|True|False)", "以下之一: {0:o}"),
    (r"Input tag .* does not match any of the expected tags: (.*)", "以下之一: {0}"),
    (r"Unable to extract tag using discriminator (.+)", "写明 {0}"),
    (r"URL should have at most (\d+) characters?", "至多 {0} 个字的网址"),
    (r"URL scheme should be (.+)", "以 {0:o} 开头的网址"),
    (r"(?:URL input should be|Input violated strict URL syntax rules,) .*", "网址"),
    (r"UUID input should be .*", "UUID"),
    (r"UUID version (\d+) expected", "第 {0} 版 UUID"),
    (r"(?:Invalid JSON|JSON decode error).*", "完整的 JSON"),
    (r"Recursion error - .*", "少几层"),
    (r"String should contain only ASCII characters", "只含英文字母、数字和符号的文字"),
    (r"Data should be valid (.+?): .*", "{0} 编码的文字"),
    (r"(?:String|Data) should have at least (\d+) (?:characters?|bytes?)", "至少 {0} 个字"),
    (r"(?:String|Data) should have at most (\d+) (?:characters?|bytes?)", "至多 {0} 个字"),
    (r"String should match pattern '(.+)'", "符合格式 {0}"),
    (r"\w+ should have at least (\d+) items? after validation, not (\d+)", "至少 {0} 项(现有 {1} 项)"),
    (r"\w+ should have at most (\d+) items? after validation, not (\d+)", "至多 {0} 项(现有 {1} 项)"),
    (r"\w+ should have at most (\d+) items? after validation, not more", "至多 {0} 项"),
    (r"Datetimes provided to dates should .*", "日期, 写作 YYYY-MM-DD"),
    (r"Keys should be strings?", "文字作字段名"),
)


class _Value(str):
    """A value of a message: in the format `k` a kind of value, in `o` some that are named one after another."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        if spec == "k":
            return _KINDS.get(self, str(self))
        return str(self).replace(" or ", ", ") if spec == "o" else str(self)


def filled(message: str, patterns: Sequence[Pattern]) -> str | None:
    """The Chinese of the first pattern that the whole message fits, with its values; None when it fits none."""
    for pattern, zh in patterns:
        match = re.fullmatch(pattern, message, re.DOTALL)
        if match:
            return zh.format(*(_Value(value or "") for value in match.groups()))
    return None


def in_chinese(message: str, *, own: Sequence[Pattern] = ()) -> str:
    """What was expected; `own` are patterns of what a model's own checks say."""
    said = message.removeprefix("Value error, ")
    return filled(said, own) or filled(message, _PATTERNS) or said
