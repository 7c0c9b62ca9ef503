"""Fetches the parts of a configuration over HTTP by their SHA-256, going on where an earlier try broke off."""

from __future__ import annotations

import hashlib
import os
import ssl
from pathlib import Path

import httpx

from edge_agent.remote.errors import NotYetError, RefusedError
from edge_agent.settings import Centre, read_secret
from wire.messages import ConfigPart

INCOMING = "incoming"
NEVER = frozenset({400, 403, 404, 410, 413})  # the centre does not have it for us, today or tomorrow


def fetch_all(centre: Centre | None, parts: tuple[ConfigPart, ...], *, folder: Path) -> dict[str, Path]:
    """Every part as a checked file, by SHA-256. RefusedError: will never come; NotYetError: not now."""
    if parts and centre is None:
        raise RefusedError("no [centre]", where="settings", expected="the centre's address and a token to fetch parts")
    incoming = folder / INCOMING
    incoming.mkdir(parents=True, exist_ok=True)
    wanted = {part.sha256: part for part in parts}
    held = {sha256: incoming / sha256 for sha256 in wanted}
    missing = [part for part in wanted.values() if not _is_whole(held[part.sha256], part)]
    if missing and centre is not None:
        verify = ssl.create_default_context(cafile=str(centre.ca_file)) if centre.ca_file else True
        with httpx.Client(timeout=centre.timeout_s, verify=verify) as client:
            for part in missing:
                _fetch(client, centre, part, into=held[part.sha256])
    return held


def _fetch(client: httpx.Client, centre: Centre, part: ConfigPart, *, into: Path) -> None:
    url = f"{centre.url.rstrip('/')}/api/v1/blobs/{part.sha256}"
    partial = into.with_name(f"{into.name}.part")
    headers = {"Authorization": f"Bearer {read_secret(centre.token_file)}", "Accept-Encoding": "identity"}
    begun = partial.stat().st_size if partial.exists() else 0
    if begun >= part.size_bytes:
        begun = 0
    if begun:
        headers["Range"] = f"bytes={begun}-"
    try:
        with client.stream("GET", url, headers=headers) as answer:
            _check_status(answer, url)
            _write(answer, partial, part, begun=begun if answer.status_code == httpx.codes.PARTIAL_CONTENT else 0)
    except httpx.HTTPError as error:
        raise NotYetError(f"{type(error).__name__} {error}", where=url, expected="the part's bytes") from error
    if not _is_whole(partial, part):
        partial.unlink(missing_ok=True)
        raise RefusedError(f"content of {url} differs", where=f"parts.{part.kind} {part.name}", expected=part.sha256)
    partial.replace(into)


def _check_status(answer: httpx.Response, url: str) -> None:
    if answer.status_code in NEVER:
        raise RefusedError(f"centre answers {answer.status_code}", where=url, expected="the part's bytes")
    if answer.status_code not in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT):
        raise NotYetError(f"centre answers {answer.status_code}", where=url, expected="the part's bytes")


def _write(answer: httpx.Response, partial: Path, part: ConfigPart, *, begun: int) -> None:
    """Append from byte `begun`; RefusedError as soon as it is longer than was said."""
    size = begun
    with partial.open("r+b" if begun else "wb") as file:
        file.seek(begun)
        for chunk in answer.iter_raw():
            size += len(chunk)
            if size > part.size_bytes:
                partial.unlink(missing_ok=True)
                raise RefusedError(
                    "longer than said", where=f"parts.{part.kind} {part.name}", expected=f"{part.size_bytes} bytes"
                )
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())


def _is_whole(path: Path, part: ConfigPart) -> bool:
    if not path.is_file() or path.stat().st_size != part.size_bytes:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == part.sha256
