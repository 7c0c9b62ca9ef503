"""Every refusal is told in both languages: what pydantic finds, what a pattern asks for, and every sentence of ours."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
from pydantic_core import PydanticKnownError
from pydantic_core.core_schema import ErrorType

from central.api.app import openapi_document
from central.api.invalid_words import PATTERNS, invalid_text
from central.api.refusal_words import refusal_text
from tests.central.api.district import Centre

_CENTRAL = Path(__file__).parents[3] / "central"
_CHINESE = re.compile("[\u4e00-\u9fff]")
_WORD = re.compile("[a-z]{3}")
# Errors of a Python caller, which no JSON, form or address can cause.
_OF_PYTHON = frozenset(
    """no_such_attribute json_type needs_python_object frozen_field frozen_instance invalid_key get_attribute_error
    dataclass_type dataclass_exact_type named_tuple_type default_factory_not_called iterable_type iteration_error
    frozen_dict_type ordered_dict_type counter_type set_item_not_hashable missing_sentinel_error ellipsis_error
    is_instance_of is_subclass_of callable_type arguments_type missing_argument unexpected_keyword_argument
    missing_keyword_only_argument unexpected_positional_argument missing_positional_only_argument
    multiple_argument_values fraction_type fraction_parsing complex_type complex_str_parsing
    value_error assertion_error""".split()  # noqa: SIM905 -- the last two have the words of who raises them
)
_CONTEXT: dict[str, Any] = {
    "gt": 1, "ge": 1, "lt": 1, "le": 1, "multiple_of": 2, "min_length": 1, "max_length": 3, "actual_length": 4,
    "field_type": "List", "pattern": "^a$", "expected": "'a' or 'b'", "error": "odd", "encoding": "utf-8",
    "encoding_error": "odd", "tz_expected": 0, "tz_actual": 1, "discriminator": "'kind'", "tag": "c",
    "expected_tags": "'a', 'b'", "expected_schemes": "'http'", "expected_version": 4, "max_digits": 3,
    "decimal_places": 2, "whole_digits": 1, "class_name": "Order",
}  # fmt: skip


def _of_pydantic(kind: str) -> dict[str, Any]:
    error = PydanticKnownError(kind, _CONTEXT)  # type: ignore[arg-type]  # each takes of the context what it needs
    return {"type": kind, "msg": error.message(), "ctx": _CONTEXT}


@pytest.mark.parametrize("kind", sorted(set(get_args(ErrorType)) - _OF_PYTHON))
def test_every_kind_of_error_has_words(kind: str) -> None:
    found = _of_pydantic(kind)
    said = invalid_text(found)
    assert _CHINESE.search(said.zh.removeprefix("应为")) or said.zh == "应为: UUID", said.zh
    assert found["msg"] not in said.zh
    assert not _CHINESE.search(said.en)


def _patterns(node: Any, schemas: dict[str, Any], seen: set[str]) -> Iterator[str]:
    if isinstance(node, dict):
        name = str(node.get("$ref", "")).rsplit("/", 1)[-1]
        if name and name not in seen:
            seen.add(name)
            yield from _patterns(schemas[name], schemas, seen)
        if isinstance(node.get("pattern"), str):
            yield node["pattern"]
        yield from (found for key, one in node.items() if key != "pattern" for found in _patterns(one, schemas, seen))
    elif isinstance(node, list):
        yield from (found for one in node for found in _patterns(one, schemas, seen))


def test_every_pattern_of_a_request_is_told_in_words() -> None:
    document = openapi_document()
    asked = [
        (one.get("parameters", []), one.get("requestBody", {}))
        for methods in document["paths"].values()
        for one in methods.values()
    ]
    found = set(_patterns([list(one) for one in asked], document["components"]["schemas"], set()))
    assert len(found) > 20
    assert {one for one in found - set(PATTERNS) if "|" not in one} == set()
    for pattern in found:
        said = invalid_text({"type": "string_pattern_mismatch", "msg": f"'{pattern}'", "ctx": {"pattern": pattern}})
        assert pattern not in said.zh + said.en
    assert set(PATTERNS) - found == set(), "words of patterns that no request has"


def _sentences(path: Path) -> Iterator[tuple[str, str]]:
    """What a file refuses with: its argument's name and the sentence, a 7 for each value in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Assign(targets=[ast.Name(id="what" | "expected" as name)], value=value):
                yield name, _spelled(value)
            case ast.Call(func=ast.Name(id="_refused"), args=[what, _, expected]) if path.stem == "fence":
                yield from (("what", _spelled(what)), ("expected", _spelled(expected)))
            case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords) if name in _REFUSED:
                yield from (("what", _spelled(one)) for one in args[:1])
                yield from (("expected", _spelled(one.value)) for one in keywords if one.arg == "expected")


_AS_THEY_ARE = {"image/jpeg", "Tus-Resumable 7", "the user name of a dept_head or leader"}  # the last of a command


