"""Why an act of evaluating is refused: what, where, what was expected, in both languages, and a code. Pure."""

from __future__ import annotations

from typing import Literal

from central.domain import Text
from central.errors import CentralError

RefusalCode = Literal[
    "wrong_state", "not_yours", "own_work", "too_late", "too_early", "backdated", "missing", "unknown"
]


class EvaluationRefused(CentralError):  # noqa: N818 -- reads as what it is
    """An act of evaluating, ranking or following up that may not be done, or not so; nothing of it was stored.

    `text` says it to people in zh-CN and English.
    """

    def __init__(self, code: RefusalCode, what: Text, *, where: str, expected: Text) -> None:
        super().__init__(what.en, where=where, expected=expected.en)
        self.code = code
        self.text = Text(zh=f"{what.zh}; 应为: {expected.zh}", en=f"{what.en}; expected: {expected.en}")
