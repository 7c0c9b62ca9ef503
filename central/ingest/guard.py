"""Whose frames are taken: an enrolled gateway's only signed by its key; links that do not meet are told. Pure."""

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
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A registered gateway; `public_key` (Ed25519, hex) None = not enrolled, its frames need no signature."""

    public_key: str | None
    revoked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Known links of one stream, hex: `ends` after a record, by its number; `starts` before a record.

    More than one where histories met: a store that was set back has gone on from the same number another way.
    """

    ends: dict[int, frozenset[str]] = field(default_factory=dict)
    starts: dict[int, frozenset[str]] = field(default_factory=dict)

    def known(self, frame: Frame, end: str) -> Chain:
        """The same with a frame's own links, `end` being the one after it."""
        ends = self.ends.get(frame.hi, frozenset()) | {end}
        starts = self.starts.get(frame.lo, frozenset()) | {frame.prev}
        return Chain(ends=self.ends | {frame.hi: ends}, starts=self.starts | {frame.lo: starts})


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A frame that is not taken; `code` is a key of SAID."""

    frame: Frame
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Two signed histories of an epoch meet before record `seq`: links (hex) as known beside it, and as it came."""

    epoch: str
    seq: int
    expected: str
    found: str

    @property
    def said(self) -> str:
        """For people: the same break in the same words."""
        return (
            f"epoch {self.epoch}: the records on both sides of {self.seq - 1}/{self.seq} are signed, but expected the"
            f" link {self.expected} between them and found {self.found}; taken, and the chain goes on from it"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """Frames of one stream told apart."""

    taken: list[OpenedFrame]
    refused: list[Refused]


def admit(frames: Sequence[OpenedFrame], *, key: str) -> Admitted:
    """Frames of one stream of a gateway with this key, in order; its signature alone decides."""
    taken: list[OpenedFrame] = []
    refused: list[Refused] = []
    for one in sorted(frames, key=lambda one: (one.frame.lo, one.frame.hi)):
        code = _fault(one, key=key)
        if code is None:
            taken.append(one)
        else:
            refused.append(Refused(frame=one.frame, code=code))
    return Admitted(taken=taken, refused=refused)


def breaks_of(frames: Sequence[OpenedFrame], chain: Chain, *, anchors: Sequence[OpenedFrame]) -> list[Break]:
    """Where signed frames of one stream, in order, do not meet the links beside them; `anchors`: those that are kept.

    They are taken all the same and the chain goes on from them: a gateway or a centre that was set back has no other
    history to offer, and would be refused for ever. It gives nothing away: beside a gap the holder of the key could
    always anchor, and what is stored stays, whatever comes under the same number.
    """
    breaks: list[Break] = []
    kept = {id(one) for one in anchors}
    for one in frames:
        if one.end is None:
            continue
        breaks += _breaks(one.frame, chain, end=one.end.hex())
        if id(one) in kept:
            chain = chain.known(one.frame, one.end.hex())
    return breaks


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


def _fault(one: OpenedFrame, *, key: str) -> str | None:
    frame = one.frame
    if one.end is None or not frame.sig:
        return "unsigned_frame"
    said = statement(frame.gw, frame.epoch, lo=frame.lo, hi=frame.hi, end=one.end)
    return None if verify(key, said, frame.sig) else "bad_signature"


def _breaks(frame: Frame, chain: Chain, *, end: str) -> list[Break]:
    """Where the frame does not meet its neighbours; not where these very links are known already, by an earlier one."""
    first = frozenset({link_start(frame.gw, frame.epoch).hex()})
    before = first if frame.lo == 1 else chain.ends.get(frame.lo - 1, frozenset())
    after = chain.starts.get(frame.hi + 1, frozenset())
    found = []
    if before and frame.prev not in before | chain.starts.get(frame.lo, frozenset()):
        found.append(Break(epoch=frame.epoch, seq=frame.lo, expected=min(before), found=frame.prev))
    if after and end not in after | chain.ends.get(frame.hi, frozenset()):
        found.append(Break(epoch=frame.epoch, seq=frame.hi + 1, expected=min(after), found=end))
    return found