def _spelled(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(str(one.value) if isinstance(one, ast.Constant) else "7" for one in values)
    return ""


_REFUSED = frozenset(
    """ActRefused AlreadyThere CheckRefused PlanRefused ReportRefused UnknownThing WhatIfRefused AbsentError BusyError
    ChangedMeanwhileError ChecksumError GoneError InvalidError JpegError NoRoomError OversizeError PauseError QuotaError
    UnauthorisedError WrongMediaTypeError WrongVersionError _invalid""".split()  # noqa: SIM905
)
_SPOKEN_BY = (
    *_CENTRAL.glob("api/*.py"),
    *_CENTRAL.glob("api/routes/*.py"),
    *_CENTRAL.glob("api/views/*.py"),
    *_CENTRAL.glob("api/uploads/*.py"),
    *_CENTRAL.glob("lifecycle/*.py"),
    *(_CENTRAL / "insight" / name for name in ("moving.py", "whatif.py")),
    *(_CENTRAL / "quality" / name for name in ("clauses.py", "fence.py")),
    *(path for path in _CENTRAL.glob("store/save_*.py") if path.stem not in {"save_addresses", "save_ladders"}),
    *(_CENTRAL / "store" / name for name in ("act_evaluated.py", "act_mended.py", "order_mended.py")),
)


@pytest.mark.parametrize("path", sorted(_SPOKEN_BY), ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_every_sentence_of_a_refusal_has_chinese_words(path: Path) -> None:
    english = []
    for name, text in _sentences(path):
        if not _WORD.search(text) or text in _AS_THEY_ARE:
            continue
        said = refusal_text(text, "7") if name == "what" else refusal_text("7", text)
        if not _CHINESE.search(said.zh.replace("应为", "")):
            english.append((name, text))
    assert english == []


@pytest.mark.parametrize(
    ("what", "expected", "zh"),
    [
        ("2026-12-01, after 2026-11-22", "a day that has come",
         "2026-12-01, 晚于今天 2026-11-22; 应为: 今天或以前的日期"),
        ("no warning '99'", "one within your scope", "没有预警 '99'; 应为: 您有权看到的一项"),
        ("proposal 7 is withdrawn", "one that waits for a decision", "proposal 7 已撤回; 应为: 等待批准的一项"),
        ("40 lines", "at most 20: fewer dimensions or a filter", "40 行; 应为: 至多 20 行: 少选几个维度或加筛选"),
        ("what nobody wrote", "nor this", "what nobody wrote; 应为: nor this"),
    ],
)  # fmt: skip
def test_values_stay_and_words_are_chinese(what: str, expected: str, zh: str) -> None:
    assert refusal_text(what, expected).zh == zh


def _said(answer: httpx.Response) -> dict[str, str]:
    found: dict[str, str] = answer.json()["text"]
    assert set(found) == {"zh", "en"}
    return found


ORDER = {"person": "builder", "measure": "m", "acceptance_standard": "s", "due": "2026-12-05"}


@pytest.mark.parametrize(
    ("body", "zh", "en"),
    [
        ({"version": None, "due": None, "also": None}, "应为: 列表", "Input should be a valid list"),
        ({**ORDER, "surprise": 1}, "没有这个字段, 请删去", "Extra inputs are not permitted"),
        ({**ORDER, "due": "soon"}, "应为: 日期, 写作 YYYY-MM-DD", "Input should be a valid date"),
        ({**ORDER, "measure": 1}, "应为: 文字", "Input should be a valid string"),
        ({**ORDER, "measure": "x" * 5000}, "应为: 至多 4000 个字", "String should have at most 4000 characters"),
        ({**ORDER, "measure": "\0"}, "应为: 文字, 没有控制字符", "expected: text without control characters"),
        ([], "应为: 一组内容", "Input should be a valid dictionary"),
    ],
)
def test_a_form_that_is_not_in_order_is_answered_in_both_languages(
    centre: Centre, body: object, zh: str, en: str
) -> None:
    answer = centre.client("owner").post("/api/v1/warnings/1/assign", json=body)
    assert answer.status_code == 422
    assert _said(answer)["zh"] == zh
    assert _said(answer)["en"].startswith(en)


@pytest.mark.parametrize(
    ("method", "path", "status", "zh"),
    [
        ("GET", "/api/v1/warnings/99999", 404, "没有预警 '99999'; 应为: 您有权看到的一项"),
        ("GET", "/api/v1/nowhere", 404, "没有这个地址; 应为: 接口文档里的地址"),
        ("DELETE", "/api/v1/district", 405, "这个地址不支持这种操作; 应为: 接口文档里的地址"),
        ("GET", "/api/v1/projects?street=%00", 400, "有无法保存的字符; 应为: 普通地址"),
        ("GET", "/api/v1/rectifications/indicators?since=x", 422, "应为: 日期, 写作 YYYY-MM-DD"),
    ],
)
def test_whatever_is_refused_is_told_in_both_languages(
    centre: Centre, method: str, path: str, status: int, zh: str
) -> None:
    answer = centre.client("leader").request(method, path)
    assert (answer.status_code, _said(answer)["zh"]) == (status, zh)


def test_without_a_token_people_are_told_to_sign_in(centre: Centre) -> None:
    assert "重新登录" in _said(centre.client().get("/api/v1/district"))["zh"]
