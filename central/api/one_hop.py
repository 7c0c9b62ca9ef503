"""Works at a question in one thread from its first dependency to its JSON, so that it is handed over once.

FastAPI gives each dependency, the end of each, the work and its JSON to a thread, one after the other: six hand-overs
of the interpreter between loop and threads, each behind whoever is busy in the meantime (docs/decisions/0043). Here the
same handler runs in one thread. Its coroutines wait for nothing there: what reads no body can be run to its end.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine, Hashable
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from contextvars import ContextVar
from copy import copy
from dataclasses import replace
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, request_response
from starlette.concurrency import run_in_threadpool

_LASTING: ContextVar[ExitStack] = ContextVar("lasting")  # what is open as long as the work
_OPENED: ContextVar[dict[Any, Any] | None] = ContextVar("opened", default=None)  # of that, what is opened once
T = TypeVar("T")
Calls = dict[Callable[..., Any], Callable[..., Any]]
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def in_one_thread(route: APIRoute) -> APIRoute:
    """The same operation answered in one thread, where it is a question of plain functions; else the route itself."""
    if not _is_plain_question(route):
        return route
    inner, answered = copy(route), copy(route)
    inner.dependant = _awaited(route.dependant, {})
    answered.app = request_response(_in_a_thread(inner.get_route_handler()))
    return answered


def opened_once(opened: Callable[[], AbstractContextManager[T]], *, key: Hashable) -> AbstractContextManager[T]:
    """What a question opens once for all that ask for it under this key, until it is answered; where nothing is worked
    at in one thread, as it is opened here."""
    known = _OPENED.get()
    if known is None:
        return opened()
    if key not in known:
        known[key] = _LASTING.get().enter_context(opened())
    found: T = known[key]
    return nullcontext(found)


def _is_plain_question(route: APIRoute) -> bool:
    plain = not inspect.iscoroutinefunction(route.endpoint) and not inspect.isgeneratorfunction(route.endpoint)
    return type(route) is APIRoute and route.methods == {"GET"} and route.body_field is None and plain


def _awaited(needed: Dependant, known: Calls) -> Dependant:
    """The same tree whose functions are coroutines that wait for nothing: FastAPI awaits them where it stands."""
    asked = [_awaited(one, known) for one in needed.dependencies]
    if needed.call is None:
        return replace(needed, dependencies=asked)
    if needed.call not in known:  # one of each: FastAPI keeps what was found by what was called
        known[needed.call] = _at_once(needed.call)
    return replace(needed, dependencies=asked, call=known[needed.call])


def _at_once(call: Callable[..., Any]) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(getattr(call, "__call__", None)):  # noqa: B004
        return call
    if inspect.isgeneratorfunction(call):
        opened = contextmanager(call)

        async def entered(**given: Any) -> Any:
            return _LASTING.get().enter_context(opened(**given))

        return entered

    async def called(**given: Any) -> Any:
        return call(**given)

    return called


def _in_a_thread(answer: Handler) -> Handler:
    async def handle(request: Request) -> Response:
        if getattr(request.app.state, "alone", False):  # this process works at nothing beside it
            return _run_to_its_end(answer, request)
        return await run_in_threadpool(_run_to_its_end, answer, request)

    return handle


def _run_to_its_end(answer: Handler, request: Request) -> Response:
    """What a coroutine returns that never waits; RuntimeError where it does, since nobody would wake it."""
    with ExitStack() as lasting:
        _LASTING.set(lasting)  # in this thread's copy of the context
        _OPENED.set({})
        work = answer(request)
        try:
            work.send(None)
        except StopIteration as ended:
            found: Response = ended.value
            return found
        work.close()
        raise RuntimeError("a question waited for the loop: expected dependencies that answer where they stand")
