"""Puts the postman together from the settings; apprise is loaded when the first letter is sent."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from central.notify.composing import Style
from central.notify.postman import Postman
from central.notify.sealing import sealer_of
from central.notify.timing import Hours
from central.settings import NotifySettings, Settings, mail_relay

if TYPE_CHECKING:
    from central.notify.sending import Sender


def postman_of(settings: Settings, engine: Engine, *, holder: str, stopping: Event) -> Postman:
    """The loop that delivers; SettingsError or ValueError where the mail server's or the key's file is no good."""
    said, relay = settings.notify, mail_relay(settings)
    return Postman(
        engine=engine,
        holder=holder,
        sealer=sealer_of(settings.data_dir),
        sender=lambda: sender_of(said, relay),
        hours=Hours(quiet_from=said.quiet_from, quiet_to=said.quiet_to, digest_at=said.digest_at),
        style=style_of(said),
        stopping=stopping,
    )


def style_of(said: NotifySettings) -> Style:
    """How letters are worded."""
    return Style(language=said.language, pages_url=said.pages_url)


def sender_of(said: NotifySettings, relay: str | None) -> Sender:
    """What sends one letter; loads apprise, which takes seconds."""
    from central.notify.sending import Sender

    return Sender(timeout_s=said.timeout_s, relay=relay)
