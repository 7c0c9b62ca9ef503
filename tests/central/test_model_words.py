"""What pydantic expected, in Chinese: every kind of refusal that a document of ours can meet has words."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from central.evaluate.policy import read_policy as read_evaluation
from central.evaluate.result_policy import SHIPPED_DOCUMENT, read_policy
from central.model_words import in_chinese
from central.scoring.refused import ScoringRefused


class Sample(BaseModel):
    """One field of every kind that documents have."""

    model_config = ConfigDict(extra="forbid")
    whole: Annotated[int, Field(ge=1, le=9)] = 1
    above: Annotated[float, Field(gt=1, lt=9, allow_inf_nan=False)] = 2
    line: Annotated[str, Field(min_length=2, max_length=3, pattern="^a+$")] = "aa"
    choice: Literal["a", "b"] = "a"
    flag: bool = False
    day: date = date(2026, 1, 1)
    some: Annotated[tuple[int, ...], Field(min_length=1, max_length=2)] = (1,)
    table: dict[str, int] = {}
    inner: Sample | None = None


@pytest.mark.parametrize(
    ("given", "zh"),
    [
        ({"whole": 0}, "不小于 1"),
        ({"whole": 10}, "不大于 9"),
        ({"whole": "x"}, "整数"),
        ({"whole": 1.5}, "整数"),
        ({"above": 1}, "大于 1"),
        ({"above": 9}, "小于 9"),
        ({"above": "x"}, "数"),
        ({"above": float("nan")}, "有限的数"),
        ({"line": "a"}, "至少 2 个字"),
        ({"line": "aaaa"}, "至多 3 个字"),
        ({"line": "ab"}, "符合格式 ^a+$"),
        ({"line": 1}, "文字"),
        ({"choice": "c"}, "以下之一: 'a', 'b'"),
        ({"flag": "perhaps"}, "是或否"),
        ({"day": "2026"}, "日期, 写作 YYYY-MM-DD"),
        ({"day": []}, "日期, 写作 YYYY-MM-DD"),
        ({"some": []}, "至少 1 项(现有 0 项)"),
        ({"some": [1, 2, 3]}, "至多 2 项(现有 3 项)"),
        ({"some": 1}, "列表"),
        ({"table": 1}, "一组内容"),
        ({"inner": 1}, "一组内容"),
        ({"other": 1}, "没有这个字段, 请删去"),
    ],
)
def test_every_kind_has_words(given: dict[str, Any], zh: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Sample.model_validate(given)
    assert in_chinese(refused.value.errors()[0]["msg"]) == zh


@pytest.mark.parametrize(
    "change",
    [
        {"cuts": []},
        {"appeal_days": 99},
        {"since": "soon"},
        {"surprise": 1},
        {"groups": SHIPPED_DOCUMENT["groups"][:1] * 2},
        {"groups": [{**SHIPPED_DOCUMENT["groups"][0], "kinds": []}]},
        {"awards": [{**SHIPPED_DOCUMENT["awards"][0], "groups": ["nobody"]}]},
    ],
)
def test_a_table_of_results_is_refused_in_both_languages(change: dict[str, Any]) -> None:
    with pytest.raises(ScoringRefused) as refused:
        read_policy({**SHIPPED_DOCUMENT, **change}, version=1)
    said = refused.value.text
    assert re.search("[\u4e00-\u9fff]", said.zh.split("应为")[1])
    assert "Value error" not in said.en


def test_an_evaluation_policy_is_refused_in_both_languages() -> None:
    with pytest.raises(ScoringRefused) as refused:
        read_evaluation({"chains": 3}, version=1)
    assert re.search("[\u4e00-\u9fff]", refused.value.text.zh.split("应为")[1])


def test_what_nobody_wrote_stays() -> None:
    assert in_chinese("what nobody wrote") == "what nobody wrote"
