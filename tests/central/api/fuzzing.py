"""A test of every operation of an OpenAPI document; what is sent to one is made when its test runs.

Schemathesis' own `parametrize` makes the requests of all operations when tests are collected: every worker spent twenty
seconds on what one of them would send."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import load_all_checks
from schemathesis.generation.feedback import NO_FEEDBACK
from schemathesis.generation.hypothesis import builder
from schemathesis.pytest._test_builder import build_operation_test  # what `parametrize` itself calls

Test = Callable[..., None]
LEFT_OUT = (
    builder.InvalidHeadersExampleMark,
    builder.InvalidRegexMark,
    builder.MissingPathParameters,
    builder.NonSerializableMark,
    builder.UnsatisfiableExampleMark,
    builder.UnserializablePayloadMark,
)
"""With what a test is marked when a part of its operation cannot be sent."""


def fuzzed(schema: Any, *, examples: int) -> Callable[[Test], Test]:
    """The test gets `case` (among its fixtures): for each operation what covers its document, and so many at random."""

    def decorate(test: Test) -> Test:
        made = _maker(schema, test, examples=examples)

        def of_operation(operation: str, **fixtures: Any) -> None:
            made(operation)(**fixtures)

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


def _maker(schema: Any, test: Test, *, examples: int) -> Callable[[str], Test]:
    """The test of one operation, by its label; made once for all databases."""
    kept = settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )(test)

    @cache
    def made(label: str) -> Test:
        load_all_checks()
        method, path = label.split(" ", 1)
        found: Test = build_operation_test(
            config=schema.config, operation=schema[path][method], test_func=kept, given_kwargs={}, feedback=NO_FEEDBACK
        )
        left_out = [mark.get(found) for mark in LEFT_OUT if mark.is_set(found)]
        assert not left_out, f"{label}: not all of it can be sent, expected a way to write {left_out}"
        return found

    return made
