"""What is handed in for the ledger, what became of it, and what is wrong with it by itself."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date

from central.domain import FundEntry, Text
from central.money.lines import SEPARATOR

DAY_MIN, DAY_MAX = date(2000, 1, 1), date(2099, 12, 31)  # a slip of the year is no voucher of the year 202
AMOUNT_FEN_MAX = 10**15  # ten thousand billion yuan: more is a slip of the unit
SHORT, LONG = 128, 512  # characters of names and of notes
TEXTS = {"project": SHORT, "voucher": SHORT, "line": SHORT, "contract": SHORT, "payee": SHORT, "reverses": SHORT}
KEYS = ("voucher", "project", "reverses")  # what entries are found by
TOTAL_FEN_MAX = 10**16  # of one kind in one project: so many sums fit a database's integer
MORE_TEXTS = {"approver": SHORT, "object_code": SHORT, "note": LONG, "source": SHORT}
_NEGATIVE = "负数(冲正)", "a negative amount (a reversal)"
_POSITIVE = "正数(退款或更正: 写明被冲正的凭证)", "a positive amount (a refund names the voucher that it reverses)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """An entry as it was handed in. `object_code` names the thing that is paid for (an invoice, a piece of land), so
    that it is not paid for twice; `source` is where the entry came from and not part of what is compared."""

    entry: FundEntry
    approver: str = ""
    object_code: str = ""
    note: str = ""
    source: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """A voucher is one entry of one project."""
        return self.entry.project, self.entry.voucher

    def says(self, other: Posting) -> bool:
        """Whether the two are the same entry: all but where they came from."""
        return not self.differs(other)

    def differs(self, other: Posting) -> tuple[str, ...]:
        """Names of what the two say differently."""
        plain = ("kind", "day", "amount_fen", "line", "contract", "payee", "wage_fen", "reverses")
        pairs = [(name, getattr(self.entry, name), getattr(other.entry, name)) for name in plain]
        pairs += [(name, getattr(self, name), getattr(other, name)) for name in ("approver", "object_code", "note")]
        return tuple(name for name, mine, theirs in pairs if mine != theirs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why an entry is not taken: `where` is the field."""

    code: str
    where: str
    what: Text
    expected: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """An entry of the ledger: the `nth` of its project, chained to the one before it. `flags` say what is odd of it."""

    posting: Posting
    nth: int
    flags: tuple[str, ...]
    by: str
    at_ms: int
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The same entry was there already."""

    posting: Posting


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Another entry is there under this voucher; `differs` names the fields. Recorded, never overwritten."""

    posting: Posting
    differs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Not taken."""

    posting: Posting
    refusal: Refusal


Outcome = Posted | Known | Conflict | Refused


def refused(code: str, where: str, *, what: tuple[str, str], expected: tuple[str, str]) -> Refusal:
    """A refusal in Chinese and English, each given as (zh, en)."""
    return Refusal(code=code, where=where, what=Text(zh=what[0], en=what[1]), expected=_text(expected))


def fault_of(posting: Posting) -> Refusal | None:
    """What is wrong with an entry by itself, whatever else the ledger has; None when nothing is."""
    return (
        text_fault(posting) or _line_fault(posting.entry) or _day_fault(posting.entry) or _amount_fault(posting.entry)
    )


def text_fault(posting: Posting) -> Refusal | None:
    """A text that no database can be asked for or keep, or that is too long; None when all are fine."""
    texts = [(name, getattr(posting.entry, name), limit) for name, limit in TEXTS.items()]
    texts += [(name, getattr(posting, name), limit) for name, limit in MORE_TEXTS.items()]
    for name, value, limit in texts:
        if len(value) > limit or value != value.strip() or _unprinted(value, name=name):
            shown = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in value[:40])
            expected = f"{limit} 个字符以内,无控制符及首尾空格", f"up to {limit} characters, no control or outer blanks"
            return refused("text", name, what=(shown, shown), expected=expected)
    if not posting.entry.voucher:
        return refused("voucher", "voucher", what=("空", "nothing"), expected=("凭证号", "the voucher's number"))
    return None


def _unprinted(value: str, *, name: str) -> bool:
    """Whether a text has what no sheet, report or database holds; in a key also what nobody sees: it would be another
    voucher that looks the same."""
    never = {"Cc", "Cs", "Cf"} if name in KEYS else {"Cc", "Cs"}
    return any(unicodedata.category(c) in never or c in "\ufffe\uffff" for c in value)


def _line_fault(entry: FundEntry) -> Refusal | None:
    line = entry.line
    if line and not all(part and part == part.strip() for part in line.split(SEPARATOR)):
        expected = f"以 {SEPARATOR} 分级的预算科目", f"names separated by {SEPARATOR}"
        return refused("line", "line", what=(line, line), expected=expected)
    return None


def _day_fault(entry: FundEntry) -> Refusal | None:
    if DAY_MIN <= entry.day <= DAY_MAX:
        return None
    expected = f"{DAY_MIN} 至 {DAY_MAX} 之间的日期", f"a day from {DAY_MIN} to {DAY_MAX}"
    return refused("day", "day", what=(str(entry.day), str(entry.day)), expected=expected)


def _amount_fault(entry: FundEntry) -> Refusal | None:
    sign = -1 if entry.reverses else 1
    if not 0 < sign * entry.amount_fen <= AMOUNT_FEN_MAX:
        zh, en = _NEGATIVE if entry.reverses else _POSITIVE
        expected = f"{zh}, 至多 {AMOUNT_FEN_MAX} 分", f"{en}, of at most {AMOUNT_FEN_MAX} fen"
        return refused("amount", "amount_fen", what=fen_words(entry.amount_fen), expected=expected)
    wage_fen = sign * entry.wage_fen
    if not 0 <= wage_fen <= (sign * entry.amount_fen if entry.kind == "pay" else 0):
        expected = (
            "支付金额中的工资部分, 其他类型为 0",
            "the part of a payment's amount that is wages, 0 for other kinds",
        )
        return refused("wage", "wage_fen", what=fen_words(entry.wage_fen), expected=expected)
    return None


def fen_words(fen: int) -> tuple[str, str]:
    """An amount as a refusal names it, in Chinese and English."""
    digits = str(fen) if abs(fen) < 10**24 else f"{'-' if fen < 0 else ''}10^{len(str(abs(fen))) - 1}"
    return f"{digits} 分", f"{digits} fen"


def _text(pair: tuple[str, str]) -> Text:
    return Text(zh=pair[0], en=pair[1])
