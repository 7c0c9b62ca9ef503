"""How often a gateway is asked for what is missing. Pure: time comes in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from central.ingest.commit import StreamAck
from wire.messages import Ack

NACK_EVERY_S = 5.0


@dataclass(slots=True, kw_only=True)
class Nacks:
    """Holds what was asked in the last 5 s and nothing older: the first number missing and when, by stream."""

    _asked: dict[tuple[str, str], tuple[int, float]] = field(default_factory=dict)

    def paced(self, stream_ack: StreamAck, *, now_s: float) -> Ack:
        """A `need` (nack) only once per gap and 5 s: the gateway goes back once, not with every frame in flight."""
        ack = stream_ack.ack
        if ack.need is None:
            return ack
        self._asked = {key: asked for key, asked in self._asked.items() if now_s - asked[1] < NACK_EVERY_S}
        key = (stream_ack.gateway, ack.epoch)
        if key in self._asked and self._asked[key][0] == ack.need:
            return replace(ack, need=None)
        self._asked[key] = ack.need, now_s
        return ack

    def __len__(self) -> int:
        return len(self._asked)
