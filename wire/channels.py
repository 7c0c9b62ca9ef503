"""What travels where: one row a channel, with the quality of service and the retain flag both sides use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from wire.messages import Ack, Beat, Birth, Config, Frame, HostState, Presence, References
from wire.topics import HOST_STATE, ROOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One kind of topic: `sender` publishes, the other side subscribes. `will` = said by the broker at its death."""

    name: str
    address: str
    sender: Literal["edge", "centre"]
    message: type | None
    content: Literal["application/json", "application/zlib"]
    qos: Literal[0, 1]
    retain: bool
    will: bool
    summary: str


CHANNELS: tuple[Channel, ...] = (
    Channel(
        name="data",
        address=f"{ROOT}/{{gateway}}/up/data",
        sender="edge",
        message=Frame,
        content="application/zlib",
        qos=1,
        retain=False,
        will=False,
        summary="A frame of contiguous records. Deleted at the edge only after down/ack names it, never for a PUBACK.",
    ),
    Channel(
        name="bulk",
        address=f"{ROOT}/{{gateway}}/up/bulk",
        sender="edge",
        message=Frame,
        content="application/zlib",
        qos=1,
        retain=False,
        will=False,
        summary="The same frames, of a backlog: read apart, so that none stands before a live reading.",
    ),
    Channel(
        name="birth",
        address=f"{ROOT}/{{gateway}}/up/birth",
        sender="edge",
        message=Birth,
        content="application/json",
        qos=1,
        retain=False,
        will=False,
        summary="Hello on each connect; the centre answers with its watermark on down/ack.",
    ),
    Channel(
        name="beat",
        address=f"{ROOT}/{{gateway}}/up/beat",
        sender="edge",
        message=Beat,
        content="application/json",
        qos=0,
        retain=False,
        will=False,
        summary="Heartbeat: what was produced and acknowledged, the disk, the age of each camera's newest frame.",
    ),
    Channel(
        name="presence",
        address=f"{ROOT}/{{gateway}}/up/state",
        sender="edge",
        message=Presence,
        content="application/json",
        qos=1,
        retain=True,
        will=True,
        summary="Whether the gateway is connected. The will carries online = false of the same session.",
    ),
    Channel(
        name="ack",
        address=f"{ROOT}/{{gateway}}/down/ack",
        sender="centre",
        message=Ack,
        content="application/json",
        qos=1,
        retain=False,
        will=False,
        summary="The committed watermark of one epoch: the edge deletes seq <= hi and nothing else.",
    ),
    Channel(
        name="config",
        address=f"{ROOT}/{{gateway}}/down/config",
        sender="centre",
        message=Config,
        content="application/json",
        qos=1,
        retain=True,
        will=False,
        summary="The configuration the gateway should run, signed by the centre; answered by a config_result record.",
    ),
    Channel(
        name="cmd",
        address=f"{ROOT}/{{gateway}}/down/cmd",
        sender="centre",
        message=References,
        content="application/json",
        qos=1,
        retain=True,
        will=False,
        summary="Reference frames that people ask for, signed by the centre; answered by reference_frame records.",
    ),
    Channel(
        name="hostState",
        address=HOST_STATE,
        sender="centre",
        message=HostState,
        content="application/json",
        qos=1,
        retain=True,
        will=True,
        summary="Whether a centre is listening. While it is not, gateways go on recording and hold back their bulk.",
    ),
)
