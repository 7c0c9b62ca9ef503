"""Numbers and units out of a goal as people write it: 全角, 汉字数字, 不低于, 以上, 万元, 个百分点 … Pure.

What looks like a number and is none (3号楼, 〔2020〕10号, 12345热线, 一网通办) is masked first; dates are masked by
`central.scoring.deadline`. A number counts with the unit behind it, and with the sign before or behind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from central.scoring.units import UNITS

Sign = Literal["≥", "≤", "="]
MASK = "□"
LARGEST = 1e15
_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_TENS = {"十": 10, "百": 100, "千": 1000}
_SCALES = {"万": 10_000, "亿": 100_000_000}
_CN = "[零〇一二两三四五六七八九十百千万亿]+"
_CN_DIGITS = "零〇一二两三四五六七八九"
_CN_DECIMAL = rf"{_CN}(?:点[{_CN_DIGITS}]+)?"
_CN_MAX = 16  # signs: what is longer is no number of anything, and nobody's integer
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_UNIT = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))

_AT_LEAST = (
    "≥|>=|>|不低于|不少于|不小于|不得低于|不得少于|大于等于|大于或等于|大于|超过|高于|多于|至少|最少|突破|"
    "(?:提高|提升|增加|增长|上升|扩大|扩容)(?:到|至)|增至|升至|达到|达|保持在|稳定在|维持在|"
    "at least|no less than|not less than|more than|over"
)
_AT_MOST = (
    "≤|<=|<|不超过|不超出|不高于|不大于|不多于|不得超过|不得高于|小于等于|小于或等于|小于|低于|少于|至多|最多|"
    "控制在|控制到|(?:压缩|压减|缩短|下降|降低|减少|缩减|削减)(?:到|至)|降至|降到|减至|"
    "at most|no more than|not more than|less than|under|below"
)
_EQUAL = "=|等于|为|是"
_CHANGE = "提高|提升|增长|增加|上升|扩大|下降|降低|减少|压减|压缩|缩短|节约|节省|缩减|削减"
_FILLER = r"(?:[约近超]|大约|左右|不少于|不低于|了|\s)*"
_QUANTITY = re.compile(
    rf"(?:(?P<ge>{_AT_LEAST})|(?P<le>{_AT_MOST})|(?P<eq>{_EQUAL})|(?P<change>{_CHANGE}))?{_FILLER}"
    rf"(?P<number>百分之(?:{_CN_DECIMAL}|{_NUMBER})|(?:{_CN}|\d+)分之(?:{_CN}|\d+)|[一二两三四五六七八九](?=成)|{_NUMBER}"
    rf"|{_CN_DECIMAL})\s*(?P<scale>[万亿千百](?![分元]))?余?多?\s*(?P<unit>成|{_UNIT})?"
    r"(?P<tenth>(?<=成)[一二三四五六七八九半])?"
    r"\s*(?P<after>(?:及|或)?以上|(?:及|或)?以下|以内|之内|内|左右|上下)?"
)
_RATE_NAME = re.compile(
    r"(?:率|度|占比|比例|比重|覆盖面)\s*(?:≥|≤|>|<|=|[为达到不低高少于超过至在提升]|以|保持|稳定)*\s*$"
)
_INDEX_NAME = re.compile(r"(?:指数|系数|SPI(?:\(t\))?|CPI|比值|容积率|得分|评分)\D{0,8}$")
_WORDED: tuple[tuple[re.Pattern[str], float, str, Sign], ...] = (
    (re.compile("翻两番"), 300.0, "%", "≥"),
    (re.compile("翻(?:一)?番"), 100.0, "%", "≥"),
    (re.compile("过半|半数以上|一半以上"), 50.0, "%", "≥"),
    (
        re.compile("全覆盖|百分百|百分之百|全部(?=完成|办结|整改|达标|销号|验收|到位|建成|投用|通过|竣工|交付)"),
        100.0,
        "%",
        "=",
    ),
    (re.compile("零增长"), 0.0, "%", "="),
    (re.compile("清零|零(?=发生|事故|投诉|伤亡|死亡|超期|差错|积压|逾期|违规|缺陷|增长的)"), 0.0, "起", "="),
)
_CODES = re.compile(r"[〔\[(【](?:19|20)\d{2}[〕\])】]\s*\d+\s*号|(?:GB|JGJ|JTG|CJJ|DB|ISO|HJ)[/A-Z ]*\d+(?:[./-]\d+)*")
_NO_NUMBERS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\d+\s*[#号](?:楼|院|线|地块|路|桥|泵站|机组|塔|坝|标段|门|仓|井|厂房|库)?",
        r"(?<![A-Za-z])[GSXYC]\d{2,4}(?!\d)(?:国道|省道|县道|高速|线)?",
        r"PM\s?(?:2\.5|10)",
        r"(?:12345|12368|12315|110|119|120|122)(?=热线|平台|工单|报警|指挥|便民|投诉|市民|政务|$|[,,。;])",
        r"[2345]G(?=基站|网络|信号|应用|专网)",
        r"DN\s?\d+",
        rf"第(?:{_CN}|\d+)(?:小学|中学|实验|幼儿园|人民医院|医院|批|期|届|标段|次|轮|产业|方|阶段|税务)",
        rf"(?:{_CN}|\d+)期(?:工程|项目)?",
        r"一网通办|一网统管|一窗受理|一次办好|最多跑一次|一件事|一张网|一张图|一盘棋|一条龙|一站式|一体化|一体|一批|一系列|一定|一些|一户一表|一线|一流|"
        r"一致|一般|统一|唯一|进一步|万众|百姓|千方百计|四好农村路|两不愁三保障|三务公开|三资|三农|两新|双随机|五个一|三个全面|两个维护|四个自信|"
        r"十分(?!之)|万分|(?:三|四|五|六|几|多)(?:个|项|大|类|种)(?=制度|机制|方面|领域|体系|转变|统一)|三重一大|八项规定|三公经费|百日|千家万户|一老一小|三化|七一|五一|十一|一岗双责|三同时|三级|二级|一级|四级|万达|千岛|百年|十大",
        rf"(?:{_CN}|\d+)级(?:医院|标准|资质|响应|公路|保护|等保)?",
        r"24小时(?=值守|值班|开放|服务|在线|不间断|运行)|7×24小时",
        r"[一1]\s*(?:个|套|项|支)(?=[^,,。;]{0,10}(?:体系|机制|制度|格局|氛围|模式|环境|理念|品牌|队伍))",
        r"[AB]\+?级|[A-Z]\d(?!\d)",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number that a goal names. `unit` '' = none was written; `change` = by so much more or less, not to it;
    `name` are the words before it."""

    value: float
    unit: str
    sign: Sign
    change: bool
    name: str
    words: str

    @property
    def is_rate(self) -> bool:
        """Whether it is a share of a whole, which cannot be more than all of it."""
        grows = any(
            word in self.name
            for word in ("增长", "增速", "增幅", "提高", "提升", "下降", "降低", "减少", "负荷", "利用")
        )
        return self.unit in ("%", "‰") and not self.change and not grows and bool(_RATE_NAME.search(self.name))


