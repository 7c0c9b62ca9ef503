"""Days out of a goal as people write it: 2025-12-31前, 年底前, 第三季度, 6月底, 90天内, 自…至… Pure.

Words without a year take the year they are told; without one they are words and no date.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from central.scoring.saying import MASK, number_of

SPAN_MAX = 1000  # of days to years: nobody plans further
_CN = "[一二两三四五六七八九十]+"
_NUM = rf"(?:\d{{1,3}}|{_CN})"
_YEAR = r"(?P<year>(?:19|20)\d{2})\s*年?"
_HOLIDAYS = {"元旦": (1, 1), "五一": (5, 1), "劳动节": (5, 1), "七一": (7, 1), "国庆": (10, 1), "教师节": (9, 10)}
_SERVED = r"[^,,。;]{0,6}(?:办结|办理|答复|反馈|响应|处置|受理|回复|到达|上报|处理|审批|审核)"
_NOT_A_MEASURE = r"(?<![\d.])(?<!控制在)(?<!不超过)(?<!压缩[至到])(?<!缩短[至到])"
_RELATIVE_YEAR = {"今年": 0, "本年": 0, "当年": 0, "年": 0, "明年": 1, "次年": 1, "后年": 2}
VAGUE = re.compile(
    "尽快|早日|适时|近期|逐步|不断|持续|长期|今后|届时|时机成熟|有序|定期|及时|按期|按时|如期|分批|分阶段"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """What a text says of time. `due` the last day it names, `start` the first of a range; `words` as they were
    written ('' = none); `rest` the text with all of it masked. `problem` = a day that is none, or no year is known."""

    start: date | None
    due: date | None
    words: str
    rest: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Found:
    at: int
    end: int
    words: str
    first: date | None
    last: date | None
    spans: bool = False  # one that names both its first and its last year


def deadline(text: str, *, year: int | None = None, start: date | None = None) -> Deadline:
    """What a normal text says of time; where no year is written it is one that the text names, `year`, or `start`'s."""
    written = re.search(r"(?:19|20)\d{2}(?=\s*年|-\d)", text)
    base = int(written[0]) if written else year if year is not None else start.year if start is not None else None
    found: list[_Found] = []
    for pattern, read in _PATTERNS:
        for hit in pattern.finditer(text):
            first, last = read(hit, base, start)
            found.append(_Found(hit.start(), hit.end(), hit[0], first, last, spans=read is _years))
        text = pattern.sub(lambda hit: MASK * len(hit[0]), text)
    found.sort(key=lambda one: one.at)
    words = "、".join(one.words.strip() for one in found)
    known = [one for one in found if one.last is not None]
    if not known:
        return Deadline(start=None, due=None, words=words, rest=text, problem=words)
    opens = _range_start(known, text)
    ends = [one.last for one in known if one is not opens and one.last is not None]
    begin = opens.first if opens is not None else next((one.first for one in known if one.spans), None)
    if not ends:
        return Deadline(start=begin, due=None, words=words, rest=text)
    return Deadline(start=begin, due=max(ends) if opens is None else ends[-1], words=words, rest=text)


