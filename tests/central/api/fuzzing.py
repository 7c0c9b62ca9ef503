"""A test of every operation of an OpenAPI document; what is sent to one is made when its test runs, once.

Schemathesis' own `parametrize` makes the requests of all operations when tests are collected: every worker spent twenty
seconds on what one of them would send. Its own session is a new one for each request: much of a test was connecting."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.generation.feedback import NO_FEEDBACK
from schemathesis.generation.hypothesis import builder
from schemathesis.pytest._test_builder import build_operation_test  # what `parametrize` itself calls
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance
from schemathesis.transport.requests import ManagedCookiesSession  # forgets what a response would have it keep

from central.api.routes.oversight import PDF_TYPE
from central.api.routes.uploads import PIECE_TYPE
from central.api.sent_files import XLSX_TYPE
from tests.central.api.district import Centre

Test = Callable[..., None]
Case = schemathesis.Case[Any]
CHECKS = (not_a_server_error, status_code_conformance, response_schema_conformance)
LEFT_OUT = (
    builder.InvalidHeadersExampleMark,
    builder.InvalidRegexMark,
    builder.MissingPathParameters,
    builder.NonSerializableMark,
    builder.UnsatisfiableExampleMark,
    builder.UnserializablePayloadMark,
)
"""With what a test is marked when a part of its operation cannot be sent."""


@schemathesis.serializer(XLSX_TYPE)
def as_workbook(_context: Any, _value: Any) -> bytes:
    """What is generated for a workbook is none; the tests of imports send real ones."""
    return b"PK no workbook"


@schemathesis.serializer(PIECE_TYPE)
def as_piece(_context: Any, value: Any) -> bytes:
    """Any bytes of an upload."""
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.serializer(PDF_TYPE)
def as_paper(_context: Any, _value: Any) -> bytes:
    """What is generated for a paper is none of the digest in its address."""
    return b"%PDF-no paper"


def kept_line() -> ManagedCookiesSession:
    """Connections that stay, sending what a case says and nothing of their own."""
    session = ManagedCookiesSession()
    session.headers.clear()
    session.trust_env = False
    return session


LINE = kept_line()


def promised(case: Case, centre: Centre, *, token: str, within_s: float = 20.0) -> None:
    """Send a case: the centre must answer with what its document says, never with a 5xx."""
    headers = {"Authorization": f"Bearer {token}"}
    case.call_and_validate(base_url=centre.url, session=LINE, headers=headers, checks=list(CHECKS), timeout=within_s)


def fuzzed(schema: Any, *, examples: int) -> Callable[[Test], Test]:
    """The test gets `case` (among its fixtures): for each operation what covers its document, and so many at random."""

    def decorate(test: Test) -> Test:
        made = _maker(schema, examples=examples)

        def of_operation(operation: str, **fixtures: Any) -> None:
            for case in made(operation):
                test(case=case, **fixtures)

        own = inspect.signature(test)
        asked = [one.replace(kind=one.KEYWORD_ONLY) for name, one in own.parameters.items() if name != "case"]
        operation = inspect.Parameter("operation", inspect.Parameter.KEYWORD_ONLY)
        vars(of_operation)["__signature__"] = own.replace(parameters=[operation, *asked])
        of_operation.__name__, of_operation.__module__ = test.__name__, test.__module__
        labels = [found.ok().label for found in schema.get_all_operations()]
        assert labels, "no operation of this document is meant"
        each: Test = pytest.mark.parametrize("operation", labels)(of_operation)
        return each

    return decorate


def _maker(schema: Any, *, examples: int) -> Callable[[str], tuple[Case, ...]]:
    """What is sent to one operation, by its label; made once for all databases."""
    chosen = settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )

    @cache
    def made(label: str) -> tuple[Case, ...]:
        load_all_checks()
        method, path = label.split(" ", 1)
        found: list[Case] = []

        def gather(case: Case) -> None:
            found.append(case)

        gathering = build_operation_test(
            config=schema.config,
            operation=schema[path][method],
            test_func=chosen(gather),
            given_kwargs={},
            feedback=NO_FEEDBACK,
        )
        left_out = [mark.get(gathering) for mark in LEFT_OUT if mark.is_set(gathering)]
        assert not left_out, f"{label}: not all of it can be sent, expected a way to write {left_out}"
        gathering()
        return tuple(found)

    return made
