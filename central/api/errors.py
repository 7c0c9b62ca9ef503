"""Errors of the API, one table: class -> status and code. The domain raises nothing about HTTP.

ApiError
├── UnauthorisedError     401  token_missing | token_expired | token_invalid | login_failed
├── ReadOnlyError         403  read_only (discipline inspection alone: it may read everything, so nothing is hidden)
├── AbsentError           404  absent (also what is forbidden: the same answer)
├── WrongMediaTypeError   415  wrong_media_type
├── InvalidError          422  invalid | digest_differs | not_a_jpeg | too_many_pixels
│   ├── SaidInvalidError  422  the same, said in both languages
│   └── PlanInvalidError  422  plan_invalid, with every fault of the file
├── StoreAwayError        503  unavailable (the database is away, busy or its disk is full; asking again may help)
├── TooManyTriesError     429  too_many_tries
└── TooOftenError         429  too_often
Uploads have a table of their own, `uploads/refusals`. Bodies over their cap are refused by `shell` (413 too_large),
unforeseen failures become 500 internal.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from central.api.envelopes import PlanFault
from central.api.invalid_words import invalid_text
from central.api.refusal_words import refusal_text
from central.api.store_faults import UNAVAILABLE, why_away
from central.domain import Text

log = logging.getLogger(__name__)
STORE_RETRY_S = 10


class ApiError(Exception):
    """What is wrong, where in the request, and what was expected there."""

    status = 400
    code = "refused"

    def __init__(self, what: str, *, where: str, expected: str, code: str | None = None) -> None:
        super().__init__(f"{what} at {where}: expected {expected}")
        self.what = what
        self.where = where
        self.expected = expected
        self.code = code or type(self).code

    @property
    def headers(self) -> Mapping[str, str]:
        """Extra response headers."""
        return {}

    @property
    def text(self) -> Text:
        """The same for people, in both languages."""
        return refusal_text(self.what, self.expected)

    @property
    def extra(self) -> Mapping[str, Any]:
        """Members beside `error` and `text` in the envelope."""
        return {}


class UnauthorisedError(ApiError):
    """No token, or one that is not good any more; `code` says which."""

    status = 401
    code = "token_invalid"

    @property
    def headers(self) -> Mapping[str, str]:
        return {"WWW-Authenticate": f'Bearer error="{self.code}"'}


class ReadOnlyError(ApiError):
    """Discipline inspection reads everything and changes nothing (C08)."""

    status = 403
    code = "read_only"

    def __init__(self, *, method: str, path: str) -> None:
        super().__init__("discipline inspection is read-only", where=f"{method} {path[:200]}", expected="GET")

    @property
    def text(self) -> Text:
        return Text(zh="纪检监督角色只读, 不能办理业务", en="discipline inspection reads and does not act")


class AbsentError(ApiError):
    """Not there, or not for the caller: nobody can tell which."""

    status = 404
    code = "absent"


class InvalidError(ApiError):
    """The request is well formed and cannot be taken."""

    status = 422
    code = "invalid"


class SaidInvalidError(InvalidError):
    """The same of a rule that speaks both languages itself."""

    def __init__(self, what: Text, *, where: str, expected: Text, code: str | None = None) -> None:
        super().__init__(what.en, where=where, expected=expected.en, code=code)
        self._zh = f"{what.zh}; 应为: {expected.zh}"

    @property
    def text(self) -> Text:
        return Text(zh=self._zh, en=f"{self.what}; expected: {self.expected}")


class PlanInvalidError(InvalidError):
    """A plan file with faults."""

    code = "plan_invalid"

    def __init__(self, faults: Sequence[PlanFault]) -> None:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__(f"{count} in the plan", where="body", expected="see errors")
        self.faults = tuple(faults)

    @property
    def extra(self) -> Mapping[str, Any]:
        return {"errors": [fault.model_dump() for fault in self.faults]}


class WrongMediaTypeError(ApiError):
    """The body is of a kind this address does not take."""

    status = 415
    code = "wrong_media_type"


class StoreAwayError(ApiError):
    """The database cannot answer now; nothing of the request was kept."""

    status = 503
    code = "unavailable"

    def __init__(self, why: Text) -> None:
        super().__init__(why.en, where="database", expected=f"another try after {STORE_RETRY_S} s")
        self.why = why

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Retry-After": str(STORE_RETRY_S)}

    @property
    def text(self) -> Text:
        return self.why


class TooManyTriesError(ApiError):
    """Failed logins; `retry_after_s` tells when the next try is heard."""

    status = 429
    code = "too_many_tries"

    def __init__(self, *, retry_after_s: int) -> None:
        super().__init__("too many failed logins", where="username", expected=f"a pause of {retry_after_s} s")
        self.retry_after_s = retry_after_s

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Retry-After": str(self.retry_after_s)}


class TooOftenError(ApiError):
    """More questions from one neighbourhood than people ask; `retry_after_s` tells when the next is answered."""

    status = 429
    code = "too_often"

    def __init__(self, *, retry_after_s: int) -> None:
        super().__init__(
            "too many questions from this address", where="address", expected=f"a pause of {retry_after_s} s"
        )
        self.retry_after_s = retry_after_s

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Retry-After": str(self.retry_after_s)}


def absent(kind: str, key: str) -> AbsentError:
    """The one answer for what is not there and for what the caller may not see."""
    return AbsentError(f"no {kind} {key[:80]!r}", where=kind, expected="one within your scope")


_STATUS_CODES = {404: "absent", 405: "wrong_method", 400: "malformed", 413: "too_large", 415: "wrong_media_type"}


def envelope(
    *, code: str, what: str, where: str, expected: str, request_id: str, text: Text | None = None
) -> dict[str, Any]:
    """The body of every error; `text` is what people read, made of `what` and `expected` where none is given."""
    fault = {"code": code, "what": what, "where": where, "expected": expected, "id": request_id}
    said = text or refusal_text(what, expected)
    return {"error": fault, "text": {"zh": said.zh, "en": said.en}}


def install_error_handlers(app: FastAPI) -> None:
    """Every way to fail ends in the same envelope; what was not foreseen is logged with its id."""

    @app.exception_handler(ApiError)
    async def known(request: Request, error: ApiError) -> JSONResponse:
        return _answer(request, error)

    async def store(request: Request, error: Exception) -> JSONResponse:
        why = why_away(error)
        if why is None:
            raise error
        log.warning("request=%s database not available: %s", request_id(request), error)
        return _answer(request, StoreAwayError(why))

    for fault in UNAVAILABLE:
        app.add_exception_handler(fault, store)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        what = "malformed JSON" if first["type"] == "json_invalid" else "value"
        body = envelope(
            code="invalid",
            what=what,
            where=where,
            expected=str(first["msg"]),
            request_id=request_id(request),
            text=invalid_text(first),
        )
        return JSONResponse(body, status_code=422)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        body = envelope(
            code=_STATUS_CODES.get(error.status_code, "refused"),
            what=str(error.detail),
            where=f"{request.method} {request.url.path[:200]}",
            expected="an address and method of docs/openapi.json",
            request_id=request_id(request),
        )
        return JSONResponse(body, status_code=error.status_code, headers=error.headers)

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, error: Exception) -> JSONResponse:
        found = request_id(request)
        log.error("request=%s method=%s path=%s failed", found, request.method, request.url.path, exc_info=error)
        body = envelope(
            code="internal",
            what="the centre failed",
            where=f"{request.method} {request.url.path[:200]}",
            expected="an answer; the log has the cause under this id",
            request_id=found,
        )
        return JSONResponse(body, status_code=500)


def _answer(request: Request, error: ApiError) -> JSONResponse:
    body = envelope(
        code=error.code,
        what=error.what,
        where=error.where,
        expected=error.expected,
        request_id=request_id(request),
        text=error.text,
    )
    content = jsonable_encoder({**body, **error.extra})
    return JSONResponse(content, status_code=error.status, headers=dict(error.headers))


def request_id(request: Request) -> str:
    """The id the outermost layer gave this request."""
    found: str = request.scope.get("siteprogress.request_id", "-")
    return found