def _range_start(known: list[_Found], text: str) -> _Found | None:
    """The first of two days that are joined by 至, 到 or a dash, the one after 自 or 从, or the one before 起."""
    for one, following in pairwise(known):
        if re.fullmatch(r"(?:起)?(?:至|到|—+|-+|~)", text[one.end : following.at].strip(" " + MASK)):
            return one
    for one in known[:-1]:
        if text[: one.at].rstrip().endswith(("自", "从")):
            return one
    return next((one for one in known if text[one.end :].startswith("起")), None)


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _day_of(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


def _both(day: date | None) -> tuple[date | None, date | None]:
    return day, day


def _full(hit: re.Match[str], base: int | None, start: date | None) -> tuple[date | None, date | None]:
    return _both(_day_of(int(hit["year"]), int(hit["month"]), int(hit["day"])))


def _month(hit: re.Match[str], base: int | None, start: date | None) -> tuple[date | None, date | None]:
    year = _year_of(hit, base)
    month = int(number_of(hit["month"]) or 0)
    if year is None or not 1 <= month <= 12:
        return None, None
    first = date(year, month, 1)
    return first, _part_of(first, hit["part"] or "")


def _part_of(first: date, part: str) -> date:
    match part:
        case "前" | "之前" | "以前" | "初" | "初前":
            return first - timedelta(days=1) if "初" not in part else first.replace(day=5)
        case "上旬" | "上旬前":
            return first.replace(day=10)
        case "中旬" | "中旬前":
            return first.replace(day=20)
        case _:
            return _month_end(first.year, first.month)


def _month_day(hit: re.Match[str], base: int | None, start: date | None) -> tuple[date | None, date | None]:
    year = _year_of(hit, base)
    month, day = number_of(hit["month"]), number_of(hit["day"])
    if year is None or month is None or day is None:
        return None, None
    return _both(_day_of(year, int(month), int(day)))


def _quarter(hit: re.Match[str], base: int | None, start: date | None) -> tuple[date | None, date | None]:
    year = _year_of(hit, base)
    nth = int(number_of(hit["nth"]) or 0)
    if year is None or not 1 <= nth <= 4:
        return None, None
    return date(year, 3 * nth - 2, 1), _month_end(year, 3 * nth)


def _half(hit: re.Match[str], base: int | None, start: date | None) -> tuple[date | None, date | None]:
    year = _year_of(hit, base)
    if year is None:
        return None, None
    return (date(year, 1, 1), date(year, 6, 30)) if hit["half"] == "上" else (date(year, 7, 1), date(year, 12, 31))


def _whole_year(hit: re.Match[str], base: int | None, start: date | None) -> tuple[date | None, date | None]:
    year = int(hit["year"])
    if (hit["part"] or "") in ("前", "之前", "以前"):
        return None, date(year - 1, 12, 31)
    return date(year, 1, 1), date(year, 12, 31)


def _years(hit: re.Match[str], base: int | None, start: date | None) -> tuple[date | None, date | None]:
    return date(int(hit["year"]), 1, 1), date(int(hit["last"]), 12, 31)


def _this_year(hit: re.Match[str], base: int | None, start: date | None) -> tuple[date | None, date | None]:
    if base is None:
        return None, None
    year = base + next((by for word, by in _RELATIVE_YEAR.items() if hit[0].startswith(word)), 0)
    return date(year, 1, 1), date(year, 12, 31)


def _holiday(hit: re.Match[str], base: int | None, start: date | None) -> tuple[date | None, date | None]:
    year = _year_of(hit, base)
    if year is None:
        return None, None
    return _both(date(year, *_HOLIDAYS[hit["name"]]) - timedelta(days=1))


def _season(hit: re.Match[str], base: int | None, start: date | None) -> tuple[date | None, date | None]:
    """Before a season or a feast of the moon: no certain day, whatever the year."""
    return None, None


def _five_years(hit: re.Match[str], base: int | None, start: date | None) -> tuple[date | None, date | None]:
    last = 2010 + 5 * "二三四五六七".index(hit["nth"]) + 5
    return date(last - 4, 1, 1), date(last, 12, 31)


def _span(hit: re.Match[str], base: int | None, start: date | None) -> tuple[date | None, date | None]:
    many = 0.5 if hit["many"] == "半" else number_of(hit["many"]) or 0
    if start is None or many > SPAN_MAX:
        return None, None
    days = {"年": 365, "月": 30.44, "周": 7, "星期": 7, "天": 1, "日": 1, "工作日": 1.4, "季度": 91.3}[hit["of"]]
    return start, start + timedelta(days=round(many * days))


def _year_of(hit: re.Match[str], base: int | None) -> int | None:
    if hit["year"]:
        return int(hit["year"])
    relative = hit.groupdict().get("relative")
    return None if base is None else base + _RELATIVE_YEAR.get(relative or "年", 0)


_WHICH = rf"(?:{_YEAR}|(?P<relative>今年|本年|当年|明年|次年|后年)度?)?\s*的?"
_PART = r"(?P<part>底|末|份|前|之前|以前|初|上旬|中旬|下旬|底前|末前|份前|中旬前|上旬前|下旬前)?"
_Read = Callable[[re.Match[str], "int | None", "date | None"], "tuple[date | None, date | None]"]
_PATTERNS: tuple[tuple[re.Pattern[str], _Read], ...] = (
    (
        re.compile(r"(?P<year>(?:19|20)\d{2})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*[日号]?"),
        _full,
    ),
    (re.compile(r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})(?!\d)"), _full),
    (re.compile(rf"{_WHICH}(?P<month>{_NUM})月(?P<day>{_NUM})[日号]"), _month_day),
    (
        re.compile(r"(?P<year>(?:19|20)\d{2})\s*年?\s*(?:-|—+|~|至|到)\s*(?P<last>(?:19|20)\d{2})\s*年(?:底|末|度)?"),
        _years,
    ),
    (
        re.compile(
            rf"{_WHICH}(?<![\d个])(?P<month>(?:\d{{1,2}}|十[一二]?|[一二三四五六七八九]))月(?!度|均|报|供){_PART}"
        ),
        _month,
    ),
    (re.compile(r"(?P<year>(?:19|20)\d{2})-(?P<month>0[1-9]|1[0-2])(?!\d)(?P<part>底|末|前)?"), _month),
    (re.compile(rf"{_WHICH}(?:第|前)?(?P<nth>[一二三四1234])季度(?:底|末)?"), _quarter),
    (re.compile(rf"{_YEAR}?\s*(?P<relative>$^)?Q(?P<nth>[1-4])(?!\d)"), _quarter),
    (re.compile(rf"{_WHICH}(?P<half>[上下])半年(?:内|底|末)?"), _half),
    (re.compile(rf"{_WHICH}(?P<name>{'|'.join(_HOLIDAYS)})(?:节)?(?:之|以)?前"), _holiday),
    (re.compile(rf"{_WHICH}(?:汛期|雨季|入冬|供暖季?|采暖[季期]|开学|春节|中秋节?|端午节?|春耕)(?:之|以)?前"), _season),
    (re.compile(r"“?十(?P<nth>[二三四五六七])五”?(?:期末|末|期间|时期)"), _five_years),
    (
        re.compile(
            r"(?P<year>(?:19|20)\d{2})\s*年(?P<part>底前|年底|年末|底|末|内|度|之前|以前|前(?![一二三四\d□])|全年)?"
        ),
        _whole_year,
    ),
    (
        re.compile(r"(?:今年|本年|当年|明年|次年|后年)(?:底|末|内|度)?|年底|年末|年内|全年|本年度|年度内|岁末"),
        _this_year,
    ),
    (
        re.compile(
            rf"{_NOT_A_MEASURE}(?P<many>\d+|{_CN}|半)\s*个?(?P<of>年|月|周|星期|天|日|工作日|季度)(?:之|以)?内(?!{_SERVED})"
        ),
        _span,
    ),
)
