"""The OpenAPI document: committed fresh, complete, without defaults in answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from central.api.app import openapi_document

COMMITTED = Path(__file__).parents[3] / "docs" / "openapi.json"
DOCUMENT = openapi_document()
OPERATIONS = [
    (method, path, operation) for path, methods in DOCUMENT["paths"].items() for method, operation in methods.items()
]


def test_the_committed_document_is_fresh() -> None:
    assert json.loads(COMMITTED.read_text()) == DOCUMENT, "run: siteprogress-central export-openapi > docs/openapi.json"


def test_it_is_openapi_3_1_and_names_no_host() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    assert "servers" not in DOCUMENT


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=[o["operationId"] for *_, o in OPERATIONS])
def test_every_operation_is_named_described_and_answers_with_a_model(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    assert operation["summary"]
    assert operation["description"]
    status, answer = next((status, body) for status, body in operation["responses"].items() if status.startswith("2"))
    if status == "204" or method == "head":
        assert "content" not in answer
        return
    content = answer["content"]
    schema = content.get("application/json", {}).get("schema", {"$ref": "binary"})
    assert "$ref" in schema


def test_operation_ids_are_unique() -> None:
    ids = [operation["operationId"] for *_, operation in OPERATIONS]
    assert len(ids) == len(set(ids))


def test_no_schema_is_named_after_a_place_in_the_code() -> None:
    """FastAPI puts the module before the name where two models share one: clients would break as files move."""
    assert [name for name in DOCUMENT["components"]["schemas"] if "__" in name] == []


def test_answers_have_every_field_always() -> None:
    answers = named_in([operation["responses"] for *_, operation in OPERATIONS])
    given = named_in([operation.get("requestBody", {}) for *_, operation in OPERATIONS])  # documents come back as given
    assert len(answers - given) > 40
    for name in sorted(answers - given - {"HTTPValidationError", "ValidationError"}):
        schema = DOCUMENT["components"]["schemas"][name]
        assert set(schema.get("required", ())) == set(schema.get("properties", ())), name


def named_in(part: Any) -> set[str]:
    """Names of the schemas that a part of the document refers to, at any depth."""
    found: set[str] = set()
    waiting = [part]
    while waiting:
        here = waiting.pop()
        if isinstance(here, list):
            waiting.extend(here)
        elif isinstance(here, dict):
            name = str(here.get("$ref", "")).rpartition("/")[2]
            if name and name not in found:
                found.add(name)
                waiting.append(DOCUMENT["components"]["schemas"][name])
            waiting.extend(here.values())
    return found
