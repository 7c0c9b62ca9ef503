"""Whose frames are taken: an enrolled gateway's only signed by its key and linked to what is there already. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from wire.codec import OpenedFrame, canonical, inflate
from wire.errors import WireError
from wire.messages import Frame
from wire.signing import link, link_start, statement, verify

SAID = {
    "unsigned_frame": "a frame without signature",
    "bad_signature": "a frame that the gateway's key did not sign",
    "chain_broken": "a signed frame that does not go on from, or lead to, the records stored beside it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A registered gateway; `public_key` (Ed25519, hex) None = not enrolled, its frames need no signature."""

    public_key: str | None
    revoked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Known links of one stream, hex: `ends` after a record, by its number; `starts` before a record."""

    ends: dict[int, str] = field(default_factory=dict)
    starts: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A frame that is not taken; `code` is a key of SAID."""

    frame: Frame
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """Frames of one stream told apart."""

    taken: list[OpenedFrame]
    refused: list[Refused]


def admit(frames: Sequence[OpenedFrame], chain: Chain, *, key: str) -> Admitted:
    """Frames of one stream of a gateway with this key; each taken one becomes part of the chain for the others.

    Beside a gap (records tombstoned, or not here yet) nothing is known, and a signed `prev` is a new anchor.
    """
    ends, starts = dict(chain.ends), dict(chain.starts)
    taken: list[OpenedFrame] = []
    refused: list[Refused] = []
    for one in sorted(frames, key=lambda one: (one.frame.lo, one.frame.hi)):
        code = _fault(one, Chain(ends=ends, starts=starts), key=key)
        if code is not None or one.end is None:
            refused.append(Refused(frame=one.frame, code=code or "unsigned_frame"))
            continue
        taken.append(one)
        ends[one.frame.hi], starts[one.frame.lo] = one.end.hex(), one.frame.prev
    return Admitted(taken=taken, refused=refused)


def signed_range(payload: bytes, *, key: str) -> bool:
    """Whether a frame that could not be taken is the gateway's own all the same: only then may the stream pass it."""
    try:
        plain = json.loads(inflate(payload))
        end = bytes.fromhex(plain["prev"])
        for record in plain["recs"]:
            end = link(end, canonical(record))
        said = statement(plain["gw"], plain["epoch"], lo=plain["lo"], hi=plain["hi"], end=end)
        return verify(key, said, plain["sig"])
    except (WireError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False


def _fault(one: OpenedFrame, chain: Chain, *, key: str) -> str | None:
    frame = one.frame
    if one.end is None or not frame.sig:
        return "unsigned_frame"
    said = statement(frame.gw, frame.epoch, lo=frame.lo, hi=frame.hi, end=one.end)
    if not verify(key, said, frame.sig):
        return "bad_signature"
    before = link_start(frame.gw, frame.epoch).hex() if frame.lo == 1 else chain.ends.get(frame.lo - 1)
    fits = before in {None, frame.prev} and chain.starts.get(frame.hi + 1) in {None, one.end.hex()}
    return None if fits else "chain_broken"
