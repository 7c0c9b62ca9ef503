"""What a measure must say before it is ordered: person, measure, date and acceptance standard. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from central.domain import Text
from central.mending.refused import MendingRefused

EVIDENCE_MAX = 50
DUE_DAYS_MAX = 3660


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A measure as it is written down; `due` is the last day. `unit` '' = the project's own."""

    person: str
    measure: str
    due: date | None
    acceptance_standard: str
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of evidence: a photo or a still by the SHA-256 of its bytes, and what it shows."""

    kind: Literal["photo", "still"]
    sha256: str
    note: str = ""


_WORDS = {
    "person": Text(zh="责任人", en="responsible person"),
    "measure": Text(zh="整改措施", en="measure"),
    "due": Text(zh="完成时限", en="due day"),
    "acceptance_standard": Text(zh="验收标准", en="acceptance standard"),
}


def check_order(order: Order, *, today: date) -> None:
    """MendingRefused at the first field that is missing, or a day that is past or beyond reason."""
    for name, word in _WORDS.items():
        value = getattr(order, name)
        if value is None or (isinstance(value, str) and not value.strip()):
            raise MendingRefused(
                "missing",
                Text(zh=f"缺少{word.zh}, 否则不能派单", en=f"no {word.en}: nothing can be ordered without it"),
                where=name,
                expected=Text(zh=f"填写{word.zh}", en=f"the {word.en}"),
            )
    if order.due is not None and order.due < today:
        raise MendingRefused(
            "missing",
            Text(zh=f"完成时限 {order.due} 已过", en=f"due day {order.due} is past"),
            where="due",
            expected=Text(zh=f"{today} 或以后", en=f"{today} or later"),
        )
    last = today + timedelta(days=DUE_DAYS_MAX)
    if order.due is not None and order.due > last:
        raise MendingRefused(
            "missing",
            Text(zh=f"完成时限 {order.due} 过远", en=f"due day {order.due} is too far ahead"),
            where="due",
            expected=Text(zh=f"{last} 或以前", en=f"{last} or earlier"),
        )


def check_reason(reason: str, *, where: str) -> str:
    """The reason, trimmed; MendingRefused where there is none."""
    found = reason.strip()
    if not found:
        raise MendingRefused(
            "missing",
            Text(zh="缺少理由", en="no reason"),
            where=where,
            expected=Text(zh="写明理由", en="the reason in words"),
        )
    return found


def check_pieces(pieces: Sequence[Piece]) -> None:
    """MendingRefused where there is no evidence, or a wagon load."""
    if not 1 <= len(pieces) <= EVIDENCE_MAX:
        raise MendingRefused(
            "missing",
            Text(zh=f"证据 {len(pieces)} 件", en=f"{len(pieces)} pieces of evidence"),
            where="evidence",
            expected=Text(zh=f"1 至 {EVIDENCE_MAX} 件照片或截图", en=f"1 to {EVIDENCE_MAX} photos or stills"),
        )
