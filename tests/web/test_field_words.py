"""Every field that a page sends has a name in words: what the centre refuses names it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from central.api.app import openapi_document
from tests.web.browser import ROOT

_CALL = re.compile(r'client\.(GET|POST|PUT|DELETE)\("([^"]+)"')


def _sources() -> Iterator[str]:
    for folder in ("src", "inspect"):
        for path in (ROOT / "web" / folder).rglob("*"):
            if path.suffix in {".ts", ".vue"} and path.name != "schema.gen.ts":
                yield path.read_text(encoding="utf-8")


def _names(node: Any, schemas: dict[str, Any], seen: set[str]) -> Iterator[str]:
    if isinstance(node, dict):
        name = str(node.get("$ref", "")).rsplit("/", 1)[-1]
        if name and name not in seen:
            seen.add(name)
            yield from _names(schemas[name], schemas, seen)
        yield from node.get("properties", ())
        yield from (found for one in node.values() for found in _names(one, schemas, seen))
    elif isinstance(node, list):
        yield from (found for one in node for found in _names(one, schemas, seen))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_field_that_pages_send_has_a_name(lang: str) -> None:
    document = openapi_document()
    calls = {found.groups() for text in _sources() for found in _CALL.finditer(text)}
    assert len(calls) > 100
    asked = [document["paths"][path][method.lower()] for method, path in calls]
    fields = {one["name"] for operation in asked for one in operation.get("parameters", ())}
    bodies = [operation.get("requestBody", {}) for operation in asked]
    fields |= set(_names(bodies, document["components"]["schemas"], set()))
    words = (ROOT / "web" / "src" / "i18n" / f"{lang}.shared.ts").read_text(encoding="utf-8").split("field: {")[1]
    assert fields - set(re.findall(r'(\w+): "', words.split("}")[0])) == set()
