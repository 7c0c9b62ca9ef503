"""Links and signatures: what was signed cannot be changed, moved, thinned or claimed by another."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.codec import OpenedFrame, Sealed, encode_sealed, open_frame, seal
from wire.messages import Frame
from wire.signing import (
    KeyFileError,
    Signer,
    link,
    link_start,
    load_signer,
    new_signer,
    save_signer,
    statement,
    verify,
)

GATEWAY, EPOCH = "gw-qp", "e1"
SIGNER = new_signer()


def chained(count: int, *, first: int = 1) -> list[Sealed]:
    """Records 1..count as an outbox keeps them, from `first` on."""
    prev, found = link_start(GATEWAY, EPOCH), []
    for seq in range(1, count + 1):
        body = seal({"value": seq, "名": "楼"}, kind="test", at=seq)
        record = Sealed(seq=seq, kind="test", at=seq, clock="synced", hash=body.hash, body=body.text, prev=prev.hex())
        found.append(record)
        prev = link(prev, record.spelled)
    return found[first - 1 :]


def signed(records: list[Sealed], *, by: Signer = SIGNER) -> bytes:
    """The frame of these records on the wire."""
    head = Frame(gw=GATEWAY, epoch=EPOCH, lo=records[0].seq, hi=records[-1].seq, boot="b", sent_at=5, recs=())
    return encode_sealed(head, records, sign=by.sign)


def holds(opened: OpenedFrame, *, public_hex: str = SIGNER.public_hex) -> bool:
    """Whether the frame is what the holder of this key signed."""
    frame = opened.frame
    assert opened.end is not None
    return verify(public_hex, statement(frame.gw, frame.epoch, lo=frame.lo, hi=frame.hi, end=opened.end), frame.sig)


def test_signed_frame_holds_and_ends_where_the_next_begins() -> None:
    first, second = open_frame(signed(chained(5)[:3])), open_frame(signed(chained(5, first=4)))
    assert holds(first)
    assert holds(second)
    assert first.end is not None
    assert second.frame.prev == first.end.hex()


def test_another_key_does_not_hold() -> None:
    assert not holds(open_frame(signed(chained(3))), public_hex=new_signer().public_hex)


@pytest.mark.parametrize("change", [{"gw": "gw-other"}, {"epoch": "e2"}, {"lo": 2}, {"hi": 9}])
def test_signature_covers_the_envelope(change: dict[str, object]) -> None:
    opened = open_frame(signed(chained(3)))
    assert not holds(replace(opened, frame=replace(opened.frame, **change)))  # type: ignore[arg-type]


@given(st.integers(0, 4), st.sampled_from(["clock", "at", "body"]))
def test_changed_record_breaks_it(index: int, what: str) -> None:
    records = chained(5)
    old = records[index]
    body = seal({"value": 99}, kind="test", at=old.at + 1)
    changes: dict[str, dict[str, object]] = {
        "clock": {"clock": "free"},
        "at": {"at": old.at + 1, "hash": seal({"value": old.seq, "名": "楼"}, kind="test", at=old.at + 1).hash},
        "body": {"at": old.at + 1, "hash": body.hash, "body": body.text},
    }
    genuine = open_frame(signed(records))
    records[index] = replace(old, **changes[what])  # type: ignore[arg-type]
    forged = open_frame(signed(records, by=new_signer()))
    assert not holds(replace(forged, frame=replace(forged.frame, sig=genuine.frame.sig)))


def test_frame_without_a_key_says_nothing_of_links() -> None:
    records = chained(2)
    head = Frame(gw=GATEWAY, epoch=EPOCH, lo=1, hi=2, boot="b", sent_at=5, recs=())
    opened = open_frame(encode_sealed(head, records))
    assert (opened.frame.prev, opened.frame.sig, opened.end) == ("", "", None)


def test_link_is_the_published_formula() -> None:
    start = hashlib.blake2b(b"siteprogress/1 chain\0gw-qp\0e1", digest_size=32).digest()
    assert link_start(GATEWAY, EPOCH) == start
    assert link(start, b"{}") == hashlib.blake2b(start + b"{}", digest_size=32).digest()


def test_key_file_is_private_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "signing.key"
    save_signer(SIGNER, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_signer(path).public_hex == SIGNER.public_hex
    with pytest.raises(FileExistsError):
        save_signer(new_signer(), path)


@pytest.mark.parametrize(
    "content", [b"", b"not a key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_bad_key_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "signing.key"
    path.write_bytes(content)
    with pytest.raises(KeyFileError, match=r"signing\.key.*expected an Ed25519"):
        load_signer(path)


@pytest.mark.parametrize(("key", "signature"), [("zz", "00"), ("", ""), ("00" * 31, "00" * 64), ("00" * 32, "é")])
def test_rubbish_verifies_nothing(key: str, signature: str) -> None:
    assert not verify(key, b"said", signature)
