"""What is fuzzed: each decoder that reads what somebody else sent, right examples of it, and how it may refuse."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.api.errors import InvalidError
from central.api.uploads.header import read_checksum, read_wanted
from central.identity.broker_log import LogReader
from central.ingest.inbox import open_message
from edge_agent.remote.errors import ConfigError
from edge_agent.remote.message import check, opened
from tests.fuzz import mutate
from tests.wire.build import AT, SHA, a_birth, a_frame, a_reading, a_record, a_tombstone
from wire import topics
from wire.codec import (
    Sealed,
    canonical,
    config_statement,
    decode,
    decode_body,
    encode,
    encode_frame,
    encode_sealed,
    open_frame,
    seal,
)
from wire.errors import MalformedError, WireError
from wire.messages import (
    Ack,
    Beat,
    Birth,
    CameraHealth,
    Config,
    ConfigPart,
    Frame,
    HostState,
    Presence,
    References,
    ReferenceWanted,
)
from wire.signing import Signer, link, link_start

_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))  # the same in every run, so that a seed says everything
CENTRE = Signer(key=_KEY, public_hex=_KEY.public_key().public_bytes_raw().hex())


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """`read` takes bytes and may raise `refusals` only. `weight`: its share of the cases."""

    name: str
    read: Callable[[bytes], Any]
    seeds: tuple[bytes, ...]
    mutator: mutate.Mutator
    refusals: tuple[type[Exception], ...] = ()
    weight: int = 1


def _frames() -> tuple[bytes, ...]:
    other = (
        a_record(seq=7, kind="tombstone", body=a_tombstone(lo=1, hi=5)),
        a_record(seq=8, kind="note", body={"text": '"}],{"at":1', "deep": [[1, [2]], {"a": None}]}),
    )
    stones = (a_record(seq=30, kind="tombstone", body=a_tombstone(count=8, also=((9, 9), (12, 13)))),)
    frames = (a_frame(), a_frame(records=other), a_frame(records=stones))
    return (*map(encode_frame, frames), _signed_frame())


def _signed_frame() -> bytes:
    body = seal({"名": "楼", "n": 10**20}, kind="note", at=AT)
    prev = link_start("gw-qp", "e1")
    records = []
    for seq in (1, 2, 3):
        one = Sealed(seq=seq, kind="note", at=AT, clock="free", hash=body.hash, body=body.text, prev=prev.hex())
        records.append(one)
        prev = link(prev, one.spelled)
    head = Frame(gw="gw-qp", epoch="e1", lo=1, hi=3, boot="b", sent_at=AT, recs=())
    return encode_sealed(head, records, sign=CENTRE.sign)


def _beat() -> bytes:
    cameras = (CameraHealth(camera="c1", frame_age_ms=-1, inference_age_ms=5),)
    return encode(
        Beat(
            gw="gw-qp",
            epoch="e1",
            sent_at=AT,
            produced=12,
            acked=9,
            oldest_age_ms=3000,
            disk_free_bytes=10**12,
            cameras=cameras,
            in_flight=3,
            tombstoned=0,
            clock_offset_ms=-40,
            security=1,
            degraded="disk full",
        )
    )


def _config() -> bytes:
    part = ConfigPart(kind="scene", name="c1", sha256=SHA, size_bytes=900)
    said = Config(gw="gw-qp", id=4, issued_at=AT, deadline=AT + 1, parts=(part,))
    return encode(Config(gw=said.gw, id=4, issued_at=AT, deadline=AT + 1, parts=(part,), sig=_sig(said)))


def _references() -> bytes:
    said = References(gw="gw-qp", id=4, issued_at=AT, wanted=(ReferenceWanted(id=4, camera="c1", deadline=AT + 1),))
    return encode(References(gw=said.gw, id=4, issued_at=AT, wanted=said.wanted, sig=_sig(said)))


def _sig(said: Config | References) -> str:
    return CENTRE.sign(config_statement(said))


def _read_frame(payload: bytes) -> None:
    for record in open_frame(payload).frame.recs:
        try:
            decode_body(record)
        except MalformedError:
            canonical(record.body)  # as the centre does to keep it


def _read_config(payload: bytes) -> None:
    check(opened(Config, payload, gateway="gw-qp", key=CENTRE.public_hex), newest=3, now_ms=AT, clock="synced")


def _read_references(payload: bytes) -> None:
    opened(References, payload, gateway="gw-qp", key=CENTRE.public_hex)


def _read_unsigned_config(payload: bytes) -> None:
    """As a centre that has been taken over would send it: the signature is not what stops it."""
    config = decode(Config, payload)
    config_statement(config)
    check(config, newest=3, now_ms=AT, clock="synced")


def _metadata() -> bytes:
    said = {
        "kind": "photo",
        "sha256": SHA,
        "filename": "IMG_0001 楼.jpg",
        "taken_at": "2026-11-21T09:30:00+08:00",
        "project": "qp",
        "note": "南立面\n三层",
    }
    pairs = (f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items())
    return ", ".join(pairs).encode() + b"|1234"


def _read_metadata(payload: bytes) -> None:
    metadata, _, length = payload.decode("latin-1").partition("|")  # as an HTTP server hands on a header
    read_wanted(length=length, metadata=metadata)


def _small(name: str, kind: type, *seeds: bytes) -> Target:
    return Target(
        name=name,
        read=lambda payload: decode(kind, payload),
        seeds=seeds,
        mutator=mutate.message,
        refusals=(WireError,),
    )


def _raw(name: str, read: Callable[[bytes], Any], *seeds: bytes, refusals: tuple[type[Exception], ...] = ()) -> Target:
    return Target(name=name, read=read, seeds=seeds, mutator=mutate.bytes_of, refusals=refusals)


def _logged(payload: bytes) -> None:
    reader = LogReader()
    for line in payload.decode(errors="replace").splitlines():
        reader.take(line, at_ms=AT)


def _inbox(channel: str) -> Callable[[bytes], Any]:
    return lambda payload: open_message(f"{topics.ROOT}/gw-qp/up/{channel}", payload)


ACKS = (
    encode(Ack(epoch="e1", hi=12, recv=((14, 20), (25, 25)), need=13, pace=500, echo=AT, at=AT)),
    encode(Ack(epoch="e1", hi=0)),
)
LOG = (
    b"1700000000: New connection from 10.0.0.9:5123 on port 8883.\n"
    b"1700000000: OpenSSL Error[0]: error:0A000418:SSL routines::tlsv1 alert unknown ca\n"
    b"1700000000: Denied PUBLISH from gw-1 (d0, q1, r0, m4, 'siteprogress/v1/gw-2/up/data', ... (20 bytes))\n"
    b"1700000000: Client gw-1 already connected, closing old connection.\n"
)
TARGETS: tuple[Target, ...] = (
    Target(name="frame", read=_read_frame, seeds=_frames(), mutator=mutate.frame, refusals=(WireError,), weight=6),
    Target(name="inbox data", read=_inbox("data"), seeds=_frames(), mutator=mutate.frame, weight=2),
    Target(name="inbox beat", read=_inbox("beat"), seeds=(_beat(),), mutator=mutate.message),
    _small("ack", Ack, *ACKS),
    _small("birth", Birth, encode(a_birth())),
    _small("beat", Beat, _beat()),
    _small("presence", Presence, encode(Presence(gw="gw-qp", online=True, session=7))),
    _small("host state", HostState, encode(HostState(online=False, session=3))),
    Target(
        name="configuration",
        read=_read_config,
        seeds=(_config(),),
        mutator=mutate.message,
        refusals=(ConfigError,),
    ),
    Target(
        name="requests for reference frames",
        read=_read_references,
        seeds=(_references(),),
        mutator=mutate.message,
        refusals=(ConfigError,),
    ),
    Target(
        name="configuration, signed by a liar",
        read=_read_unsigned_config,
        seeds=(_config(),),
        mutator=mutate.message,
        refusals=(WireError, ConfigError),
    ),
    Target(
        name="reading",
        read=_read_frame,
        seeds=(encode_frame(a_frame(records=(a_record(seq=1, body=a_reading()),))),),
        mutator=mutate.frame,
        refusals=(WireError,),
        weight=2,
    ),
    _raw("upload metadata", _read_metadata, _metadata(), refusals=(InvalidError,)),
    _raw(
        "upload checksum",
        lambda payload: read_checksum(payload.decode("latin-1")),
        b"sha256 " + base64.b64encode(bytes(32)),
        refusals=(InvalidError,),
    ),
    _raw(
        "topic",
        lambda payload: topics.parse(payload.decode(errors="replace")),
        b"siteprogress/v1/gw-qp/up/data",
        b"siteprogress/v1/gw-qp/down/config",
        refusals=(WireError,),
    ),
    _raw("broker log", _logged, LOG),
)
