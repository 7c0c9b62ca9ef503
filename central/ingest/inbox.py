"""Bytes to what they say: a frame, a birth, a beat, a presence, or a letter for what cannot be taken. Pure."""

from __future__ import annotations

import logging

from central.ingest.letters import Letter, envelope_of, is_storable, storable
from wire import topics
from wire.codec import OpenedFrame, decode, open_frame
from wire.errors import MalformedError, TooLargeError, TopicError, UnknownVersionError, WireError
from wire.messages import Beat, Birth, Frame, Presence

log = logging.getLogger(__name__)

TOPIC_CHARS_MAX = 200
Opened = OpenedFrame | Birth | Beat | Presence | Letter
FRAMES = ("data", "bulk")
_SMALL: dict[str, type[Birth] | type[Beat] | type[Presence]] = {"birth": Birth, "beat": Beat, "state": Presence}


class TopicMismatchError(MalformedError):
    """A gateway speaks in the name of another one."""


_CODES: dict[type[WireError], str] = {
    TopicMismatchError: "topic_mismatch",
    TopicError: "unknown_topic",
    TooLargeError: "too_large",
    MalformedError: "malformed",
    UnknownVersionError: "unknown_version",
}


def open_message(topic: str, payload: bytes) -> Opened | None:
    """What the message says; None for an empty retained message, which only clears a state."""
    gateway: str | None = None
    try:
        parsed = topics.parse(topic)
        gateway = parsed.gateway
        if parsed.direction != "up":
            raise TopicError(f"topic {topic[:TOPIC_CHARS_MAX]!r}", where="topic", expected="a gateway's up/ branch")
        if parsed.channel == "state" and not payload:
            return None
        opened = open_frame(payload) if parsed.channel in FRAMES else decode(_SMALL[parsed.channel], payload)
        return _of(opened, gateway=gateway)
    except WireError as wrong:
        return _letter(topic, payload, wrong, gateway=gateway)
    except (UnicodeError, RecursionError) as wrong:
        broken = MalformedError(type(wrong).__name__, where="payload", expected="text that can be encoded again")
        return _letter(topic, payload, broken, gateway=gateway)


def _of(opened: OpenedFrame | Birth | Beat | Presence, *, gateway: str) -> OpenedFrame | Birth | Beat | Presence:
    said = opened.frame if isinstance(opened, OpenedFrame) else opened
    if said.gw != gateway:
        raise TopicMismatchError(f"gateway {said.gw!r}", where="gw", expected=f"{gateway!r}, as in the topic")
    for text in _texts(said):
        if not is_storable(text):
            raise MalformedError(repr(text)[:TOPIC_CHARS_MAX], where="a text of the message", expected="plain text")
    return opened


def _texts(said: Frame | Birth | Beat | Presence) -> set[str]:
    """Every text that goes into a column. Bodies of records do not: one bad body spoils one record only."""
    match said:
        case Frame():
            return {said.boot, said.epoch} | {record.kind for record in said.recs}
        case Birth():
            return {said.boot, said.epoch, said.software, said.model_sha256, *said.cameras}
        case Beat():
            return {said.epoch} | {camera.camera for camera in said.cameras}
    return set()


def set_aside(topic: str, payload: bytes, *, reason: str) -> Letter:
    """A letter for a message that was understood and that the store would not take."""
    gateway = topics.parse(topic).gateway
    envelope = envelope_of(payload, gateway=gateway) if _holds_frames(topic) else None
    return Letter(
        topic=topic,
        code="refused_by_store",
        reason=reason,
        payload=payload,
        gateway=gateway,
        epoch=envelope.epoch if envelope else None,
        lo=envelope.lo if envelope else None,
        hi=envelope.hi if envelope else None,
    )


def _holds_frames(topic: str) -> bool:
    return topic.endswith(tuple(f"/up/{channel}" for channel in FRAMES))


def _letter(topic: str, payload: bytes, wrong: WireError, *, gateway: str | None) -> Letter:
    envelope = envelope_of(payload, gateway=gateway) if gateway and _holds_frames(topic) else None
    return Letter(
        topic=storable(topic)[:TOPIC_CHARS_MAX],
        code=_CODES.get(type(wrong), "malformed"),
        reason=str(wrong),
        payload=payload,
        gateway=gateway,
        epoch=envelope.epoch if envelope else None,
        lo=envelope.lo if envelope else None,
        hi=envelope.hi if envelope else None,
        security=storable(str(wrong))[:TOPIC_CHARS_MAX] if isinstance(wrong, TopicMismatchError) else "",
    )
