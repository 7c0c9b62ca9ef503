"""What gateways say, in Chinese: every refusal of an order or a request has words, values stay."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from central.configuring.gateway_words import gateway_text
from tests.central.plan.test_fault_words import _text

_REMOTE = Path(__file__).parents[3] / "edge_agent" / "remote"


def refusals() -> Iterator[str]:
    """Every message of a RefusedError or ExpiredError that a gateway answers with, a 7 for each value in it."""
    for path in sorted(_REMOTE.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="RefusedError" | "ExpiredError"), args=[what, *_], keywords=keywords):
                    said = {one.arg: _text(one.value) for one in keywords}
                    yield f"{said['where'] or 'parts.model'}: {_text(what) or '7 bytes'}; expected {said['expected']}"
                case ast.Call(func=ast.Name(id="Judged"), keywords=[_, ast.keyword(arg="reason", value=why)]):
                    yield _text(why)


@pytest.mark.parametrize("message", sorted({one for one in refusals() if re.search("[a-z]{3}", one)}))
def test_every_refusal_of_an_order_has_chinese_words(message: str) -> None:
    zh = gateway_text(message).zh
    assert "expected" not in zh
    assert re.search("[\u4e00-\u9fff]", zh), zh


@pytest.mark.parametrize(
    ("message", "zh"),
    [
        ("parts.model: 99 files; expected at most 20, each once", "模型: 99 个文件; 应为: 至多 20 个, 每个一次"),
        (
            "configuration.deadline: 40 s late; expected to be applied before it",
            "限期: 晚了 40 秒; 应为: 在限期前生效",
        ),
        ("no frame looked at within 600 s: c1, c2", "600 秒内没有看到画面: c1, c2"),
        (
            "parts.settings: vision.cells: Input should be greater than 0; expected values that fit",
            "设置: vision.cells: 大于 0; 应为: 合适的值",
        ),
        (
            "parts.settings: value 'x' at policy.vision.fps: expected an integer; expected a policy this version reads",
            "设置: policy.vision.fps: 值 'x'; 应为: 整数; 应为: 这个版本能读的设置",
        ),
        ("rtsp://h:554/x: stream cannot be opened; expected an image within 5 s",
         "rtsp://h:554/x: 码流打不开; 应为: 5 秒内的一幅图像"),
        ("checksum differs at crc: expected crc32 of the records", "crc: 校验和不符; 应为: 与记录相符的 crc32"),
        ("value at recs[0].at: expected Input should be a valid integer", "recs[0].at: 值; 应为: 整数"),
        ("epoch e1: a frame without signature", "批次 e1: 没有签名"),
        ("disk full: readings wait, sending goes on", "磁盘已满: 读数在等空间, 发送照常"),
        ("1 still set aside, the centre does not take it", "1 幅画面中心不收, 已另存在网关上"),
        ("31 px", "31 px"),
        ("", ""),
    ],
)  # fmt: skip
def test_values_stay_and_words_are_chinese(message: str, zh: str) -> None:
    assert gateway_text(message).zh == zh
    assert gateway_text(message).en == message
