"""What is wrong with a value that a model of the API refuses, for people in both languages.

The kinds of error have their words in `central.model_words`. A pattern is told in words, for nobody at a form reads
one; a test asks that no pattern of a request is without.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from central.domain import Text
from central.model_words import in_chinese

_WHOLE = frozenset({"missing", "extra_forbidden"})  # their words are no "expected"
_ONE_LINE = Text(zh="一行文字, 没有控制字符", en="one line of text without control characters")
_NOT_EMPTY = Text(zh="一行文字, 不能只有空格", en="one line of text that is not blank")
_SOME_LINES = Text(zh="文字, 没有控制字符", en="text without control characters")
_CODE = Text(zh="小写英文字母和下划线, 以字母开头", en="lower-case letters and underscores, a letter first")
_CODE_WITH_DIGITS = Text(
    zh="小写英文字母、数字和下划线, 以字母开头", en="lower-case letters, digits and underscores, a letter first"
)
_ID = Text(
    zh="英文字母、数字和 . _ -, 以字母或数字开头, 至多 63 个字",
    en="letters, digits and . _ -, a letter or digit first, at most 63 characters",
)
_DIGEST = Text(zh="64 位十六进制数", en="64 hex digits")
_MONTH = Text(zh="月份, 写作 YYYY-MM", en="a month as YYYY-MM")
_PERIOD = Text(
    zh="年、季度或月份, 写作 2026、2026-Q1 或 2026-01", en="a year, quarter or month as 2026, 2026-Q1 or 2026-01"
)
PATTERNS: Mapping[str, Text] = {
    r"^[^\x00-\x1f\x7f]*$": _ONE_LINE,
    r"^[^\x00-\x1f\x7f]+$": _ONE_LINE,
    r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$": _NOT_EMPTY,
    r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f]": _NOT_EMPTY,
    r"\S": _NOT_EMPTY,
    r"^[^\x00]*$": _SOME_LINES,
    r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$": _SOME_LINES,
    r"^[^\s/\x00-\x1f\x7f]+$": Text(zh="没有空格和斜杠的名称", en="a name without spaces and slashes"),
    r"^[a-z_.]+$": _CODE,
    r"^[a-z][a-z_]{0,31}$": _CODE,
    r"^[a-z][a-z0-9_]*$": _CODE_WITH_DIGITS,
    r"^[a-z][a-z0-9_]{0,31}$": _CODE_WITH_DIGITS,
    r"^([a-z][a-z0-9_]{0,31})?$": _CODE_WITH_DIGITS,
    r"^[a-z][a-z0-9_-]{0,31}$": _CODE_WITH_DIGITS,
    r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){1,3}$": Text(
        zh="用点隔开的 2 到 4 段小写英文字母、数字和下划线",
        en="2 to 4 parts of lower-case letters, digits and underscores with dots between",
    ),
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$": _ID,
    r"^[A-Za-z0-9][A-Za-z0-9._-]*$": _ID,
    r"^([A-Za-z0-9][A-Za-z0-9._-]*)?$": _ID,
    r"^[A-Za-z0-9._-]*$": _ID,
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$": Text(
        zh="英文字母、数字和 . _ -, 以字母或数字开头, 至多 128 个字",
        en="letters, digits and . _ -, a letter or digit first, at most 128 characters",
    ),
    r"^[a-z0-9][a-z0-9-]{0,62}$": Text(
        zh="小写英文字母、数字和 -, 以字母或数字开头, 至多 63 个字",
        en="lower-case letters, digits and -, a letter or digit first, at most 63 characters",
    ),
    r"^[0-9]{1,18}$": Text(zh="数字编号", en="a number"),
    r"^case/[0-9]{1,18}$": Text(zh="case/ 和数字编号", en="case/ and a number"),
    r"^[0-9a-f]{32}$": Text(zh="32 位十六进制数", en="32 hex digits"),
    r"^[0-9a-f]{64}$": _DIGEST,
    r"^([0-9a-f]{64})?$": _DIGEST,
    r"^[0-9a-f]{128}$": Text(zh="128 位十六进制数", en="128 hex digits"),
    r"^20\d\d-(0[1-9]|1[0-2])$": _MONTH,
    r"^(20[0-9]{2})-(0[1-9]|1[0-2])$": _MONTH,
    r"^([0-9]{4}-[0-9]{2})?$": _MONTH,
    r"^(19|20)\d\d(-(0[1-9]|1[0-2])|-Q[1-4])?$": _PERIOD,
    r"^([0-9]{4}(-Q[1-4]|-[0-9]{2})?)?$": _PERIOD,
    r"^\d{4}(-(0[1-9]|1[0-2]|Q[1-4]))?$": _PERIOD,
}


def invalid_text(error: Mapping[str, Any]) -> Text:
    """One of the errors that pydantic or FastAPI lists (`type`, `msg`, `ctx`), as a sentence without its place."""
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] in _WHOLE:
        return Text(zh=in_chinese(message), en=message)
    words = _of_pattern(error)
    if words is not None:
        return Text(zh=f"应为: {words.zh}", en=f"expected: {words.en}")
    return Text(zh=f"应为: {in_chinese(message)}", en=message)


def _of_pattern(error: Mapping[str, Any]) -> Text | None:
    """The words of the pattern that a text does not match; of a choice of words, the words."""
    if error["type"] != "string_pattern_mismatch":
        return None
    pattern = error["ctx"]["pattern"]
    choice = re.fullmatch(r"\^\(([a-z|]+)\)\??\$", pattern)
    if choice:
        words = choice[1].replace("|", ", ")
        return Text(zh=f"以下之一: {words}", en=f"one of {words}")
    return PATTERNS.get(pattern)
