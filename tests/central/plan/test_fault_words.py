"""Faults of plan files in Chinese: every sentence the package writes has a pattern."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import central.lifecycle
import central.plan
from central.plan.fault_words import fault_text, in_chinese

_FOLDER = Path(str(central.plan.__file__)).parent
_BESIDE = Path(str(central.lifecycle.__file__)).parent  # other documents that are told of in the same words
_FILES = [path for path in sorted(_FOLDER.glob("*.py")) if path.name not in {"fault_words.py", "exporting.py"}]
_FILES += [_BESIDE / f"{name}.py" for name in ("organisation", "programmes", "templates", "dependencies")]


def sentences(path: Path) -> Iterator[str]:
    """Every text that a file hands to `faults.add` or to a PlanError, with a 7 for each value in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Attribute(attr="add" | "_odd"), args=[_, *told]):
                found: list[ast.expr] = list(told)
            case ast.Return(value=ast.Tuple(elts=told)):
                found = list(told)
            case ast.Call(func=ast.Name(id="PlanError" | "_of_file"), args=args, keywords=keywords):
                found = [*args, *(one.value for one in keywords if one.arg in {"what", "expected"})]
            case _:
                continue
        yield from (text for one in found if (text := _text(one)))


def _text(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in values)
    return ""


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_every_sentence_of_the_package_has_chinese_words(path: Path) -> None:
    english = [
        text
        for text in sentences(path)
        if re.search("[a-z]{3}", text) and text == in_chinese(text, of="found") == in_chinese(text, of="expected")
    ]
    assert english == []


@pytest.mark.parametrize(
    ("what", "expected", "zh"),
    [
        ("nothing", "text of 1 to 128 characters", "没有填; 应为: 1 到 128 个字的文字"),
        ("number 0", "a whole number of fen from 1 to 9", "数字 0; 应为: 1 到 9 的整数(分)"),
        ("weights of the items of building B1 sum to 9000", "10000", "楼栋 B1 各分项权重合计 9000; 应为: 10000"),
        (
            "id 'a' again (分项 row 3)",
            "each id once a plan",
            "编号 'a' 重复(另见 分项 第 3 行); 应为: 一份计划里编号不重复",
        ),
        ("building 'B9'", "an id of sheet 楼栋", "楼栋 'B9'; 应为: “楼栋”表里的编号"),
        (
            "2026-13-40 again (点 row 2)",
            "each day once an item",
            "2026-13-40 重复(另见 点 第 2 行); 应为: 一个分项里日期不重复",
        ),
        (
            "4000 after 5000 (points[1])",
            "a curve that does not fall",
            "4000 在 5000 之后变小(另见 points[1]); 应为: 累计值不下降",
        ),
        ("weights of the buildings of the project sum to 9000", "10000", "各楼栋权重合计 9000; 应为: 10000"),
        ("ids qp-b1", "ids that no other project uses", "编号 qp-b1; 应为: 别的项目没有用过的编号"),
        (
            "5000 after structure 6000",
            "no less than the stage before it",
            "5000, 前一阶段 structure 是 6000; 应为: 不小于前一阶段",
        ),
        ("error '#REF!'", "a value; the formula behind it failed", "错误值 '#REF!'; 应为: 数值; 单元格里的公式出错了"),
        ("nothing", "the id of the unit above", "没有填; 应为: 上级单位的编号"),
        ("what nobody wrote", "yet", "what nobody wrote; 应为: yet"),
    ],
)
def test_values_stay_and_words_are_chinese(what: str, expected: str, zh: str) -> None:
    assert fault_text(what, expected).zh == zh
    assert fault_text(what, expected).en == f"{what}; expected: {expected}"
