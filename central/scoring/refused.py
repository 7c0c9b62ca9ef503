"""Why an act on goals, indicators, values or scores is refused: in both languages, and a code that pages tell apart."""

from __future__ import annotations

from typing import Literal

from central.domain import Text
from central.errors import CentralError

RefusalCode = Literal["wrong_state", "not_yours", "own_work", "missing", "unknown", "conflict"]


class ScoringRefused(CentralError):  # noqa: N818 -- reads as what it is
    """An act that may not be done, or not so. `text` says it to people in zh-CN and English."""

    def __init__(self, code: RefusalCode, what: Text, *, where: str, expected: Text) -> None:
        super().__init__(what.en, where=where, expected=expected.en)
        self.code = code
        self.text = Text(zh=f"{what.zh}; 应为: {expected.zh}", en=f"{what.en}; expected: {expected.en}")
