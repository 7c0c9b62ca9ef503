"""Addresses as people type them, and the channel each belongs to: what a robot's page shows, e-mail, or apprise's form.

Only these channels are taken: apprise knows many more, some of which act on the machine itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qs, quote, urlsplit

from central.errors import CentralError

Channel = Literal["email", "dingtalk", "wecom", "feishu", "webhook"]
SCHEMES: dict[str, Channel] = {
    "mailto": "email",
    "mailtos": "email",
    "dingtalk": "dingtalk",
    "wecombot": "wecom",
    "feishu": "feishu",
    "json": "webhook",
    "jsons": "webhook",
}
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_EXPECTED = (
    "an e-mail address, the webhook of a DingTalk, WeCom or Feishu robot, or one of "
    + ", ".join(f"{scheme}://" for scheme in SCHEMES)
)  # fmt: skip


class AddressRefused(CentralError):  # noqa: N818 -- reads as what it is
    """Something that is no address of a channel we have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """`url` is apprise's form; a plain e-mail address where `relayed`, which goes through the centre's mail server."""

    channel: Channel
    url: str = field(repr=False)
    relayed: bool = False

    @property
    def provider(self) -> str:
        """Whose servers take it: what one is down for, it is down for all of."""
        return f"{self.channel} {'' if self.relayed else urlsplit(self.url).netloc.rpartition('@')[2]}"

    @property
    def shown(self) -> str:
        """As much as a list may show."""
        if self.relayed:
            name, _, host = self.url.partition("@")
            return f"{name[:1]}…@{host}"
        host = urlsplit(self.url).hostname or ""
        return f"{host[:3]}…" if self.channel in ("dingtalk", "wecom", "feishu") else host


def addressed(typed: str) -> Address:
    """What was typed as an address; AddressRefused says what was expected, and repeats nothing of it."""
    said = typed.strip()
    if _MAIL.fullmatch(said):
        return Address(channel="email", url=said, relayed=True)
    try:
        parts = urlsplit(said)
        known = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        known = False
    if not known or any(ord(letter) < 33 for letter in said):
        raise AddressRefused("no address of a channel", where="address", expected=_EXPECTED)
    if parts.scheme in SCHEMES:
        return Address(channel=SCHEMES[parts.scheme], url=said)
    robot = _robot(parts.scheme, parts.hostname or "", parts.path, parse_qs(parts.query))
    if robot is None:
        raise AddressRefused(f"{parts.scheme}:// is no channel", where="address", expected=_EXPECTED)
    return robot


def through(relay: str, address: str) -> str:
    """A plain e-mail address as one of apprise's, through the mail server of `relay` (mailto:// or mailtos://)."""
    return f"{relay}{'&' if '?' in relay else '?'}to={quote(address, safe='@')}"


def _robot(scheme: str, host: str, path: str, query: dict[str, list[str]]) -> Address | None:
    """A robot's own https address."""
    if scheme != "https":
        return None
    match host:
        case "oapi.dingtalk.com" if "access_token" in query:
            return Address(channel="dingtalk", url=f"dingtalk://{quote(query['access_token'][0], safe='')}/")
        case "qyapi.weixin.qq.com" if "key" in query:
            return Address(channel="wecom", url=f"wecombot://{quote(query['key'][0], safe='')}/")
        case "open.feishu.cn" if path.startswith("/open-apis/bot/v2/hook/"):
            return Address(channel="feishu", url=f"feishu://{path.rstrip('/').rpartition('/')[2]}/")
    return None
