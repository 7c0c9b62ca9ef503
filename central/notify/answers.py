"""What a provider's answer means: taken, refused for good, not taken, or nobody knows. Opens no connection itself.

DingTalk, WeCom and Feishu say 200 to everything and put their verdict into the body.
"""

from __future__ import annotations

import json
import re
import smtplib
from collections.abc import Iterable

import requests

from central.notify.aftermath import Answer

WORDS_MAX = 300
RETRY_MAX_S = 3600
BUSY_CODES = frozenset({-1, 130101, 410100, 45009, 45033, 11232, 99991400})
"""Verdicts that pass: the system is busy, or the robot is asked too often."""
_LATER = frozenset({408, 425, 429})
_HIDDEN = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+|\+?\d[\d -]{6,}\d")


def http_answer(response: requests.Response, *, robot: bool) -> Answer:
    """The meaning of an HTTP answer; `robot`: the body holds the verdict of a 200."""
    body = response.content[:2000].decode("utf-8", "replace")
    status = response.status_code
    if robot and status == requests.codes.ok:
        return _verdict(body)
    words = f"HTTP {status} {response.reason or ''} {body if status >= 300 else ''}".strip()
    if 200 <= status < 300:
        return Answer(outcome="sent", words=words)
    if status >= 500 or status in _LATER:
        return Answer(outcome="down", words=words, retry_ms=_retry_ms(response))
    return Answer(outcome="refused", words=words)


def http_trouble(broken: requests.RequestException) -> Answer:
    """No answer: before the connection stood nothing was taken, after that nobody knows. Its text holds the URL."""
    if isinstance(broken, requests.exceptions.ConnectTimeout | requests.exceptions.SSLError):
        return Answer(outcome="down", words=type(broken).__name__)
    if isinstance(broken, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return Answer(outcome="refused", words=type(broken).__name__)
    reason = type(getattr(broken.args[0], "reason", None)).__name__ if broken.args else ""
    if isinstance(broken, requests.exceptions.ConnectionError) and reason in (
        "NewConnectionError",
        "NameResolutionError",
    ):
        return Answer(outcome="down", words=f"no connection ({reason})")
    return Answer(outcome="unknown", words=f"no answer ({type(broken).__name__})")


def smtp_trouble(broken: Exception, *, connected: bool) -> Answer:
    """What an SMTP exception means; before the message (`connected` False) nothing was taken, whoever is to blame."""
    match broken:
        case smtplib.SMTPRecipientsRefused(recipients=refused):
            code, said = min(refused.values())
            return Answer(outcome="refused" if code >= 500 else "down", words=_smtp_words(code, said))
        case smtplib.SMTPResponseException(smtp_code=code, smtp_error=said):
            return Answer(outcome="refused" if connected and code >= 500 else "down", words=_smtp_words(code, said))
    words = f"no answer ({type(broken).__name__})" if connected else f"no connection ({type(broken).__name__})"
    return Answer(outcome="unknown" if connected else "down", words=words)


def scrubbed(words: str, secrets: Iterable[str]) -> str:
    """Words that may be kept and shown: no e-mail address, no long number, none of the secrets; one line, bounded."""
    for secret in sorted(filter(lambda part: len(part) > 2, secrets), key=len, reverse=True):
        words = words.replace(secret, "…")
    return " ".join(_HIDDEN.sub("…", words).split())[:WORDS_MAX]


def _verdict(body: str) -> Answer:
    try:
        said = json.loads(body)
    except ValueError:
        return Answer(outcome="refused", words=f"HTTP 200 without a verdict: {body}")
    if not isinstance(said, dict):
        return Answer(outcome="refused", words=f"HTTP 200 without a verdict: {body}")
    code = next((said[key] for key in ("errcode", "code", "StatusCode") if isinstance(said.get(key), int)), None)
    words = next((str(said[key]) for key in ("errmsg", "msg", "StatusMessage") if key in said), "")
    if code == 0:
        return Answer(outcome="sent", words=f"0 {words}".strip())
    if code is None:
        return Answer(outcome="refused", words=f"HTTP 200 without a verdict: {body}")
    return Answer(outcome="down" if code in BUSY_CODES else "refused", words=f"{code} {words}".strip())


def _retry_ms(response: requests.Response) -> int:
    asked = response.headers.get("Retry-After", "")
    return min(int(asked), RETRY_MAX_S) * 1000 if asked.isascii() and asked.isdigit() else 0


def _smtp_words(code: int, said: bytes | str) -> str:
    return f"SMTP {code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"
