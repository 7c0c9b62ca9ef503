"""The formula of a leaf for people: sheets keep it as `leaf.formula` wrote it, with its numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from central.domain import Text

_Said = tuple[str, str, str]  # as it is kept, in Chinese, in English
_SAID: Sequence[_Said] = (
    (r"0 \(missing, due\)", "0 (到期未填)", "0 (missing, due)"),
    (r"not due, no weight", "未到期, 不计权重", "not due, no weight"),
    (r"not applicable, no weight", "不适用, 不计权重", "not applicable, no weight"),
    (
        r"0 \(sample too small: (.+) is shown, not counted as met\)",
        "0 (样本过少: {0} 只作展示, 不算达标)",
        "0 (sample too small: {0} is shown, not counted as met)",
    ),
    (r"100 if (.+) else (.+)", "{0} 时得 100, 否则得 {1}", "100 when {0}, otherwise {1}"),
    (r"points of the panel (.+): (.+)", "专家评分 {0}: {1}", "points of the panel {0}: {1}"),
)
_REVIEW = "; target beaten by more than 30 %, review the target"


def formula_text(formula: str) -> Text:
    """The formula in both languages; arithmetic alone is the same in both."""
    bare = formula.removesuffix(_REVIEW)
    said = _said(bare)
    if bare == formula:
        return said
    return Text(zh=f"{said.zh}; 超过目标 30% 以上, 请复核目标", en=said.en + _REVIEW)


def _said(formula: str) -> Text:
    for kept, zh, en in _SAID:
        if found := re.fullmatch(kept, formula):
            return Text(zh=zh.format(*found.groups()), en=en.format(*found.groups()))
    return Text(zh=formula, en=formula)