_SAME = str.maketrans("\u3000≧≦⩾⩽﹪〜", " ≥≤≥≤%~")


def normal(text: str) -> str:
    """Full-width letters, digits and signs as the usual ones; one character stays one."""
    plain = "".join(chr(ord(sign) - 0xFEE0) if 0xFF01 <= ord(sign) <= 0xFF5E else sign for sign in text)
    return plain.translate(_SAME)


def masked(text: str, pattern: re.Pattern[str]) -> str:
    """The text with what fits the pattern covered, as long as before."""
    return pattern.sub(lambda found: MASK * len(found[0]), text)


def without_codes(text: str) -> str:
    """The text without numbers of documents and standards, whose years are no dates."""
    return masked(text, _CODES)


def without_names(text: str) -> str:
    """The text without what only looks like a number."""
    for pattern in _NO_NUMBERS:
        text = masked(text, pattern)
    return text


def quantities(text: str) -> tuple[Quantity, ...]:
    """Every number that measures something, in the order of the text (normal, dates and names masked)."""
    found: list[tuple[int, Quantity]] = []
    for pattern, value, unit, sign in _WORDED:
        for hit in pattern.finditer(text):
            name = text[: hit.start()][-12:]
            one = Quantity(value=value, unit=unit, sign=sign, change="翻" in hit[0], name=name, words=hit[0])
            found.append((hit.start(), one))
        text = masked(text, pattern)
    measured = ((hit.start(), _quantity(text, hit)) for hit in _QUANTITY.finditer(text))
    found += [(at, one) for at, one in measured if one is not None]
    return tuple(one for _, one in sorted(found, key=lambda pair: pair[0]))


