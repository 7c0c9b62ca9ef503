"""Files that come as a body or in a form: what kind each is, and who reads it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import HTTP
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request

from central.api.errors import InvalidError, WrongMediaTypeError

JSON_TYPE = "application/json"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORM_TYPE = "multipart/form-data"
_SUFFIXES = {"json": JSON_TYPE, "xlsx": XLSX_TYPE}
_BINARY = {"type": "string", "format": "binary"}
_NAME = re.compile(rb'filename="([^"\r\n]*)"')
_HEAD_BYTES = 4096
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A body as it came; `content_type` with its parameters, `name` as the form's file was called, else ''."""

    content_type: str
    content: bytes
    name: str = ""


async def _sent(request: Request) -> SentFile:
    return SentFile(content_type=request.headers.get("content-type", ""), content=await request.body())


Sent = Annotated[SentFile, Depends(_sent)]


def file_body(*, described: str) -> dict[str, Any]:
    """How the document of the API tells of a body that is JSON of this kind, a workbook, or a form with one of them."""
    form = {"type": "object", "properties": {"file": _BINARY}, "required": ["file"]}
    content = {
        JSON_TYPE: {"schema": {"type": "object", "description": described}},
        XLSX_TYPE: {"schema": _BINARY},
        FORM_TYPE: {"schema": form},
    }
    return {"requestBody": {"required": True, "content": content}}


def read_sent(file: SentFile, readers: Mapping[str, Callable[[bytes], T]]) -> T:
    """What the reader of its kind makes of a file, or of the one file of a form; WrongMediaTypeError without one."""
    file = out_of_form(file)
    reader = readers.get(_kind(file))
    if reader is None:
        raise WrongMediaTypeError(
            f"content type {file.content_type[:80]!r}",
            where="header.Content-Type",
            expected=f"{', '.join(readers)} or {FORM_TYPE}",
        )
    return reader(file.content)


def out_of_form(file: SentFile) -> SentFile:
    """The one file of a form, with its name; what came as a body is as it came."""
    return _in_form(file) if _kind(file) == FORM_TYPE else file


def _kind(file: SentFile) -> str:
    return file.content_type.partition(";")[0].strip().lower()


def _in_form(file: SentFile) -> SentFile:
    """The one file of a form; its name's ending says what it is."""
    head = b"Content-Type: " + file.content_type.encode("latin-1", "replace") + b"\r\n\r\n"
    form = message_from_bytes(head + file.content, policy=HTTP)
    parts = [part for part in form.iter_parts() if part.get_filename()] if form.is_multipart() else []
    if len(parts) != 1:
        raise InvalidError(f"{len(parts)} files in the form", where="body", expected="one .xlsx or .json file")
    name = str(parts[0].get_filename())
    kind = _SUFFIXES.get(name.rsplit(".", 1)[-1].lower())
    content = parts[0].get_payload(decode=True)
    if kind is None or not isinstance(content, bytes):
        raise InvalidError(f"file {name[:80]!r}", where="body", expected="a .xlsx or .json file")
    return SentFile(content_type=kind, content=content, name=_spelled_name(file.content) or name)


def _spelled_name(body: bytes) -> str:
    """The file's name as the browser spelled it, in UTF-8 (which the headers of mail know nothing of)."""
    found = _NAME.search(body, 0, _HEAD_BYTES)
    return found[1].decode("utf-8", "replace").replace("%22", '"') if found else ""
