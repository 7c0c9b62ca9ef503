"""Frames of an enrolled gateway: signed by its key, or refused, seen by people and never acknowledged."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Engine, text

from central.ingest.commit import REFUSED_BYTES_MAX, Committed, commit
from central.ingest.greet import greet
from central.ingest.guard import Break
from central.ingest.inbox import open_message
from central.ingest.letters import Letter
from central.store.engine import reading, writing
from tests.central.edge import AT, frame_of, small
from tests.central.plans import register
from tests.wire.build import a_birth
from wire import topics
from wire.codec import OpenedFrame, Sealed, encode_frame, encode_sealed, seal
from wire.messages import SEQ_MAX, Beat, Frame, Presence
from wire.signing import Signer, link, link_start, new_signer

DATA = topics.up("gw-1", "data")


def sealed_chain(count: int, *, gateway: str = "gw-1", epoch: str = "e1", said: str = "") -> list[Sealed]:
    """Records 1..count as an edge stores them, each with the link before it."""
    prev, found = link_start(gateway, epoch), list[Sealed]()
    for seq in range(1, count + 1):
        body = seal({"n": seq, "said": said} if said else {"n": seq}, kind="note", at=AT)
        one = Sealed(seq=seq, kind="note", at=AT, clock="synced", hash=body.hash, body=body.text, prev=prev.hex())
        found.append(one)
        prev = link(prev, one.spelled)
    return found


def signed(chain: Sequence[Sealed], signer: Signer, *, gateway: str = "gw-1", epoch: str = "e1") -> bytes:
    """A frame of these records, signed."""
    head = Frame(gw=gateway, epoch=epoch, lo=chain[0].seq, hi=chain[-1].seq, boot="b1", sent_at=AT, recs=())
    return encode_sealed(head, chain, sign=signer.sign)


def enrolled(engine: Engine, *gateways: str) -> Signer:
    """Register gateways, all with one key."""
    register(engine, *gateways)
    signer = new_signer()
    with writing(engine) as connection:
        connection.execute(text("UPDATE gateway SET public_key = :key"), {"key": signer.public_hex})
    return signer


def take(engine: Engine, *payloads: bytes, topic: str = DATA) -> Committed:
    opened = [open_message(topic, payload) for payload in payloads]
    frames = [one for one in opened if isinstance(one, OpenedFrame)]
    letters = [one for one in opened if isinstance(one, Letter)]
    return commit(engine, frames=frames, letters=letters, now_ms=5)


def rows(engine: Engine, sql: str) -> list[tuple[Any, ...]]:
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def events(engine: Engine) -> list[tuple[Any, ...]]:
    return rows(engine, "SELECT code, detail, times FROM security_event ORDER BY id")


def said_of(*, seq: int, expected: str, found: str) -> str:
    return Break(epoch="e1", seq=seq, expected=expected, found=found).said


def test_signed_frames_are_taken_in_any_order_and_their_proofs_kept(any_store: Engine) -> None:
    signer = enrolled(any_store, "gw-1")
    chain = sealed_chain(9)
    take(any_store, signed(chain[6:9], signer))
    take(any_store, signed(chain[0:3], signer))
    done = take(any_store, signed(chain[3:6], signer), signed(chain[3:6], signer))
    assert take(any_store, signed(chain[2:8], signer)).duplicates == 6
    assert (done.acks[0].ack.hi, done.refused) == (9, 0)
    assert rows(any_store, "SELECT lo, hi FROM frame_proof ORDER BY lo") == [(1, 3), (4, 6), (7, 9)]
    assert rows(any_store, "SELECT count(*) FROM security_event") == [(0,)]


def test_what_is_not_signed_or_not_by_this_key_is_refused_and_not_acked(any_store: Engine) -> None:
    signer = enrolled(any_store, "gw-1")
    chain = sealed_chain(6)
    unsigned = encode_frame(frame_of([small(1), small(2)], gateway="gw-1"))
    done = take(any_store, unsigned, signed(chain[:3], new_signer()))
    assert (done.acks, done.stored, done.refused) == ([], 0, 2)
    take(any_store, unsigned)
    assert rows(any_store, "SELECT code, gateway, times FROM security_event ORDER BY code") == [
        ("bad_signature", "gw-1", 1),
        ("unsigned_frame", "gw-1", 2),
    ]
    assert rows(any_store, "SELECT code, lo FROM dead_letter ORDER BY code") == [
        ("bad_signature", None),
        ("unsigned_frame", None),
    ]
    assert take(any_store, signed(chain[:3], signer)).acks[0].ack.hi == 3  # the gateway itself goes on


def test_a_signed_frame_of_another_history_is_taken_and_each_break_told_once(any_store: Engine) -> None:
    """A store that was set back has gone on another way: refused, it would wait with all that follows for ever."""
    signer = enrolled(any_store, "gw-1")
    one, clone = sealed_chain(9), sealed_chain(12, said="clone")
    take(any_store, signed(one[:3], signer), signed(one[6:9], signer))
    done = take(any_store, signed(clone[3:6], signer))
    assert (done.stored, done.refused, done.conflicts, done.acks[0].ack.hi) == (3, 0, 0, 9)
    take(any_store, signed(clone[3:6], signer))
    assert events(any_store) == [
        ("chain_broken", said_of(seq=4, expected=one[3].prev, found=clone[3].prev), 1),
        ("chain_broken", said_of(seq=7, expected=one[6].prev, found=clone[6].prev), 1),
    ]
    assert take(any_store, signed(clone[9:11], signer)).acks[0].ack.hi == 11, "it goes on"
    assert take(any_store, signed(clone[11:], signer)).acks[0].ack.hi == 12, "from a new anchor"
    assert [said for _, said, _ in events(any_store)][2:] == [
        said_of(seq=10, expected=link(bytes.fromhex(one[8].prev), one[8].spelled).hex(), found=clone[9].prev)
    ]
    assert rows(any_store, "SELECT count(*) FROM dead_letter") == [(0,)]


def test_a_first_frame_that_does_not_begin_the_chain_is_a_break(any_store: Engine) -> None:
    signer = enrolled(any_store, "gw-1")
    other = sealed_chain(3, epoch="e0")
    done = take(any_store, signed(other, signer), signed(other[:2], signer))
    assert (done.stored, done.acks[0].ack.hi) == (3, 3)
    expected = link_start("gw-1", "e1").hex()
    assert events(any_store) == [("chain_broken", said_of(seq=1, expected=expected, found=other[0].prev), 1)]


def test_a_broken_chain_excuses_no_signature(any_store: Engine) -> None:
    signer = enrolled(any_store, "gw-1")
    take(any_store, signed(sealed_chain(3), signer))
    done = take(any_store, signed(sealed_chain(6, said="clone")[3:], new_signer()))
    assert (done.stored, done.refused, done.acks) == (0, 1, [])
    assert [code for code, _, _ in events(any_store)] == ["bad_signature"]


def test_other_content_under_known_numbers_is_a_conflict_people_see(any_store: Engine) -> None:
    signer = enrolled(any_store, "gw-1")
    one, clone = sealed_chain(4), sealed_chain(6, said="clone")
    take(any_store, signed(one[:3], signer))
    done = take(any_store, signed(clone[:4], signer))
    assert done.conflicts == 3
    assert rows(any_store, "SELECT code FROM security_event") == [("identity_conflict",)]
    assert rows(any_store, "SELECT lo, hi FROM frame_proof") == [(1, 3)]


def test_what_another_history_says_of_known_numbers_is_kept_beside_them(any_store: Engine) -> None:
    """A store set back and filled on: what is here stays, what came second is kept whole, what is new is taken."""
    signer = enrolled(any_store, "gw-1")
    one, clone = sealed_chain(9), sealed_chain(12, said="clone")
    take(any_store, signed(one[:4], signer), signed(one[4:9], signer))
    done = take(any_store, signed(clone[4:8], signer))
    assert (done.stored, done.refused, done.conflicts, done.acks[0].ack.hi) == (0, 0, 4, 9)
    done = take(any_store, signed(clone[4:8], signer), signed(clone[8:12], signer))
    assert (done.stored, done.acks[0].ack.hi) == (3, 12)
    kept = rows(any_store, "SELECT seq, body, stored_hash <> '' FROM identity_conflict ORDER BY seq")
    assert kept == [(seq, f'{{"n":{seq},"said":"clone"}}', True) for seq in range(5, 10)]
    codes = {code for code, _, _ in events(any_store)}
    assert codes == {"chain_broken", "identity_conflict"}


def test_an_epoch_that_comes_back_is_a_second_machine_or_an_old_store_and_people_see_it(any_store: Engine) -> None:
    """Two stores of one id have no number in common, so no record tells."""
    signer = enrolled(any_store, "gw-1")

    def greets(epoch: str) -> list[tuple[Any, ...]]:
        said: dict[str, Any] = {"gw": "gw-1", "epoch": epoch, "sent_at": AT}
        beat = Beat(**said, produced=0, acked=0, oldest_age_ms=0, disk_free_bytes=0, cameras=())
        greet(any_store, [beat, a_birth(**said)], now_ms=9)  # an agent's heart beats before it greets
        take(any_store, signed(sealed_chain(3, epoch=epoch), signer, epoch=epoch))
        return [(code, times) for code, _, times in events(any_store)]

    assert greets("e1") == greets("e1") == []
    assert greets("e2") == greets("e2") == [], "a store that was lost begins anew"
    assert greets("e1") == [("identity_conflict", 1)]
    greets("e2")
    assert greets("e1") == [("identity_conflict", 2), ("identity_conflict", 1)]
    assert "epoch e1 speaks again after e2: two machines" in events(any_store)[0][1]


def test_after_a_gap_a_signed_link_is_a_new_anchor(any_store: Engine) -> None:
    signer = enrolled(any_store, "gw-1")
    chain = sealed_chain(12)
    take(any_store, signed(chain[:3], signer))
    assert take(any_store, signed(chain[8:10], signer)).stored == 2
    assert take(any_store, signed(chain[10:12], signer)).refused == 0


def poison(chain: Sequence[Sealed], signer: Signer, **changes: Any) -> bytes:
    plain = json.loads(zlib.decompress(signed(chain, signer))) | changes
    return zlib.compress(json.dumps(plain).encode())


def test_the_last_number_there_is_ends_a_chain_as_any_other_does(any_store: Engine) -> None:
    signer = enrolled(any_store, "gw-1")
    body = seal({"n": 1}, kind="note", at=AT)
    last = Sealed(seq=SEQ_MAX, kind="note", at=AT, clock="free", hash=body.hash, body=body.text, prev="0" * 64)
    done = take(any_store, signed(sealed_chain(3), signer), signed([last], signer))
    assert (done.stored, done.refused) == (4, 0)
    assert done.acks[-1].ack.recv == ((SEQ_MAX, SEQ_MAX),)


def test_only_the_gateways_own_poison_is_passed_over(any_store: Engine) -> None:
    """An undecodable frame that anybody may have sent must not move the watermark: the gateway would delete."""
    signer = enrolled(any_store, "gw-1")
    chain = sealed_chain(6)
    done = take(any_store, poison(chain[:3], new_signer(), v=9, more=random.Random(5).randbytes(9000).hex()))
    assert done.acks == []
    (letter,) = rows(any_store, "SELECT lo, hi, length(payload), size_bytes > 9000 FROM dead_letter")
    assert letter == (None, None, REFUSED_BYTES_MAX, True), "it accounts for no record, so it is cut and counted"
    done = take(any_store, poison(chain[:3], signer, v=9))
    assert done.acks[0].ack.hi == 3


def test_a_birth_gives_nothing_up_where_frames_are_signed(any_store: Engine) -> None:
    enrolled(any_store, "gw-1")
    answer = greet(any_store, [a_birth(gw="gw-1", oldest=500, newest=900, sent_at=77)], now_ms=100)
    assert (answer[0].ack.hi, answer[0].ack.echo, answer[0].ack.at) == (0, 77, 100)


def test_nothing_of_a_revoked_gateway_is_taken_or_answered(any_store: Engine) -> None:
    signer = enrolled(any_store, "gw-1")
    with writing(any_store) as connection:
        connection.execute(text("UPDATE gateway SET revoked_at = 3"))
    done = take(any_store, signed(sealed_chain(3), signer))
    assert (done.acks, done.stored) == ([], 0)
    assert greet(any_store, [a_birth(gw="gw-1")], now_ms=9) == []
    assert {code for (code,) in rows(any_store, "SELECT code FROM security_event")} == {"revoked_gateway"}


def test_a_stranger_who_only_greets_is_seen(any_store: Engine) -> None:
    """As an agent does before anybody answers it: births and beats, no frame."""
    register(any_store, "gw-1")
    retained = Presence(gw="gw-3", online=False, session=1)
    assert greet(any_store, [a_birth(gw="gw-2"), retained, a_birth(gw="gw-2")], now_ms=9) == []
    assert rows(any_store, "SELECT code, gateway, times FROM security_event") == [("unregistered_gateway", "gw-2", 2)]


@pytest.mark.parametrize("kind", ["frame", "stranger"])
def test_whoever_speaks_for_another_is_seen(any_store: Engine, kind: str) -> None:
    register(any_store, "gw-1")
    payload = encode_frame(frame_of([small(1)], gateway="gw-2"))
    done = take(any_store, payload, topic=DATA if kind == "frame" else topics.up("gw-2", "data"))
    assert done.acks == []
    expected = ("topic_mismatch", "gw-1") if kind == "frame" else ("unregistered_gateway", "gw-2")
    assert rows(any_store, "SELECT code, gateway FROM security_event") == [expected]
