"""Hears what providers answer to apprise, which itself says yes or no only; and gives its mails a steady Message-ID.

The names by which five of apprise's plugins reach `requests` and SMTP are taken over at import; what they send stays
theirs. Loggers that would write addresses and tokens into the log are silenced.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import requests
from apprise.plugins import custom_json, dingtalk, feishu, wecombot
from apprise.plugins.email import base as email
from apprise.plugins.email.smtp import SMTP_EXCEPTIONS, AppriseSMTPController

from central.notify.aftermath import Answer
from central.notify.answers import http_answer, http_trouble, smtp_trouble

SILENT = logging.CRITICAL + 50
_MESSAGE_ID = re.compile(r"^Message-ID:[^\n]*(?:\n[ \t][^\n]*)*", re.MULTILINE)


@dataclass(slots=True, kw_only=True)
class Hearing:
    """What was heard of one message; `token` names it, the same at each try."""

    token: str
    answer: Answer | None = None


_hearing: ContextVar[Hearing | None] = ContextVar("siteprogress_hearing", default=None)


@contextmanager
def hearing(token: str) -> Iterator[Hearing]:
    """Within it what is sent by this thread is heard; the last answer stays."""
    heard = Hearing(token=token)
    before = _hearing.set(heard)
    try:
        yield heard
    finally:
        _hearing.reset(before)


def _note(answer: Answer) -> None:
    heard = _hearing.get()
    if heard is not None:
        heard.answer = answer


@dataclass(frozen=True, slots=True)
class HeardRequests:
    """Stands for the module `requests` in a plugin; `robot`: its provider's verdict is in the body."""

    robot: bool = field(kw_only=True)

    def __getattr__(self, name: str) -> Any:
        return getattr(requests, name)

    def post(self, url: str, **more: Any) -> requests.Response:
        """As requests.post."""
        return self.request("POST", url, **more)

    def request(self, method: str, url: str, **more: Any) -> requests.Response:
        """As requests.request."""
        try:
            response = requests.request(method, url, **more)  # noqa: S113 -- the plugin gives its timeout
        except requests.RequestException as broken:
            _note(http_trouble(broken))
            raise
        _note(http_answer(response, robot=self.robot))
        return response


class HeardSMTP(AppriseSMTPController):
    """Apprise's SMTP session with its answers heard, and the message named by our token."""

    def __enter__(self) -> AppriseSMTPController:
        try:
            return super().__enter__()
        except SMTP_EXCEPTIONS as broken:
            _note(smtp_trouble(broken, connected=False))
            raise

    def sendmail(self, from_addr: str, to_addrs: list[str], message: str) -> bool:
        """Send; whether the server took it."""
        session: Any = self._socket
        try:
            refused = session.sendmail(from_addr, to_addrs, _named(message))
        except SMTP_EXCEPTIONS as broken:
            _note(smtp_trouble(broken, connected=True))
            return False
        _note(Answer(outcome="sent", words="SMTP 250"))
        return not refused


def _named(message: str) -> str:
    heard = _hearing.get()
    if heard is None:
        return message
    return _MESSAGE_ID.sub(f"Message-ID: <{heard.token}@siteprogress>", message, count=1)


def _take(plugin: ModuleType, name: str, ours: object) -> None:
    if not hasattr(plugin, name):
        raise ImportError(f"apprise plugin {plugin.__name__} has no {name}: expected apprise 1.9 to 2.2")
    setattr(plugin, name, ours)


def _listen() -> None:
    for plugin in (dingtalk, feishu, wecombot):
        _take(plugin, "requests", HeardRequests(robot=True))
    _take(custom_json, "requests", HeardRequests(robot=False))
    _take(email, "AppriseSMTPController", HeardSMTP)
    logging.getLogger("apprise").setLevel(SILENT)  # `disabled` is undone by whoever configures logging later
    logging.getLogger("urllib3").setLevel(logging.INFO)  # its debug lines hold the tokens of robots


_listen()