def number_of(words: str) -> float | None:
    """95, 1,200, 九十五, 十二万, 百分之八十, 三分之二, as a number (a share as percent).

    None when it is none, or larger than anything that is counted.
    """
    if words.startswith("百分之"):
        return number_of(words.removeprefix("百分之"))
    if "分之" in words:
        below, above = (number_of(part) for part in words.split("分之", 1))
        return None if not below or above is None else 100 * above / below
    if re.fullmatch(_NUMBER, words):
        found: float | None = float(words.replace(",", ""))
    elif "点" in words:
        found = _decimal(words)
    else:
        found = _chinese(words)
    return float(found) if found is not None and found <= LARGEST else None


def _quantity(text: str, hit: re.Match[str]) -> Quantity | None:
    words, unit = hit["number"], hit["unit"] or ""
    value = number_of(words)
    if value is None:
        return None
    name = text[: hit.start()].replace(MASK, " ")[-16:]
    spelled_share = "分之" in words
    if spelled_share:
        unit = "%"
    elif unit == "成":
        tenth = hit["tenth"]
        value, unit = 10 * value + (5 if tenth == "半" else _DIGITS.get(tenth or "零", 0)), "%"
    elif not unit:
        spelled = re.fullmatch(_NUMBER, words) is not None
        indexed = _INDEX_NAME.search(name + (hit["ge"] or hit["le"] or hit["eq"] or ""))
        if not spelled or not (indexed or hit["ge"] or hit["le"] or hit["after"] or _RATE_NAME.search(name)):
            return None
        unit = "指数" if indexed else ""
    scale = hit["scale"]
    if scale and unit not in ("%", "‰"):
        value *= _SCALES.get(scale, _TENS.get(scale, 1))
    return Quantity(
        value=value,
        unit=unit,
        sign=_sign(hit),
        change=hit["change"] is not None,
        name=name,
        words=hit[0].strip(),
    )


def _sign(hit: re.Match[str]) -> Sign:
    after = hit["after"] or ""
    if after.endswith("以上") or hit["ge"]:
        return "≥"
    if after.endswith(("以下", "内")) or hit["le"]:
        return "≤"
    return "=" if hit["eq"] else "≥"


def _decimal(words: str) -> float | None:
    """五点五 = 5.5; None when it is no number."""
    whole, _, part = words.partition("点")
    digits = "".join(str(_DIGITS[sign]) for sign in part[:_CN_MAX] if sign in _DIGITS)
    known = _chinese(whole)
    return None if known is None or not digits else float(f"{known}.{digits}")


def _chinese(words: str) -> int | None:
    """一百二十 = 120, 三千 = 3000, 十二万 = 120000, 二〇二五 = 2025; None when it is no number."""
    if len(words) > _CN_MAX or not re.fullmatch(_CN, words):
        return None
    if all(sign in _DIGITS for sign in words):
        return int("".join(str(_DIGITS[sign]) for sign in words))
    total, section, digit = 0, 0, 0
    for sign in words:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign in _TENS:
            section += (digit or 1) * _TENS[sign]
            digit = 0
        else:
            total = (total + section + digit or 1) * _SCALES[sign]
            section, digit = 0, 0
    return total + section + digit
