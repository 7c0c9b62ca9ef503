"""Sends one letter to one address through apprise, and says what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from apprise import AppriseAsset, NotifyFormat, NotifyType
from apprise.exception import AppriseImproperlyConfigured
from apprise.plugins.base import NotifyBase
from apprise.plugins.custom_json import NotifyJSON
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.email import NotifyEmail
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.wecombot import NotifyWeComBot

from central.notify.aftermath import Answer
from central.notify.answers import scrubbed
from central.notify.channels import Address, Channel, through
from central.notify.composing import Letter
from central.notify.ears import hearing

_PLUGINS: dict[Channel, type[NotifyBase]] = {
    "email": NotifyEmail,
    "dingtalk": NotifyDingTalk,
    "wecom": NotifyWeComBot,
    "feishu": NotifyFeishu,
    "webhook": NotifyJSON,
}
_ASSET = AppriseAsset(app_id="siteprogress", app_desc="siteprogress", async_mode=False, http_redirects=False)
TOKEN_HEADERS: dict[Channel, str] = {"webhook": "Idempotency-Key", "email": "X-Siteprogress-Message"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """`relay`: the mail server for plain e-mail addresses, mailto(s)://…; each step at a provider has `timeout_s`."""

    timeout_s: float = 15.0
    relay: str | None = None

    def send(self, address: Address, letter: Letter) -> Answer:
        """Send it, and wait for the provider's answer. Raises nothing for what a provider does."""
        url = address.url
        if address.relayed:
            if self.relay is None:
                return Answer(outcome="down", words="notify.mail_file is not set: no server for plain e-mail addresses")
            url = through(self.relay, address.url)
        plugin = _plugin(address.channel, url, timeout_s=self.timeout_s)
        if plugin is None:
            return Answer(outcome="refused", words=f"apprise takes it for no {address.channel} address")
        name = TOKEN_HEADERS.get(address.channel)
        if name is not None:
            plugin.headers[name] = letter.token
        with hearing(letter.token) as heard:
            done = plugin.notify(
                title=letter.title,
                body=letter.text,
                notify_type=NotifyType.WARNING if letter.urgent else NotifyType.INFO,
                body_format=NotifyFormat.TEXT,
            )
        if heard.answer is None:
            words = "" if done else "apprise could not send it"
            return Answer(outcome="sent" if done else "refused", words=words)
        words = scrubbed(heard.answer.words, _secrets(url))
        return Answer(outcome=heard.answer.outcome, words=words, retry_ms=heard.answer.retry_ms)


def _plugin(channel: Channel, url: str, *, timeout_s: float) -> Any:
    kind = _PLUGINS[channel]
    parsed = kind.parse_url(url)
    if not parsed:
        return None
    try:
        plugin = kind(**{**parsed, "asset": _ASSET})
    except (AppriseImproperlyConfigured, TypeError):  # TypeError: a part that the kind needs is not in the URL
        return None
    plugin.socket_connect_timeout = plugin.socket_read_timeout = timeout_s
    return plugin


def _secrets(url: str) -> set[str]:
    """Every piece of an address that words of a provider might repeat."""
    parts = urlsplit(url)
    pieces = {parts.username, parts.password, parts.hostname, parts.netloc.rpartition("@")[2]}
    pieces |= set(parts.path.split("/")) | {value for _, value in parse_qsl(parts.query)}
    return {form for piece in pieces if piece for form in (piece, unquote(piece))}
