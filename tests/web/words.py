"""What a page says, and what no page may say: a word's key, a value that is none, a word of the other language."""

from __future__ import annotations

import re
from functools import cache

from playwright.sync_api import Page

from tests.central.api.test_goals import HOMES, POST, RATE
from tests.central.evaluate.district import OFFICE, UNITS
from tests.web.browser import ROOT

# What a district wrote in one language only, as the fixtures of the pages have it.
NAMES = (
    *(goal["text"]["zh"] for goal in (RATE, HOMES, POST)),
    *("青坪街道", "麦岭街道", "青坪", "麦岭", "区住建局", "区教育局", "总包单位", "农民工工资专户", "年内建成"),
    *("预-1", "拨-1", "支-1", "支-2", "冲-1", *OFFICE, *(f"{unit}主任" for unit in UNITS), *UNITS),
)
# Latin words that Chinese offices write as they are; everything else in Latin letters is a code or a mistake.
WRITTEN_AS_THEY_ARE = frozenset(
    "xlsx json SHA CSV JSON DOCX PDF XLSX AHP SMART WebGL English siteprogress CPI SPI EVM EAC ETC BAC VAC TCPI UTC WLAN".split()  # noqa: SIM905
)
NO_VALUES = re.compile(r"\b(undefined|NaN|Infinity|null|None|True|False)\b|\[object |\{\{|\}\}|\{[a-z]+\}")
LATIN = re.compile(r"[A-Za-z][A-Za-z]{2,}")
# Names of the fixtures that stand in Latin letters.
ADDRESS = re.compile(r"https?://\S+")
NAMED = re.compile(r"\bthe [a-z]+\b|^(street|structure|masonry|base|finish|first|leader|owner|mayor|desk|cashier)\b|(·|:) (owner|cashier)$")
CODE = re.compile(r"[A-Za-z0-9]*[0-9_@/.:+-][A-Za-z0-9_@/.:+-]*")  # gw-1, qp-b2, 0.1.0, schedule_gap, /map
CJK = re.compile(r"[\u3400-\u9fff]+")
SAID = """() => {
  const silent = "script, style, noscript, code, kbd, pre, svg:not(.sign), .mono, [translate=no], [aria-hidden=true]";
  const other = (at) => { const of = at.closest("[lang]"); return of && of !== document.documentElement; };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim(), at = walker.currentNode.parentElement;
    if (text && at && !at.closest(silent) && !other(at) && at.checkVisibility()) found.push(text);
  }
  for (const name of ["aria-label", "title", "placeholder", "alt", "aria-description"])
    for (const at of document.querySelectorAll(`[${name}]`))
      if (!at.closest(silent) && !other(at)) found.push(at.getAttribute(name).trim());
  return [document.title, ...found.filter(Boolean)];
}"""


@cache
def groups() -> re.Pattern[str]:
    """A key of a word, as it would stand in a page that has no word for it."""
    names = set[str]()
    for file in ("zh.ts", "zh.shared.ts", "zh.insight.ts", "zh.commissioning.ts", "zh.office.ts"):
        source = (ROOT / "web" / "src" / "i18n" / file).read_text(encoding="utf-8")
        names.update(re.findall(r"^  (\w+): \{", source, flags=re.MULTILINE))
    assert len(names) > 20
    return re.compile(rf"(?<![\w/.-])(?:{'|'.join(sorted(names))})(?:\.\w+)+(?![\w/-])")


def said(page: Page) -> list[str]:
    """Every visible text, and what a screen reader is told besides; codes and addresses left out."""
    found: list[str] = page.evaluate(SAID)
    return found


def wrong_words(texts: list[str], *, lang: str) -> list[str]:
    """Each text with what is wrong in it."""
    return [f"{why}: {text[:120]}" for text in texts for why in _faults(text, lang=lang)]


def _faults(text: str, *, lang: str) -> list[str]:
    faults = [f"no value {hit.group()!r}" for hit in NO_VALUES.finditer(text)]
    faults += [f"key {hit.group()!r}" for hit in groups().finditer(text)]
    return faults + (_latin(text) if lang == "zh" else _chinese(text))


def _latin(text: str) -> list[str]:
    text = NAMED.sub("", ADDRESS.sub("", text))
    plain = " ".join(word for word in re.split(r"[\s,;，。；:：()（）·“”/]+", text) if not CODE.fullmatch(word))
    return [f"English {word!r}" for word in LATIN.findall(plain) if word not in WRITTEN_AS_THEY_ARE]


def _chinese(text: str) -> list[str]:
    for name in NAMES:
        text = text.replace(name, "")
    return [f"Chinese {word!r}" for word in CJK.findall(text)]
